// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ladder - rungs, the cut between alive and dead, and round numbers
 */
#include "probe/ladder.h"

#include <stdlib.h>
#include "base/log.h"

#define STEP_MS	     500
#define STEP_PERCENT 4

/** step() - from one rung to the next, @times as wide as need be */
static uint64_t step(uint64_t at, uint64_t times)
{
	uint64_t part = at * STEP_PERCENT / 100;

	return (part > STEP_MS ? part : STEP_MS) * times / 8;
}

/** count() - how many rungs there are with steps @times/8 as wide */
static size_t count(uint32_t min, uint32_t max, uint64_t times)
{
	size_t n = 1;

	for (uint64_t at = min; at < max && n <= LADDER_MAX; n++)
		at += step(at, times);
	return n;
}

size_t ladder_make(uint32_t min, uint32_t max, size_t limit, uint32_t *rung)
{
	uint64_t times = 8, at = min;
	size_t n = 0;

	base_assert(min && limit >= 2 && limit <= LADDER_MAX);
	while (count(min, max, times) > limit)
		times++;
	for (; at < max; at += step(at, times))
		rung[n++] = (uint32_t)at;
	rung[n++] = max;
	return n;
}

/** by_idle() - order of qsort() */
static int by_idle(const void *a, const void *b)
{
	const struct ladder_try *x = a, *y = b;

	if (x->idle != y->idle)
		return x->idle < y->idle ? -1 : 1;
	/* of equals the dead first: those alive say that one was lost */
	return (x->outcome == LADDER_ALIVE) - (y->outcome == LADDER_ALIVE);
}

struct ladder_fit ladder_fit(struct ladder_try *tries, size_t n)
{
	struct ladder_fit fit = {0};
	size_t misfits = 0, best = 0;

	qsort(tries, n, sizeof(*tries), by_idle);
	for (size_t i = 0; i < n; i++) {
		fit.alive += tries[i].outcome == LADDER_ALIVE;
		fit.dead += tries[i].outcome == LADDER_DEAD;
	}
	/* A cut before the first: all that live are misfits. */
	misfits = fit.misfits = fit.alive;
	for (size_t i = 0; i < n; i++) {
		if (tries[i].outcome == LADDER_ALIVE)
			misfits--;
		else if (tries[i].outcome == LADDER_DEAD)
			misfits++;
		if (misfits <= fit.misfits) {
			fit.misfits = misfits;
			best = i + 1;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (i < best && tries[i].outcome == LADDER_ALIVE)
			fit.above = tries[i].idle;
		if (i >= best && tries[i].outcome == LADDER_DEAD && !fit.most)
			fit.most = tries[i].idle;
	}
	return fit;
}

uint32_t ladder_value(uint32_t above, uint32_t most)
{
	static const uint32_t round[] = {3600000, 600000, 300000, 60000, 30000,
					 10000,	  5000,	  1000,	  500,	 100};
	uint32_t middle = above + (most - above) / 2;

	for (size_t i = 0; i < sizeof(round) / sizeof(round[0]); i++) {
		uint32_t up = (middle + round[i] - 1) / round[i] * round[i];
		uint32_t down = up < round[i] ? 0 : up - round[i];
		bool up_fits = up > above && up <= most;

		if (down > above && (!up_fits || middle - down < up - middle))
			return down;
		if (up_fits)
			return up;
	}
	return most;
}
