/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * clock - the lapse clock: real time, advanced, scaled, frozen
 *
 * lapse = base + (real - since) * scale, or base while frozen. Pure arithmetic:
 * real time (CLOCK_MONOTONIC in ns) is handed in. Never runs backwards.
 */
#ifndef GATEWAY_CLOCK_H
#define GATEWAY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/** CLOCK_SCALE_MAX - lapse seconds a real second can hold at most */
#define CLOCK_SCALE_MAX 1000000.0

/**
 * CLOCK_LIMIT_MS - the clock stands still here, and is not set past it
 *
 * 4460 years, half of what the engine's timing wheel holds.
 */
#define CLOCK_LIMIT_MS ((uint64_t)1 << 47)

/** struct lapse_clock - its state */
struct lapse_clock {
	uint64_t base_ms;     /* lapse time at `since_ns`: whole ms and */
	uint32_t base_ns;     /* the rest in ns; ns in 64 bits end too soon */
	uint64_t since_ns;    /* real time of the last change */
	uint64_t advanced_ms; /* total put on top by clock_advance() */
	double scale;
	bool frozen;
};

/** clock_init() - lapse time equals 0 at real time @real_ns, scale 1 */
void clock_init(struct lapse_clock *clock, uint64_t real_ns);

/** clock_lapse_ms() - the lapse time at @real_ns, in ms, cut off */
uint64_t clock_lapse_ms(const struct lapse_clock *clock, uint64_t real_ns);

/** clock_advance() - put @ms on top; -ERANGE past CLOCK_LIMIT_MS */
int clock_advance(struct lapse_clock *clock, uint64_t real_ns, uint64_t ms);

/** clock_scale() - run @scale times as fast from now; -ERANGE outside (0,max]
 */
int clock_scale(struct lapse_clock *clock, uint64_t real_ns, double scale);

/** clock_freeze() - stand still, or run on */
void clock_freeze(struct lapse_clock *clock, uint64_t real_ns, bool frozen);

/** clock_reset() - scale 1, not frozen; what was advanced stays */
void clock_reset(struct lapse_clock *clock, uint64_t real_ns);

/**
 * clock_real_until() - real ns from @real_ns until the lapse clock shows
 * @lapse_ms; 0 if it already does; UINT64_MAX if it never will (frozen)
 */
uint64_t clock_real_until(const struct lapse_clock *clock, uint64_t real_ns,
			  uint64_t lapse_ms);

#endif /* GATEWAY_CLOCK_H */
