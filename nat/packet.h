/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * packet - what a packet says: headers checked and taken apart
 */
#ifndef NAT_PACKET_H
#define NAT_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"
#include "nat/stats.h"

#define IP_HEADER_MIN  20
#define UDP_HEADER     8
#define TCP_HEADER_MIN 20
#define ICMP_HEADER    8

#define IP_DF	       0x4000
#define IP_MF	       0x2000
#define IP_OFFSET_MASK 0x1fff

enum { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_ACK = 16 };

/* ICMP types, RFC 792 */
enum {
	ICMP_ECHO_REPLY = 0,
	ICMP_UNREACHABLE = 3,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_ECHO = 8,
	ICMP_TIME_EXCEEDED = 11,
	ICMP_PARAMETER = 12,
	ICMP_TIMESTAMP = 13,
	ICMP_TIMESTAMP_REPLY = 14,
	ICMP_MASK = 17,
	ICMP_MASK_REPLY = 18,
};

/** enum icmp_kind - how an ICMP type is treated (RFC 5508 REQ-10) */
enum icmp_kind {
	ICMP_KIND_NONE, /* not ICMP, or not seen */
	ICMP_KIND_QUERY,
	ICMP_KIND_REPLY,
	ICMP_KIND_ERROR,
	ICMP_KIND_OTHER
};

/**
 * struct tuple - a packet's protocol and ends
 *
 * An ICMP query's identifier is the port of the end that asks; the other end's
 * is 0. Protocols without ports that we know have 0 on both.
 */
struct tuple {
	uint8_t protocol;
	struct endpoint src, dst;
};

/**
 * struct headers - one IPv4 packet, taken apart
 * @ip:		its first byte
 * @len:	IP total length; for the inner packet of an ICMP error, what is
 *		there of it
 * @header_len:	IP header with options
 * @transport:	the first byte after it, @transport_len of them
 * @tuple:	protocol and ends; no ports in a fragment other than the first
 * @fragment:	fragment field: flags and offset
 * @checksum_at: where in the transport header its checksum is, or 0
 * @source_port_at, @destination_port_at: likewise the ports or identifier,
 *		or -1 where that end has none
 * @icmp_type, @icmp_kind: of ICMP
 * @tcp_flags, @seq, @ack, @window, @scale: of TCP; @scale -1 if not offered
 * @tcp_data:	bytes of TCP payload
 */
struct headers {
	uint8_t *ip;
	size_t len;
	size_t header_len;
	uint8_t *transport;
	size_t transport_len;
	struct tuple tuple;
	uint16_t fragment;
	uint8_t checksum_at;
	int8_t source_port_at, destination_port_at;
	bool has_ports;
	uint8_t icmp_type;
	enum icmp_kind icmp_kind;
	uint8_t tcp_flags;
	uint32_t seq, ack;
	uint16_t window;
	int scale;
	size_t tcp_data;
};

/** headers_offset() - fragment offset in bytes */
static inline unsigned headers_offset(const struct headers *h)
{
	return (h->fragment & IP_OFFSET_MASK) * 8u;
}

/** headers_fragment() - whether it is a fragment at all */
static inline bool headers_fragment(const struct headers *h)
{
	return h->fragment & (IP_MF | IP_OFFSET_MASK);
}

/** PACKET_OK - packet_parse() found nothing wrong */
#define PACKET_OK (-1)

/**
 * packet_parse() - check and take apart an IPv4 packet (RFC 791, 768, 9293)
 * @bytes:	from the IPv4 header on
 * @len:	bytes there are; more than the total length is trailing padding
 * @h:		filled in; points into @bytes
 *
 * Checks the IP header's sum, and an ICMP message's (RFC 5508 REQ-3) unless it
 * is a fragment. Transport checksums of TCP and UDP are the end hosts' affair.
 *
 * Return: PACKET_OK, or the enum nat_stat that says what is wrong.
 */
int packet_parse(uint8_t *bytes, size_t len, struct headers *h);

/**
 * packet_parse_inner() - the same for the packet quoted in an ICMP error
 * @outer:	the error, parsed
 * @h:		filled in; points into the error's bytes
 *
 * The quoted packet may be cut after 8 bytes of transport header; its IP
 * header, options skipped, must be whole and its sum right (RFC 5508 REQ-3a,
 * 3b), its transport checksum is not looked at (REQ-3c). RFC 4884 extensions
 * are left out of it (REQ-3d).
 *
 * Return: PACKET_OK or NAT_DROP_ICMP_INNER.
 */
int packet_parse_inner(const struct headers *outer, struct headers *h);

/**
 * packet_ends() - addresses and ports of a packet that was parsed before
 * @h:		ip, header_len and the protocol are set; the ends are filled in
 */
void packet_ends(struct headers *h);

#endif /* NAT_PACKET_H */
