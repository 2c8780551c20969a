/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * icmp - ICMP errors, translated with the packet that they quote (RFC 5508)
 *
 * The quoted packet is one that we sent on, so it shows the other side's view
 * of it: what went out has our external endpoint as source, what came in has
 * the internal endpoint as destination. Reverting it finds the session. An
 * error neither refreshes nor ends anything (REQ-6, RFC 4787 REQ-12, RFC 5382
 * REQ-10).
 */
#include "nat/address.h"
#include "nat/step.h"
#include "nat/table.h"

/** inner_of() - the quoted packet, or NULL with the error to be dropped */
static struct headers *inner_of(struct step *step, struct headers *inner)
{
	if (packet_parse_inner(&step->h, inner) != PACKET_OK)
		return NULL;
	/* No error is ever about an error (RFC 1122 section 3.2.2). */
	if (inner->tuple.protocol == PROTO_ICMP &&
	    inner->icmp_kind == ICMP_KIND_ERROR)
		return NULL;
	return inner;
}

/** turned() - the tuple of the packet in the other direction */
static struct tuple turned(const struct tuple *tuple)
{
	return (struct tuple){tuple->protocol, tuple->dst, tuple->src};
}

enum nat_verdict icmp_error_in(struct step *step)
{
	struct headers quoted, *inner = inner_of(step, &quoted);
	struct rewrite back;
	struct tuple reply;
	struct session *s;

	if (!inner)
		return drop(step, NAT_DROP_ICMP_INNER);
	reply = turned(&inner->tuple);
	s = session_find_in(step->nat, step->now.lapse, &reply);
	if (!s) {
		if (for_host(step->nat, &reply))
			return pass(step, NAT_PASSED_HOST);
		return drop(step, NAT_DROP_ICMP_NO_SESSION);
	}
	/* What went out had its source translated: put it back. */
	back = rewrite_inbound(s);
	back.source = true;
	rewrite_inner(inner, &back);
	rewrite_address(&step->h, false, s->internal_addr);
	rewrite_icmp_sum(&step->h);
	return translated(step, NAT_ICMP_ERRORS_TRANSLATED);
}

/**
 * own_error() - whether the host reports about its own traffic
 *
 * Sent by the very address of the gateway that the quoted packet was for:
 * there is nothing internal in it.
 */
static bool own_error(const struct step *step, const struct headers *inner)
{
	return step->h.tuple.src.addr == inner->tuple.dst.addr &&
	       address_own(step->nat, inner->tuple.dst.addr);
}

enum nat_verdict icmp_error_out(struct step *step)
{
	struct headers quoted, *inner = inner_of(step, &quoted);
	struct rewrite forth;
	struct tuple reply;
	struct session *s;

	if (!inner)
		return drop(step, NAT_DROP_ICMP_INNER);
	if (own_error(step, inner))
		return pass(step, NAT_PASSED_HOST);
	reply = turned(&inner->tuple);
	s = session_find_out(step->nat, step->now.lapse, &reply);
	if (!s)
		return drop(step, NAT_DROP_ICMP_NO_SESSION);
	/* What came in had its destination translated: show it as it was. */
	forth = rewrite_outbound(s);
	forth.source = false;
	rewrite_inner(inner, &forth);
	/* REQ-5: from an external address, whoever inside sent it. The
	 * gateway itself is outside already. */
	if (!address_own(step->nat, step->h.tuple.src.addr))
		rewrite_address(&step->h, true, s->external_addr);
	rewrite_icmp_sum(&step->h);
	return translated(step, NAT_ICMP_ERRORS_TRANSLATED);
}

enum nat_verdict icmp_error_hairpin(struct step *step)
{
	struct headers quoted, *inner = inner_of(step, &quoted);
	struct session *to, *from;
	struct rewrite forth, back;
	struct tuple tuple;

	if (!inner)
		return drop(step, NAT_DROP_ICMP_INNER);
	/* The quoted packet went from another internal host, shown by its
	 * external endpoint, to this one: two sessions met in it. */
	tuple = turned(&inner->tuple);
	to = session_find_out(step->nat, step->now.lapse, &tuple);
	if (!to)
		return drop(step, NAT_DROP_ICMP_NO_SESSION);
	tuple.src = session_external(to);
	from = session_find_in(step->nat, step->now.lapse, &tuple);
	if (!from)
		return drop(step, NAT_DROP_ICMP_NO_SESSION);
	forth = rewrite_outbound(to);
	forth.source = false;
	rewrite_inner(inner, &forth);
	back = rewrite_inbound(from);
	back.source = true;
	rewrite_inner(inner, &back);
	rewrite_address(&step->h, false, from->internal_addr);
	rewrite_icmp_sum(&step->h);
	step->packet->mark = NAT_MARK_HAIRPIN | session_index(step->nat, to);
	return translated(step, NAT_ICMP_ERRORS_TRANSLATED);
}

/**
 * halfway() - the session of the receiver of a packet from inside to inside,
 * if that was hairpinned
 *
 * It shows the sender as it is, so the sender's mappings are tried. If the same
 * two ends talk directly as well, from one LAN to another, the two cannot be
 * told apart.
 */
static const struct session *halfway(const struct nat *nat,
				     const struct tuple *tuple)
{
	uint32_t subscriber = subscriber_find(nat, tuple->src.addr);
	uint32_t i = subscriber == NAT_NONE
			     ? NAT_NONE
			     : nat->subscribers[subscriber].first;

	for (; i != NAT_NONE; i = nat->mappings[i].peer_next) {
		const struct mapping *m = &nat->mappings[i];
		struct tuple answer = {tuple->protocol, tuple->dst,
				       m->external};
		const struct session *to;

		if (m->protocol != tuple->protocol ||
		    !endpoint_equal(m->internal, tuple->src))
			continue;
		to = session_peek_out(nat, &answer);
		if (to)
			return to;
	}
	return NULL;
}

enum nat_verdict icmp_error_host(struct step *step)
{
	const struct session *to;
	struct headers inner;
	struct rewrite forth;

	if (step->h.icmp_kind != ICMP_KIND_ERROR || !inner_of(step, &inner))
		return pass(step, NAT_PASSED_HOST);
	to = halfway(step->nat, &inner.tuple);
	if (!to)
		return pass(step, NAT_PASSED_HOST);
	/* Its destination was rewritten before routing: show it as it was. */
	forth = rewrite_outbound(to);
	forth.source = false;
	rewrite_inner(&inner, &forth);
	rewrite_icmp_sum(&step->h);
	return translated(step, NAT_ICMP_ERRORS_TRANSLATED);
}
