// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_held - replies that wait until the leases they tell of are on the disk
 */
#include "gateway/dhcp_held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int held_alloc(struct held *held)
{
	*held = (struct held){
		.ring = calloc(HELD_MAX, sizeof(*held->ring)),
	};
	return held->ring ? 0 : -ENOMEM;
}

void held_free(struct held *held)
{
	free(held->ring);
	*held = (struct held){0};
}

bool held_put(struct held *held, const struct dhcpd_reply *reply)
{
	struct held_reply *slot;

	if (held->count == HELD_MAX || reply->len > DHCPD_REPLY_MAX)
		return false;
	slot = &held->ring[(held->first + held->count++) % HELD_MAX];
	slot->reply = *reply;
	slot->reply.bytes = slot->bytes;
	memcpy(slot->bytes, reply->bytes, reply->len);
	return true;
}

const struct dhcpd_reply *held_get(struct held *held, uint64_t durable)
{
	const struct dhcpd_reply *reply = &held->ring[held->first].reply;

	if (!held->count || reply->journal > durable)
		return NULL;
	held->first = (held->first + 1) % HELD_MAX;
	held->count--;
	return reply;
}
