// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_checksum - in full against a naive sum, by deltas against in full
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/rng.h"
#include "base/wire.h"
#include "tests/unit/unit.h"

#define EDITS 200000

/** naive() - the checksum field for some bytes, word by word (RFC 1071) */
static uint16_t naive(const uint8_t *bytes, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

/** full() - the checksum field for some bytes, by the code under test */
static uint16_t full(const uint8_t *bytes, size_t len)
{
	return (uint16_t)~checksum_fold(checksum_add(0, bytes, len));
}

/** fill() - random bytes; sometimes only zeros, or only ones, with few others
 */
static void fill(struct rng *rng, uint8_t *bytes, size_t len)
{
	unsigned kind = rng_below(rng, 4);
	size_t i;

	for (i = 0; i < len; i++) {
		if (kind < 2 || !rng_below(rng, 16))
			bytes[i] = (uint8_t)rng_next(rng);
		else
			bytes[i] = kind == 2 ? 0 : 0xff;
	}
}

/** test_known() - the example of RFC 1071 section 3, and an IPv4 header */
static void test_known(void **state)
{
	static const uint8_t rfc1071[] = {0x00, 0x01, 0xf2, 0x03,
					  0xf4, 0xf5, 0xf6, 0xf7};
	static const uint8_t header[] = {
		0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
		0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};

	(void)state;
	assert_int_equal(checksum_fold(checksum_add(0, rfc1071, 8)), 0xddf2);
	assert_int_equal(full(header, sizeof(header)), 0);
	assert_int_equal(full(NULL, 0), 0xffff);
	assert_int_equal(full(rfc1071 + 2, 1), 0x0dff);
}

/** test_fold() - sums of any size; only zero folds to zero */
static void test_fold(void **state)
{
	(void)state;
	assert_int_equal(checksum_fold(0), 0);
	assert_int_equal(checksum_fold(0xffff), 0xffff);
	assert_int_equal(checksum_fold(0x10000), 1);
	assert_int_equal(checksum_fold(0x1fffe), 0xffff);
	assert_int_equal(checksum_fold(UINT32_MAX), 0xffff);
	assert_int_equal(checksum_fold(UINT64_MAX), 0xffff);
	assert_int_equal(checksum_fold(UINT64_MAX - 1), 0xfffe);
	assert_int_equal(checksum_fold(0xffffffff00000001), 1);
}

/** test_full() - every length up to 300 at every alignment, in one or pieces */
static void test_full(void **state)
{
	uint8_t bytes[320];
	struct rng rng;
	size_t at, len, cut;
	uint64_t sum;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (len = 0; len <= 300; len++) {
		for (at = 0; at < 8; at++) {
			fill(&rng, bytes, sizeof(bytes));
			assert_int_equal(full(bytes + at, len),
					 naive(bytes + at, len));
			cut = rng_below(&rng, (uint32_t)len / 2 + 1) * 2;
			sum = checksum_add(0, bytes + at, cut);
			sum = checksum_add(sum, bytes + at + cut, len - cut);
			assert_int_equal((uint16_t)~checksum_fold(sum),
					 naive(bytes + at, len));
		}
	}
}

/** test_large() - 64 KiB and more; all ones carry most */
static void test_large(void **state)
{
	static const size_t lengths[] = {65535, 65536, 1 << 20};
	uint8_t *bytes = malloc(1 << 20);
	struct rng rng;
	size_t i;

	(void)state;
	assert_non_null(bytes);
	rng_seed(&rng, unit_seed());
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		fill(&rng, bytes, lengths[i]);
		assert_int_equal(full(bytes, lengths[i]),
				 naive(bytes, lengths[i]));
		memset(bytes, 0xff, lengths[i]);
		assert_int_equal(full(bytes, lengths[i]),
				 naive(bytes, lengths[i]));
	}
	free(bytes);
}

/** test_pseudo() - the same as the 12 bytes of the pseudo-header */
static void test_pseudo(void **state)
{
	uint8_t bytes[12];
	struct rng rng;
	int i;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (i = 0; i < 10000; i++) {
		fill(&rng, bytes, sizeof(bytes));
		bytes[8] = 0;
		assert_int_equal(
			checksum_fold(checksum_pseudo(
				wire_get32(bytes), wire_get32(bytes + 4),
				bytes[9], wire_get16(bytes + 10))),
			checksum_fold(checksum_add(0, bytes, sizeof(bytes))));
	}
	/* a length over 16 bits, as RFC 2675 counts it, is two words */
	assert_int_equal(checksum_fold(checksum_pseudo(0, 0, 0, 0x10002)), 3);
}

/** pick16() - a random word, often one of the two zeros */
static uint16_t pick16(struct rng *rng)
{
	switch (rng_below(rng, 4)) {
	case 0:
		return 0;
	case 1:
		return 0xffff;
	default:
		return (uint16_t)rng_next(rng);
	}
}

/**
 * edit() - change a few fields; tell the sum of the deltas
 * @rng:	to choose by
 * @bytes:	the packet
 * @len:	its length, even
 * @deltas:	at most 4 fields' worth
 */
static void edit(struct rng *rng, uint8_t *bytes, size_t len, uint32_t *deltas)
{
	uint32_t fields = 1 + rng_below(rng, 4), to;
	uint8_t *p;

	*deltas = 0;
	while (fields--) {
		p = bytes + rng_below(rng, (uint32_t)(len - 4) / 2 + 1) * 2;
		to = (uint32_t)pick16(rng) << 16 | pick16(rng);
		if (rng_below(rng, 2)) {
			*deltas += checksum_delta32(wire_get32(p), to);
			wire_put32(p, to);
		} else {
			to &= 0xffff;
			*deltas +=
				checksum_delta16(wire_get16(p), (uint16_t)to);
			wire_put16(p, (uint16_t)to);
		}
	}
}

/**
 * test_incremental() - RFC 1624 against the sum in full, over random edits
 *
 * The first byte is never zero, as in every IPv4 header and in every
 * pseudo-header that has a protocol: of all-zero data the sum in full says
 * 0xffff, and by deltas one cannot tell.
 */
static void test_incremental(void **state)
{
	uint8_t bytes[40] = {0};
	struct rng rng;
	uint32_t deltas;
	uint16_t field;
	size_t len;
	int i;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (i = 0; i < EDITS; i++) {
		len = 6 + rng_below(&rng, 18) * 2;
		fill(&rng, bytes, len);
		bytes[0] |= 0x40;
		field = full(bytes, len);
		edit(&rng, bytes + 2, len - 2, &deltas);
		assert_int_equal(checksum_adjust(field, deltas),
				 naive(bytes, len));
		/* deltas may be kept folded: a session stores 16 bits */
		assert_int_equal(checksum_adjust(field, checksum_fold(deltas)),
				 naive(bytes, len));
	}
}

/** test_corners() - RFC 1624 section 4's case, and both zeros each way */
static void test_corners(void **state)
{
	static const uint16_t words[] = {0x0000, 0x0001, 0x7fff,
					 0x8000, 0xfffe, 0xffff};
	uint8_t bytes[4];
	uint16_t field;
	size_t i, j, k;

	(void)state;
	/* RFC 1624 section 4: HC 0xdd2f, m 0x5555, m' 0x3285 give 0x0000 */
	assert_int_equal(
		checksum_adjust(0xdd2f, checksum_delta16(0x5555, 0x3285)), 0);

	for (i = 1; i < 6; i++) {
		for (j = 0; j < 6; j++) {
			for (k = 0; k < 6; k++) {
				wire_put16(bytes, words[i]);
				wire_put16(bytes + 2, words[j]);
				field = full(bytes, 4);
				wire_put16(bytes + 2, words[k]);
				field = checksum_adjust(
					field,
					checksum_delta16(words[j], words[k]));
				assert_int_equal(field, naive(bytes, 4));
			}
		}
	}
}

/** test_reverse() - a delta and its reverse give back the field */
static void test_reverse(void **state)
{
	struct rng rng;
	uint16_t field, there;
	uint32_t from, to;
	int i;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (i = 0; i < EDITS; i++) {
		/* 0xffff stands for all-zero data only; it comes back as 0 */
		field = (uint16_t)rng_below(&rng, 0xffff);
		from = (uint32_t)pick16(&rng) << 16 | pick16(&rng);
		to = (uint32_t)pick16(&rng) << 16 | pick16(&rng);
		there = checksum_adjust(field, checksum_delta32(from, to));
		assert_int_equal(
			checksum_adjust(there, checksum_delta32(to, from)),
			field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_pseudo),
		cmocka_unit_test(test_incremental),
		cmocka_unit_test(test_corners),
		cmocka_unit_test(test_reverse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
