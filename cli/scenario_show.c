// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_show - the plan of a scenario, and its verdicts
 */
#include "cli/scenario_run.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/duration.h"

/** print_line() - a text on one line, whatever is in it */
static void print_line(const char *text)
{
	for (; *text; text++)
		putchar(iscntrl((unsigned char)*text) ? ' ' : *text);
}

/** print_step() - what a step does, in words */
static void print_step(const struct scenario_step *step)
{
	if (step->name) {
		print_line(step->name);
		fputs(": ", stdout);
	}
	if (step->when) {
		print_line(step->when);
		fputs(": ", stdout);
	}
	print_line(step->what);
}

/** print_json() - one row; @row is released */
static void print_json(json_t *row)
{
	json_dumpf(row, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(row);
}

/** step_json() - the members that a plan and a verdict share */
static json_t *step_json(const struct scenario *scenario, size_t i)
{
	const struct scenario_step *step = &scenario->step[i];

	return json_pack("{s:I, s:I, s:s?, s:s?, s:s}", "step",
			 (json_int_t)i + 1, "line", (json_int_t)step->line,
			 "name", step->name, "when", step->when, "what",
			 step->what);
}

void show_plan(const struct cli *cli, const struct scenario *scenario)
{
	char text[DURATION_TEXT];

	if (!cli->json)
		printf("%s: %zu steps; each with the lapse time that has "
		       "passed before its end, at the least\n",
		       scenario->title ? scenario->title : scenario->path,
		       scenario->n);
	for (size_t i = 0; i < scenario->n; i++) {
		const struct scenario_step *step = &scenario->step[i];

		if (cli->json) {
			json_t *row = step_json(scenario, i);

			json_object_set_new(
				row, "time",
				json_real((double)step->earliest / 1000));
			print_json(row);
			continue;
		}
		printf("%3zu  %9s  ", i + 1,
		       duration_show(step->earliest, text));
		print_step(step);
		putchar('\n');
	}
}

/** word_of() - a verdict */
static const char *word_of(const struct run_result *result, bool json)
{
	if (!result)
		return json ? "not-run" : "not run";
	if (result->passed)
		return json ? "passed" : "ok";
	return json ? "failed" : "FAILED";
}

/** show_json() - a verdict as a row */
static void show_json(const struct run *run, size_t i,
		      const struct run_result *result, const char *output,
		      size_t len)
{
	json_t *row = step_json(run->scenario, i);

	json_object_set_new(row, "verdict", json_string(word_of(result, true)));
	if (result)
		json_object_set_new(row, "time",
				    json_real((double)result->done / 1000));
	if (result && !result->passed) {
		if (*result->expected)
			json_object_set_new(row, "expected",
					    json_string(result->expected));
		json_object_set_new(row, "got", json_string(result->got));
	}
	/* not there if it is not UTF-8 */
	if (output)
		json_object_set_new(row, "output", json_stringn(output, len));
	print_json(row);
}

/** show_text() - a verdict as a line */
static void show_text(const struct run *run, size_t i,
		      const struct run_result *result)
{
	const struct scenario_step *step = &run->scenario->step[i];
	char text[DURATION_TEXT];

	printf("%-7s %3zu  %9s  ", word_of(result, false), i + 1,
	       result ? duration_show(result->done, text) : "-");
	print_step(step);
	if (result && !result->passed) {
		fputs(": ", stdout);
		if (*result->expected) {
			fputs("expected ", stdout);
			print_line(result->expected);
			fputs(", got ", stdout);
		}
		print_line(result->got);
		printf(" (%s:%u)", run->scenario->path, step->line);
	}
	putchar('\n');
}

/** show_output() - what a program has printed last, on stderr */
static void show_output(const struct program *program, const char *output,
			size_t len)
{
	fprintf(stderr, "--- the end of what %s has printed\n",
		program->command->name);
	fwrite(output, 1, len, stderr);
	if (len && output[len - 1] != '\n')
		fputc('\n', stderr);
	fputs("---\n", stderr);
}

void show_result(const struct run *run, size_t step,
		 const struct run_result *result)
{
	char *output = NULL;
	size_t len = 0;

	if (result && !result->passed && result->program)
		output = program_output(result->program, RUN_TAIL, &len);
	if (run->cli->json)
		show_json(run, step, result, output, len);
	else
		show_text(run, step, result);
	/* a line at a time also into a pipe: somebody may wait for it */
	fflush(stdout);
	if (output && len && !run->cli->json)
		show_output(result->program, output, len);
	free(output);
}

void show_end(const struct run *run, size_t passed, size_t failed)
{
	if (!run->cli->json)
		printf("%zu steps: %zu ok, %zu failed, %zu not run\n",
		       run->scenario->n, passed, failed,
		       run->scenario->n - passed - failed);
}
