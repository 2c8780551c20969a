// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_probe_ladder - idle times to try, and the timers that they show
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "base/rng.h"
#include "probe/ladder.h"
#include "tests/unit/unit.h"

/** test_steps() - within 5 % or 1 s of each other, from end to end */
static void test_steps(void **state)
{
	uint32_t rung[LADDER_MAX];
	size_t n = ladder_make(1000, 7440000, 256, rung);

	(void)state;
	assert_in_range(n, 150, 256);
	assert_int_equal(rung[0], 1000);
	assert_int_equal(rung[n - 1], 7440000);
	for (size_t i = 1; i < n; i++) {
		uint32_t step = rung[i] - rung[i - 1];

		assert_true(rung[i] > rung[i - 1]);
		assert_true(step <= 1000 || step <= rung[i] / 20);
	}
}

/** test_few() - never more than the limit, whatever the ends */
static void test_few(void **state)
{
	uint32_t rung[LADDER_MAX];
	struct rng rng;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (unsigned i = 0; i < 2000; i++) {
		uint32_t min = 1 + rng_below(&rng, 100000);
		uint32_t max = min + rng_below(&rng, 172800000);
		size_t limit = 2 + rng_below(&rng, LADDER_MAX - 1);
		size_t n = ladder_make(min, max, limit, rung);

		assert_in_range(n, 1, limit);
		assert_int_equal(rung[n - 1], max);
		for (size_t k = 1; k < n; k++)
			assert_true(rung[k] > rung[k - 1]);
	}
}

/** A row of outcomes at 1 s, 2 s, ...: a alive, d dead, - unknown */
struct fit_case {
	const char *outcomes;
	uint32_t above, most;
	size_t misfits;
};

/** test_fit() - the cut, also where packets were lost */
static void test_fit(void **state)
{
	static const struct fit_case cases[] = {
		{"", 0, 0, 0},
		{"---", 0, 0, 0},
		{"aaa", 3000, 0, 0},
		{"ddd", 0, 1000, 0},
		{"aaadd", 3000, 4000, 0},
		{"aa--d", 2000, 5000, 0},
		{"-a-d-", 2000, 4000, 0},
		{"adaaadd", 5000, 6000, 1}, /* one DATA was lost */
		{"adaadaadddd", 7000, 8000, 2},
		{"aaaddaddddd", 3000, 4000, 1}, /* one that should be gone */
		{"ad", 1000, 2000, 0},
		{"da", 2000, 0, 1}, /* a loss is likelier than a miracle */
	};
	struct ladder_try tries[16];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *o = cases[i].outcomes;
		size_t n = strlen(o);
		struct ladder_fit fit;

		for (size_t k = 0; k < n; k++) /* backwards: it sorts */
			tries[n - 1 - k] = (struct ladder_try){
				.idle = (uint32_t)(k + 1) * 1000,
				.outcome = o[k] == 'a'	 ? LADDER_ALIVE
					   : o[k] == 'd' ? LADDER_DEAD
							 : LADDER_UNKNOWN};
		fit = ladder_fit(tries, n);
		assert_int_equal(fit.above, cases[i].above);
		assert_int_equal(fit.most, cases[i].most);
		assert_int_equal(fit.misfits, cases[i].misfits);
	}
}

/** test_twice() - of one idle time, alive says that the other one was lost */
static void test_twice(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct ladder_try tries[] = {
			{1000, LADDER_ALIVE},
			{2000, i & 1 ? LADDER_ALIVE : LADDER_DEAD},
			{2000, i & 2 ? LADDER_ALIVE : LADDER_DEAD},
		};
		struct ladder_fit fit = ladder_fit(tries, 3);

		assert_int_equal(fit.above, i ? 2000 : 1000);
		assert_int_equal(fit.most, i ? 0 : 2000);
		assert_int_equal(fit.misfits, i == 1 || i == 2);
	}
}

/** test_value() - round numbers, and always within the bracket */
static void test_value(void **state)
{
	static const uint32_t cases[][3] = {
		{288500, 300040, 300000}, {58600, 60900, 60000},
		{29000, 30100, 30000},	  {62000, 64500, 63000},
		{4500, 5000, 5000},	  {1500, 2000, 2000},
		{2000, 2500, 2500},	  {7300000, 7590000, 7500000},
		{343000, 356000, 350000}, {588000, 611000, 600000},
		{239000, 248000, 240000}, {0, 400, 100},
	};
	struct rng rng;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_in_range(ladder_value(cases[i][0], cases[i][1]),
				cases[i][0] + 1, cases[i][1]);
	for (size_t i = 0; i < 7; i++)
		assert_int_equal(ladder_value(cases[i][0], cases[i][1]),
				 cases[i][2]);
	assert_int_equal(ladder_value(588000, 611000), 600000);
	rng_seed(&rng, unit_seed());
	for (unsigned i = 0; i < 100000; i++) {
		uint32_t above = 1 + rng_below(&rng, 100000000);
		uint32_t most = above + 1 + rng_below(&rng, above);

		assert_in_range(ladder_value(above, most), above + 1, most);
	}
}

/**
 * test_accuracy() - any timer, measured without loss, within 5 % or 1 s
 */
static void test_accuracy(void **state)
{
	uint32_t rung[LADDER_MAX];
	struct ladder_try tries[LADDER_MAX];
	size_t n = ladder_make(1000, 600000, 128, rung);
	struct rng rng;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (unsigned i = 0; i < 10000; i++) {
		uint32_t timer = 1001 + rng_below(&rng, 590000), value, off;
		struct ladder_fit fit;

		for (size_t k = 0; k < n; k++)
			tries[k] = (struct ladder_try){
				rung[k],
				rung[k] < timer ? LADDER_ALIVE : LADDER_DEAD};
		fit = ladder_fit(tries, n);
		assert_int_equal(fit.misfits, 0);
		assert_true(fit.above < timer && timer <= fit.most);
		value = ladder_value(fit.above, fit.most);
		off = value > timer ? value - timer : timer - value;
		assert_true(off <= 1000 || off <= timer / 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps), cmocka_unit_test(test_few),
		cmocka_unit_test(test_fit),   cmocka_unit_test(test_twice),
		cmocka_unit_test(test_value), cmocka_unit_test(test_accuracy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
