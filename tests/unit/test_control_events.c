// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_control_events - events by request: shown, followed, waited for
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/control_answer.h"

static void test_events(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	rig_populate(rig, 1); /* a mapping and a session */
	assert_int_equal(rows(rig, "{\"request\":\"events\"}"), 2);
	assert_int_equal(rows(rig, "{\"request\":\"events\",\"after\":1}"), 1);
	assert_int_equal(rows(rig, "{\"request\":\"events\",\"after\":99}"), 0);
	assert_int_equal(rows(rig, "{\"request\":\"events\",\"filter\":"
				   "{\"protocol\":\"tcp\"}}"),
			 0);
	object = row_of(rig, "{\"request\":\"events\",\"after\":1}");
	assert_non_null(json_object_get(object, "internal"));
	assert_null(json_object_get(object, "remote"));
	json_decref(object);
	object = row_of(rig, "{\"request\":\"events\",\"destinations\":true,"
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
	lines = lines_of(rig, "{\"request\":\"events\",\"after\":4}");
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

	rig_populate(rig, 1);
	assert_int_equal(request_line(&rig->request, line, strlen(line)),
			 REQUEST_WAIT);
	assert_true(rig->request.deadline_ns < UINT64_MAX);
	rig_populate(rig, 2); /* other events */
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
	json_t *lines = lines_of(rig, "{\"request\":\"wait\",\"event\":"
				      "\"session-deleted\",\"timeout\":0}");

	assert_true(json_is_false(json_object_get(last_of(lines), "met")));
	json_decref(lines);
	/* with "after", what has happened already counts */
	rig_populate(rig, 1);
	lines = lines_of(rig, "{\"request\":\"wait\",\"event\":"
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
	rig_populate(rig, 1);
	assert_int_equal(request_continue(&rig->request), REQUEST_WAIT);
	assert_true(evbuffer_get_length(rig->request.out) > 0);
	assert_int_equal(rig->request.rows, 2);
}

static void test_clock_event(void **state)
{
	struct rig *rig = *state;
	json_t *object = row_of(rig, "{\"request\":\"clock-freeze\"}");

	json_decref(object);
	object = row_of(rig, "{\"request\":\"events\"}");
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
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_events), RIG_TEST(test_events_lost),
		RIG_TEST(test_wait),   RIG_TEST(test_wait_over),
		RIG_TEST(test_follow), RIG_TEST(test_clock_event),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
