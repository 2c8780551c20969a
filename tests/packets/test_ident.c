/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_ident - IP identifications behind one address (RFC 7857 section 10,
 * RFC 6864 section 5.3)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "base/wire.h"
#include "tests/lib/rig.h"

static const struct endpoint server = {0xcb007107, 53};

/** piece() - a fragment of a host's datagram; its identification outside */
static uint16_t piece(struct rig *rig, unsigned host, uint16_t id,
		      unsigned offset, bool more)
{
	const struct packet packet = {
		.protocol = 17,
		.src = {0xc0a84d00 + host, 5000},
		.dst = server,
		.id = id,
		.offset = offset,
		.mf = more,
		.len = 16,
	};

	assert_int_equal(rig_send(rig, NAT_OUTBOUND, &packet), NAT_TRANSLATED);
	assert_int_equal(build_sum(0, rig->bytes, 20), 0xffff);
	return wire_get16(rig->bytes + 4);
}

/** interleaved() - two hosts, equal identifications, one server */
static void interleaved(void **state)
{
	struct rig rig;
	uint16_t a, b;

	(void)state;
	rig_begin(&rig, 1);
	for (uint16_t id = 1; id < 200; id++) {
		a = piece(&rig, 2, id, 0, true);
		b = piece(&rig, 3, id, 0, true);
		assert_int_not_equal(a, b);
		assert_int_equal(piece(&rig, 3, id, 24, true), b);
		assert_int_equal(piece(&rig, 2, id, 24, true), a);
		assert_int_equal(piece(&rig, 2, id, 40, false), a);
		assert_int_equal(piece(&rig, 3, id, 40, false), b);
	}
	rig_stop(&rig);
}

/** in_flight() - what may be cut later differs too, for a long while */
static void in_flight(void **state)
{
	static bool seen[65536];
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	for (unsigned i = 0; i < 20000; i++) {
		uint16_t id = piece(&rig, 2 + i % 2, 77, 0, false);

		assert_false(seen[id]);
		seen[id] = true;
	}
	rig_stop(&rig);
}

/** atomic() - an identification that means nothing stays as it was */
static void atomic(void **state)
{
	const struct packet packet = {
		.protocol = 17,
		.src = {0xc0a84d02, 5000},
		.dst = server,
		.id = 4711,
		.df = true,
	};
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	for (unsigned i = 0; i < 10; i++) {
		rig_send(&rig, NAT_OUTBOUND, &packet);
		assert_int_equal(wire_get16(rig.bytes + 4), 4711);
	}
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interleaved),
		cmocka_unit_test(in_flight),
		cmocka_unit_test(atomic),
	};

	return cmocka_run_group_tests_name("test_ident", tests, NULL, NULL);
}
