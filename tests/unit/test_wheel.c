// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_wheel - the timing wheel by hand and against a naive model
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/rng.h"
#include "base/wheel.h"
#include "tests/unit/unit.h"

#define ENTRIES	   200
#define ROUNDS	   150
#define OPERATIONS 2000 /* a round; 300 000 in all */

/** struct entry - a caller's entry, with the link somewhere inside */
struct entry {
	uint8_t before[24];
	struct wheel_link link;
	uint64_t after;
};

static struct entry entries[ENTRIES];
static struct wheel wheel;

/**
 * struct model - the wheel, naively
 * @now:	time advanced to
 * @on:		whether an entry is filed
 * @told:	deadline that was given, cut at WHEEL_END
 * @due:	when it comes due: @told, or when it was filed if that is later
 * @pops:	hash over all that was popped, in order
 */
static struct model {
	uint64_t now;
	bool on[ENTRIES];
	uint64_t told[ENTRIES];
	uint64_t due[ENTRIES];
	uint64_t pops;
} model;

/** start() - empty wheel and model */
static void start(uint64_t now)
{
	memset(entries, 0, sizeof(entries));
	memset(&model, 0, sizeof(model));
	model.now = now < WHEEL_END ? now : WHEEL_END - 1;
	wheel_init(&wheel, &entries[0].link, sizeof(entries[0]), now);
}

/** add() - to both */
static void add(uint32_t index, uint64_t deadline)
{
	wheel_add(&wheel, index, deadline);
	if (deadline == WHEEL_NEVER)
		return;
	if (deadline > WHEEL_END)
		deadline = WHEEL_END;
	model.on[index] = true;
	model.told[index] = deadline;
	model.due[index] = deadline > model.now ? deadline : model.now;
}

/** del() - from both; on either or on none */
static void del(uint32_t index)
{
	wheel_del(&wheel, index);
	model.on[index] = false;
}

/** earliest() - when the model's first entry is due, or WHEEL_NEVER */
static uint64_t earliest(void)
{
	uint64_t first = WHEEL_NEVER;
	uint32_t i;

	for (i = 0; i < ENTRIES; i++)
		if (model.on[i] && model.due[i] < first)
			first = model.due[i];
	return first < WHEEL_END ? first : WHEEL_NEVER;
}

/** pop() - from both: in order of deadline, never early, never late */
static uint32_t pop(uint64_t now)
{
	uint64_t first = earliest();
	uint32_t index = wheel_pop(&wheel, now);

	if (now >= WHEEL_END)
		now = WHEEL_END - 1;
	if (now < model.now)
		now = model.now;
	if (index == WHEEL_NONE) {
		assert_true(first > now);
		model.now = now;
		return index;
	}
	assert_true(index < ENTRIES);
	assert_true(model.on[index]);
	assert_true(model.due[index] <= now);
	assert_true(model.due[index] == first);
	assert_false(wheel_link_on(&entries[index].link));
	assert_true(wheel_link_deadline(&entries[index].link) ==
		    model.told[index]);
	model.on[index] = false;
	model.now = first;
	model.pops = (model.pops ^ index ^ first << 8) * 0x9e3779b97f4a7c15;
	return index;
}

/** compare() - times, links and the wheel's own invariants */
static void compare(void)
{
	uint32_t i, count = 0;
	size_t j;

	assert_true(wheel_check(&wheel, ENTRIES));
	assert_true(wheel.now == model.now);
	for (i = 0; i < ENTRIES; i++) {
		assert_int_equal(wheel_link_on(&entries[i].link), model.on[i]);
		if (model.on[i])
			assert_true(wheel_link_deadline(&entries[i].link) ==
				    model.told[i]);
		count += model.on[i];
		assert_true(entries[i].after == 0);
		for (j = 0; j < sizeof(entries[i].before); j++)
			assert_int_equal(entries[i].before[j], 0);
	}
	assert_int_equal(wheel.count, count);
}

/** compare_next() - wheel_next() is due, or ahead but not too far */
static void compare_next(void)
{
	uint64_t first = earliest(), next = wheel_next(&wheel);

	if (first == model.now)
		assert_true(next == model.now);
	else
		assert_true(next > model.now);
	assert_true(next <= first);
}

/** any_time() - up to 2^48 and all magnitudes alike */
static uint64_t any_time(struct rng *rng)
{
	return rng_next(rng) >> (16 + rng_below(rng, 48));
}

/** any_deadline() - near, far, past, on a slot's edge, at the end, never */
static uint64_t any_deadline(struct rng *rng)
{
	uint64_t step;

	switch (rng_below(rng, 12)) {
	case 0:
		return model.now;
	case 1:
		step = any_time(rng);
		return step < model.now ? model.now - step : 0;
	case 2:
		return WHEEL_NEVER;
	case 3:
		return WHEEL_END - 2 + rng_below(rng, 5);
	case 4:
		return WHEEL_NEVER - 1 - rng_below(rng, 2);
	case 5:
		step = UINT64_C(1) << 6 * rng_below(rng, WHEEL_LEVELS);
		return (model.now | (step - 1)) + rng_below(rng, 3);
	case 6:
	case 7:
		return model.now + rng_below(rng, 200);
	default:
		return model.now + any_time(rng);
	}
}

/** any_start() - zero, anything, just before a turn of some level, the end */
static uint64_t any_start(struct rng *rng)
{
	switch (rng_below(rng, 5)) {
	case 0:
		return 0;
	case 1:
		return any_time(rng);
	case 2:
		return (UINT64_C(1) << 6 * (1 + rng_below(rng, 7))) - 1 -
		       rng_below(rng, 3);
	case 3:
		return WHEEL_END - rng_below(rng, 10000);
	default:
		return (UINT64_C(1) << 40) + (any_time(rng) >> 8);
	}
}

/** drain() - pop at a time, filing some of what comes again, some others */
static void drain(struct rng *rng, uint64_t now)
{
	/* what is filed again at once must not go on for ever */
	int again = 100;
	uint32_t index;

	while (rng_below(rng, 50)) {
		index = pop(now);
		if (index == WHEEL_NONE)
			break;
		if (again-- > 0 && rng_below(rng, 2))
			add(index, any_deadline(rng));
		index = rng_below(rng, ENTRIES);
		if (!rng_below(rng, 8))
			del(index);
	}
}

/** operate() - one random operation */
static void operate(struct rng *rng)
{
	uint32_t index = rng_below(rng, ENTRIES);
	uint64_t jump;

	switch (rng_below(rng, 16)) {
	case 0:
		/* big jumps, up to past the end */
		jump = any_time(rng);
		drain(rng, model.now + jump);
		break;
	case 1:
		/* time that runs backwards counts as standing still */
		jump = any_time(rng);
		drain(rng, jump < model.now ? model.now - jump : 0);
		break;
	case 2:
		drain(rng,
		      rng_below(rng, 200) ? wheel_next(&wheel) : WHEEL_NEVER);
		break;
	case 3:
	case 4:
	case 5:
		drain(rng, model.now + rng_below(rng, 100));
		break;
	case 6:
	case 7:
		del(index);
		break;
	default:
		if (!model.on[index])
			add(index, any_deadline(rng));
	}
}

/** play() - all rounds of one seed; a hash of what was popped, in order */
static uint64_t play(uint64_t seed)
{
	uint64_t hash = 0;
	struct rng rng;
	int round, i;

	rng_seed(&rng, seed);
	for (round = 0; round < ROUNDS; round++) {
		start(any_start(&rng));
		for (i = 0; i < OPERATIONS; i++) {
			operate(&rng);
			compare_next();
			if (i % 16 == 0)
				compare();
		}
		hash = hash * 31 + model.pops;
	}
	return hash;
}

/** test_model() - random operations beside the model, twice the same */
static void test_model(void **state)
{
	uint64_t seed = unit_seed(), hash;

	(void)state;
	hash = play(seed);
	assert_true(hash == play(seed));
	assert_false(hash == play(seed + 1));
}

/** test_exact() - at each level: not a tick early, not a tick late */
static void test_exact(void **state)
{
	static const uint64_t starts[] = {0, 1, 63, 64, 4095, 1234567890123};
	uint64_t deadline;
	unsigned shift;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		for (shift = 0; shift < 47; shift++) {
			start(starts[i]);
			deadline = starts[i] + (UINT64_C(1) << shift);
			add(3, deadline);
			assert_int_equal(pop(deadline - 1), WHEEL_NONE);
			assert_true(wheel_check(&wheel, ENTRIES));
			assert_true(wheel_next(&wheel) == deadline);
			assert_int_equal(pop(deadline), 3);
			assert_int_equal(pop(deadline), WHEEL_NONE);
			assert_true(wheel_next(&wheel) == WHEEL_NEVER);
		}
	}
}

/** test_few_wakeups() - following wheel_next() takes at most a step a level */
static void test_few_wakeups(void **state)
{
	uint64_t deadline, base;
	struct rng rng;
	int i, steps;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (i = 0; i < 20000; i++) {
		base = any_time(&rng) >> 1;
		deadline = base + 1 + (any_time(&rng) >> 1);
		if (deadline >= WHEEL_END)
			continue;
		start(base);
		add(0, deadline);
		for (steps = 1; pop(wheel_next(&wheel)) == WHEEL_NONE; steps++)
			assert_true(steps < WHEEL_LEVELS);
		assert_true(wheel.now == deadline);
	}
}

/** test_end() - beyond the last tick nothing comes due, and nothing spins */
static void test_end(void **state)
{
	(void)state;
	start(WHEEL_NEVER - 1);
	assert_true(wheel.now == WHEEL_END - 1);
	add(0, WHEEL_END);
	add(1, WHEEL_NEVER - 1);
	add(2, WHEEL_NEVER);
	assert_false(wheel_link_on(&entries[2].link));
	assert_true(wheel_next(&wheel) == WHEEL_NEVER);
	assert_int_equal(pop(WHEEL_NEVER), WHEEL_NONE);
	add(3, WHEEL_END - 1);
	assert_int_equal(pop(WHEEL_NEVER), 3);
	assert_int_equal(pop(WHEEL_NEVER), WHEEL_NONE);
	compare();
	del(0);
	del(1);
	del(2);
	assert_int_equal(wheel.count, 0);
	compare();
}

/** test_past() - a deadline behind the wheel's time is due at once */
static void test_past(void **state)
{
	(void)state;
	start(1000);
	add(0, 0);
	add(1, 1000);
	add(2, 1001);
	assert_true(wheel_next(&wheel) == 1000);
	assert_true(wheel_link_deadline(&entries[0].link) == 0);
	del(0);
	compare();
	assert_int_equal(pop(0), 1);
	assert_int_equal(pop(1000), WHEEL_NONE);
	assert_int_equal(pop(1001), 2);
}

/** add_zero() - file entry 0, for test_twice() */
static void add_zero(void *arg)
{
	wheel_add(arg, 0, 5);
}

/** test_twice() - filing what is filed already is a bug that is noticed */
static void test_twice(void **state)
{
	(void)state;
	start(0);
	assert_false(unit_aborts(add_zero, &wheel));
	add(0, 5);
	assert_true(unit_aborts(add_zero, &wheel));
}

/** test_check() - wheel_check() sees what it is there for */
static void test_check(void **state)
{
	const struct wheel_link sound = {0};
	struct wheel_link kept;

	(void)state;
	start(100);
	add(0, 100);
	add(1, 105);
	add(2, 105);
	add(3, 100000);
	assert_true(wheel_check(&wheel, ENTRIES));
	assert_false(wheel_check(&wheel, 3));

	entries[5].link.when = 1;
	assert_false(wheel_check(&wheel, ENTRIES));
	entries[5].link = sound;
	kept = entries[1].link;
	entries[1].link.prev = 3;
	assert_false(wheel_check(&wheel, ENTRIES));
	entries[1].link = kept;
	entries[1].link.next = 2;
	assert_false(wheel_check(&wheel, ENTRIES));
	entries[1].link = kept;
	entries[3].link.when += 1 << 16;
	assert_true(wheel_check(&wheel, ENTRIES));
	entries[3].link.when += UINT64_C(1) << 40;
	assert_false(wheel_check(&wheel, ENTRIES));
	entries[3].link.when -= (UINT64_C(1) << 40) + (1 << 16);
	wheel.occupied[0] ^= 1;
	assert_false(wheel_check(&wheel, ENTRIES));
	wheel.occupied[0] ^= 1;
	wheel.count++;
	assert_false(wheel_check(&wheel, ENTRIES));
	wheel.count--;
	wheel.now = 106;
	assert_false(wheel_check(&wheel, ENTRIES));
	wheel.now = 100;
	assert_true(wheel_check(&wheel, ENTRIES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact),
		cmocka_unit_test(test_past),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_few_wakeups),
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
