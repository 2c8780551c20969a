// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe - the command probe: measure a NAT, ours or any other
 */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/duration.h"
#include "cli/args.h"
#include "cli/probe.h"
#include "conf/value.h"
#include "probe/client.h"
#include "probe/server.h"

#define LOCALS 2

/* Without one of them, a text is meant to be an address. */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/** struct words - the options as they were written; NULL: not given */
struct words {
	const char *server, *listen, *alternate, *port, *local, *min, *max;
	const char *tcp_max, *flows, *rate, *profile;
	bool quiet;
};

/** get_number() - a whole number from @least to @most */
static int get_number(const char *option, const char *text, unsigned least,
		      unsigned most, unsigned *number)
{
	char *end;
	unsigned long n;

	if (!text)
		return CLI_OK;
	errno = 0;
	n = strtoul(text, &end, 10);
	if (errno || end == text || *end || text[0] == '-' || n < least ||
	    n > most)
		return cli_error(CLI_USAGE,
				 "%s %s: give a number from %u to %u", option,
				 text, least, most);
	*number = (unsigned)n;
	return CLI_OK;
}

/** get_address() - an IPv4 address */
static int get_address(const char *option, const char *text, uint32_t *addr)
{
	if (text && (!address_parse(text, addr) || !*addr))
		return cli_error(CLI_USAGE,
				 "%s %s: give an IPv4 address of one host",
				 option, text);
	return CLI_OK;
}

/**
 * get_server() - an IPv4 address, or a name that has one
 *
 * Return: CLI_OK; CLI_USAGE or, for a name that is not found, CLI_FAILED after
 * a message.
 */
static int get_server(const char *text, uint32_t *addr)
{
	const struct addrinfo hints = {.ai_family = AF_INET,
				       .ai_socktype = SOCK_DGRAM};
	struct sockaddr_in found;
	struct addrinfo *list;
	int error;

	if (address_parse(text, addr) || !strpbrk(text, LETTERS))
		return get_address("--server", text, addr);
	error = getaddrinfo(text, NULL, &hints, &list);
	if (error)
		return cli_error(CLI_FAILED, "--server %s: %s", text,
				 error == EAI_SYSTEM ? strerror(errno)
						     : gai_strerror(error));
	memcpy(&found, list->ai_addr, sizeof(found));
	freeaddrinfo(list);
	*addr = ntohl(found.sin_addr.s_addr);
	return CLI_OK;
}

/** get_duration() - within what a message can say */
static int get_duration(const char *option, const char *text, uint32_t *ms)
{
	uint64_t value;

	if (!text)
		return CLI_OK;
	if (!duration_parse(text, &value) || value < 1000 ||
	    value > PROBE_DELAY_MAX / 2)
		return cli_error(CLI_USAGE,
				 "%s %s: give a duration from 1s to 1d, such "
				 "as 330s",
				 option, text);
	*ms = (uint32_t)value;
	return CLI_OK;
}

/** get_locals() - "A" or "A,B", two of them */
static int get_locals(const char *text, uint32_t local[static LOCALS])
{
	char first[ADDRESS_TEXT];
	const char *comma = text ? strchr(text, ',') : NULL;
	int code;

	/* what is too long for an address is none, not one cut off */
	if (!comma || comma - text >= (ptrdiff_t)sizeof(first))
		return get_address("--local", text, &local[0]);
	snprintf(first, sizeof(first), "%.*s", (int)(comma - text), text);
	code = get_address("--local", first, &local[0]);
	if (!code)
		code = get_address("--local", comma + 1, &local[1]);
	if (!code && local[0] == local[1])
		code = cli_error(CLI_USAGE,
				 "--local %s: the second address must be "
				 "another one",
				 text);
	return code;
}

/**
 * refuse_of() - options of the other of serve and run, which would do nothing
 * @verb:	the one that was asked for
 * @other:	the other
 * @n:		number of @options
 */
static int refuse_of(const char *verb, const char *other, size_t n,
		     const struct args_option *options)
{
	for (size_t i = 0; i < n; i++)
		if (options[i].value ? *options[i].value != NULL
				     : *options[i].flag)
			return cli_error(CLI_USAGE,
					 "%s is for probe %s, not for probe %s",
					 options[i].name, other, verb);
	return CLI_OK;
}

/** serve() - `probe serve` */
static int serve(const struct cli *cli, const struct words *words)
{
	struct probe_serve options = {.json = cli->json};
	unsigned port = PROBE_PORT;
	int code;

	if (!words->listen)
		return cli_error(CLI_USAGE, "probe serve needs --listen and an "
					    "address of this machine");
	code = get_address("--listen", words->listen, &options.listen);
	if (!code)
		code = get_address("--alternate", words->alternate,
				   &options.alternate);
	if (!code)
		code = get_number("--port", words->port, 1, 65534, &port);
	if (code)
		return code;
	if (options.listen == options.alternate)
		return cli_error(CLI_USAGE,
				 "--alternate must be another address");
	options.port = (uint16_t)port;
	return probe_serve(&options) < 0 ? CLI_FAILED : CLI_OK;
}

/** is_file() - and not a pipe or a terminal, say */
static bool is_file(FILE *out)
{
	struct stat found;

	return fstat(fileno(out), &found) == 0 && S_ISREG(found.st_mode);
}

/** can_be_loaded() - whether a profile may have this file's name */
static bool can_be_loaded(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const char *end = strrchr(base, '.');
	char name[NAME_MAX + 1];

	if (!end || strcmp(end, ".yaml") != 0)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)(end - base), base);
	return profile_name_valid(name);
}

/** open_profile() - before the measurement, which may take an hour; the file
 *  keeps what it holds until that is over. CLI_OK or CLI_FAILED */
static int open_profile(const char *path, FILE **out)
{
	*out = path ? fopen(path, "ae") : NULL;
	if (path && !*out)
		return cli_error(CLI_FAILED, "cannot write %s: %s", path,
				 strerror(errno));
	if (path && is_file(*out) && !can_be_loaded(path))
		fprintf(stderr,
			"lapse: %s can be loaded only under another name: of "
			"small letters, digits and -,\nwith .yaml behind\n",
			path);
	return CLI_OK;
}

/** write_profile() - to that file; CLI_OK or CLI_FAILED after a message */
static int write_profile(const struct probe_result *result, const char *path,
			 FILE *out)
{
	/* what is no file, a pipe say, cannot be cut */
	bool bad = ftruncate(fileno(out), 0) < 0 && errno != EINVAL;

	finding_profile(result, out);
	bad = fflush(out) == EOF || bad;
	bad = ferror(out) || bad;
	if (bad)
		return cli_error(CLI_FAILED, "cannot write %s: %s", path,
				 strerror(errno));
	return CLI_OK;
}

/** drop_profile() - nothing was measured: no empty file is left */
static void drop_profile(const char *path, FILE *out)
{
	struct stat found;

	if (is_file(out) && fstat(fileno(out), &found) == 0 && !found.st_size)
		unlink(path);
}

/** get_run() - the options of `probe run` */
static int get_run(const struct words *words, struct probe_run *run)
{
	unsigned port = PROBE_PORT;
	int code;

	*run = (struct probe_run){
		.min = 1000,
		.max = 600000,
		.flows = 350,
		.rate = 100,
		.quiet = words->quiet,
	};
	if (!words->server)
		return cli_error(CLI_USAGE, "probe run needs --server and the "
					    "address of a probe serve");
	code = get_server(words->server, &run->server.addr);
	if (!code)
		code = get_number("--port", words->port, 1, 65534, &port);
	if (!code)
		code = get_locals(words->local, run->local);
	if (!code)
		code = get_duration("--min", words->min, &run->min);
	if (!code)
		code = get_duration("--max", words->max, &run->max);
	run->tcp_max = run->max;
	if (!code)
		code = get_duration("--tcp-max", words->tcp_max, &run->tcp_max);
	if (!code)
		code = get_number("--flows", words->flows, PROBE_FLOWS_MIN,
				  10000, &run->flows);
	if (!code)
		code = get_number("--rate", words->rate, 1, 1000, &run->rate);
	if (!code && (run->max <= run->min || run->tcp_max <= run->min))
		code = cli_error(CLI_USAGE, "--max and --tcp-max must be "
					    "longer than --min");
	run->server.port = (uint16_t)port;
	return code;
}

/** measure() - and print; CLI_OK or another code after a message */
static int measure(const struct cli *cli, const struct words *words,
		   const struct probe_run *options, struct probe_result *result)
{
	struct finding finding[FINDINGS];
	int error = probe_run(options, result);
	size_t n;

	if (error == -ETIMEDOUT)
		return cli_error(CLI_FAILED,
				 "no answer from %s port %u; does lapse probe "
				 "serve run there, and do firewalls let UDP "
				 "pass?",
				 words->server, options->server.port);
	if (error == -EADDRNOTAVAIL && words->local)
		return cli_error(CLI_FAILED,
				 "--local %s: this machine has no such address",
				 words->local);
	if (error)
		return cli_error(CLI_FAILED, "cannot measure: %s",
				 strerror(-error));
	n = finding_list(result, finding);
	if (cli->json)
		probe_print_json(result, finding, n);
	else
		probe_print_table(result, finding, n);
	probe_warn(result);
	return CLI_OK;
}

/** run() - `probe run` */
static int run(const struct cli *cli, const struct words *words)
{
	struct probe_result result;
	struct probe_run options;
	FILE *out = NULL;
	int code = get_run(words, &options);

	if (!code)
		code = open_profile(words->profile, &out);
	if (code)
		return code;
	code = measure(cli, words, &options, &result);
	if (out && code)
		drop_profile(words->profile, out);
	else if (out)
		code = write_profile(&result, words->profile, out);
	if (out)
		fclose(out);
	return code;
}

int cli_probe(struct cli *cli, int argc, char **argv)
{
	struct words words = {0};
	const struct args_option options[] = {
		/* of both, */
		{"--port", &words.port, NULL},
		/* of serve, */
		{"--listen", &words.listen, NULL},
		{"--alternate", &words.alternate, NULL},
		/* and of run */
		{"--server", &words.server, NULL},
		{"--local", &words.local, NULL},
		{"--min", &words.min, NULL},
		{"--max", &words.max, NULL},
		{"--tcp-max", &words.tcp_max, NULL},
		{"--flows", &words.flows, NULL},
		{"--rate", &words.rate, NULL},
		{"--profile-out", &words.profile, NULL},
		{"--quiet", NULL, &words.quiet},
		{0}};
	const size_t end = sizeof(options) / sizeof(options[0]) - 1;
	enum { OF_SERVE = 1, OF_RUN = 3 };
	int code = args_parse(cli, &argc, argv, options);

	if (code)
		return code;
	if (argc == 2 && strcmp(argv[1], "serve") == 0) {
		code = refuse_of("serve", "run", end - OF_RUN,
				 options + OF_RUN);
		return code ? code : serve(cli, &words);
	}
	if (argc == 2 && strcmp(argv[1], "run") == 0) {
		code = refuse_of("run", "serve", OF_RUN - OF_SERVE,
				 options + OF_SERVE);
		return code ? code : run(cli, &words);
	}
	return cli_error(CLI_USAGE, "give probe serve or probe run; see lapse "
				    "help probe");
}
