/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rng - seeded pseudo-random numbers (xoshiro256**), one stream an engine
 *
 * One seed replays a run exactly. Not for secrets: where an outsider must not
 * guess (table keys), the seed itself comes from the kernel.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

/** struct rng - the generator's state */
struct rng {
	uint64_t s[4];
};

/** rng_seed() - start the stream that belongs to @seed (any value) */
void rng_seed(struct rng *rng, uint64_t seed);

/** rng_next() - 64 random bits */
uint64_t rng_next(struct rng *rng);

/** rng_below() - uniform in 0 to @bound - 1, without bias; @bound not 0 */
uint32_t rng_below(struct rng *rng, uint32_t bound);

#endif /* BASE_RNG_H */
