// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_control - requests to a real engine, without a socket: what is wrong
 * with them, the form of an answer, and what is told of the whole
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include "gateway/request_row.h"
#include "tests/unit/control_answer.h"

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
		json_t *lines = lines_of(rig, table[i].line);
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
	assert_true(number_of(rig, "{\"request\":\"clock\"}", "time") == 0);
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
	assert_string_equal(TEXT(object, "escaped"), "\"\\\n\x01\x7f");
	assert_string_equal(TEXT(object, "utf8"), "\xc3\xa4");
	assert_string_equal(TEXT(object, "broken"), "a?z");
	assert_string_equal(TEXT(object, "longer"), longer);
	assert_string_equal(TEXT(object, "lowest"), "0.0.0.0:0");
	assert_string_equal(TEXT(object, "highest"), "255.255.255.255:65535");
	assert_true(NUMBER(object, "zero") == 0 && NUMBER(object, "gre") == 47);
	assert_int_equal(json_integer_value(json_object_get(object, "big")),
			 INT64_MAX);
	assert_true(NUMBER(object, "little") == 0.005 &&
		    NUMBER(object, "tenth") == 0.1);
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

	rig_populate(rig, 3);
	object = row_of(rig, "{\"request\":\"status\",\"version\":1}");
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

	rig_populate(rig, 3);
	object = row_of(rig, "{\"request\":\"stats\"}");
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

	rig_populate(rig, 3);
	object = row_of(rig, "{\"request\":\"metrics\"}");
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
	json_t *lines = lines_of(rig, "{\"request\":\"help\"}");

	for (size_t i = 0; request_kind_at(i); i++) {
		const json_t *name =
			json_object_get(json_array_get(lines, i), "request");

		assert_string_equal(json_string_value(name),
				    request_kind_at(i)->name);
	}
	json_decref(lines);
}

static void test_reload_failing(void **state)
{
	struct rig *rig = *state;
	json_t *lines = lines_of(rig, "{\"request\":\"reload\"}");
	const json_t *last = last_of(lines);

	assert_string_equal(json_string_value(json_object_get(last, "kind")),
			    "settings");
	assert_non_null(
		strstr(json_string_value(json_object_get(last, "error")),
		       rig->conf.path));
	json_decref(lines);
	assert_ptr_equal(rig->gateway.conf, &rig->conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_errors),	       RIG_TEST(test_row),
		RIG_TEST(test_status),	       RIG_TEST(test_stats),
		RIG_TEST(test_metrics),	       RIG_TEST(test_help),
		RIG_TEST(test_reload_failing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
