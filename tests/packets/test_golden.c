/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_golden - translations compared byte by byte with what Scapy made
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "nat/nat.h"
#include "tests/lib/build.h"

/** enum golden_mode - what the transport checksum holds on its way in */
enum golden_mode {
	GOLDEN_FULL,
	GOLDEN_PARTIAL, /* the pseudo-header's sum; complete on its way out */
	GOLDEN_SEGMENTS /* likewise, and on its way out too (UDP GSO) */
};

/** struct golden - one packet, in hexadecimal, before and after */
struct golden {
	const char *name;
	enum nat_direction direction;
	enum golden_mode mode;
	const char *before;
	const char *after;
};

static const struct golden table[] = {
#include "tests/packets/golden.h"
};

/** unhex() - hexadecimal text as bytes; their number */
static size_t unhex(const char *text, uint8_t bytes[static PACKET_MAX])
{
	size_t n = strlen(text) / 2;

	assert_true(n <= PACKET_MAX);
	for (size_t i = 0; i < n; i++) {
		char byte[3] = {text[2 * i], text[2 * i + 1], '\0'};

		bytes[i] = (uint8_t)strtoul(byte, NULL, 16);
	}
	return n;
}

/** engine() - ports preserved, everyone may call, two forwards */
static struct nat *engine(void)
{
	static struct nat_forward forwards[] = {
		{NULL, 6, {0, 8080}, {0xc0a84d09, 80}, 1},
		{NULL, 17, {0, 5353}, {0xc0a84d09, 53}, 1},
	};
	const struct nat_pool_range range = {0xc6336401, 0xc6336401, false};
	const struct nat_pool pool = {&range, 1, NULL, 0};
	struct nat_settings s;

	nat_settings_default(&s);
	s.max_sessions = 256;
	s.forwards = forwards;
	s.n_forwards = 2;
	for (unsigned i = 0; i < NAT_CLASSES; i++) {
		s.policy.by[i].allocation = NAT_ALLOC_PRESERVATION;
		s.policy.by[i].filtering = NAT_FILTER_EIF;
	}
	return nat_alloc(&s, &pool, 1, (struct nat_now){1000, 1000});
}

/** handle() - through the engine, both halves of a hairpin */
static enum nat_verdict handle(struct nat *nat, struct nat_packet *p)
{
	const struct nat_now now = {2000, 2000};
	enum nat_verdict verdict = nat_handle(nat, now, p);

	if (p->direction != NAT_HAIRPIN || verdict != NAT_TRANSLATED)
		return verdict;
	assert_int_equal(p->mark & NAT_MARK_MASK, NAT_MARK_HAIRPIN);
	p->direction = NAT_HAIRPIN_SOURCE;
	p->partial = false; /* it comes back with its checksum complete */
	return nat_handle(nat, now, p);
}

/** golden() - every row, in order, on one engine */
static void golden(void **state)
{
	static uint8_t bytes[PACKET_MAX], after[PACKET_MAX];
	struct nat *nat = engine();

	(void)state;
	assert_non_null(nat);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct golden *g = &table[i];
		struct nat_packet p = {
			.bytes = bytes,
			.len = unhex(g->before, bytes),
			.direction = g->direction,
			.partial = g->mode != GOLDEN_FULL,
			.gso = g->mode == GOLDEN_SEGMENTS,
		};

		if (handle(nat, &p) != NAT_TRANSLATED)
			fail_msg("%s: not translated", g->name);
		assert_int_equal(unhex(g->after, after), p.len);
		for (size_t k = 0; k < p.len; k++)
			if (bytes[k] != after[k])
				fail_msg("%s: byte %zu is %02x, not %02x",
					 g->name, k, bytes[k], after[k]);
		assert_true(nat_check(nat));
	}
	nat_free(nat);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden),
	};

	return cmocka_run_group_tests_name("test_golden", tests, NULL, NULL);
}
