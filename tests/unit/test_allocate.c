/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_allocate - external ports: all of them, none twice, hard to guess
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/wire.h"
#include "tests/lib/rig.h"

#define PORTS 64512 /* 1024 to 65535 */

static const struct endpoint server = {0xcb007107, 53};

/** start() - an engine with one address and room for all its ports */
static void start(struct rig *rig, enum nat_allocation allocation, bool host)
{
	rig_defaults(rig, 1);
	rig->range.host = host;
	rig->settings.max_sessions = PORTS + 8;
	for (unsigned i = 0; i < NAT_CLASSES; i++)
		rig->settings.policy.by[i].allocation = allocation;
	rig_start(rig);
}

/**
 * map() - a datagram of an internal endpoint of its own, the @i-th
 *
 * Without rig_send(), which looks at all tables after each.
 *
 * Return: its external port, or -1.
 */
static int map(struct rig *rig, uint32_t i)
{
	const struct packet packet = {
		.protocol = 17,
		.src = {0x0a000001 + i / 60000, (uint16_t)(1024 + i % 60000)},
		.dst = server,
	};
	struct nat_packet p = {
		.bytes = rig->bytes,
		.len = build_packet(&packet, rig->bytes),
		.direction = NAT_OUTBOUND,
	};
	struct nat_event event;

	if (nat_handle(rig->nat, rig->now, &p) != NAT_TRANSLATED)
		return -1;
	while (nat_event_get(rig->nat, &event))
		;
	assert_int_equal(wire_get32(rig->bytes + 12), 0xc6336401);
	return wire_get16(rig->bytes + 20);
}

/** every_port() - 64512 mappings on one address, none twice, then no more */
static void every_port(void **state)
{
	static bool seen[65536];
	struct nat_output output;
	struct nat_event event;
	struct rig rig;

	(void)state;
	for (unsigned a = NAT_ALLOC_PRESERVATION; a <= NAT_ALLOC_PARITY; a++) {
		memset(seen, 0, sizeof(seen));
		start(&rig, (enum nat_allocation)a, false);
		for (uint32_t i = 0; i < PORTS; i++) {
			int port = map(&rig, i);

			assert_in_range(port, 1024, 65535);
			assert_false(seen[port]);
			seen[port] = true;
		}
		assert_int_equal(map(&rig, PORTS), -1);
		assert_int_equal(
			nat_counters(rig.nat)[NAT_DROP_PORTS_EXHAUSTED], 1);
		assert_true(rig_event(&rig, NAT_EVENT_PORTS_EXHAUSTED, &event));
		assert_true(nat_output_get(rig.nat, &output));
		assert_int_equal(output.bytes[20], 3);
		assert_int_equal(output.bytes[21], 1);
		rig_stop(&rig);
	}
}

/** host_address() - of the host's own address it keeps what it needs */
static void host_address(void **state)
{
	struct endpoint reserved = {0xc6336401, 5000};
	unsigned n = 0;
	struct rig rig;
	int port;

	(void)state;
	start(&rig, NAT_ALLOC_RANDOM, true);
	nat_port_reserve(rig.nat, 17, reserved, true);
	while ((port = map(&rig, n)) >= 0) {
		assert_in_range(port, 1024, NAT_HOST_PORT_FIRST - 1);
		assert_int_not_equal(port, 5000);
		n++;
	}
	assert_int_equal(n, NAT_HOST_PORT_FIRST - 1024 - 1);
	/* given back, it is one port more */
	nat_port_reserve(rig.nat, 17, reserved, false);
	while (nat_output_get(rig.nat, &(struct nat_output){0}))
		;
	assert_int_equal(map(&rig, n), 5000);
	/* and while a mapping has it, reserving it takes nothing away */
	nat_port_reserve(rig.nat, 17, reserved, true);
	assert_true(nat_port_mapped(rig.nat, 17, reserved));
	assert_int_equal(map(&rig, n), 5000);
	rig_stop(&rig);
}

/** sequential() - one after the other, and round */
static void sequential(void **state)
{
	struct rig rig;
	int first, port;

	(void)state;
	rig_defaults(&rig, 1);
	rig.settings.port_first = 7000;
	rig.settings.port_last = 7009;
	for (unsigned i = 0; i < NAT_CLASSES; i++)
		rig.settings.policy.by[i].allocation = NAT_ALLOC_SEQUENTIAL;
	rig_start(&rig);
	first = map(&rig, 0);
	for (int i = 1; i < 10; i++) {
		port = map(&rig, (uint32_t)i);
		assert_int_equal(port, 7000 + (first - 7000 + i) % 10);
	}
	assert_int_equal(map(&rig, 10), -1);
	rig_stop(&rig);
}

/**
 * random_ports() - RFC 6056: spread evenly, and the next is not the last plus
 * one
 *
 * Chi-square over 64 bins; 63 degrees of freedom exceed 130 once in a million.
 * The engine's seed is fixed, so this passes always or never.
 */
static void random_ports(void **state)
{
	unsigned bin[64] = {0}, steps = 0;
	double chi = 0;
	int last = -2;
	struct rig rig;

	(void)state;
	start(&rig, NAT_ALLOC_RANDOM, false);
	for (uint32_t i = 0; i < 2000; i++) {
		int port = map(&rig, i);

		bin[(port - 1024) / (PORTS / 64)]++;
		steps += port == last + 1;
		last = port;
	}
	for (unsigned i = 0; i < 64; i++)
		chi += (bin[i] - 31.25) * (bin[i] - 31.25) / 31.25;
	assert_true(chi < 130);
	assert_true(chi > 20); /* nor suspiciously even */
	assert_true(steps < 3);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_port),
		cmocka_unit_test(host_address),
		cmocka_unit_test(sequential),
		cmocka_unit_test(random_ports),
	};

	return cmocka_run_group_tests_name("test_allocate", tests, NULL, NULL);
}
