/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * query - ICMP queries hairpinned behind port translation
 */
#include "nat/query.h"

#include "nat/address.h"
#include "nat/table.h"

bool query_shared(const struct step *step)
{
	const struct nat *nat = step->nat;
	uint32_t i;

	if (step->packet->direction != NAT_HAIRPIN ||
	    step->h.icmp_kind != ICMP_KIND_QUERY)
		return false;
	i = address_index(nat, step->h.tuple.dst.addr);
	return i != NAT_NONE && !nat->addresses[i].owner;
}

struct endpoint query_target(const struct step *step)
{
	struct endpoint target = step->h.tuple.dst;

	if (query_shared(step))
		target.port = step->h.tuple.src.port;
	return target;
}

uint32_t query_mapping(const struct step *step, uint32_t remote)
{
	/* As the mapping's own queries go: without a port. */
	struct endpoint asker = {remote, 0};

	if (!query_shared(step))
		return NAT_NONE;
	return mapping_find_in(step->nat, step->now.lapse, PROTO_ICMP,
			       query_target(step), &asker);
}

bool query_permitted(const struct step *step, uint32_t mapping, uint32_t remote)
{
	struct tuple answer = {PROTO_ICMP, {remote, 0}, query_target(step)};
	const struct session *s;

	if (!query_shared(step))
		return false;
	s = session_find_in(step->nat, step->now.lapse, &answer);
	return s && s->mapping == mapping;
}

/** asked_before() - the session that an answer to @asker would belong to */
static struct session *asked_before(const struct step *step, uint32_t mapping,
				    struct endpoint asker)
{
	struct tuple answer = {
		.protocol = PROTO_ICMP,
		.src = {step->nat->mappings[mapping].internal.addr, 0},
		.dst = asker,
	};

	return session_find_out(step->nat, step->now.lapse, &answer);
}

struct session *query_session(const struct step *step,
			      const struct tuple *tuple)
{
	struct nat *nat = step->nat;
	uint64_t now = step->now.lapse;
	struct session *s = session_find_in(nat, now, tuple);
	uint32_t m = query_mapping(step, tuple->src.addr);

	if (s && s->mapping == m)
		return s;
	if (s)
		session_end(nat, now, s, NAT_REASON_HAIRPIN);
	s = m == NAT_NONE ? NULL : asked_before(step, m, tuple->src);
	if (s)
		session_end(nat, now, s, NAT_REASON_HAIRPIN);
	return NULL;
}
