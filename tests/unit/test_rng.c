// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_rng - published sequences, bounds, and no bias
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/rng.h"
#include "tests/unit/unit.h"

/** test_xoshiro() - first numbers from the state 1, 2, 3, 4 */
static void test_xoshiro(void **state)
{
	static const uint64_t known[] = {
		11520,
		0,
		1509978240,
		1215971899390074240,
		1216172134540287360,
		607988272756665600,
		16172922978634559625u,
		8476171486693032832,
		10595114339597558777u,
		2904607092377533576,
	};
	struct rng rng = {{1, 2, 3, 4}};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(rng_next(&rng) == known[i]);
}

/** test_seed() - the state is SplitMix64's sequence, here of 1234567 and 0 */
static void test_seed(void **state)
{
	struct rng rng, twin;
	int i;

	(void)state;
	rng_seed(&rng, 1234567);
	assert_true(rng.s[0] == 6457827717110365317);
	assert_true(rng.s[1] == 3203168211198807973);
	assert_true(rng.s[2] == 9817491932198370423u);
	assert_true(rng.s[3] == 4593380528125082431);

	rng_seed(&rng, 0);
	assert_true(rng.s[0] == 0xe220a8397b1dcdaf);

	rng_seed(&rng, 7);
	rng_seed(&twin, 7);
	for (i = 0; i < 100; i++)
		assert_true(rng_next(&rng) == rng_next(&twin));
	rng_seed(&twin, 8);
	assert_false(rng_next(&rng) == rng_next(&twin));
}

/** test_below() - never at or above the bound; the largest bound too */
static void test_below(void **state)
{
	struct rng rng;
	uint32_t bound;
	int i;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (i = 0; i < 200000; i++) {
		bound = (uint32_t)rng_next(&rng) >> rng_below(&rng, 32);
		if (bound)
			assert_true(rng_below(&rng, bound) < bound);
		assert_int_equal(rng_below(&rng, 1), 0);
		assert_true(rng_below(&rng, UINT32_MAX) < UINT32_MAX);
	}
}

/**
 * test_uniform() - each third of 3 * 2^30 gets a third
 *
 * With the modulo or the plain product the first third, or one value in four,
 * would come up twice as often. A fixed seed, as chance may not fail a build.
 */
static void test_uniform(void **state)
{
	const uint32_t bound = 3u << 30;
	unsigned third[3] = {0}, residue[3] = {0};
	struct rng rng;
	uint32_t v;
	int i;

	(void)state;
	rng_seed(&rng, 1);
	for (i = 0; i < 300000; i++) {
		v = rng_below(&rng, bound);
		third[v >> 30]++;
		residue[v % 3]++;
	}
	for (i = 0; i < 3; i++) {
		assert_in_range(third[i], 99000, 101000);
		assert_in_range(residue[i], 99000, 101000);
	}
}

/** below_zero() - a bound of 0, for test_zero() */
static void below_zero(void *arg)
{
	rng_below(arg, 0);
}

/** test_zero() - no number is below zero: asserted */
static void test_zero(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1);
	assert_true(unit_aborts(below_zero, &rng));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xoshiro), cmocka_unit_test(test_seed),
		cmocka_unit_test(test_below),	cmocka_unit_test(test_uniform),
		cmocka_unit_test(test_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
