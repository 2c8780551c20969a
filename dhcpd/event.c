// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event - the ring of events, and the words of all reports
 */
#include "dhcpd/event.h"

#include <string.h>

#define NAME(id, name)	       name,
#define NAME_3(id, name, help) name,
#define HELP_3(id, name, help) help,

const char *const dhcpd_event_names[] = {DHCPD_EVENT_LIST(NAME) NULL};
const char *const dhcpd_reason_names[] = {DHCPD_REASON_LIST(NAME) NULL};
const char *const dhcpd_state_names[] = {DHCPD_STATE_LIST(NAME) NULL};
const char *const dhcpd_fault_names[] = {DHCPD_FAULT_LIST(NAME_3) NULL};
const char *const dhcpd_fault_help[] = {DHCPD_FAULT_LIST(HELP_3) NULL};
const char *const dhcpd_stat_names[] = {DHCPD_STAT_LIST(NAME_3) NULL};
const char *const dhcpd_stat_help[] = {DHCPD_STAT_LIST(HELP_3) NULL};

void dhcp_event_put(struct dhcpd *d, const struct dhcpd_event *event)
{
	if (d->event_count == DHCP_EVENTS) {
		dhcp_count(d, DHCPD_EVENTS_LOST);
		return;
	}
	d->events[(d->event_first + d->event_count++) % DHCP_EVENTS] = *event;
}

bool dhcpd_event_get(struct dhcpd *d, struct dhcpd_event *event)
{
	if (!d->event_count)
		return false;
	*event = d->events[d->event_first];
	d->event_first = (d->event_first + 1) % DHCP_EVENTS;
	d->event_count--;
	return true;
}

uint32_t dhcp_seconds(uint64_t ms)
{
	/* all ones is the infinite lease, RFC 2131 section 3.3 */
	if (ms == DHCPD_NEVER)
		return UINT32_MAX;
	return ms / 1000 < UINT32_MAX ? (uint32_t)(ms / 1000) : UINT32_MAX - 1;
}

void dhcp_event_lease(struct dhcpd *d, struct dhcpd_now now,
		      enum dhcpd_event_type type, enum dhcpd_reason reason,
		      const struct lease *lease)
{
	const struct client *client = lease_client(d, lease);
	struct dhcpd_event event = {
		.at = now.lapse,
		.type = type,
		.reason = reason,
		.address = lease->address,
		.htype = lease->htype,
		.hlen = lease->hlen,
		.id_len = client->id_len,
	};

	if (lease->state == DHCPD_BOUND)
		event.seconds = dhcp_seconds(lease->length);
	memcpy(event.chaddr, lease->chaddr, sizeof(event.chaddr));
	memcpy(event.id, client->id, client->id_len);
	memcpy(event.hostname, client->hostname, sizeof(event.hostname));
	dhcp_event_put(d, &event);
}
