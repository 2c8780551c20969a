/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario_yaml - maps, lists and values of a scenario, with errors in place
 *
 * What is wrong is added to the reader's errors; all of them are known in the
 * end.
 */
#ifndef CLI_SCENARIO_YAML_H
#define CLI_SCENARIO_YAML_H

#include <stdbool.h>
#include <jansson.h>
#include "conf/internal.h"

/** READER_DURATION_MAX - ms of the longest; thousands of them are a time too */
#define READER_DURATION_MAX (UINT64_C(1) << 48)

/**
 * struct reader - the state while a scenario is read
 * @load:	its errors and its memory
 * @source:	the text
 * @strange:	the last map had keys that nobody knows: what it lacks may be
 *		one of them
 */
struct reader {
	struct conf_load load;
	struct conf_text source;
	bool strange;
};

/**
 * struct reader_field - a key that a map may have
 * @name:	NULL ends the list
 * @key, @value: set by reader_map(), NULL where it is not there
 */
struct reader_field {
	const char *name;
	yaml_node_t *key;
	yaml_node_t *value;
};

/** reader_fail() - add an error at a node: what, and what would be right */
#define reader_fail(reader, node, ...) \
	conf_fail(&(reader)->load,     \
		  yaml_at(&(reader)->source, (node)->start_mark), __VA_ARGS__)

/**
 * reader_map() - the keys of a map
 * @what:	whose map it is
 * @fields:	those that it may have, filled in
 *
 * Other keys, and those given twice, are errors, and left out.
 *
 * Return: false if it is no map.
 */
bool reader_map(struct reader *reader, yaml_node_t *node, const char *what,
		struct reader_field *fields);

/**
 * reader_one() - the only one of these fields that is there
 * @node:	where to complain; right after reader_map() of it
 *
 * Return: NULL after an error if there is none, or more than one.
 */
struct reader_field *reader_one(struct reader *reader, const yaml_node_t *node,
				const char *what, struct reader_field *fields);

/** reader_text() - a value, one line of text; NULL after an error */
const char *reader_text(struct reader *reader, const yaml_node_t *node,
			const char *what);

/** reader_duration() - a duration, not "never", in ms */
bool reader_duration(struct reader *reader, const yaml_node_t *node,
		     const char *what, uint64_t *ms);

/** reader_number() - a whole number, at most @max */
bool reader_number(struct reader *reader, const yaml_node_t *node,
		   const char *what, uint64_t max, uint64_t *number);

/** reader_bool() - true or false */
bool reader_bool(struct reader *reader, const yaml_node_t *node,
		 const char *what, bool *value);

/**
 * reader_name() - a word of a list of names that ends with NULL
 * @what:	"fault", for "no fault ..., did you mean ...?"
 *
 * Return: that of the list, or NULL after an error.
 */
const char *reader_name(struct reader *reader, const yaml_node_t *node,
			const char *what, const char *word,
			const char *const *names);

/** reader_json() - any value, the scalars as strings; a new reference */
json_t *reader_json(struct reader *reader, yaml_node_t *node);

#endif /* CLI_SCENARIO_YAML_H */
