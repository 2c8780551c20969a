/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_ring - the last events, numbered, for whoever asks or follows
 */
#ifndef GATEWAY_CONTROL_RING_H
#define GATEWAY_CONTROL_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"
#include "dhcpd/events.h"
#include "nat/events.h"

/** RING_SIZE - how many are kept; a power of two */
#define RING_SIZE 8192

/* What the daemon itself adds to the engine's events. */
#define RING_SETTINGS_CHANGED "settings-changed"
#define RING_CLOCK_CHANGED    "clock-changed"
#define RING_ADDRESS_CHANGED  "address-changed"
#define RING_OWN_EVENTS \
	RING_SETTINGS_CHANGED, RING_CLOCK_CHANGED, RING_ADDRESS_CHANGED

/* Their reasons: how the clock was changed, and how the settings were. */
#define RING_OWN_REASONS \
	"advance", "scale", "freeze", "resume", "reset", "reload", "set"

/**
 * struct ring_entry - one event
 * @number:	the first is 1
 * @at:		lapse time in ms
 * @wall:	UTC in s, set by gateway_event()
 * @event:	name, a constant
 * @reason:	name, a constant; "" where there is none
 * @protocol:	of the endpoints; 0: it is about none
 * @internal:	internal endpoint, or zeros
 * @external:	external endpoint, or zeros
 * @remote:	remote endpoint, or zeros
 * @is_late:	the packet belonged to a session that has ended
 * @late:	then how long ago, in ms of the lapse clock
 * @last_port:	of a port block, whose first one is in @external; else 0
 * @fault:	name of the fault that it is about, a constant, or NULL
 * @lease:	of DHCP: what is known of the lease, or NULL; the ring keeps a
 *		copy of its own. Its address is in @internal, too.
 */
struct ring_entry {
	uint64_t number;
	uint64_t at;
	int64_t wall;
	const char *event;
	const char *reason;
	uint8_t protocol;
	struct endpoint internal, external, remote;
	bool is_late;
	uint64_t late;
	uint16_t last_port;
	const char *fault;
	const struct dhcpd_event *lease;
};

/**
 * struct ring - the last RING_SIZE entries; zero-filled it is empty
 * @last:	number of the newest, 0: none yet
 * @leases:	what the entries of DHCP point to, made when first needed
 */
struct ring {
	uint64_t last;
	struct ring_entry entries[RING_SIZE];
	struct dhcpd_event *leases[RING_SIZE];
};

/** ring_clean() - release what it has made */
void ring_clean(struct ring *ring);

/** ring_add() - one more; the oldest makes room. Its number is set here. */
void ring_add(struct ring *ring, const struct ring_entry *entry);

/** ring_entry_dhcp() - an event of the DHCP engine; points to @event */
struct ring_entry ring_entry_dhcp(const struct dhcpd_event *event);

/** ring_entry_nat() - an event of the engine as an entry */
struct ring_entry ring_entry_nat(const struct nat_event *event);

/**
 * ring_entry_own() - an event of the daemon's own
 * @at:		lapse time in ms
 * @event:	one of the RING_ names
 * @reason:	why, a name that ring_reason_name() knows, or NULL
 */
struct ring_entry ring_entry_own(uint64_t at, const char *event,
				 const char *reason);

/** ring_first() - number of the oldest entry kept, or of the next to come */
uint64_t ring_first(const struct ring *ring);

/**
 * ring_get() - an entry by its number
 *
 * Return: the entry, the ring's, valid until the next is added; NULL if it is
 * not kept any more or has not come yet.
 */
const struct ring_entry *ring_get(const struct ring *ring, uint64_t number);

/** ring_event_name() - the constant equal to @name, or NULL: no such event */
const char *ring_event_name(const char *name);

/** ring_reason_name() - the constant equal to @name, or NULL */
const char *ring_reason_name(const char *name);

/** ring_event_at() - the names, one by one; NULL at the end */
const char *ring_event_at(size_t i);

#endif /* GATEWAY_CONTROL_RING_H */
