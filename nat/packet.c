/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet - IPv4, UDP, TCP and ICMP headers, range-checked
 */
#include "nat/packet.h"

#include "base/checksum.h"
#include "base/wire.h"
#include "nat/engine.h"

enum {
	IPOPT_END = 0,
	IPOPT_NOP = 1,
	IPOPT_LSRR = 131,
	IPOPT_SSRR = 137,
	TCPOPT_END = 0,
	TCPOPT_NOP = 1,
	TCPOPT_SCALE = 3,
};

static const struct headers headers_none = {
	.scale = -1,
	.source_port_at = -1,
	.destination_port_at = -1,
};

/**
 * source_routed() - whether the options hold a source route
 *
 * Malformed options end the search: they pass unchanged, and who reads them
 * further on decides (rfc.md, decision 10).
 */
static bool source_routed(const uint8_t *options, size_t len)
{
	for (size_t i = 0; i < len && options[i] != IPOPT_END;) {
		if (options[i] == IPOPT_LSRR || options[i] == IPOPT_SSRR)
			return true;
		if (options[i] == IPOPT_NOP) {
			i++;
			continue;
		}
		if (i + 1 >= len || options[i + 1] < 2)
			return false;
		i += options[i + 1];
	}
	return false;
}

/** icmp_kind_of() - how a type is treated (RFC 5508 REQ-10, 11) */
static enum icmp_kind icmp_kind_of(uint8_t type)
{
	switch (type) {
	case ICMP_ECHO:
	case ICMP_TIMESTAMP:
	case ICMP_MASK:
		return ICMP_KIND_QUERY;
	case ICMP_ECHO_REPLY:
	case ICMP_TIMESTAMP_REPLY:
	case ICMP_MASK_REPLY:
		return ICMP_KIND_REPLY;
	case ICMP_UNREACHABLE:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER:
		return ICMP_KIND_ERROR;
	default:
		return ICMP_KIND_OTHER;
	}
}

/** parse_ip() - the IP header; @cut: the packet may be shorter than it says */
static int parse_ip(uint8_t *bytes, size_t len, bool cut, struct headers *h)
{
	size_t total;

	if (!wire_at(bytes, len, 0, IP_HEADER_MIN))
		return NAT_DROP_TRUNCATED;
	h->header_len = (bytes[0] & 15) * 4u;
	total = wire_get16(bytes + 2);
	if (bytes[0] >> 4 != 4 || h->header_len < IP_HEADER_MIN ||
	    total < h->header_len)
		return NAT_DROP_BAD_HEADER;
	if (h->header_len > len || (total > len && !cut))
		return NAT_DROP_TRUNCATED;
	if (checksum_fold(checksum_add(0, bytes, h->header_len)) != 0xffff)
		return NAT_DROP_BAD_CHECKSUM;
	h->ip = bytes;
	h->len = total < len ? total : len;
	h->transport = bytes + h->header_len;
	h->transport_len = h->len - h->header_len;
	h->fragment = wire_get16(bytes + 6);
	h->tuple.protocol = bytes[9];
	h->tuple.src.addr = wire_get32(bytes + 12);
	h->tuple.dst.addr = wire_get32(bytes + 16);
	return PACKET_OK;
}

/** tcp_scale() - the window scale that a SYN's options offer, or -1 */
static int tcp_scale(const uint8_t *options, size_t len)
{
	for (size_t i = 0; i < len && options[i] != TCPOPT_END;) {
		if (options[i] == TCPOPT_NOP) {
			i++;
			continue;
		}
		if (i + 1 >= len || options[i + 1] < 2)
			return -1;
		if (options[i] == TCPOPT_SCALE && options[i + 1] == 3 &&
		    i + 2 < len)
			/* RFC 7323 section 2.3: more than 14 counts as 14 */
			return options[i + 2] < 14 ? options[i + 2] : 14;
		i += options[i + 1];
	}
	return -1;
}

/** parse_tcp() - ports, and what the state machine wants of a whole header */
static int parse_tcp(struct headers *h, bool whole)
{
	const uint8_t *t = h->transport;
	size_t data_offset;

	h->seq = wire_get32(t + 4);
	if (h->transport_len >= 18)
		h->checksum_at = 16;
	if (!whole)
		return PACKET_OK;
	if (h->transport_len < TCP_HEADER_MIN)
		return headers_fragment(h) ? NAT_DROP_FRAGMENT_BAD
					   : NAT_DROP_TRUNCATED;
	data_offset = (t[12] >> 4) * 4u;
	h->tcp_flags = t[13];
	if (data_offset < TCP_HEADER_MIN ||
	    (data_offset > h->transport_len && !headers_fragment(h)) ||
	    (t[13] & (TCP_SYN | TCP_FIN)) == (TCP_SYN | TCP_FIN) ||
	    (t[13] & (TCP_SYN | TCP_RST)) == (TCP_SYN | TCP_RST) ||
	    !(t[13] & (TCP_SYN | TCP_RST | TCP_ACK | TCP_FIN)))
		return NAT_DROP_BAD_TCP;
	if (data_offset > h->transport_len)
		data_offset = h->transport_len;
	h->ack = wire_get32(t + 8);
	h->window = wire_get16(t + 14);
	h->tcp_data = h->transport_len - data_offset;
	if (t[13] & TCP_SYN)
		h->scale = tcp_scale(t + TCP_HEADER_MIN,
				     data_offset - TCP_HEADER_MIN);
	return PACKET_OK;
}

/** parse_icmp() - kind, identifier, checksum */
static int parse_icmp(struct headers *h, bool whole)
{
	const uint8_t *t = h->transport;

	if (whole && !headers_fragment(h) &&
	    checksum_fold(checksum_add(0, t, h->transport_len)) != 0xffff)
		return NAT_DROP_BAD_CHECKSUM;
	h->icmp_type = t[0];
	h->icmp_kind = icmp_kind_of(t[0]);
	h->checksum_at = 2;
	if (h->icmp_kind == ICMP_KIND_QUERY) {
		h->source_port_at = 4;
		h->tuple.src.port = wire_get16(t + 4);
		h->has_ports = true;
	} else if (h->icmp_kind == ICMP_KIND_REPLY) {
		h->destination_port_at = 4;
		h->tuple.dst.port = wire_get16(t + 4);
		h->has_ports = true;
	}
	return PACKET_OK;
}

/** parse_udp() - length and checksum */
static int parse_udp(struct headers *h, bool whole)
{
	size_t length = wire_get16(h->transport + 4);

	if (whole && (length < UDP_HEADER ||
		      (length > h->transport_len && !headers_fragment(h))))
		return NAT_DROP_BAD_UDP;
	h->checksum_at = 6;
	return PACKET_OK;
}

/**
 * parse_transport() - the part after the IP header
 * @whole:	the packet itself; else one quoted in an ICMP error, of which
 *		8 bytes suffice
 */
static int parse_transport(struct headers *h, bool whole)
{
	uint8_t protocol = h->tuple.protocol;

	if (headers_offset(h))
		return PACKET_OK;
	if (protocol == PROTO_DCCP || protocol == PROTO_UDPLITE) {
		/* Their checksums cover the addresses (RFC 4340, 3828). */
		if (h->transport_len < 8)
			return NAT_DROP_TRUNCATED;
		h->checksum_at = 6;
		return PACKET_OK;
	}
	if (protocol != PROTO_TCP && protocol != PROTO_UDP &&
	    protocol != PROTO_ICMP)
		return PACKET_OK;
	if (h->transport_len < 8)
		return headers_fragment(h) ? NAT_DROP_FRAGMENT_BAD
					   : NAT_DROP_TRUNCATED;
	if (protocol == PROTO_ICMP)
		return parse_icmp(h, whole);
	h->source_port_at = 0;
	h->destination_port_at = 2;
	h->has_ports = true;
	h->tuple.src.port = wire_get16(h->transport);
	h->tuple.dst.port = wire_get16(h->transport + 2);
	return protocol == PROTO_TCP ? parse_tcp(h, whole)
				     : parse_udp(h, whole);
}

int packet_parse(uint8_t *bytes, size_t len, struct headers *h)
{
	int bad;

	*h = headers_none;
	bad = parse_ip(bytes, len, false, h);
	if (bad != PACKET_OK)
		return bad;
	if (source_routed(bytes + IP_HEADER_MIN, h->header_len - IP_HEADER_MIN))
		return NAT_DROP_SOURCE_ROUTE;
	/* The last fragment may not end past the largest packet there is. */
	if (headers_offset(h) + h->transport_len > 65535 - h->header_len)
		return NAT_DROP_FRAGMENT_BAD;
	/* RFC 791: all but the last fragment carry a multiple of 8 bytes. */
	if ((h->fragment & IP_MF) && h->transport_len % 8)
		return NAT_DROP_FRAGMENT_BAD;
	return parse_transport(h, true);
}

int packet_parse_inner(const struct headers *outer, struct headers *h)
{
	size_t room = outer->transport_len - ICMP_HEADER;
	size_t quoted = room;

	*h = headers_none;
	/*
	 * RFC 4884: a length in 32-bit words says where the quoted packet ends
	 * and extensions begin; 0 is a sender that knows nothing of it.
	 */
	if (outer->transport[5] && outer->transport[5] * 4u < room)
		quoted = outer->transport[5] * 4u;
	if (parse_ip(outer->transport + ICMP_HEADER, quoted, true, h) !=
	    PACKET_OK)
		return NAT_DROP_ICMP_INNER;
	if (parse_transport(h, false) != PACKET_OK)
		return NAT_DROP_ICMP_INNER;
	return PACKET_OK;
}

void packet_ends(struct headers *h)
{
	h->tuple.src.addr = wire_get32(h->ip + 12);
	h->tuple.dst.addr = wire_get32(h->ip + 16);
	h->tuple.src.port = wire_get16(h->ip + h->header_len);
	h->tuple.dst.port = wire_get16(h->ip + h->header_len + 2);
}
