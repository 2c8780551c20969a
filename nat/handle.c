/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * handle - a packet's way through the NAT, step by step
 *
 *	parse -> sanity -> [ICMP error: icmp.c] -> [fragment: fragment.c]
 *	      -> session, found or made (miss.c) -> state (state.c) -> rewrite
 */
#include "nat/address.h"
#include "nat/fault.h"
#include "nat/fragment.h"
#include "nat/policy.h"
#include "nat/query.h"
#include "nat/step.h"
#include "nat/table.h"

/** EXPIRE_BUDGET - sessions that one packet ends at most on its way */
#define EXPIRE_BUDGET 256

/** martian() - an address that no packet on its way may have (RFC 1812 5.3.7)
 */
static bool martian(uint32_t addr)
{
	return addr >> 24 == 0 || addr >> 24 == 127 || addr >> 28 >= 14;
}

/** exempted() - whether the settings leave a destination untranslated */
static bool exempted(const struct nat *nat, struct endpoint remote)
{
	for (size_t i = 0; i < nat->n_exempt; i++) {
		const struct nat_exempt *e = &nat->exempt[i];

		if (((remote.addr ^ e->addr) & prefix_mask(e->bits)) == 0 &&
		    (!e->port || e->port == remote.port))
			return true;
	}
	return false;
}

/**
 * exempted_error() - whether an ICMP error is about what is exempt
 * @outbound:	it leaves, about a packet that came in; else the reverse
 *
 * Any router may send it, and it has no port itself: the quoted packet tells.
 */
static bool exempted_error(struct step *step, bool outbound)
{
	struct headers inner;
	struct endpoint remote;

	if (step->h.icmp_kind != ICMP_KIND_ERROR || !step->nat->n_exempt ||
	    packet_parse_inner(&step->h, &inner) != PACKET_OK ||
	    inner.tuple.src.addr != step->h.tuple.dst.addr)
		return false;
	remote = outbound ? inner.tuple.src : inner.tuple.dst;
	return exempted(step->nat, remote);
}

/** internal() - whether an address is of one of the LANs' subnets */
static bool internal(const struct nat *nat, uint32_t addr)
{
	for (size_t i = 0; i < nat->n_inside; i++)
		if (((addr ^ nat->inside[i].addr) &
		     prefix_mask(nat->inside[i].bits)) == 0)
			return true;
	return false;
}

/** translate_out() - the source of an outbound packet */
static void translate_out(struct step *step, const struct session *s)
{
	struct rewrite r = rewrite_outbound(s);

	rewrite_packet(step->packet, &step->h, &r);
}

/** translate_in() - the destination of an inbound packet */
static void translate_in(struct step *step, const struct session *s)
{
	struct rewrite r = rewrite_inbound(s);

	rewrite_packet(step->packet, &step->h, &r);
}

/** outbound() - from inside, leaving by the WAN */
static enum nat_verdict outbound(struct step *step)
{
	struct nat *nat = step->nat;
	const struct tuple *tuple = &step->h.tuple;
	enum nat_verdict verdict;
	struct session *s;

	if (address_index(nat, tuple->src.addr) != NAT_NONE &&
	    !(step->h.icmp_kind == ICMP_KIND_ERROR &&
	      address_own(nat, tuple->src.addr)))
		return drop(step, NAT_DROP_SPOOFED);
	if (step->h.icmp_kind == ICMP_KIND_OTHER)
		return address_own(nat, tuple->src.addr)
			       ? pass(step, NAT_PASSED_HOST)
			       : drop(step, NAT_DROP_ICMP_TYPE);
	if (nat->n_faults && fault_drops(step, tuple->src.addr, SIDE_INTERNAL))
		return NAT_DROP;
	if (exempted(nat, tuple->dst) || exempted_error(step, true))
		return pass(step, NAT_PASSED_EXEMPT);
	if (step->h.icmp_kind == ICMP_KIND_ERROR)
		return icmp_error_out(step);
	s = session_find_out(nat, step->now.lapse, tuple);
	if (!s)
		s = miss_outbound(step, &verdict);
	if (!s)
		return verdict;
	state_packet(step, s, SIDE_INTERNAL);
	translate_out(step, s);
	fragment_identify(step, s->external_addr);
	return translated(step, NAT_OUTBOUND_TRANSLATED);
}

/** inbound() - from outside to an external address */
static enum nat_verdict inbound(struct step *step)
{
	struct nat *nat = step->nat;
	const struct tuple *tuple = &step->h.tuple;
	enum nat_verdict verdict;
	struct session *s;

	if (address_index(nat, tuple->src.addr) != NAT_NONE ||
	    address_own(nat, tuple->src.addr))
		return drop(step, NAT_DROP_SPOOFED);
	/* Nobody outside knows an internal address, but for those to whom it
	 * is shown. */
	if (internal(nat, tuple->dst.addr))
		return exempted(nat, tuple->src) || exempted_error(step, false)
			       ? pass(step, NAT_PASSED_EXEMPT)
			       : drop(step, NAT_DROP_NOT_EXTERNAL);
	if (step->h.icmp_kind == ICMP_KIND_OTHER)
		return for_host(nat, tuple) ? pass(step, NAT_PASSED_HOST)
					    : drop(step, NAT_DROP_ICMP_TYPE);
	if (nat->n_faults && step->h.icmp_kind == ICMP_KIND_ERROR &&
	    fault_drops(step, 0, SIDE_EXTERNAL))
		return NAT_DROP;
	if (step->h.icmp_kind == ICMP_KIND_ERROR)
		return icmp_error_in(step);
	s = session_find_in(nat, step->now.lapse, tuple);
	step->receiver = s ? s->internal_addr : 0;
	if (nat->n_faults && fault_drops(step, step->receiver, SIDE_EXTERNAL))
		return NAT_DROP;
	if (!s)
		s = miss_inbound(step, tuple, &verdict);
	if (!s)
		return verdict;
	state_packet(step, s, SIDE_EXTERNAL);
	translate_in(step, s);
	return translated(step, NAT_INBOUND_TRANSLATED);
}

/** reachable() - whether somebody inside holds the destination */
static bool reachable(const struct step *step)
{
	struct nat *nat = step->nat;
	const struct tuple *tuple = &step->h.tuple;
	uint32_t i = address_index(nat, tuple->dst.addr);

	/* All of an address that is one host's own is (basic NAT). */
	return (i != NAT_NONE && nat->addresses[i].owner) ||
	       mapping_find_in(nat, step->now.lapse, tuple->protocol,
			       query_target(step), NULL) != NAT_NONE;
}

/**
 * hairpin() - from inside to an external address (RFC 4787 REQ-9)
 *
 * Two sessions: the sender's, outbound to the external endpoint, and the
 * receiver's, inbound from the sender's external endpoint. Before routing only
 * the destination can be rewritten (an external source would be taken for a
 * spoofed one); the mark tells hairpin_source() the rest.
 */
static enum nat_verdict hairpin(struct step *step)
{
	struct nat *nat = step->nat;
	const struct tuple *tuple = &step->h.tuple;
	struct tuple second = *tuple;
	enum nat_hairpin setting;
	enum nat_verdict verdict;
	struct session *from, *to;

	if (address_index(nat, tuple->src.addr) != NAT_NONE)
		return drop(step, NAT_DROP_SPOOFED);
	if (step->h.icmp_kind == ICMP_KIND_OTHER)
		return drop(step, NAT_DROP_ICMP_TYPE);
	if (step->h.icmp_kind == ICMP_KIND_ERROR)
		return icmp_error_hairpin(step);
	if (nat->n_faults && fault_drops(step, tuple->src.addr, SIDE_INTERNAL))
		return NAT_DROP;
	if (!reachable(step))
		return for_host(nat, tuple) ? pass(step, NAT_PASSED_HOST)
					    : drop(step, NAT_DROP_NO_MAPPING);
	setting =
		policy_behaviour(
			nat, policy_of(nat, tuple->src.addr, step->packet->mac),
			tuple->protocol)
			->hairpin;
	if (setting == NAT_HAIRPIN_OFF)
		return query_shared(step) && for_host(nat, tuple)
			       ? pass(step, NAT_PASSED_HOST)
			       : drop(step, NAT_DROP_HAIRPIN_OFF);
	from = session_find_out(nat, step->now.lapse, tuple);
	if (!from)
		from = miss_outbound(step, &verdict);
	if (!from)
		return verdict;
	second.src = session_external(from);
	to = query_shared(step)
		     ? query_session(step, &second)
		     : session_find_in(nat, step->now.lapse, &second);
	if (!to)
		to = miss_inbound(step, &second, &verdict);
	if (!to)
		return verdict;
	state_packet(step, from, SIDE_INTERNAL);
	state_packet(step, to, SIDE_EXTERNAL);
	translate_in(step, to);
	if (setting == NAT_HAIRPIN_EXTERNAL) {
		step->packet->mark =
			NAT_MARK_HAIRPIN | session_index(nat, from);
		/* Seen from inside, too, our clients are one host outside. */
		step->later_source = from->external_addr;
		fragment_identify(step, from->external_addr);
	}
	return translated(step, NAT_HAIRPIN_TRANSLATED);
}

/** hairpin_source() - the second half, after routing */
static enum nat_verdict hairpin_source(struct step *step)
{
	struct nat *nat = step->nat;
	uint32_t index = step->packet->mark & ~NAT_MARK_MASK;
	struct session *s;

	if (!pool_used(&nat->session_pool, index))
		return drop(step, NAT_DROP_HAIRPIN_MARK);
	s = &nat->sessions[index];
	if (step->h.icmp_kind == ICMP_KIND_ERROR) {
		/* The quoted packet is done; its sender may be any router
		 * before the host, so the source is not compared. */
		rewrite_address(&step->h, true, s->external_addr);
		return NAT_TRANSLATED;
	}
	if (step->h.tuple.src.addr != s->internal_addr ||
	    (step->h.has_ports && step->h.source_port_at >= 0 &&
	     step->h.tuple.src.port != s->internal_port))
		return drop(step, NAT_DROP_HAIRPIN_MARK);
	translate_out(step, s);
	return NAT_TRANSLATED;
}

/** sane() - PACKET_OK, or why no packet like this is let through */
static int sane(const struct step *step)
{
	const struct tuple *tuple = &step->h.tuple;

	if (martian(tuple->src.addr) || martian(tuple->dst.addr))
		return NAT_DROP_MARTIAN;
	/* RFC 1858: nothing but an attack cuts TCP's flags off. */
	if (tuple->protocol == PROTO_TCP && headers_offset(&step->h) == 8)
		return NAT_DROP_FRAGMENT_BAD;
	/* An ICMP error is short; one in pieces could not be reverted. */
	if (headers_fragment(&step->h) && step->h.icmp_kind == ICMP_KIND_ERROR)
		return NAT_DROP_FRAGMENT_BAD;
	return PACKET_OK;
}

/** whole() - a packet that has its ports, by where it was met */
static enum nat_verdict whole(struct step *step)
{
	switch (step->packet->direction) {
	case NAT_OUTBOUND:
		return outbound(step);
	case NAT_INBOUND:
		return inbound(step);
	case NAT_HAIRPIN:
		return hairpin(step);
	case NAT_HOST_ERROR:
		return icmp_error_host(step);
	case NAT_HAIRPIN_SOURCE:
		break;
	}
	return hairpin_source(step);
}

/**
 * fragment() - a piece of a datagram
 *
 * The second half of a hairpin goes by the mark, in pieces or not.
 */
static enum nat_verdict fragment(struct step *step)
{
	enum nat_verdict verdict;

	if (step->packet->direction == NAT_HAIRPIN_SOURCE)
		return hairpin_source(step);
	if (!fragment_enter(step, &verdict))
		return verdict;
	if (headers_offset(&step->h))
		return fragment_later(step);
	verdict = whole(step);
	if (verdict == NAT_TRANSLATED)
		fragment_first(step);
	else
		fragment_refuse(step, verdict);
	return verdict;
}

enum nat_verdict nat_handle(struct nat *nat, struct nat_now now,
			    struct nat_packet *packet)
{
	struct step step = {.nat = nat, .now = now, .packet = packet};
	int bad = packet_parse(packet->bytes, packet->len, &step.h);

	/* Look-ups see for themselves that a session is overdue, but not that
	 * the mapping of a stranger's is, or a permission. */
	if (packet->direction != NAT_HAIRPIN_SOURCE &&
	    nat_next(nat) <= now.lapse)
		nat_expire(nat, now, EXPIRE_BUDGET);
	if (bad == PACKET_OK)
		bad = sane(&step);
	if (bad != PACKET_OK)
		return drop(&step, (enum nat_stat)bad);
	return headers_fragment(&step.h) ? fragment(&step) : whole(&step);
}
