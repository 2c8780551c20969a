// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control_ring - the last events
 */
#include "gateway/control_ring.h"

#include <assert.h>
#include <string.h>
#include "base/log.h"

#define NAME(id, name)	 name,
#define EVENT(id, name)	 COUNT_##id,
#define REASON(id, name) COUNT_##id,

/* How many names the engine has of each. */
enum { NAT_EVENT_LIST(EVENT) NAT_EVENTS };
enum { NAT_REASON_LIST(REASON) NAT_REASONS };

static_assert((RING_SIZE & (RING_SIZE - 1)) == 0,
	      "a number's place in the ring is its lower bits");

static const char *const own_events[] = {
	RING_SETTINGS_CHANGED, RING_CLOCK_CHANGED, RING_ADDRESS_CHANGED};

/* Reasons of the daemon's own events: how the clock was changed, and how the
 * settings were. */
static const char *const own_reasons[] = {
	"advance", "scale", "freeze", "resume", "reset", "reload", "set"};

#define OWN_EVENTS  (sizeof(own_events) / sizeof(own_events[0]))
#define OWN_REASONS (sizeof(own_reasons) / sizeof(own_reasons[0]))

void ring_add(struct ring *ring, const struct ring_entry *entry)
{
	struct ring_entry *slot = &ring->entries[++ring->last % RING_SIZE];

	*slot = *entry;
	slot->number = ring->last;
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

const char *ring_event_at(size_t i)
{
	if (i < NAT_EVENTS)
		return nat_event_names[i];
	if (i < NAT_EVENTS + OWN_EVENTS)
		return own_events[i - NAT_EVENTS];
	return NULL;
}

const char *ring_event_name(const char *name)
{
	const char *event;

	for (size_t i = 0; (event = ring_event_at(i)) != NULL; i++)
		if (strcmp(event, name) == 0)
			return event;
	return NULL;
}

const char *ring_reason_name(const char *name)
{
	/* the first one is "", for events that have none */
	for (size_t i = 1; i < NAT_REASONS; i++)
		if (strcmp(nat_reason_names[i], name) == 0)
			return nat_reason_names[i];
	for (size_t i = 0; i < OWN_REASONS; i++)
		if (strcmp(own_reasons[i], name) == 0)
			return own_reasons[i];
	return NULL;
}
