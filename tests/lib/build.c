/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build - IPv4 packets for tests, made from a description
 */
#include "tests/lib/build.h"

#include <string.h>
#include "base/wire.h"

#define IP_HEADER 20

uint16_t build_sum(uint32_t sum, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i + 1 < len; i += 2) {
		sum += wire_get16(bytes + i);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	if (len & 1) {
		sum += (uint32_t)bytes[len - 1] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

uint32_t build_pseudo(const uint8_t *ip, size_t transport)
{
	return (uint32_t)build_sum(0, ip + 12, 8) + ip[9] + (uint32_t)transport;
}

void build_fix(uint8_t *bytes)
{
	wire_put16(bytes + 10, 0);
	wire_put16(bytes + 10,
		   (uint16_t)~build_sum(0, bytes, (bytes[0] & 15) * 4u));
}

size_t build_quote(const uint8_t *bytes, size_t len, size_t transport)
{
	size_t header = (bytes[0] & 15) * 4u;

	return header + transport < len ? header + transport : len;
}

/** put_payload() - the packet's data or a pattern, at @t */
static size_t put_payload(const struct packet *p, uint8_t *t)
{
	for (size_t i = 0; i < p->len; i++)
		t[i] = p->data ? p->data[i] : (uint8_t)(i * 7 + 1);
	return p->len;
}

/** put_ports() - the first four bytes of UDP, TCP, DCCP, UDP-Lite */
static void put_ports(const struct packet *p, uint8_t *t)
{
	wire_put16(t, p->src.port);
	wire_put16(t + 2, p->dst.port);
}

/** put_tcp() - RFC 9293; its length */
static size_t put_tcp(const struct packet *p, uint8_t *t)
{
	size_t header = p->with_scale ? 24 : 20;

	put_ports(p, t);
	wire_put32(t + 4, p->seq);
	wire_put32(t + 8, p->ack);
	t[12] = (uint8_t)(header / 4 << 4);
	t[13] = p->flags;
	wire_put16(t + 14, p->window);
	if (p->with_scale) {
		t[20] = 1;
		t[21] = 3;
		t[22] = 3;
		t[23] = p->scale;
	}
	return header + put_payload(p, t + header);
}

/** put_udp() - RFC 768; its length */
static size_t put_udp(const struct packet *p, uint8_t *t)
{
	put_ports(p, t);
	wire_put16(t + 4, (uint16_t)(8 + p->len));
	return 8 + put_payload(p, t + 8);
}

/** put_extension() - RFC 4884 section 7, one object; its length */
static size_t put_extension(uint8_t *t)
{
	static const uint8_t object[] = {0, 8, 1, 1, 0, 0, 0x11, 0xff};

	memset(t, 0, 4);
	t[0] = 2 << 4;
	memcpy(t + 4, object, sizeof(object));
	wire_put16(t + 2, (uint16_t)~build_sum(0, t, 4 + sizeof(object)));
	return 4 + sizeof(object);
}

/** put_icmp() - RFC 792; its length */
static size_t put_icmp(const struct packet *p, uint8_t *t)
{
	size_t len = p->about_len;

	t[0] = p->type;
	t[1] = p->code;
	if (!p->about_len) {
		/* An identifier is where the ends say it is. */
		wire_put16(t + 4, p->src.port ? p->src.port : p->dst.port);
		wire_put16(t + 6, (uint16_t)p->seq);
		return 8 + put_payload(p, t + 8);
	}
	wire_put32(t + 4, p->rest);
	memcpy(t + 8, p->about, len);
	if (!p->extension)
		return 8 + len;
	/* Padded to 128 bytes at least, and to a multiple of 4. */
	while (len < 128 || len % 4)
		t[8 + len++] = 0;
	t[5] = (uint8_t)(len / 4);
	return 8 + len + put_extension(t + 8 + len);
}

/** put_sum() - the transport checksum; @at: where it is, @len: of it all */
static void put_sum(const struct packet *p, uint8_t *ip, uint8_t *t, size_t at,
		    size_t len)
{
	uint32_t pseudo = p->protocol == 1 ? 0 : build_pseudo(ip, len);
	uint16_t sum;

	if (p->no_sum)
		return;
	if (p->partial) {
		wire_put16(t + at, build_sum(pseudo, t, 0));
		return;
	}
	sum = build_sum(pseudo, t, len) ^ 0xffff;
	if (p->protocol == 17 && !sum)
		sum = 0xffff;
	wire_put16(t + at, p->bad_sum ? (uint16_t)(sum ^ 0x5555) : sum);
}

/** put_header() - the IP header, its checksum included (RFC 791) */
static void put_header(const struct packet *p, uint8_t *ip, size_t total)
{
	size_t header = IP_HEADER + p->n_options;

	ip[0] = (uint8_t)(4 << 4 | header / 4);
	ip[1] = p->tos;
	wire_put16(ip + 2, (uint16_t)total);
	wire_put16(ip + 4, p->id);
	wire_put16(ip + 6, (uint16_t)((p->df ? 0x4000u : 0) |
				      (p->mf ? 0x2000u : 0) | p->offset / 8));
	ip[8] = p->ttl ? p->ttl : 64;
	ip[9] = p->protocol;
	wire_put32(ip + 12, p->src.addr);
	wire_put32(ip + 16, p->dst.addr);
	memcpy(ip + IP_HEADER, p->options, p->n_options);
	build_fix(ip);
	if (p->bad_ip_sum)
		ip[10] ^= 0x55;
}

size_t build_packet(const struct packet *p, uint8_t bytes[static PACKET_MAX])
{
	size_t header = IP_HEADER + p->n_options, len, at = 0;
	uint8_t *t = bytes + header;

	if (p->len + p->about_len + 300 > PACKET_MAX)
		return 0;
	memset(bytes, 0, header + 32);
	if (p->offset) {
		len = put_payload(p, t);
	} else if (p->protocol == 6) {
		len = put_tcp(p, t);
		at = 16;
	} else if (p->protocol == 17) {
		len = put_udp(p, t);
		at = 6;
	} else if (p->protocol == 1) {
		len = put_icmp(p, t);
		at = 2;
	} else {
		len = put_payload(p, t);
	}
	put_header(p, bytes, header + len);
	if (at)
		put_sum(p, bytes, t, at, len);
	return header + len;
}
