// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock - the lapse clock's arithmetic
 *
 * Theory of operation: each change first moves the base to what the clock
 * shows at that moment, then alters how it goes on from there. So no change
 * makes it jump (but clock_advance(), which is meant to), and rounding does not
 * add up: a change loses less than a nanosecond. Scale 1 is computed in
 * integers. Otherwise the elapsed time goes through a double: conversion,
 * multiplication and cutting off are all monotone, so the clock is, and with 53
 * bits it is wrong by a microsecond after 200 years.
 */
#include "gateway/clock.h"

#include <errno.h>

#define NS_PER_MS 1000000u

/* A double from here on does not fit an integer of 64 bits. */
#define TOO_LARGE 18446744073709551616.0

/** struct point - a lapse time */
struct point {
	uint64_t ms;
	uint32_t ns; /* below NS_PER_MS */
};

/** elapsed_ns() - real time since the last change; never negative */
static uint64_t elapsed_ns(const struct lapse_clock *clock, uint64_t real_ns)
{
	return real_ns > clock->since_ns ? real_ns - clock->since_ns : 0;
}

/** show() - what the clock shows at @real_ns, at most CLOCK_LIMIT_MS */
static struct point show(const struct lapse_clock *clock, uint64_t real_ns)
{
	uint64_t elapsed = elapsed_ns(clock, real_ns);
	struct point now = {clock->base_ms, clock->base_ns};

	if (clock->frozen)
		return now;
	if (clock->scale != 1.0) {
		double scaled = (double)elapsed * clock->scale;

		/* centuries: in ms, as ns would not fit an integer */
		if (scaled >= TOO_LARGE / 2) {
			double ms = (scaled + now.ns) / NS_PER_MS;

			if (ms >= (double)CLOCK_LIMIT_MS)
				return (struct point){CLOCK_LIMIT_MS, 0};
			now.ms += (uint64_t)ms;
			now.ns = 0;
			elapsed = 0;
		} else {
			elapsed = (uint64_t)scaled;
		}
	}
	now.ms += elapsed / NS_PER_MS;
	now.ns += (uint32_t)(elapsed % NS_PER_MS);
	if (now.ns >= NS_PER_MS) {
		now.ns -= NS_PER_MS;
		now.ms++;
	}
	if (now.ms >= CLOCK_LIMIT_MS)
		return (struct point){CLOCK_LIMIT_MS, 0};
	return now;
}

/** rebase() - make @real_ns the moment of the last change */
static void rebase(struct lapse_clock *clock, uint64_t real_ns)
{
	struct point now = show(clock, real_ns);

	clock->base_ms = now.ms;
	clock->base_ns = now.ns;
	if (real_ns > clock->since_ns)
		clock->since_ns = real_ns;
}

void clock_init(struct lapse_clock *clock, uint64_t real_ns)
{
	*clock = (struct lapse_clock){.since_ns = real_ns, .scale = 1.0};
}

uint64_t clock_lapse_ms(const struct lapse_clock *clock, uint64_t real_ns)
{
	return show(clock, real_ns).ms;
}

int clock_advance(struct lapse_clock *clock, uint64_t real_ns, uint64_t ms)
{
	if (ms > CLOCK_LIMIT_MS - show(clock, real_ns).ms)
		return -ERANGE;
	rebase(clock, real_ns);
	clock->base_ms += ms;
	clock->advanced_ms += ms;
	return 0;
}

int clock_scale(struct lapse_clock *clock, uint64_t real_ns, double scale)
{
	/* written so that NaN is outside */
	if (!(scale > 0.0 && scale <= CLOCK_SCALE_MAX))
		return -ERANGE;
	rebase(clock, real_ns);
	clock->scale = scale;
	return 0;
}

void clock_freeze(struct lapse_clock *clock, uint64_t real_ns, bool frozen)
{
	rebase(clock, real_ns);
	clock->frozen = frozen;
}

void clock_reset(struct lapse_clock *clock, uint64_t real_ns)
{
	rebase(clock, real_ns);
	clock->scale = 1.0;
	clock->frozen = false;
}

/**
 * real_for() - real ns that pass while the lapse clock goes @lapse_ns on
 *
 * Return: cut off, so perhaps a little short; UINT64_MAX if it does not fit.
 */
static uint64_t real_for(const struct lapse_clock *clock, double lapse_ns)
{
	double real = lapse_ns / clock->scale;

	return real < TOO_LARGE ? (uint64_t)real : UINT64_MAX;
}

uint64_t clock_real_until(const struct lapse_clock *clock, uint64_t real_ns,
			  uint64_t lapse_ms)
{
	uint64_t elapsed = elapsed_ns(clock, real_ns);
	uint64_t ms, total;

	if (show(clock, real_ns).ms >= lapse_ms)
		return 0;
	if (clock->frozen || lapse_ms > CLOCK_LIMIT_MS)
		return UINT64_MAX;

	ms = lapse_ms - clock->base_ms;
	if (clock->scale == 1.0 && ms <= UINT64_MAX / NS_PER_MS)
		total = ms * NS_PER_MS - clock->base_ns;
	else
		total = real_for(clock,
				 (double)ms * NS_PER_MS - clock->base_ns);
	if (total > UINT64_MAX - clock->since_ns)
		return UINT64_MAX;
	/* Division and multiplication round: step over what that took. */
	for (uint64_t step = 1;
	     show(clock, clock->since_ns + total).ms < lapse_ms; step *= 2) {
		if (step > UINT64_MAX - clock->since_ns - total)
			return UINT64_MAX;
		total += step;
	}
	return total > elapsed ? total - elapsed : 0;
}
