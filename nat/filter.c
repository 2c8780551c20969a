/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filter - filtering behaviour, and the entries of address-dependent filtering
 */
#include "nat/filter.h"

#include "nat/policy.h"

/** head_of() - the chain of a mapping and a remote address */
static uint32_t *head_of(const struct nat *nat, uint32_t mapping, uint32_t addr)
{
	uint64_t h = siphash13_words(&nat->key, mapping, addr);

	return &nat->filter_hash.head[(uint32_t)h & nat->filter_hash.mask];
}

/** find() - the link that points at the entry, or at NAT_NONE */
static uint32_t *find(const struct nat *nat, uint32_t mapping, uint32_t addr)
{
	uint32_t *link = head_of(nat, mapping, addr);

	while (*link != NAT_NONE && (nat->filters[*link].mapping != mapping ||
				     nat->filters[*link].addr != addr))
		link = &nat->filters[*link].next;
	return link;
}

/** behaviour_of() - the filtering of a mapping; a forward is open to all */
static enum nat_filtering behaviour_of(const struct nat *nat, uint32_t mapping)
{
	const struct mapping *m = &nat->mappings[mapping];

	if (m->flags & (MAPPING_FIXED | MAPPING_OPEN))
		return NAT_FILTER_EIF;
	return policy_behaviour(nat, m->policy, m->protocol)->filtering;
}

void filter_open(struct nat *nat, struct session *session)
{
	uint32_t *link;
	uint32_t index;

	if (behaviour_of(nat, session->mapping) != NAT_FILTER_ADF)
		return;
	link = find(nat, session->mapping, session->remote_addr);
	index = *link;
	if (index == NAT_NONE) {
		/* There are as many entries as sessions: never NONE. */
		index = pool_get(&nat->filter_pool);
		nat->filters[index] = (struct filter){
			.mapping = session->mapping,
			.addr = session->remote_addr,
			.next = NAT_NONE,
		};
		*link = index;
	}
	nat->filters[index].refs++;
	session->flags |= SESSION_FILTER;
}

void filter_close(struct nat *nat, struct session *session)
{
	uint32_t *link;
	uint32_t index;

	if (!(session->flags & SESSION_FILTER))
		return;
	link = find(nat, session->mapping, session->remote_addr);
	index = *link;
	session->flags &= (uint8_t)~SESSION_FILTER;
	if (--nat->filters[index].refs)
		return;
	*link = nat->filters[index].next;
	pool_put(&nat->filter_pool, index);
}

bool filter_permits(const struct nat *nat, uint32_t mapping,
		    struct endpoint remote)
{
	switch (behaviour_of(nat, mapping)) {
	case NAT_FILTER_EIF:
		return true;
	case NAT_FILTER_ADF:
		return *find(nat, mapping, remote.addr) != NAT_NONE;
	case NAT_FILTER_APDF:
		break;
	}
	return false;
}
