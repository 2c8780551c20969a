/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view - a naive look at a packet, and what a translation may change in it
 */
#include "tests/lib/view.h"

#include <stdio.h>
#include <string.h>
#include "base/wire.h"

/** view_icmp() - identifier of a query or reply, or where the quote begins */
static void view_icmp(struct view *v)
{
	uint8_t type = v->ip[v->transport];
	uint16_t id = wire_get16(v->ip + v->transport + 4);

	v->sum_at = v->transport + 2;
	if (type == 8 || type == 13 || type == 15 || type == 17) {
		v->src_at = v->transport + 4;
		v->src.port = id;
	} else if (type == 0 || type == 14 || type == 16 || type == 18) {
		v->dst_at = v->transport + 4;
		v->dst.port = id;
	} else if (type == 3 || type == 4 || type == 5 || type == 11 ||
		   type == 12) {
		v->error = true;
		v->inner = v->transport + 8;
	}
}

bool view_packet(const uint8_t *ip, size_t len, struct view *v)
{
	*v = (struct view){.ip = ip, .len = len};
	if (len < 20)
		return false;
	v->transport = (ip[0] & 15) * 4u;
	if (v->transport < 20 || v->transport > len)
		return false;
	v->protocol = ip[9];
	v->src.addr = wire_get32(ip + 12);
	v->dst.addr = wire_get32(ip + 16);
	if (wire_get16(ip + 6) & 0x1fff)
		return true;
	/* DCCP and UDP-Lite: no ports, but a checksum over the addresses. */
	if ((v->protocol == 33 || v->protocol == 136) &&
	    len >= v->transport + 8)
		v->sum_at = v->transport + 6;
	if (v->protocol != 1 && v->protocol != 6 && v->protocol != 17)
		return true;
	if (len < v->transport + 8)
		return false;
	if (v->protocol == 1) {
		view_icmp(v);
		return true;
	}
	v->src_at = v->transport;
	v->dst_at = v->transport + 2;
	v->src.port = wire_get16(ip + v->src_at);
	v->dst.port = wire_get16(ip + v->dst_at);
	v->sum_at = v->transport + (v->protocol == 6 ? 16 : 6);
	if (v->sum_at + 2 > len)
		v->sum_at = 0;
	return true;
}

bool view_inner(const struct view *outer, struct view *inner)
{
	size_t len = outer->len - outer->inner;
	uint8_t words = outer->ip[outer->transport + 5];

	/* RFC 4884: what follows that many words is no part of it. */
	if (words && words * 4u < len)
		len = words * 4u;
	if (len >= 4 && wire_get16(outer->ip + outer->inner + 2) < len)
		len = wire_get16(outer->ip + outer->inner + 2);
	return view_packet(outer->ip + outer->inner, len, inner);
}

/** residue() - the sum of a transport header and its data; 0xffff is right */
static uint16_t residue(const struct view *v)
{
	uint32_t pseudo = v->protocol == 1
				  ? 0
				  : build_pseudo(v->ip, v->len - v->transport);
	uint16_t sum =
		build_sum(pseudo, v->ip + v->transport, v->len - v->transport);

	/* both are zero in one's complement */
	return sum ? sum : 0xffff;
}

/** no_sum() - whether a packet has no transport checksum at all */
static bool no_sum(const struct view *v)
{
	return !v->sum_at ||
	       (v->protocol == 17 && !wire_get16(v->ip + v->sum_at));
}

/** whole() - whether a packet is all there, so that its sum can be checked */
static bool whole(const struct view *v)
{
	return v->len == wire_get16(v->ip + 2) &&
	       !(wire_get16(v->ip + 6) & 0x3fff);
}

/** ip_sum_ok() - whether the IP header's checksum is right */
static bool ip_sum_ok(const struct view *v)
{
	return build_sum(0, v->ip, v->transport) == 0xffff;
}

bool view_sums_ok(const struct view *v, char why[static VIEW_WHY])
{
	char reason[VIEW_WHY];
	struct view inner;

	if (!ip_sum_ok(v)) {
		snprintf(why, VIEW_WHY, "wrong IP header checksum");
		return false;
	}
	if (whole(v) && !no_sum(v) && residue(v) != 0xffff) {
		snprintf(why, VIEW_WHY, "wrong transport checksum");
		return false;
	}
	if (v->error && view_inner(v, &inner)) {
		if (view_sums_ok(&inner, why))
			return true;
		memcpy(reason, why, VIEW_WHY);
		snprintf(why, VIEW_WHY, "inner: %.150s", reason);
		return false;
	}
	return true;
}

bool view_private(uint32_t addr)
{
	return addr >> 24 == 10 || addr >> 20 == 0xac1 ||
	       addr >> 16 == 0xc0a8 || addr >> 22 == 0x6440 >> 6;
}

bool view_atomic(const uint8_t *ip)
{
	return (wire_get16(ip + 6) & 0x7fff) == 0x4000;
}

/** allow() - mark bytes as free to change */
static void allow(uint8_t *may, size_t at, size_t n)
{
	memset(may + at, 1, n);
}

/** allow_end() - mark one end's address and port, and the checksums */
static void allow_end(uint8_t *may, size_t base, const struct view *v,
		      bool source)
{
	size_t port = source ? v->src_at : v->dst_at;

	allow(may, base + 10, 2);
	allow(may, base + (source ? 12 : 16), 4);
	if (port)
		allow(may, base + port, 2);
	if (v->sum_at)
		allow(may, base + v->sum_at, 2);
}

/** same_but() - whether only the bytes marked have changed */
static bool same_but(const uint8_t *before, const uint8_t *after, size_t len,
		     const uint8_t *may, char why[static VIEW_WHY])
{
	for (size_t i = 0; i < len; i++) {
		if (may[i] || before[i] == after[i])
			continue;
		snprintf(why, VIEW_WHY, "byte %zu changed from %02x to %02x", i,
			 before[i], after[i]);
		return false;
	}
	return true;
}

/** sums_kept() - whether a packet's sums follow its change */
static bool sums_kept(const struct view *before, const struct view *after,
		      bool partial, bool segments, char why[static VIEW_WHY])
{
	uint16_t field;

	if (!ip_sum_ok(after)) {
		snprintf(why, VIEW_WHY, "wrong IP header checksum");
		return false;
	}
	if (no_sum(before)) {
		if (no_sum(after))
			return true;
		snprintf(why, VIEW_WHY, "a checksum where there was none");
		return false;
	}
	if (no_sum(after)) {
		snprintf(why, VIEW_WHY, "the checksum is gone");
		return false;
	}
	field = wire_get16(after->ip + after->sum_at);
	if (segments) {
		uint32_t pseudo =
			build_pseudo(after->ip, after->len - after->transport);

		if (build_sum(pseudo, after->ip, 0) == field)
			return true;
		snprintf(why, VIEW_WHY, "not the pseudo-header's sum: %04x",
			 field);
		return false;
	}
	if (residue(after) == (partial ? 0xffff : residue(before)))
		return true;
	snprintf(why, VIEW_WHY, "wrong transport checksum %04x", field);
	return false;
}

/** inner_kept() - view_translated() for the quoted packet */
static bool inner_kept(const struct view *b, const struct view *a, uint8_t *may,
		       char why[static VIEW_WHY])
{
	struct view before, after;
	char reason[VIEW_WHY];

	if (!view_inner(b, &before) || !view_inner(a, &after))
		return true;
	allow_end(may, b->inner, &before, true);
	allow_end(may, b->inner, &before, false);
	if (sums_kept(&before, &after, false, false, reason))
		return true;
	snprintf(why, VIEW_WHY, "inner: %.150s", reason);
	return false;
}

bool view_translated(const uint8_t *before, const uint8_t *after, size_t len,
		     enum view_side side, bool partial, bool segments,
		     char why[static VIEW_WHY])
{
	uint8_t may[PACKET_MAX] = {0};
	struct view b, a;
	size_t total = wire_get16(before + 2);

	if (total > len)
		total = len;
	if (!view_packet(before, total, &b) || !view_packet(after, total, &a)) {
		snprintf(why, VIEW_WHY, "translated though malformed");
		return false;
	}
	if (side != VIEW_DESTINATION) {
		allow_end(may, 0, &b, true);
		/* Hosts behind one address: RFC 6864 section 5.3. */
		if (!view_atomic(before))
			allow(may, 4, 2);
	}
	if (side != VIEW_SOURCE)
		allow_end(may, 0, &b, false);
	if (b.error && !inner_kept(&b, &a, may, why))
		return false;
	return sums_kept(&b, &a, partial, segments, why) &&
	       same_but(before, after, len, may, why);
}

bool view_public(const uint8_t *bytes, size_t len, char why[static VIEW_WHY])
{
	struct view v, inner;
	char text[ADDRESS_TEXT];
	uint32_t bad;

	if (!view_packet(bytes, len, &v))
		return true;
	bad = view_private(v.src.addr) ? v.src.addr : 0;
	if (v.error && view_inner(&v, &inner)) {
		if (view_private(inner.src.addr))
			bad = inner.src.addr;
		if (view_private(inner.dst.addr))
			bad = inner.dst.addr;
	}
	if (!bad)
		return true;
	snprintf(why, VIEW_WHY, "private address %s on the WAN side",
		 address_format(bad, text));
	return false;
}
