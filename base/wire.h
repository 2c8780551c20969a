/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wire - big-endian access to packet bytes, unaligned and range-checked
 *
 * The only place that knows network byte order. Everything outside of it,
 * addresses included, is in host order. The plain getters and setters take a
 * pointer whose length the caller has checked; wire_at() is that check.
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * wire_at() - the range check behind every access
 * @bytes:	start of the buffer
 * @len:	its length in bytes
 * @offset:	where the wanted bytes begin
 * @need:	how many are wanted
 *
 * Return: pointer to the bytes, or NULL if they are not all inside.
 */
static inline uint8_t *wire_at(uint8_t *bytes, size_t len, size_t offset,
			       size_t need)
{
	if (offset > len || need > len - offset)
		return NULL;
	return bytes + offset;
}

/** wire_get16() - 16 bits at @p, big-endian, any alignment */
static inline uint16_t wire_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/** wire_get32() - 32 bits at @p, big-endian, any alignment */
static inline uint32_t wire_get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/** wire_get64() - 64 bits at @p, big-endian, any alignment */
static inline uint64_t wire_get64(const uint8_t *p)
{
	return (uint64_t)wire_get32(p) << 32 | wire_get32(p + 4);
}

/** wire_put16() - store @v at @p, big-endian */
static inline void wire_put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/** wire_put32() - store @v at @p, big-endian */
static inline void wire_put32(uint8_t *p, uint32_t v)
{
	wire_put16(p, (uint16_t)(v >> 16));
	wire_put16(p + 2, (uint16_t)v);
}

/** wire_put64() - store @v at @p, big-endian */
static inline void wire_put64(uint8_t *p, uint64_t v)
{
	wire_put32(p, (uint32_t)(v >> 32));
	wire_put32(p + 4, (uint32_t)v);
}

#endif /* BASE_WIRE_H */
