// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_run - the command scenario: run its steps, one after the other
 *
 * Theory of operation. No event is missed between two steps: what has happened
 * since the last step that did something began counts for those that wait, once
 * for each of them. Whatever happens, in the end the programs are ended and
 * what was changed is put back.
 */
#include "cli/scenario_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cli/args.h"

/** acts() - whether a step does something, in place of looking or waiting */
static bool acts(const struct scenario_step *step)
{
	switch (step->kind) {
	case SCENARIO_WAIT_EVENT:
	case SCENARIO_WAIT_FOR:
	case SCENARIO_WAIT_EXIT:
	case SCENARIO_ASSERT:
		return false;
	case SCENARIO_SET:
	case SCENARIO_FAULT:
	case SCENARIO_CLEAR:
	case SCENARIO_CLOCK:
	case SCENARIO_CLOCK_TO:
	case SCENARIO_RUN:
		break;
	}
	return true;
}

/** gate() - wait until a step may begin, and note what has happened until now
 */
static bool gate(struct run *run, const struct scenario_step *step,
		 struct run_result *result)
{
	struct moment moment;
	json_int_t number = 0;

	if (step->has_at && !run_until(run, run->start + step->at, result))
		return false;
	if (step->on &&
	    !run_event(run, step->on, step->timeout, &number, result))
		return false;
	if (!acts(step))
		return true;
	if (!step->on) {
		if (!run_moment(run, &moment, result))
			return false;
		number = moment.events;
	}
	run->mark = number;
	return true;
}

/** do_request() - change settings, or the clock */
static bool do_request(struct run *run, const struct scenario_step *step,
		       struct run_result *result)
{
	if (step->kind == SCENARIO_SET)
		run->is_set = true;
	else
		run->is_timed = true;
	return run_ask(run, json_incref(step->request), NULL, NULL, NULL,
		       result);
}

/** do_fault() - begin one, and remember it */
static bool do_fault(struct run *run, const struct scenario_step *step,
		     struct run_result *result)
{
	json_t *row = NULL;
	bool good = run_ask(run, json_incref(step->request), run_keep, &row,
			    NULL, result);

	if (good)
		run->fault[run->n_faults++] = (struct run_fault){
			json_integer_value(json_object_get(row, "id")),
			step->target};
	json_decref(row);
	return good;
}

/** do_clock_to() - advance to a time of the scenario */
static bool do_clock_to(struct run *run, const struct scenario_step *step,
			struct run_result *result)
{
	uint64_t target = run->start + step->length;
	struct moment moment;
	json_t *by;

	run->is_timed = true;
	if (!run_moment(run, &moment, result))
		return false;
	if (moment.lapse > target) {
		snprintf(result->got, sizeof(result->got),
			 "it is %g s past that already: freeze the clock "
			 "before, or give a later time",
			 (double)(moment.lapse - target) / 1000);
		return false;
	}
	by = json_sprintf("%" PRIu64 "ms", target - moment.lapse);
	return run_ask(
		run,
		json_pack("{s:s, s:o}", "request", "clock-advance", "by", by),
		NULL, NULL, NULL, result);
}

/** do_run() - start a program, and wait for its end unless told not to */
static bool do_run(struct run *run, const struct scenario_step *step,
		   struct run_result *result)
{
	struct program *program =
		program_start(&run->programs, &step->command, result->got,
			      sizeof(result->got));

	if (!program)
		return false;
	if (step->command.background)
		return true;
	result->program = program;
	if (!run_exit(run, program, step->timeout, result)) {
		program_end(program);
		return false;
	}
	snprintf(result->expected, sizeof(result->expected),
		 "exit code %" PRIu64, step->command.code);
	snprintf(result->got, sizeof(result->got), "%d", program->code);
	return (uint64_t)program->code == step->command.code;
}

/** do_wait_for() - let lapse time pass */
static bool do_wait_for(struct run *run, const struct scenario_step *step,
			struct run_result *result)
{
	struct moment moment;

	return run_moment(run, &moment, result) &&
	       run_until(run, moment.lapse + step->length, result);
}

/** do_wait_exit() - wait for the end of a program */
static bool do_wait_exit(struct run *run, const struct scenario_step *step,
			 struct run_result *result)
{
	struct program *program = programs_find(&run->programs, step->target);

	if (!program) {
		snprintf(result->got, sizeof(result->got),
			 "%.60s was not started", step->target);
		return false;
	}
	result->program = program;
	return run_exit(run, program, step->timeout, result);
}

/** act() - what a step does */
static bool act(struct run *run, const struct scenario_step *step,
		struct run_result *result)
{
	json_int_t number;

	switch (step->kind) {
	case SCENARIO_SET:
	case SCENARIO_CLOCK:
		return do_request(run, step, result);
	case SCENARIO_FAULT:
		return do_fault(run, step, result);
	case SCENARIO_CLEAR:
		return run_clear(run, step->target, result);
	case SCENARIO_CLOCK_TO:
		return do_clock_to(run, step, result);
	case SCENARIO_RUN:
		return do_run(run, step, result);
	case SCENARIO_WAIT_EVENT:
		return run_event(run, step->request, step->timeout, &number,
				 result);
	case SCENARIO_WAIT_FOR:
		return do_wait_for(run, step, result);
	case SCENARIO_WAIT_EXIT:
		return do_wait_exit(run, step, result);
	case SCENARIO_ASSERT:
		return run_check(run, step, result);
	}
	return false;
}

/** run_step() - one step, from its gate to its verdict */
static bool run_step(struct run *run, const struct scenario_step *step,
		     struct run_result *result)
{
	struct run_result ignored = {0};
	struct moment moment;

	*result = (struct run_result){0};
	result->passed = gate(run, step, result) && act(run, step, result);
	if (run_interrupted() && !result->passed) {
		*result->expected = '\0';
		snprintf(result->got, sizeof(result->got), "interrupted");
	}
	if (!run->lost && run_moment(run, &moment, &ignored))
		result->done = moment.lapse - run->start;
	return result->passed;
}

/** run_steps() - until one fails, or all have passed */
static void run_steps(struct run *run)
{
	const struct scenario *scenario = run->scenario;
	struct run_result result;
	size_t passed = 0;
	size_t i;
	bool good = true;

	for (i = 0; good && i < scenario->n && !run_interrupted(); i++) {
		good = run_step(run, &scenario->step[i], &result);
		show_result(run, i, &result);
		passed += good;
	}
	for (size_t left = i; left < scenario->n; left++)
		show_result(run, left, NULL);
	programs_end(&run->programs);
	run_restore(run);
	show_end(run, passed, !good);
	if (passed == scenario->n)
		return;
	if (run_interrupted())
		cli_error(CLI_FAILED, "interrupted by a signal");
	if (run->code == CLI_OK)
		run->code = run_interrupted() ? CLI_FAILED : CLI_UNMET;
}

/** keep_assignment() - row_fn: one setting that was set */
static void keep_assignment(json_t *row, void *arg)
{
	json_t *assignments = arg;
	const char *key = json_string_value(json_object_get(row, "key"));

	if (key)
		json_object_set(assignments, key,
				json_object_get(row, "value"));
}

/** begin() - what is so before the first step; an exit code */
static int begin(struct run *run)
{
	struct run_result result = {0};
	struct moment moment;

	if (!run_moment(run, &moment, &result) ||
	    !run_ask(run, json_pack("{s:s}", "request", "assignments"),
		     keep_assignment, run->assignments, NULL, &result))
		return run->lost ? run->code
				 : cli_error(CLI_FAILED, "%s", result.got);
	run->start = moment.lapse;
	run->mark = moment.events;
	run->scale = moment.scale;
	run->frozen = moment.frozen;
	return CLI_OK;
}

/** run_all() - run it; an exit code */
static int run_all(const struct cli *cli, const struct scenario *scenario)
{
	struct run *run = calloc(1, sizeof(*run));
	int code;

	if (!run)
		return cli_error(CLI_FAILED, "out of memory");
	run->cli = cli;
	run->quiet = (struct cli){.socket = cli->socket};
	run->scenario = scenario;
	if (lab_of_socket(cli->socket, run->lab))
		run->programs.lab = run->lab;
	run->assignments = json_object();
	/* so that `lapse` in a program asks the same lapsed */
	setenv("LAPSE_SOCKET", cli->socket, 1);
	code = begin(run);
	if (code == CLI_OK) {
		run_signals();
		if (!cli->json && scenario->title)
			printf("%s\n", scenario->title);
		run_steps(run);
		code = run->code;
	}
	json_decref(run->assignments);
	free(run);
	return code;
}

int cli_scenario(struct cli *cli, int argc, char **argv)
{
	bool dry = false;
	const struct args_option options[] = {{"--dry-run", NULL, &dry}, {0}};
	int code = args_parse(cli, &argc, argv, options);
	struct scenario *scenario;

	if (code)
		return code;
	if (argc != 3 || strcmp(argv[1], "run") != 0)
		return cli_error(CLI_USAGE, "give scenario run FILE");
	scenario = scenario_load(argv[2], stderr);
	if (!scenario)
		return CLI_SETTINGS;
	if (dry)
		show_plan(cli, scenario);
	else
		code = run_all(cli, scenario);
	scenario_free(scenario);
	return code;
}
