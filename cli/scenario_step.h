/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario_step - what the files that parse steps share
 */
#ifndef CLI_SCENARIO_STEP_H
#define CLI_SCENARIO_STEP_H

#include "cli/scenario.h"
#include "cli/scenario_yaml.h"

/**
 * struct step_text - a step while it is read
 * @step:	filled in
 * @client:	whom it is about, or NULL
 * @uses_client: set by what has a use for that
 * @before:	the steps before it
 * @n:		their number
 */
struct step_text {
	struct reader *reader;
	struct scenario_step *step;
	const char *client;
	bool uses_client;
	const struct scenario_step *before;
	size_t n;
};

/** step_print() - text as by printf(), the scenario's */
#define step_print(text, ...) \
	region_print((text)->reader->load.region, __VA_ARGS__)

/** step_put() - a text as a member; adds an error if it cannot be one */
void step_put(struct step_text *text, const yaml_node_t *node, json_t *object,
	      const char *name, const char *value);

/** step_program() - the step before it that starts the program @name, or NULL
 * after an error */
const struct scenario_step *
step_program(struct step_text *text, const yaml_node_t *node, const char *name);

/**
 * step_event() - "EVENT [FILTER]... [reason=REASON]" as a request to wait
 *
 * Return: the request, to be released; NULL after an error.
 */
json_t *step_event(struct step_text *text, const yaml_node_t *node,
		   const char *what, const char *words);

/** step_filter() - check one part of a filter, and add it */
void step_filter(struct step_text *text, const yaml_node_t *node,
		 json_t *filter, const char *name, const char *value);

/*
 * step_ACTION() - read what stands behind that key; what is wrong is added to
 * the errors.
 */
typedef void step_fn(struct step_text *text, yaml_node_t *node);
step_fn step_set, step_profile, step_fault, step_clock, step_run, step_wait;
step_fn step_assert;

#endif /* CLI_SCENARIO_STEP_H */
