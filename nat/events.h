/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events - what the NAT tells of as it happens, and why it happened
 */
#ifndef NAT_EVENTS_H
#define NAT_EVENTS_H

#include "nat/faults.h"

/* What the events tell of; the names are the ones in `lapse wait`. */
#define NAT_EVENT_LIST(X)                                       \
	X(NAT_EVENT_MAPPING_CREATED, "mapping-created")         \
	X(NAT_EVENT_MAPPING_DELETED, "mapping-deleted")         \
	X(NAT_EVENT_SESSION_CREATED, "session-created")         \
	X(NAT_EVENT_SESSION_DELETED, "session-deleted")         \
	X(NAT_EVENT_BLOCK_ALLOCATED, "block-allocated")         \
	X(NAT_EVENT_BLOCK_FREED, "block-freed")                 \
	X(NAT_EVENT_PORTS_EXHAUSTED, "ports-exhausted")         \
	X(NAT_EVENT_ADDRESSES_EXHAUSTED, "addresses-exhausted") \
	X(NAT_EVENT_QUOTA_EXCEEDED, "quota-exceeded")           \
	X(NAT_EVENT_STRAY_OUTBOUND, "stray-outbound")           \
	X(NAT_EVENT_STRAY_INBOUND, "stray-inbound")             \
	X(NAT_EVENT_FAULT_STARTED, "fault-started")             \
	X(NAT_EVENT_FAULT_ENDED, "fault-ended")

/* Why; "" where there is only one reason. */
#define NAT_REASON_LIST(X)                                           \
	X(NAT_REASON_NONE, "")                                       \
	X(NAT_REASON_IDLE, "idle")                                   \
	X(NAT_REASON_CLOSED, "closed")                               \
	X(NAT_REASON_RESET, "reset")                                 \
	X(NAT_REASON_LIFETIME, "max-lifetime")                       \
	X(NAT_REASON_KILLED, "killed")                               \
	X(NAT_REASON_EVICTED, "evicted")                             \
	X(NAT_REASON_ADDRESS_CHANGED, "address-changed")             \
	X(NAT_REASON_RELOAD, "reload")                               \
	X(NAT_REASON_FAULT, "fault")                                 \
	X(NAT_REASON_LAST_SESSION, "last-session")                   \
	X(NAT_REASON_OUTBOUND, "outbound")                           \
	X(NAT_REASON_INBOUND, "inbound")                             \
	X(NAT_REASON_HAIRPIN, "hairpin")                             \
	X(NAT_REASON_STATIC, "static")                               \
	X(NAT_REASON_NO_SESSION, "no-session")                       \
	X(NAT_REASON_NO_MAPPING, "no-mapping")                       \
	X(NAT_REASON_FILTERED, "filtered")                           \
	X(NAT_REASON_SESSIONS, "max-sessions")                       \
	X(NAT_REASON_SUBSCRIBER_SESSIONS, "sessions-per-subscriber") \
	X(NAT_REASON_SUBSCRIBER_PORTS, "ports-per-subscriber")       \
	X(NAT_REASON_RATE, "new-sessions-per-second")                \
	X(NAT_REASON_BLOCKS, "port-blocks-per-subscriber")           \
	X(NAT_REASON_FRAGMENTS, "fragments")

enum nat_event_type { NAT_EVENT_LIST(NAT_ENUM_ENTRY) };
enum nat_reason { NAT_REASON_LIST(NAT_ENUM_ENTRY) };
extern const char *const nat_event_names[];
extern const char *const nat_reason_names[];

/**
 * struct nat_event - something that happened
 * @at:		lapse time in ms
 * @type:	what
 * @reason:	why
 * @protocol:	IP protocol, or 0
 * @internal:	internal endpoint, or zeros
 * @external:	external endpoint, or zeros
 * @remote:	remote endpoint, or zeros
 * @late:	ms since the end of the session that the packet once belonged
 *		to, or NAT_NEVER
 * @fault:	which, for the events of faults
 * @last_port:	of a port block, whose first one is in @external; else 0
 */
struct nat_event {
	uint64_t at;
	enum nat_event_type type;
	enum nat_reason reason;
	uint8_t protocol;
	struct endpoint internal;
	struct endpoint external;
	struct endpoint remote;
	uint64_t late;
	enum nat_fault_kind fault;
	uint16_t last_port;
};

/**
 * nat_event_get() - take the oldest event out of the engine's ring
 *
 * The ring is bounded; what did not fit is counted in events-lost.
 *
 * Return: false when there is none.
 */
bool nat_event_get(struct nat *nat, struct nat_event *event);

#endif /* NAT_EVENTS_H */
