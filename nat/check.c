/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check - every invariant of the tables, for tests
 */
#include "nat/address.h"
#include "nat/policy.h"
#include "nat/table.h"
#include "nat/timer.h"

/** check_session() - one session against its mapping and the look-ups */
static bool check_session(const struct nat *nat, uint32_t index)
{
	const struct session *s = &nat->sessions[index];
	const struct mapping *m = &nat->mappings[s->mapping];
	uint64_t deadline = timer_deadline(nat, s);
	bool asked = s->protocol == PROTO_ICMP && s->remote_port;
	bool listed = false;

	if (!pool_used(&nat->mapping_pool, s->mapping) ||
	    s->internal_addr != m->internal.addr ||
	    s->external_addr != m->external.addr ||
	    s->internal_port != (asked ? 0 : m->internal.port) ||
	    s->external_port != (asked ? 0 : m->external.port) ||
	    s->protocol != m->protocol)
		return false;
	for (uint32_t i = m->sessions; i != NAT_NONE;
	     i = nat->sessions[i].sibling_next)
		listed |= i == index;
	/* filed at or before its deadline, so that it cannot be late */
	return listed && nat->policies[s->policy] &&
	       (deadline >= WHEEL_END ||
		(wheel_link_on(&s->link) &&
		 wheel_link_deadline(&s->link) <= deadline));
}

/** check_mapping() - its counts, its port, its subscriber */
static bool check_mapping(const struct nat *nat, uint32_t index)
{
	const struct mapping *m = &nat->mappings[index];
	uint32_t sessions = 0, keepers = 0;
	uint32_t address = address_index(nat, m->external.addr);

	for (uint32_t i = m->sessions; i != NAT_NONE;
	     i = nat->sessions[i].sibling_next) {
		sessions++;
		keepers += !!(nat->sessions[i].flags & SESSION_KEEPER);
	}
	if (sessions != m->n_sessions || keepers != m->keepers ||
	    (!keepers && !(m->flags & MAPPING_FIXED)))
		return false;
	if (nat->subscribers[m->subscriber].addr != m->internal.addr)
		return false;
	if (address == NAT_NONE)
		return m->flags & MAPPING_FIXED;
	if (m->protocol == PROTO_TCP)
		return port_set_has(
			&nat->addresses[address].ports[PORT_CLASS_TCP],
			m->external.port);
	if (m->protocol == PROTO_UDP)
		return port_set_has(
			&nat->addresses[address].ports[PORT_CLASS_UDP],
			m->external.port);
	return true;
}

/** check_sums() - what subscribers count is what there is */
static bool check_sums(const struct nat *nat)
{
	uint32_t sessions = 0, mappings = 0;

	for (uint32_t i = 0; i < nat->subscriber_pool.fresh; i++) {
		const struct subscriber *s = &nat->subscribers[i];

		if (!pool_used(&nat->subscriber_pool, i))
			continue;
		if ((!s->mappings && s->blocks == NAT_NONE) ||
		    subscriber_find(nat, s->addr) != i)
			return false;
		sessions += s->sessions;
		mappings += s->mappings;
	}
	return sessions == nat->session_pool.used &&
	       mappings == nat->mapping_pool.used;
}

bool nat_check(const struct nat *nat)
{
	for (uint32_t i = 0; i < nat->session_pool.fresh; i++)
		if (pool_used(&nat->session_pool, i) && !check_session(nat, i))
			return false;
	for (uint32_t i = 0; i < nat->mapping_pool.fresh; i++)
		if (pool_used(&nat->mapping_pool, i) && !check_mapping(nat, i))
			return false;
	return check_sums(nat) && wheel_check(&nat->wheel, nat->max_sessions) &&
	       wheel_check(&nat->held_wheel, nat->hold_down_max);
}
