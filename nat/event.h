/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event - the bounded ring of what happened
 */
#ifndef NAT_EVENT_H
#define NAT_EVENT_H

#include "nat/engine.h"
#include "nat/packet.h"

/** event_put() - into the ring; a full ring loses it and counts that */
void event_put(struct nat *nat, const struct nat_event *event);

/** event_session() - something about a session */
void event_session(struct nat *nat, uint64_t now, enum nat_event_type type,
		   enum nat_reason reason, const struct session *session);

/** event_mapping() - something about a mapping */
void event_mapping(struct nat *nat, uint64_t now, enum nat_event_type type,
		   enum nat_reason reason, const struct mapping *mapping);

/**
 * exhausted_event() - a packet found no room, and which limit it met
 * @tuple:	its ends
 * @called:	NULL for an outbound packet; for an inbound one the mapping
 *		that it came for, made or not
 * @why:	the counter of the refusal
 */
void exhausted_event(struct nat *nat, uint64_t now, const struct tuple *tuple,
		     const struct mapping *called, enum nat_stat why);

#endif /* NAT_EVENT_H */
