/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tcp - a session's TCP state (RFC 7857 section 2, RFC 6146 section 3.5.2)
 */
#ifndef NAT_TCP_H
#define NAT_TCP_H

#include "nat/engine.h"
#include "nat/packet.h"

/**
 * tcp_next() - the state after a segment
 * @state:	now
 * @flags:	of the segment
 * @by:		who sent it
 * @rst_valid:	whether a RST falls into the receiver's window
 *
 * Pure, so that every edge can be tested.
 */
enum nat_state tcp_next(enum nat_state state, uint8_t flags, enum side by,
			bool rst_valid);

/**
 * tcp_segment() - a segment of @session was translated
 *
 * Moves the state and remembers what a RST at expiry needs.
 *
 * Return: whether the segment may refresh the timer: a RST may not (RFC 7857
 * section 7.1).
 */
bool tcp_segment(struct session *session, const struct headers *h,
		 enum side by);

#endif /* NAT_TCP_H */
