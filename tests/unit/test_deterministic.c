/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_deterministic - RFC 7422: blocks computed both ways, by settings alone
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "nat/block.h"

static const struct nat_prefix inside[] = {
	{0xc0a84d01, 24}, /* 192.168.77.1/24 */
	{0x0a010000, 22}, /* 10.1.0.0/22 */
};

#define N_INSIDE (sizeof(inside) / sizeof(inside[0]))

/** test_example() - the first subscribers of both subnets, by hand */
static void test_example(void **state)
{
	uint32_t index;
	uint16_t port;

	(void)state;
	/* 64512 ports, 1000 each: 64 blocks an address */
	assert_true(block_compute(inside, N_INSIDE, 20, 1024, 65535, 1000,
				  0xc0a84d00, &index, &port));
	assert_int_equal(index, 0);
	assert_int_equal(port, 1024);
	assert_true(block_compute(inside, N_INSIDE, 20, 1024, 65535, 1000,
				  0xc0a84d41, &index, &port));
	assert_int_equal(index, 1);
	assert_int_equal(port, 2024);
	assert_true(block_compute(inside, N_INSIDE, 20, 1024, 65535, 1000,
				  0x0a010000, &index, &port));
	assert_int_equal(index, 4);
	assert_int_equal(port, 1024);
}

/** test_refused() - outside, and too few addresses */
static void test_refused(void **state)
{
	uint32_t index, addr;
	uint16_t port;

	(void)state;
	assert_false(block_compute(inside, N_INSIDE, 20, 1024, 65535, 1000,
				   0xc0a84e01, &index, &port));
	assert_false(block_compute(inside, N_INSIDE, 19, 1024, 65535, 1000,
				   0x0a0103ff, &index, &port));
	assert_true(block_compute(inside, N_INSIDE, 20, 1024, 65535, 1000,
				  0x0a0103ff, &index, &port));
	assert_false(block_compute(inside, N_INSIDE, 20, 1024, 2000, 1000,
				   0xc0a84d01, &index, &port));
	/* the rest at the end of the range is nobody's */
	assert_false(block_owner(inside, N_INSIDE, 1024, 65535, 1000, 0, 65030,
				 &addr));
	assert_false(block_owner(inside, N_INSIDE, 1024, 65535, 1000, 0, 1023,
				 &addr));
	assert_false(block_owner(inside, N_INSIDE, 1024, 65535, 1000, 20, 1024,
				 &addr));
}

/** test_both_ways() - every subscriber, every edge of every block, no overlap
 */
static void test_both_ways(void **state)
{
	static const uint32_t sizes[] = {1, 7, 64, 504, 1000, 4096};
	uint32_t addr, index, before_index = 0, back;
	uint16_t port, before_port = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (addr = 0x0a010000; addr < 0x0a010400; addr++) {
			assert_true(block_compute(inside, N_INSIDE, 4096, 1024,
						  65535, sizes[i], addr, &index,
						  &port));
			assert_true(block_owner(inside, N_INSIDE, 1024, 65535,
						sizes[i], index, port, &back));
			assert_int_equal(back, addr);
			assert_true(block_owner(
				inside, N_INSIDE, 1024, 65535, sizes[i], index,
				(uint16_t)(port + sizes[i] - 1), &back));
			assert_int_equal(back, addr);
			if (addr > 0x0a010000 && index == before_index)
				assert_int_equal(port, before_port + sizes[i]);
			before_index = index;
			before_port = port;
		}
	assert_int_equal(block_hosts(inside, N_INSIDE), 256 + 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
