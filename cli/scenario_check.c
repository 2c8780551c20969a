// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_check - whether what a step asserts is so
 */
#include "cli/scenario_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cli/table.h"

/* What a relation is called; "" for "is". */
static const char *const relations[] = {
	[SCENARIO_IS] = "",
	[SCENARIO_AT_LEAST] = "at-least ",
	[SCENARIO_AT_MOST] = "at-most ",
};

/** struct count - rows that match, of all */
struct count {
	const struct scenario_check *check;
	uint64_t matches;
	uint64_t all;
};

/** holds() - whether a number is as it should be */
static bool holds(const struct scenario_check *check, double number)
{
	double wanted = (double)check->number;

	switch (check->relation) {
	case SCENARIO_AT_LEAST:
		return number >= wanted;
	case SCENARIO_AT_MOST:
		return number <= wanted;
	case SCENARIO_IS:
		break;
	}
	return number == wanted;
}

/** judge() - by a number */
static bool judge(const struct scenario_check *check, double number,
		  struct run_result *result)
{
	snprintf(result->got, sizeof(result->got), "%.15g", number);
	return holds(check, number);
}

/** count_row() - row_fn: a row that may match */
static void count_row(json_t *row, void *arg)
{
	struct count *count = arg;
	const char *value =
		json_string_value(json_object_get(row, count->check->name));

	count->all++;
	count->matches += value && strcmp(value, count->check->text) == 0;
}

/** check_matches() - how many rows have the member */
static bool check_matches(struct run *run, const struct scenario_check *check,
			  struct run_result *result)
{
	struct count count = {.check = check};

	if (!run_ask(run, json_incref(check->request), count_row, &count, NULL,
		     result))
		return false;
	snprintf(result->got, sizeof(result->got), "%" PRIu64 " of %" PRIu64,
		 count.matches, count.all);
	return holds(check, (double)count.matches);
}

/** check_rows() - how many rows there are */
static bool check_rows(struct run *run, const struct scenario_check *check,
		       struct run_result *result)
{
	json_t *last = NULL;
	double rows;

	if (!run_ask(run, json_incref(check->request), NULL, NULL, &last,
		     result))
		return false;
	rows = json_number_value(json_object_get(last, "rows"));
	json_decref(last);
	return judge(check, rows, result);
}

/** check_stat() - a counter */
static bool check_stat(struct run *run, const struct scenario_check *check,
		       struct run_result *result)
{
	json_t *row = NULL;
	const json_t *value;
	bool good = false;

	if (!run_ask(run, json_incref(check->request), run_keep, &row, NULL,
		     result))
		return false;
	value = json_object_get(row, check->name);
	if (value)
		good = judge(check, json_number_value(value), result);
	else
		snprintf(result->got, sizeof(result->got),
			 "no counter %.60s; lapse stats shows them",
			 check->name);
	json_decref(row);
	return good;
}

/** struct wanted - a setting that is looked for */
struct wanted {
	const char *name;
	char value[RUN_TEXT];
};

/** setting_row() - row_fn: keep the value of the setting wanted */
static void setting_row(json_t *row, void *arg)
{
	struct wanted *wanted = arg;
	const char *name = json_string_value(json_object_get(row, "setting"));
	const char *value = json_string_value(json_object_get(row, "value"));

	/* a bare name means "nat." */
	if (name && value &&
	    (strcmp(name, wanted->name) == 0 ||
	     (strncmp(name, "nat.", 4) == 0 &&
	      strcmp(name + 4, wanted->name) == 0)))
		snprintf(wanted->value, sizeof(wanted->value), "%s", value);
}

/** check_setting() - a value in force */
static bool check_setting(struct run *run, const struct scenario_check *check,
			  struct run_result *result)
{
	struct wanted wanted = {.name = check->name};

	if (!run_ask(run, json_incref(check->request), setting_row, &wanted,
		     NULL, result))
		return false;
	snprintf(result->got, sizeof(result->got), "%.400s",
		 *wanted.value ? wanted.value : "no value");
	return strcmp(wanted.value, check->text) == 0;
}

/** check_exit() - how a program ended */
static bool check_exit(const struct scenario_check *check,
		       struct program *program, struct run_result *result)
{
	if (program_ended(program))
		return judge(check, program->code, result);
	snprintf(result->got, sizeof(result->got), "it still runs");
	return false;
}

/** check_output() - what a program has printed */
static bool check_output(const struct scenario_check *check,
			 const struct program *program,
			 struct run_result *result)
{
	size_t len = 0;
	char *text = program_output(program, SIZE_MAX, &len);
	bool found = text && memmem(text, len, check->text,
				    strlen(check->text)) != NULL;

	snprintf(result->got, sizeof(result->got),
		 text ? "%zu bytes without it" : "out of memory", len);
	free(text);
	return found;
}

/** look() - whether it is so now */
static bool look(struct run *run, const struct scenario_check *check,
		 struct run_result *result)
{
	struct program *program = NULL;

	if (check->subject == SUBJECT_EXIT ||
	    check->subject == SUBJECT_OUTPUT) {
		program = programs_find(&run->programs, check->name);
		result->program = program;
	}
	switch (check->subject) {
	case SUBJECT_ROWS:
		return check_rows(run, check, result);
	case SUBJECT_MATCHES:
		return check_matches(run, check, result);
	case SUBJECT_STAT:
		return check_stat(run, check, result);
	case SUBJECT_SETTING:
		return check_setting(run, check, result);
	case SUBJECT_EXIT:
		return program && check_exit(check, program, result);
	case SUBJECT_OUTPUT:
		return program && check_output(check, program, result);
	}
	return false;
}

/** expect() - what should be, in words */
static void expect(const struct scenario_check *check,
		   struct run_result *result)
{
	bool by_text = check->subject == SUBJECT_SETTING ||
		       check->subject == SUBJECT_OUTPUT;

	if (by_text)
		snprintf(result->expected, sizeof(result->expected), "%.400s",
			 check->text);
	else
		snprintf(result->expected, sizeof(result->expected),
			 "%s%" PRIu64, relations[check->relation],
			 check->number);
}

bool run_check(struct run *run, const struct scenario_step *step,
	       struct run_result *result)
{
	uint64_t deadline = run_now() + step->timeout;

	expect(&step->check, result);
	for (;;) {
		if (look(run, &step->check, result))
			return true;
		if (run->lost || run_interrupted() || run_now() >= deadline)
			return false;
		run_pause(RUN_PACE_MS);
	}
}
