// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * checksum - the Internet checksum over many bytes at once
 *
 * Theory of operation: a one's complement sum does not care how wide the words
 * are that it adds, nor in which byte order, as long as every byte keeps its
 * place within its pair (RFC 1071 section 2 (B) and (C)). So bytes are added
 * eight at a time in the machine's own order, and only the folded result is
 * put into network order. The two halves of each word go into 64-bit sums,
 * whose upper 32 bits collect the carries.
 */
#include "base/checksum.h"

#include <string.h>

#include "base/wire.h"

/**
 * halves() - the two 32-bit halves of 8 bytes, added
 * @bytes:	any alignment
 */
static inline uint64_t halves(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return (word & 0xffffffff) + (word >> 32);
}

uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t len)
{
	uint64_t even = 0, odd = 0;
	uint8_t last[8] = {0};
	uint16_t folded;

	for (; len >= 32; bytes += 32, len -= 32) {
		even += halves(bytes) + halves(bytes + 16);
		odd += halves(bytes + 8) + halves(bytes + 24);
	}
	for (; len >= 8; bytes += 8, len -= 8)
		even += halves(bytes);
	if (len) {
		memcpy(last, bytes, len);
		odd += halves(last);
	}

	folded = checksum_fold((even & 0xffffffff) + (even >> 32) +
			       (odd & 0xffffffff) + (odd >> 32));
	memcpy(last, &folded, sizeof(folded));
	return sum + wire_get16(last);
}

uint64_t checksum_pseudo(uint32_t src, uint32_t dst, uint8_t protocol,
			 uint32_t len)
{
	return (uint64_t)(src >> 16) + (src & 0xffff) + (dst >> 16) +
	       (dst & 0xffff) + protocol + (len >> 16) + (len & 0xffff);
}
