/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fragment - datagrams in pieces; fragment.h tells how it works
 */
#include "nat/fragment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/checksum.h"
#include "base/wire.h"
#include "nat/drop.h"
#include "nat/event.h"
#include "nat/policy.h"

#define IDENT_BUCKETS 2048

/** struct key - what the pieces of a datagram have in common (RFC 791) */
struct key {
	uint32_t src, dst;
	uint16_t id;
	uint8_t protocol;
	uint8_t direction;
};

/* enum entry_state - what is known of a datagram */
enum entry_state {
	ENTRY_FREE,
	ENTRY_WAITING, /* for its first fragment */
	ENTRY_KNOWN,   /* the first was translated */
	ENTRY_PASSED,  /* the first was let pass as it came */
	ENTRY_REFUSED, /* the first was dropped, or the pieces overlap */
};

/**
 * struct entry - a datagram in pieces
 * @deadline:	real ms
 * @src, @dst:	addresses that it leaves with
 * @mark:	of its first fragment's verdict
 * @new_id:	its IP identification from here on; @renumber: whether it has
 * one
 * @end:	where its last piece ends, or 0 while that is unknown
 * @covered:	bytes of it that have come
 * @range:	the pieces that have come, by offset
 */
struct entry {
	uint64_t deadline;
	uint32_t src, dst;
	uint32_t mark;
	uint32_t end, covered;
	uint16_t new_id;
	bool renumber;
	uint8_t state;
	uint8_t n_ranges;
	struct {
		uint16_t first, last;
	} range[FRAGMENT_RANGES];
};

/**
 * struct slot - a piece that waits for its first fragment, or to be sent
 * @entry:	of which datagram, or NAT_NONE when it is to be sent
 */
struct slot {
	uint32_t entry;
	uint16_t len;
	uint8_t direction;
	uint8_t bytes[FRAGMENT_BYTES];
};

struct fragments {
	struct key key[FRAGMENT_ENTRIES];
	struct entry entry[FRAGMENT_ENTRIES];
	struct slot slot[FRAGMENT_SLOTS];
	struct pool slots;
	uint32_t ready[FRAGMENT_SLOTS]; /* slots to be sent, oldest first */
	uint32_t ready_first, ready_count;
	uint32_t sent; /* slot that the caller of output may still read */
	uint32_t used; /* entries in use */
	uint64_t told; /* real ms at which the next event may tell of want */
	uint16_t ident[IDENT_BUCKETS];
};

int fragment_alloc(struct nat *nat)
{
	struct fragments *f = nat_calloc(nat, 1, sizeof(*f));

	nat->fragments = f;
	if (!f || pool_alloc(&f->slots, FRAGMENT_SLOTS) < 0)
		return -ENOMEM;
	f->sent = NAT_NONE;
	for (unsigned i = 0; i < IDENT_BUCKETS; i++)
		f->ident[i] = (uint16_t)rng_next(&nat->rng);
	return 0;
}

void fragment_free(struct nat *nat)
{
	if (!nat->fragments)
		return;
	pool_free(&nat->fragments->slots);
	free(nat->fragments);
}

/** key_of() - the key of a fragment, all bytes of it defined */
static struct key key_of(const struct step *step)
{
	return (struct key){
		.src = wire_get32(step->h.ip + 12),
		.dst = wire_get32(step->h.ip + 16),
		.id = wire_get16(step->h.ip + 4),
		.protocol = step->h.tuple.protocol,
		.direction = (uint8_t)step->packet->direction,
	};
}

/** same() - whether two keys are of one datagram */
static bool same(const struct key *a, const struct key *b)
{
	return a->id == b->id && a->src == b->src && a->dst == b->dst &&
	       a->protocol == b->protocol && a->direction == b->direction;
}

/** find() - the entry of a datagram, or NAT_NONE */
static uint32_t find(const struct fragments *f, const struct key *key)
{
	for (uint32_t i = 0; f->used && i < FRAGMENT_ENTRIES; i++)
		if (f->entry[i].state != ENTRY_FREE && same(&f->key[i], key))
			return i;
	return NAT_NONE;
}

/** drop_waiting() - a piece that has waited for nothing */
static void drop_waiting(struct nat *nat, uint32_t index, enum nat_stat why)
{
	const struct slot *s = &nat->fragments->slot[index];
	bool inbound = s->direction == NAT_INBOUND;

	/* whom an inbound one was for, only its first fragment says */
	drop_count(nat, why, inbound ? 0 : wire_get32(s->bytes + 12),
		   inbound ? SIDE_EXTERNAL : SIDE_INTERNAL);
	pool_put(&nat->fragments->slots, index);
}

/** forget() - drop an entry and what waits for it */
static void forget(struct nat *nat, uint32_t index)
{
	struct fragments *f = nat->fragments;

	for (uint32_t i = 0; f->slots.used && i < FRAGMENT_SLOTS; i++)
		if (pool_used(&f->slots, i) && f->slot[i].entry == index)
			drop_waiting(nat, i, NAT_DROP_FRAGMENT_EARLY);
	f->entry[index].state = ENTRY_FREE;
	f->used--;
}

void fragment_expire(struct nat *nat, uint64_t real)
{
	struct fragments *f = nat->fragments;

	for (uint32_t i = 0; f->used && i < FRAGMENT_ENTRIES; i++)
		if (f->entry[i].state != ENTRY_FREE &&
		    f->entry[i].deadline <= real)
			forget(nat, i);
}

uint64_t fragment_next(const struct nat *nat)
{
	const struct fragments *f = nat->fragments;
	uint64_t next = NAT_NEVER;

	for (uint32_t i = 0; f->used && i < FRAGMENT_ENTRIES; i++)
		if (f->entry[i].state != ENTRY_FREE &&
		    f->entry[i].deadline < next)
			next = f->entry[i].deadline;
	return next;
}

/**
 * tell() - an event: there is no room for all fragments
 *
 * Once a second of real time at most: it takes a flood of them.
 */
static void tell(struct step *step)
{
	struct fragments *f = step->nat->fragments;
	const struct tuple *tuple = &step->h.tuple;
	const struct mapping called = {.external = tuple->dst};
	bool in = step->packet->direction == NAT_INBOUND;

	if (step->now.real < f->told)
		return;
	f->told = step->now.real + 1000;
	exhausted_event(step->nat, step->now.lapse, tuple, in ? &called : NULL,
			NAT_DROP_FRAGMENT_FULL);
}

/** full() - a fragment for which there is no room */
static enum nat_verdict full(struct step *step)
{
	tell(step);
	return drop(step, NAT_DROP_FRAGMENT_FULL);
}

/** place() - a free entry; the oldest that waits makes room; or NAT_NONE */
static uint32_t place(struct step *step)
{
	struct nat *nat = step->nat;
	struct fragments *f = nat->fragments;
	uint32_t oldest = NAT_NONE;

	for (uint32_t i = 0; i < FRAGMENT_ENTRIES; i++) {
		if (f->entry[i].state == ENTRY_FREE) {
			f->used++;
			return i;
		}
		if (f->entry[i].state == ENTRY_WAITING &&
		    (oldest == NAT_NONE ||
		     f->entry[i].deadline < f->entry[oldest].deadline))
			oldest = i;
	}
	if (oldest == NAT_NONE)
		return NAT_NONE;
	tell(step);
	forget(nat, oldest);
	f->used++;
	return oldest;
}

/** wait_ms() - how long pieces wait, real ms */
static uint64_t wait_ms(const struct nat *nat)
{
	uint64_t ms = policy_slot(nat, nat->policy_default)
			      ->policy.timer[NAT_TIMER_FRAGMENT];

	/* RFC 791 and 1122: nobody waits longer than a minute. */
	return ms < 60000 ? ms : 60000;
}

/** enum fit - how a piece fits into its datagram */
enum fit { FIT_NEW, FIT_COPY, FIT_OVERLAP };

/** fit() - compare a piece with those that have come, and note it */
static enum fit fit(struct entry *e, const struct headers *h)
{
	uint32_t first = headers_offset(h);
	uint32_t end = first + (uint32_t)h->transport_len;

	for (unsigned i = 0; i < e->n_ranges; i++) {
		if (e->range[i].first == first && e->range[i].last == end - 1)
			return FIT_COPY;
		if (first <= e->range[i].last && end > e->range[i].first)
			return FIT_OVERLAP;
	}
	if (e->n_ranges == FRAGMENT_RANGES || end == first ||
	    (e->end && end > e->end))
		return FIT_OVERLAP;
	if (!(h->fragment & IP_MF)) {
		for (unsigned i = 0; i < e->n_ranges; i++)
			if (e->end || e->range[i].last >= end)
				return FIT_OVERLAP;
		e->end = end;
	}
	e->range[e->n_ranges].first = (uint16_t)first;
	e->range[e->n_ranges++].last = (uint16_t)(end - 1);
	e->covered += end - first;
	return FIT_NEW;
}

bool fragment_enter(struct step *step, enum nat_verdict *verdict)
{
	struct nat *nat = step->nat;
	struct fragments *f = nat->fragments;
	struct key key = key_of(step);
	uint32_t i;

	fragment_expire(nat, step->now.real);
	i = find(f, &key);
	if (i == NAT_NONE) {
		i = place(step);
		if (i == NAT_NONE) {
			*verdict = full(step);
			return false;
		}
		f->key[i] = key;
		f->entry[i] = (struct entry){
			.state = ENTRY_WAITING,
			.deadline = step->now.real + wait_ms(nat),
		};
	}
	step->fragment = i;
	switch (fit(&f->entry[i], &step->h)) {
	case FIT_NEW:
		if (f->entry[i].state != ENTRY_REFUSED)
			return true;
		*verdict = drop(step, NAT_DROP_FRAGMENT_EARLY);
		return false;
	case FIT_COPY:
		break;
	case FIT_OVERLAP:
		f->entry[i].state = ENTRY_REFUSED;
		break;
	}
	*verdict = drop(step, NAT_DROP_FRAGMENT_BAD);
	return false;
}

/** finish() - the entry goes when all of its datagram has come */
static void finish(struct nat *nat, uint32_t index)
{
	const struct entry *e = &nat->fragments->entry[index];

	if (e->end && e->covered == e->end)
		forget(nat, index);
}

/** put_id() - write an IP identification, and mend the header's sum */
static void put_id(uint8_t *ip, uint16_t id)
{
	uint16_t sum = checksum_adjust(
		wire_get16(ip + 10), checksum_delta16(wire_get16(ip + 4), id));

	wire_put16(ip + 4, id);
	wire_put16(ip + 10, sum);
}

/** put_addresses() - what the datagram leaves with, where it differs */
static void put_addresses(struct headers *h, const struct entry *e, bool source,
			  bool destination)
{
	if (source)
		rewrite_address(h, true, e->src);
	if (destination)
		rewrite_address(h, false, e->dst);
	if (e->renumber)
		put_id(h->ip, e->new_id);
}

/** keep() - copy a piece until its first fragment comes */
static enum nat_verdict keep(struct step *step, uint32_t index)
{
	struct fragments *f = step->nat->fragments;
	uint32_t i;

	if (step->h.len > FRAGMENT_BYTES)
		return full(step);
	i = pool_get(&f->slots);
	if (i == POOL_NONE)
		return full(step);
	f->slot[i].entry = index;
	f->slot[i].len = (uint16_t)step->h.len;
	f->slot[i].direction = (uint8_t)step->packet->direction;
	memcpy(f->slot[i].bytes, step->h.ip, step->h.len);
	nat_count(step->nat, NAT_FRAGMENTS_HELD);
	return NAT_DROP;
}

enum nat_verdict fragment_later(struct step *step)
{
	uint32_t i = step->fragment;
	const struct entry *e = &step->nat->fragments->entry[i];
	enum nat_direction direction = step->packet->direction;

	if (e->state == ENTRY_WAITING)
		return keep(step, i);
	if (e->state == ENTRY_PASSED) {
		finish(step->nat, i);
		return pass(step, NAT_PASSED_HOST);
	}
	put_addresses(&step->h, e, direction == NAT_OUTBOUND,
		      direction != NAT_OUTBOUND);
	step->packet->mark = e->mark;
	finish(step->nat, i);
	return translated(step, NAT_FRAGMENTS_TRANSLATED);
}

/** release() - a piece has waited long enough: rewrite it, line it up */
static void release(struct nat *nat, uint32_t index, const struct entry *e)
{
	struct fragments *f = nat->fragments;
	struct slot *s = &f->slot[index];
	struct headers h;
	bool hop = s->direction != NAT_OUTBOUND && e->state == ENTRY_KNOWN;

	/* Before routing, it is us who count the hop down in its stead. */
	if (packet_parse(s->bytes, s->len, &h) != PACKET_OK ||
	    (hop && s->bytes[8] <= 1)) {
		drop_waiting(nat, index, NAT_DROP_FRAGMENT_BAD);
		return;
	}
	if (hop) {
		uint16_t from = wire_get16(s->bytes + 8);

		s->bytes[8]--;
		wire_put16(s->bytes + 10,
			   checksum_adjust(
				   wire_get16(s->bytes + 10),
				   checksum_delta16(from,
						    wire_get16(s->bytes + 8))));
	}
	put_addresses(&h, e, true, true);
	s->entry = NAT_NONE;
	f->ready[(f->ready_first + f->ready_count++) % FRAGMENT_SLOTS] = index;
	nat_count(nat, NAT_FRAGMENTS_TRANSLATED);
}

/** release_all() - all that waited for a datagram's first fragment */
static void release_all(struct nat *nat, uint32_t index)
{
	struct fragments *f = nat->fragments;

	for (uint32_t i = 0; f->slots.used && i < FRAGMENT_SLOTS; i++)
		if (pool_used(&f->slots, i) && f->slot[i].entry == index)
			release(nat, i, &f->entry[index]);
	finish(nat, index);
}

void fragment_first(struct step *step)
{
	uint32_t i = step->fragment;
	struct entry *e = &step->nat->fragments->entry[i];

	e->state = ENTRY_KNOWN;
	e->src = step->later_source ? step->later_source
				    : step->h.tuple.src.addr;
	e->dst = step->h.tuple.dst.addr;
	e->mark = step->packet->mark;
	e->new_id = wire_get16(step->h.ip + 4);
	e->renumber = e->new_id != step->nat->fragments->key[i].id;
	release_all(step->nat, i);
}

void fragment_refuse(struct step *step, enum nat_verdict verdict)
{
	struct fragments *f = step->nat->fragments;
	struct entry *e = &f->entry[step->fragment];

	if (verdict == NAT_PASS) {
		e->state = ENTRY_PASSED;
		e->src = step->h.tuple.src.addr;
		e->dst = step->h.tuple.dst.addr;
		e->renumber = false;
		release_all(step->nat, step->fragment);
		return;
	}
	for (uint32_t i = 0; f->slots.used && i < FRAGMENT_SLOTS; i++)
		if (pool_used(&f->slots, i) &&
		    f->slot[i].entry == step->fragment)
			drop_waiting(step->nat, i, NAT_DROP_FRAGMENT_EARLY);
	e->state = ENTRY_REFUSED;
}

bool fragment_output(struct nat *nat, struct nat_output *output)
{
	struct fragments *f = nat->fragments;

	if (f->sent != NAT_NONE)
		pool_put(&f->slots, f->sent);
	f->sent = NAT_NONE;
	if (!f->ready_count)
		return false;
	f->sent = f->ready[f->ready_first];
	f->ready_first = (f->ready_first + 1) % FRAGMENT_SLOTS;
	f->ready_count--;
	output->bytes = f->slot[f->sent].bytes;
	output->len = f->slot[f->sent].len;
	return true;
}

void fragment_identify(struct step *step, uint32_t src)
{
	struct headers *h = &step->h;
	uint16_t *ident;
	uint64_t hash;

	if ((h->fragment & IP_DF) && !headers_fragment(h))
		return;
	hash = siphash13_words(&step->nat->key,
			       (uint64_t)src << 32 | h->tuple.dst.addr,
			       h->tuple.protocol);
	ident = &step->nat->fragments->ident[hash % IDENT_BUCKETS];
	/* The segments of a superpacket count on from its own; and 0 has a
	 * raw socket make up one. */
	*ident =
		(uint16_t)(*ident + 1 + (step->packet->gso ? h->len / 256 : 0));
	if (!*ident)
		*ident = 1;
	put_id(h->ip, *ident);
}
