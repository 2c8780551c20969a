// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_report - the heartbeat verdict
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include "nat/heartbeat.h"
#include "tests/unit/control_answer.h"

/** send_after() - let lapse time pass, then a packet from client @client */
static void send_after(struct rig *rig, uint64_t ms, unsigned client)
{
	clock_advance(&rig->gateway.clock, gateway_real_ns(), ms);
	assert_int_equal(rig_send(rig, client, 5000, 53), NAT_TRANSLATED);
}

static void test_verdict(void **state)
{
	static const struct {
		uint8_t protocol;
		enum nat_state state;
		enum nat_reason reason;
		uint32_t beats, late;
		enum heartbeat verdict, living;
	} table[] = {
		{6, NAT_STATE_TCP_ESTABLISHED, NAT_REASON_IDLE, 0, 0,
		 HEARTBEAT_DIED, HEARTBEAT_ALIVE},
		{6, NAT_STATE_TCP_FIN_IN, NAT_REASON_IDLE, 3, 0, HEARTBEAT_DIED,
		 HEARTBEAT_ALIVE},
		{6, NAT_STATE_TCP_INIT_OUT, NAT_REASON_IDLE, 0, 1,
		 HEARTBEAT_UNANSWERED, HEARTBEAT_UNANSWERED},
		{6, NAT_STATE_TCP_FIN_BOTH, NAT_REASON_CLOSED, 3, 0,
		 HEARTBEAT_CLOSED, HEARTBEAT_CLOSED},
		{6, NAT_STATE_TCP_TRANS, NAT_REASON_IDLE, 3, 0,
		 HEARTBEAT_CLOSED, HEARTBEAT_CLOSED},
		{6, NAT_STATE_TCP_ESTABLISHED, NAT_REASON_FAULT, 0, 0,
		 HEARTBEAT_DIED, HEARTBEAT_ALIVE},
		{6, NAT_STATE_TCP_ESTABLISHED, NAT_REASON_LIFETIME, 0, 0,
		 HEARTBEAT_DIED, HEARTBEAT_ALIVE},
		{17, NAT_STATE_ACTIVE, NAT_REASON_IDLE, 0, 0, HEARTBEAT_OVER,
		 HEARTBEAT_ALIVE},
		{17, NAT_STATE_ACTIVE, NAT_REASON_IDLE, 1, 0, HEARTBEAT_DIED,
		 HEARTBEAT_ALIVE},
		{17, NAT_STATE_ACTIVE, NAT_REASON_IDLE, 0, 1, HEARTBEAT_DIED,
		 HEARTBEAT_ALIVE},
		{17, NAT_STATE_INITIAL, NAT_REASON_IDLE, 0, 0,
		 HEARTBEAT_UNANSWERED, HEARTBEAT_ALIVE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct nat_history_info info = {
			.protocol = table[i].protocol,
			.state = table[i].state,
			.reason = table[i].reason,
			.beats = table[i].beats,
			.late_packets = table[i].late,
		};

		if (heartbeat_verdict(&info) != table[i].verdict)
			fail_msg("row %zu: %s", i,
				 heartbeat_names[heartbeat_verdict(&info)]);
		info.alive = true;
		assert_int_equal(heartbeat_verdict(&info), table[i].living);
	}
}

static void test_interval(void **state)
{
	(void)state;
	assert_int_equal(heartbeat_interval(300000, 0), 285000);
	assert_int_equal(heartbeat_interval(7440000, 0), 7068000);
	assert_int_equal(heartbeat_interval(10000, 0), 9000);
	assert_int_equal(heartbeat_interval(1500, 0), 750);
	assert_int_equal(heartbeat_interval(1, 0), 0);
	assert_int_equal(heartbeat_interval(NAT_NEVER, 50), NAT_NEVER);
	/* this one may have been 10 % longer than set, the next one shorter */
	assert_int_equal(heartbeat_interval(330000, 10), 256500);
	assert_int_equal(heartbeat_interval(300000, 100), 0);
	for (uint64_t ms = 2; ms < 100000; ms += 7)
		assert_true(heartbeat_interval(ms, 0) < ms);
}

static void test_alive(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	send_after(rig, 0, 20);
	send_after(rig, 100000, 20);
	send_after(rig, 100000, 20);
	send_after(rig, 280000, 20);
	clock_advance(&rig->gateway.clock, gateway_real_ns(), 4000);
	object = row_of(rig, "{\"request\":\"report\"}");
	assert_string_equal(TEXT(object, "verdict"), "alive");
	assert_string_equal(TEXT(object, "profile"), "rfc-compliant");
	assert_string_equal(TEXT(object, "client"), "phone");
	assert_true(NUMBER(object, "timer") == 300);
	assert_true(NUMBER(object, "longest-gap") == 280);
	assert_true(NUMBER(object, "margin") == 20);
	assert_true(NUMBER(object, "silent") == 4);
	assert_true(NUMBER(object, "recommended") == 285);
	assert_true(NUMBER(object, "beats") == 3);
	assert_true(NUMBER(object, "needless") == 1);
	assert_true(NUMBER(object, "needless-bytes") == 32);
	assert_true(json_is_null(json_object_get(object, "reason")));
	json_decref(object);
	/* a silence that goes on counts as well */
	clock_advance(&rig->gateway.clock, gateway_real_ns(), 285000);
	object = row_of(rig, "{\"request\":\"report\"}");
	assert_true(NUMBER(object, "margin") == 11);
	json_decref(object);
}

static void test_silent(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	send_after(rig, 0, 1);
	assert_int_equal(rows(rig, "{\"request\":\"report\"}"), 0);
	clock_advance(&rig->gateway.clock, gateway_real_ns(), 60000);
	object = row_of(rig, "{\"request\":\"report\"}");
	assert_true(NUMBER(object, "silent") == 60);
	assert_true(NUMBER(object, "margin") == 240);
	assert_true(NUMBER(object, "beats") == 0);
	json_decref(object);
}

static void test_died(void **state)
{
	struct rig *rig = *state;
	json_t *lines;
	const json_t *dead;

	send_after(rig, 0, 1);
	send_after(rig, 100000, 1);
	send_after(rig, 312300, 1); /* its own heir */
	lines = lines_of(rig, "{\"request\":\"report\"}");
	assert_int_equal(json_array_size(lines), 2);
	dead = json_array_get(lines, 0);
	assert_string_equal(TEXT(dead, "verdict"), "died");
	assert_string_equal(TEXT(dead, "reason"), "idle");
	assert_true(NUMBER(dead, "late") == 12.3);
	assert_true(NUMBER(dead, "reconnected") == 12.3);
	assert_true(NUMBER(dead, "ended") == 400);
	json_decref(lines);
}

static void test_helpless(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	rig->conf.nat.policy.max_lifetime = 1000000;
	rig->clients[0].policy.by[NAT_CLASS_UDP].refresh = NAT_REFRESH_NONE;
	for (unsigned i = 0; i < 2; i++) {
		send_after(rig, 0, i ? 20 : 1);
		clock_advance(&rig->gateway.clock, gateway_real_ns(), 5000);
		object = row_of(rig,
				"{\"request\":\"report\",\"filter\":"
				"{\"client\":\"%s\"}}",
				i ? "phone" : "10.0.0.1");
		assert_true(json_is_false(
			json_object_get(object, "heartbeat-helps")));
		assert_int_equal(
			json_is_null(json_object_get(object, "recommended")),
			i);
		json_decref(object);
	}
}

static void test_many(void **state)
{
	struct rig *rig = *state;

	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(
			rig_send(rig, 1 + i % 50, (uint16_t)(5000 + i), 53),
			NAT_TRANSLATED);
	clock_advance(&rig->gateway.clock, gateway_real_ns(), 2000);
	for (unsigned i = 0; i < 500; i++)
		assert_int_equal(
			rig_send(rig, 1 + i % 50, (uint16_t)(5000 + i), 53),
			NAT_TRANSLATED);
	/* half with a history, half that are only silent; each once */
	assert_int_equal(rows(rig, "{\"request\":\"report\"}"), 1000);
	assert_int_equal(rows(rig, "{\"request\":\"report\",\"filter\":"
				   "{\"client\":\"10.0.0.1\"}}"),
			 20);
	json_decref(error_of(rig, "{\"request\":\"report\",\"filter\":"
				  "{\"client\":\"tablet\"}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_verdict), RIG_TEST(test_interval),
		RIG_TEST(test_alive),	RIG_TEST(test_silent),
		RIG_TEST(test_died),	RIG_TEST(test_helpless),
		RIG_TEST(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
