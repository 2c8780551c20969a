/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event - the ring of events, and the words of all reports
 */
#include "nat/event.h"

#define NAME(id, name)		  name,
#define STAT_NAME(id, name, help) name,
#define STAT_HELP(id, name, help) help,

const char *const nat_event_names[] = {NAT_EVENT_LIST(NAME) NULL};
const char *const nat_reason_names[] = {NAT_REASON_LIST(NAME) NULL};
const char *const nat_state_names[] = {NAT_STATE_LIST(NAME) NULL};
const char *const nat_stat_names[] = {NAT_STAT_LIST(STAT_NAME) NULL};
const char *const nat_stat_help[] = {NAT_STAT_LIST(STAT_HELP) NULL};

void event_put(struct nat *nat, const struct nat_event *event)
{
	if (nat->event_count == EVENT_RING) {
		nat_count(nat, NAT_EVENTS_LOST);
		return;
	}
	nat->events[(nat->event_first + nat->event_count++) % EVENT_RING] =
		*event;
}

bool nat_event_get(struct nat *nat, struct nat_event *event)
{
	if (!nat->event_count)
		return false;
	*event = nat->events[nat->event_first];
	nat->event_first = (nat->event_first + 1) % EVENT_RING;
	nat->event_count--;
	return true;
}

void event_session(struct nat *nat, uint64_t now, enum nat_event_type type,
		   enum nat_reason reason, const struct session *session)
{
	struct nat_event event = {
		.at = now,
		.type = type,
		.reason = reason,
		.protocol = session->protocol,
		.internal = session_internal(session),
		.external = session_external(session),
		.remote = session_remote(session),
		.late = NAT_NEVER,
	};

	event_put(nat, &event);
}

void event_mapping(struct nat *nat, uint64_t now, enum nat_event_type type,
		   enum nat_reason reason, const struct mapping *mapping)
{
	struct nat_event event = {
		.at = now,
		.type = type,
		.reason = reason,
		.protocol = mapping->protocol,
		.internal = mapping->internal,
		.external = mapping->external,
		.remote = mapping->remote,
		.late = NAT_NEVER,
	};

	event_put(nat, &event);
}

void exhausted_event(struct nat *nat, uint64_t now, const struct tuple *tuple,
		     const struct mapping *called, enum nat_stat why)
{
	struct nat_event event = {
		.at = now,
		.type = NAT_EVENT_QUOTA_EXCEEDED,
		.protocol = tuple->protocol,
		.internal = called ? called->internal : tuple->src,
		.remote = called ? tuple->src : tuple->dst,
		.late = NAT_NEVER,
	};

	if (called)
		event.external = called->external;
	/* As RFC 8158 tells them apart: events 12, 3, and 13 with its quota. */
	if (why == NAT_DROP_PORTS_EXHAUSTED)
		event.type = NAT_EVENT_PORTS_EXHAUSTED;
	else if (why == NAT_DROP_ADDRESSES_EXHAUSTED || why == NAT_DROP_NO_POOL)
		event.type = NAT_EVENT_ADDRESSES_EXHAUSTED;
	else if (why == NAT_DROP_MAX_SESSIONS)
		event.reason = NAT_REASON_SESSIONS;
	else if (why == NAT_DROP_SUBSCRIBER_SESSIONS)
		event.reason = NAT_REASON_SUBSCRIBER_SESSIONS;
	else if (why == NAT_DROP_SUBSCRIBER_PORTS)
		event.reason = NAT_REASON_SUBSCRIBER_PORTS;
	else if (why == NAT_DROP_SUBSCRIBER_BLOCKS)
		event.reason = NAT_REASON_BLOCKS;
	else if (why == NAT_DROP_RATE)
		event.reason = NAT_REASON_RATE;
	else if (why == NAT_DROP_FRAGMENT_FULL)
		event.reason = NAT_REASON_FRAGMENTS;
	event_put(nat, &event);
}
