/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * view - a naive look at a packet, and what a translation may change in it
 */
#ifndef TESTS_LIB_VIEW_H
#define TESTS_LIB_VIEW_H

#include "tests/lib/build.h"

/** VIEW_WHY - bytes of room for a reason */
#define VIEW_WHY 200

/**
 * struct view - where things are in a well-formed packet
 * @ip:		first byte
 * @len:	bytes there are; a quoted packet may be cut
 * @protocol:	IP protocol
 * @src, @dst:	the ends, identifiers as in struct packet
 * @transport:	offset of the transport header
 * @src_at, @dst_at, @sum_at: offsets of ports and checksum from @ip, or 0
 * @error:	an ICMP error; @inner: offset of the packet it quotes
 */
struct view {
	const uint8_t *ip;
	size_t len;
	uint8_t protocol;
	struct endpoint src, dst;
	size_t transport;
	size_t src_at, dst_at, sum_at;
	bool error;
	size_t inner;
};

/**
 * view_packet() - look at a packet
 * @ip:		its bytes, the caller's
 * @len:	their number; may end after 8 bytes of transport header
 * @view:	filled in
 *
 * Return: false if it is too short for what it says.
 */
bool view_packet(const uint8_t *ip, size_t len, struct view *view);

/** view_inner() - the packet that an ICMP error quotes */
bool view_inner(const struct view *outer, struct view *inner);

/** view_sums_ok() - whether all checksums are right, the quoted ones too */
bool view_sums_ok(const struct view *view, char why[static VIEW_WHY]);

/** view_private() - whether an address is one of RFC 1918 or RFC 6598 */
bool view_private(uint32_t addr);

/** view_atomic() - whether a packet's identification means nothing (RFC 6864)
 */
bool view_atomic(const uint8_t *ip);

/** enum view_side - which end was to be rewritten */
enum view_side { VIEW_SOURCE, VIEW_DESTINATION, VIEW_BOTH };

/**
 * view_translated() - whether a translation changed what it should, and
 * nothing else
 * @before:	bytes as they came
 * @after:	bytes as they were made
 * @len:	of both
 * @side:	the end that may have changed
 * @partial:	@before has but the sum of the pseudo-header in its checksum
 * @segments:	and so must @after, as it will be cut (GSO)
 * @why:	what is wrong
 *
 * Addresses, ports, identifiers and checksums may change, of the quoted packet
 * too; with the source, the IP identification of what is not atomic. Wrong
 * transport checksums must stay as wrong as they were (RFC 1624).
 */
bool view_translated(const uint8_t *before, const uint8_t *after, size_t len,
		     enum view_side side, bool partial, bool segments,
		     char why[static VIEW_WHY]);

/** view_public() - whether no private address shows on the WAN side */
bool view_public(const uint8_t *bytes, size_t len, char why[static VIEW_WHY]);

#endif /* TESTS_LIB_VIEW_H */
