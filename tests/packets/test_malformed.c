/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_malformed - each way in which a packet can be wrong has its counter
 *
 * Every packet lies at the end of a block of its own, so that the sanitizers
 * see a read behind it. Nothing that is dropped leaves a trace but a counter.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/wire.h"
#include "nat/nat.h"
#include "tests/lib/build.h"

#define TRANSLATED (-1)

/** struct rig - an engine with a session of each protocol */
struct rig {
	struct nat *nat;
	struct nat_now now;
	uint8_t bytes[PACKET_MAX];
	size_t len;
};

static const struct packet udp = {
	.protocol = 17,
	.src = {0xc0a84d02, 5000},
	.dst = {0xcb007107, 53},
	.len = 11,
};
static const struct packet tcp = {
	.protocol = 6,
	.src = {0xc0a84d02, 5000},
	.dst = {0xcb007107, 80},
	.flags = 2,
	.len = 3,
};
static const struct packet echo = {
	.protocol = 1,
	.src = {0xc0a84d02, 5000},
	.dst = {0xcb007107, 0},
	.type = 8,
	.len = 13,
};

/**
 * hand() - one packet through the engine
 * @bytes:	copied
 *
 * Return: the drop's counter, or TRANSLATED.
 */
static int hand(struct rig *rig, enum nat_direction direction,
		const uint8_t *bytes, size_t len)
{
	uint8_t *block = malloc(len ? len : 1);
	uint64_t before[NAT_STATS];
	struct nat_packet p = {.bytes = block, .len = len};
	enum nat_verdict verdict;
	int counted = TRANSLATED;

	assert_non_null(block);
	memcpy(block, bytes, len);
	memcpy(before, nat_counters(rig->nat), sizeof(before));
	p.direction = direction;
	verdict = nat_handle(rig->nat, rig->now, &p);
	if (verdict == NAT_DROP)
		assert_memory_equal(block, bytes, len);
	free(block);
	for (int i = 0; i < NAT_STATS; i++) {
		if (nat_counters(rig->nat)[i] == before[i] ||
		    strncmp(nat_stat_names[i], "drop-", 5) != 0)
			continue;
		assert_int_equal(counted, TRANSLATED);
		assert_int_equal(nat_counters(rig->nat)[i], before[i] + 1);
		counted = i;
	}
	assert_int_equal(verdict,
			 counted == TRANSLATED ? NAT_TRANSLATED : NAT_DROP);
	return counted;
}

/** expect() - hand over rig->bytes, and compare the counter by its name */
static void expect(struct rig *rig, enum nat_direction direction, size_t len,
		   int want, const char *what, size_t n)
{
	int got = hand(rig, direction, rig->bytes, len);

	if (got != want)
		fail_msg("%s %zu: %s, not %s", what, n,
			 got < 0 ? "translated" : nat_stat_names[got],
			 want < 0 ? "translated" : nat_stat_names[want]);
}

/** make() - build a packet into rig->bytes */
static void make(struct rig *rig, const struct packet *p)
{
	rig->len = build_packet(p, rig->bytes);
	assert_true(rig->len > 0);
}

/** setup() - the engine and its sessions */
static int setup(void **state)
{
	static struct rig rig;
	const struct nat_pool_range range = {0xc6336401, 0xc6336401, false};
	const struct nat_pool pool = {&range, 1, NULL, 0};
	struct nat_settings s;

	nat_settings_default(&s);
	s.max_sessions = 64;
	for (unsigned i = 0; i < NAT_CLASSES; i++)
		s.policy.by[i].allocation = NAT_ALLOC_PRESERVATION;
	rig.now = (struct nat_now){1000, 1000};
	rig.nat = nat_alloc(&s, &pool, 1, rig.now);
	if (!rig.nat)
		return -1;
	make(&rig, &udp);
	expect(&rig, NAT_OUTBOUND, rig.len, TRANSLATED, "udp", 0);
	make(&rig, &tcp);
	expect(&rig, NAT_OUTBOUND, rig.len, TRANSLATED, "tcp", 0);
	make(&rig, &echo);
	expect(&rig, NAT_OUTBOUND, rig.len, TRANSLATED, "echo", 0);
	*state = &rig;
	return 0;
}

/** teardown() - nothing may have come of all the malformed packets */
static int teardown(void **state)
{
	struct rig *rig = *state;
	struct nat_gauges gauges;
	struct nat_output output;

	nat_gauges(rig->nat, &gauges);
	assert_int_equal(gauges.sessions, 3);
	assert_int_equal(gauges.mappings, 3);
	assert_true(nat_check(rig->nat));
	assert_false(nat_output_get(rig->nat, &output));
	nat_free(rig->nat);
	return 0;
}

/** cut_short() - fewer bytes than the total length says */
static void cut_short(void **state)
{
	const struct packet *const all[] = {&udp, &tcp, &echo};
	struct rig *rig = *state;

	for (size_t i = 0; i < 3; i++) {
		make(rig, all[i]);
		for (size_t n = 0; n < rig->len; n++)
			expect(rig, NAT_OUTBOUND, n, NAT_DROP_TRUNCATED,
			       "cut to", n);
		expect(rig, NAT_OUTBOUND, rig->len, TRANSLATED, "whole", 0);
		/* padding behind it is not part of it */
		expect(rig, NAT_OUTBOUND, rig->len + 7, TRANSLATED, "padded",
		       7);
	}
}

/** shrunk() - the total length says so, and the transport header is cut */
static void shrunk(void **state)
{
	const struct packet *const all[] = {&udp, &tcp, &echo};
	static const int after[] = {NAT_DROP_BAD_UDP, TRANSLATED,
				    NAT_DROP_BAD_CHECKSUM};
	static const size_t header[] = {28, 40, 28};
	struct rig *rig = *state;

	for (size_t i = 0; i < 3; i++) {
		for (size_t n = 20;; n++) {
			make(rig, all[i]);
			if (n == rig->len)
				break;
			wire_put16(rig->bytes + 2, (uint16_t)n);
			build_fix(rig->bytes);
			expect(rig, NAT_OUTBOUND, n,
			       n < header[i] ? NAT_DROP_TRUNCATED : after[i],
			       "shrunk to", n);
		}
	}
}

/** header_length() - each version and header length, and total length */
static void header_length(void **state)
{
	struct rig *rig = *state;

	for (unsigned first = 0; first < 256; first++) {
		unsigned words = first & 15;

		make(rig, &udp);
		rig->bytes[0] = (uint8_t)first;
		if (first == 0x45)
			continue;
		if (first >> 4 != 4 || words < 5 || words * 4 > rig->len)
			expect(rig, NAT_OUTBOUND, rig->len, NAT_DROP_BAD_HEADER,
			       "first byte", first);
		else /* the header's sum is another one now */
			expect(rig, NAT_OUTBOUND, rig->len,
			       NAT_DROP_BAD_CHECKSUM, "first byte", first);
	}
	for (unsigned total = 0; total < 65536; total += 13) {
		make(rig, &udp);
		wire_put16(rig->bytes + 2, (uint16_t)total);
		build_fix(rig->bytes);
		if (total < 20)
			expect(rig, NAT_OUTBOUND, rig->len, NAT_DROP_BAD_HEADER,
			       "total length", total);
		else if (total > rig->len)
			expect(rig, NAT_OUTBOUND, rig->len, NAT_DROP_TRUNCATED,
			       "total length", total);
	}
}

/** flipped() - each bit of what a checksum covers */
static void flipped(void **state)
{
	struct rig *rig = *state;

	for (size_t bit = 0; bit < 160; bit++) {
		int want = NAT_DROP_BAD_CHECKSUM;

		make(rig, &udp);
		rig->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (bit < 8 && rig->bytes[0] != 0x47)
			want = NAT_DROP_BAD_HEADER;
		else if (bit >= 16 && bit < 32 &&
			 wire_get16(rig->bytes + 2) > rig->len)
			want = NAT_DROP_TRUNCATED;
		else if (bit >= 16 && bit < 32 &&
			 wire_get16(rig->bytes + 2) < 20)
			want = NAT_DROP_BAD_HEADER;
		expect(rig, NAT_OUTBOUND, rig->len, want, "bit", bit);
	}
	make(rig, &echo);
	for (size_t bit = 160; bit < rig->len * 8; bit++) {
		make(rig, &echo);
		rig->bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		expect(rig, NAT_OUTBOUND, rig->len, NAT_DROP_BAD_CHECKSUM,
		       "ICMP bit", bit);
	}
}

/** udp_length() - each length that a UDP header can say */
static void udp_length(void **state)
{
	struct rig *rig = *state;

	for (unsigned n = 0; n < 65536; n += n < 100 ? 1 : 251) {
		make(rig, &udp);
		wire_put16(rig->bytes + 24, (uint16_t)n);
		expect(rig, NAT_OUTBOUND, rig->len,
		       n < 8 || n > 19 ? NAT_DROP_BAD_UDP : TRANSLATED,
		       "UDP length", n);
	}
}

/** tcp_header() - each data offset and each combination of flags */
static void tcp_header(void **state)
{
	struct rig *rig = *state;

	for (unsigned words = 0; words < 16; words++) {
		make(rig, &tcp);
		rig->bytes[32] = (uint8_t)(words << 4);
		expect(rig, NAT_OUTBOUND, rig->len,
		       words == 5 ? TRANSLATED : NAT_DROP_BAD_TCP,
		       "data offset", words);
	}
	for (unsigned flags = 0; flags < 256; flags++) {
		bool syn = flags & 2, fin = flags & 1, rst = flags & 4;
		bool bad = (syn && (fin || rst)) || !(flags & 0x17);

		make(rig, &tcp);
		rig->bytes[33] = (uint8_t)flags;
		expect(rig, NAT_OUTBOUND, rig->len,
		       bad ? NAT_DROP_BAD_TCP : TRANSLATED, "flags", flags);
	}
}

/** with_options() - a UDP packet with options, @text the bytes of them */
static void with_options(struct rig *rig, const char *text, size_t n, int want)
{
	struct packet p = udp;

	memcpy(p.options, text, n);
	p.n_options = n;
	make(rig, &p);
	expect(rig, NAT_OUTBOUND, rig->len, want, text, n);
}

/** options() - source routes are found wherever they are, others pass */
static void options(void **state)
{
	struct rig *rig = *state;

	with_options(rig, "\x83\x03\x04\x00", 4, NAT_DROP_SOURCE_ROUTE);
	with_options(rig, "\x89\x03\x04\x00", 4, NAT_DROP_SOURCE_ROUTE);
	with_options(rig, "\x01\x01\x01\x83", 4, NAT_DROP_SOURCE_ROUTE);
	with_options(rig, "\x07\x07\x04\0\0\0\0\x89", 8, NAT_DROP_SOURCE_ROUTE);
	with_options(rig, "\x00\x83\x03\x04", 4, TRANSLATED);
	with_options(rig, "\x07\x04\x83\x03", 4, TRANSLATED);
	with_options(rig, "\x07\x00\x83\x03", 4, TRANSLATED);
	with_options(rig, "\x07\x01\x83\x03", 4, TRANSLATED);
	with_options(rig, "\x07\xff\x83\x03", 4, TRANSLATED);
	with_options(rig, "\x01\x01\x01\x07", 4, TRANSLATED);
	with_options(rig, "\x94\x04\x00\x00", 4, TRANSLATED);
	with_options(rig,
		     "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1"
		     "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\x83",
		     40, NAT_DROP_SOURCE_ROUTE);
}

/**
 * quote_cut() - an ICMP error inwards whose quoted packet ends anywhere
 *
 * 8 bytes of its transport header are needed, all checksums are right.
 */
static void quote_cut(void **state)
{
	const struct packet *const all[] = {&udp, &tcp, &echo};
	struct rig *rig = *state;
	uint8_t about[PACKET_MAX];

	for (size_t i = 0; i < 3; i++) {
		struct packet quoted = *all[i];
		struct packet error = {
			.protocol = 1,
			.src = {0xc0000201, 0},
			.dst = {0xc6336401, 0},
			.type = 3,
			.code = 1,
			.about = about,
		};
		size_t whole;

		quoted.src.addr = 0xc6336401;
		whole = build_packet(&quoted, about);
		for (size_t n = 1; n <= whole; n++) {
			error.about_len = n;
			make(rig, &error);
			expect(rig, NAT_INBOUND, rig->len,
			       n < 28 ? NAT_DROP_ICMP_INNER : TRANSLATED,
			       "quoted bytes", n);
		}
	}
}

/** quote_bits() - each bit of the quoted IP header; a mended one may differ */
static void quote_bits(void **state)
{
	struct rig *rig = *state;
	uint8_t about[PACKET_MAX];
	struct packet quoted = udp;
	struct packet error = {
		.protocol = 1,
		.src = {0xc0000201, 0},
		.dst = {0xc6336401, 0},
		.type = 11,
		.about = about,
	};

	quoted.src.addr = 0xc6336401;
	for (size_t bit = 0; bit < 160; bit++) {
		error.about_len = build_packet(&quoted, about);
		about[bit / 8] ^= (uint8_t)(1u << bit % 8);
		make(rig, &error);
		expect(rig, NAT_INBOUND, rig->len, NAT_DROP_ICMP_INNER,
		       "quoted bit", bit);
	}
	/* the ports are not under that sum, but lead to no session */
	for (size_t bit = 160; bit < 192; bit++) {
		error.about_len = build_packet(&quoted, about);
		about[bit / 8] ^= (uint8_t)(1u << bit % 8);
		make(rig, &error);
		expect(rig, NAT_INBOUND, rig->len, NAT_DROP_ICMP_NO_SESSION,
		       "quoted bit", bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cut_short, setup, teardown),
		cmocka_unit_test_setup_teardown(shrunk, setup, teardown),
		cmocka_unit_test_setup_teardown(header_length, setup, teardown),
		cmocka_unit_test_setup_teardown(flipped, setup, teardown),
		cmocka_unit_test_setup_teardown(udp_length, setup, teardown),
		cmocka_unit_test_setup_teardown(tcp_header, setup, teardown),
		cmocka_unit_test_setup_teardown(options, setup, teardown),
		cmocka_unit_test_setup_teardown(quote_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(quote_bits, setup, teardown),
	};

	return cmocka_run_group_tests_name("test_malformed", tests, NULL, NULL);
}
