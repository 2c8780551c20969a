// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcpd - an engine's life: made, configured, its timers, released
 */
#include "dhcpd/dhcpd.h"

#include <errno.h>
#include <stdlib.h>
#include "base/rng.h"
#include "dhcpd/lease.h"
#include "dhcpd/queue.h"
#include "dhcpd/step.h"
#include "dhcpd/subnet.h"

/** tables_alloc() - all that does not depend on the subnets; 0 or -ENOMEM */
static int tables_alloc(struct dhcpd *d, struct dhcpd_now now)
{
	d->probes = calloc(DHCP_PROBES, sizeof(*d->probes));
	d->events = calloc(DHCP_EVENTS, sizeof(*d->events));
	if (!d->probes || !d->events ||
	    pool_alloc(&d->probe_pool, DHCP_PROBES) < 0)
		return -ENOMEM;
	d->memory += DHCP_PROBES * sizeof(*d->probes) +
		     DHCP_EVENTS * sizeof(*d->events);
	if (dhcp_lease_alloc(d, now) < 0 || dhcp_replies_alloc(d, now) < 0)
		return -ENOMEM;
	return 0;
}

struct dhcpd *dhcpd_alloc(const struct dhcpd_settings *settings, uint64_t seed,
			  struct dhcpd_now now)
{
	struct dhcpd *d = calloc(1, sizeof(*d));
	struct subnets subnets;
	struct rng rng;

	if (!d)
		return NULL;
	d->memory = sizeof(*d);
	d->settings = settings;
	rng_seed(&rng, seed);
	d->key.k0 = rng_next(&rng);
	d->key.k1 = rng_next(&rng);
	if (tables_alloc(d, now) < 0) {
		dhcpd_free(d);
		return NULL;
	}
	if (dhcp_subnets_make(d, settings, &subnets) < 0) {
		dhcp_subnets_free(&subnets);
		dhcpd_free(d);
		return NULL;
	}
	dhcp_subnets_take(d, settings, &subnets);
	return d;
}

void dhcpd_free(struct dhcpd *d)
{
	if (!d)
		return;
	dhcp_subnets_clean(d);
	dhcp_lease_free(d);
	dhcp_replies_free(d);
	pool_free(&d->probe_pool);
	free(d->probes);
	free(d->events);
	free(d);
}

size_t dhcpd_memory(const struct dhcpd *d)
{
	return d->memory;
}

int dhcpd_configure(struct dhcpd *d, const struct dhcpd_settings *settings,
		    struct dhcpd_now now)
{
	struct subnets subnets;

	if (settings->max_leases != d->lease_pool.size)
		return -EINVAL;
	if (dhcp_subnets_make(d, settings, &subnets) < 0) {
		dhcp_subnets_free(&subnets);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < d->lease_pool.fresh; i++) {
		struct lease *lease = &d->leases[i];

		if (!pool_used(&d->lease_pool, i))
			continue;
		if (lease->probe != DHCP_NONE)
			dhcp_lease_unoffer(d, lease);
		else
			dhcp_lease_settle(d, now, lease);
	}
	dhcp_subnets_take(d, settings, &subnets);
	return 0;
}

bool dhcpd_expire(struct dhcpd *d, struct dhcpd_now now, unsigned budget)
{
	dhcp_fault_expire(d, now);
	while (budget && dhcp_lease_expire(d, now))
		budget--;
	while (budget && dhcp_lease_expire_real(d, now))
		budget--;
	while (budget && dhcp_reply_release(d, now))
		budget--;
	return !budget &&
	       (dhcpd_next(d) <= now.lapse || dhcpd_next_real(d) <= now.real);
}

uint64_t dhcpd_next(const struct dhcpd *d)
{
	uint64_t wheel = wheel_next(&d->lapse_wheel);
	uint64_t fault = dhcp_fault_next(d);

	return wheel < fault ? wheel : fault;
}

uint64_t dhcpd_next_real(const struct dhcpd *d)
{
	uint64_t wheel = wheel_next(&d->real_wheel);
	uint64_t held = wheel_next(&d->held_wheel);

	return wheel < held ? wheel : held;
}

const uint64_t *dhcpd_counters(const struct dhcpd *d)
{
	return d->counter;
}

void dhcpd_gauges(const struct dhcpd *d, struct dhcpd_gauges *gauges)
{
	*gauges = (struct dhcpd_gauges){
		.leases = d->bound,
		.entries = d->lease_pool.used,
		.entries_max = d->lease_pool.size,
	};
}
