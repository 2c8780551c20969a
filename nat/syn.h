/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syn - inbound SYNs that wait before they are refused (RFC 5382 REQ-4)
 *
 * A SYN that may not come in can be half of a simultaneous open: for
 * tcp-in-syn-timeout nothing is said to it. If the internal side opens to the
 * same remote meanwhile, nothing ever is; else the sender gets the ICMP error
 * that `stray-inbound: icmp` wants. Bounded: the oldest makes room, silently.
 */
#ifndef NAT_SYN_H
#define NAT_SYN_H

#include "nat/engine.h"
#include "nat/packet.h"

#define SYN_MAX	  256
#define SYN_BYTES 68 /* the largest IP header, and 8 bytes more */

/** struct waiting_syn - a copy of its start, and when it is answered */
struct waiting_syn {
	uint64_t deadline; /* lapse ms; 0: the place is free */
	uint8_t len;
	uint8_t bytes[SYN_BYTES];
};

/** syn_alloc() - take the memory, which goes with free(); 0 or -ENOMEM */
int syn_alloc(struct nat *nat);

/** syn_hold() - keep the start of a SYN for @wait lapse ms */
void syn_hold(struct nat *nat, uint64_t now, const struct headers *h,
	      uint64_t wait);

/** syn_expire() - answer those whose time is over */
void syn_expire(struct nat *nat, struct nat_now now);

/** syn_next() - when syn_expire() is due, lapse ms, or NAT_NEVER */
uint64_t syn_next(const struct nat *nat);

#endif /* NAT_SYN_H */
