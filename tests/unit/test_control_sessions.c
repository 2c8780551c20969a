// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_control_sessions - sessions and mappings by request: shown, killed,
 * ended by the clock
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include "tests/unit/control_answer.h"

static void test_session_row(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	assert_int_equal(rig_send(rig, 20, 5000, 53), NAT_TRANSLATED);
	clock_advance(&rig->gateway.clock, gateway_real_ns(), 1500);
	object = row_of(rig, "{\"request\":\"sessions\"}");
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

	rig_populate(rig, 200);
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

	rig_populate(rig, 3 * REQUEST_PAGE);
	assert_int_equal(request_line(&rig->request, line, strlen(line)),
			 REQUEST_MORE);
	while (request_continue(&rig->request) == REQUEST_MORE)
		pages++;
	assert_in_range(pages, 3, 4);
}

static void test_kill(void **state)
{
	struct rig *rig = *state;

	rig_populate(rig, 200);
	assert_true(number_of(rig,
			      "{\"request\":\"kill\",\"filter\":"
			      "{\"client\":\"10.0.0.1\"}}",
			      "killed") == 4);
	assert_int_equal(rows(rig, "{\"request\":\"sessions\"}"), 196);
	assert_int_equal(rows(rig, "{\"request\":\"mappings\"}"), 196);
	assert_true(number_of(rig, "{\"request\":\"flush\"}", "killed") == 196);
	assert_int_equal(rows(rig, "{\"request\":\"sessions\"}"), 0);
	assert_int_equal(rows(rig, "{\"request\":\"mappings\"}"), 0);
	assert_true(number_of(rig, "{\"request\":\"flush\"}", "killed") == 0);
}

static void test_clock(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	rig_populate(rig, 1000);
	assert_true(number_of(rig,
			      "{\"request\":\"clock-advance\",\"by\":\"299s\"}",
			      "expired") == 0);
	assert_int_equal(rows(rig, "{\"request\":\"sessions\"}"), 1000);
	/* when the answer is there, so is the end of all that was due */
	assert_true(number_of(rig, "{\"request\":\"clock-advance\",\"by\":1}",
			      "expired") == 1000);
	assert_int_equal(nat_counters(rig->gateway.nat)[NAT_SESSIONS_LAPSED],
			 1000);
	object = row_of(rig, "{\"request\":\"clock-scale\",\"scale\":60}");
	assert_true(json_number_value(json_object_get(object, "time")) == 300);
	assert_true(json_number_value(json_object_get(object, "offset")) ==
		    300);
	assert_true(json_number_value(json_object_get(object, "scale")) == 60);
	assert_true(json_is_true(json_object_get(object, "frozen")));
	json_decref(object);
	object = row_of(rig, "{\"request\":\"clock-reset\"}");
	assert_true(json_number_value(json_object_get(object, "scale")) == 1);
	assert_true(json_is_false(json_object_get(object, "frozen")));
	json_decref(object);
	object = row_of(rig, "{\"request\":\"clock-freeze\"}");
	assert_true(json_is_true(json_object_get(object, "frozen")));
	json_decref(object);
	object = row_of(rig, "{\"request\":\"clock-resume\"}");
	assert_true(json_is_false(json_object_get(object, "frozen")));
	json_decref(object);
	assert_true(number_of(rig, "{\"request\":\"clock\"}", "time") >= 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_session_row), RIG_TEST(test_filters),
		RIG_TEST(test_pages),	    RIG_TEST(test_kill),
		RIG_TEST(test_clock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
