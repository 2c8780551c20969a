// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_top - the few sessions and clients that come first of many
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/control_answer.h"
#include "tests/unit/unit.h"

/** compare() - for qsort() */
static int compare(const void *a, const void *b)
{
	const struct top_entry *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/** test_keeps_the_best() - beside a sort of all of them */
static void test_keeps_the_best(void **state)
{
	struct top_entry all[1000];
	struct top top = {.size = 37};
	uint64_t seed = unit_seed();

	(void)state;
	for (uint32_t i = 0; i < 1000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		all[i] = (struct top_entry){seed >> 32, i};
		top_add(&top, all[i].key, i);
		assert_int_equal(top.n, i < 37 ? i + 1 : 37);
	}
	qsort(all, 1000, sizeof(all[0]), compare);
	for (unsigned i = 0; i < 37; i++)
		assert_int_equal(top.entry[i].key, all[i].key);
}

/** test_nothing_wanted() - a list without size keeps nothing */
static void test_nothing_wanted(void **state)
{
	struct top top = {0};

	(void)state;
	top_add(&top, 1, 1);
	assert_int_equal(top.n, 0);
}

/** setup() - 1000 sessions of 250 clients, each 1 s younger than the last */
static int setup(void **state)
{
	struct rig *rig = rig_new(2048);

	for (unsigned i = 0; i < 1000; i++) {
		assert_int_equal(
			rig_send(rig, i % 250, (uint16_t)(5000 + i), 53),
			NAT_TRANSLATED);
		/* the last one of these has the most bytes */
		for (unsigned n = 0; i >= 990 && n < i - 989; n++)
			rig_send(rig, i % 250, (uint16_t)(5000 + i), 53);
		clock_advance(&rig->gateway.clock, gateway_real_ns(), 10);
	}
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/** collect() - the ports of the answer's sessions; Return: how many */
static size_t collect(struct rig *rig, const char *line, unsigned *port)
{
	enum request_result result =
		request_line(&rig->request, line, strlen(line));
	size_t n = 0, len;
	char *text;

	while (result == REQUEST_MORE)
		result = request_continue(&rig->request);
	while ((text = evbuffer_readln(rig->request.out, &len,
				       EVBUFFER_EOL_LF)) != NULL) {
		const char *internal = strstr(text, "\"internal\":\"10.");

		if (internal && n < TOP_MAX)
			port[n++] = (unsigned)strtoul(
				strchr(internal + 12, ':') + 1, NULL, 10);
		free(text);
	}
	return n;
}

/** test_sessions() - each order, and the limit */
static void test_sessions(void **state)
{
	struct rig *rig = *state;
	unsigned port[TOP_MAX] = {0};

	assert_int_equal(
		collect(rig, "{\"request\":\"sessions\",\"limit\":5}", port),
		5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(port[i], 5000 + i);
	assert_int_equal(collect(rig,
				 "{\"request\":\"sessions\",\"limit\":3,"
				 "\"order\":\"new\"}",
				 port),
			 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(port[i], 5999 - i);
	assert_int_equal(collect(rig,
				 "{\"request\":\"sessions\",\"limit\":10,"
				 "\"order\":\"traffic\"}",
				 port),
			 10);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(port[i], 5999 - i);
	assert_int_equal(collect(rig,
				 "{\"request\":\"sessions\",\"limit\":200,"
				 "\"filter\":{\"client\":\"10.0.0.7\"}}",
				 port),
			 4);
	assert_int_equal(port[0], 5007);
	assert_int_equal(port[3], 5757);
}

/** test_ended_meanwhile() - one that is gone is left out, no other shown */
static void test_ended_meanwhile(void **state)
{
	static const char line[] = "{\"request\":\"sessions\",\"limit\":5}";
	struct rig *rig = *state;
	struct nat_session_info info;
	uint32_t cursor = 0;
	unsigned shown = 0;
	size_t len;
	char *text;

	assert_int_equal(request_line(&rig->request, line, sizeof(line) - 1),
			 REQUEST_MORE);
	assert_true(nat_session_next(
		rig->gateway.nat, gateway_now(&rig->gateway), &cursor, &info));
	nat_session_end(rig->gateway.nat, gateway_now(&rig->gateway),
			info.index, NAT_REASON_KILLED);
	while (request_continue(&rig->request) == REQUEST_MORE)
		;
	while ((text = evbuffer_readln(rig->request.out, &len,
				       EVBUFFER_EOL_LF)) != NULL) {
		shown += strstr(text, "\"internal\"") != NULL;
		assert_null(strstr(text, ":5000\""));
		free(text);
	}
	assert_int_equal(shown, 4);
}

/** test_clients() - those with the most sessions, and all they have carried */
static void test_clients(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	rig_send(rig, 77, 9000, 53);
	object = row_of(rig, "{\"request\":\"clients\",\"limit\":1}");
	assert_string_equal(TEXT(object, "address"), "10.0.0.77");
	assert_true(NUMBER(object, "sessions") == 5);
	assert_true(NUMBER(object, "packets-out") == 5);
	json_decref(object);
	assert_int_equal(rows(rig, "{\"request\":\"clients\",\"limit\":200}"),
			 200);
}

/** test_bad() - what is wrong is named */
static void test_bad(void **state)
{
	static const char *const lines[][2] = {
		{"{\"request\":\"sessions\",\"limit\":0}", "limit"},
		{"{\"request\":\"sessions\",\"limit\":201}", "limit"},
		{"{\"request\":\"sessions\",\"limit\":-1}", "limit"},
		{"{\"request\":\"sessions\",\"limit\":5,\"order\":\"best\"}",
		 "order"},
		{"{\"request\":\"sessions\",\"order\":\"new\"}", "order"},
		{"{\"request\":\"clients\",\"limit\":0}", "limit"},
		{"{\"request\":\"clients\",\"order\":\"new\"}", "order"},
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		json_t *object = error_of(*state, "%s", lines[i][0]);

		assert_string_equal(TEXT(object, "field"), lines[i][1]);
		json_decref(object);
	}
}

int main(void)
{
#define TEST_OF(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps_the_best),
		cmocka_unit_test(test_nothing_wanted),
		TEST_OF(test_sessions),
		TEST_OF(test_ended_meanwhile),
		TEST_OF(test_clients),
		TEST_OF(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
