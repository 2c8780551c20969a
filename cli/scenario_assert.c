// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_assert - read events, filters, and what a step asserts
 */
#include "cli/scenario_step.h"

#include <string.h>
#include "base/endpoint.h"
#include "cli/names.h"
#include "conf/value.h"
#include "nat/report.h"

/* --- filters and events --- */

static const char *const filter_names[] = {"client",   "protocol", "internal",
					   "external", "remote",   NULL};

/** endpoint_good() - ADDRESS:PORT, ADDRESS or ADDRESS/BITS */
static bool endpoint_good(const char *value)
{
	struct endpoint endpoint;
	uint32_t addr;
	unsigned bits;

	return prefix_parse(value, &addr, &bits) ||
	       endpoint_parse(value, &endpoint);
}

/** protocol_good() - tcp, udp, icmp or a number */
static bool protocol_good(const char *value)
{
	uint64_t number;

	return strcmp(value, "tcp") == 0 || strcmp(value, "udp") == 0 ||
	       strcmp(value, "icmp") == 0 ||
	       (number_parse(value, strlen(value), &number) && number < 256);
}

void step_filter(struct step_text *text, const yaml_node_t *node,
		 json_t *filter, const char *name, const char *value)
{
	name = reader_name(text->reader, node, "filter", name, filter_names);
	if (!name)
		return;
	if (json_object_get(filter, name))
		reader_fail(text->reader, node, "%s= is given twice", name);
	if (strcmp(name, "protocol") == 0) {
		if (!protocol_good(value))
			reader_fail(text->reader, node,
				    "protocol: \"%.60s\" is none; give tcp, "
				    "udp, icmp or a number from 0 to 255",
				    value);
	} else if (strcmp(name, "client") != 0 && !endpoint_good(value)) {
		reader_fail(text->reader, node,
			    "%s: \"%.60s\" is no endpoint; give ADDRESS:PORT, "
			    "ADDRESS or ADDRESS/BITS",
			    name, value);
	}
	step_put(text, node, filter, name, value);
}

/** event_word() - one of the words behind the event's name */
static void event_word(struct step_text *text, const yaml_node_t *node,
		       json_t *request, const char *word)
{
	const char *equals = strchr(word, '=');
	const char *name = equals ? region_text(text->reader->load.region, word,
						(size_t)(equals - word))
				  : word;

	if (!equals || !equals[1]) {
		reader_fail(text->reader, node,
			    "\"%.60s\" is no filter: give client=, protocol=, "
			    "internal=, external=, remote= or reason= and a "
			    "value",
			    word);
		return;
	}
	if (strcmp(name, "reason") != 0) {
		step_filter(text, node, json_object_get(request, "filter"),
			    name, equals + 1);
		return;
	}
	if (json_object_get(request, "reason"))
		reader_fail(text->reader, node, "reason= is given twice");
	name = reader_name(text->reader, node, "reason", equals + 1,
			   names_reasons);
	if (name)
		step_put(text, node, request, "reason", name);
}

json_t *step_event(struct step_text *text, const yaml_node_t *node,
		   const char *what, const char *words)
{
	json_t *filter = json_object();
	json_t *request =
		json_pack("{s:s, s:o}", "request", "wait", "filter", filter);
	bool first = true;

	text->uses_client = true;
	if (text->client)
		step_filter(text, node, filter, "client", text->client);
	while (*(words += strspn(words, " \t"))) {
		size_t len = strcspn(words, " \t");
		const char *word =
			region_text(text->reader->load.region, words, len);

		words += len;
		if (!first) {
			event_word(text, node, request, word);
			continue;
		}
		word = reader_name(text->reader, node, "event", word,
				   names_events);
		if (word)
			step_put(text, node, request, "event", word);
		first = false;
	}
	if (first)
		reader_fail(text->reader, node,
			    "%s needs an event, such as session-deleted", what);
	return request;
}

/* --- assertions --- */

/* What may stand beside the subject. */
#define WITH_FILTER   1u
#define WITH_STATE    2u
#define WITH_IS	      4u
#define WITH_CONTAINS 8u
#define WITH_CLIENT   16u /* beside `assert` */

/**
 * struct subject_row - something that can be asserted
 * @name:	its key
 * @request:	of lapsed, or NULL
 * @subject:	how it is looked at
 * @with:	WITH_..., what may stand beside it
 * @counted:	behind the key stands how many there are
 */
static const struct subject_row {
	const char *name;
	const char *request;
	enum scenario_subject subject;
	unsigned with;
	bool counted;
} subjects[] = {
	{"sessions", "sessions", SUBJECT_ROWS,
	 WITH_FILTER | WITH_CLIENT | WITH_STATE, true},
	{"mappings", "mappings", SUBJECT_ROWS, WITH_FILTER | WITH_CLIENT, true},
	{"clients", "clients", SUBJECT_ROWS, WITH_CLIENT, true},
	{"faults", "faults", SUBJECT_ROWS, 0, true},
	{"leases", "leases", SUBJECT_ROWS, WITH_STATE | WITH_CLIENT, true},
	{"report", "report", SUBJECT_MATCHES,
	 WITH_FILTER | WITH_CLIENT | WITH_IS, false},
	{"stat", "stats", SUBJECT_STAT, WITH_IS, false},
	{"setting", "get", SUBJECT_SETTING, WITH_IS, false},
	{"exit", NULL, SUBJECT_EXIT, WITH_IS, false},
	{"output", NULL, SUBJECT_OUTPUT, WITH_CONTAINS, false},
};

#define SUBJECTS (sizeof(subjects) / sizeof(subjects[0]))

/* The keys that may stand beside a subject, after those of all subjects. */
static const struct {
	const char *name;
	unsigned with;
} others[] = {
	{"protocol", WITH_FILTER},   {"internal", WITH_FILTER},
	{"external", WITH_FILTER},   {"remote", WITH_FILTER},
	{"state", WITH_STATE},	     {"is", WITH_IS},
	{"contains", WITH_CONTAINS},
};

#define OTHERS (sizeof(others) / sizeof(others[0]))

/* Verdicts of a report, and states of a lease; lapse-control(7). */
static const char *const verdicts[] = {"alive",	     "died", "closed",
				       "unanswered", "over", NULL};
static const char *const lease_states[] = {
	"offered", "bound", "expired", "released", "declined", "moved", NULL};

/* and those of a session */
#define STATE_NAME(id, name) name,
static const char *const session_states[] = {NAT_STATE_LIST(STATE_NAME) NULL};

/** number_read() - "3", "at-least 3" or "at-most 3" */
static void number_read(struct step_text *text, const yaml_node_t *node,
			const char *what)
{
	struct scenario_check *check = &text->step->check;
	const char *value = reader_text(text->reader, node, what);
	const char *digits = value;

	if (!value)
		return;
	check->relation = SCENARIO_IS;
	if (strncmp(value, "at-least ", 9) == 0) {
		check->relation = SCENARIO_AT_LEAST;
		digits += 9;
	} else if (strncmp(value, "at-most ", 8) == 0) {
		check->relation = SCENARIO_AT_MOST;
		digits += 8;
	}
	if (!number_parse(digits, strlen(digits), &check->number) ||
	    check->number > INT64_MAX)
		reader_fail(text->reader, node,
			    "%s: \"%.60s\" is no number; write one such as 3, "
			    "at-least 3 or at-most 3",
			    what, value);
}

/** assert_beside() - a key beside the subject */
static void assert_beside(struct step_text *text, const struct subject_row *row,
			  const struct reader_field *field)
{
	struct scenario_check *check = &text->step->check;
	const char *value;

	if (strcmp(field->name, "is") == 0 && row->subject != SUBJECT_SETTING) {
		number_read(text, field->value, "is");
		return;
	}
	value = reader_text(text->reader, field->value, field->name);
	if (!value)
		return;
	if (strcmp(field->name, "is") == 0 ||
	    strcmp(field->name, "contains") == 0) {
		check->text = value;
	} else if (strcmp(field->name, "state") == 0) {
		check->subject = SUBJECT_MATCHES;
		check->name = "state";
		check->text = reader_name(
			text->reader, field->value, "state", value,
			strcmp(row->name, "leases") == 0 ? lease_states
							 : session_states);
	} else {
		step_filter(text, field->value,
			    json_object_get(check->request, "filter"),
			    field->name, value);
	}
}

/** assert_subject() - what stands behind the subject's own key */
static void assert_subject(struct step_text *text,
			   const struct subject_row *row,
			   const struct reader_field *field)
{
	struct scenario_check *check = &text->step->check;
	const char *value;

	if (row->counted) {
		number_read(text, field->value, row->name);
		return;
	}
	value = reader_text(text->reader, field->value, row->name);
	if (!value)
		return;
	check->name = value;
	if (row->subject == SUBJECT_EXIT || row->subject == SUBJECT_OUTPUT)
		step_program(text, field->value, value);
	if (row->subject == SUBJECT_SETTING)
		step_put(text, field->value, check->request, "key", value);
	if (row->subject != SUBJECT_MATCHES)
		return;
	/* one such flow is enough, unless it is said how many */
	check->relation = SCENARIO_AT_LEAST;
	check->number = 1;
	check->name = "verdict";
	check->text = reader_name(text->reader, field->value, "verdict", value,
				  verdicts);
}

/** assert_request() - what is asked of lapsed */
static void assert_request(struct step_text *text, const yaml_node_t *node,
			   const struct subject_row *row)
{
	struct scenario_check *check = &text->step->check;
	bool filtered =
		row->with & WITH_FILTER || !strcmp(row->name, "clients");

	if (!row->request)
		return;
	check->request = json_pack("{s:s}", "request", row->request);
	if (filtered)
		json_object_set_new(check->request, "filter", json_object());
	text->uses_client = row->with & WITH_CLIENT;
	if (!text->client || !text->uses_client)
		return;
	if (filtered)
		step_filter(text, node,
			    json_object_get(check->request, "filter"), "client",
			    text->client);
	else
		step_put(text, node, check->request, "client", text->client);
}

/** assert_said() - the assertion in words */
static void assert_said(struct step_text *text,
			const struct reader_field *fields)
{
	const char *said = "assert";

	for (const struct reader_field *field = fields; field->name; field++)
		if (field->value && field->value->type == YAML_SCALAR_NODE)
			said = step_print(
				text, "%s %s %.60s", said, field->name,
				(const char *)field->value->data.scalar.value);
	text->step->what = said;
}

/** assert_needs() - whether what the subject cannot do without is there */
static void assert_needs(struct step_text *text, const yaml_node_t *node,
			 const struct subject_row *row)
{
	const struct scenario_check *check = &text->step->check;

	if (row->subject == SUBJECT_SETTING && !check->text)
		reader_fail(text->reader, node,
			    "setting needs is: its value, as lapse get shows "
			    "it");
	else if (row->subject == SUBJECT_OUTPUT && !check->text)
		reader_fail(text->reader, node,
			    "output needs contains: a text to look for");
}

/** assert_fields() - the assertion, once its keys are known */
static void assert_fields(struct step_text *text, const yaml_node_t *node,
			  struct reader_field *fields,
			  const struct reader_field *beside)
{
	struct reader_field only[SUBJECTS + 1] = {{0}};
	const struct reader_field *found;
	const struct subject_row *row;

	memcpy(only, fields, SUBJECTS * sizeof(*only));
	found = reader_one(text->reader, node, "assert", only);
	if (!found)
		return;
	row = &subjects[found - only];
	text->step->check.subject = row->subject;
	assert_request(text, node, row);
	assert_subject(text, row, found);
	for (size_t i = 0; i < OTHERS; i++) {
		if (!beside[i].key)
			continue;
		if (others[i].with & row->with)
			assert_beside(text, row, &beside[i]);
		else
			reader_fail(text->reader, beside[i].key,
				    "%s has no %s; take it away", row->name,
				    others[i].name);
	}
	assert_needs(text, node, row);
	assert_said(text, fields);
}

void step_assert(struct step_text *text, yaml_node_t *node)
{
	struct reader_field fields[SUBJECTS + OTHERS + 1] = {{0}};

	for (size_t i = 0; i < SUBJECTS; i++)
		fields[i].name = subjects[i].name;
	for (size_t i = 0; i < OTHERS; i++)
		fields[SUBJECTS + i].name = others[i].name;
	text->step->kind = SCENARIO_ASSERT;
	if (reader_map(text->reader, node, "assert", fields))
		assert_fields(text, node, fields, fields + SUBJECTS);
}
