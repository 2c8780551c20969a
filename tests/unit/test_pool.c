// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pool - the index pool against a naive stack
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/pool.h"
#include "base/rng.h"
#include "tests/unit/unit.h"

#define OPERATIONS 300000
#define INDICES	   257

/**
 * struct model - the pool, naively
 * @used:	whether an index is out
 * @stack:	indices given back, last one on top
 * @depth:	how many those are
 * @fresh:	first index never handed out
 * @count:	how many are out
 */
struct model {
	bool used[INDICES];
	uint32_t stack[INDICES];
	uint32_t depth, fresh, count;
};

/** model_get() - what pool_get() must return */
static uint32_t model_get(struct model *model, uint32_t size)
{
	uint32_t index;

	if (model->depth)
		index = model->stack[--model->depth];
	else if (model->fresh < size)
		index = model->fresh++;
	else
		return POOL_NONE;
	model->used[index] = true;
	model->count++;
	return index;
}

/** compare() - every index and every number of pool and model agree */
static void compare(const struct pool *pool, const struct model *model)
{
	uint32_t i;

	assert_int_equal(pool->used, model->count);
	assert_int_equal(pool->fresh, model->fresh);
	for (i = 0; i < pool->size; i++)
		assert_int_equal(pool_used(pool, i), model->used[i]);
	assert_false(pool_used(pool, pool->size));
	assert_false(pool_used(pool, POOL_NONE));
}

/** test_model() - random gets and puts, in spells of filling and emptying */
static void test_model(void **state)
{
	static struct model model;
	uint32_t size, index, bias = 0;
	struct pool pool;
	struct rng rng;
	int i, left = 0;

	(void)state;
	rng_seed(&rng, unit_seed());
	memset(&pool, 0, sizeof(pool));
	for (i = 0; i < OPERATIONS; i++) {
		if (!left--) {
			left = 5000;
			pool_free(&pool);
			memset(&model, 0, sizeof(model));
			size = 1 + rng_below(&rng, INDICES);
			assert_int_equal(pool_alloc(&pool, size), 0);
		}
		if (i % 500 == 0)
			bias = 1 + rng_below(&rng, 9);
		if (rng_below(&rng, 10) < bias) {
			index = pool_get(&pool);
			assert_int_equal(index, model_get(&model, pool.size));
		} else {
			index = rng_below(&rng, pool.size);
			if (model.used[index]) {
				pool_put(&pool, index);
				model.used[index] = false;
				model.stack[model.depth++] = index;
				model.count--;
			}
		}
		if (i % 50 == 0)
			compare(&pool, &model);
	}
	compare(&pool, &model);
	pool_free(&pool);
}

/** test_full() - all indices once, then none, then the last one again */
static void test_full(void **state)
{
	struct pool pool;
	uint32_t i;

	(void)state;
	assert_int_equal(pool_alloc(&pool, 1000), 0);
	assert_false(pool_used(&pool, 0));
	for (i = 0; i < 1000; i++)
		assert_int_equal(pool_get(&pool), i);
	assert_int_equal(pool_get(&pool), POOL_NONE);
	assert_int_equal(pool_get(&pool), POOL_NONE);
	assert_int_equal(pool.used, 1000);
	pool_put(&pool, 7);
	pool_put(&pool, 999);
	assert_false(pool_used(&pool, 7));
	assert_int_equal(pool_get(&pool), 999);
	assert_int_equal(pool_get(&pool), 7);
	assert_int_equal(pool_get(&pool), POOL_NONE);
	pool_free(&pool);
}

/** test_freed() - an all-zero pool, and twice; an empty one gives nothing */
static void test_freed(void **state)
{
	struct pool pool;

	(void)state;
	memset(&pool, 0, sizeof(pool));
	pool_free(&pool);
	pool_free(&pool);
	assert_int_equal(pool_get(&pool), POOL_NONE);
	assert_false(pool_used(&pool, 0));
}

/** put_one() - give back index 1, for test_asserts() */
static void put_one(void *arg)
{
	pool_put(arg, 1);
}

/** put_beyond() - give back one that does not exist, for test_asserts() */
static void put_beyond(void *arg)
{
	pool_put(arg, 5);
}

/** alloc_none() - a pool of nothing, for test_asserts() */
static void alloc_none(void *arg)
{
	if (pool_alloc(arg, 0))
		_exit(1);
}

/** test_asserts() - giving back what is not out never goes unnoticed */
static void test_asserts(void **state)
{
	struct pool pool, other;

	(void)state;
	assert_int_equal(pool_alloc(&pool, 5), 0);
	assert_true(unit_aborts(put_one, &pool));
	pool_get(&pool);
	pool_get(&pool);
	assert_false(unit_aborts(put_one, &pool));
	pool_put(&pool, 1);
	assert_true(unit_aborts(put_one, &pool));
	pool_put(&pool, 0);
	assert_true(unit_aborts(put_one, &pool));
	assert_true(unit_aborts(put_beyond, &pool));
	assert_true(unit_aborts(alloc_none, &other));
	pool_free(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_freed),
		cmocka_unit_test(test_asserts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
