/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step - what the steps of a packet's way hand on to each other
 */
#ifndef NAT_STEP_H
#define NAT_STEP_H

#include "nat/engine.h"
#include "nat/packet.h"
#include "nat/rewrite.h"

/**
 * struct step - one packet on its way
 * @h:		its headers
 * @fragment:	entry of its datagram if it is a fragment (fragment.c)
 * @later_source: the source that the second half of a hairpin will write, or 0
 * @receiver:	of an inbound packet: the internal address that it is for, as
 *		soon as that is known, else 0; for what is counted by client
 */
struct step {
	struct nat *nat;
	struct nat_now now;
	struct nat_packet *packet;
	struct headers h;
	uint32_t fragment;
	uint32_t later_source;
	uint32_t receiver;
};

/** drop() - the only way out to NAT_DROP: counted, for its client too (drop.c)
 */
enum nat_verdict drop(struct step *step, enum nat_stat stat);

/** pass() - the only way out to NAT_PASS: counted */
static inline enum nat_verdict pass(struct step *step, enum nat_stat stat)
{
	nat_count(step->nat, stat);
	return NAT_PASS;
}

/** translated() - the only way out to NAT_TRANSLATED: counted */
static inline enum nat_verdict translated(struct step *step, enum nat_stat stat)
{
	nat_count(step->nat, stat);
	return NAT_TRANSLATED;
}

/* --- step: an ICMP error (icmp.c), RFC 5508 sections 4 and 7 --- */

/** icmp_error_out() - from inside about a packet that came in */
enum nat_verdict icmp_error_out(struct step *step);
/** icmp_error_in() - from outside about a packet that went out */
enum nat_verdict icmp_error_in(struct step *step);
/** icmp_error_hairpin() - from inside about a hairpinned packet */
enum nat_verdict icmp_error_hairpin(struct step *step);
/** icmp_error_host() - the gateway's own, to a LAN; anything else passes */
enum nat_verdict icmp_error_host(struct step *step);

/* --- step: no session yet (miss.c) --- */

/**
 * miss_outbound() - make the session of an outbound packet
 * @verdict:	set when NULL is returned
 */
struct session *miss_outbound(struct step *step, enum nat_verdict *verdict);

/**
 * miss_inbound() - make the session of an inbound packet, if it may come in
 * @tuple:	source remote, destination external
 * @verdict:	set when NULL is returned
 */
struct session *miss_inbound(struct step *step, const struct tuple *tuple,
			     enum nat_verdict *verdict);

/* --- step: state and refresh (state.c) --- */

/** state_packet() - @side sent a packet through @session */
void state_packet(struct step *step, struct session *session, enum side side);

/** for_host() - whether an inbound packet without mapping is the host's own */
bool for_host(const struct nat *nat, const struct tuple *tuple);

#endif /* NAT_STEP_H */
