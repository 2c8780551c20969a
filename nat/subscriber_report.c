/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subscriber_report - subscribers as others see them, one at a time
 */
#include "nat/policy.h"
#include "nat/table.h"

/** add_live() - what the sessions of a mapping have carried so far */
static void add_live(const struct nat *nat, const struct mapping *m,
		     struct nat_subscriber_info *info)
{
	for (uint32_t i = m->sessions; i != NAT_NONE;
	     i = nat->sessions[i].sibling_next) {
		const struct session *s = &nat->sessions[i];

		info->bytes_out += s->bytes[SIDE_INTERNAL];
		info->bytes_in += s->bytes[SIDE_EXTERNAL];
		info->packets_out += s->packets[SIDE_INTERNAL];
		info->packets_in += s->packets[SIDE_EXTERNAL];
	}
}

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

bool nat_subscriber_peek(const struct nat *nat, uint32_t *cursor,
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

bool nat_subscriber_next(const struct nat *nat, uint32_t *cursor,
			 const uint8_t *(*mac_of)(uint32_t addr, void *arg),
			 void *arg, struct nat_subscriber_info *info)
{
	if (!nat_subscriber_peek(nat, cursor, mac_of, arg, info))
		return false;
	for (uint32_t m = nat->subscribers[*cursor - 1].first; m != NAT_NONE;
	     m = nat->mappings[m].peer_next)
		add_live(nat, &nat->mappings[m], info);
	return true;
}
