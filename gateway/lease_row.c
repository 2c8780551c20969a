// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lease_row - leases, and events about them, as members of a JSON object
 */
#include "gateway/lease_row.h"

#include <stdio.h>
#include <string.h>
#include "base/endpoint.h"

/* Ethernet's number as a hardware type (RFC 1700). */
#define HTYPE_ETHERNET 1

const char *mac_format(const uint8_t mac[static 6], char text[static MAC_TEXT])
{
	snprintf(text, MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0],
		 mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

/** put_address() - the member of that name, or null */
static void put_address(struct row *row, uint32_t address)
{
	char text[ADDRESS_TEXT];

	row_text(row, "address",
		 address ? address_format(address, text) : NULL);
}

/** put_hex() - bytes as a string of hexadecimal digits; null: none */
static void put_hex(struct row *row, const char *name, const uint8_t *bytes,
		    size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * 255 + 1];
	size_t i;

	for (i = 0; i < len && i < 255; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * i] = '\0';
	row_text(row, name, len ? text : NULL);
}

/** put_mac() - the hardware address; others than Ethernet's as they are */
static void put_mac(struct row *row, uint8_t htype, uint8_t hlen,
		    const uint8_t chaddr[static 16])
{
	char text[MAC_TEXT];

	if (htype == HTYPE_ETHERNET && hlen == 6)
		row_text(row, "mac", mac_format(chaddr, text));
	else
		put_hex(row, "mac", chaddr, hlen < 16 ? hlen : 16);
}

/** put_hostname() - what the client calls itself, or null */
static void put_hostname(struct row *row, const char *hostname)
{
	row_text(row, "hostname", hostname && *hostname ? hostname : NULL);
}

void lease_members(struct row *row, const struct dhcpd_lease_info *info)
{
	put_address(row, info->address);
	put_hex(row, "client-id", info->id, info->id_len);
	put_mac(row, info->htype, info->hlen, info->chaddr);
	put_hostname(row, info->hostname);
	row_text(row, "state", dhcpd_state_names[info->state]);
	row_seconds(row, "expires-in", info->expires_in);
	row_seconds(row, "renew-in", info->renew_in);
	row_seconds(row, "rebind-in", info->rebind_in);
}

void lease_event_members(struct row *row, const struct dhcpd_event *event)
{
	put_address(row, event->address);
	put_hex(row, "client-id", event->id, event->id_len);
	put_mac(row, event->htype, event->hlen, event->chaddr);
	put_hostname(row, event->hostname);
	if (event->seconds)
		row_seconds(row, "lease-time",
			    event->seconds == UINT32_MAX
				    ? DHCPD_NEVER
				    : (uint64_t)event->seconds * 1000);
}
