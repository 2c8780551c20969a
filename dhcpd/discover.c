// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * discover - DHCPDISCOVER: find an address, make sure of it, offer it
 */
#include "dhcpd/event.h"
#include "dhcpd/lease.h"
#include "dhcpd/probe.h"
#include "dhcpd/step.h"

/** no_address() - nothing to offer: silence, unless the client asks for a word
 */
static void no_address(struct dhcp_step *step)
{
	struct dhcpd_event event = {
		.at = step->now.lapse,
		.type = DHCPD_EVENT_EXHAUSTED,
	};

	dhcp_event_put(step->d, &event);
	if (dhcp_option_has(&step->m, OPTION_AUTOCONF))
		dhcp_reply_unconfigured(step);
	else
		dhcp_drop(step, DHCPD_DROP_EXHAUSTED);
}

/** to_probe() - whether an address must be asked for before it is offered */
static bool to_probe(const struct dhcp_step *step, const struct lease *lease)
{
	return step->d->settings->conflict_probe &&
	       step->s->lan == step->packet->lan && !step->m.giaddr &&
	       !(lease->flags & LEASE_PROBED);
}

/** offer_state() - what an offer needs to know of the state before it */
static void offer_state(struct lease *lease)
{
	if (!lease_former(lease))
		return;
	lease->flags |= LEASE_FORMER;
	lease->flags &= (uint8_t)~LEASE_RELEASE;
	if (lease->state == DHCPD_RELEASED_LEASE)
		lease->flags |= LEASE_RELEASE;
}

void dhcp_discover(struct dhcp_step *step)
{
	struct dhcpd *d = step->d;
	struct lease *lease;

	if (dhcp_fault_on(step, DHCPD_FAULT_EXHAUSTED) &&
	    !(step->lease && step->lease->state == DHCPD_BOUND)) {
		no_address(step);
		return;
	}
	lease = dhcp_allocate(step);
	step->lease = lease;
	if (!lease) {
		no_address(step);
		return;
	}
	if (lease->state != DHCPD_BOUND) {
		offer_state(lease);
		if (to_probe(step, lease)) {
			if (dhcp_probe_start(d, step->now, lease, step->packet))
				return;
			if (lease->state == DHCPD_FREE)
				dhcp_lease_disown(d, lease);
			dhcp_drop(step, DHCPD_DROP_PROBES_FULL);
			return;
		}
		dhcp_lease_set(d, lease, DHCPD_OFFERED,
			       step->now.real + d->settings->offer_time);
	}
	dhcp_known_as(step, lease);
	dhcp_reply_offer(step, lease);
	if (dhcp_fault_on(step, DHCPD_FAULT_ROGUE))
		dhcp_reply_rogue(step);
}
