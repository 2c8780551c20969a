/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checksum - the Internet checksum: in full, and by RFC 1624's deltas
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/**
 * checksum_add() - add bytes to a running one's complement sum
 * @sum:	sum so far, unfolded; 0 to begin with
 * @bytes:	data; an odd last byte is padded with zero (RFC 1071), so only
 *		the last piece may be of odd length
 * @len:	their number, below 16 GiB
 *
 * Return: the new sum, unfolded.
 */
uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t len);

/** checksum_fold() - an unfolded sum as 16 bits, not complemented */
static inline uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/**
 * checksum_pseudo() - sum of the IPv4 pseudo-header, unfolded
 * @src:	source address, host order
 * @dst:	destination address, host order
 * @protocol:	IP protocol
 * @len:	length of the transport header and data
 */
uint64_t checksum_pseudo(uint32_t src, uint32_t dst, uint8_t protocol,
			 uint32_t len);

/** checksum_delta16() - what changing a 16-bit field adds to the sum */
static inline uint32_t checksum_delta16(uint16_t from, uint16_t to)
{
	return (uint32_t)(uint16_t)~from + to;
}

/** checksum_delta32() - what changing a 32-bit field adds to the sum */
static inline uint32_t checksum_delta32(uint32_t from, uint32_t to)
{
	return checksum_delta16((uint16_t)(from >> 16), (uint16_t)(to >> 16)) +
	       checksum_delta16((uint16_t)from, (uint16_t)to);
}

/**
 * checksum_adjust() - apply a delta to a checksum field (RFC 1624, eqn 3)
 * @field:	the field as it stands in the header (complemented)
 * @delta:	sum of deltas, folded or not
 *
 * Return: the new field.
 */
static inline uint16_t checksum_adjust(uint16_t field, uint32_t delta)
{
	return (uint16_t)~checksum_fold((uint64_t)(uint16_t)~field + delta);
}

#endif /* BASE_CHECKSUM_H */
