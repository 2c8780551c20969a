/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_history - gaps, beats, tombstones: what the heartbeat verdict is made of
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/lib/rig.h"

static const struct endpoint phone = {0xc0a84d02, 5000};
static const struct endpoint server = {0xcb007107, 53};

/** test_beats() - gaps and needless beats of a flow that lives */
static void test_beats(void **state)
{
	/* at 0, 100, 200, 290, 580 s; the timer is 300 s */
	static const uint64_t gaps[] = {100000, 100000, 90000, 290000};
	struct nat_history_info info;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, phone, server),
			 NAT_TRANSLATED);
	assert_false(rig_history(&rig, phone, &info));
	for (size_t i = 0; i < sizeof(gaps) / sizeof(gaps[0]); i++) {
		rig_pass(&rig, gaps[i]);
		assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, phone, server),
				 NAT_TRANSLATED);
	}
	assert_true(rig_history(&rig, phone, &info));
	assert_true(info.alive);
	assert_int_equal(info.beats, 4);
	assert_int_equal(info.longest_gap, 290000);
	assert_int_equal(info.timer, 300000);
	/* those at 100 and 200 s: without them 290 s had passed */
	assert_int_equal(info.needless, 2);
	assert_int_equal(info.needless_bytes, 2 * 48);
	rig_stop(&rig);
}

/** test_short_pauses() - under a second is no pause */
static void test_short_pauses(void **state)
{
	struct nat_history_info info;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	for (int i = 0; i < 100; i++) {
		rig_udp(&rig, NAT_OUTBOUND, phone, server);
		rig_pass(&rig, 999);
	}
	assert_false(rig_history(&rig, phone, &info));
	rig_pass(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	assert_true(rig_history(&rig, phone, &info));
	assert_int_equal(info.beats, 1);
	rig_stop(&rig);
}

/** assert_closed() - by the idle timer, while the session is there and after */
static void assert_closed(struct rig *rig, uint64_t longest_gap)
{
	struct nat_history_info info;

	for (int ended = 0; ended < 2; ended++) {
		assert_true(rig_history(rig, phone, &info));
		assert_int_equal(info.alive, !ended);
		assert_int_equal(info.longest_gap, longest_gap);
		assert_int_equal(info.timer, 7440000);
		rig_pass(rig, 7000000);
	}
}

/** test_closed() - beats were for the timer of the open connection */
static void test_closed(void **state)
{
	struct endpoint outside;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	outside = rig_connect(&rig, phone, server);
	rig_pass(&rig, 7000000);
	rig_tcp(&rig, NAT_OUTBOUND, phone, server, 24, 10);
	rig_tcp(&rig, NAT_OUTBOUND, phone, server, 17, 0);
	/* the other end takes its time: a pause, but no beat in time */
	rig_pass(&rig, 2000);
	rig_tcp(&rig, NAT_INBOUND, server, outside, 17, 0);
	assert_closed(&rig, 7000000);
	rig_stop(&rig);
}

/** test_closed_by_server() - one that had no beat before it was closed */
static void test_closed_by_server(void **state)
{
	struct endpoint outside;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	outside = rig_connect(&rig, phone, server);
	rig_tcp(&rig, NAT_INBOUND, server, outside, 17, 0);
	/* its first packet after a pause closes it */
	rig_pass(&rig, 2000);
	rig_tcp(&rig, NAT_OUTBOUND, phone, server, 17, 0);
	assert_closed(&rig, 2000);
	rig_stop(&rig);
}

/** test_tombstone() - how late, from inside and from outside, and the heir */
static void test_tombstone(void **state)
{
	struct endpoint outside;
	struct nat_history_info info;
	struct nat_event event;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	outside = rig_connect(&rig, phone, server);
	rig_pass(&rig, 7440000);
	assert_true(rig_history(&rig, phone, &info));
	assert_false(info.alive);
	assert_int_equal(info.reason, NAT_REASON_IDLE);
	assert_int_equal(info.ended - info.created, 7440000);
	assert_int_equal(info.late, NAT_NEVER);

	rig_pass(&rig, 5000);
	assert_int_equal(rig_tcp(&rig, NAT_INBOUND, server, outside, 24, 10),
			 NAT_DROP);
	assert_true(rig_event(&rig, NAT_EVENT_STRAY_INBOUND, &event));
	assert_int_equal(event.late, 5000);
	rig_pass(&rig, 7300);
	assert_int_equal(rig_tcp(&rig, NAT_OUTBOUND, phone, server, 24, 10),
			 NAT_DROP);
	assert_true(rig_event(&rig, NAT_EVENT_STRAY_OUTBOUND, &event));
	assert_int_equal(event.late, 12300);

	/* the app gives up, and connects anew from another port */
	rig_pass(&rig, 60000);
	rig_tcp(&rig, NAT_OUTBOUND, (struct endpoint){phone.addr, 5001}, server,
		2, 0);
	assert_true(rig_history(&rig, phone, &info));
	assert_int_equal(info.late, 12300);
	assert_int_equal(info.late_packets, 1);
	assert_int_equal(info.lost_in, 1);
	assert_int_equal(info.reconnected, 72300);
	rig_stop(&rig);
}

/** test_datagram() - UDP is late and its own heir in one */
static void test_datagram(void **state)
{
	struct nat_history_info info;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	rig_pass(&rig, 300500);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, phone, server),
			 NAT_TRANSLATED);
	assert_true(rig_history(&rig, phone, &info));
	assert_int_equal(info.late, 500);
	assert_int_equal(info.reconnected, 500);
	rig_stop(&rig);
}

/** test_bounded() - more dead flows than there is room for */
static void test_bounded(void **state)
{
	struct nat_history_info info;
	struct rig rig;
	uint32_t cursor = 0, n = 0;

	(void)state;
	rig_begin(&rig, 1);
	for (uint16_t i = 0; i < 40; i++) {
		for (uint16_t j = 0; j < 1000; j++)
			rig_udp(&rig, NAT_OUTBOUND,
				(struct endpoint){phone.addr + i, j}, server);
		rig_pass(&rig, 300000);
	}
	while (nat_history_next(rig.nat, rig.now, &cursor, &info))
		n++;
	assert_int_equal(n, 16384);
	assert_true(rig_history(&rig, (struct endpoint){phone.addr + 39, 999},
				&info));
	assert_false(
		rig_history(&rig, (struct endpoint){phone.addr, 0}, &info));
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beats),
		cmocka_unit_test(test_short_pauses),
		cmocka_unit_test(test_closed),
		cmocka_unit_test(test_closed_by_server),
		cmocka_unit_test(test_tombstone),
		cmocka_unit_test(test_datagram),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
