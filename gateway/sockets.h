/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sockets - which ports of an address the host's sockets use
 */
#ifndef GATEWAY_SOCKETS_H
#define GATEWAY_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

/**
 * sockets_read() - read all sockets of a protocol, listening or not
 * @protocol:	6 or 17
 * @own:	addresses of interest, host order
 * @n_own:	their number
 * @ports:	bitmap of 65536 bits; those of ports in use are set
 *
 * Return: 0, or a negative errno.
 */
int sockets_read(uint8_t protocol, const uint32_t *own, size_t n_own,
		 uint8_t *ports);

#endif /* GATEWAY_SOCKETS_H */
