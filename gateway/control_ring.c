// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control_ring - the last events
 */
#include "gateway/control_ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "base/log.h"

#define NAME(id, name)	 name,
#define EVENT(id, name)	 COUNT_##id,
#define REASON(id, name) COUNT_##id,

/* How many names the engine has of each. */
enum { NAT_EVENT_LIST(EVENT) NAT_EVENTS };
enum { NAT_REASON_LIST(REASON) NAT_REASONS };
enum { DHCPD_EVENT_LIST(EVENT) DHCPD_EVENTS };
enum { DHCPD_REASON_LIST(REASON) DHCPD_REASONS };

static_assert((RING_SIZE & (RING_SIZE - 1)) == 0,
	      "a number's place in the ring is its lower bits");

static const char *const own_events[] = {RING_OWN_EVENTS};
static const char *const own_reasons[] = {RING_OWN_REASONS};

#define OWN_EVENTS  (sizeof(own_events) / sizeof(own_events[0]))
#define OWN_REASONS (sizeof(own_reasons) / sizeof(own_reasons[0]))

/** keep_lease() - the newest entry's own copy; NULL when out of memory */
static const struct dhcpd_event *keep_lease(struct ring *ring,
					    const struct dhcpd_event *lease)
{
	struct dhcpd_event **slot = &ring->leases[ring->last % RING_SIZE];

	if (!*slot)
		*slot = malloc(sizeof(**slot));
	if (*slot)
		**slot = *lease;
	return *slot;
}

void ring_add(struct ring *ring, const struct ring_entry *entry)
{
	struct ring_entry *slot = &ring->entries[++ring->last % RING_SIZE];

	*slot = *entry;
	slot->number = ring->last;
	if (entry->lease)
		slot->lease = keep_lease(ring, entry->lease);
}

void ring_clean(struct ring *ring)
{
	for (size_t i = 0; i < RING_SIZE; i++) {
		free(ring->leases[i]);
		ring->leases[i] = NULL;
	}
}

/** is_fault() - whether an event tells of a fault */
static bool is_fault(const struct nat_event *event)
{
	return event->type == NAT_EVENT_FAULT_STARTED ||
	       event->type == NAT_EVENT_FAULT_ENDED;
}

struct ring_entry ring_entry_nat(const struct nat_event *event)
{
	return (struct ring_entry){
		.at = event->at,
		.event = nat_event_names[event->type],
		.reason = nat_reason_names[event->reason],
		.protocol = event->protocol,
		.internal = event->internal,
		.external = event->external,
		.remote = event->remote,
		.is_late = event->late != NAT_NEVER,
		.late = event->late,
		.last_port = event->last_port,
		.fault = is_fault(event) ? nat_fault_names[event->fault] : NULL,
	};
}

struct ring_entry ring_entry_dhcp(const struct dhcpd_event *event)
{
	bool of_fault = event->type == DHCPD_EVENT_FAULT_STARTED ||
			event->type == DHCPD_EVENT_FAULT_ENDED;
	const char *reason = dhcpd_reason_names[event->reason];

	/* both engines know some of the names: the constants are the ring's */
	return (struct ring_entry){
		.at = event->at,
		.event = ring_event_name(dhcpd_event_names[event->type]),
		.reason = *reason ? ring_reason_name(reason) : "",
		.internal = {.addr = event->address},
		.fault = of_fault ? dhcpd_fault_names[event->fault] : NULL,
		.lease = event,
	};
}

struct ring_entry ring_entry_own(uint64_t at, const char *event,
				 const char *reason)
{
	/* entries are compared by pointer, so they hold the constants */
	const struct ring_entry entry = {
		.at = at,
		.event = ring_event_name(event),
		.reason = reason ? ring_reason_name(reason) : "",
	};

	base_assert(entry.event && entry.reason);
	return entry;
}

uint64_t ring_first(const struct ring *ring)
{
	return ring->last < RING_SIZE ? 1 : ring->last - RING_SIZE + 1;
}

const struct ring_entry *ring_get(const struct ring *ring, uint64_t number)
{
	if (number < ring_first(ring) || number > ring->last)
		return NULL;
	return &ring->entries[number % RING_SIZE];
}

/** find() - the constant equal to @name among @n others, or NULL */
static const char *find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], name) == 0)
			return names[i];
	return NULL;
}

/** dhcp_event_at() - the names that only the DHCP engine has, one by one */
static const char *dhcp_event_at(size_t n)
{
	for (size_t i = 0; i < DHCPD_EVENTS; i++)
		if (!find(nat_event_names, NAT_EVENTS, dhcpd_event_names[i]) &&
		    !n--)
			return dhcpd_event_names[i];
	return NULL;
}

const char *ring_event_at(size_t i)
{
	if (i < NAT_EVENTS)
		return nat_event_names[i];
	if (i < NAT_EVENTS + OWN_EVENTS)
		return own_events[i - NAT_EVENTS];
	return dhcp_event_at(i - NAT_EVENTS - OWN_EVENTS);
}

const char *ring_event_name(const char *name)
{
	const char *event = find(nat_event_names, NAT_EVENTS, name);

	if (!event)
		event = find(own_events, OWN_EVENTS, name);
	if (!event)
		event = find(dhcpd_event_names, DHCPD_EVENTS, name);
	return event;
}

const char *ring_reason_name(const char *name)
{
	/* the engines' first one is "", for events that have none */
	const char *reason = find(nat_reason_names + 1, NAT_REASONS - 1, name);

	if (!reason)
		reason = find(own_reasons, OWN_REASONS, name);
	if (!reason)
		reason = find(dhcpd_reason_names + 1, DHCPD_REASONS - 1, name);
	return reason;
}
