/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * options - what a subnet's settings come to on the wire, made once
 */
#ifndef DHCPD_OPTIONS_H
#define DHCPD_OPTIONS_H

#include "dhcpd/message.h"

/** OPTION_VALUE_MAX - a longer value fits into no reply and is left out */
#define OPTION_VALUE_MAX 1024

/** V6ONLY_MIN - seconds; shorter times of option 108 do not count (RFC 8925) */
#define V6ONLY_MIN 300

/**
 * struct option_set - values by code
 * @at:		where a value begins in @bytes
 * @len:	its length
 * @has:	whether there is one
 */
struct option_set {
	uint8_t *bytes;
	size_t used, size;
	uint32_t at[256];
	uint16_t len[256];
	bool has[256];
	bool failed;
};

/**
 * option_set_make() - encode what a subnet's clients may ask for
 * @set:	all zero; option_set_free() releases it
 * @subnet:	settings
 *
 * Return: 0 or -ENOMEM.
 */
int option_set_make(struct option_set *set, const struct dhcpd_subnet *subnet);

/** option_set_free() - release its memory */
void option_set_free(struct option_set *set);

/**
 * option_search() - domain names by RFC 3397, compressed
 * @names:	@n of them; one that cannot be encoded is left out
 * @bytes:	@size of them
 *
 * Return: bytes used.
 */
size_t option_search(const char *const *names, size_t n, uint8_t *bytes,
		     size_t size);

/**
 * option_routes() - routes by RFC 3442, only the significant octets
 * @router:	of the default route to be added if there is none, or 0
 *
 * Return: bytes used.
 */
size_t option_routes(const struct dhcpd_route *routes, size_t n,
		     uint32_t router, uint8_t *bytes, size_t size);

#endif /* DHCPD_OPTIONS_H */
