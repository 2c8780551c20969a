// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_parse - from a file to steps, or to all that is wrong with it
 */
#include <string.h>
#include "cli/scenario_step.h"

/* What a step does: its key, and who reads what stands behind it. */
static const struct {
	const char *name;
	step_fn *read;
} actions[] = {
	{"set", step_set},	 {"profile", step_profile},
	{"fault", step_fault},	 {"clock", step_clock},
	{"run", step_run},	 {"wait", step_wait},
	{"assert", step_assert},
};

#define ACTIONS (sizeof(actions) / sizeof(actions[0]))

/* The keys of a step that are no action, behind those that are. */
enum { KEY_NAME, KEY_AT, KEY_ON, KEY_TIMEOUT, KEY_CLIENT_OF, KEYS };
static const char *const keys[KEYS] = {
	[KEY_NAME] = "name",
	[KEY_AT] = "at",
	[KEY_ON] = "on",
	[KEY_TIMEOUT] = "timeout",
	[KEY_CLIENT_OF] = "client",
};

/** read_at() - `at: T` */
static void read_at(struct step_text *text, const yaml_node_t *node)
{
	struct scenario_step *step = text->step;

	step->has_at = reader_duration(text->reader, node, "at", &step->at);
	if (!step->has_at)
		return;
	step->when = step_print(text, "at %s",
				(const char *)node->data.scalar.value);
	if (step->at < step->earliest)
		reader_fail(text->reader, node,
			    "%s is past: the steps before this one take "
			    "longer; at is lapse time since the start",
			    step->when);
	else
		step->earliest = step->at;
}

/** read_on() - `on: EVENT` */
static void read_on(struct step_text *text, const yaml_node_t *node)
{
	const char *words = reader_text(text->reader, node, "on");

	if (!words)
		return;
	text->step->on = step_event(text, node, "on", words);
	text->step->when = step_print(text, "%s%son %s",
				      text->step->when ? text->step->when : "",
				      text->step->when ? ", " : "", words);
}

/** limited() - whether a step has anything that real time can limit */
static bool limited(const struct scenario_step *step)
{
	return step->on || step->kind == SCENARIO_WAIT_EVENT ||
	       step->kind == SCENARIO_WAIT_EXIT ||
	       step->kind == SCENARIO_ASSERT ||
	       (step->kind == SCENARIO_RUN && !step->command.background);
}

/** read_timeout() - `timeout: D`, or what it is without */
static void read_timeout(struct step_text *text,
			 const struct reader_field *field)
{
	struct scenario_step *step = text->step;

	step->timeout = SCENARIO_TIMEOUT_MS;
	/* an assertion is to be true at once, unless it is given time */
	if (step->kind == SCENARIO_ASSERT)
		step->timeout = 0;
	if (!field->value)
		return;
	if (reader_duration(text->reader, field->value, "timeout",
			    &step->timeout) &&
	    !limited(step))
		reader_fail(text->reader, field->key,
			    "timeout is for on, wait, assert and a run that "
			    "is waited for; take it away");
}

/** read_step() - one step, whose keys are known */
static void read_step(struct step_text *text, const yaml_node_t *node,
		      const struct reader_field *fields)
{
	struct reader_field only[ACTIONS + 1] = {{0}};
	const struct reader_field *other = fields + ACTIONS;
	const struct reader_field *action;

	memcpy(only, fields, ACTIONS * sizeof(*only));
	action = reader_one(text->reader, node, "a step", only);
	if (other[KEY_CLIENT_OF].value)
		text->client = reader_text(
			text->reader, other[KEY_CLIENT_OF].value, "client");
	if (other[KEY_NAME].value)
		text->step->name = reader_text(text->reader,
					       other[KEY_NAME].value, "name");
	if (other[KEY_AT].value)
		read_at(text, other[KEY_AT].value);
	if (other[KEY_ON].value)
		read_on(text, other[KEY_ON].value);
	if (!action)
		return;
	actions[action - only].read(text, action->value);
	read_timeout(text, &other[KEY_TIMEOUT]);
	if (text->client && text->uses_client)
		text->step->what = step_print(text, "%s, client %s",
					      text->step->what, text->client);
	else if (text->client)
		reader_fail(text->reader, other[KEY_CLIENT_OF].key,
			    "client: this %s is about no client; take it away",
			    action->name);
}

/** read_steps() - the list of them */
static void read_steps(struct reader *reader, struct scenario *scenario,
		       const yaml_node_t *list)
{
	uint64_t earliest = 0;
	size_t n;

	if (list->type != YAML_SEQUENCE_NODE ||
	    list->data.sequence.items.top == list->data.sequence.items.start) {
		reader_fail(reader, list,
			    "steps wants a list; begin each step with -");
		return;
	}
	n = (size_t)(list->data.sequence.items.top -
		     list->data.sequence.items.start);
	if (n > SCENARIO_STEPS_MAX) {
		reader_fail(reader, list, "more than %d steps; write two files",
			    SCENARIO_STEPS_MAX);
		return;
	}
	scenario->step =
		region_alloc(reader->load.region, n * sizeof(*scenario->step));
	for (; scenario->n < n; scenario->n++) {
		struct reader_field fields[ACTIONS + KEYS + 1] = {{0}};
		yaml_node_t *node = yaml_document_get_node(
			reader->source.document,
			list->data.sequence.items.start[scenario->n]);
		struct step_text text = {
			.reader = reader,
			.step = &scenario->step[scenario->n],
			.before = scenario->step,
			.n = scenario->n,
		};

		for (size_t i = 0; i < ACTIONS; i++)
			fields[i].name = actions[i].name;
		for (size_t i = 0; i < KEYS; i++)
			fields[ACTIONS + i].name = keys[i];
		text.step->line = (unsigned)node->start_mark.line + 1;
		text.step->what = "";
		text.step->earliest = earliest;
		if (reader_map(reader, node, "a step", fields))
			read_step(&text, node, fields);
		earliest = text.step->earliest;
	}
}

/** read_all() - the whole document */
static void read_all(struct reader *reader, struct scenario *scenario)
{
	struct reader_field fields[] = {
		{.name = "title"}, {.name = "steps"}, {0}};
	yaml_node_t *root =
		yaml_document_get_root_node(reader->source.document);

	if (!root) {
		conf_fail(&reader->load, reader->source.origin,
			  "is empty; write steps: and a list");
		return;
	}
	if (!reader_map(reader, root, "a scenario", fields))
		return;
	if (fields[0].value)
		scenario->title = reader_text(reader, fields[0].value, "title");
	if (fields[1].value)
		read_steps(reader, scenario, fields[1].value);
	else if (!reader->strange)
		reader_fail(reader, root,
			    "steps is missing; write a list of them");
}

/**
 * finish() - give the scenario out, or its errors
 *
 * Return: @scenario, or NULL.
 */
static struct scenario *finish(struct reader *reader, struct scenario *scenario,
			       FILE *errors)
{
	if (!reader->load.n_errors)
		return scenario;
	conf_errors_write(&reader->load, errors);
	scenario_free(scenario);
	return NULL;
}

/** begin() - an empty scenario of that name, and its reader */
static struct scenario *begin(struct reader *reader, const char *name)
{
	struct scenario *scenario;

	*reader = (struct reader){.load.region = region_new()};
	scenario = region_alloc(reader->load.region, sizeof(*scenario));
	scenario->region = reader->load.region;
	scenario->path = region_text(scenario->region, name, strlen(name));
	reader->source.load = &reader->load;
	reader->source.origin = (struct conf_origin){
		.layer = CONF_FILE,
		.name = scenario->path,
	};
	return scenario;
}

/** read_text() - what is in the file */
static void read_text(struct reader *reader, struct scenario *scenario,
		      const char *text, size_t len)
{
	yaml_document_t document;

	if (!yaml_open(&reader->source, text, len, &document))
		return;
	reader->source.document = &document;
	read_all(reader, scenario);
	yaml_document_delete(&document);
}

struct scenario *scenario_parse(const char *text, size_t len, const char *name,
				FILE *errors)
{
	struct reader reader;
	struct scenario *scenario = begin(&reader, name);

	read_text(&reader, scenario, text, len);
	return finish(&reader, scenario, errors);
}

struct scenario *scenario_load(const char *path, FILE *errors)
{
	struct reader reader;
	struct scenario *scenario = begin(&reader, path);
	char why[CONF_WHY_MAX] = "";
	size_t len = 0;
	char *text = file_read(reader.load.region, path, &len, why);

	if (text)
		read_text(&reader, scenario, text, len);
	else
		conf_fail(&reader.load, reader.source.origin,
			  "cannot be read: %s", why);
	return finish(&reader, scenario, errors);
}

void scenario_free(struct scenario *scenario)
{
	if (!scenario)
		return;
	for (size_t i = 0; i < scenario->n; i++) {
		json_decref(scenario->step[i].on);
		json_decref(scenario->step[i].request);
		json_decref(scenario->step[i].check.request);
	}
	/* the region holds @scenario as well */
	region_free(scenario->region);
}
