/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rewrite - addresses, ports and checksums in place
 */
#include "nat/rewrite.h"

#include "base/checksum.h"
#include "base/wire.h"

struct rewrite rewrite_outbound(const struct session *session)
{
	return (struct rewrite){
		.source = true,
		.to = session_external(session),
		.delta_addr = session->delta_addr,
		.delta_port = session->delta_port,
	};
}

struct rewrite rewrite_inbound(const struct session *session)
{
	/* The way back changes the sums by the complement. */
	return (struct rewrite){
		.source = false,
		.to = session_internal(session),
		.delta_addr = (uint16_t)~session->delta_addr,
		.delta_port = (uint16_t)~session->delta_port,
	};
}

/** adjust() - add a delta to a complete checksum field at @p */
static void adjust(uint8_t *p, uint32_t delta)
{
	wire_put16(p, checksum_adjust(wire_get16(p), delta));
}

/** write_ip() - the address, and the IP header's sum */
static void write_ip(struct headers *h, const struct rewrite *r)
{
	wire_put32(h->ip + (r->source ? 12 : 16), r->to.addr);
	adjust(h->ip + 10, r->delta_addr);
	if (r->source)
		h->tuple.src.addr = r->to.addr;
	else
		h->tuple.dst.addr = r->to.addr;
}

/** write_port() - the port or identifier; whether that end has one */
static bool write_port(struct headers *h, const struct rewrite *r)
{
	int at = r->source ? h->source_port_at : h->destination_port_at;

	if (at < 0)
		return false;
	wire_put16(h->transport + at, r->to.port);
	if (r->source)
		h->tuple.src.port = r->to.port;
	else
		h->tuple.dst.port = r->to.port;
	return true;
}

/** never_none() - a UDP checksum that comes to 0 is sent as 0xffff: 0 would
 *  mean that there is none (RFC 768) */
static void never_none(struct headers *h)
{
	uint8_t *field = h->transport + h->checksum_at;

	if (h->tuple.protocol == PROTO_UDP && !wire_get16(field))
		wire_put16(field, 0xffff);
}

/** complete() - compute a transport checksum in full */
static void complete(struct headers *h)
{
	uint8_t *field = h->transport + h->checksum_at;
	uint64_t sum =
		checksum_pseudo(h->tuple.src.addr, h->tuple.dst.addr,
				h->tuple.protocol, (uint32_t)h->transport_len);

	wire_put16(field, 0);
	sum = checksum_add(sum, h->transport, h->transport_len);
	wire_put16(field, (uint16_t)~checksum_fold(sum));
	never_none(h);
}

/** adjust_transport() - a complete transport checksum by its delta */
static void adjust_transport(struct headers *h, uint32_t delta)
{
	uint8_t *field = h->transport + h->checksum_at;

	if (h->tuple.protocol == PROTO_UDP && !wire_get16(field))
		return;
	adjust(field, delta);
	never_none(h);
}

void rewrite_packet(const struct nat_packet *packet, struct headers *h,
		    const struct rewrite *r)
{
	uint32_t delta = r->delta_addr;
	uint8_t *field;

	write_ip(h, r);
	if (headers_offset(h))
		return;
	if (write_port(h, r))
		delta += r->delta_port;
	if (!h->checksum_at)
		return;
	field = h->transport + h->checksum_at;
	if (h->tuple.protocol == PROTO_ICMP)
		adjust(field, delta - r->delta_addr);
	else if (h->tuple.protocol == PROTO_UDP && packet->gso)
		wire_put16(field, checksum_fold((uint64_t)wire_get16(field) +
						r->delta_addr));
	else if (packet->partial)
		complete(h);
	else
		adjust_transport(h, delta);
}

void rewrite_inner(struct headers *h, const struct rewrite *r)
{
	uint32_t delta = r->delta_addr;

	write_ip(h, r);
	if (headers_offset(h))
		return;
	if (write_port(h, r))
		delta += r->delta_port;
	if (!h->checksum_at)
		return;
	if (h->tuple.protocol == PROTO_ICMP)
		delta -= r->delta_addr;
	adjust_transport(h, delta);
}

void rewrite_address(struct headers *h, bool source, uint32_t addr)
{
	uint32_t from = source ? h->tuple.src.addr : h->tuple.dst.addr;
	struct rewrite r = {
		.source = source,
		.to = {addr, 0},
		.delta_addr = checksum_fold(checksum_delta32(from, addr)),
	};

	write_ip(h, &r);
}

void rewrite_icmp_sum(struct headers *h)
{
	wire_put16(h->transport + 2, 0);
	wire_put16(h->transport + 2,
		   (uint16_t)~checksum_fold(
			   checksum_add(0, h->transport, h->transport_len)));
}
