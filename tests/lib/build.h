/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build - IPv4 packets for tests, made from a description
 *
 * Written from the RFCs and with a checksum of its own, so that a mistake in
 * base/ or nat/ does not hide itself.
 */
#ifndef TESTS_LIB_BUILD_H
#define TESTS_LIB_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"

/** PACKET_MAX - bytes of the longest packet that is built here */
#define PACKET_MAX 4096

/**
 * struct packet - what to build; all zero but the ends is a sane packet
 * @protocol:	IP protocol
 * @src, @dst:	the ends; an ICMP query's identifier is @src's port, a
 *		reply's @dst's
 * @ttl:	0 means 64
 * @tos:	DSCP and ECN
 * @id:		IP identification
 * @df, @mf:	flags
 * @offset:	fragment offset in bytes
 * @options:	IP options, @n_options bytes of them, a multiple of 4
 * @len:	bytes of payload, filled with a pattern unless @data is given
 * @data:	the payload, the caller's
 * @flags, @seq, @ack, @window: of TCP
 * @with_scale:	put a window scale option of @scale into the TCP header
 * @type, @code: of ICMP
 * @rest:	of an ICMP error: its second word (gateway, pointer, next-hop
 *		MTU)
 * @about:	of an ICMP error: the quoted bytes, the caller's
 * @about_len:	their number; 0: none, and @len bytes of payload instead
 * @extension:	append an RFC 4884 extension behind the quoted bytes
 * @no_sum:	UDP checksum 0
 * @bad_sum:	a wrong transport checksum
 * @bad_ip_sum:	a wrong IP header checksum
 * @partial:	the transport checksum holds the pseudo-header's sum only
 */
struct packet {
	uint8_t protocol;
	struct endpoint src, dst;
	uint8_t ttl, tos;
	uint16_t id;
	bool df, mf;
	unsigned offset;
	uint8_t options[40];
	size_t n_options;
	size_t len;
	const uint8_t *data;
	uint8_t flags;
	uint32_t seq, ack;
	uint16_t window;
	bool with_scale;
	uint8_t scale;
	uint8_t type, code;
	uint32_t rest;
	const uint8_t *about;
	size_t about_len;
	bool extension;
	bool no_sum, bad_sum, bad_ip_sum, partial;
};

/**
 * build_packet() - make the bytes
 * @packet:	description
 * @bytes:	PACKET_MAX of room, the caller's
 *
 * Return: the packet's length, or 0 if it would not fit.
 */
size_t build_packet(const struct packet *packet,
		    uint8_t bytes[static PACKET_MAX]);

/**
 * build_sum() - one's complement sum of 16-bit words, folded (RFC 1071)
 * @sum:	to begin with
 * @bytes:	an odd last one is padded with 0
 * @len:	their number
 */
uint16_t build_sum(uint32_t sum, const uint8_t *bytes, size_t len);

/** build_pseudo() - sum of the pseudo-header of a packet of @transport bytes */
uint32_t build_pseudo(const uint8_t *ip, size_t transport);

/**
 * build_fix() - make the IP header's sum right again after a change
 * @bytes:	a packet with a whole IP header
 */
void build_fix(uint8_t *bytes);

/**
 * build_quote() - the bytes that an ICMP error quotes of a packet
 * @bytes:	the packet
 * @len:	its length
 * @transport:	how many bytes after the IP header are quoted at most
 *
 * Return: how many bytes that is.
 */
size_t build_quote(const uint8_t *bytes, size_t len, size_t transport);

#endif /* TESTS_LIB_BUILD_H */
