/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subscriber_report - subscribers as others see them, one at a time
 */
#include "nat/policy.h"
#include "nat/table.h"

/** describe() - a subscriber's report */
static void describe(const struct nat *nat, const struct subscriber *s,
		     const uint8_t *mac, struct nat_subscriber_info *info)
{
	const struct policy_slot *slot =
		policy_slot(nat, policy_of(nat, s->addr, mac));

	*info = (struct nat_subscriber_info){
		.addr = s->addr,
		.client = slot->client,
		.profile = slot->profile,
		.sessions = s->sessions,
		.mappings = s->mappings,
		.blocks = s->n_blocks,
		.ports_tcp = s->ports[PORT_CLASS_TCP],
		.ports_udp = s->ports[PORT_CLASS_UDP],
		.ports_icmp = s->ports[PORT_CLASS_ICMP],
		.bytes_out = s->bytes[SIDE_INTERNAL],
		.bytes_in = s->bytes[SIDE_EXTERNAL],
		.packets_out = s->packets[SIDE_INTERNAL],
		.packets_in = s->packets[SIDE_EXTERNAL],
		.drops_out = s->drops[SIDE_INTERNAL],
		.drops_in = s->drops[SIDE_EXTERNAL],
	};
	if (s->address != NAT_NONE)
		info->external = nat->addresses[s->address].addr;
}

bool nat_subscriber_next(const struct nat *nat, uint32_t *cursor,
			 const uint8_t *(*mac_of)(uint32_t addr, void *arg),
			 void *arg, struct nat_subscriber_info *info)
{
	while (*cursor < nat->subscriber_pool.fresh) {
		uint32_t i = (*cursor)++;
		const struct subscriber *s = &nat->subscribers[i];

		if (!pool_used(&nat->subscriber_pool, i))
			continue;
		describe(nat, s, mac_of ? mac_of(s->addr, arg) : NULL, info);
		return true;
	}
	return false;
}
