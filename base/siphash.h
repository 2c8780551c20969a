/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * siphash - keyed hash against crafted collisions (Aumasson, Bernstein 2012)
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/** struct siphash_key - the secret; chosen at start from the seed or kernel */
struct siphash_key {
	uint64_t k0, k1;
};

/**
 * siphash24() - SipHash-2-4 of a byte string, as in the paper
 * @key:	secret
 * @bytes:	input
 * @len:	its length
 */
uint64_t siphash24(const struct siphash_key *key, const uint8_t *bytes,
		   size_t len);

/**
 * siphash13_words() - SipHash-1-3 of two 64-bit words, for table look-ups
 * @key:	secret
 * @a:		first word; the same as its 8 bytes little-endian
 * @b:		second word
 *
 * Fewer rounds than the paper's default: a table needs resistance to crafted
 * collisions only, and it is run for every packet.
 */
uint64_t siphash13_words(const struct siphash_key *key, uint64_t a, uint64_t b);

#endif /* BASE_SIPHASH_H */
