/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp - the state machine
 *
 *	SYN out           SYN from the other side
 *	------> INIT_OUT ------------------------> ESTABLISHED <--+
 *	SYN in                                    FIN out |  | FIN in
 *	------> INIT_IN  -----------------------^         v  v    |
 *	                                        FIN_OUT    FIN_IN | any but RST
 *	                             FIN of the other side |      |
 *	            a valid RST in any state               v      |
 *	            ------------------> TRANS         FIN_BOTH    |
 *	                                  |     SYN: INIT_* again |
 *	                                  +-----------------------+
 *
 * As RFC 6146 draws it, with the two additions of RFC 7857 and 5961: a RST
 * moves the state only when it falls into the receiver's window, and data
 * after it move it back, because the RST may have been forged.
 */
#include "nat/tcp.h"

enum nat_state tcp_next(enum nat_state state, uint8_t flags, enum side by,
			bool rst_valid)
{
	bool out = by == SIDE_INTERNAL;
	enum nat_state init =
		out ? NAT_STATE_TCP_INIT_OUT : NAT_STATE_TCP_INIT_IN;

	if (flags & TCP_RST)
		return rst_valid ? NAT_STATE_TCP_TRANS : state;
	switch (state) {
	case NAT_STATE_INITIAL:
	case NAT_STATE_ACTIVE:
		/* Not a SYN only where `stray-outbound: remap` lets it in. */
		return flags & TCP_SYN ? init : NAT_STATE_TCP_ESTABLISHED;
	case NAT_STATE_TCP_INIT_OUT:
		return !out && (flags & TCP_SYN) ? NAT_STATE_TCP_ESTABLISHED
						 : state;
	case NAT_STATE_TCP_INIT_IN:
		return out && (flags & TCP_SYN) ? NAT_STATE_TCP_ESTABLISHED
						: state;
	case NAT_STATE_TCP_ESTABLISHED:
		if (!(flags & TCP_FIN))
			return state;
		return out ? NAT_STATE_TCP_FIN_OUT : NAT_STATE_TCP_FIN_IN;
	case NAT_STATE_TCP_FIN_OUT:
		return !out && (flags & TCP_FIN) ? NAT_STATE_TCP_FIN_BOTH
						 : state;
	case NAT_STATE_TCP_FIN_IN:
		return out && (flags & TCP_FIN) ? NAT_STATE_TCP_FIN_BOTH
						: state;
	case NAT_STATE_TCP_FIN_BOTH:
		/* The same ports again before the old session is gone. */
		return flags & TCP_SYN ? init : state;
	case NAT_STATE_TCP_TRANS:
		return flags & TCP_SYN ? init : NAT_STATE_TCP_ESTABLISHED;
	}
	return state;
}

/** scale_of() - the window scale that a side announced, if both did */
static unsigned scale_of(const struct session *s, enum side side)
{
	unsigned both = SESSION_SCALE_INTERNAL | SESSION_SCALE_EXTERNAL;

	if ((s->flags & both) != both)
		return 0;
	return side == SIDE_INTERNAL ? s->scale & 15u : s->scale >> 4u;
}

/**
 * rst_valid() - whether the receiver may believe a RST (RFC 5961 section 3)
 *
 * A stack believes it at exactly the next byte that it expects and challenges
 * it within its window. The last ACK that we saw may lag behind what the stack
 * has taken in since, so its window is what we go by. While a side has not
 * acknowledged anything there is nothing to compare with.
 */
static bool rst_valid(const struct session *s, const struct headers *h,
		      enum side by)
{
	enum side to = by == SIDE_INTERNAL ? SIDE_EXTERNAL : SIDE_INTERNAL;
	unsigned known = to == SIDE_INTERNAL ? SESSION_ACK_INTERNAL
					     : SESSION_ACK_EXTERNAL;
	uint32_t window = (uint32_t)s->window[to] << scale_of(s, to);

	if (!(s->flags & known))
		return true;
	return h->seq - s->ack[to] <= window;
}

/** remember() - what a side says it expects next */
static void remember(struct session *s, const struct headers *h, enum side by)
{
	bool inside = by == SIDE_INTERNAL;
	unsigned known = inside ? SESSION_ACK_INTERNAL : SESSION_ACK_EXTERNAL;

	if (h->tcp_flags & TCP_SYN) {
		unsigned offered = inside ? SESSION_SCALE_INTERNAL
					  : SESSION_SCALE_EXTERNAL;

		s->flags &= (uint8_t) ~(offered | known);
		if (h->scale >= 0) {
			s->flags |= (uint8_t)offered;
			s->scale =
				(uint8_t)(inside ? (s->scale & 0xf0) | h->scale
						 : (s->scale & 0x0f) |
							   h->scale << 4);
		}
	}
	if (!(h->tcp_flags & TCP_ACK))
		return;
	if ((s->flags & known) && (int32_t)(h->ack - s->ack[by]) < 0)
		return;
	s->flags |= (uint8_t)known;
	s->ack[by] = h->ack;
	s->window[by] = h->window;
}

bool tcp_segment(struct session *session, const struct headers *h, enum side by)
{
	bool valid = rst_valid(session, h, by);

	session->state =
		(uint8_t)tcp_next(session->state, h->tcp_flags, by, valid);
	if (h->tcp_flags & TCP_RST)
		return false;
	remember(session, h, by);
	return true;
}
