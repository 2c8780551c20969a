// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fault - misbehaviour on command: whom it concerns, and when it ends
 */
#include "dhcpd/event.h"
#include "dhcpd/lease.h"
#include "dhcpd/step.h"

#include <errno.h>
#include <string.h>

/** DELAY_MAX - ms; a longer delay would only keep replies nobody waits for */
#define DELAY_MAX 3600000

/** concerns() - whether a fault is for whoever sent this message */
static bool concerns(const struct dhcpd_fault *fault,
		     const struct dhcp_step *step)
{
	uint32_t mask = prefix_mask(fault->bits), address;

	switch (fault->whom) {
	case DHCPD_ALL:
		return true;
	case DHCPD_BY_MAC:
		return dhcp_ethernet(&step->m) &&
		       memcmp(step->m.chaddr, fault->mac, 6) == 0;
	case DHCPD_BY_ADDRESS:
		break;
	}
	address = step->lease ? step->lease->address
		  : step->m.ciaddr
			  ? step->m.ciaddr
			  : dhcp_option_u32(&step->m, OPTION_REQUESTED);
	return ((address ^ fault->addr) & mask) == 0;
}

const struct dhcpd_fault *dhcp_fault_on(const struct dhcp_step *step,
					enum dhcpd_fault_kind kind)
{
	const struct dhcpd *d = step->d;

	for (unsigned i = 0; i < d->n_faults; i++)
		if (d->faults[i].kind == kind &&
		    d->faults[i].until > step->now.lapse &&
		    concerns(&d->faults[i], step))
			return &d->faults[i];
	return NULL;
}

/** fault_event() - one began or ended */
static void fault_event(struct dhcpd *d, struct dhcpd_now now,
			const struct dhcpd_fault *fault,
			enum dhcpd_event_type type)
{
	struct dhcpd_event event = {
		.at = now.lapse,
		.type = type,
		.reason = DHCPD_REASON_FAULT,
		.fault = fault->kind,
	};

	if (fault->whom == DHCPD_BY_ADDRESS)
		event.address = fault->addr;
	if (fault->whom == DHCPD_BY_MAC) {
		event.htype = HTYPE_ETHERNET;
		event.hlen = 6;
		memcpy(event.chaddr, fault->mac, 6);
	}
	dhcp_event_put(d, &event);
}

/** expire_now() - end all leases that a fault concerns */
static void expire_now(struct dhcpd *d, struct dhcpd_now now,
		       const struct dhcpd_fault *fault)
{
	for (uint32_t i = 0; i < d->lease_pool.fresh; i++) {
		struct lease *lease = &d->leases[i];

		if (!pool_used(&d->lease_pool, i) ||
		    lease->state != DHCPD_BOUND)
			continue;
		if (fault->whom == DHCPD_BY_MAC &&
		    (lease->htype != HTYPE_ETHERNET || lease->hlen != 6 ||
		     memcmp(lease->chaddr, fault->mac, 6) != 0))
			continue;
		if (fault->whom == DHCPD_BY_ADDRESS &&
		    (lease->address ^ fault->addr) & prefix_mask(fault->bits))
			continue;
		dhcp_lease_end(d, now, lease, DHCPD_EXPIRED_LEASE,
			       DHCPD_REASON_FAULT);
	}
}

int dhcpd_fault_start(struct dhcpd *d, struct dhcpd_now now,
		      const struct dhcpd_fault *fault)
{
	struct dhcpd_fault *own;

	if (fault->bits > 32 ||
	    (fault->kind == DHCPD_FAULT_DELAY && fault->value > DELAY_MAX))
		return -EINVAL;
	dhcp_fault_expire(d, now);
	if (d->n_faults == DHCP_FAULTS)
		return -ENOSPC;
	own = &d->faults[d->n_faults];
	*own = *fault;
	/* ids are positive ints, and not used again soon */
	own->id = d->fault_id = d->fault_id % INT32_MAX + 1;
	fault_event(d, now, own, DHCPD_EVENT_FAULT_STARTED);
	if (fault->kind == DHCPD_FAULT_EXPIRE)
		expire_now(d, now, fault);
	else
		d->n_faults++;
	return (int)own->id;
}

/** fault_end() - number @i of those in force is over */
static void fault_end(struct dhcpd *d, struct dhcpd_now now, unsigned i)
{
	struct dhcpd_fault fault = d->faults[i];

	memmove(&d->faults[i], &d->faults[i + 1],
		(d->n_faults - i - 1) * sizeof(d->faults[0]));
	d->n_faults--;
	fault_event(d, now, &fault, DHCPD_EVENT_FAULT_ENDED);
}

unsigned dhcpd_fault_clear(struct dhcpd *d, struct dhcpd_now now, uint32_t id)
{
	unsigned ended = 0, i = 0;

	while (i < d->n_faults) {
		if (id && d->faults[i].id != id) {
			i++;
			continue;
		}
		fault_end(d, now, i);
		ended++;
	}
	return ended;
}

void dhcp_fault_expire(struct dhcpd *d, struct dhcpd_now now)
{
	unsigned i = 0;

	while (i < d->n_faults) {
		if (d->faults[i].until <= now.lapse)
			fault_end(d, now, i);
		else
			i++;
	}
}

uint64_t dhcp_fault_next(const struct dhcpd *d)
{
	uint64_t next = DHCPD_NEVER;

	for (unsigned i = 0; i < d->n_faults; i++)
		if (d->faults[i].until < next)
			next = d->faults[i].until;
	return next;
}

bool dhcpd_fault_next(const struct dhcpd *d, struct dhcpd_now now,
		      uint32_t *cursor, struct dhcpd_fault *fault)
{
	while (*cursor < d->n_faults) {
		*fault = d->faults[(*cursor)++];
		if (fault->until > now.lapse)
			return true;
	}
	return false;
}
