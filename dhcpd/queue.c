// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * queue - replies, first in first out, and those that a fault delays
 */
#include "dhcpd/queue.h"

#include <errno.h>
#include <stdlib.h>

int dhcp_replies_alloc(struct dhcpd *d, struct dhcpd_now now)
{
	d->replies = calloc(DHCP_REPLIES, sizeof(*d->replies));
	if (!d->replies || pool_alloc(&d->reply_pool, DHCP_REPLIES) < 0)
		return -ENOMEM;
	d->memory += DHCP_REPLIES * sizeof(*d->replies);
	wheel_init(&d->held_wheel, &d->replies->link, sizeof(*d->replies),
		   now.real);
	d->ready_first = d->ready_last = d->taken = DHCP_NONE;
	return 0;
}

void dhcp_replies_free(struct dhcpd *d)
{
	free(d->replies);
	pool_free(&d->reply_pool);
}

struct reply_slot *dhcp_reply_slot(struct dhcpd *d)
{
	uint32_t index = pool_get(&d->reply_pool);

	if (index == POOL_NONE) {
		dhcp_count(d, DHCPD_REPLIES_LOST);
		return NULL;
	}
	return &d->replies[index];
}

/** ready() - behind all that may be fetched */
static void ready(struct dhcpd *d, uint32_t index)
{
	d->replies[index].next = DHCP_NONE;
	if (d->ready_last != DHCP_NONE)
		d->replies[d->ready_last].next = index;
	else
		d->ready_first = index;
	d->ready_last = index;
}

void dhcp_reply_queue(struct dhcpd *d, struct dhcpd_now now,
		      struct reply_slot *slot, uint64_t due)
{
	uint32_t index = (uint32_t)(slot - d->replies);

	if (due > now.real)
		wheel_add(&d->held_wheel, index, due);
	else
		ready(d, index);
}

bool dhcp_reply_release(struct dhcpd *d, struct dhcpd_now now)
{
	uint32_t index = wheel_pop(&d->held_wheel, now.real);

	if (index != WHEEL_NONE)
		ready(d, index);
	return index != WHEEL_NONE;
}

bool dhcpd_reply_get(struct dhcpd *d, struct dhcpd_reply *reply)
{
	uint32_t index = d->ready_first;

	if (d->taken != DHCP_NONE)
		pool_put(&d->reply_pool, d->taken);
	d->taken = index;
	if (index == DHCP_NONE)
		return false;
	d->ready_first = d->replies[index].next;
	if (d->ready_first == DHCP_NONE)
		d->ready_last = DHCP_NONE;
	*reply = d->replies[index].reply;
	return true;
}
