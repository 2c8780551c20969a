// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault - the command fault
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** fault_row() - one line of the table */
static void fault_row(json_t *row, void *table)
{
	char text[5][VALUE_TEXT];
	const char *const cells[] = {
		value_text(row, "id", text[0]),
		value_text(row, "fault", text[1]),
		json_is_null(json_object_get(row, "client"))
			? "all"
			: value_text(row, "client", text[2]),
		value_duration(row, "value", "-", text[3]),
		value_duration(row, "ends-in", "never", text[4]),
	};

	table_row(table, cells);
}

/** show() - a request whose rows are faults */
static int show(const struct cli *cli, json_t *request)
{
	static const struct table_column columns[] = {
		{"ID", true},	 {"FAULT", false},  {"CLIENT", false},
		{"VALUE", true}, {"ENDS IN", true},
	};

	return ask_table(cli, request, columns,
			 sizeof(columns) / sizeof(columns[0]), fault_row);
}

/** cleared_row() - how many it was */
static void cleared_row(json_t *row, void *arg)
{
	char text[VALUE_TEXT];

	(void)arg;
	printf("faults ended: %s\n", value_text(row, "cleared", text));
}

/** clear() - `fault clear [ID]` */
static int clear(const struct cli *cli, const char *text)
{
	json_t *request = json_pack("{s:s}", "request", "fault-clear");
	char *end;
	long id;

	if (text) {
		errno = 0;
		id = strtol(text, &end, 10);
		if (*text < '0' || *text > '9' || *end || errno) {
			json_decref(request);
			return cli_error(CLI_USAGE,
					 "\"%s\" is no id; fault list shows "
					 "them",
					 text);
		}
		json_object_set_new(request, "id", json_integer(id));
	}
	return ask(cli, request, cleared_row, NULL, NULL);
}

int cli_fault(struct cli *cli, int argc, char **argv)
{
	const char *length = NULL, *client = NULL, *value = NULL;
	const struct args_option options[] = {
		{"--for", &length, NULL},
		{"--client", &client, NULL},
		{"--value", &value, NULL},
		{0},
	};
	int code = args_parse(cli, &argc, argv, options);
	bool plain = !length && !client && !value;
	json_t *request;

	if (code)
		return code;
	if (plain && argc == 2 && strcmp(argv[1], "list") == 0)
		return show(cli, json_pack("{s:s}", "request", "faults"));
	if (plain && argc >= 2 && argc <= 3 && strcmp(argv[1], "clear") == 0)
		return clear(cli, argc > 2 ? argv[2] : NULL);
	if (argc != 2)
		return cli_error(CLI_USAGE,
				 "give fault NAME, list or clear [ID]; lapse "
				 "help fault lists the names");
	request = json_pack("{s:s, s:s}", "request", "fault", "fault", argv[1]);
	if (length)
		json_object_set_new(request, "for", json_string(length));
	if (client)
		json_object_set_new(request, "client", json_string(client));
	if (value)
		json_object_set_new(request, "value", json_string(value));
	return show(cli, request);
}
