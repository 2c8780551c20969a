// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lapse - the command: a table of commands, one file each or for a few
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/command.h"
#include "lab/outside.h"
#include "dhcpd/faults.h"
#include "nat/faults.h"

#define FILTER_HELP                                                          \
	"FILTER is any of\n"                                                 \
	"  client=ADDRESS|PREFIX|NAME    internal address, or a name from "  \
	"the\n"                                                              \
	"                                settings' `clients`\n"              \
	"  protocol=tcp|udp|icmp|NUMBER\n"                                   \
	"  internal=ENDPOINT  external=ENDPOINT  remote=ENDPOINT\n"          \
	"where ENDPOINT is ADDRESS:PORT, ADDRESS or ADDRESS/BITS; all that " \
	"is\n"                                                               \
	"given must match.\n"

#define FAULT_LINE(id, name, help) "  " name ": " help "\n"

static const struct command commands[] = {
	{"exec", cli_exec,
	 "[--profile PROFILE] [--set KEY=VALUE]... [--server COMMAND]\n"
	 "                  [OPTION]... [--] COMMAND [ARGUMENT]...",
	 "run a command behind a NAT, in throw-away namespaces",
	 "--profile PROFILE  the NAT: a name, or a file; rfc-compliant\n"
	 "--set KEY=VALUE    a setting over it; as often as you like\n"
	 "--server COMMAND   run this on the other side: server.lab, "
	 "198.51.100.7\n"
	 "--behind PROFILE   a second NAT in front of the first, with its own "
	 "clock\n"
	 "--wan WHICH        isolated: an outside of its own; host: the real "
	 "network\n"
	 "--report FILE      the heartbeat verdict at the end; - is stdout\n"
	 "--events FILE      what happened, a JSON object a line\n"
	 "--pcap FILE        record both sides of the NAT\n"
	 "--scale N          let the lapse clock run N times as fast\n"
	 "--seed N           of all that is random\n"
	 "--dhcp             the client asks for its address\n"
	 "--root             keep the rights over the namespaces\n"
	 "--verbose          let lapsed say what it does\n"
	 "\n"
	 "In COMMAND, lapse reaches this gateway without options. The exit "
	 "code is\n"
	 "COMMAND's; 125: it could not be run behind the NAT, 126: it could "
	 "not be\n"
	 "executed, 127: there is none. No root is needed.\n"},
	{"lab", cli_lab,
	 "up [--clients N] [--profile PROFILE]... [--behind PROFILE]\n"
	 "                    [--set KEY=VALUE]... [--dhcp] [--events FILE] "
	 "[--seed N]\n"
	 "                    [--verbose]\n"
	 "       lapse lab exec [--user] HOST [--] COMMAND... | shell [--user] "
	 "HOST\n"
	 "       lapse lab status | down",
	 "a standing lab: client1, client2 ..., gateway, server",
	 "up      make it; several profiles: one for each client\n"
	 "exec    run a command on a host of it, as its root; --user: as "
	 "yourself\n"
	 "shell   the same with your shell\n"
	 "status  the labs there are, and their hosts; exits 1 if a gateway is "
	 "dead\n"
	 "down    end it, and all that runs in it\n"
	 "--name NAME  which lab, if there are several\n"
	 "--verbose    of up: let lapsed say what it does\n"
	 "\n"
	 "lapse --socket lab: COMMAND asks its gateway, lab:NAME that of "
	 "another\n"
	 "lab, lab:NAME/carrier the one in front. No root is needed.\n"},
	{"status", cli_status, "", "what lapsed is and does",
	 "Exits 0 once lapsed is ready: its queue bound, its rules in "
	 "place.\n"},
	{"sessions", cli_sessions, "[FILTER]",
	 "the sessions, and when they lapse", FILTER_HELP},
	{"mappings", cli_mappings, "[FILTER]", "the mappings", FILTER_HELP},
	{"clients", cli_clients, "[client=CLIENT]",
	 "who is there, and what each has",
	 "NAME is what the device calls itself by DHCP, else its name in the\n"
	 "settings. Traffic and dropped packets count since the client last "
	 "had "
	 "no\n"
	 "mapping.\n"},
	{"watch", cli_watch, "[FILTER] [--interval DURATION] [--once]",
	 "a live view: sessions and their time left, clients, rates",
	 "--interval  real time between two frames; 1s\n"
	 "--once      one frame, and the end\n"
	 "Keys: q quits, o orders the sessions otherwise, t, u and i show only "
	 "TCP,\n"
	 "UDP or ICMP, a shows all, p pauses. Without a terminal, or on a dumb "
	 "one,\n"
	 "frames are printed one after the other. NO_COLOR turns colours "
	 "off.\n"
	 "\n" FILTER_HELP},
	{"report", cli_report, "[FILTER] [--client CLIENT]",
	 "did the heartbeats keep the connections alive?",
	 "For each flow that has paused: whether it lives or what it died "
	 "of,\n"
	 "how close it came, which heartbeats were needless, how often would "
	 "be\n"
	 "enough; then each client, and the interval safe under each "
	 "profile.\n"
	 "\n" FILTER_HELP},
	{"who", cli_who, "ENDPOINT [--protocol PROTOCOL] [--at TIME]",
	 "whose an external endpoint is, or was",
	 "By the mappings, the events kept, and the settings where they "
	 "compute\n"
	 "port blocks. TIME is seconds of the lapse clock, as events have it, "
	 "or\n"
	 "UTC such as 2026-01-31T18:00:00Z, as the event log has it.\n"},
	{"kill", cli_kill, "FILTER", "end the sessions that match",
	 FILTER_HELP},
	{"flush", cli_flush, "", "end all sessions", NULL},
	{"stats", cli_stats, "[--prometheus]", "counters",
	 "--prometheus  in the text format that Prometheus reads\n"},
	{"clock", cli_clock,
	 "[show | advance DURATION | scale N | freeze | resume | reset]",
	 "show or change the lapse clock",
	 "advance  put time on top; what is due lapses before lapse returns\n"
	 "scale    let N seconds pass in each\n"
	 "freeze   stop the clock; packets still pass\n"
	 "resume   let it run on\n"
	 "reset    scale 1 and not frozen; what was put on top stays\n"
	 "DURATION is such as 300s, 1h30m or 2d.\n"},
	{"lease", cli_lease,
	 "[list [CLIENT] | expire CLIENT | nak CLIENT | release CLIENT |\n"
	 "                   move CLIENT [ADDRESS]]",
	 "DHCP leases: show them, end them, move them",
	 "list     every lease, and what is known of former ones\n"
	 "expire   end it now, as if its time were over\n"
	 "nak      refuse the client's next DHCPREQUEST\n"
	 "release  end it now, as if the client had given it back\n"
	 "move     give the client another address when it next asks\n"
	 "CLIENT is an address, a prefix, a MAC, or a name from the settings'\n"
	 "`clients`.\n"},
	{"fault", cli_fault,
	 "NAME [--for DURATION] [--client CLIENT] [--value DURATION]\n"
	 "       lapse fault list | clear [ID]",
	 "misbehave on command",
	 "--for     end by itself after so much lapse time\n"
	 "--client  for who has this address, prefix or MAC; else for all\n"
	 "--value   how late, how short\n"
	 "NAME is any of\n" NAT_FAULT_LIST(FAULT_LINE)
		 DHCPD_FAULT_LIST(FAULT_LINE)},
	{"events", cli_events,
	 "[FILTER] [--follow] [--after NUMBER] [--destinations]",
	 "what happened",
	 "--follow        go on with what happens from now\n"
	 "--after NUMBER  only later ones; status shows the last number\n"
	 "--destinations  show remote endpoints, too\n"
	 "\n" FILTER_HELP},
	{"wait", cli_wait,
	 "EVENT [FILTER] [--client CLIENT] [--reason REASON]\n"
	 "                  [--timeout DURATION] [--after NUMBER] "
	 "[--destinations]",
	 "wait until something happens",
	 "Exits 0 when it has, 5 when it has not within the time-out, which "
	 "is\n"
	 "real time. With --after, events since that number count as well.\n"
	 "\n" FILTER_HELP},
	{"scenario", cli_scenario, "run FILE [--dry-run]",
	 "run a timeline of changes, faults, programs and assertions",
	 "A line for each step says what became of it. Exits 5 when one "
	 "failed;\n"
	 "the rest is not run. In the end the programs are ended, and "
	 "faults,\n"
	 "settings and the clock's pace are as they were before.\n"
	 "--dry-run  check the file and show what it would do; lapsed need "
	 "not run\n"
	 "FILE is described in lapse-scenario(5).\n"},
	{"profile", cli_profile,
	 "list | show PROFILE | use PROFILE [--client CLIENT]",
	 "the NATs that lapse can be, and where each value is from",
	 "list  all profiles\n"
	 "show  what one says, with the class and the text of each source;\n"
	 "      \"default\" is what no profile has said\n"
	 "use   be such a NAT from now on, to all or to one client; what was "
	 "set\n"
	 "      over the profile stays over it\n"},
	{"probe", cli_probe,
	 "serve --listen ADDRESS [--alternate ADDRESS] [--port PORT]\n"
	 "       lapse probe run --server HOST [--port PORT] [--local "
	 "ADDRESSES]\n"
	 "                   [--min DURATION] [--max DURATION] [--tcp-max "
	 "DURATION]\n"
	 "                   [--flows N] [--rate N] [--profile-out FILE] "
	 "[--quiet]",
	 "measure a NAT: any one that is between here and a server",
	 "serve              answer on PORT and the next one (7177, 7178), UDP "
	 "and\n"
	 "                   TCP, on one address or two; outside of the NAT\n"
	 "run                measure; SIGINT: print what is known by then\n"
	 "--max DURATION     longest idle time to try, 10m; --tcp-max: of "
	 "TCP;\n"
	 "                   --min: the shortest, 1s\n"
	 "--local A[,B]      own address; with a second one two sockets can "
	 "want the\n"
	 "                   same port, which shows the mapping where ports "
	 "are "
	 "kept\n"
	 "--flows N          so many of UDP, and of TCP, at a time; 350\n"
	 "--rate N           new flows a second; 100\n"
	 "--profile-out FILE write a profile for lapsed\n"
	 "--quiet            no progress on stderr\n"
	 "What cannot be decided, for instance with one server address, is "
	 "shown as\n"
	 "all that is possible. A timer longer than --max is a lower "
	 "bound.\n"},
	{"explain", cli_explain,
	 "PROTOCOL INTERNAL REMOTE\n"
	 "       lapse explain block ADDRESS|ADDRESS:PORT [-c FILE] "
	 "[--address ADDRESS]",
	 "which settings a flow follows, and who set them; who has a port",
	 "A flow is such as tcp 192.168.77.20:5000 203.0.113.7:443; it need "
	 "not\n"
	 "have a session.\n"
	 "\n"
	 "block: from the settings alone, whether lapsed runs or not: the "
	 "ports of "
	 "an\n"
	 "internal address, or who has an external port. For deterministic "
	 "NAT\n"
	 "and forwards with protocol: all.\n"
	 "-c FILE            the settings; /etc/lapse/lapse.yaml\n"
	 "--address ADDRESS  that of the WAN's interface, for a pool that has "
	 "it\n"},
	{"get", cli_get, "[KEY]", "the settings in force, and who set them",
	 "KEY is a path such as nat.udp-timeout or clients.phone; all that is\n"
	 "below it is shown. A bare name means nat.NAME.\n"},
	{"set", cli_set, "KEY=VALUE... [--client CLIENT]", "change settings",
	 "All of them or, if one is wrong, none. They stay until unset, or "
	 "until\n"
	 "lapsed ends, and over what a reload reads. With --client, the NAT\n"
	 "settings of one client: a name from the settings' `clients`, or an\n"
	 "address, a prefix or a MAC, which then becomes a client.\n"
	 "What the setting apply says, all or new, counts for live "
	 "sessions.\n"},
	{"unset", cli_unset, "KEY... | --all [--client CLIENT]",
	 "take back what was set",
	 "With --client CLIENT --all, all that was set for this client.\n"},
	{"reload", cli_reload, "", "let lapsed read its settings file again",
	 "A file with errors changes nothing; they are shown, exit 3.\n"},
	{"doctor", cli_doctor, "[--for USE] [-c FILE]",
	 "what this machine lacks for lapse, and how to mend it",
	 "Changes nothing: what can be tried is tried in namespaces of its "
	 "own.\n"
	 "Exits 4 if something is missing that cannot be done without.\n"
	 "--for USE  judge for this use alone: router, exec-root or exec-user; "
	 "else\n"
	 "           as root for the first two, as an ordinary user for the "
	 "last\n"
	 "-c FILE    the settings, for the interfaces; else those that lapsed "
	 "runs\n"
	 "           with, else /etc/lapse/lapse.yaml\n"},
	{"completion", cli_completion, "bash | zsh",
	 "shell code that completes this command line",
	 "For bash: source <(lapse completion bash)\n"
	 "For zsh:  source <(lapse completion zsh)\n"},
	{"help", cli_help, "[COMMAND]", "this list, or a command's details",
	 NULL},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int cli_error(int code, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("lapse: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return code;
}

const struct command *command_at(size_t i)
{
	return i < COMMANDS ? &commands[i] : NULL;
}

/** find_command() - by its name, or NULL */
static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/** unknown() - there is no such command */
static int unknown(const char *name)
{
	return cli_error(CLI_USAGE,
			 "no command \"%s\"; lapse help lists those there are",
			 name);
}

/** help_list() - every command in a line */
static void help_list(FILE *out)
{
	fputs("usage: lapse [--socket PATH] [--json] COMMAND ...\n\n", out);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-10s %s\n", commands[i].name,
			commands[i].help);
	fputs("\nlapse help COMMAND tells more. --json prints one object a "
	      "row.\n",
	      out);
}

/** help_command() - all about one */
static void help_command(const struct command *command)
{
	printf("usage: lapse %s %s\n\n%s\n", command->name, command->usage,
	       command->help);
	if (command->details)
		printf("\n%s", command->details);
}

int cli_help(struct cli *cli, int argc, char **argv)
{
	const struct command *command;

	(void)cli;
	if (argc > 2)
		return cli_error(CLI_USAGE, "help takes one command");
	if (argc < 2) {
		help_list(stdout);
		return CLI_OK;
	}
	command = find_command(argv[1]);
	if (!command)
		return unknown(argv[1]);
	help_command(command);
	return CLI_OK;
}

/**
 * reserve_streams() - let nothing that is opened be a standard stream
 *
 * Where our caller has closed one, what we print would go into a connection or
 * a file of ours. What stands in for it can be neither read nor written.
 */
static void reserve_streams(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null",
			     fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/** run() - the command in argv[0] */
static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *command = find_command(argv[0]);
	bool help = false, runs;
	int code;

	if (!command)
		return unknown(argv[0]);
	/* what these run may have a --help of its own: they look themselves */
	runs = command->function == cli_exec || command->function == cli_lab;
	/* and what these run has no stream where their caller has none */
	if (!runs)
		reserve_streams();
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		help |= !runs && strcmp(argv[i], "--help") == 0;
	code = help ? CLI_HELP : command->function(cli, argc, argv);
	if (code != CLI_HELP)
		return code;
	help_command(command);
	return CLI_OK;
}

/**
 * parse_global() - the options before the command
 * @next:	set to the command's place in argv
 *
 * Return: CLI_OK; an exit code after a message; -1 when all is done.
 */
static int parse_global(struct cli *cli, int argc, char **argv, int *next)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			cli->json = true;
		} else if (strncmp(argv[i], "--socket=", 9) == 0) {
			cli->socket = argv[i] + 9;
		} else if (strcmp(argv[i], "--socket") == 0 && i + 1 < argc) {
			cli->socket = argv[++i];
		} else if (strcmp(argv[i], "--version") == 0) {
			puts("lapse " LAPSE_VERSION);
			return -1;
		} else if (strcmp(argv[i], "--help") == 0) {
			help_list(stdout);
			return -1;
		} else {
			return cli_error(CLI_USAGE,
					 "unknown option, or its value is "
					 "missing: %s; see lapse help",
					 argv[i]);
		}
	}
	if (i == argc) {
		help_list(stderr);
		return CLI_USAGE;
	}
	*next = i;
	return CLI_OK;
}

int main(int argc, char **argv)
{
	const char *socket = getenv("LAPSE_SOCKET");
	struct cli cli = {.socket = socket && *socket ? socket : CLI_SOCKET};
	int next = 0;
	int code = parse_global(&cli, argc, argv, &next);

	/* whatever the command: what a killed one has left is undone first */
	outside_sweep();
	if (code == CLI_OK)
		code = run(&cli, argc - next, argv + next);
	if (code < 0)
		code = CLI_OK;
	if ((fflush(stdout) == EOF || ferror(stdout)) && code == CLI_OK)
		code = cli_error(CLI_FAILED, "the output cannot be written");
	return code;
}
