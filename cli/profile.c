// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * profile - the command profile: which there are, and what one says
 *
 * Reads the files itself: lapsed need not run.
 */
#include <stdio.h>
#include <string.h>
#include "cli/args.h"
#include "cli/settings.h"
#include "cli/table.h"
#include "conf/conf.h"

/** print_json() - one row; @row is released */
static void print_json(json_t *row)
{
	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(row);
}

/** struct rows - where rows go: a table, or NULL for JSON */
struct rows {
	struct table *table;
};

/** list_profile() - conf_profile_fn: one row */
static void list_profile(const struct conf_profile_info *info, void *arg)
{
	const struct rows *rows = arg;
	char assumed[VALUE_TEXT];
	const char *const cells[] = {info->name, info->date, assumed,
				     info->title};

	if (!rows->table) {
		print_json(json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}",
				     "profile", info->name, "title",
				     info->title, "date", info->date, "path",
				     info->path, "values", (int)info->values,
				     "assumed", (int)info->assumed));
		return;
	}
	snprintf(assumed, sizeof(assumed), "%u of %u", info->assumed,
		 info->values);
	table_row(rows->table, cells);
}

/** list() - `profile list` */
static int list(const struct cli *cli)
{
	static const struct table_column columns[] = {{"PROFILE", false},
						      {"DATE", false},
						      {"ASSUMED", true},
						      {"TITLE", false}};
	struct table table;
	struct rows rows = {cli->json ? NULL : &table};
	size_t bad;

	if (!cli->json)
		table_begin(&table, stdout, columns, 4);
	bad = conf_profiles(list_profile, &rows, stderr);
	if (!cli->json)
		table_end(&table);
	if (bad)
		return cli_error(CLI_SETTINGS,
				 "profiles with errors are left out: %zu", bad);
	return CLI_OK;
}

/** class_of() - how a value is known, in a word */
static const char *class_of(const struct conf_entry *entry)
{
	return entry->origin.layer == CONF_PROFILE
		       ? conf_class_names[entry->origin.class]
		       : "default";
}

/** show_entry() - conf_entry_fn: one value and its source */
static void show_entry(const struct conf_entry *entry, void *arg)
{
	const struct rows *rows = arg;
	bool own = entry->origin.layer == CONF_PROFILE;
	const char *source = own ? entry->origin.source : "";
	const char *const cells[] = {entry->path, entry->value, class_of(entry),
				     source};

	/* A hint that was not given is none. */
	if (!own && !strcmp(entry->path, "pool-size"))
		return;
	if (rows->table)
		table_row(rows->table, cells);
	else
		print_json(json_pack("{s:s, s:s, s:s, s:s?}", "setting",
				     entry->path, "value", entry->value,
				     "class", class_of(entry), "source",
				     own ? source : NULL));
}

/** print_about() - what it is, and how much of it is known */
static void print_about(const struct conf *conf)
{
	struct conf_profile_info info;

	if (!conf_profile_about(conf, &info)) {
		puts("default: lapse's own defaults, which keep to the RFCs\n");
		return;
	}
	printf("%s: %s, %s\n%s\n"
	       "%u of its %u values are assumed, not measured or documented\n"
	       "\n",
	       info.name, info.title, info.date, info.path, info.assumed,
	       info.values);
}

/** show() - `profile show PROFILE` */
static int show(const struct cli *cli, const char *name)
{
	static const struct table_column columns[] = {{"SETTING", false},
						      {"VALUE", false},
						      {"CLASS", false},
						      {"SOURCE", false}};
	const struct conf_override override = {"profile", name};
	struct conf *conf = conf_load(NULL, &override, 1, stderr);
	struct table table;
	struct rows rows = {cli->json ? NULL : &table};

	if (!conf)
		return CLI_SETTINGS;
	if (!cli->json) {
		print_about(conf);
		table_begin(&table, stdout, columns, 4);
	}
	conf_profile_foreach(conf, show_entry, &rows);
	if (!cli->json)
		table_end(&table);
	conf_free(conf);
	return CLI_OK;
}

int cli_profile(struct cli *cli, int argc, char **argv)
{
	const char *client = NULL;
	const struct args_option options[] = {{"--client", &client, NULL}, {0}};
	int code = args_parse(cli, &argc, argv, options);

	if (code)
		return code;
	if (argc == 3 && !strcmp(argv[1], "use"))
		return settings_profile(cli, argv[2], client);
	if (client)
		return cli_error(CLI_USAGE, "--client is for profile use");
	if (argc == 2 && !strcmp(argv[1], "list"))
		return list(cli);
	if (argc == 3 && !strcmp(argv[1], "show"))
		return show(cli, argv[2]);
	return cli_error(CLI_USAGE,
			 "give profile list, profile show PROFILE or profile "
			 "use PROFILE");
}
