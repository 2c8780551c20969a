// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_probe_witness - when the way to the server has worked
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/witness.h"

/** hear() - an answer each 250 ms */
static void hear(struct witness *witness, uint64_t from, uint64_t to)
{
	for (uint64_t now = from; now <= to; now += 250)
		witness_hear(witness, now);
}

/** test_pause() - what lies in a pause, or touches it, was not seen */
static void test_pause(void **state)
{
	struct witness w;

	(void)state;
	witness_start(&w, 1000);
	hear(&w, 1000, 10000);
	hear(&w, 15000, 20000);
	assert_true(witness_saw(&w, 1000, 10000));
	assert_true(witness_saw(&w, 15000, 20000));
	assert_false(witness_saw(&w, 9000, 10001));
	assert_false(witness_saw(&w, 11000, 12000));
	assert_false(witness_saw(&w, 14999, 16000));
	assert_false(witness_saw(&w, 9000, 16000));
	/* lost answers are no pause yet */
	witness_hear(&w, 20000 + WITNESS_PAUSE);
	assert_true(witness_saw(&w, 20000, 20000 + WITNESS_PAUSE));
}

/** test_now() - nothing was heard since: who knows */
static void test_now(void **state)
{
	struct witness w;

	(void)state;
	witness_start(&w, 1000);
	hear(&w, 1000, 5000);
	assert_true(witness_saw(&w, 4500, 5500));
	assert_false(witness_saw(&w, 5001, 5002));
	assert_false(witness_saw(&w, 4500, 5001 + WITNESS_PAUSE));
	assert_false(witness_saw(&w, 999, 2000));
	assert_int_equal(witness_silence(&w, 5000 + WITNESS_PAUSE), 0);
	assert_int_equal(witness_silence(&w, 9000), 4000);
}

/** test_many() - pauses that are forgotten are not taken for none */
static void test_many(void **state)
{
	struct witness w;
	uint64_t now = 1000;

	(void)state;
	witness_start(&w, now);
	for (size_t i = 0; i < 3 * WITNESS_PAUSES; i++) {
		hear(&w, now, now + 1000);
		now += 4000;
	}
	for (uint64_t t = 1000; t < now - 5000; t += 37)
		if (witness_saw(&w, t, t + 1))
			assert_true((t - 1000) % 4000 < 1000);
	assert_false(witness_saw(&w, 1000, 1500));
	assert_true(witness_saw(&w, now - 4000, now - 3000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_now),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
