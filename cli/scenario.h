/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario - a timeline of steps, read from a file and then run
 *
 * Theory of operation. The parser (scenario_parse.c and what it calls) turns a
 * file into steps that hold, ready to be sent, the requests of lapse-control(7)
 * that they consist of. It asks nobody and starts nothing, so that --dry-run
 * and the fuzzer need no lapsed. The runner (scenario_run.c) sends them.
 */
#ifndef CLI_SCENARIO_H
#define CLI_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <jansson.h>

/** SCENARIO_STEPS_MAX - how many steps a scenario may have */
#define SCENARIO_STEPS_MAX 1000

/** SCENARIO_WORDS_MAX - how many words a command may have */
#define SCENARIO_WORDS_MAX 256

/** SCENARIO_TIMEOUT_MS - real time that a step has unless it says another */
#define SCENARIO_TIMEOUT_MS 30000

/** enum scenario_kind - what a step does */
enum scenario_kind {
	SCENARIO_SET,	     /* settings, or a profile */
	SCENARIO_FAULT,	     /* begin one */
	SCENARIO_CLEAR,	     /* end those that were begun */
	SCENARIO_CLOCK,	     /* change the clock */
	SCENARIO_CLOCK_TO,   /* advance it to a time of the scenario */
	SCENARIO_RUN,	     /* start a program */
	SCENARIO_WAIT_EVENT, /* for an event */
	SCENARIO_WAIT_FOR,   /* for lapse time to pass */
	SCENARIO_WAIT_EXIT,  /* for the end of a program */
	SCENARIO_ASSERT,
};

/** enum scenario_subject - what an assertion is about */
enum scenario_subject {
	SUBJECT_ROWS,	 /* how many rows the request has */
	SUBJECT_MATCHES, /* how many of them have @text as member @name */
	SUBJECT_STAT,	 /* the counter @name */
	SUBJECT_SETTING, /* the value of the setting @name */
	SUBJECT_EXIT,	 /* how the program @name ended */
	SUBJECT_OUTPUT,	 /* what the program @name has printed */
};

/** enum scenario_relation - of what is to what should be */
enum scenario_relation { SCENARIO_IS, SCENARIO_AT_LEAST, SCENARIO_AT_MOST };

/**
 * struct scenario_check - an assertion
 * @request:	what is asked of lapsed, or NULL
 * @name:	see enum scenario_subject
 * @text:	what a member or a setting is, or what an output contains
 * @relation:	of the number found to
 * @number:	this one
 */
struct scenario_check {
	enum scenario_subject subject;
	json_t *request;
	const char *name;
	const char *text;
	enum scenario_relation relation;
	uint64_t number;
};

/**
 * struct scenario_command - a program to be started
 * @argv:	ends with NULL
 * @name:	by which other steps know it
 * @host:	where, or NULL: here
 * @background:	the next step does not wait for its end
 * @code:	that it has to exit with if it does
 */
struct scenario_command {
	const char **argv;
	const char *name;
	const char *host;
	bool background;
	uint64_t code;
};

/**
 * struct scenario_step - one step
 * @line:	of the file
 * @name:	the user's, or NULL
 * @what:	in words
 * @when:	in words: what must be before it, or NULL
 * @has_at:	it does not begin before the lapse time
 * @at:		in ms since the scenario's start
 * @on:		request that must be met before it begins, or NULL
 * @timeout:	real ms that @on, a wait, a program or an assertion has each
 * @earliest:	lapse ms since the start before which it cannot end
 * @request:	of what it does, or NULL
 * @length:	lapse ms: to wait for, or of the scenario to advance to
 * @target:	program or fault that it is about, or NULL
 * @command:	of SCENARIO_RUN
 * @check:	of SCENARIO_ASSERT
 */
struct scenario_step {
	unsigned line;
	enum scenario_kind kind;
	const char *name;
	const char *what;
	const char *when;
	bool has_at;
	uint64_t at;
	json_t *on;
	uint64_t timeout;
	uint64_t earliest;
	json_t *request;
	uint64_t length;
	const char *target;
	struct scenario_command command;
	struct scenario_check check;
};

/**
 * struct scenario - all of it
 * @path:	of the file, as errors call it
 * @title:	what it shows, or NULL
 * @region:	holds all that the others point to
 */
struct scenario {
	const char *path;
	const char *title;
	struct scenario_step *step;
	size_t n;
	struct region *region;
};

/**
 * scenario_load() - read a file
 * @errors:	where to write errors, a line each, all of them:
 *		"file:line:column: what, and what would be right"
 *
 * Return: the scenario, to be released by scenario_free(); NULL after errors.
 */
struct scenario *scenario_load(const char *path, FILE *errors);

/** scenario_parse() - the same for a text of @len bytes, called @name */
struct scenario *scenario_parse(const char *text, size_t len, const char *name,
				FILE *errors);

/** scenario_free() - release; NULL is fine */
void scenario_free(struct scenario *scenario);

#endif /* CLI_SCENARIO_H */
