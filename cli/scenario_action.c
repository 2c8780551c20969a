// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_action - read changes, faults, the clock and waits
 */
#include "cli/scenario_step.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cli/names.h"
#include "conf/value.h"

/* The client's name in keys that are only checked: its own may have dots. */
#define SOME_CLIENT "client"

void step_put(struct step_text *text, const yaml_node_t *node, json_t *object,
	      const char *name, const char *value)
{
	if (json_object_set_new(object, name, json_string(value)) < 0)
		reader_fail(text->reader, node, "\"%.60s\" is not UTF-8",
			    value);
}

/* --- settings --- */

/**
 * check_setting() - whether the schema has such a key, and it such a value
 *
 * Whether it fits to what else is in force is lapsed's to say.
 */
static void check_setting(struct step_text *text, const yaml_node_t *node,
			  const char *key, const char *value)
{
	struct reader *reader = text->reader;
	struct conf_load *load = &reader->load;
	size_t known = load->n_errors;
	struct conf_text source = {
		.load = load,
		.out = &load->items,
		.origin = yaml_at(&reader->source, node->start_mark),
		.rank = RANK_SET,
		.scope = KEY_FILE,
	};
	bool whole = strncmp(key, "nat.", 4) == 0 || !strcmp(key, "profile");
	struct conf_origin at = source.origin;

	if (text->client)
		key = step_print(text, "clients." SOME_CLIENT ".%s%s",
				 whole ? "" : "nat.", key);
	/* all that is wrong is to be where the assignment stands */
	source.origin.layer = CONF_SET;
	tree_assign(&source, key, value);
	for (size_t i = known; i < load->n_errors; i++)
		load->errors[i].at.layer = CONF_FILE;
	key = strrchr(key, '.') ? strrchr(key, '.') + 1 : key;
	if (load->n_errors == known && strcmp(key, "profile") == 0)
		profile_get(load, value, at);
}

/** set_request() - the request that changes settings */
static json_t *set_request(struct step_text *text, const yaml_node_t *node,
			   json_t *values)
{
	json_t *request =
		json_pack("{s:s, s:o}", "request", "set", "values", values);

	text->step->kind = SCENARIO_SET;
	text->step->request = request;
	text->uses_client = true;
	if (text->client)
		step_put(text, node, request, "client", text->client);
	return request;
}

/** value_text_of() - a setting's value as it would stand in a file */
static const char *value_text_of(struct step_text *text, const json_t *value)
{
	char *dumped = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	const char *is =
		json_is_string(value) ? json_string_value(value) : dumped;

	is = step_print(text, "%s", is ? is : "");
	free(dumped);
	return is;
}

void step_set(struct step_text *text, yaml_node_t *node)
{
	const char *what = "set";
	json_t *values;

	if (node->type != YAML_MAPPING_NODE ||
	    node->data.mapping.pairs.start == node->data.mapping.pairs.top) {
		reader_fail(text->reader, node,
			    "set wants keys with values, such as "
			    "{nat.udp-timeout: 30s}");
		return;
	}
	values = reader_json(text->reader, node);
	set_request(text, node, values);
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start;
	     pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *at = yaml_document_get_node(
			text->reader->source.document, pair->key);
		const char *key, *value;

		if (at->type != YAML_SCALAR_NODE)
			continue;
		key = step_print(text, "%s",
				 (const char *)at->data.scalar.value);
		value = value_text_of(text, json_object_get(values, key));
		check_setting(text, at, key, value);
		what = step_print(text, "%s %s=%.60s", what, key, value);
	}
	text->step->what = what;
}

void step_profile(struct step_text *text, yaml_node_t *node)
{
	const char *name = reader_text(text->reader, node, "profile");
	json_t *values;

	if (!name)
		return;
	check_setting(text, node, "profile", name);
	values = json_object();
	step_put(text, node, values, "profile", name);
	set_request(text, node, values);
	text->step->what = step_print(text, "profile %s", name);
}

/* --- faults --- */

/** fault_clear() - `clear: NAME`, or all */
static void fault_clear(struct step_text *text, const yaml_node_t *node)
{
	const char *name = reader_text(text->reader, node, "clear");

	if (!name)
		return;
	text->uses_client = false;
	text->step->kind = SCENARIO_CLEAR;
	text->step->what = step_print(text, "fault clear %s", name);
	text->step->target = name;
	if (strcmp(name, "all") == 0)
		return;
	if (!reader_name(text->reader, node, "fault", name, names_faults))
		return;
	for (size_t i = 0; i < text->n; i++)
		if (text->before[i].kind == SCENARIO_FAULT &&
		    text->before[i].target &&
		    strcmp(text->before[i].target, name) == 0)
			return;
	reader_fail(text->reader, node,
		    "no step before this one begins the fault %s: clear ends "
		    "those of the scenario",
		    name);
}

/** fault_duration() - the member @name, if it is given */
static void fault_duration(struct step_text *text, json_t *request,
			   const struct reader_field *field)
{
	uint64_t ms;

	if (!field->value ||
	    !reader_duration(text->reader, field->value, field->name, &ms))
		return;
	step_put(text, field->value, request, field->name,
		 (const char *)field->value->data.scalar.value);
	text->step->what =
		step_print(text, "%s, %s %s", text->step->what, field->name,
			   (const char *)field->value->data.scalar.value);
}

void step_fault(struct step_text *text, yaml_node_t *node)
{
	struct reader_field fields[] = {
		{.name = "name"},
		{.name = "for"},
		{.name = "value"},
		{.name = "clear"},
		{0},
	};
	const yaml_node_t *named = node;
	const char *name = NULL;
	json_t *request;

	text->uses_client = true;
	if (node->type == YAML_MAPPING_NODE) {
		if (!reader_map(text->reader, node, "fault", fields))
			return;
		if (fields[3].value && !fields[0].value && !fields[1].value &&
		    !fields[2].value) {
			fault_clear(text, fields[3].value);
			return;
		}
		named = fields[0].value;
		if (!named || fields[3].value) {
			if (text->reader->strange)
				return;
			reader_fail(text->reader, node,
				    "fault wants a name, and perhaps for and "
				    "value; or clear alone");
			return;
		}
	}
	name = reader_text(text->reader, named, "fault");
	if (name)
		name = reader_name(text->reader, named, "fault", name,
				   names_faults);
	if (!name)
		return;
	request = json_pack("{s:s, s:s}", "request", "fault", "fault", name);
	text->step->kind = SCENARIO_FAULT;
	text->step->request = request;
	text->step->target = name;
	text->step->what = step_print(text, "fault %s", name);
	fault_duration(text, request, &fields[1]);
	fault_duration(text, request, &fields[2]);
	if (text->client)
		step_put(text, node, request, "client", text->client);
}

/* --- the clock --- */

/** clock_advance() - `advance: D`, or `to: D` for a time of the scenario */
static void clock_advance(struct step_text *text,
			  const struct reader_field *field)
{
	struct scenario_step *step = text->step;
	bool to = strcmp(field->name, "to") == 0;
	const char *value;

	if (!reader_duration(text->reader, field->value, field->name,
			     &step->length))
		return;
	value = (const char *)field->value->data.scalar.value;
	step->kind = to ? SCENARIO_CLOCK_TO : SCENARIO_CLOCK;
	step->what = step_print(text, "clock %s %s", field->name, value);
	if (to && step->length < step->earliest)
		reader_fail(text->reader, field->value,
			    "to %s is past: the steps before take longer, and "
			    "the clock never runs backwards",
			    value);
	else if (to)
		step->earliest = step->length;
	else
		step->earliest += step->length;
	if (!to)
		step->request = json_pack("{s:s, s:s}", "request",
					  "clock-advance", "by", value);
}

/** clock_scale() - `scale: N` */
static void clock_scale(struct step_text *text, const yaml_node_t *node)
{
	const char *value = reader_text(text->reader, node, "scale");
	char *end = NULL;
	double scale = value ? strtod(value, &end) : 0;

	if (!value)
		return;
	if (end == value || *end || !isfinite(scale) || scale <= 0) {
		reader_fail(text->reader, node,
			    "scale: \"%.60s\" is not a number above 0; 60 lets "
			    "a minute pass in each second",
			    value);
		return;
	}
	text->step->kind = SCENARIO_CLOCK;
	text->step->request = json_pack("{s:s, s:f}", "request", "clock-scale",
					"scale", scale);
	text->step->what = step_print(text, "clock scale %s", value);
}

void step_clock(struct step_text *text, yaml_node_t *node)
{
	static const char *const words[] = {"freeze", "resume", "reset", NULL};
	struct reader_field fields[] = {
		{.name = "advance"}, {.name = "to"}, {.name = "scale"}, {0}};
	const struct reader_field *field;
	const char *word;

	if (node->type == YAML_MAPPING_NODE) {
		if (!reader_map(text->reader, node, "clock", fields))
			return;
		field = reader_one(text->reader, node, "clock", fields);
		if (field && strcmp(field->name, "scale") == 0)
			clock_scale(text, field->value);
		else if (field)
			clock_advance(text, field);
		return;
	}
	word = reader_text(text->reader, node, "clock");
	if (!word)
		return;
	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		text->step->kind = SCENARIO_CLOCK;
		text->step->what = step_print(text, "clock %s", word);
		text->step->request = json_pack(
			"{s:o}", "request", json_sprintf("clock-%s", words[i]));
		return;
	}
	reader_fail(text->reader, node,
		    "clock: \"%.60s\" is none of freeze, resume and reset, nor "
		    "{advance: D}, {to: D} or {scale: N}",
		    word);
}

/* --- waiting --- */

void step_wait(struct step_text *text, yaml_node_t *node)
{
	struct reader_field fields[] = {{.name = "for"}, {.name = "exit"}, {0}};
	struct scenario_step *step = text->step;
	const struct reader_field *field;
	const char *words;

	if (node->type != YAML_MAPPING_NODE) {
		words = reader_text(text->reader, node, "wait");
		step->kind = SCENARIO_WAIT_EVENT;
		if (words)
			step->request = step_event(text, node, "wait", words);
		step->what = step_print(text, "wait %s", words ? words : "");
		return;
	}
	if (!reader_map(text->reader, node, "wait", fields))
		return;
	field = reader_one(text->reader, node, "wait", fields);
	if (!field)
		return;
	words = reader_text(text->reader, field->value, field->name);
	if (!words)
		return;
	step->what = step_print(text, "wait %s %s", field->name, words);
	if (strcmp(field->name, "exit") == 0) {
		step->kind = SCENARIO_WAIT_EXIT;
		step->target = words;
		step_program(text, field->value, words);
		return;
	}
	step->kind = SCENARIO_WAIT_FOR;
	if (reader_duration(text->reader, field->value, "for", &step->length))
		step->earliest += step->length;
}
