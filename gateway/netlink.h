/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * netlink - one message to the kernel, and the answers to it
 *
 * For what is asked and ordered now and then. Who listens for longer, as the
 * queue and the monitors do, has a socket of its own and reads it itself.
 */
#ifndef GATEWAY_NETLINK_H
#define GATEWAY_NETLINK_H

#include <stddef.h>
#include <stdint.h>
#include <libmnl/libmnl.h>

/** union netlink_message - room for one message of ours */
union netlink_message {
	char bytes[1024];
	struct nlmsghdr header;
};

/**
 * netlink_begin() - a cleared message
 * @flags:	such as NLM_F_CREATE
 * @size:	of what comes behind the header
 *
 * Return: that, @size bytes; attributes are put behind it.
 */
void *netlink_begin(union netlink_message *message, uint16_t type,
		    uint16_t flags, size_t size);

/**
 * netlink_order() - have something done
 * @bus:	such as NETLINK_ROUTE
 *
 * On a socket of its own, of the network namespace of the moment: no answer to
 * an earlier message can get in the way.
 *
 * Return: 0, or the kernel's negative errno.
 */
int netlink_order(int bus, union netlink_message *message);

/**
 * netlink_dump() - ask for all that there is of something, likewise
 * @callback:	called for each of the answers
 *
 * Return: 0, or the kernel's negative errno.
 */
int netlink_dump(int bus, union netlink_message *message, mnl_cb_t callback,
		 void *arg);

/**
 * netlink_open() - a bound socket, for several orders
 *
 * Return: to be closed by the caller; or NULL with errno set.
 */
struct mnl_socket *netlink_open(int bus);

/** netlink_order_on() - netlink_order() on that socket */
int netlink_order_on(struct mnl_socket *socket, union netlink_message *message);

#endif /* GATEWAY_NETLINK_H */
