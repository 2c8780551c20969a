/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * query - ICMP queries hairpinned behind port translation
 *
 * Theory of operation (RFC 7857 section 12, RFC 5508 REQ-7). A query has one
 * identifier, and it has to name who is asked: an external address that many
 * share, with the identifier of a query mapping on it, is that mapping's host,
 * as an external endpoint of UDP is. Who asks has thus a mapping of that
 * identifier to one of its own. Who is asked needs none: what is delivered has
 * the asker's external identifier, which the answer repeats.
 *
 *	C1 -> X id b	   becomes  X' id q -> C2    session C1:b X':q -> X:0
 *	C2 -> X' id q	   becomes  X id b -> C1     session C2:0 X:0 -> X':q
 *
 * So both ends of the second session, which belongs to C2's mapping X:b, have
 * identifier 0 (set_ends() of session.c): no query of C2's can be taken for it,
 * nor it for one. What answers comes of itself, like a RST: it keeps nothing
 * alive.
 */
#ifndef NAT_QUERY_H
#define NAT_QUERY_H

#include "nat/step.h"

/**
 * query_shared() - whether a packet is a hairpinned query for an address that
 * is no single host's
 */
bool query_shared(const struct step *step);

/**
 * query_target() - the external endpoint that a packet from inside is for
 *
 * The identifier counts as the destination's port if query_shared().
 */
struct endpoint query_target(const struct step *step);

/**
 * query_mapping() - the mapping that a hairpinned query asks for
 * @remote:	external address of who asks
 *
 * Return: its index, or NAT_NONE if there is none or not query_shared().
 */
uint32_t query_mapping(const struct step *step, uint32_t remote);

/**
 * query_permitted() - whether a mapping's host has itself asked @remote
 * @mapping:	from query_mapping()
 *
 * A query has no port at the end that is asked, so for ICMP address-dependent
 * and address-and-port-dependent filtering are the same.
 */
bool query_permitted(const struct step *step, uint32_t mapping,
		     uint32_t remote);

/**
 * query_session() - the session of who is asked, if there is one
 * @tuple:	source: external endpoint of who asks; destination: external
 *		address asked
 *
 * What is left of another one's question by the same external identifier ends
 * here: it would take the answer.
 */
struct session *query_session(const struct step *step,
			      const struct tuple *tuple);

#endif /* NAT_QUERY_H */
