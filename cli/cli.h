/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli - what the parts of the lapse command share
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <jansson.h>

/** CLI_SOCKET - where lapsed listens unless told otherwise */
#define CLI_SOCKET "/run/lapse/control.sock"

/** enum cli_exit - exit codes, for scripts */
enum cli_exit {
	CLI_OK = 0,
	CLI_FAILED = 1,	    /* at run time */
	CLI_USAGE = 2,	    /* a wrong command line */
	CLI_SETTINGS = 3,   /* wrong settings */
	CLI_PERMISSION = 4, /* permission or a kernel feature is missing */
	CLI_UNMET = 5,	    /* what was waited for did not come */
	CLI_HELP = 1000,    /* no exit code: --help was among the options */
};

/**
 * struct cli - options that every command has
 * @socket:	path of the control socket
 * @json:	rows as they come from lapsed, in place of text
 * @whole:	the command that argv[0] is a part of, as lab of up; or NULL
 */
struct cli {
	const char *socket;
	bool json;
	const char *whole;
};

/**
 * command_fn() - run a command
 * @argc:	number of
 * @argv:	its arguments; the first is the command's own name
 *
 * Return: exit code.
 */
typedef int command_fn(struct cli *cli, int argc, char **argv);

/**
 * struct command - an entry of the table in cli/main.c
 * @name:	first word
 * @function:	what runs it
 * @usage:	arguments, after the name
 * @help:	one line
 * @details:	more lines for `lapse help NAME`, or NULL
 */
struct command {
	const char *name;
	command_fn *function;
	const char *usage;
	const char *help;
	const char *details;
};

/** cli_error() - "lapse: ..." on stderr; Return: @code */
int cli_error(int code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The commands, by file. */
command_fn cli_status, cli_stats;
command_fn cli_clients, cli_report, cli_who, cli_completion;
command_fn cli_get, cli_set, cli_unset, cli_reload;
command_fn cli_sessions, cli_mappings, cli_kill, cli_flush;
command_fn cli_lease, cli_fault;
command_fn cli_clock, cli_events, cli_wait, cli_help;
command_fn cli_profile, cli_explain, cli_watch;
command_fn cli_doctor, cli_scenario, cli_probe;
command_fn cli_exec, cli_lab;

#endif /* CLI_CLI_H */
