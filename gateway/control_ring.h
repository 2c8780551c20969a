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
#include "nat/nat.h"

/** RING_SIZE - how many are kept; a power of two */
#define RING_SIZE 8192

/* What the daemon itself adds to the engine's events. */
#define RING_SETTINGS_CHANGED "settings-changed"
#define RING_CLOCK_CHANGED    "clock-changed"

/**
 * struct ring_entry - one event
 * @number:	the first is 1
 * @at:		lapse time in ms
 * @event:	name, a constant
 * @reason:	name, a constant; "" where there is none
 * @protocol:	of the endpoints; 0: it is about none
 * @internal:	internal endpoint, or zeros
 * @external:	external endpoint, or zeros
 * @remote:	remote endpoint, or zeros
 */
struct ring_entry {
	uint64_t number;
	uint64_t at;
	const char *event;
	const char *reason;
	uint8_t protocol;
	struct endpoint internal, external, remote;
};

/** struct ring - the last RING_SIZE entries; zero-filled it is empty */
struct ring {
	uint64_t last; /* number of the newest, 0: none yet */
	struct ring_entry entries[RING_SIZE];
};

/** ring_add_nat() - one more, from the engine; the oldest makes room */
void ring_add_nat(struct ring *ring, const struct nat_event *event);

/**
 * ring_note() - one more, about no packet
 * @at:		lapse time in ms
 * @event:	one of the RING_ names
 * @reason:	why, a name that ring_reason_name() knows
 */
void ring_note(struct ring *ring, uint64_t at, const char *event,
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
