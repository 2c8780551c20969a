// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * status - the commands status and stats
 */
#include <stdio.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** print_words() - the strings of an array, each after a space */
static void print_words(const json_t *array)
{
	for (size_t i = 0; i < json_array_size(array); i++)
		printf(" %s", json_string_value(json_array_get(array, i)));
}

/** print_realms() - the WAN, its pool, and the LANs */
static void print_realms(const json_t *row)
{
	const json_t *wan = json_object_get(row, "wan");
	const json_t *lan = json_object_get(row, "lan");
	char text[VALUE_TEXT], address[VALUE_TEXT];

	printf("wan       %s:", value_text(wan, "interface", text));
	print_words(json_object_get(wan, "addresses"));
	printf("; pool");
	print_words(json_object_get(wan, "pool"));
	putchar('\n');
	for (size_t i = 0; i < json_array_size(lan); i++) {
		const json_t *one = json_array_get(lan, i);

		printf("lan       %s: %s\n", value_text(one, "interface", text),
		       value_text(one, "address", address));
	}
}

/** print_tables() - how full they are */
static void print_tables(const json_t *row)
{
	char text[5][VALUE_TEXT];

	printf("sessions  %s of %s; %s mappings, %s subscribers, %s ports "
	       "resting\n",
	       value_text(row, "sessions", text[0]),
	       value_text(row, "sessions-max", text[1]),
	       value_text(row, "mappings", text[2]),
	       value_text(row, "subscribers", text[3]),
	       value_text(row, "held-ports", text[4]));
	if (json_object_get(row, "leases"))
		printf("leases    %s; %s addresses known at most\n",
		       value_text(row, "leases", text[0]),
		       value_text(row, "leases-max", text[1]));
}

/** print_clock() - what the lapse clock shows */
static void print_clock(const json_t *clock)
{
	char time[VALUE_TEXT], scale[VALUE_TEXT];

	printf("clock     %s, scale %s, %s\n",
	       value_duration(clock, "time", "-", time),
	       value_text(clock, "scale", scale),
	       json_is_true(json_object_get(clock, "frozen")) ? "frozen"
							      : "running");
}

/** status_row() - all of it; @arg, a bool, is set when lapsed is ready */
static void status_row(json_t *row, void *arg)
{
	char text[5][VALUE_TEXT];
	bool *ready = arg;

	*ready = json_is_true(json_object_get(row, "ready"));
	printf("lapsed    %s, process %s, up %s, %s\n",
	       value_text(row, "lapsed", text[0]),
	       value_text(row, "pid", text[1]),
	       value_duration(row, "uptime", "-", text[2]),
	       *ready ? "ready" : "not ready yet");
	printf("profile   %s; settings %s\n",
	       value_text(row, "profile", text[0]),
	       value_text(row, "settings", text[1]));
	print_realms(row);
	printf("rules     %s, queue %s, gso %s\n",
	       value_text(row, "backend", text[0]),
	       value_text(row, "queue", text[1]),
	       value_text(row, "gso", text[2]));
	print_tables(row);
	print_clock(json_object_get(row, "clock"));
}

/** status_json() - the row as it is; @arg, a bool, is set as above */
static void status_json(json_t *row, void *arg)
{
	bool *ready = arg;

	*ready = json_is_true(json_object_get(row, "ready"));
	json_dumpf(row, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	putchar('\n');
}

int cli_status(struct cli *cli, int argc, char **argv)
{
	int code = args_plain(cli, argc, argv);
	struct cli rows = *cli;
	bool ready = false;

	if (code)
		return code;
	/* here the exit code needs the row, also when it is printed as JSON */
	rows.json = false;
	code = ask(&rows, json_pack("{s:s}", "request", "status"),
		   cli->json ? status_json : status_row, &ready, NULL);
	if (!code && !ready)
		code = cli_error(CLI_FAILED, "lapsed is not ready yet");
	return code;
}

/** stats_row() - a line a counter */
static void stats_row(json_t *row, void *arg)
{
	static const struct table_column columns[] = {{"COUNTER", false},
						      {"VALUE", true}};
	struct table table;

	(void)arg;
	table_begin(&table, stdout, columns, 2);
	for (void *i = json_object_iter(row); i;
	     i = json_object_iter_next(row, i)) {
		const char *name = json_object_iter_key(i);
		char text[VALUE_TEXT];
		const char *const cells[] = {name, value_text(row, name, text)};

		table_row(&table, cells);
	}
	table_end(&table);
}

/** metrics_row() - the text that Prometheus reads */
static void metrics_row(json_t *row, void *arg)
{
	const char *text = json_string_value(json_object_get(row, "text"));

	(void)arg;
	fputs(text ? text : "", stdout);
}

int cli_stats(struct cli *cli, int argc, char **argv)
{
	bool prometheus = false;
	const struct args_option options[] = {
		{"--prometheus", NULL, &prometheus}, {0}};
	int code = args_parse(cli, &argc, argv, options);

	if (!code && argc > 1)
		code = cli_error(CLI_USAGE, "stats takes no argument: %s",
				 argv[1]);
	if (code)
		return code;
	if (prometheus)
		return ask(cli, json_pack("{s:s}", "request", "metrics"),
			   metrics_row, NULL, NULL);
	return ask(cli, json_pack("{s:s}", "request", "stats"), stats_row, NULL,
		   NULL);
}
