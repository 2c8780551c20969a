// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_wire - big-endian access and its range check
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/rng.h"
#include "base/wire.h"
#include "tests/unit/unit.h"

/** test_at() - in range, at the edge, past it, and sums that overflow */
static void test_at(void **state)
{
	uint8_t bytes[10];

	(void)state;
	assert_ptr_equal(wire_at(bytes, 10, 0, 10), bytes);
	assert_ptr_equal(wire_at(bytes, 10, 4, 6), bytes + 4);
	assert_ptr_equal(wire_at(bytes, 10, 10, 0), bytes + 10);
	assert_null(wire_at(bytes, 10, 0, 11));
	assert_null(wire_at(bytes, 10, 4, 7));
	assert_null(wire_at(bytes, 10, 10, 1));
	assert_null(wire_at(bytes, 10, 11, 0));
	assert_null(wire_at(bytes, 10, 5, SIZE_MAX));
	assert_null(wire_at(bytes, 10, SIZE_MAX, 1));
	assert_null(wire_at(bytes, 10, SIZE_MAX, SIZE_MAX));
	assert_null(wire_at(bytes, 0, 0, 1));
}

/** test_order() - the most significant byte comes first */
static void test_order(void **state)
{
	static const uint8_t bytes[] = {0x81, 0x92, 0xa3, 0xb4,
					0xc5, 0xd6, 0xe7, 0xf8};
	uint8_t out[8];

	(void)state;
	assert_int_equal(wire_get16(bytes), 0x8192);
	assert_int_equal(wire_get32(bytes), 0x8192a3b4);
	assert_true(wire_get64(bytes) == 0x8192a3b4c5d6e7f8);

	memset(out, 0, sizeof(out));
	wire_put16(out, 0x8192);
	assert_memory_equal(out, "\x81\x92\0\0\0\0\0\0", 8);
	wire_put32(out, 0x8192a3b4);
	assert_memory_equal(out, "\x81\x92\xa3\xb4\0\0\0\0", 8);
	wire_put64(out, 0x8192a3b4c5d6e7f8);
	assert_memory_equal(out, bytes, 8);
}

/** test_unaligned() - any offset; nothing beside the field is touched */
static void test_unaligned(void **state)
{
	uint8_t bytes[32], before[32];
	struct rng rng;
	uint64_t v;
	size_t at;
	int i;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (i = 0; i < 20000; i++) {
		v = rng_next(&rng);
		at = rng_below(&rng, sizeof(bytes) - 8 + 1);
		memset(bytes, (int)(v & 0xff), sizeof(bytes));
		memcpy(before, bytes, sizeof(bytes));

		wire_put16(bytes + at, (uint16_t)v);
		assert_int_equal(wire_get16(bytes + at), v & 0xffff);
		assert_memory_equal(bytes, before, at);
		assert_memory_equal(bytes + at + 2, before,
				    sizeof(bytes) - at - 2);

		wire_put32(bytes + at, (uint32_t)v);
		assert_int_equal(wire_get32(bytes + at), v & 0xffffffff);
		assert_memory_equal(bytes + at + 4, before,
				    sizeof(bytes) - at - 4);

		wire_put64(bytes + at, v);
		assert_true(wire_get64(bytes + at) == v);
		assert_memory_equal(bytes, before, at);
		assert_memory_equal(bytes + at + 8, before,
				    sizeof(bytes) - at - 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_unaligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
