/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_held - replies that wait until the leases they tell of are on the disk
 */
#ifndef GATEWAY_DHCP_HELD_H
#define GATEWAY_DHCP_HELD_H

#include "dhcpd/dhcpd.h"

/** HELD_MAX - replies that can wait; a client asks again after 4 s anyway */
#define HELD_MAX 2048

/** struct held_reply - a reply with its bytes */
struct held_reply {
	struct dhcpd_reply reply;
	uint8_t bytes[DHCPD_REPLY_MAX];
};

/** struct held - first in, first out; zero-filled it has no room */
struct held {
	struct held_reply *ring;
	unsigned first;
	unsigned count;
};

/** held_alloc() - room for HELD_MAX; 0 or -ENOMEM */
int held_alloc(struct held *held);

/** held_free() - release it */
void held_free(struct held *held);

/** held_put() - keep a copy of a reply; false: no room */
bool held_put(struct held *held, const struct dhcpd_reply *reply);

/**
 * held_get() - take the oldest, if its change is durable
 * @durable:	number of the last change that is
 *
 * Return: the reply, valid until the next held_put(); NULL if there is none.
 */
const struct dhcpd_reply *held_get(struct held *held, uint64_t durable);

#endif /* GATEWAY_DHCP_HELD_H */
