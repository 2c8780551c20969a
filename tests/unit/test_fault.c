/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_fault - each fault does what it says, to whom, for how long
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include "base/wire.h"
#include "tests/lib/rig.h"

static const struct endpoint phone = {0xc0a84d02, 5000};
static const struct endpoint laptop = {0xc0a84d03, 5000};
static const struct endpoint server = {0xcb007107, 53};

/** start() - a fault for @client (0: all) of @ms */
static int start(struct rig *rig, enum nat_fault_kind kind, uint32_t client,
		 uint64_t ms)
{
	const struct nat_fault fault = {
		.kind = kind,
		.addr = client,
		.bits = client ? 32 : 0,
		.until = rig->now.lapse + ms,
	};

	return nat_fault_start(rig->nat, rig->now, &fault);
}

/** test_blackhole() - one client, both ways, until its time is over */
static void test_blackhole(void **state)
{
	struct endpoint outside;
	struct nat_event event;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 2);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	outside = rig.src;
	assert_true(start(&rig, NAT_FAULT_BLACKHOLE, phone.addr, 10000) > 0);
	assert_true(rig_event(&rig, NAT_EVENT_FAULT_STARTED, &event));
	assert_int_equal(event.fault, NAT_FAULT_BLACKHOLE);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, phone, server), NAT_DROP);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, outside), NAT_DROP);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, laptop, server),
			 NAT_TRANSLATED);
	assert_int_equal(nat_counters(rig.nat)[NAT_DROP_FAULT], 2);
	assert_int_equal(nat_next(rig.nat), rig.now.lapse + 10000);
	rig_pass(&rig, 10000);
	assert_true(rig_event(&rig, NAT_EVENT_FAULT_ENDED, &event));
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, outside),
			 NAT_TRANSLATED);
	rig_stop(&rig);
}

/** test_one_way() - in or out only */
static void test_one_way(void **state)
{
	struct endpoint outside;
	struct rig rig;
	int id;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	outside = rig.src;
	id = start(&rig, NAT_FAULT_BLACKHOLE_IN, 0, 10000);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, phone, server),
			 NAT_TRANSLATED);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, outside), NAT_DROP);
	assert_int_equal(nat_fault_clear(rig.nat, rig.now, (uint32_t)id), 1);
	assert_int_equal(nat_fault_clear(rig.nat, rig.now, (uint32_t)id), 0);
	start(&rig, NAT_FAULT_BLACKHOLE_OUT, 0, 10000);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, phone, server), NAT_DROP);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, outside),
			 NAT_TRANSLATED);
	rig_stop(&rig);
}

/** test_rebind() - another port, and then another address, the session lives */
static void test_rebind(void **state)
{
	struct endpoint before, after;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 4);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	before = rig.src;
	assert_true(start(&rig, NAT_FAULT_REBIND, 0, 0) > 0);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	after = rig.src;
	assert_int_equal(after.addr, before.addr);
	assert_int_not_equal(after.port, before.port);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, before), NAT_DROP);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, after),
			 NAT_TRANSLATED);
	assert_true(endpoint_equal(rig.dst, phone));

	assert_true(start(&rig, NAT_FAULT_NEW_ADDRESS, phone.addr, 0) > 0);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	assert_int_not_equal(rig.src.addr, after.addr);
	after = rig.src;
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, after),
			 NAT_TRANSLATED);
	/* what is opened next has the new address too */
	rig_udp(&rig, NAT_OUTBOUND, (struct endpoint){phone.addr, 6000},
		server);
	assert_int_equal(rig.src.addr, after.addr);
	assert_int_equal(nat_counters(rig.nat)[NAT_SESSIONS_CREATED], 2);
	rig_stop(&rig);
}

/** test_new_address_blocks() - blocks stay with their address */
static void test_new_address_blocks(void **state)
{
	struct endpoint before;
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 4);
	rig.settings.policy.port_block_size = 64;
	rig_start(&rig);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	before = rig.src;
	assert_true(start(&rig, NAT_FAULT_NEW_ADDRESS, 0, 0) > 0);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	assert_int_not_equal(rig.src.addr, before.addr);
	rig_stop(&rig);
}

/** test_alone() - there is no other address */
static void test_alone(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	assert_int_equal(start(&rig, NAT_FAULT_NEW_ADDRESS, 0, 0),
			 -EADDRNOTAVAIL);
	for (int i = 0; i < 32; i++)
		assert_true(start(&rig, NAT_FAULT_UNPLUG, phone.addr, 1) > 0);
	assert_int_equal(start(&rig, NAT_FAULT_UNPLUG, 0, 1), -ENOSPC);
	assert_int_equal(nat_fault_clear(rig.nat, rig.now, 0), 32);
	rig_stop(&rig);
}

/** test_rst() - both ends, at exactly what they expect next */
static void test_rst(void **state)
{
	struct nat_output out;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_connect(&rig, phone, server);
	start(&rig, NAT_FAULT_RST, 0, 0);
	for (int i = 0; i < 2; i++) {
		assert_true(nat_output_get(rig.nat, &out));
		assert_int_equal(out.bytes[33], 4);
		assert_int_equal(wire_get32(out.bytes + 24), 200);
	}
	assert_false(nat_output_get(rig.nat, &out));
	assert_int_equal(rig_tcp(&rig, NAT_OUTBOUND, phone, server, 24, 5),
			 NAT_DROP);
	rig_stop(&rig);
}

/** test_reboot() - nothing is known any more */
static void test_reboot(void **state)
{
	struct nat_gauges gauges;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	rig_udp(&rig, NAT_OUTBOUND, laptop, server);
	start(&rig, NAT_FAULT_REBOOT, 0, 0);
	nat_gauges(rig.nat, &gauges);
	assert_int_equal(gauges.sessions, 0);
	assert_int_equal(gauges.mappings, 0);
	rig_stop(&rig);
}

/** test_exhaust() - old mappings go on, new ones find no port */
static void test_exhaust(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, phone, server);
	start(&rig, NAT_FAULT_EXHAUST_PORTS, 0, 1000);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, phone, server),
			 NAT_TRANSLATED);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, laptop, server), NAT_DROP);
	rig_pass(&rig, 1000);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, laptop, server),
			 NAT_TRANSLATED);
	rig_stop(&rig);
}

/** test_slow_server() - TCP's own passes, data do not */
static void test_slow_server(void **state)
{
	struct endpoint outside;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_tcp(&rig, NAT_OUTBOUND, phone, server, 2, 0);
	outside = rig.src;
	start(&rig, NAT_FAULT_SLOW_SERVER, 0, 100000);
	assert_int_equal(rig_tcp(&rig, NAT_INBOUND, server, outside, 18, 0),
			 NAT_TRANSLATED);
	assert_int_equal(rig_tcp(&rig, NAT_OUTBOUND, phone, server, 24, 10),
			 NAT_TRANSLATED);
	assert_int_equal(rig_tcp(&rig, NAT_INBOUND, server, outside, 16, 0),
			 NAT_TRANSLATED);
	assert_int_equal(rig_tcp(&rig, NAT_INBOUND, server, outside, 24, 10),
			 NAT_DROP);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blackhole),
		cmocka_unit_test(test_one_way),
		cmocka_unit_test(test_rebind),
		cmocka_unit_test(test_new_address_blocks),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_rst),
		cmocka_unit_test(test_reboot),
		cmocka_unit_test(test_exhaust),
		cmocka_unit_test(test_slow_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
