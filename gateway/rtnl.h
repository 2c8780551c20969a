/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rtnl - the few questions and orders that we have for rtnetlink
 */
#ifndef GATEWAY_RTNL_H
#define GATEWAY_RTNL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gateway/plan.h"

/** struct rtnl_addresses - a growing list; free() its array */
struct rtnl_addresses {
	struct plan_address *list;
	size_t n;
};

/** rtnl_addresses() - all IPv4 addresses of the host; 0 or negative errno */
int rtnl_addresses(struct rtnl_addresses *addresses);

/**
 * rtnl_address() - add or remove an address of an interface
 *
 * Return: 0, -EEXIST when adding what is there, or another negative errno.
 */
int rtnl_address(bool add, unsigned index, uint32_t addr, unsigned bits);

/**
 * rtnl_local() - make the kernel take an address for its own, or no longer
 * @add:	else remove
 * @index:	of the interface that belongs to
 * @addr:	host byte order
 *
 * A route of type "local", without an address: ARP is answered for it. (A
 * proxy-neighbour entry does not do it here: the kernel consults those only
 * when the route leads out by another interface than the one the request came
 * by, and to an address in the WAN's own subnet it does not.)
 *
 * Return: 0, -EEXIST when adding what is there, or another negative errno.
 */
int rtnl_local(bool add, unsigned index, uint32_t addr);

#endif /* GATEWAY_RTNL_H */
