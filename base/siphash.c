// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * siphash - SipHash-2-4 of bytes and SipHash-1-3 of two words
 *
 * After the description in "SipHash: a fast short-input PRF" (Aumasson,
 * Bernstein 2012), section 2.
 */
#include "base/siphash.h"

/** struct sip - the four words of internal state */
struct sip {
	uint64_t v0, v1, v2, v3;
};

/** rotate() - @x rotated left by @bits (1 to 63) */
static inline uint64_t rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

/** sip_round() - one SipRound (figure 2.1 of the paper) */
static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 = rotate(s->v2, 32);
}

/** sip_begin() - the initial state: "somepseudorandomlygeneratedbytes" */
static inline struct sip sip_begin(const struct siphash_key *key)
{
	return (struct sip){
		.v0 = key->k0 ^ 0x736f6d6570736575,
		.v1 = key->k1 ^ 0x646f72616e646f6d,
		.v2 = key->k0 ^ 0x6c7967656e657261,
		.v3 = key->k1 ^ 0x7465646279746573,
	};
}

/** sip_word() - compress one message word with @rounds rounds */
static inline void sip_word(struct sip *s, uint64_t word, int rounds)
{
	s->v3 ^= word;
	while (rounds--)
		sip_round(s);
	s->v0 ^= word;
}

/** sip_end() - finalise with @rounds rounds; the hash */
static inline uint64_t sip_end(struct sip *s, int rounds)
{
	s->v2 ^= 0xff;
	while (rounds--)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/** little() - up to 8 bytes at @p as a little-endian word */
static inline uint64_t little(const uint8_t *p, size_t len)
{
	uint64_t word = 0;

	while (len--)
		word = word << 8 | p[len];
	return word;
}

uint64_t siphash24(const struct siphash_key *key, const uint8_t *bytes,
		   size_t len)
{
	/* the last word carries the length in its top byte */
	uint64_t last = (uint64_t)(len & 0xff) << 56;
	struct sip s = sip_begin(key);

	for (; len >= 8; bytes += 8, len -= 8)
		sip_word(&s, little(bytes, 8), 2);
	sip_word(&s, last | little(bytes, len), 2);
	return sip_end(&s, 4);
}

uint64_t siphash13_words(const struct siphash_key *key, uint64_t a, uint64_t b)
{
	struct sip s = sip_begin(key);

	sip_word(&s, a, 1);
	sip_word(&s, b, 1);
	sip_word(&s, (uint64_t)16 << 56, 1);
	return sip_end(&s, 3);
}
