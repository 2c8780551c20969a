/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat - an engine's life: made, configured, released
 */
#include "nat/nat.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nat/address.h"
#include "nat/forward.h"
#include "nat/fragment.h"
#include "nat/history.h"
#include "nat/policy.h"
#include "nat/syn.h"
#include "nat/table.h"
#include "nat/timer.h"

/** exempt_configure() - take over the exemptions; 0 or -ENOMEM */
static int exempt_configure(struct nat *nat,
			    const struct nat_settings *settings)
{
	size_t bytes = settings->n_exempt * sizeof(*nat->exempt);
	struct nat_exempt *copy = malloc(bytes + 1);

	if (!copy)
		return -ENOMEM;
	if (bytes)
		memcpy(copy, settings->exempt, bytes);
	free(nat->exempt);
	nat->exempt = copy;
	nat->n_exempt = settings->n_exempt;
	return 0;
}

/** inside_configure() - take over the internal subnets; 0 or -ENOMEM */
static int inside_configure(struct nat *nat,
			    const struct nat_settings *settings)
{
	size_t bytes = settings->n_inside * sizeof(*nat->inside);
	struct nat_prefix *copy = malloc(bytes + 1);

	if (!copy)
		return -ENOMEM;
	if (bytes)
		memcpy(copy, settings->inside, bytes);
	free(nat->inside);
	nat->inside = copy;
	nat->n_inside = settings->n_inside;
	return 0;
}

struct nat *nat_alloc(const struct nat_settings *settings,
		      const struct nat_pool *pool, uint64_t seed,
		      struct nat_now now)
{
	struct nat *nat = calloc(1, sizeof(*nat));

	if (!nat)
		return NULL;
	nat->memory = sizeof(*nat);
	rng_seed(&nat->rng, seed);
	nat->key.k0 = rng_next(&nat->rng);
	nat->key.k1 = rng_next(&nat->rng);
	nat->max_sessions = settings->max_sessions;
	nat->hold_down_max = settings->hold_down_max;
	nat->port_first = settings->port_first;
	nat->port_last = settings->port_last;
	if (table_alloc(nat, now.lapse) < 0 || fragment_alloc(nat) < 0 ||
	    history_alloc(nat) < 0 || syn_alloc(nat) < 0 ||
	    policy_configure(nat, settings) < 0 ||
	    exempt_configure(nat, settings) < 0 ||
	    inside_configure(nat, settings) < 0 ||
	    forward_configure(nat, settings) < 0 ||
	    nat_pool_set(nat, pool, now) < 0) {
		nat_free(nat);
		return NULL;
	}
	return nat;
}

void nat_free(struct nat *nat)
{
	if (!nat)
		return;
	policy_clean(nat);
	addresses_free(NULL, nat->addresses, nat->n_addresses);
	table_free(nat);
	fragment_free(nat);
	history_free(nat);
	free(nat->syns);
	free(nat->own);
	free(nat->exempt);
	free(nat->forwards);
	free(nat->inside);
	free(nat);
}

size_t nat_memory(const struct nat *nat)
{
	return nat->memory;
}

/** repolicy() - put a session under the policy in force for its client */
static void repolicy(struct nat *nat, struct session *s, uint64_t now,
		     struct nat_change *change)
{
	uint16_t old = s->policy;
	uint16_t next = policy_current(nat, old, s->internal_addr);
	uint64_t before = timer_deadline(nat, s), after;

	policy_get(nat, next);
	s->policy = next;
	s->port_rule = policy_port_rule(nat, next, s->protocol, s->remote_port);
	policy_put(nat, old);
	after = timer_deadline(nat, s);
	timer_file(nat, s);
	if (after <= now)
		change->ended++;
	else if (after < before)
		change->sooner++;
	else if (after > before)
		change->later++;
}

int nat_configure(struct nat *nat, const struct nat_settings *settings,
		  struct nat_now now, struct nat_change *change)
{
	struct nat_change ignored;

	if (!change)
		change = &ignored;
	*change = (struct nat_change){0, 0, 0};
	if (settings->max_sessions != nat->max_sessions ||
	    settings->hold_down_max != nat->hold_down_max)
		return -EINVAL;
	/* Longer timers bring nothing back to life. */
	nat_expire(nat, now, UINT32_MAX);
	if (policy_configure(nat, settings) < 0 ||
	    exempt_configure(nat, settings) < 0 ||
	    inside_configure(nat, settings) < 0 ||
	    forward_configure(nat, settings) < 0)
		return -ENOMEM;
	nat->port_first = settings->port_first;
	nat->port_last = settings->port_last;
	for (uint32_t i = 0;
	     settings->apply == NAT_APPLY_ALL && i < nat->session_pool.fresh;
	     i++)
		if (pool_used(&nat->session_pool, i))
			repolicy(nat, &nat->sessions[i], now.lapse, change);
	return forward_apply(nat, now.lapse);
}

const uint64_t *nat_counters(const struct nat *nat)
{
	return nat->counter;
}

void nat_gauges(const struct nat *nat, struct nat_gauges *gauges)
{
	*gauges = (struct nat_gauges){
		.sessions = nat->session_pool.used,
		.sessions_max = nat->max_sessions,
		.mappings = nat->mapping_pool.used,
		.subscribers = nat->subscriber_pool.used,
		.held_ports = nat->held_count,
	};
}

uint64_t nat_next_real(const struct nat *nat)
{
	return fragment_next(nat);
}
