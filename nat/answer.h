/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer - packets that the NAT itself makes: TCP RST and ICMP errors
 */
#ifndef NAT_ANSWER_H
#define NAT_ANSWER_H

#include "nat/engine.h"
#include "nat/packet.h"

/**
 * answer_rst() - reset whoever sent this TCP segment (RFC 9293 section 3.5.2)
 * @h:		the segment as its sender sent it
 *
 * A RST is not answered.
 */
void answer_rst(struct nat *nat, const struct headers *h);

/**
 * answer_icmp() - an ICMP error to whoever sent this packet
 * @h:		the packet as its sender sent it
 * @source:	address to send it from; 0: the host fills in its own
 * @type:	ICMP type
 * @code:	ICMP code
 *
 * Nothing about an ICMP error, a fragment other than the first, a multicast or
 * broadcast, or an impossible source (RFC 1812 section 4.3.2.7); at most
 * ANSWER_ICMP_RATE a second of real time (section 4.3.2.8).
 */
void answer_icmp(struct nat *nat, struct nat_now now, const struct headers *h,
		 uint32_t source, uint8_t type, uint8_t code);

/** ANSWER_ICMP_RATE - ICMP errors a second, and the largest burst of them */
#define ANSWER_ICMP_RATE 1000

/**
 * answer_session() - reset a TCP session's ends
 * @notify:	which of them
 */
void answer_session(struct nat *nat, const struct session *session,
		    enum nat_notify notify);

/**
 * answer_expiry() - tell the ends of a TCP session that it has lapsed
 *
 * By `expiry-notify`. A stack believes a RST at exactly the sequence number
 * that it expects next (RFC 5961 section 3.2), which is its own last ACK.
 */
void answer_expiry(struct nat *nat, const struct session *session);

#endif /* NAT_ANSWER_H */
