// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rng - xoshiro256** 1.0 (Blackman, Vigna 2018), seeded by SplitMix64
 */
#include "base/rng.h"

#include "base/log.h"

/** rotate() - @x rotated left by @bits (1 to 63) */
static inline uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

/**
 * splitmix() - next number of the SplitMix64 sequence
 * @state:	its one word of state
 *
 * Its authors' way to seed xoshiro: four successive outputs are never all zero,
 * the one state that xoshiro cannot leave, and seeds 1 and 2 share nothing.
 */
static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

void rng_seed(struct rng *rng, uint64_t seed)
{
	int i;

	for (i = 0; i < 4; i++)
		rng->s[i] = splitmix(&seed);
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t *s = rng->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

/*
 * The upper half of random * bound is nearly uniform; what is too much are the
 * 2^32 mod bound products with the smallest lower halves. Those are thrown
 * again (Lemire 2019), so that a division is needed only once in a while.
 */
uint32_t rng_below(struct rng *rng, uint32_t bound)
{
	uint64_t product;
	uint32_t excess;

	base_assert(bound);
	product = (rng_next(rng) >> 32) * bound;
	if ((uint32_t)product < bound) {
		excess = (UINT32_MAX - bound + 1) % bound;
		while ((uint32_t)product < excess)
			product = (rng_next(rng) >> 32) * bound;
	}
	return (uint32_t)(product >> 32);
}
