/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_frame - DHCP's way through IP, UDP and ARP: bytes in, bytes out
 *
 * Pure: the sockets are in gateway/dhcp_lan.c.
 */
#ifndef GATEWAY_DHCP_FRAME_H
#define GATEWAY_DHCP_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dhcpd/dhcpd.h"

/** DHCP_SERVER_PORT - UDP port that a server listens on (RFC 2131 4.1) */
#define DHCP_SERVER_PORT 67

/** DHCP_FRAME_MAX - bytes of the longest packet that is sent */
#define DHCP_FRAME_MAX (28 + DHCPD_REPLY_MAX)

/** DHCP_ARP_BYTES - of an ARP message for IPv4 on Ethernet (RFC 826) */
#define DHCP_ARP_BYTES 28

/**
 * dhcp_frame_parse() - an IPv4 packet to UDP port 67
 * @bytes:	from the IP header on; what follows the packet is padding
 * @len:	their number
 * @unfinished:	the UDP checksum was left to the hardware: do not look at it
 * @message:	bytes, len, source and destination are set on success; the
 *		bytes stay the caller's
 *
 * Fragments are refused: no client makes them, for none has to (RFC 2131 2).
 *
 * Return: whether it is one, whole and with right checksums.
 */
bool dhcp_frame_parse(const uint8_t *bytes, size_t len, bool unfinished,
		      struct dhcpd_packet *message);

/**
 * dhcp_frame_build() - the IPv4 packet that carries a reply
 *
 * Return: its length.
 */
size_t dhcp_frame_build(const struct dhcpd_reply *reply,
			uint8_t frame[static DHCP_FRAME_MAX]);

/** dhcp_arp_probe() - ask who has @address, without an own one (RFC 5227) */
void dhcp_arp_probe(uint8_t arp[static DHCP_ARP_BYTES],
		    const uint8_t mac[static 6], uint32_t address);

/**
 * dhcp_arp_parse() - whose an ARP message says the sender's address is
 * @sender:	set on success; never 0
 *
 * Return: false if it is none for IPv4 on Ethernet, or the sender has no
 * address yet.
 */
bool dhcp_arp_parse(const uint8_t *bytes, size_t len, uint32_t *sender);

#endif /* GATEWAY_DHCP_FRAME_H */
