// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor - the command doctor: what this machine lacks, and how to mend it
 */
#include "cli/doctor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli/args.h"
#include "cli/table.h"

static const struct {
	const char *name;
	const char *title;
} uses[DOCTOR_USES] = {
	[DOCTOR_ROUTER] = {"router", "lapsed as a router"},
	[DOCTOR_EXEC_ROOT] = {"exec-root", "lapse exec as root"},
	[DOCTOR_EXEC_USER] = {"exec-user", "lapse exec as an ordinary user"},
};

/**
 * struct row - a check's findings
 * @of:		for each use
 * @worst:	of those that are asked for; else of all
 */
struct row {
	const struct doctor_check *check;
	struct doctor_finding of[DOCTOR_USES];
	const struct doctor_finding *worst;
};

/** judge() - one check, for all uses */
static void judge(struct row *row, const struct doctor_check *check,
		  const struct doctor_facts *facts, unsigned asked)
{
	const struct doctor_finding *any = &row->of[0];

	row->check = check;
	row->worst = NULL;
	for (int use = 0; use < DOCTOR_USES; use++) {
		struct doctor_finding *one = &row->of[use];

		doctor_judge(check, facts, (enum doctor_use)use, one);
		if (one->state > any->state)
			any = one;
		if (asked & 1U << use && one->state != DOCTOR_UNUSED &&
		    (!row->worst || one->state > row->worst->state))
			row->worst = one;
	}
	if (!row->worst)
		row->worst = any;
}

/** print_json() - a check as an object */
static void print_json(const struct row *row, unsigned asked)
{
	bool needed = false, mend = row->worst->remedy != NULL;
	json_t *object;

	for (int use = 0; use < DOCTOR_USES; use++)
		if (asked & 1U << use && row->of[use].state == DOCTOR_MISSING)
			needed = true;
	object = json_pack(
		"{s:s, s:s, s:s, s:b, s:s, s:s?}", "check", row->check->name,
		"state", doctor_state_name(row->worst->state), "found",
		row->worst->found, "fails", needed, "means", row->check->means,
		"remedy", mend ? row->worst->remedy : NULL);
	for (int use = 0; use < DOCTOR_USES; use++)
		json_object_set_new(
			object, uses[use].name,
			json_string(doctor_state_name(row->of[use].state)));
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(object);
}

/** print_row() - a check as a line of the table */
static void print_row(struct table *table, const struct row *row)
{
	const char *cells[DOCTOR_USES + 2] = {row->check->name};

	for (int use = 0; use < DOCTOR_USES; use++)
		cells[use + 1] = doctor_state_name(row->of[use].state);
	cells[DOCTOR_USES + 1] = row->worst->found;
	table_row(table, cells);
}

/** concerns() - whether one of the uses that are asked for has need of it */
static bool concerns(const struct row *row, unsigned asked)
{
	for (int use = 0; use < DOCTOR_USES; use++)
		if (asked & 1U << use && row->of[use].state != DOCTOR_UNUSED)
			return true;
	return false;
}

/**
 * print_remedies() - below the table: what each lack means, and its end
 * @alone:	leave out what the uses asked for have no need of
 */
static void print_remedies(const struct doctor_facts *facts, unsigned asked,
			   bool alone)
{
	const struct doctor_check *check;
	struct row row;

	for (size_t i = 0; (check = doctor_check_at(i)); i++) {
		judge(&row, check, facts, asked);
		if (row.worst->state < DOCTOR_LIMITED ||
		    (alone && !concerns(&row, asked)))
			continue;
		printf("\n%s: %s\n", check->name, check->means);
		if (row.worst->remedy)
			printf("    %s\n", row.worst->remedy);
	}
}

/** print_verdicts() - a line for each of these uses */
static void print_verdicts(const struct doctor_facts *facts, unsigned which)
{
	static const char *const words[] = {
		[DOCTOR_UNUSED] = "",
		[DOCTOR_OK] = "works",
		[DOCTOR_UNTRIED] = "may work; not all could be tried",
		[DOCTOR_LIMITED] = "works, with limits",
		[DOCTOR_MISSING] = "does not work",
	};

	putchar('\n');
	for (int use = 0; use < DOCTOR_USES; use++)
		if (which & 1U << use)
			printf("%s: %s\n", uses[use].title,
			       words[doctor_verdict(facts,
						    (enum doctor_use)use)]);
}

/**
 * print() - all of it
 * @alone:	of a use that was named, nothing of the others below the table
 */
static void print(const struct cli *cli, const struct doctor_facts *facts,
		  unsigned asked, bool alone)
{
	static const struct table_column columns[] = {{"CHECK", false},
						      {"ROUTER", false},
						      {"EXEC-ROOT", false},
						      {"EXEC-USER", false},
						      {"FOUND", false}};
	const struct doctor_check *check;
	struct table table;
	struct row row;

	if (!cli->json)
		table_begin(&table, stdout, columns, DOCTOR_USES + 2);
	for (size_t i = 0; (check = doctor_check_at(i)); i++) {
		judge(&row, check, facts, asked);
		if (cli->json)
			print_json(&row, asked);
		else
			print_row(&table, &row);
	}
	if (cli->json)
		return;
	table_end(&table);
	print_remedies(facts, asked, alone);
	print_verdicts(facts, alone ? asked : ~0U);
}

/** parse_use() - a bit for each use that is asked for; 0 if there is no such */
static unsigned parse_use(const char *name, bool root)
{
	if (!name)
		return root ? 1U << DOCTOR_ROUTER | 1U << DOCTOR_EXEC_ROOT
			    : 1U << DOCTOR_EXEC_USER;
	for (int use = 0; use < DOCTOR_USES; use++)
		if (strcmp(uses[use].name, name) == 0)
			return 1U << use;
	return 0;
}

int cli_doctor(struct cli *cli, int argc, char **argv)
{
	const char *path = NULL, *name = NULL;
	const struct args_option options[] = {
		{"-c", &path, NULL}, {"--for", &name, NULL}, {0}};
	struct doctor_facts facts = {0};
	int error = args_parse(cli, &argc, argv, options);
	unsigned asked = parse_use(name, geteuid() == 0);

	if (error)
		return error;
	if (argc > 1)
		return cli_error(CLI_USAGE, "doctor takes no argument: %s",
				 argv[1]);
	if (!asked)
		return cli_error(CLI_USAGE,
				 "--for is router, exec-root or exec-user, "
				 "not %s",
				 name);
	error = doctor_settings(&facts, cli, path);
	if (error)
		return error;
	doctor_host(&facts);
	error = doctor_try(&facts);
	if (error)
		return cli_error(CLI_FAILED, "nothing could be tried: %s",
				 strerror(-error));
	print(cli, &facts, asked, name != NULL);
	for (int use = 0; use < DOCTOR_USES; use++)
		if (asked & 1U << use &&
		    doctor_verdict(&facts, (enum doctor_use)use) ==
			    DOCTOR_MISSING)
			return CLI_PERMISSION;
	return CLI_OK;
}
