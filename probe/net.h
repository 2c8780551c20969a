/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net - sockets of IPv4, in the words of endpoints; all non-blocking
 *
 * What fails returns a negative errno.
 */
#ifndef PROBE_NET_H
#define PROBE_NET_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/endpoint.h"

/** net_udp() - a bound UDP socket; address or port 0: the kernel's choice */
int net_udp(struct endpoint local);

/** net_listen() - a listening TCP socket */
int net_listen(struct endpoint local);

/** net_accept() - the next connection of one, and who it is */
int net_accept(int listener, struct endpoint *remote);

/** net_connect() - a TCP socket on its way to @remote; address 0 as above */
int net_connect(uint32_t local, struct endpoint remote);

/** net_send() - a datagram */
int net_send(int fd, struct endpoint remote, const uint8_t *bytes, size_t len);

/** net_receive() - a datagram and its source; its length, cut to @size */
ssize_t net_receive(int fd, uint8_t *bytes, size_t size,
		    struct endpoint *remote);

/** net_local() - a socket's own endpoint */
int net_local(int fd, struct endpoint *local);

#endif /* PROBE_NET_H */
