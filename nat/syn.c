/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * syn - RFC 5382 REQ-4's six seconds
 */
#include "nat/syn.h"

#include <errno.h>
#include <string.h>
#include "nat/answer.h"
#include "nat/table.h"

int syn_alloc(struct nat *nat)
{
	nat->syns = nat_calloc(nat, SYN_MAX, sizeof(*nat->syns));
	return nat->syns ? 0 : -ENOMEM;
}

/** again() - whether a waiting SYN is @h's, sent again */
static bool again(const struct waiting_syn *w, const struct headers *h)
{
	size_t at = h->header_len;

	/* addresses, then ports */
	return w->deadline && w->len == at + 8 &&
	       !memcmp(w->bytes + 12, h->ip + 12, 8) &&
	       !memcmp(w->bytes + at, h->ip + at, 4);
}

void syn_hold(struct nat *nat, uint64_t now, const struct headers *h,
	      uint64_t wait)
{
	struct waiting_syn *w = &nat->syns[nat->syn_place % SYN_MAX];

	if (wait > NAT_NEVER - 1 - now)
		return;
	for (unsigned i = 0; nat->syn_count && i < SYN_MAX; i++)
		if (again(&nat->syns[i], h))
			return; /* the first one counts */
	if (!w->deadline)
		nat->syn_count++;
	nat->syn_place++;
	w->deadline = now + wait;
	w->len = (uint8_t)(h->header_len + 8);
	memcpy(w->bytes, h->ip, w->len);
}

/** answer() - refuse one, unless its session has come to be */
static void answer(struct nat *nat, struct nat_now now, struct waiting_syn *w)
{
	struct headers h = {
		.ip = w->bytes,
		.len = w->len,
		.header_len = (size_t)w->len - 8,
		.tuple = {.protocol = PROTO_TCP},
	};

	packet_ends(&h);
	if (!session_find_in(nat, now.lapse, &h.tuple))
		answer_icmp(nat, now, &h, h.tuple.dst.addr, ICMP_UNREACHABLE,
			    3);
}

void syn_expire(struct nat *nat, struct nat_now now)
{
	for (unsigned i = 0; nat->syn_count && i < SYN_MAX; i++) {
		struct waiting_syn *w = &nat->syns[i];

		if (!w->deadline || w->deadline > now.lapse)
			continue;
		w->deadline = 0;
		nat->syn_count--;
		answer(nat, now, w);
	}
}

uint64_t syn_next(const struct nat *nat)
{
	uint64_t next = NAT_NEVER;

	for (unsigned i = 0; nat->syn_count && i < SYN_MAX; i++)
		if (nat->syns[i].deadline && nat->syns[i].deadline < next)
			next = nat->syns[i].deadline;
	return next;
}
