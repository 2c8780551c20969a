// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lab - the command lab: a standing lab of hosts in namespaces
 */
#include "cli/lab.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/table.h"
#include "lab/say.h"
#include "lab/stand.h"

int lab_settings(const struct args_list *list, struct lab_setting *set,
		 struct lab_spec *spec)
{
	spec->set = set;
	for (size_t i = 0; i < list->n; i++) {
		const char *equals = strchr(list->item[i], '=');

		if (!equals || equals == list->item[i])
			return cli_error(CLI_USAGE,
					 "--set wants KEY=VALUE, such as "
					 "nat.udp-timeout=60s, not \"%s\"",
					 list->item[i]);
		set[i].key = strndup(list->item[i],
				     (size_t)(equals - list->item[i]));
		if (!set[i].key)
			return cli_error(CLI_FAILED, "out of memory");
		set[i].value = equals + 1;
		spec->n_set++;
	}
	return CLI_OK;
}

void lab_settings_free(struct lab_spec *spec)
{
	for (size_t i = 0; i < spec->n_set; i++) {
		union {
			const char *in;
			void *out;
		} key = {.in = spec->set[i].key};

		free(key.out);
	}
	spec->n_set = 0;
}

int lab_events(const char *path, char text[static PATH_MAX],
	       const char **events)
{
	char *cwd;

	*events = path;
	if (!path || path[0] == '/')
		return CLI_OK;
	if (strcmp(path, "-") == 0)
		return cli_error(CLI_USAGE, "--events wants a file, not -");
	cwd = get_current_dir_name();
	snprintf(text, PATH_MAX, "%s/%s", cwd ? cwd : "", path);
	free(cwd);
	*events = text;
	return CLI_OK;
}

const char *lab_default(void)
{
	const char *name = getenv("LAPSE_LAB");

	return name && *name ? name : LAB_DEFAULT;
}

const char *lab_of_socket(const char *socket, char name[static LAB_NAME_TEXT])
{
	const char *where = socket + sizeof("lab:") - 1;
	size_t len;

	if (strncmp(socket, "lab:", sizeof("lab:") - 1) != 0)
		return NULL;
	len = strcspn(where, "/");
	if (len)
		snprintf(name, LAB_NAME_TEXT, "%.*s", (int)len, where);
	else
		snprintf(name, LAB_NAME_TEXT, "%s", lab_default());
	return where[len] ? where + len + 1 : "";
}

/** code_of() - the exit code that an errno means */
static int code_of(int error)
{
	switch (error) {
	case 0:
		return CLI_OK;
	case -EINVAL:
		return CLI_SETTINGS;
	case -EPERM:
		return CLI_PERMISSION;
	default:
		return CLI_FAILED;
	}
}

/** print_host() - a row, in JSON */
static void print_host(const char *lab, const char *const cells[static 4])
{
	json_t *row =
		json_pack("{s:s, s:s, s:s, s:s?, s:s}", "lab", lab, "host",
			  cells[0], "address", cells[1], "profile",
			  strcmp(cells[2], "-") != 0 ? cells[2] : NULL, "state",
			  cells[3]);

	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(row);
}

/**
 * print_status() - the hosts of a lab, from lines of four words
 *
 * Return: CLI_OK; CLI_FAILED if a gateway does not serve, or after a message.
 */
static int print_status(const struct cli *cli, const char *name)
{
	static const struct table_column columns[] = {{"HOST", false},
						      {"ADDRESS", false},
						      {"PROFILE", false},
						      {"STATE", false}};
	struct stand_answer answer;
	struct table table;
	char *line, *rest = answer.text;
	int error = stand_ask(name, "status", &answer), code = CLI_OK;

	if (error)
		return code_of(error);
	if (!cli->json)
		table_begin(&table, stdout, columns, 4);
	while ((line = strsep(&rest, "\n")) && *line) {
		const char *cells[4];

		for (int i = 0; i < 4; i++) {
			cells[i] = strsep(&line, "\t");
			if (!cells[i])
				cells[i] = "-";
		}
		if (strcmp(cells[3], "up") != 0)
			code = CLI_FAILED;
		if (cli->json)
			print_host(name, cells);
		else
			table_row(&table, cells);
	}
	if (!cli->json)
		table_end(&table);
	return code;
}

/** parse_clients() - their number; CLI_OK, or CLI_USAGE after a message */
static int parse_clients(const char *text, struct lab_spec *spec)
{
	char *end;
	unsigned long n;

	if (!text)
		return CLI_OK;
	n = strtoul(text, &end, 10);
	if (end == text || *end || n < 1 || n > LAB_CLIENTS_MAX)
		return cli_error(CLI_USAGE,
				 "--clients wants a number from 1 to %d, not "
				 "\"%s\"",
				 LAB_CLIENTS_MAX, text);
	spec->clients = (unsigned)n;
	return CLI_OK;
}

/** give_profiles() - the first to the gateway; several: one to each client */
static int give_profiles(const struct args_list *profiles,
			 struct lab_spec *spec)
{
	if (profiles->n > 1 && profiles->n > spec->clients)
		return cli_error(CLI_USAGE,
				 "%zu profiles for %u client%s; give --clients "
				 "%zu",
				 profiles->n, spec->clients,
				 spec->clients == 1 ? "" : "s", profiles->n);
	if (profiles->n)
		spec->profile = profiles->item[0];
	for (size_t i = 1; i < profiles->n; i++)
		spec->client_profile[i] = profiles->item[i];
	return CLI_OK;
}

/** lab_up() - `lapse lab up` */
static int lab_up(struct cli *cli, int argc, char **argv)
{
	const char *name = lab_default(), *clients = NULL, *events = NULL;
	struct args_list lists[] = {{.name = "--set"}, {.name = "--profile"}};
	struct lab_setting set[ARGS_LIST];
	struct lab_spec spec = {
		.clients = 1, .profile = "rfc-compliant", .log = LAB_LOG};
	char path[PATH_MAX];
	const struct args_option options[] = {
		{"--name", &name, NULL},
		{"--clients", &clients, NULL},
		{"--behind", &spec.behind, NULL},
		{"--seed", &spec.seed, NULL},
		{"--events", &events, NULL},
		{"--dhcp", NULL, &spec.dhcp},
		{"--verbose", NULL, &spec.verbose},
		{0},
	};
	int code = args_leading(cli, &argc, argv, options, lists, 2);

	if (!code && argc > 1)
		code = cli_error(CLI_USAGE, "lab up takes no argument: %s",
				 argv[1]);
	if (!code)
		code = parse_clients(clients, &spec);
	if (!code)
		code = give_profiles(&lists[1], &spec);
	if (!code)
		code = lab_settings(&lists[0], set, &spec);
	if (!code)
		code = lab_events(events, path, &spec.events);
	if (!code)
		code = code_of(stand_up(name, &spec));
	lab_settings_free(&spec);
	return code ? code : print_status(cli, name);
}

/** lab_exec() - `lapse lab exec HOST COMMAND`, and shell without one */
static int lab_exec(struct cli *cli, int argc, char **argv)
{
	const char *shell = getenv("SHELL");
	const char *const shell_argv[] = {shell && *shell ? shell : "/bin/sh",
					  NULL};
	bool is_shell = strcmp(argv[0], "shell") == 0;
	struct stand_run run = {.lab = lab_default(), .argv = shell_argv};
	const struct args_option options[] = {
		{"--name", &run.lab, NULL},
		{"--user", NULL, &run.as_caller},
		{0},
	};
	int code = args_leading(cli, &argc, argv, options, NULL, 0);
	char **command = argv + 2;

	if (!code && (argc < 2 || (argc > 2) == is_shell))
		code = cli_error(CLI_USAGE,
				 is_shell ? "lab shell wants a host"
					  : "lab exec wants a host and a "
					    "command, such as lapse lab exec "
					    "client1 -- ping server");
	/* one more "--", between the host and the command */
	if (!code && !is_shell && strcmp(argv[2], "--") == 0) {
		command++;
		if (argc < 4)
			code = cli_error(CLI_USAGE, "lab exec wants a command");
	}
	if (code)
		return code == CLI_HELP ? code : SAY_FAILED;
	run.host = argv[1];
	argv[argc] = NULL;
	if (!is_shell)
		run.argv = (const char *const *)command;
	stand_run(&run);
}

/**
 * parse_name() - the options of what takes nothing but a lab's name
 * @name:	set, if one was given
 *
 * Return: CLI_OK, CLI_HELP, or CLI_USAGE after a message.
 */
static int parse_name(struct cli *cli, int argc, char **argv, const char **name)
{
	const struct args_option options[] = {{"--name", name, NULL}, {0}};
	int code = args_parse(cli, &argc, argv, options);

	/* "down x" must not end the lab of another name */
	if (!code && argc > 1)
		code = cli_error(CLI_USAGE,
				 "lab %s takes no argument: %s; --name NAME "
				 "is for a lab's name",
				 argv[0], argv[1]);
	return code;
}

/** lab_status() - `lapse lab status`: the labs, and the hosts of each */
static int lab_status(struct cli *cli, int argc, char **argv)
{
	const char *name = NULL;
	int code = parse_name(cli, argc, argv, &name);
	char *found;

	if (code || name)
		return code ? code : print_status(cli, name);
	for (size_t i = 0; (found = stand_name(i)); i++) {
		if (!cli->json)
			printf("%slab %s\n", i ? "\n" : "", found);
		if (print_status(cli, found))
			code = CLI_FAILED;
		free(found);
	}
	return code;
}

/** lab_down() - `lapse lab down` */
static int lab_down(struct cli *cli, int argc, char **argv)
{
	const char *name = lab_default();
	int code = parse_name(cli, argc, argv, &name);

	return code ? code : code_of(stand_down(name));
}

int cli_lab(struct cli *cli, int argc, char **argv)
{
	static const struct {
		const char *name;
		command_fn *function;
	} verbs[] = {
		{"up", lab_up},		{"exec", lab_exec}, {"shell", lab_exec},
		{"status", lab_status}, {"down", lab_down},
	};

	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return CLI_HELP;
	cli->whole = argv[0];
	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]);
	     i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].function(cli, argc - 1, argv + 1);
	return cli_error(CLI_USAGE, "lab wants up, exec, shell, status or "
				    "down; see lapse help lab");
}
