// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_clock - the lapse clock: exact, monotone, without drift, bounded
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include "base/rng.h"
#include "gateway/clock.h"
#include "tests/unit/unit.h"

#define MS   UINT64_C(1000000)
#define SEC  (1000 * MS)
#define YEAR (UINT64_C(31557600) * SEC)

/* Some boot time that no result may depend on. */
#define START (UINT64_C(123456789) * SEC + 987654321)

static void test_plain(void **state)
{
	struct lapse_clock c;

	(void)state;
	clock_init(&c, START);
	assert_int_equal(clock_lapse_ms(&c, START), 0);
	assert_int_equal(clock_lapse_ms(&c, START + MS - 1), 0);
	assert_int_equal(clock_lapse_ms(&c, START + MS), 1);
	assert_int_equal(clock_lapse_ms(&c, START + YEAR), YEAR / MS);
	/* a real time before the start shows the start */
	assert_int_equal(clock_lapse_ms(&c, START - SEC), 0);
}

static void test_advance(void **state)
{
	struct lapse_clock c;

	(void)state;
	clock_init(&c, START);
	assert_int_equal(clock_advance(&c, START + SEC, 300000), 0);
	assert_int_equal(clock_lapse_ms(&c, START + SEC), 301000);
	assert_int_equal(clock_lapse_ms(&c, START + 2 * SEC), 302000);
	assert_int_equal(clock_advance(&c, START + 2 * SEC, 0), 0);
	assert_int_equal(c.advanced_ms, 300000);
}

static void test_scale(void **state)
{
	struct lapse_clock c;

	(void)state;
	clock_init(&c, START);
	assert_int_equal(clock_scale(&c, START + SEC, 60), 0);
	assert_int_equal(clock_lapse_ms(&c, START + SEC), 1000);
	assert_int_equal(clock_lapse_ms(&c, START + 2 * SEC), 61000);
	assert_int_equal(clock_scale(&c, START + 2 * SEC, 0.5), 0);
	assert_int_equal(clock_lapse_ms(&c, START + 4 * SEC), 62000);
	clock_reset(&c, START + 4 * SEC);
	assert_int_equal(clock_lapse_ms(&c, START + 4 * SEC), 62000);
	assert_int_equal(clock_lapse_ms(&c, START + 5 * SEC), 63000);
}

static void test_scale_range(void **state)
{
	static const double bad[] = {0, -0.0, -1, 1000000.5, INFINITY, NAN};
	struct lapse_clock c;

	(void)state;
	clock_init(&c, START);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(clock_scale(&c, START, bad[i]), -ERANGE);
		assert_true(c.scale == 1.0);
	}
	assert_int_equal(clock_scale(&c, START, CLOCK_SCALE_MAX), 0);
	assert_int_equal(clock_scale(&c, START, 1e-300), 0);
	assert_int_equal(clock_lapse_ms(&c, START + YEAR), 0);
	assert_int_equal(clock_real_until(&c, START, 1), UINT64_MAX);
}

static void test_freeze(void **state)
{
	struct lapse_clock c;

	(void)state;
	clock_init(&c, START);
	clock_freeze(&c, START + SEC, true);
	assert_int_equal(clock_lapse_ms(&c, START + YEAR), 1000);
	assert_int_equal(clock_real_until(&c, START + YEAR, 1001), UINT64_MAX);
	assert_int_equal(clock_real_until(&c, START + YEAR, 1000), 0);
	assert_int_equal(clock_advance(&c, START + YEAR, 500), 0);
	assert_int_equal(clock_scale(&c, START + YEAR, 10), 0);
	assert_int_equal(clock_lapse_ms(&c, START + YEAR + SEC), 1500);
	clock_freeze(&c, START + YEAR + SEC, false);
	assert_int_equal(clock_lapse_ms(&c, START + YEAR + 2 * SEC), 11500);
	clock_freeze(&c, START + YEAR + 2 * SEC, true);
	clock_reset(&c, START + YEAR + 3 * SEC);
	assert_int_equal(clock_lapse_ms(&c, START + YEAR + 4 * SEC), 12500);
}

static void test_limit(void **state)
{
	struct lapse_clock c;
	uint64_t left;

	(void)state;
	clock_init(&c, START);
	left = CLOCK_LIMIT_MS - clock_lapse_ms(&c, START + SEC);
	assert_int_equal(clock_advance(&c, START + SEC, left + 1), -ERANGE);
	assert_int_equal(clock_advance(&c, START + SEC, UINT64_MAX), -ERANGE);
	assert_int_equal(clock_lapse_ms(&c, START + SEC), 1000);
	assert_int_equal(clock_advance(&c, START + SEC, left - 10), 0);
	assert_int_equal(clock_lapse_ms(&c, START + SEC), CLOCK_LIMIT_MS - 10);
	assert_int_equal(clock_lapse_ms(&c, START + YEAR), CLOCK_LIMIT_MS);
	assert_int_equal(clock_real_until(&c, START + SEC, CLOCK_LIMIT_MS),
			 10 * MS);
	assert_int_equal(clock_real_until(&c, START + SEC, CLOCK_LIMIT_MS + 1),
			 UINT64_MAX);
	/* every way of getting there ends there */
	assert_int_equal(clock_scale(&c, START + SEC, CLOCK_SCALE_MAX), 0);
	assert_int_equal(clock_lapse_ms(&c, UINT64_MAX), CLOCK_LIMIT_MS);
	clock_reset(&c, UINT64_MAX);
	assert_int_equal(clock_lapse_ms(&c, UINT64_MAX), CLOCK_LIMIT_MS);
	assert_int_equal(clock_advance(&c, UINT64_MAX, 1), -ERANGE);
}

/* Beyond 2^64 ns of lapse time the arithmetic takes another branch. */
static void test_centuries(void **state)
{
	struct lapse_clock c;
	uint64_t before = 0;

	(void)state;
	clock_init(&c, START);
	assert_int_equal(clock_scale(&c, START, 1000), 0);
	for (uint64_t real = 0; real < YEAR; real += YEAR / 997) {
		uint64_t shown = clock_lapse_ms(&c, START + real);

		/* one in 2^53, twice, and cut off */
		assert_in_range(shown + 2, real / 1000, real / 1000 + 4);
		assert_true(shown >= before);
		before = shown;
	}
	assert_true(before > UINT64_MAX / MS);
}

/* A thousand changes a second for a while: not a millisecond of drift. */
static void test_drift(void **state)
{
	struct lapse_clock c;
	uint64_t real = START;

	(void)state;
	clock_init(&c, START);
	for (unsigned i = 0; i < 1000000; i++) {
		real += MS + (i & 1);
		clock_freeze(&c, real, false);
	}
	assert_int_equal(clock_lapse_ms(&c, real), (real - START) / MS);
}

/** change() - one change of the clock at random */
static void change(struct lapse_clock *c, struct rng *rng, uint64_t real)
{
	uint64_t before = clock_lapse_ms(c, real);
	uint64_t ms = rng_next(rng) >> rng_below(rng, 64);
	double scale = ldexp(1.0 + rng_below(rng, 1000) / 999.0,
			     (int)rng_below(rng, 30) - 11);

	switch (rng_below(rng, 5)) {
	case 0:
		if (ms > 1000000000 || clock_advance(c, real, ms) != 0)
			ms = 0;
		before += ms;
		break;
	case 1:
		assert_int_equal(clock_scale(c, real, scale), 0);
		break;
	case 2:
		clock_freeze(c, real, true);
		break;
	case 3:
		clock_freeze(c, real, false);
		break;
	default:
		clock_reset(c, real);
		break;
	}
	assert_int_equal(clock_lapse_ms(c, real), before);
}

/** check_until() - clock_real_until() names the first moment, near enough */
static void check_until(const struct lapse_clock *c, struct rng *rng,
			uint64_t real)
{
	uint64_t target = clock_lapse_ms(c, real) + 1 +
			  (rng_next(rng) >> (20 + rng_below(rng, 43)));
	uint64_t wait = clock_real_until(c, real, target);
	uint64_t slack;

	if (wait == UINT64_MAX)
		return;
	assert_true(clock_lapse_ms(c, real + wait) >= target);
	/* a nanosecond of lapse time, two roundings, and ms for centuries */
	slack = 2 + (uint64_t)(2 / c->scale) + (wait >> 50) +
		((real - c->since_ns) >> 50);
	if (target - c->base_ms > UINT64_MAX / 2 / MS)
		slack += MS / 64;
	if (wait > slack)
		assert_true(clock_lapse_ms(c, real + wait - slack) < target);
}

static void test_random(void **state)
{
	uint64_t seed = unit_seed();
	uint64_t real = START, before = 0;
	struct lapse_clock c;
	struct rng rng;

	(void)state;
	rng_seed(&rng, seed);
	clock_init(&c, real);
	for (unsigned i = 0; i < 200000; i++) {
		uint64_t shown;

		real += rng_next(&rng) >> (24 + rng_below(&rng, 40));
		shown = clock_lapse_ms(&c, real);
		assert_true(shown >= before);
		before = shown;
		check_until(&c, &rng, real);
		if (rng_below(&rng, 4) == 0) {
			change(&c, &rng, real);
			before = clock_lapse_ms(&c, real);
		}
		if (before == CLOCK_LIMIT_MS) {
			clock_init(&c, real);
			before = 0;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_advance),
		cmocka_unit_test(test_scale),
		cmocka_unit_test(test_scale_range),
		cmocka_unit_test(test_freeze),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_centuries),
		cmocka_unit_test(test_drift),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
