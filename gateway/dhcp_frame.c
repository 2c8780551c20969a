// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_frame - DHCP's way through IP, UDP and ARP: bytes in, bytes out
 */
#include "gateway/dhcp_frame.h"

#include <string.h>
#include "base/checksum.h"
#include "base/wire.h"

enum { IP_HEADER = 20, UDP_HEADER = 8, PROTOCOL_UDP = 17, TTL = 64 };
enum { ARP_REQUEST = 1, ARP_REPLY = 2 };

/** udp_sum() - over a UDP datagram and its pseudo-header; 0xffff is right */
static uint16_t udp_sum(uint32_t src, uint32_t dst, const uint8_t *udp,
			size_t len)
{
	uint64_t sum = checksum_pseudo(src, dst, PROTOCOL_UDP, (uint32_t)len);

	return checksum_fold(checksum_add(sum, udp, len));
}

bool dhcp_frame_parse(const uint8_t *bytes, size_t len, bool unfinished,
		      struct dhcpd_packet *message)
{
	uint32_t source, destination;
	size_t header, total, udp_len;
	const uint8_t *udp;

	if (len < IP_HEADER || bytes[0] >> 4 != 4)
		return false;
	header = (size_t)(bytes[0] & 15) * 4;
	total = wire_get16(bytes + 2);
	if (header < IP_HEADER || total > len || total < header + UDP_HEADER)
		return false;
	if (checksum_fold(checksum_add(0, bytes, header)) != 0xffff)
		return false;
	if (bytes[9] != PROTOCOL_UDP || wire_get16(bytes + 6) & 0x3fff)
		return false;

	udp = bytes + header;
	udp_len = wire_get16(udp + 4);
	if (wire_get16(udp + 2) != DHCP_SERVER_PORT || udp_len < UDP_HEADER ||
	    udp_len > total - header)
		return false;
	source = wire_get32(bytes + 12);
	destination = wire_get32(bytes + 16);
	/* a field of 0 is no checksum (RFC 768) */
	if (!unfinished && wire_get16(udp + 6) &&
	    udp_sum(source, destination, udp, udp_len) != 0xffff)
		return false;

	message->bytes = udp + UDP_HEADER;
	message->len = udp_len - UDP_HEADER;
	message->source = source;
	message->destination = destination;
	return true;
}

size_t dhcp_frame_build(const struct dhcpd_reply *reply,
			uint8_t frame[static DHCP_FRAME_MAX])
{
	uint8_t *udp = frame + IP_HEADER;
	size_t udp_len = UDP_HEADER + reply->len;
	uint16_t sum;

	memset(frame, 0, IP_HEADER + UDP_HEADER);
	frame[0] = 0x45;
	wire_put16(frame + 2, (uint16_t)(IP_HEADER + udp_len));
	frame[8] = TTL;
	frame[9] = PROTOCOL_UDP;
	wire_put32(frame + 12, reply->source);
	wire_put32(frame + 16, reply->destination);
	sum = checksum_fold(checksum_add(0, frame, IP_HEADER));
	wire_put16(frame + 10, (uint16_t)~sum);

	wire_put16(udp, DHCP_SERVER_PORT);
	wire_put16(udp + 2, reply->port);
	wire_put16(udp + 4, (uint16_t)udp_len);
	memcpy(udp + UDP_HEADER, reply->bytes, reply->len);
	sum = udp_sum(reply->source, reply->destination, udp, udp_len);
	wire_put16(udp + 6, sum == 0xffff ? 0xffff : (uint16_t)~sum);
	return IP_HEADER + udp_len;
}

void dhcp_arp_probe(uint8_t arp[static DHCP_ARP_BYTES],
		    const uint8_t mac[static 6], uint32_t address)
{
	memset(arp, 0, DHCP_ARP_BYTES);
	wire_put16(arp, 1);	     /* Ethernet */
	wire_put16(arp + 2, 0x0800); /* IPv4 */
	arp[4] = 6;
	arp[5] = 4;
	wire_put16(arp + 6, ARP_REQUEST);
	memcpy(arp + 8, mac, 6);
	wire_put32(arp + 24, address);
}

bool dhcp_arp_parse(const uint8_t *bytes, size_t len, uint32_t *sender)
{
	uint16_t operation;
	uint32_t address;

	if (len < DHCP_ARP_BYTES || wire_get16(bytes) != 1 ||
	    wire_get16(bytes + 2) != 0x0800 || bytes[4] != 6 || bytes[5] != 4)
		return false;
	operation = wire_get16(bytes + 6);
	address = wire_get32(bytes + 14);
	if ((operation != ARP_REQUEST && operation != ARP_REPLY) || !address)
		return false;
	*sender = address;
	return true;
}
