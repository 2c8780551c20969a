// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clients - the command clients: who is there, and what each has
 */
#include <stdio.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** name_text() - what its owner calls it, else what the settings do */
static const char *name_text(const json_t *row, char text[static VALUE_TEXT])
{
	bool own = json_is_string(json_object_get(row, "hostname"));

	return value_text(row, own ? "hostname" : "client", text);
}

/** drops_text() - dropped packets, both ways together */
static const char *drops_text(const json_t *row, char text[static VALUE_TEXT])
{
	snprintf(text, VALUE_TEXT, "%" JSON_INTEGER_FORMAT,
		 json_integer_value(json_object_get(row, "drops-out")) +
			 json_integer_value(json_object_get(row, "drops-in")));
	return text;
}

/** client_row() - one line of the table */
static void client_row(json_t *row, void *table)
{
	const json_t *ports = json_object_get(row, "ports");
	char text[11][VALUE_TEXT];
	const char *const cells[] = {
		value_text(row, "address", text[0]),
		name_text(row, text[1]),
		value_text(row, "mac", text[2]),
		value_text(row, "profile", text[3]),
		value_text(row, "sessions", text[4]),
		value_text(ports, "tcp", text[5]),
		value_text(ports, "udp", text[6]),
		value_text(ports, "icmp", text[7]),
		value_bytes(row, "bytes-out", text[8]),
		value_bytes(row, "bytes-in", text[9]),
		drops_text(row, text[10]),
	};

	table_row(table, cells);
}

int cli_clients(struct cli *cli, int argc, char **argv)
{
	static const struct args_option none[] = {{0}};
	static const struct table_column columns[] = {
		{"ADDRESS", false}, {"NAME", false},	{"MAC", false},
		{"PROFILE", false}, {"SESSIONS", true}, {"TCP PORTS", true},
		{"UDP", true},	    {"ICMP", true},	{"OUT", true},
		{"IN", true},	    {"DROPS", true},
	};
	int code = args_parse(cli, &argc, argv, none);
	json_t *filter = json_object();
	json_t *request;

	if (!code)
		code = args_filters(filter, argc - 1, argv + 1);
	if (code) {
		json_decref(filter);
		return code;
	}
	request =
		json_pack("{s:s, s:o}", "request", "clients", "filter", filter);
	return ask_table(cli, request, columns,
			 sizeof(columns) / sizeof(columns[0]), client_row);
}
