// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_request_fault - the faults of the NAT, asked for
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include "tests/unit/control_answer.h"

static void test_all_kinds(void **state)
{
	struct rig *rig = *state;

	for (unsigned i = 0; nat_fault_names[i]; i++) {
		json_t *object;

		/* there is one address only */
		if (i == NAT_FAULT_NEW_ADDRESS) {
			json_decref(error_of(rig,
					     "{\"request\":\"fault\","
					     "\"fault\":\"%s\"}",
					     nat_fault_names[i]));
			continue;
		}
		object = row_of(rig, "{\"request\":\"fault\",\"fault\":\"%s\"}",
				nat_fault_names[i]);
		assert_string_equal(TEXT(object, "fault"), nat_fault_names[i]);
		assert_true(json_is_null(json_object_get(object, "client")));
		assert_true(NUMBER(object, "id") > 0);
		json_decref(object);
	}
	assert_int_equal(rows(rig, "{\"request\":\"faults\"}"), 6);
	assert_true(rig_send(rig, 1, 5000, 53) == NAT_DROP);
	json_decref(row_of(rig, "{\"request\":\"fault-clear\"}"));
	assert_int_equal(rows(rig, "{\"request\":\"faults\"}"), 0);
	assert_true(rig_send(rig, 1, 5000, 53) == NAT_TRANSLATED);
}

static void test_for(void **state)
{
	struct rig *rig = *state;
	json_t *object =
		row_of(rig, "{\"request\":\"fault\",\"fault\":\"blackhole\","
			    "\"for\":\"30s\",\"client\":\"phone\"}");

	assert_string_equal(TEXT(object, "client"), "10.0.0.20");
	assert_true(NUMBER(object, "ends-in") == 30);
	json_decref(object);
	assert_true(rig_send(rig, 20, 5000, 53) == NAT_DROP);
	assert_true(rig_send(rig, 21, 5000, 53) == NAT_TRANSLATED);
	json_decref(row_of(rig, "{\"request\":\"clock-advance\",\"by\":29}"));
	assert_int_equal(rows(rig, "{\"request\":\"faults\"}"), 1);
	json_decref(row_of(rig, "{\"request\":\"clock-advance\",\"by\":1}"));
	assert_int_equal(rows(rig, "{\"request\":\"faults\"}"), 0);
	object = last_row(rig, "{\"request\":\"events\"}");
	assert_true(rig_send(rig, 20, 5000, 53) == NAT_TRANSLATED);
	json_decref(object);
	assert_int_equal(rows(rig, "{\"request\":\"wait\",\"after\":0,"
				   "\"event\":\"fault-ended\"}"),
			 1);
}

static void test_clear_one(void **state)
{
	struct rig *rig = *state;
	json_t *first = row_of(rig, "{\"request\":\"fault\","
				    "\"fault\":\"exhaust-ports\","
				    "\"client\":\"10.0.0.0/29\"}");
	json_t *second = row_of(rig, "{\"request\":\"fault\","
				     "\"fault\":\"slow-server\"}");
	json_t *left;

	assert_string_equal(TEXT(first, "client"), "10.0.0.0/29");
	json_decref(row_of(rig, "{\"request\":\"fault-clear\",\"id\":%d}",
			   (int)NUMBER(first, "id")));
	left = row_of(rig, "{\"request\":\"faults\"}");
	assert_true(NUMBER(left, "id") == NUMBER(second, "id"));
	json_decref(error_of(rig, "{\"request\":\"fault-clear\",\"id\":%d}",
			     (int)NUMBER(first, "id")));
	/* an even number is DHCP's, who has none */
	json_decref(error_of(rig, "{\"request\":\"fault-clear\",\"id\":%d}",
			     (int)NUMBER(second, "id") + 1));
	json_decref(left);
	json_decref(first);
	json_decref(second);
}

static void test_errors(void **state)
{
	static const struct {
		const char *line;
		const char *field;
	} table[] = {
		{"{\"request\":\"fault\"}", "fault"},
		{"{\"request\":\"fault\",\"fault\":\"weather\"}", "fault"},
		{"{\"request\":\"fault\",\"fault\":\"reboot\",\"for\":1}",
		 "for"},
		/* together with the clock more than fits into 64 bits */
		{"{\"request\":\"fault\",\"fault\":\"blackhole\","
		 "\"for\":\"213503982334d\"}",
		 "for"},
		{"{\"request\":\"fault\",\"fault\":\"dhcp-nak\","
		 "\"for\":\"213503982334d\"}",
		 "for"},
		{"{\"request\":\"fault\",\"fault\":\"rst\",\"value\":1}",
		 "value"},
		{"{\"request\":\"fault\",\"fault\":\"rst\","
		 "\"client\":\"nobody\"}",
		 "client"},
		{"{\"request\":\"fault\",\"fault\":\"rst\","
		 "\"client\":\"tablet\"}",
		 "client"},
		{"{\"request\":\"fault-clear\",\"id\":0}", "id"},
		{"{\"request\":\"fault-clear\",\"id\":7}", "id"},
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *last = error_of(rig, "%s", table[i].line);

		if (!json_is_string(json_object_get(last, "field")) ||
		    strcmp(TEXT(last, "field"), table[i].field) != 0)
			fail_msg("another field: %s", table[i].line);
		json_decref(last);
	}
	/* as many as there is room for, and then an error */
	for (unsigned i = 0; i < 32; i++)
		json_decref(row_of(rig, "{\"request\":\"fault\","
					"\"fault\":\"blackhole-in\"}"));
	json_decref(error_of(rig, "{\"request\":\"fault\","
				  "\"fault\":\"blackhole-in\"}"));
	/* what is over at once needs no room */
	json_decref(row_of(rig, "{\"request\":\"fault\",\"fault\":\"rst\"}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_all_kinds),
		RIG_TEST(test_for),
		RIG_TEST(test_clear_one),
		RIG_TEST(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
