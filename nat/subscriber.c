/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subscriber - one internal address, for what is counted or paired by client
 */
#include "nat/allocate.h"
#include "nat/table.h"

/** head_of() - the chain of an address */
static uint32_t *head_of(const struct nat *nat, uint32_t addr)
{
	uint64_t h = siphash13_words(&nat->key, addr, 1);

	return &nat->subscriber_hash
			.head[(uint32_t)h & nat->subscriber_hash.mask];
}

uint32_t subscriber_find(const struct nat *nat, uint32_t addr)
{
	uint32_t i = *head_of(nat, addr);

	while (i != NAT_NONE && nat->subscribers[i].addr != addr)
		i = nat->subscribers[i].next;
	return i;
}

uint32_t subscriber_get(struct nat *nat, uint32_t addr)
{
	uint32_t i = subscriber_find(nat, addr);
	uint32_t *head;

	if (i != NAT_NONE)
		return i;
	i = pool_get(&nat->subscriber_pool);
	if (i == POOL_NONE)
		return NAT_NONE;
	head = head_of(nat, addr);
	nat->subscribers[i] = (struct subscriber){
		.addr = addr,
		.next = *head,
		.first = NAT_NONE,
		.blocks = NAT_NONE,
		.address = NAT_NONE,
	};
	*head = i;
	return i;
}

void subscriber_put(struct nat *nat, uint32_t index)
{
	uint32_t *link;

	if (nat->subscribers[index].mappings ||
	    nat->subscribers[index].blocks != NAT_NONE)
		return;
	allocate_disown(nat, nat->subscribers[index].addr);
	link = head_of(nat, nat->subscribers[index].addr);
	while (*link != index)
		link = &nat->subscribers[*link].next;
	*link = nat->subscribers[index].next;
	pool_put(&nat->subscriber_pool, index);
}
