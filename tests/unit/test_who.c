// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_who - whose an external endpoint is, or was
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include "tests/unit/control_answer.h"

/** at() - advance to this lapse second */
static void at(struct rig *rig, unsigned second)
{
	uint64_t now = gateway_now(&rig->gateway).lapse;

	json_decref(row_of(rig,
			   "{\"request\":\"clock-advance\",\"by\":\"%ums\"}",
			   (unsigned)(second * 1000 - now)));
}

/** open_one() - a mapping; @external receives its endpoint as text */
static void open_one(struct rig *rig, unsigned client, char external[32])
{
	json_t *object;

	assert_int_equal(rig_send(rig, client, 5000, 53), NAT_TRANSLATED);
	gateway_settle(&rig->gateway);
	object = row_of(rig,
			"{\"request\":\"mappings\",\"filter\":"
			"{\"client\":\"10.0.0.%u\"}}",
			client);
	snprintf(external, 32, "%s", TEXT(object, "external"));
	json_decref(object);
}

/** expect() - who had it at a second; NULL: nobody */
static void expect(struct rig *rig, const char *external, unsigned second,
		   const char *address, const char *source)
{
	char line[256];
	json_t *object;

	snprintf(line, sizeof(line),
		 "{\"request\":\"who\",\"external\":\"%s\",\"at\":\"%u\"}",
		 external, second);
	if (!address) {
		assert_int_equal(rows(rig, line), 0);
		return;
	}
	object = row_of(rig, "%s", line);
	assert_string_equal(TEXT(object, "address"), address);
	assert_string_equal(TEXT(object, "source"), source);
	json_decref(object);
}

static void test_times(void **state)
{
	struct rig *rig = *state;
	char external[32];
	json_t *object;

	at(rig, 10);
	open_one(rig, 20, external);
	expect(rig, external, 10, "10.0.0.20", "event");
	expect(rig, external, 9, NULL, NULL);
	at(rig, 100);
	json_decref(row_of(rig, "{\"request\":\"flush\"}"));
	at(rig, 200);
	expect(rig, external, 9, NULL, NULL);
	expect(rig, external, 10, "10.0.0.20", "event");
	expect(rig, external, 99, "10.0.0.20", "event");
	expect(rig, external, 100, NULL, NULL);
	object = row_of(rig,
			"{\"request\":\"who\",\"external\":\"%s\","
			"\"at\":\"50.5\",\"protocol\":\"udp\"}",
			external);
	assert_true(NUMBER(object, "from") == 10);
	assert_true(NUMBER(object, "until") == 100);
	assert_string_equal(TEXT(object, "client"), "phone");
	assert_string_equal(TEXT(object, "protocol"), "udp");
	json_decref(object);
}

static void test_utc(void **state)
{
	struct rig *rig = *state;
	char external[32], utc[2][32], line[256];
	time_t now = time(NULL);
	const time_t times[2] = {now - 100, now + 100};
	struct tm tm;

	open_one(rig, 20, external);
	for (size_t i = 0; i < 2; i++) {
		gmtime_r(&times[i], &tm);
		strftime(utc[i], sizeof(utc[i]), "%Y-%m-%dT%H:%M:%SZ", &tm);
		snprintf(line, sizeof(line),
			 "{\"request\":\"who\",\"external\":\"%s\","
			 "\"at\":\"%s\"}",
			 external, utc[i]);
		assert_int_equal(rows(rig, line), i);
	}
}

/** What was there before the events that are kept. */
static void test_forgotten(void **state)
{
	const struct ring_entry other =
		ring_entry_own(1000000, RING_CLOCK_CHANGED, "advance");
	struct rig *rig = *state;
	char external[32];
	json_t *last;

	open_one(rig, 20, external);
	for (unsigned i = 0; i < RING_SIZE; i++)
		ring_add(&rig->ring, &other);
	/* of then nothing is known; what lives is there since before */
	last = error_of(rig,
			"{\"request\":\"who\",\"external\":\"%s\","
			"\"at\":\"500\"}",
			external);
	assert_string_equal(TEXT(last, "field"), "at");
	json_decref(last);
	expect(rig, external, 1000, "10.0.0.20", "mapping");
	/* and its end tells that it was there all the time */
	at(rig, 1100);
	expect(rig, external, 500, "10.0.0.20", "event");
	expect(rig, external, 1100, NULL, NULL);
}

static void test_block(void **state)
{
	struct rig *rig = *state;
	const struct nat_event allocated = {
		.at = 5000,
		.type = NAT_EVENT_BLOCK_ALLOCATED,
		.internal = {RIG_CLIENT + 7, 0},
		.external = {RIG_EXTERNAL, 12000},
		.last_port = 12063,
		.late = NAT_NEVER,
	};
	struct nat_event freed = allocated;
	struct ring_entry entry = ring_entry_nat(&allocated);

	ring_add(&rig->ring, &entry);
	freed.at = 9000;
	freed.type = NAT_EVENT_BLOCK_FREED;
	entry = ring_entry_nat(&freed);
	ring_add(&rig->ring, &entry);
	expect(rig, "192.0.2.1:12000", 5, "10.0.0.7", "block");
	expect(rig, "192.0.2.1:12063", 8, "10.0.0.7", "block");
	expect(rig, "192.0.2.1:12064", 8, NULL, NULL);
	expect(rig, "192.0.2.1:12000", 9, NULL, NULL);
	expect(rig, "192.0.2.2:12000", 8, NULL, NULL);
}

static void test_errors(void **state)
{
	static const struct {
		const char *line;
		const char *field;
	} table[] = {
		{"{\"request\":\"who\"}", "external"},
		{"{\"request\":\"who\",\"external\":\"192.0.2.1\"}",
		 "external"},
		{"{\"request\":\"who\",\"external\":\"192.0.2.1:70000\"}",
		 "external"},
		{"{\"request\":\"who\",\"external\":\"192.0.2.1:7\","
		 "\"protocol\":\"ip\"}",
		 "protocol"},
		{"{\"request\":\"who\",\"external\":\"192.0.2.1:7\","
		 "\"at\":\"noon\"}",
		 "at"},
		{"{\"request\":\"who\",\"external\":\"192.0.2.1:7\","
		 "\"at\":\"-5\"}",
		 "at"},
		{"{\"request\":\"who\",\"external\":\"192.0.2.1:7\","
		 "\"at\":\"1e300\"}",
		 "at"},
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *last = error_of(rig, "%s", table[i].line);

		if (!json_is_string(json_object_get(last, "field")) ||
		    strcmp(TEXT(last, "field"), table[i].field) != 0)
			fail_msg("another field: %s", table[i].line);
		json_decref(last);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_times),	  RIG_TEST(test_utc),
		RIG_TEST(test_forgotten), RIG_TEST(test_block),
		RIG_TEST(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
