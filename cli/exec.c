// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec - the command exec: run a command behind a NAT
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/lab.h"
#include "cli/report.h"
#include "gateway/clock.h"
#include "lab/exec.h"
#include "lab/router.h"
#include "lab/say.h"

/**
 * struct job - the options, and what the two ends of the run need
 * @wan, @report, @pcap, @scale, @events: options as they were given
 * @set:	those of --set, of which spec has as many as there are
 * @path:	absolute, of @events
 * @clock:	pace of the lapse clock, or 0: as it is
 * @verdict:	where the report goes, a descriptor, or -1
 */
struct job {
	struct cli cli;
	const char *wan, *report, *pcap, *scale, *events;
	struct lab_spec spec;
	struct lab_setting set[ARGS_LIST];
	char path[PATH_MAX];
	struct exec exec;
	double clock;
	int verdict;
};

/** gateway() - of the two, the inner or the outer one, for who asks it */
static struct cli gateway(const struct job *job, bool outer)
{
	struct cli cli = job->cli;

	/* whatever the caller's socket is */
	cli.socket = outer ? ROUTER_CARRIER_SOCKET : ROUTER_SOCKET;
	return cli;
}

/** on_ready() - the lapse clocks run as they shall before the command starts */
static int on_ready(const struct lab *lab, void *arg)
{
	const struct job *job = arg;
	int code = CLI_OK;

	for (int i = 0; !code && job->clock > 0 && i < (lab->carrier ? 2 : 1);
	     i++) {
		const struct cli cli = gateway(job, i);

		code = ask(&cli,
			   json_pack("{s:s, s:f}", "request", "clock-scale",
				     "scale", job->clock),
			   NULL, NULL, NULL);
	}
	return code;
}

/** note() - a sentence of the report that is not of one flow */
static void note(const struct job *job, const char *text)
{
	json_t *row;

	if (!job->cli.json) {
		printf("%s.\n\n", text);
		return;
	}
	row = json_pack("{s:s}", "note", text);
	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(row);
}

/** print_verdict() - of both NATs where there are two, for each has timers */
static void print_verdict(const struct job *job, const struct lab *lab)
{
	const struct lab_spec *spec = lab->spec;
	char text[PATH_MAX + 64];

	for (int i = 0; i < (lab->carrier ? 2 : 1); i++) {
		const struct cli cli = gateway(job, i);

		if (i && !cli.json)
			putchar('\n');
		snprintf(text, sizeof(text), "By the %s NAT, %s",
			 i ? "second" : "first",
			 i ? spec->behind : spec->profile);
		if (lab->carrier)
			note(job, text);
		report_print(&cli, json_object(), i || !lab->carrier);
	}
}

/** on_ended() - the heartbeat verdict */
static void on_ended(const struct lab *lab, void *arg)
{
	struct job *job = arg;

	if (job->verdict < 0)
		return;
	if (dup2(job->verdict, STDOUT_FILENO) < 0) {
		say_error("no report: %s", strerror(errno));
		return;
	}
	if (lab->spec->wan_host && !lab->spec->outside)
		note(job, "The way out ended TCP and began it anew: what a "
			  "server saw of an expiry is not what it would see "
			  "behind a real NAT");
	print_verdict(job, lab);
	if (fflush(stdout) == EOF || ferror(stdout))
		say_error("the report cannot be written: %s", strerror(errno));
}

/** parse_scale() - of the option; CLI_OK, or CLI_USAGE after a message */
static int parse_scale(const char *text, double *scale)
{
	char *end;

	if (!text)
		return CLI_OK;
	*scale = strtod(text, &end);
	if (end == text || *end || !(*scale > 0) || *scale > CLOCK_SCALE_MAX)
		return cli_error(CLI_USAGE,
				 "--scale wants a number above 0 and at most "
				 "%.0f, not \"%s\"",
				 CLOCK_SCALE_MAX, text);
	return CLI_OK;
}

/** open_output() - a file of an option; "-" is standard output */
static int open_output(const char *option, const char *path, int *fd)
{
	*fd = -1;
	if (!path)
		return CLI_OK;
	if (strcmp(path, "-") == 0)
		*fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
	else
		*fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			   0666);
	if (*fd < 0)
		return cli_error(CLI_FAILED, "%s: %s: %s", option, path,
				 strerror(errno));
	return CLI_OK;
}

/** check_options() - what one of them says; CLI_OK, or CLI_USAGE */
static int check_options(struct job *job, int argc)
{
	if (argc < 2)
		return cli_error(CLI_USAGE, "exec needs a command, such as "
					    "lapse exec -- ./my-test");
	if (strcmp(job->wan, "isolated") != 0 && strcmp(job->wan, "host") != 0)
		return cli_error(CLI_USAGE,
				 "--wan is isolated or host, not \"%s\"",
				 job->wan);
	job->spec.wan_host = strcmp(job->wan, "host") == 0;
	if (job->spec.wan_host && job->exec.server)
		return cli_error(CLI_USAGE, "--server is for --wan isolated: "
					    "the real network has its own");
	return parse_scale(job->scale, &job->clock);
}

/** parse() - all of it; CLI_OK, CLI_HELP, or CLI_USAGE after a message */
static int parse(struct job *job, int *argc, char **argv)
{
	struct lab_spec *spec = &job->spec;
	struct args_list sets = {.name = "--set"};
	const struct args_option options[] = {
		{"--profile", &spec->profile, NULL},
		{"--behind", &spec->behind, NULL},
		{"--wan", &job->wan, NULL},
		{"--server", &job->exec.server, NULL},
		{"--report", &job->report, NULL},
		{"--pcap", &job->pcap, NULL},
		{"--events", &job->events, NULL},
		{"--seed", &spec->seed, NULL},
		{"--scale", &job->scale, NULL},
		{"--dhcp", NULL, &spec->dhcp},
		{"--root", NULL, &job->exec.root},
		{"--verbose", NULL, &spec->verbose},
		{0},
	};
	int code = args_leading(&job->cli, argc, argv, options, &sets, 1);

	if (!code)
		code = check_options(job, *argc);
	if (!code)
		code = lab_settings(&sets, job->set, spec);
	return code ? code : lab_events(job->events, job->path, &spec->events);
}

/**
 * open_outputs() - once the options are known to be right: an old recording is
 * not lost by a wrong one
 *
 * Return: CLI_OK, or CLI_FAILED after a message.
 */
static int open_outputs(struct job *job)
{
	int fd = -1;
	int code = open_output("--report", job->report, &job->verdict);

	if (!code)
		code = open_output("--pcap", job->pcap, &job->exec.pcap);
	/* lapsed goes on with a file; a run begins one */
	if (!code)
		code = open_output("--events", job->events, &fd);
	if (fd >= 0)
		close(fd);
	return code;
}

int cli_exec(struct cli *cli, int argc, char **argv)
{
	struct job job = {
		.cli = *cli,
		.wan = "isolated",
		.spec = {.clients = 1, .profile = "rfc-compliant"},
		.exec = {.spec = &job.spec,
			 .argv = (const char *const *)argv + 1,
			 .pcap = -1,
			 .ready = on_ready,
			 .ended = on_ended,
			 .arg = &job},
		.verdict = -1,
	};
	int code = parse(&job, &argc, argv);

	if (code == CLI_HELP)
		return code;
	/* args_leading() has moved the command to the front */
	argv[argc] = NULL;
	if (!code)
		code = exec_check(&job.exec);
	if (!code)
		code = open_outputs(&job);
	code = code ? SAY_FAILED : exec_run(&job.exec);
	free(job.exec.profile_path);
	lab_settings_free(&job.spec);
	return code;
}
