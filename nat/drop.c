/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drop - the way out of a packet that goes no further
 */
#include "nat/drop.h"

#include "nat/step.h"
#include "nat/table.h"

void drop_count(struct nat *nat, enum nat_stat stat, uint32_t client,
		enum side side)
{
	uint32_t i = client ? subscriber_find(nat, client) : NAT_NONE;

	nat_count(nat, stat);
	if (i != NAT_NONE)
		nat->subscribers[i].drops[side]++;
}

enum nat_verdict drop(struct step *step, enum nat_stat stat)
{
	bool inbound = step->packet->direction == NAT_INBOUND;

	/* What could not be parsed has no addresses, and so no client. */
	drop_count(step->nat, stat,
		   inbound ? step->receiver : step->h.tuple.src.addr,
		   inbound ? SIDE_EXTERNAL : SIDE_INTERNAL);
	return NAT_DROP;
}
