// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request - the table of requests, and the way of a line to its handler
 */
#include "gateway/request.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/duration.h"
#include "gateway/request_row.h"

static const struct request_field no_fields[] = {{0}};

static const struct request_field filter_field[] = {
	{"filter", FIELD_FILTER, false},
	{0},
};

static const struct request_field sessions_fields[] = {
	{"filter", FIELD_FILTER, false},
	{"limit", FIELD_COUNT, false},
	{"order", FIELD_TEXT, false},
	{0},
};

static const struct request_field clients_fields[] = {
	{"filter", FIELD_FILTER, false},
	{"limit", FIELD_COUNT, false},
	{0},
};

static const struct request_field needed_filter[] = {
	{"filter", FIELD_FILTER, true},
	{0},
};

static const struct request_field advance_fields[] = {
	{"by", FIELD_DURATION, true},
	{0},
};

static const struct request_field scale_fields[] = {
	{"scale", FIELD_SCALE, true},
	{0},
};

static const struct request_field events_fields[] = {
	{"filter", FIELD_FILTER, false},
	{"after", FIELD_COUNT, false},
	{"follow", FIELD_BOOL, false},
	{"destinations", FIELD_BOOL, false},
	{0},
};

static const struct request_field wait_fields[] = {
	{"event", FIELD_TEXT, true},
	{"reason", FIELD_TEXT, false},
	{"filter", FIELD_FILTER, false},
	{"after", FIELD_COUNT, false},
	{"timeout", FIELD_DURATION, false},
	{"destinations", FIELD_BOOL, false},
	{0},
};

static const struct request_field get_fields[] = {
	{"key", FIELD_TEXT, false},
	{0},
};

static const struct request_field set_fields[] = {
	{"values", FIELD_VALUES, true},
	{"client", FIELD_TEXT, false},
	{"replace", FIELD_BOOL, false},
	{0},
};

static const struct request_field unset_fields[] = {
	{"keys", FIELD_TEXTS, false},
	{"client", FIELD_TEXT, false},
	{0},
};

static const struct request_field leases_fields[] = {
	{"client", FIELD_TEXT, false},
	{0},
};

static const struct request_field lease_fields[] = {
	{"client", FIELD_TEXT, true},
	{0},
};

static const struct request_field move_fields[] = {
	{"client", FIELD_TEXT, true},
	{"to", FIELD_TEXT, false},
	{0},
};

static const struct request_field fault_fields[] = {
	{"fault", FIELD_TEXT, true},
	{"for", FIELD_DURATION, false},
	{"client", FIELD_TEXT, false},
	{"value", FIELD_DURATION, false},
	{0},
};

static const struct request_field clear_fields[] = {
	{"id", FIELD_COUNT, false},
	{0},
};

static const struct request_field who_fields[] = {
	{"external", FIELD_TEXT, true},
	{"protocol", FIELD_TEXT, false},
	{"at", FIELD_TEXT, false},
	{0},
};

static const struct request_kind kinds[] = {
	{"status", request_status, false, no_fields, "what lapsed is and does"},
	{"sessions", request_sessions, false, sessions_fields,
	 "the sessions, or those that come first"},
	{"mappings", request_mappings, false, filter_field, "the mappings"},
	{"clients", request_clients, false, clients_fields,
	 "who is there, and what each has"},
	{"report", request_report, false, filter_field,
	 "how flows were kept alive, and what became of them"},
	{"metrics", request_metrics, false, no_fields,
	 "the counters as text for Prometheus"},
	{"who", request_who, false, who_fields,
	 "whose an external endpoint is, or was"},
	{"stats", request_stats, false, no_fields, "counters and gauges"},
	{"explain", request_explain, false, needed_filter,
	 "which settings a flow follows, and who set them"},
	{"kill", request_kill, true, needed_filter,
	 "end the sessions that match the filter"},
	{"flush", request_flush, true, no_fields, "end all sessions"},
	{"clock", request_clock_show, false, no_fields, "the lapse clock"},
	{"clock-advance", request_clock_advance, true, advance_fields,
	 "put time on top of the lapse clock"},
	{"clock-scale", request_clock_scale, true, scale_fields,
	 "let the lapse clock run so many times as fast"},
	{"clock-freeze", request_clock_freeze, true, no_fields,
	 "stop the lapse clock"},
	{"clock-resume", request_clock_resume, true, no_fields,
	 "let the lapse clock run on"},
	{"clock-reset", request_clock_reset, true, no_fields,
	 "scale 1 and not frozen"},
	{"leases", request_leases, false, leases_fields, "the DHCP leases"},
	{"lease-expire", request_lease_expire, true, lease_fields,
	 "end a lease as if its time were over"},
	{"lease-release", request_lease_release, true, lease_fields,
	 "end a lease as if its client had given it back"},
	{"lease-nak", request_lease_nak, true, lease_fields,
	 "refuse the client's next DHCPREQUEST"},
	{"lease-move", request_lease_move, true, move_fields,
	 "give a client another address when it next asks"},
	{"fault", request_fault, true, fault_fields, "begin to misbehave"},
	{"faults", request_faults, false, no_fields, "the faults in force"},
	{"fault-clear", request_fault_clear, true, clear_fields,
	 "end a fault, or all"},
	{"events", request_events, false, events_fields,
	 "the events kept, and those to come"},
	{"wait", request_wait, false, wait_fields,
	 "answer when an event has happened"},
	{"get", request_get, false, get_fields,
	 "the settings in force, and where they come from"},
	{"assignments", request_assignments, false, no_fields,
	 "what was set while lapsed runs, in order"},
	{"set", request_set, true, set_fields, "change settings"},
	{"unset", request_unset, true, unset_fields,
	 "take back what was set while lapsed runs"},
	{"reload", request_reload, true, no_fields,
	 "read the settings file again"},
	{"help", request_help, false, no_fields, "this table"},
};

const struct request_kind *request_kind_at(size_t i)
{
	return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

void request_init(struct request *request, struct gateway *gateway,
		  struct ring *ring, struct evbuffer *out)
{
	*request =
		(struct request){.gateway = gateway, .ring = ring, .out = out};
}

enum request_result request_fail(struct request *request,
				 enum request_error error, const char *field,
				 const char *format, ...)
{
	static const char *const kind[] = {
		[REQUEST_USAGE] = "usage",
		[REQUEST_FAILED] = "failed",
		[REQUEST_SETTINGS] = "settings",
	};
	struct row row;
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);

	row_begin(&row, request->out);
	row_text(&row, "error", len < 0 ? "out of memory" : text);
	row_text(&row, "kind", kind[error]);
	row_text(&row, "field", field);
	row_end(&row);
	if (len >= 0)
		free(text);
	return REQUEST_DONE;
}

enum request_result request_done(struct request *request)
{
	struct row row;

	row_begin(&row, request->out);
	row_bool(&row, "done", true);
	row_number(&row, "rows", request->rows);
	row_end(&row);
	return REQUEST_DONE;
}

/** duration_value() - FIELD_DURATION's value in ms; false if it is none */
static bool duration_value(const json_t *value, uint64_t *ms)
{
	double seconds;

	if (json_is_string(value))
		return duration_parse(json_string_value(value), ms) &&
		       *ms <= CLOCK_LIMIT_MS;
	if (!json_is_number(value))
		return false;
	seconds = json_number_value(value);
	if (!(seconds >= 0.0 && seconds <= (double)CLOCK_LIMIT_MS / 1000))
		return false;
	*ms = (uint64_t)(seconds * 1000);
	return true;
}

void request_duration(const struct request *request, const char *name,
		      uint64_t *ms)
{
	/* checked in check_field(): it fails when the field is missing only */
	duration_value(json_object_get(request->args, name), ms);
}

bool request_limit(struct request *request)
{
	json_int_t n =
		json_integer_value(json_object_get(request->args, "limit"));

	if (n < 1 || n > TOP_MAX) {
		request_fail(request, REQUEST_USAGE, "limit",
			     "must be from 1 to %d; without it, all are shown",
			     TOP_MAX);
		return false;
	}
	request->top.size = (unsigned)n;
	return true;
}

/** texts() - whether a value is an array of strings and nothing else */
static bool texts(const json_t *value)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		if (!json_is_string(json_array_get(value, i)))
			return false;
	return json_is_array(value);
}

/**
 * wrong_type() - what a field's value must be
 *
 * Return: the remedy, or NULL if @value is as it must be.
 */
static const char *wrong_type(enum field_type type, const json_t *value)
{
	uint64_t ms;

	switch (type) {
	case FIELD_TEXT:
		return json_is_string(value) ? NULL : "must be a string";
	case FIELD_BOOL:
		return json_is_boolean(value) ? NULL : "must be true or false";
	case FIELD_COUNT:
		return json_is_integer(value) && json_integer_value(value) >= 0
			       ? NULL
			       : "must be a whole number from 0 up";
	case FIELD_SCALE:
		return json_is_number(value) && json_number_value(value) > 0
			       ? NULL
			       : "must be a number above 0";
	case FIELD_DURATION:
		return duration_value(value, &ms)
			       ? NULL
			       : "must be a duration such as \"300s\", "
				 "\"1h30m\" or a number of seconds, and end "
				 "within the lapse clock's 4000 years";
	case FIELD_VALUES:
		return json_object_size(value) ? NULL
					       : "must be an object that names "
						 "a setting and its value";
	case FIELD_TEXTS:
		return texts(value) ? NULL : "must be an array of strings";
	case FIELD_FILTER:
		break; /* filter_parse() looks more closely */
	}
	return NULL;
}

/** find_field() - a request's field by name, or NULL */
static const struct request_field *find_field(const struct request_kind *kind,
					      const char *name)
{
	for (const struct request_field *f = kind->fields; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return f;
	return NULL;
}

/** fail_unknown() - a field that the request does not take */
static void fail_unknown(struct request *request, const char *name)
{
	const struct request_kind *kind = request->kind;
	char known[256] = "none";
	size_t len = 0;

	for (const struct request_field *f = kind->fields; f->name; f++) {
		int n = snprintf(known + len, sizeof(known) - len, "%s%s",
				 len ? ", " : "", f->name);

		if (n > 0 && (size_t)n < sizeof(known) - len)
			len += (size_t)n;
	}
	request_fail(request, REQUEST_USAGE, name,
		     "unknown field; fields of %s: %s", kind->name, known);
}

/**
 * check_field() - one field of the request: known, and of its type?
 *
 * Return: false after an error was answered.
 */
static bool check_field(struct request *request, const char *name,
			json_t *value)
{
	const struct request_field *field = find_field(request->kind, name);
	struct filter_error error;
	const char *remedy;

	if (strcmp(name, "request") == 0 || strcmp(name, "version") == 0)
		return true;
	if (!field) {
		fail_unknown(request, name);
		return false;
	}
	remedy = wrong_type(field->type, value);
	if (remedy) {
		request_fail(request, REQUEST_USAGE, name, "%s", remedy);
		return false;
	}
	if (field->type == FIELD_FILTER &&
	    !filter_parse(value, request->gateway->conf, &request->filter,
			  &error)) {
		request_fail(request, REQUEST_USAGE, error.field, "%s",
			     error.text);
		return false;
	}
	return true;
}

/** check_fields() - all of them; false after an error was answered */
static bool check_fields(struct request *request)
{
	json_t *args = request->args;

	for (void *i = json_object_iter(args); i;
	     i = json_object_iter_next(args, i))
		if (!check_field(request, json_object_iter_key(i),
				 json_object_iter_value(i)))
			return false;

	for (const struct request_field *f = request->kind->fields; f->name;
	     f++) {
		if (!f->required || json_object_get(args, f->name))
			continue;
		request_fail(request, REQUEST_USAGE, f->name,
			     "missing: %s needs it", request->kind->name);
		return false;
	}
	return true;
}

/** check_version() - false after an error was answered */
static bool check_version(struct request *request)
{
	const json_t *version = json_object_get(request->args, "version");

	if (!version || (json_is_integer(version) &&
			 json_integer_value(version) == REQUEST_VERSION))
		return true;
	request_fail(request, REQUEST_USAGE, "version",
		     "this lapsed speaks version %d: use its own lapse, or "
		     "leave the field out",
		     REQUEST_VERSION);
	return false;
}

/** dispatch() - find the request's kind and call its handler */
static enum request_result dispatch(struct request *request)
{
	const json_t *name = json_object_get(request->args, "request");

	if (!check_version(request))
		return REQUEST_DONE;
	if (!json_is_string(name))
		return request_fail(request, REQUEST_USAGE, "request",
				    "must name a request, such as "
				    "{\"request\":\"status\"}");
	for (size_t i = 0; (request->kind = request_kind_at(i)) != NULL; i++)
		if (strcmp(request->kind->name, json_string_value(name)) == 0)
			break;
	if (!request->kind)
		return request_fail(request, REQUEST_USAGE, "request",
				    "\"%.64s\" is unknown; the request \"help\""
				    " lists those there are",
				    json_string_value(name));
	if (!check_fields(request))
		return REQUEST_DONE;
	return request->kind->handler(request);
}

enum request_result request_line(struct request *request, const char *line,
				 size_t len)
{
	enum request_result result;
	json_error_t error;

	request_init(request, request->gateway, request->ring, request->out);
	request->deadline_ns = UINT64_MAX;

	request->args = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
	if (!request->args)
		return request_fail(request, REQUEST_USAGE, NULL,
				    "no JSON: %s at byte %d", error.text,
				    error.position);
	if (json_is_object(request->args))
		result = dispatch(request);
	else
		result = request_fail(request, REQUEST_USAGE, NULL,
				      "must be an object, such as "
				      "{\"request\":\"status\"}");
	json_decref(request->args);
	request->args = NULL;
	return result;
}

enum request_result request_continue(struct request *request)
{
	return request->more(request);
}
