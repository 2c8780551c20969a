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
#include "lab/exec.h"
#include "lab/router.h"
#include "lab/say.h"

/**
 * struct job - the options, and what the two ends of the run need
 * @scale:	of the lapse clock, or 0
 * @report:	where the verdict goes, a descriptor, or -1
 */
struct job {
	struct cli cli;
	double scale;
	int report;
};

/** on_ready() - the clock runs as it shall before the command starts */
static int on_ready(const struct lab *lab, void *arg)
{
	const struct job *job = arg;

	(void)lab;
	if (job->scale <= 0)
		return 0;
	return ask(&job->cli,
		   json_pack("{s:s, s:f}", "request", "clock-scale", "scale",
			     job->scale),
		   NULL, NULL, NULL);
}

/** on_ended() - the heartbeat verdict */
static void on_ended(const struct lab *lab, void *arg)
{
	struct job *job = arg;
	char name[] = "report";
	char *argv[] = {name, NULL};

	if (job->report < 0)
		return;
	if (dup2(job->report, STDOUT_FILENO) < 0) {
		say_error("no report: %s", strerror(errno));
		return;
	}
	if (lab->spec->wan_host && !lab->spec->outside)
		printf(job->cli.json ? "{\"note\":\"%s\"}\n" : "%s.\n\n",
		       "The way out ended TCP and began it anew: what a server "
		       "saw of an expiry is not what it would see behind a "
		       "real NAT");
	cli_report(&job->cli, 1, argv);
	fflush(stdout);
}

/** parse_scale() - of the option; CLI_OK, or CLI_USAGE after a message */
static int parse_scale(const char *text, double *scale)
{
	char *end;

	if (!text)
		return CLI_OK;
	*scale = strtod(text, &end);
	if (end == text || *end || !(*scale > 0))
		return cli_error(CLI_USAGE,
				 "--scale wants a number above 0, not \"%s\"",
				 text);
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

int cli_exec(struct cli *cli, int argc, char **argv)
{
	const char *wan = "isolated";
	const char *report = NULL, *pcap = NULL, *scale = NULL, *events = NULL;
	char path[PATH_MAX];
	struct args_list sets = {.name = "--set"};
	struct lab_spec spec = {.clients = 1, .profile = "rfc-compliant"};
	struct job job = {.report = -1};
	struct exec exec = {
		.spec = &spec,
		.argv = (const char *const *)argv + 1,
		.pcap = -1,
		.ready = on_ready,
		.ended = on_ended,
		.arg = &job,
	};
	const struct args_option options[] = {
		{"--profile", &spec.profile, NULL},
		{"--behind", &spec.behind, NULL},
		{"--wan", &wan, NULL},
		{"--server", &exec.server, NULL},
		{"--report", &report, NULL},
		{"--pcap", &pcap, NULL},
		{"--events", &events, NULL},
		{"--seed", &spec.seed, NULL},
		{"--scale", &scale, NULL},
		{"--dhcp", NULL, &spec.dhcp},
		{"--root", NULL, &exec.root},
		{"--verbose", NULL, &spec.verbose},
		{0},
	};
	struct lab_setting set[ARGS_LIST];
	int fd = -1;
	int code = args_leading(cli, &argc, argv, options, &sets, 1);

	if (!code && argc < 2)
		code = cli_error(CLI_USAGE, "exec needs a command, such as "
					    "lapse exec -- ./my-test");
	if (!code && strcmp(wan, "isolated") != 0 && strcmp(wan, "host") != 0)
		code = cli_error(CLI_USAGE,
				 "--wan is isolated or host, not \"%s\"", wan);
	spec.wan_host = strcmp(wan, "host") == 0;
	if (!code && spec.wan_host && exec.server)
		code = cli_error(CLI_USAGE, "--server is for --wan isolated: "
					    "the real network has its own");
	if (!code)
		code = lab_settings(&sets, set, &spec);
	if (!code)
		code = parse_scale(scale, &job.scale);
	if (!code)
		code = open_output("--report", report, &job.report);
	if (!code)
		code = open_output("--pcap", pcap, &exec.pcap);
	if (!code && events && strcmp(events, "-") == 0)
		code = cli_error(CLI_USAGE, "--events wants a file, not -");
	/* lapsed goes on with a file; a run begins one */
	if (!code)
		code = open_output("--events", events, &fd);
	if (fd >= 0)
		close(fd);
	/* args_leading() has moved the command to the front */
	argv[argc] = NULL;
	spec.events = lab_path(events, path);
	/* cppcheck-suppress unreadVariable ; exec.arg points to it */
	job.cli = (struct cli){.socket = ROUTER_SOCKET, .json = cli->json};
	code = code ? SAY_FAILED : exec_run(&exec);
	lab_settings_free(&spec);
	return code;
}
