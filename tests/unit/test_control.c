// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_control - requests to a real engine, without a socket
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include "gateway/request_row.h"
#include "tests/unit/control_rig.h"

/** setup() - a rig a test */
static int setup(void **state)
{
	*state = rig_new(2048);
	return 0;
}

/** teardown() - and its end; the engine's tables must be sound */
static int teardown(void **state)
{
	struct rig *rig = *state;

	assert_true(nat_check(rig->gateway.nat));
	rig_free(rig);
	return 0;
}

/**
 * answer() - ask, and collect the lines
 *
 * Return: an array of objects, the last line included.
 */
static json_t *answer(struct rig *rig, const char *line)
{
	enum request_result result =
		request_line(&rig->request, line, strlen(line));
	json_t *lines = json_array();
	size_t len;
	char *text;

	while (result == REQUEST_MORE)
		result = request_continue(&rig->request);
	assert_int_equal(result, REQUEST_DONE);
	while ((text = evbuffer_readln(rig->request.out, &len,
				       EVBUFFER_EOL_LF)) != NULL) {
		json_t *object = json_loadb(text, len, 0, NULL);

		assert_true(json_is_object(object));
		json_array_append_new(lines, object);
		free(text);
	}
	assert_int_equal(evbuffer_get_length(rig->request.out), 0);
	assert_true(json_array_size(lines) > 0);
	return lines;
}

/** last_of() - the answer's last line */
static json_t *last_of(const json_t *lines)
{
	return json_array_get(lines, json_array_size(lines) - 1);
}

/** rows() - ask; Return: how many rows came before "done" */
static size_t rows(struct rig *rig, const char *line)
{
	json_t *lines = answer(rig, line);
	size_t n = json_array_size(lines) - 1;

	assert_true(json_is_true(json_object_get(last_of(lines), "done")));
	assert_int_equal(
		json_integer_value(json_object_get(last_of(lines), "rows")), n);
	json_decref(lines);
	return n;
}

/** row() - ask; Return: the only row, to be released */
static json_t *row(struct rig *rig, const char *line)
{
	json_t *lines = answer(rig, line);
	json_t *first = json_incref(json_array_get(lines, 0));

	if (json_array_size(lines) != 2)
		fail_msg("%s: %zu lines", line, json_array_size(lines));
	json_decref(lines);
	return first;
}

/** number() - ask; Return: a number of the only row */
static double number(struct rig *rig, const char *line, const char *name)
{
	json_t *object = row(rig, line);
	double value = json_number_value(json_object_get(object, name));

	assert_true(json_is_number(json_object_get(object, name)));
	json_decref(object);
	return value;
}

/** populate() - @n sessions: clients 10.0.0.1 and up, ports 5000 and up */
static void populate(struct rig *rig, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(
			rig_send(rig, 1 + i % 50, (uint16_t)(5000 + i), 53),
			NAT_TRANSLATED);
		rig_drain(rig);
	}
}

static void test_errors(void **state)
{
	static const struct {
		const char *line;
		const char *field;
	} table[] = {
		{"", NULL},
		{"{", NULL},
		{"[]", NULL},
		{"17", NULL},
		{"null", NULL},
		{"{\"request\":\"status\"} x", NULL},
		{"{\"request\":\"status\",\"request\":\"stats\"}", NULL},
		{"{\"request\":\"\xff\"}", NULL},
		{"{}", "request"},
		{"{\"request\":1}", "request"},
		{"{\"request\":\"no-such\"}", "request"},
		{"{\"request\":\"status\",\"version\":2}", "version"},
		{"{\"request\":\"status\",\"version\":\"1\"}", "version"},
		{"{\"request\":\"status\",\"colour\":1}", "colour"},
		{"{\"request\":\"status\",\"filter\":{}}", "filter"},
		{"{\"request\":\"sessions\",\"filter\":[]}", "filter"},
		{"{\"request\":\"sessions\",\"filter\":{\"a\":\"b\"}}",
		 "filter"},
		{"{\"request\":\"sessions\",\"filter\":{\"client\":7}}",
		 "filter.client"},
		{"{\"request\":\"sessions\",\"filter\":{\"client\":\"who\"}}",
		 "filter.client"},
		{"{\"request\":\"sessions\",\"filter\":{\"protocol\":\"x\"}}",
		 "filter.protocol"},
		{"{\"request\":\"sessions\",\"filter\":{\"protocol\":256}}",
		 "filter.protocol"},
		{"{\"request\":\"sessions\",\"filter\":{\"protocol\":-1}}",
		 "filter.protocol"},
		{"{\"request\":\"sessions\",\"filter\":{\"internal\":\"1\"}}",
		 "filter.internal"},
		{"{\"request\":\"sessions\",\"filter\":"
		 "{\"external\":\"1.2.3.4:70000\"}}",
		 "filter.external"},
		{"{\"request\":\"mappings\",\"filter\":"
		 "{\"remote\":\"1.2.3.4\"}}",
		 "filter.remote"},
		{"{\"request\":\"mappings\",\"filter\":"
		 "{\"client\":\"tablet\"}}",
		 "filter.client"},
		{"{\"request\":\"kill\"}", "filter"},
		{"{\"request\":\"kill\",\"filter\":{}}", "filter"},
		{"{\"request\":\"clock-advance\"}", "by"},
		{"{\"request\":\"clock-advance\",\"by\":\"300\"}", "by"},
		{"{\"request\":\"clock-advance\",\"by\":\"never\"}", "by"},
		{"{\"request\":\"clock-advance\",\"by\":-1}", "by"},
		{"{\"request\":\"clock-advance\",\"by\":1e300}", "by"},
		{"{\"request\":\"clock-advance\",\"by\":\"9999999d\"}", "by"},
		{"{\"request\":\"clock-scale\",\"scale\":0}", "scale"},
		{"{\"request\":\"clock-scale\",\"scale\":\"60\"}", "scale"},
		{"{\"request\":\"clock-scale\",\"scale\":1e7}", "scale"},
		{"{\"request\":\"events\",\"after\":-1}", "after"},
		{"{\"request\":\"events\",\"after\":1.5}", "after"},
		{"{\"request\":\"events\",\"follow\":1}", "follow"},
		{"{\"request\":\"wait\"}", "event"},
		{"{\"request\":\"wait\",\"event\":\"doomsday\"}", "event"},
		{"{\"request\":\"wait\",\"event\":\"session-created\","
		 "\"reason\":\"whim\"}",
		 "reason"},
		{"{\"request\":\"wait\",\"event\":\"session-created\","
		 "\"timeout\":\"soon\"}",
		 "timeout"},
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *lines = answer(rig, table[i].line);
		json_t *last = last_of(lines);
		const json_t *field = json_object_get(last, "field");

		assert_int_equal(json_array_size(lines), 1);
		if (!json_is_string(json_object_get(last, "error")))
			fail_msg("no error: %s", table[i].line);
		if (!table[i].field)
			assert_true(json_is_null(field));
		else if (!json_is_string(field) ||
			 strcmp(json_string_value(field), table[i].field) != 0)
			fail_msg("another field: %s", table[i].line);
		json_decref(lines);
	}
	/* nothing of it had an effect */
	assert_true(number(rig, "{\"request\":\"clock\"}", "time") == 0);
	assert_int_equal(rows(rig, "{\"request\":\"events\"}"), 0);
}

/** written() - end a row; Return: the parsed object, to be released */
static json_t *written(struct row *row, struct evbuffer *out)
{
	size_t len;
	char *text;
	json_t *object;

	row_end(row);
	text = evbuffer_readln(out, &len, EVBUFFER_EOL_LF);
	assert_non_null(text);
	object = json_loadb(text, len, 0, NULL);
	assert_non_null(object);
	free(text);
	return object;
}

static void test_row(void **state)
{
	struct rig *rig = *state;
	struct evbuffer *out = rig->request.out;
	const struct endpoint lowest = {0, 0}, highest = {UINT32_MAX, 65535};
	char longer[2000];
	/* cppcheck-suppress shadowFunction */
	struct row row;
	json_t *object;

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	row_begin(&row, out);
	row_text(&row, "escaped", "\"\\\n\x01\x7f");
	row_text(&row, "utf8", "\xc3\xa4");
	row_text(&row, "broken", "a\xc3z");
	row_text(&row, "longer", longer);
	row_number(&row, "zero", 0);
	row_number(&row, "big", INT64_MAX);
	row_seconds(&row, "little", 5);
	row_seconds(&row, "never", NAT_NEVER);
	row_real(&row, "tenth", 0.1);
	row_endpoint(&row, "lowest", lowest);
	row_endpoint(&row, "highest", highest);
	row_protocol(&row, "gre", 47);
	object = written(&row, out);
#define TEXT(name) json_string_value(json_object_get(object, name))
#define REAL(name) json_number_value(json_object_get(object, name))
	assert_string_equal(TEXT("escaped"), "\"\\\n\x01\x7f");
	assert_string_equal(TEXT("utf8"), "\xc3\xa4");
	assert_string_equal(TEXT("broken"), "a?z");
	assert_string_equal(TEXT("longer"), longer);
	assert_string_equal(TEXT("lowest"), "0.0.0.0:0");
	assert_string_equal(TEXT("highest"), "255.255.255.255:65535");
	assert_true(REAL("zero") == 0 && REAL("gre") == 47);
	assert_int_equal(json_integer_value(json_object_get(object, "big")),
			 INT64_MAX);
	assert_true(REAL("little") == 0.005 && REAL("tenth") == 0.1);
	assert_true(json_is_null(json_object_get(object, "never")));
	json_decref(object);
}

static void test_status(void **state)
{
	static const char *const names[] = {
		"version", "lapsed", "pid",	 "uptime",	 "ready",
		"profile", "wan",    "lan",	 "backend",	 "queue",
		"clock",   "events", "sessions", "sessions-max", "mappings",
	};
	struct rig *rig = *state;
	json_t *object;

	populate(rig, 3);
	object = row(rig, "{\"request\":\"status\",\"version\":1}");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!json_object_get(object, names[i]))
			fail_msg("status has no %s", names[i]);
	assert_int_equal(
		json_integer_value(json_object_get(object, "sessions")), 3);
	assert_int_equal(json_integer_value(json_object_get(object, "version")),
			 REQUEST_VERSION);
	assert_true(json_is_false(json_object_get(object, "ready")));
	json_decref(object);
}

static void test_stats(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	populate(rig, 3);
	object = row(rig, "{\"request\":\"stats\"}");
	for (size_t i = 0; i < NAT_STATS; i++)
		assert_true(json_is_integer(
			json_object_get(object, nat_stat_names[i])));
	assert_int_equal(json_integer_value(json_object_get(
				 object, "outbound-translated")),
			 3);
	json_decref(object);
}

static void test_metrics(void **state)
{
	struct rig *rig = *state;
	json_t *object;
	const char *text;

	populate(rig, 3);
	object = row(rig, "{\"request\":\"metrics\"}");
	text = json_string_value(json_object_get(object, "text"));
	assert_non_null(strstr(text, "\n# TYPE lapse_mappings gauge\n"
				     "lapse_mappings 3\n"));
	assert_non_null(strstr(text, "\nlapse_outbound_translated_total 3\n"));
	assert_non_null(strstr(text, "\n# HELP lapse_queue_packets_total "));
	/* a line a number, and two above it that say what it is */
	for (const char *line = text; *line; line = strchr(line, '\n') + 1)
		assert_true(strncmp(line, "# HELP lapse_", 13) == 0 ||
			    strncmp(line, "# TYPE lapse_", 13) == 0 ||
			    strncmp(line, "lapse_", 6) == 0);
	json_decref(object);
}

static void test_help(void **state)
{
	struct rig *rig = *state;
	json_t *lines = answer(rig, "{\"request\":\"help\"}");

	for (size_t i = 0; request_kind_at(i); i++) {
		const json_t *name =
			json_object_get(json_array_get(lines, i), "request");

		assert_string_equal(json_string_value(name),
				    request_kind_at(i)->name);
	}
	json_decref(lines);
}

static void test_session_row(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	assert_int_equal(rig_send(rig, 20, 5000, 53), NAT_TRANSLATED);
	clock_advance(&rig->gateway.clock, gateway_real_ns(), 1500);
	object = row(rig, "{\"request\":\"sessions\"}");
	assert_string_equal(
		json_string_value(json_object_get(object, "protocol")), "udp");
	assert_string_equal(
		json_string_value(json_object_get(object, "internal")),
		"10.0.0.20:5000");
	assert_string_equal(
		json_string_value(json_object_get(object, "remote")),
		"203.0.113.7:53");
	assert_string_equal(
		json_string_value(json_object_get(object, "client")), "phone");
	assert_true(json_real_value(json_object_get(object, "idle")) == 1.5);
	assert_true(json_real_value(json_object_get(object, "expires-in")) ==
		    298.5);
	assert_int_equal(
		json_integer_value(json_object_get(object, "packets-out")), 1);
	json_decref(object);
}

static void test_filters(void **state)
{
	static const struct {
		const char *filter;
		size_t sessions;
	} table[] = {
		{"{}", 200},
		{"{\"client\":\"10.0.0.1\"}", 4},
		{"{\"client\":\"10.0.0.0/29\"}", 28},
		{"{\"client\":\"phone\"}", 4},
		{"{\"client\":\"tablet\"}", 0},
		{"{\"protocol\":\"udp\"}", 200},
		{"{\"protocol\":17}", 200},
		{"{\"protocol\":\"17\"}", 200},
		{"{\"protocol\":\"tcp\"}", 0},
		{"{\"internal\":\"10.0.0.1:5000\"}", 1},
		{"{\"internal\":\"10.0.0.1:5001\"}", 0},
		{"{\"internal\":\"10.0.0.1\"}", 4},
		{"{\"external\":\"192.0.2.1\"}", 200},
		{"{\"external\":\"192.0.2.1:80\"}", 0},
		{"{\"remote\":\"203.0.113.7:53\"}", 200},
		{"{\"remote\":\"203.0.113.7:54\"}", 0},
		{"{\"remote\":\"203.0.113.0/24\",\"client\":\"10.0.0.2\"}", 4},
	};
	struct rig *rig = *state;

	populate(rig, 200);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char line[256];
		size_t n;

		snprintf(line, sizeof(line),
			 "{\"request\":\"sessions\",\"filter\":%s}",
			 table[i].filter);
		n = rows(rig, line);
		if (n != table[i].sessions)
			fail_msg("%s: %zu rows", line, n);
	}
	assert_int_equal(rows(rig, "{\"request\":\"mappings\"}"), 200);
	assert_int_equal(rows(rig, "{\"request\":\"mappings\",\"filter\":"
				   "{\"client\":\"phone\"}}"),
			 4);
}

static void test_pages(void **state)
{
	static const char line[] = "{\"request\":\"sessions\"}";
	struct rig *rig = *state;
	unsigned pages = 1;

	populate(rig, 3 * REQUEST_PAGE);
	assert_int_equal(request_line(&rig->request, line, strlen(line)),
			 REQUEST_MORE);
	while (request_continue(&rig->request) == REQUEST_MORE)
		pages++;
	assert_in_range(pages, 3, 4);
}

static void test_kill(void **state)
{
	struct rig *rig = *state;

	populate(rig, 200);
	assert_true(number(rig,
			   "{\"request\":\"kill\",\"filter\":"
			   "{\"client\":\"10.0.0.1\"}}",
			   "killed") == 4);
	assert_int_equal(rows(rig, "{\"request\":\"sessions\"}"), 196);
	assert_int_equal(rows(rig, "{\"request\":\"mappings\"}"), 196);
	assert_true(number(rig, "{\"request\":\"flush\"}", "killed") == 196);
	assert_int_equal(rows(rig, "{\"request\":\"sessions\"}"), 0);
	assert_int_equal(rows(rig, "{\"request\":\"mappings\"}"), 0);
	assert_true(number(rig, "{\"request\":\"flush\"}", "killed") == 0);
}

static void test_clock(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	populate(rig, 1000);
	assert_true(number(rig,
			   "{\"request\":\"clock-advance\",\"by\":\"299s\"}",
			   "expired") == 0);
	assert_int_equal(rows(rig, "{\"request\":\"sessions\"}"), 1000);
	/* when the answer is there, so is the end of all that was due */
	assert_true(number(rig, "{\"request\":\"clock-advance\",\"by\":1}",
			   "expired") == 1000);
	assert_int_equal(nat_counters(rig->gateway.nat)[NAT_SESSIONS_LAPSED],
			 1000);
	object = row(rig, "{\"request\":\"clock-scale\",\"scale\":60}");
	assert_true(json_number_value(json_object_get(object, "time")) == 300);
	assert_true(json_number_value(json_object_get(object, "offset")) ==
		    300);
	assert_true(json_number_value(json_object_get(object, "scale")) == 60);
	assert_true(json_is_true(json_object_get(object, "frozen")));
	json_decref(object);
	object = row(rig, "{\"request\":\"clock-reset\"}");
	assert_true(json_number_value(json_object_get(object, "scale")) == 1);
	assert_true(json_is_false(json_object_get(object, "frozen")));
	json_decref(object);
	object = row(rig, "{\"request\":\"clock-freeze\"}");
	assert_true(json_is_true(json_object_get(object, "frozen")));
	json_decref(object);
	object = row(rig, "{\"request\":\"clock-resume\"}");
	assert_true(json_is_false(json_object_get(object, "frozen")));
	json_decref(object);
	assert_true(number(rig, "{\"request\":\"clock\"}", "time") >= 300);
}

static void test_reload_failing(void **state)
{
	struct rig *rig = *state;
	json_t *lines = answer(rig, "{\"request\":\"reload\"}");
	const json_t *last = last_of(lines);

	assert_string_equal(json_string_value(json_object_get(last, "kind")),
			    "settings");
	assert_non_null(
		strstr(json_string_value(json_object_get(last, "error")),
		       rig->conf.path));
	json_decref(lines);
	assert_ptr_equal(rig->gateway.conf, &rig->conf);
}

static void test_events(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	populate(rig, 1); /* a mapping and a session */
	assert_int_equal(rows(rig, "{\"request\":\"events\"}"), 2);
	assert_int_equal(rows(rig, "{\"request\":\"events\",\"after\":1}"), 1);
	assert_int_equal(rows(rig, "{\"request\":\"events\",\"after\":99}"), 0);
	assert_int_equal(rows(rig, "{\"request\":\"events\",\"filter\":"
				   "{\"protocol\":\"tcp\"}}"),
			 0);
	object = row(rig, "{\"request\":\"events\",\"after\":1}");
	assert_non_null(json_object_get(object, "internal"));
	assert_null(json_object_get(object, "remote"));
	json_decref(object);
	object = row(rig, "{\"request\":\"events\",\"destinations\":true,"
			  "\"filter\":{\"remote\":\"203.0.113.7\"}}");
	assert_non_null(json_object_get(object, "remote"));
	json_decref(object);
}

static void test_events_lost(void **state)
{
	const struct nat_event event = {.type = NAT_EVENT_SESSION_CREATED};
	const struct ring_entry entry = ring_entry_nat(&event);
	struct rig *rig = *state;
	json_t *lines;

	for (unsigned i = 0; i < RING_SIZE + 10; i++)
		ring_add(&rig->ring, &entry);
	assert_int_equal(ring_first(&rig->ring), 11);
	assert_null(ring_get(&rig->ring, 10));
	assert_int_equal(ring_get(&rig->ring, 11)->number, 11);
	lines = answer(rig, "{\"request\":\"events\",\"after\":4}");
	assert_int_equal(json_array_size(lines), 1 + RING_SIZE + 1);
	assert_int_equal(json_integer_value(json_object_get(
				 json_array_get(lines, 0), "count")),
			 6);
	json_decref(lines);
}

static void test_wait(void **state)
{
	static const char line[] =
		"{\"request\":\"wait\",\"event\":\"session-deleted\","
		"\"reason\":\"killed\",\"timeout\":\"1h\"}";
	struct rig *rig = *state;
	char *text;

	populate(rig, 1);
	assert_int_equal(request_line(&rig->request, line, strlen(line)),
			 REQUEST_WAIT);
	assert_true(rig->request.deadline_ns < UINT64_MAX);
	populate(rig, 2); /* other events */
	assert_int_equal(request_continue(&rig->request), REQUEST_WAIT);
	assert_int_equal(evbuffer_get_length(rig->request.out), 0);
	nat_session_end(rig->gateway.nat, gateway_now(&rig->gateway), 0,
			NAT_REASON_KILLED);
	rig_drain(rig);
	assert_int_equal(request_continue(&rig->request), REQUEST_DONE);
	text = evbuffer_readln(rig->request.out, NULL, EVBUFFER_EOL_LF);
	assert_non_null(strstr(text, "\"event\":\"session-deleted\""));
	free(text);
	text = evbuffer_readln(rig->request.out, NULL, EVBUFFER_EOL_LF);
	assert_non_null(strstr(text, "\"met\":true"));
	free(text);
}

static void test_wait_over(void **state)
{
	struct rig *rig = *state;
	json_t *lines = answer(rig, "{\"request\":\"wait\",\"event\":"
				    "\"session-deleted\",\"timeout\":0}");

	assert_true(json_is_false(json_object_get(last_of(lines), "met")));
	json_decref(lines);
	/* with "after", what has happened already counts */
	populate(rig, 1);
	lines = answer(rig, "{\"request\":\"wait\",\"event\":"
			    "\"session-created\",\"after\":0}");
	assert_int_equal(json_array_size(lines), 2);
	assert_true(json_is_true(json_object_get(last_of(lines), "met")));
	json_decref(lines);
}

static void test_follow(void **state)
{
	static const char line[] = "{\"request\":\"events\",\"follow\":true}";
	struct rig *rig = *state;

	assert_int_equal(request_line(&rig->request, line, strlen(line)),
			 REQUEST_WAIT);
	populate(rig, 1);
	assert_int_equal(request_continue(&rig->request), REQUEST_WAIT);
	assert_true(evbuffer_get_length(rig->request.out) > 0);
	assert_int_equal(rig->request.rows, 2);
}

static void test_clock_event(void **state)
{
	struct rig *rig = *state;
	json_t *object = row(rig, "{\"request\":\"clock-freeze\"}");

	json_decref(object);
	object = row(rig, "{\"request\":\"events\"}");
	assert_string_equal(json_string_value(json_object_get(object, "event")),
			    "clock-changed");
	assert_string_equal(
		json_string_value(json_object_get(object, "reason")), "freeze");
	json_decref(object);
	assert_int_equal(rows(rig, "{\"request\":\"wait\",\"after\":0,"
				   "\"event\":\"clock-changed\","
				   "\"reason\":\"freeze\"}"),
			 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_errors),	TEST(test_row),
		TEST(test_status),	TEST(test_stats),
		TEST(test_metrics),	TEST(test_help),
		TEST(test_session_row), TEST(test_filters),
		TEST(test_pages),	TEST(test_kill),
		TEST(test_clock),	TEST(test_reload_failing),
		TEST(test_events),	TEST(test_events_lost),
		TEST(test_wait),	TEST(test_wait_over),
		TEST(test_follow),	TEST(test_clock_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
