// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_yaml - from nodes of YAML to values
 */
#include "cli/scenario_yaml.h"

#include <string.h>
#include "base/duration.h"
#include "conf/value.h"

/** LISTED_MAX - longer lists of names are not shown */
#define LISTED_MAX 8

/** node_text() - a copy of a scalar */
static const char *node_text(struct reader *reader, const yaml_node_t *node)
{
	return region_text(reader->load.region,
			   (const char *)node->data.scalar.value,
			   node->data.scalar.length);
}

/** find_field() - by its key; NULL after an error */
static struct reader_field *find_field(struct reader *reader,
				       const yaml_node_t *key, const char *what,
				       struct reader_field *fields)
{
	struct nearest nearest;
	const char *name;

	if (key->type != YAML_SCALAR_NODE) {
		reader_fail(reader, key,
			    "a key must be a word, not a list or map");
		return NULL;
	}
	name = node_text(reader, key);
	nearest = nearest_begin(name);
	for (struct reader_field *field = fields; field->name; field++) {
		if (strcmp(field->name, name) == 0)
			return field;
		nearest_offer(&nearest, field->name);
	}
	reader_fail(reader, key, "%s has no key \"%.60s\"%s%s%s", what, name,
		    nearest.found ? "; did you mean \"" : "",
		    nearest.found ? nearest.found : "",
		    nearest.found ? "\"?" : "");
	return NULL;
}

bool reader_map(struct reader *reader, yaml_node_t *node, const char *what,
		struct reader_field *fields)
{
	reader->strange = false;
	if (node->type != YAML_MAPPING_NODE) {
		reader_fail(reader, node,
			    "%s wants keys with values; write them as key: "
			    "value",
			    what);
		return false;
	}
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		yaml_node_t *key = yaml_document_get_node(
			reader->source.document, pair->key);
		struct reader_field *field =
			find_field(reader, key, what, fields);

		if (field && field->key)
			reader_fail(reader, key,
				    "\"%s\" is given twice; it stands in line "
				    "%zu already",
				    field->name,
				    field->key->start_mark.line + 1);
		reader->strange |= !field;
		if (!field || field->key)
			continue;
		field->key = key;
		field->value = yaml_document_get_node(reader->source.document,
						      pair->value);
	}
	return true;
}

struct reader_field *reader_one(struct reader *reader, const yaml_node_t *node,
				const char *what, struct reader_field *fields)
{
	struct reader_field *found = NULL;

	for (struct reader_field *field = fields; field->name; field++) {
		if (!field->key)
			continue;
		if (found) {
			reader_fail(reader, field->key,
				    "%s has %s already; leave one away, or "
				    "begin another step with -",
				    what, found->name);
			return NULL;
		}
		found = field;
	}
	if (!found && !reader->strange) {
		const char *names = "";

		for (const struct reader_field *field = fields; field->name;
		     field++)
			names = region_print(reader->load.region, "%s%s%s",
					     names, *names ? ", " : "",
					     field->name);
		reader_fail(reader, node, "%s needs one of %s", what, names);
	}
	return found;
}

const char *reader_text(struct reader *reader, const yaml_node_t *node,
			const char *what)
{
	if (node->type != YAML_SCALAR_NODE) {
		reader_fail(reader, node,
			    "%s: a %s where one value belongs; write that "
			    "value alone",
			    what,
			    node->type == YAML_SEQUENCE_NODE ? "list" : "map");
		return NULL;
	}
	if (!node->data.scalar.length) {
		reader_fail(reader, node, "%s has no value; write one", what);
		return NULL;
	}
	return node_text(reader, node);
}

bool reader_duration(struct reader *reader, const yaml_node_t *node,
		     const char *what, uint64_t *ms)
{
	const char *text = reader_text(reader, node, what);
	uint64_t length;

	if (!text)
		return false;
	/* so that a sum of them is a time too */
	if (duration_parse(text, &length) && length <= READER_DURATION_MAX) {
		*ms = length;
		return true;
	}
	reader_fail(reader, node,
		    "%s: \"%.60s\" is not a duration; write one such as 300s, "
		    "1h30m or 2d",
		    what, text);
	return false;
}

bool reader_number(struct reader *reader, const yaml_node_t *node,
		   const char *what, uint64_t max, uint64_t *number)
{
	const char *text = reader_text(reader, node, what);
	uint64_t value;

	if (!text)
		return false;
	if (number_parse(text, strlen(text), &value) && value <= max) {
		*number = value;
		return true;
	}
	reader_fail(reader, node,
		    "%s: \"%.60s\" is not a number from 0 to %llu", what, text,
		    (unsigned long long)max);
	return false;
}

bool reader_bool(struct reader *reader, const yaml_node_t *node,
		 const char *what, bool *value)
{
	const char *text = reader_text(reader, node, what);

	if (!text)
		return false;
	*value = strcmp(text, "true") == 0;
	if (*value || strcmp(text, "false") == 0)
		return true;
	reader_fail(reader, node,
		    "%s: \"%.60s\" is neither true nor false; write one of "
		    "them",
		    what, text);
	return false;
}

const char *reader_name(struct reader *reader, const yaml_node_t *node,
			const char *what, const char *word,
			const char *const *names)
{
	struct nearest nearest = nearest_begin(word);
	const char *list = "";
	size_t n;

	for (n = 0; names[n]; n++) {
		if (!*names[n])
			continue;
		if (strcmp(names[n], word) == 0)
			return names[n];
		nearest_offer(&nearest, names[n]);
		list = n < LISTED_MAX
			       ? region_print(reader->load.region, "%s%s%s",
					      list, *list ? ", " : "", names[n])
			       : "those that lapse(1) lists";
	}
	if (nearest.found)
		reader_fail(reader, node,
			    "no %s \"%.60s\"; did you mean \"%s\"?", what, word,
			    nearest.found);
	else
		reader_fail(reader, node, "no %s \"%.60s\"; write one of %s",
			    what, word, list);
	return NULL;
}

/** json_map() - reader_json() of a map */
static json_t *json_map(struct reader *reader, const yaml_node_t *node)
{
	json_t *object = json_object();

	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *key = yaml_document_get_node(
			reader->source.document, pair->key);
		yaml_node_t *value = yaml_document_get_node(
			reader->source.document, pair->value);
		const char *name = key->type == YAML_SCALAR_NODE
					   ? node_text(reader, key)
					   : NULL;

		if (!name)
			reader_fail(reader, key,
				    "a key must be a word, not a list or map");
		else if (json_object_get(object, name))
			reader_fail(reader, key, "\"%.60s\" is given twice",
				    name);
		else
			json_object_set_new(object, name,
					    reader_json(reader, value));
	}
	return object;
}

json_t *reader_json(struct reader *reader, yaml_node_t *node)
{
	json_t *array;

	switch (node->type) {
	case YAML_MAPPING_NODE:
		return json_map(reader, node);
	case YAML_SEQUENCE_NODE:
		array = json_array();
		for (const yaml_node_item_t *item =
			     node->data.sequence.items.start;
		     item < node->data.sequence.items.top; item++)
			json_array_append_new(
				array,
				reader_json(reader,
					    yaml_document_get_node(
						    reader->source.document,
						    *item)));
		return array;
	case YAML_SCALAR_NODE:
	case YAML_NO_NODE:
	default:
		return json_string(node_text(reader, node));
	}
}
