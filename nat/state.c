/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state - what a packet does to its session: counters, state, refresh
 */
#include "nat/step.h"
#include "nat/table.h"
#include "nat/tcp.h"
#include "nat/timer.h"

/** speak() - sessions without a state machine: who has spoken */
static void speak(struct session *s)
{
	unsigned both = SESSION_SEEN_OUTBOUND | SESSION_SEEN_INBOUND;

	if ((s->flags & both) == both)
		s->state = NAT_STATE_ACTIVE;
}

/** answers() - whether the internal side only answers queries (query.h) */
static bool answers(const struct nat *nat, const struct session *s)
{
	return s->external_port != nat->mappings[s->mapping].external.port;
}

void state_packet(struct step *step, struct session *session, enum side side)
{
	struct nat *nat = step->nat;
	struct subscriber *subscriber =
		&nat->subscribers[nat->mappings[session->mapping].subscriber];
	uint8_t before = session->state;
	bool refresh = true;

	session->packets[side]++;
	session->bytes[side] += step->h.len;
	/* here, and not when asked: a client may have a million sessions */
	subscriber->packets[side]++;
	subscriber->bytes[side] += step->h.len;
	session->flags |= side == SIDE_INTERNAL ? SESSION_SEEN_OUTBOUND
						: SESSION_SEEN_INBOUND;
	if (headers_offset(&step->h))
		; /* the first fragment has told what there is to tell */
	else if (session->protocol == PROTO_TCP)
		refresh = tcp_segment(session, &step->h, side);
	else
		speak(session);
	/* An answer to another client's query comes of itself. */
	if (side == SIDE_INTERNAL && answers(nat, session))
		refresh = false;
	/* Nor does a RST in answer to a stranger (RFC 7857 section 7.1). */
	if (refresh && side == SIDE_INTERNAL)
		session_keep(nat, session);
	if (refresh)
		timer_refresh(nat, step->now.lapse, session, side, step->h.len);
	if (session->state == before)
		return;
	/* Each TCP state has its own timer, which starts on entering it. */
	if (session->protocol == PROTO_TCP)
		session->last_seen = step->now.lapse;
	timer_file(nat, session);
}
