/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rewrite - put a translated end into a packet, and mend its checksums
 */
#ifndef NAT_REWRITE_H
#define NAT_REWRITE_H

#include "nat/engine.h"
#include "nat/packet.h"

/**
 * struct rewrite - what to put where
 * @source:	the source end; else the destination
 * @to:		new address and port
 * @delta_addr, @delta_port: what that adds to checksums, folded
 */
struct rewrite {
	bool source;
	struct endpoint to;
	uint16_t delta_addr, delta_port;
};

/** rewrite_outbound() - the source of @session's outbound packets */
struct rewrite rewrite_outbound(const struct session *session);

/** rewrite_inbound() - the destination of @session's inbound packets */
struct rewrite rewrite_inbound(const struct session *session);

/**
 * rewrite_packet() - rewrite one end of a packet
 * @packet:	the packet, for its checksum mode
 * @h:		its headers; the tuple follows the change
 * @r:		what to write
 *
 * A complete checksum is adjusted by the delta (RFC 1624), a missing UDP one
 * stays missing (RFC 768). One that the sender left to hardware (@partial) is
 * computed in full, but for UDP superpackets: their field keeps holding the
 * sum of the pseudo-header, from which each segment's is made.
 */
void rewrite_packet(const struct nat_packet *packet, struct headers *h,
		    const struct rewrite *r);

/**
 * rewrite_inner() - rewrite one end of a packet quoted in an ICMP error
 * @h:		its headers
 * @r:		what to write
 *
 * As far as there is something of it (RFC 5508 REQ-4, 5). The error's own
 * checksum is left to rewrite_icmp_sum().
 */
void rewrite_inner(struct headers *h, const struct rewrite *r);

/** rewrite_address() - rewrite one end's address in the IP header only */
void rewrite_address(struct headers *h, bool source, uint32_t addr);

/** rewrite_icmp_sum() - compute an ICMP message's checksum anew */
void rewrite_icmp_sum(struct headers *h);

#endif /* NAT_REWRITE_H */
