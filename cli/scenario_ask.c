// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_ask - ask lapsed, and wait for what it knows
 *
 * Nothing here blocks for longer than RUN_SLICE_MS: after that a signal counts.
 */
#include "cli/scenario_run.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t interrupted;

/** interrupt() - a signal's handler */
static void interrupt(int number)
{
	interrupted = number;
}

bool run_interrupted(void)
{
	return interrupted != 0;
}

void run_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	struct sigaction action = {.sa_handler = interrupt,
				   .sa_flags = SA_RESTART};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	/* who reads the verdicts may go away; the programs must end all the
	 * same */
	signal(SIGPIPE, SIG_IGN);
}

uint64_t run_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void run_pause(uint64_t ms)
{
	const struct timespec length = {
		.tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000,
	};

	if (!interrupted)
		nanosleep(&length, NULL);
}

uint64_t run_left(uint64_t deadline)
{
	uint64_t now = run_now();
	uint64_t left = deadline > now ? deadline - now : 0;

	return left < RUN_SLICE_MS ? left : RUN_SLICE_MS;
}

bool run_ask(struct run *run, json_t *request, row_fn *row, void *arg,
	     json_t **last, struct run_result *result)
{
	json_t *answer = NULL;
	int code = exchange(&run->quiet, request, row, arg, &answer);
	bool done = !code && !json_object_get(answer, "error");

	if (code) {
		run->lost = true;
		run->code = code;
		snprintf(result->got, sizeof(result->got),
			 "no answer from lapsed");
	} else if (!done) {
		answer_error(answer, result->got, sizeof(result->got));
	}
	if (done && last)
		*last = json_incref(answer);
	json_decref(answer);
	return done;
}

void run_keep(json_t *row, void *arg)
{
	json_t **kept = arg;

	json_decref(*kept);
	*kept = json_incref(row);
}

/** as_ms() - seconds with a fraction, as lapsed has them, in ms */
static uint64_t as_ms(const json_t *seconds)
{
	return (uint64_t)(json_number_value(seconds) * 1000 + 0.5);
}

bool run_moment(struct run *run, struct moment *moment,
		struct run_result *result)
{
	json_t *row = NULL;
	const json_t *clock;
	bool good = run_ask(run, json_pack("{s:s}", "request", "status"),
			    run_keep, &row, NULL, result);

	clock = json_object_get(row, "clock");
	*moment = (struct moment){
		.lapse = as_ms(json_object_get(clock, "time")),
		.events = json_integer_value(json_object_get(row, "events")),
		.scale = json_number_value(json_object_get(clock, "scale")),
		.frozen = json_is_true(json_object_get(clock, "frozen")),
	};
	json_decref(row);
	return good;
}

bool run_until(struct run *run, uint64_t lapse, struct run_result *result)
{
	struct moment moment;

	while (!interrupted) {
		double left;

		if (!run_moment(run, &moment, result))
			return false;
		if (moment.lapse >= lapse)
			return true;
		if (moment.frozen) {
			snprintf(result->got, sizeof(result->got),
				 "the lapse clock is frozen: resume it, or "
				 "advance it");
			return false;
		}
		left = (double)(lapse - moment.lapse) / moment.scale;
		run_pause(left < RUN_SLICE_MS ? (uint64_t)left + 1
					      : RUN_SLICE_MS);
	}
	return false;
}

/** use() - whether an event is still free to be waited for; it is not then */
static bool use(struct run *run, json_int_t number)
{
	for (size_t i = 0; i < run->n_used; i++)
		if (run->used[i] == number)
			return false;
	run->used[run->n_used++] = number;
	return true;
}

/**
 * next_event() - one request to wait
 * @after:	set to the number of the event when it has come
 *
 * Return: 1 if it has, 0 if not, -1 after an error.
 */
static int next_event(struct run *run, const json_t *request, uint64_t ms,
		      json_int_t *after, struct run_result *result)
{
	json_t *row = NULL, *last = NULL;
	/* jansson copies what it does not change */
	json_t *copy = json_copy((json_t *)(uintptr_t)request);
	bool met;

	json_object_set_new(copy, "after", json_integer(*after));
	json_object_set_new(copy, "timeout",
			    json_sprintf("%llums", (unsigned long long)ms));
	if (!run_ask(run, copy, run_keep, &row, &last, result)) {
		json_decref(row);
		return -1;
	}
	met = json_is_true(json_object_get(last, "met"));
	if (met)
		*after = json_integer_value(json_object_get(row, "number"));
	json_decref(row);
	json_decref(last);
	return met;
}

bool run_event(struct run *run, const json_t *request, uint64_t timeout,
	       json_int_t *number, struct run_result *result)
{
	uint64_t deadline = run_now() + timeout;
	json_int_t after = run->mark;
	uint64_t left;

	snprintf(result->expected, sizeof(result->expected), "%s",
		 json_string_value(json_object_get(request, "event")));
	do {
		int met;

		left = run_left(deadline);
		met = next_event(run, request, left, &after, result);
		if (met < 0)
			return false;
		if (met && use(run, after)) {
			*number = after;
			return true;
		}
	} while (!interrupted && left);
	snprintf(result->got, sizeof(result->got), "none in %g s of real time",
		 (double)timeout / 1000);
	return false;
}

bool run_exit(struct run *run, struct program *program, uint64_t timeout,
	      struct run_result *result)
{
	uint64_t deadline = run_now() + timeout;

	(void)run;
	while (!program_ended(program) && !interrupted) {
		if (run_now() >= deadline) {
			snprintf(result->expected, sizeof(result->expected),
				 "the end of %.60s", program->command->name);
			snprintf(result->got, sizeof(result->got),
				 "it still runs after %g s of real time",
				 (double)timeout / 1000);
			return false;
		}
		run_pause(RUN_PACE_MS);
	}
	return !interrupted;
}
