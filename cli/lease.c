// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lease - the command lease
 */
#include <stdio.h>
#include <string.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** lease_row() - one line of the table */
static void lease_row(json_t *row, void *table)
{
	char text[8][VALUE_TEXT];
	const char *const cells[] = {
		value_text(row, "address", text[0]),
		value_text(row, "mac", text[1]),
		value_text(row, "hostname", text[2]),
		value_text(row, "state", text[3]),
		value_duration(row, "expires-in", "never", text[4]),
		value_duration(row, "renew-in", "-", text[5]),
		value_duration(row, "rebind-in", "-", text[6]),
		value_text(row, "client-id", text[7]),
	};

	table_row(table, cells);
}

/** moved_row() - from where to where */
static void moved_row(json_t *row, void *arg)
{
	char from[VALUE_TEXT], to[VALUE_TEXT];

	(void)arg;
	printf("%s is to be %s when its client next asks\n",
	       value_text(row, "address", from), value_text(row, "to", to));
}

/** show() - a request whose rows are leases */
static int show(const struct cli *cli, json_t *request)
{
	static const struct table_column columns[] = {
		{"ADDRESS", false}, {"MAC", false},	  {"HOST", false},
		{"STATE", false},   {"EXPIRES IN", true}, {"T1 IN", true},
		{"T2 IN", true},    {"CLIENT ID", false},
	};

	return ask_table(cli, request, columns,
			 sizeof(columns) / sizeof(columns[0]), lease_row);
}

/** about() - a request about a client */
static json_t *about(const char *name, const char *client)
{
	return client ? json_pack("{s:s, s:s}", "request", name, "client",
				  client)
		      : json_pack("{s:s}", "request", name);
}

/** move() - `lease move CLIENT [ADDRESS]` */
static int move(const struct cli *cli, int argc, char **argv)
{
	json_t *request = about("lease-move", argv[2]);

	if (argc > 3)
		json_object_set_new(request, "to", json_string(argv[3]));
	return ask(cli, request, moved_row, NULL, NULL);
}

int cli_lease(struct cli *cli, int argc, char **argv)
{
	static const struct args_option none[] = {{0}};
	static const char *const acts[] = {"expire", "nak", "release"};
	int code = args_parse(cli, &argc, argv, none);
	const char *action = argc > 1 ? argv[1] : "list";
	char name[32];

	if (code)
		return code;
	if (strcmp(action, "list") == 0 && argc <= 3)
		return show(cli, about("leases", argc > 2 ? argv[2] : NULL));
	if (strcmp(action, "move") == 0 && (argc == 3 || argc == 4))
		return move(cli, argc, argv);
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (strcmp(action, acts[i]) != 0 || argc != 3)
			continue;
		snprintf(name, sizeof(name), "lease-%s", action);
		return show(cli, about(name, argv[2]));
	}
	return cli_error(CLI_USAGE,
			 "give lease list [CLIENT], expire CLIENT, nak CLIENT, "
			 "release CLIENT or move CLIENT [ADDRESS]");
}
