/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzznat - an engine with sessions for the fuzzers to talk to
 */
#include "tests/lib/fuzznat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/wire.h"
#include "nat/events.h"
#include "tests/lib/view.h"

static const struct nat_pool_range ranges[] = {
	{0xc6336401, 0xc6336401, true},
	{0xc6336402, 0xc6336402, false},
};
static const uint32_t own[] = {0xc6336401, 0xc00002c8};
static const struct nat_pool pool = {ranges, 2, own, 2};

/** must() - what has to hold */
static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzznat: %s\n", what);
	abort();
}

/** settings_of() - the settings of a kind */
static struct nat_settings settings_of(uint8_t kind)
{
	struct nat_settings s;
	struct nat_policy *p = &s.policy;

	nat_settings_default(&s);
	s.max_sessions = 64;
	for (unsigned i = 0; i < NAT_CLASSES; i++) {
		p->by[i].mapping = (enum nat_mapping_behaviour)(kind % 3);
		p->by[i].filtering = (enum nat_filtering)(kind / 3 % 3);
		p->by[i].allocation = NAT_ALLOC_PRESERVATION;
		p->by[i].refresh = NAT_REFRESH_BOTH;
	}
	kind /= 9;
	p->address_only = kind & 1;
	p->stray_inbound = kind & 2 ? NAT_STRAY_IN_ICMP : NAT_STRAY_IN_RST;
	p->stray_outbound = kind & 4 ? NAT_STRAY_REMAP : NAT_STRAY_RST;
	p->expiry_notify = NAT_NOTIFY_BOTH;
	p->on_exhaustion = kind & 8 ? NAT_EXHAUST_EVICT : NAT_EXHAUST_ICMP_HOST;
	p->port_block_size = kind & 16 ? 512 : 0;
	return s;
}

/** drain() - fetch events and packets; those are well-formed */
static void drain(struct fuzznat *f)
{
	struct nat_event event;
	struct nat_output out;
	struct view v;

	while (nat_event_get(f->nat, &event))
		;
	while (nat_output_get(f->nat, &out)) {
		must(view_packet(out.bytes, out.len, &v), "output: malformed");
		must(wire_get16(out.bytes + 2) == out.len, "output: length");
		must(build_sum(0, out.bytes, v.transport) == 0xffff,
		     "output: IP checksum");
	}
	must(nat_check(f->nat), "nat_check()");
}

/** say() - one well-formed packet of a prepared session */
static void say(struct fuzznat *f, const struct packet *p,
		enum nat_direction direction)
{
	uint8_t bytes[PACKET_MAX];
	struct nat_packet packet = {
		.bytes = bytes,
		.len = build_packet(p, bytes),
		.direction = direction,
	};

	nat_handle(f->nat, f->now, &packet);
}

void fuzznat_open(struct fuzznat *f, uint8_t kind)
{
	static const uint8_t protocols[] = {17, 6, 1, 47, 33};
	struct nat_settings settings = settings_of(kind);

	f->now = (struct nat_now){1000, 2000};
	f->nat = nat_alloc(&settings, &pool, 1, f->now);
	must(f->nat != NULL, "out of memory");
	for (unsigned i = 0; i < sizeof(protocols) * 2; i++) {
		uint8_t protocol = protocols[i / 2];
		struct packet p = {
			.protocol = protocol,
			.src = {0xc0a84d02 + i % 2, 5000},
			.dst = {0xcb007107, protocol == 6 ? 80 : 53},
			.flags = 2,
			.type = 8,
			.len = 8,
		};

		say(f, &p, NAT_OUTBOUND);
	}
	drain(f);
}

void fuzznat_close(struct fuzznat *f)
{
	nat_free(f->nat);
}

/** mend() - make right what a fuzzer would have to guess */
static void mend(uint8_t *bytes, size_t len, uint8_t how)
{
	size_t header;

	if (len < 20 || !(how & 16))
		return;
	header = (bytes[0] & 15) * 4u;
	if (header > len)
		return;
	wire_put16(bytes + 2, (uint16_t)len);
	build_fix(bytes);
	if (!(how & 32) || bytes[9] != 1 || len < header + 8)
		return;
	wire_put16(bytes + header + 2, 0);
	wire_put16(bytes + header + 2,
		   (uint16_t)~build_sum(0, bytes + header, len - header));
}

/** outside() - whether an address may be seen as ours outside */
static bool outside(uint32_t addr)
{
	return addr == ranges[0].first || addr == ranges[1].first ||
	       addr == own[1];
}

/** look() - at a translated packet; @half: of the second half alone */
static void look(const uint8_t *before, const struct nat_packet *p,
		 enum view_side side, bool half)
{
	char why[VIEW_WHY];
	struct view v, inner;

	/* A second half is taken by its mark: the first one has looked. */
	if (!p->partial && !p->gso && !half)
		must(view_translated(before, p->bytes, p->len, side, false,
				     false, why),
		     why);
	must(view_packet(p->bytes, p->len, &v), "translated: malformed");
	must(build_sum(0, p->bytes, v.transport) == 0xffff,
	     "translated: IP checksum");
	if (p->direction != NAT_OUTBOUND)
		return;
	must(outside(v.src.addr), "an internal source outside");
	if (v.error && view_inner(&v, &inner))
		must(outside(inner.dst.addr), "an internal address quoted");
}

void fuzznat_packet(struct fuzznat *f, uint8_t *bytes, size_t len, uint8_t how)
{
	static const enum view_side sides[] = {VIEW_SOURCE, VIEW_DESTINATION,
					       VIEW_DESTINATION, VIEW_SOURCE};
	/* That it is both partial and gso means nothing there. */
	bool host_error = (how & 15) == 15;
	uint8_t before[PACKET_MAX];
	struct nat_packet p = {
		.bytes = bytes,
		.len = len,
		.direction = host_error ? NAT_HOST_ERROR
					: (enum nat_direction)(how & 3),
		.mark = NAT_MARK_HAIRPIN | (how >> 2 & 15),
		.partial = how & 4 && !host_error,
		.gso = how & 8 && !host_error,
	};
	enum view_side side = sides[how & 3];
	enum nat_verdict verdict;

	mend(bytes, len, how);
	if (how & 64) {
		f->now.lapse += 50000;
		f->now.real += 700;
	}
	if (how & 128)
		nat_expire(f->nat, f->now, how & 1 ? UINT32_MAX : 1);
	memcpy(before, bytes, len);
	verdict = nat_handle(f->nat, f->now, &p);
	if (verdict == NAT_TRANSLATED && p.direction == NAT_HAIRPIN &&
	    (p.mark & NAT_MARK_MASK) == NAT_MARK_HAIRPIN) {
		p.direction = NAT_HAIRPIN_SOURCE;
		side = VIEW_BOTH;
		verdict = nat_handle(f->nat, f->now, &p);
	}
	if (verdict == NAT_PASS)
		must(!memcmp(before, bytes, len), "changed though passed");
	if (verdict == NAT_TRANSLATED)
		look(before, &p, side,
		     !host_error && (how & 3) == NAT_HAIRPIN_SOURCE);
	drain(f);
}
