/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * endpoint - an IPv4 address with a port or an ICMP query identifier
 */
#ifndef BASE_ENDPOINT_H
#define BASE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** ENDPOINT_TEXT - bytes that endpoint_format() needs at most, NUL included */
#define ENDPOINT_TEXT sizeof("255.255.255.255:65535")

/** ADDRESS_TEXT - bytes that address_format() needs at most, NUL included */
#define ADDRESS_TEXT sizeof("255.255.255.255")

/**
 * struct endpoint - address and port (RFC 4787 section 2)
 * @addr:	IPv4 address, host byte order
 * @port:	port or ICMP query identifier, host byte order
 */
struct endpoint {
	uint32_t addr;
	uint16_t port;
};

/** endpoint_equal() - whether @a and @b are the same address and port */
static inline bool endpoint_equal(struct endpoint a, struct endpoint b)
{
	return a.addr == b.addr && a.port == b.port;
}

/**
 * address_format() - an address as dotted decimal text
 * @addr:	host byte order
 * @text:	ADDRESS_TEXT bytes, the caller's
 *
 * Return: @text.
 */
const char *address_format(uint32_t addr, char text[static ADDRESS_TEXT]);

/**
 * endpoint_format() - "a.b.c.d:port"
 * @e:		what to print
 * @text:	ENDPOINT_TEXT bytes, the caller's
 *
 * Return: @text.
 */
const char *endpoint_format(struct endpoint e, char text[static ENDPOINT_TEXT]);

/**
 * address_parse() - strict dotted decimal: four numbers, no leading zeros
 * @text:	NUL-terminated
 * @addr:	set on success only, host byte order
 *
 * Return: true if all of @text is an address.
 */
bool address_parse(const char *text, uint32_t *addr);

/**
 * endpoint_parse() - "a.b.c.d:port", port 0 to 65535 without leading zeros
 * @text:	NUL-terminated
 * @e:		set on success only
 *
 * Return: true if all of @text is an endpoint.
 */
bool endpoint_parse(const char *text, struct endpoint *e);

/**
 * prefix_parse() - "a.b.c.d/len" or a plain address (length 32)
 * @text:	NUL-terminated
 * @addr:	set on success only, host byte order, host bits kept
 * @bits:	set on success only, 0 to 32
 *
 * Return: true if all of @text is a prefix.
 */
bool prefix_parse(const char *text, uint32_t *addr, unsigned *bits);

/** prefix_mask() - the netmask of a prefix of @bits (0 to 32), host order */
static inline uint32_t prefix_mask(unsigned bits)
{
	return bits ? UINT32_MAX << (32 - bits) : 0;
}

#endif /* BASE_ENDPOINT_H */
