// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe - ARP probes of addresses that get a new holder (RFC 2131 section 2.2)
 *
 * The lease is DHCPD_OFFERED meanwhile, so that nobody else is offered it, and
 * its deadline on the real wheel is the end of the probe.
 */
#include "dhcpd/probe.h"

#include <string.h>
#include "dhcpd/event.h"
#include "dhcpd/lease.h"
#include "dhcpd/step.h"

/** keep() - copy a message into a slot */
static void keep(struct probe_slot *slot, const struct dhcpd_packet *packet)
{
	slot->lan = packet->lan;
	slot->source = packet->source;
	slot->destination = packet->destination;
	slot->len = packet->len;
	memcpy(slot->bytes, packet->bytes, packet->len);
}

bool dhcp_probe_start(struct dhcpd *d, struct dhcpd_now now,
		      struct lease *lease, const struct dhcpd_packet *packet)
{
	uint32_t index;

	if (lease->probe != DHCP_NONE) {
		keep(&d->probes[lease->probe], packet);
		return true;
	}
	if (d->asked_count == DHCP_PROBES)
		return false;
	index = pool_get(&d->probe_pool);
	if (index == POOL_NONE)
		return false;
	d->probes[index].lease = lease_index(d, lease);
	keep(&d->probes[index], packet);
	lease->probe = index;
	dhcp_lease_set(d, lease, DHCPD_OFFERED,
		       now.real + d->settings->probe_time);
	d->asked[(d->asked_first + d->asked_count++) % DHCP_PROBES] =
		(struct dhcpd_probe){.lan = packet->lan,
				     .address = lease->address};
	dhcp_count(d, DHCPD_PROBES);
	return true;
}

bool dhcpd_probe_get(struct dhcpd *d, struct dhcpd_probe *probe)
{
	if (!d->asked_count)
		return false;
	*probe = d->asked[d->asked_first];
	d->asked_first = (d->asked_first + 1) % DHCP_PROBES;
	d->asked_count--;
	return true;
}

void dhcp_probe_give_up(struct dhcpd *d, struct lease *lease)
{
	if (lease->probe == DHCP_NONE)
		return;
	pool_put(&d->probe_pool, lease->probe);
	lease->probe = DHCP_NONE;
}

void dhcp_probe_finish(struct dhcpd *d, struct dhcpd_now now,
		       struct lease *lease, bool taken)
{
	const struct probe_slot *slot = &d->probes[lease->probe];
	uint8_t bytes[DHCPD_MESSAGE_MAX];
	struct dhcpd_packet packet = {
		.bytes = bytes,
		.len = slot->len,
		.lan = slot->lan,
		.source = slot->source,
		.destination = slot->destination,
	};

	/* the slot may be taken again by what follows */
	memcpy(bytes, slot->bytes, slot->len);
	dhcp_probe_give_up(d, lease);
	if (taken) {
		dhcp_event_lease(d, now, DHCPD_EVENT_DECLINED,
				 DHCPD_REASON_CONFLICT, lease);
		dhcp_count(d, DHCPD_CONFLICTS);
		dhcp_lease_set(d, lease, DHCPD_QUARANTINED,
			       now.lapse + d->settings->decline_time);
		dhcp_lease_disown(d, lease);
	} else {
		lease->flags |= LEASE_PROBED;
		dhcp_lease_set(d, lease, DHCPD_OFFERED,
			       now.real + d->settings->offer_time);
	}
	dhcp_step_run(d, now, &packet, true);
}

void dhcpd_probe_result(struct dhcpd *d, struct dhcpd_now now, uint32_t address,
			bool taken)
{
	struct lease *lease = dhcp_lease_peek(d, address);

	if (lease && lease->probe != DHCP_NONE)
		dhcp_probe_finish(d, now, lease, taken);
}
