// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * settings - the commands get, set, unset, reload, and profile use
 */
#include <stdio.h>
#include <string.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/settings.h"
#include "cli/table.h"

/** where() - the layer that a value is from, and where in it */
static void where(const json_t *row, char *text, size_t size)
{
	const char *layer = json_string_value(json_object_get(row, "layer"));
	const char *name = json_string_value(json_object_get(row, "origin"));
	const char *class = json_string_value(json_object_get(row, "class"));
	json_int_t line = json_integer_value(json_object_get(row, "line"));

	if (class && name)
		snprintf(text, size, "profile %s, %s", name, class);
	else if (layer && name && strcmp(layer, "file") == 0)
		snprintf(text, size, "%s:%" JSON_INTEGER_FORMAT, name, line);
	else
		snprintf(text, size, "%s", layer ? layer : "-");
}

/** setting_row() - one line of `get` */
static void setting_row(json_t *row, void *table)
{
	char text[2][VALUE_TEXT], from[256];
	const char *const cells[] = {value_text(row, "setting", text[0]),
				     value_text(row, "value", text[1]), from};

	where(row, from, sizeof(from));
	table_row(table, cells);
}

int cli_get(struct cli *cli, int argc, char **argv)
{
	static const struct args_option none[] = {{0}};
	static const struct table_column columns[] = {
		{"SETTING", false}, {"VALUE", false}, {"FROM", false}};
	int code = args_parse(cli, &argc, argv, none);
	json_t *request;

	if (code)
		return code;
	if (argc > 2)
		return cli_error(CLI_USAGE, "get takes one key, such as "
					    "nat.udp-timeout, or nat");
	request = json_pack("{s:s, s:s*}", "request", "get", "key",
			    argc > 1 ? argv[1] : NULL);
	return ask_table(cli, request, columns, 3, setting_row);
}

/** say() - ", 3 at once", if there are any; Return: whether there were */
static bool say(const json_t *row, const char *name, bool first,
		const char *what)
{
	json_int_t n = json_integer_value(json_object_get(row, name));

	if (!n)
		return false;
	if (first)
		printf("%" JSON_INTEGER_FORMAT " session%s now lapse%s %s", n,
		       n == 1 ? "" : "s", n == 1 ? "s" : "", what);
	else
		printf(", %" JSON_INTEGER_FORMAT " %s", n, what);
	return true;
}

/** changed_row() - what other settings did to live sessions */
static void changed_row(json_t *row, void *arg)
{
	const char *apply = json_string_value(json_object_get(row, "apply"));
	bool any;

	(void)arg;
	any = say(row, "sooner", true, "sooner");
	any |= say(row, "later", !any, "later");
	any |= say(row, "ended", !any, "at once");
	if (any)
		putchar('\n');
	else if (apply && strcmp(apply, "new") == 0)
		puts("done; by apply: new, live sessions stay as they are");
	else
		puts("done; no live session is concerned");
}

int settings_change(const struct cli *cli, json_t *request)
{
	return ask(cli, request, changed_row, NULL, NULL);
}

/** add_value() - "K=V" into @values */
static int add_value(json_t *values, const char *argument)
{
	const char *equals = strchr(argument, '=');
	char key[256];
	size_t len = equals ? (size_t)(equals - argument) : 0;

	if (!len || len >= sizeof(key))
		return cli_error(CLI_USAGE,
				 "\"%s\" sets nothing: give KEY=VALUE, such as "
				 "nat.udp-timeout=60s",
				 argument);
	memcpy(key, argument, len);
	key[len] = '\0';
	if (json_object_get(values, key))
		return cli_error(CLI_USAGE, "%s= is given twice", key);
	if (json_object_set_new(values, key, json_string(equals + 1)) < 0)
		return cli_error(CLI_USAGE, "\"%s\" is not UTF-8", argument);
	return CLI_OK;
}

int cli_set(struct cli *cli, int argc, char **argv)
{
	const char *client = NULL;
	const struct args_option options[] = {{"--client", &client, NULL}, {0}};
	int code = args_parse(cli, &argc, argv, options);
	json_t *values = json_object();

	if (!code && argc < 2)
		code = cli_error(CLI_USAGE, "set needs KEY=VALUE, such as "
					    "nat.udp-timeout=60s");
	for (int i = 1; i < argc && !code; i++)
		code = add_value(values, argv[i]);
	if (!code)
		return settings_change(
			cli, json_pack("{s:s, s:o, s:s*}", "request", "set",
				       "values", values, "client", client));
	json_decref(values);
	return code;
}

int cli_unset(struct cli *cli, int argc, char **argv)
{
	const char *client = NULL;
	bool all = false;
	const struct args_option options[] = {
		{"--client", &client, NULL}, {"--all", NULL, &all}, {0}};
	int code = args_parse(cli, &argc, argv, options);
	json_t *keys = NULL;

	if (!code && all == (argc > 1))
		code = cli_error(CLI_USAGE, "unset needs keys, such as "
					    "nat.udp-timeout, or --all");
	if (code)
		return code;
	if (!all)
		keys = json_array();
	for (int i = 1; i < argc; i++)
		json_array_append_new(keys, json_string(argv[i]));
	return settings_change(cli, json_pack("{s:s, s:o*, s:s*}", "request",
					      "unset", "keys", keys, "client",
					      client));
}

int cli_reload(struct cli *cli, int argc, char **argv)
{
	int code = args_plain(cli, argc, argv);

	if (code)
		return code;
	return settings_change(cli, json_pack("{s:s}", "request", "reload"));
}

int settings_profile(const struct cli *cli, const char *name,
		     const char *client)
{
	return settings_change(cli, json_pack("{s:s, s:{s:s}, s:s*}", "request",
					      "set", "values", "profile", name,
					      "client", client));
}
