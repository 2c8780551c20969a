// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sessions - the commands sessions, mappings, kill and flush
 */
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** session_row() - one line of the table */
static void session_row(json_t *row, void *table)
{
	char text[9][VALUE_TEXT];
	const char *const cells[] = {
		value_text(row, "protocol", text[0]),
		value_text(row, "internal", text[1]),
		value_text(row, "external", text[2]),
		value_text(row, "remote", text[3]),
		value_text(row, "state", text[4]),
		value_bytes(row, "bytes-out", text[5]),
		value_bytes(row, "bytes-in", text[6]),
		value_duration(row, "idle", "never", text[7]),
		value_duration(row, "expires-in", "never", text[8]),
	};

	table_row(table, cells);
}

/** mapping_row() - one line of the table */
static void mapping_row(json_t *row, void *table)
{
	char text[6][VALUE_TEXT];
	const char *const cells[] = {
		value_text(row, "protocol", text[0]),
		value_text(row, "internal", text[1]),
		value_text(row, "external", text[2]),
		value_text(row, "remote", text[3]),
		value_text(row, "sessions", text[4]),
		value_duration(row, "expires-in", "never", text[5]),
	};

	table_row(table, cells);
}

/** filtered() - a request with the filter that the arguments are */
static int filtered(const char *name, int argc, char **argv, json_t **request)
{
	json_t *filter = json_object();
	int code = args_filters(filter, argc - 1, argv + 1);

	if (code) {
		json_decref(filter);
		return code;
	}
	*request = json_pack("{s:s, s:o}", "request", name, "filter", filter);
	return CLI_OK;
}

/** show() - a request with a filter, its rows in a table */
static int show(struct cli *cli, int argc, char **argv, row_fn *row,
		const struct table_column *columns, size_t n_columns)
{
	static const struct args_option none[] = {{0}};
	int code = args_parse(cli, &argc, argv, none);
	json_t *request = NULL;

	if (!code)
		code = filtered(argv[0], argc, argv, &request);
	if (code)
		return code;
	return ask_table(cli, request, columns, n_columns, row);
}

int cli_sessions(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{"PROTOCOL", false}, {"INTERNAL", false}, {"EXTERNAL", false},
		{"REMOTE", false},   {"STATE", false},	  {"OUT", true},
		{"IN", true},	     {"IDLE", true},	  {"EXPIRES IN", true},
	};

	return show(cli, argc, argv, session_row, columns,
		    sizeof(columns) / sizeof(columns[0]));
}

int cli_mappings(struct cli *cli, int argc, char **argv)
{
	static const struct table_column columns[] = {
		{"PROTOCOL", false}, {"INTERNAL", false}, {"EXTERNAL", false},
		{"REMOTE", false},   {"SESSIONS", true},  {"EXPIRES IN", true},
	};

	return show(cli, argc, argv, mapping_row, columns,
		    sizeof(columns) / sizeof(columns[0]));
}

/** killed_row() - how many it was */
static void killed_row(json_t *row, void *arg)
{
	char text[VALUE_TEXT];

	(void)arg;
	printf("sessions ended: %s\n", value_text(row, "killed", text));
}

int cli_kill(struct cli *cli, int argc, char **argv)
{
	static const struct args_option none[] = {{0}};
	int code = args_parse(cli, &argc, argv, none);
	json_t *request = NULL;

	if (!code && argc < 2)
		code = cli_error(CLI_USAGE, "kill needs a filter, such as "
					    "client=192.168.77.20; flush ends "
					    "all sessions");
	if (!code)
		code = filtered("kill", argc, argv, &request);
	return code ? code : ask(cli, request, killed_row, NULL, NULL);
}

int cli_flush(struct cli *cli, int argc, char **argv)
{
	int code = args_plain(cli, argc, argv);

	if (code)
		return code;
	return ask(cli, json_pack("{s:s}", "request", "flush"), killed_row,
		   NULL, NULL);
}
