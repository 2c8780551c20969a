/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answer - RST and ICMP errors of our own, into the output ring
 */
#include "nat/answer.h"

#include <string.h>
#include "base/checksum.h"
#include "base/wire.h"
#include "nat/fragment.h"
#include "nat/policy.h"

#define ANSWER_TTL 64

/** slot_take() - a place in the output ring, zeroed, or NULL (counted) */
static uint8_t *slot_take(struct nat *nat, size_t len)
{
	struct output_slot *slot;

	if (nat->output_count == OUTPUT_RING) {
		nat_count(nat, NAT_OUTPUT_LOST);
		return NULL;
	}
	slot = &nat->outputs[(nat->output_first + nat->output_count++) %
			     OUTPUT_RING];
	slot->len = (uint16_t)len;
	memset(slot->bytes, 0, len);
	return slot->bytes;
}

bool nat_output_get(struct nat *nat, struct nat_output *output)
{
	const struct output_slot *slot = &nat->outputs[nat->output_first];

	if (!nat->output_count)
		return fragment_output(nat, output);
	output->bytes = slot->bytes;
	output->len = slot->len;
	nat->output_first = (nat->output_first + 1) % OUTPUT_RING;
	nat->output_count--;
	return true;
}

/** put_ip() - an IPv4 header without options, its sum complete */
static void put_ip(uint8_t *p, size_t len, uint8_t protocol, uint32_t src,
		   uint32_t dst)
{
	p[0] = 0x45;
	wire_put16(p + 2, (uint16_t)len);
	wire_put16(p + 6, IP_DF);
	p[8] = ANSWER_TTL;
	p[9] = protocol;
	wire_put32(p + 12, src);
	wire_put32(p + 16, dst);
	wire_put16(p + 10,
		   (uint16_t)~checksum_fold(checksum_add(0, p, IP_HEADER_MIN)));
}

/** put_rst() - a RST from @src to @dst */
static void put_rst(struct nat *nat, struct endpoint src, struct endpoint dst,
		    uint32_t seq, bool with_ack, uint32_t ack)
{
	uint8_t *p = slot_take(nat, IP_HEADER_MIN + TCP_HEADER_MIN);
	uint8_t *t;
	uint64_t sum;

	if (!p)
		return;
	t = p + IP_HEADER_MIN;
	put_ip(p, IP_HEADER_MIN + TCP_HEADER_MIN, PROTO_TCP, src.addr,
	       dst.addr);
	wire_put16(t, src.port);
	wire_put16(t + 2, dst.port);
	wire_put32(t + 4, seq);
	wire_put32(t + 8, with_ack ? ack : 0);
	t[12] = TCP_HEADER_MIN / 4 << 4;
	t[13] = with_ack ? TCP_RST | TCP_ACK : TCP_RST;
	sum = checksum_pseudo(src.addr, dst.addr, PROTO_TCP, TCP_HEADER_MIN);
	wire_put16(t + 16, (uint16_t)~checksum_fold(
				   checksum_add(sum, t, TCP_HEADER_MIN)));
	nat_count(nat, NAT_RST_SENT);
}

void answer_rst(struct nat *nat, const struct headers *h)
{
	uint32_t span = (uint32_t)h->tcp_data;

	if (h->tcp_flags & TCP_RST)
		return;
	if (h->tcp_flags & TCP_SYN)
		span++;
	if (h->tcp_flags & TCP_FIN)
		span++;
	if (h->tcp_flags & TCP_ACK)
		put_rst(nat, h->tuple.dst, h->tuple.src, h->ack, false, 0);
	else
		put_rst(nat, h->tuple.dst, h->tuple.src, 0, true,
			h->seq + span);
}

/** icmp_allowed() - whether an error about this packet may be sent at all */
static bool icmp_allowed(const struct headers *h)
{
	uint32_t src = h->tuple.src.addr, dst = h->tuple.dst.addr;

	if (headers_offset(h))
		return false;
	if (h->tuple.protocol == PROTO_ICMP &&
	    h->icmp_kind != ICMP_KIND_QUERY && h->icmp_kind != ICMP_KIND_REPLY)
		return false;
	return src >> 24 != 0 && src >> 24 != 127 && src >> 28 < 14 &&
	       dst >> 28 < 14;
}

/** icmp_rate_ok() - spend one error of the rate; as limit.c's rate_ok() */
static bool icmp_rate_ok(struct nat *nat, uint64_t real_ms)
{
	uint64_t now = real_ms * 1000;

	if (nat->icmp_used_us < now)
		nat->icmp_used_us = now;
	if (nat->icmp_used_us + 1000000 / ANSWER_ICMP_RATE > now + 1000000)
		return false;
	nat->icmp_used_us += 1000000 / ANSWER_ICMP_RATE;
	return true;
}

void answer_icmp(struct nat *nat, struct nat_now now, const struct headers *h,
		 uint32_t source, uint8_t type, uint8_t code)
{
	/* RFC 1812 section 4.3.2.3: as much as fits into 576 bytes. */
	size_t room = NAT_OUTPUT_MAX - IP_HEADER_MIN - ICMP_HEADER;
	size_t quoted = h->len < room ? h->len : room;
	size_t len = IP_HEADER_MIN + ICMP_HEADER + quoted;
	uint8_t *p;

	if (!icmp_allowed(h) || !icmp_rate_ok(nat, now.real))
		return;
	p = slot_take(nat, len);
	if (!p)
		return;
	put_ip(p, len, PROTO_ICMP, source, h->tuple.src.addr);
	p[20] = type;
	p[21] = code;
	memcpy(p + IP_HEADER_MIN + ICMP_HEADER, h->ip, quoted);
	wire_put16(p + 22,
		   (uint16_t)~checksum_fold(checksum_add(
			   0, p + IP_HEADER_MIN, ICMP_HEADER + quoted)));
	nat_count(nat, NAT_ICMP_SENT);
}

void answer_session(struct nat *nat, const struct session *session,
		    enum nat_notify notify)
{
	if (session->protocol != PROTO_TCP)
		return;
	if ((notify == NAT_NOTIFY_INTERNAL || notify == NAT_NOTIFY_BOTH) &&
	    (session->flags & SESSION_ACK_INTERNAL))
		put_rst(nat, session_remote(session), session_internal(session),
			session->ack[SIDE_INTERNAL], false, 0);
	if ((notify == NAT_NOTIFY_EXTERNAL || notify == NAT_NOTIFY_BOTH) &&
	    (session->flags & SESSION_ACK_EXTERNAL))
		put_rst(nat, session_external(session), session_remote(session),
			session->ack[SIDE_EXTERNAL], false, 0);
}

void answer_expiry(struct nat *nat, const struct session *session)
{
	answer_session(nat, session,
		       policy_slot(nat, session->policy)->policy.expiry_notify);
}
