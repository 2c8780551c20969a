/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fragment - IPv4 fragments, in any order (RFC 4787 REQ-14)
 *
 * Theory of operation. Only the first fragment has ports. When it has been
 * translated, what became of its addresses is kept for the rest of its
 * datagram; fragments that come before it are copied and wait, in real time,
 * as long as fragment-min-timeout says. Nothing is reassembled: the pieces
 * leave as they came. A datagram's entry goes with its last missing piece.
 *
 * Bounded: FRAGMENT_ENTRIES datagrams and FRAGMENT_SLOTS waiting pieces at
 * most. When the entries are full, the oldest one that still has no first
 * fragment makes room. Pieces that overlap spoil their datagram (as RFC 5722
 * has it for IPv6); an exact copy is dropped and forgotten.
 */
#ifndef NAT_FRAGMENT_H
#define NAT_FRAGMENT_H

#include "nat/step.h"

#define FRAGMENT_ENTRIES 256
#define FRAGMENT_SLOTS	 256
#define FRAGMENT_BYTES	 9216 /* of one waiting piece: jumbo frames fit */
#define FRAGMENT_RANGES	 64   /* pieces of one datagram */

/** fragment_alloc() - take the memory; 0 or -ENOMEM */
int fragment_alloc(struct nat *nat);

/** fragment_free() - release it */
void fragment_free(struct nat *nat);

/**
 * fragment_enter() - note a fragment, before anything else is done with it
 *
 * Return: true if it fits its datagram so far; else *@verdict is set.
 */
bool fragment_enter(struct step *step, enum nat_verdict *verdict);

/**
 * fragment_later() - a fragment that is not the first, after fragment_enter()
 *
 * Translated like the first one, or kept until that comes (then NAT_DROP is
 * returned for the packet, of which there is a copy).
 */
enum nat_verdict fragment_later(struct step *step);

/**
 * fragment_first() - the first fragment was translated: so will be the rest
 *
 * The pieces that waited go to nat_output_get().
 */
void fragment_first(struct step *step);

/**
 * fragment_refuse() - the first fragment was dropped or passed untouched
 * @verdict:	which of them: so will be the rest
 */
void fragment_refuse(struct step *step, enum nat_verdict verdict);

/** fragment_expire() - forget what has waited too long by @real ms */
void fragment_expire(struct nat *nat, uint64_t real);

/** fragment_next() - when fragment_expire() is due, real ms, or NAT_NEVER */
uint64_t fragment_next(const struct nat *nat);

/** fragment_output() - a piece that waited, to be sent; false: there is none */
bool fragment_output(struct nat *nat, struct nat_output *output);

/**
 * fragment_identify() - give a packet an IP identification of our own
 *
 * Several internal hosts share an external address, so theirs may collide:
 * what can be or is a fragment gets one that is unique per source, destination
 * and protocol (RFC 6864 section 5.3, RFC 7857 section 10). Atomic datagrams
 * keep theirs.
 *
 * @src:	the external source address
 */
void fragment_identify(struct step *step, uint32_t src);

#endif /* NAT_FRAGMENT_H */
