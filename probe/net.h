/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * net - sockets of IPv4, in the words of endpoints; all non-blocking
 *
 * What fails returns a negative errno.
 */
#ifndef PROBE_NET_H
#define PROBE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "base/endpoint.h"
#include "probe/message.h"

/** net_files() - as many open files as we may have; Return: how many */
size_t net_files(void);

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

/** net_address() - the own address that is used towards @remote */
int net_address(struct endpoint remote, uint32_t *addr);

/** net_capture() - a socket that is shown all IPv4; needs CAP_NET_RAW */
int net_capture(void);

/**
 * net_captured() - one datagram off it, if it is one for this host
 * @bytes:	set to the first PROBE_SIZE bytes of what UDP carries
 * @from, @to:	set to its endpoints
 *
 * Return: false if it is something else.
 */
bool net_captured(int fd, uint8_t bytes[static PROBE_SIZE],
		  struct endpoint *from, struct endpoint *to);

#endif /* PROBE_NET_H */
