/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolvers - the name servers that the host uses, as others can use them
 */
#ifndef GATEWAY_RESOLVERS_H
#define GATEWAY_RESOLVERS_H

#include <stddef.h>
#include <stdint.h>

/** RESOLVERS_MAX - for all three times that glibc takes notice of one */
#define RESOLVERS_MAX 9

/**
 * resolvers_read() - those of IPv4 that are not on loopback
 * @list:	filled, host order
 *
 * Return: how many; 0 also when the files cannot be read.
 */
size_t resolvers_read(uint32_t list[static RESOLVERS_MAX]);

#endif /* GATEWAY_RESOLVERS_H */
