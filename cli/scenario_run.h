/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario_run - what the files that run a scenario share
 */
#ifndef CLI_SCENARIO_RUN_H
#define CLI_SCENARIO_RUN_H

#include "cli/lab.h"
#include "cli/connection.h"
#include "cli/scenario.h"
#include "cli/scenario_program.h"

/** RUN_SLICE_MS - real time at most that nothing but one answer is looked at */
#define RUN_SLICE_MS 300

/** RUN_PACE_MS - real time between two looks at what is not known by events */
#define RUN_PACE_MS 20

/** RUN_TEXT - bytes of what was expected and of what there was, each */
#define RUN_TEXT 512

/** RUN_TAIL - bytes of a program's output that a failure shows */
#define RUN_TAIL 4096

/**
 * struct run_fault - a fault that was begun
 * @name:	its name, the scenario's
 */
struct run_fault {
	json_int_t id;
	const char *name;
};

/**
 * struct run - a scenario under way
 * @cli:	as the user wants it
 * @quiet:	the same for asking, which prints no rows
 * @start:	lapse ms at its start
 * @mark:	number of the last event before the last step that did something
 * @used:	numbers of events that a step has waited for, @n_used of them
 * @lab:	name of the standing lab whose gateway is asked, if it is one
 * @programs:	started so far
 * @fault:	those begun, @n_faults of them
 * @assignments: what was set at the start
 * @scale, @frozen: the clock at the start
 * @is_set, @is_timed: whether settings or clock were changed
 * @lost:	lapsed does not answer any more
 * @code:	exit code
 */
struct run {
	const struct cli *cli;
	struct cli quiet;
	const struct scenario *scenario;
	uint64_t start;
	json_int_t mark;
	json_int_t used[2 * SCENARIO_STEPS_MAX];
	size_t n_used;
	char lab[LAB_NAME_TEXT];
	struct programs programs;
	struct run_fault fault[SCENARIO_STEPS_MAX];
	size_t n_faults;
	json_t *assignments;
	double scale;
	bool frozen;
	bool is_set, is_timed;
	bool lost;
	int code;
};

/**
 * struct run_result - what became of a step
 * @passed:	it did what it should
 * @done:	lapse ms since the start at its end
 * @expected:	what should have been, or ""
 * @got:	what was
 * @program:	whose output tells more, or NULL
 */
struct run_result {
	bool passed;
	uint64_t done;
	char expected[RUN_TEXT];
	char got[RUN_TEXT];
	const struct program *program;
};

/**
 * struct moment - when it is
 * @lapse:	ms of the lapse clock
 * @events:	number of the last event
 */
struct moment {
	uint64_t lapse;
	json_int_t events;
	double scale;
	bool frozen;
};

/** run_interrupted() - whether a signal wants the scenario to end */
bool run_interrupted(void);

/** run_signals() - let signals be noticed by run_interrupted() */
void run_signals(void);

/** run_now() - real ms */
uint64_t run_now(void);

/** run_pause() - real time, cut short by a signal */
void run_pause(uint64_t ms);

/** run_left() - ms until a deadline, at most RUN_SLICE_MS, 0 if past */
uint64_t run_left(uint64_t deadline);

/**
 * run_ask() - ask lapsed
 * @request:	its reference is taken
 * @row:	called for each row, or NULL
 * @last:	set to the last line where it is not NULL, to be released
 *
 * Return: whether it has done so; else result->got says why not.
 */
bool run_ask(struct run *run, json_t *request, row_fn *row, void *arg,
	     json_t **last, struct run_result *result);

/** run_keep() - row_fn that keeps the last row in a json_t *, to be released */
row_fn run_keep;

/** run_moment() - when it is; false as from run_ask() */
bool run_moment(struct run *run, struct moment *moment,
		struct run_result *result);

/** run_until() - wait for a lapse time; false with result->got set */
bool run_until(struct run *run, uint64_t lapse, struct run_result *result);

/**
 * run_event() - wait for an event that none has waited for yet
 * @request:	of the step; copied
 * @timeout:	real ms
 * @number:	set to the event's
 *
 * Return: false with @result filled in.
 */
bool run_event(struct run *run, const json_t *request, uint64_t timeout,
	       json_int_t *number, struct run_result *result);

/** run_exit() - wait for a program's end; false with @result filled in */
bool run_exit(struct run *run, struct program *program, uint64_t timeout,
	      struct run_result *result);

/** run_check() - wait for an assertion to be true; false with @result filled */
bool run_check(struct run *run, const struct scenario_step *step,
	       struct run_result *result);

/**
 * run_restore() - put back what the scenario has changed
 *
 * What cannot be is said on stderr, and changes the exit code.
 */
void run_restore(struct run *run);

/** run_clear() - end the faults of that name, or all for "all" */
bool run_clear(struct run *run, const char *name, struct run_result *result);

/** show_plan() - what a scenario would do */
void show_plan(const struct cli *cli, const struct scenario *scenario);

/** show_result() - one verdict line; NULL: the step was not run */
void show_result(const struct run *run, size_t step,
		 const struct run_result *result);

/** show_end() - how it went in all */
void show_end(const struct run *run, size_t passed, size_t failed);

#endif /* CLI_SCENARIO_RUN_H */
