// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * message - reading a message: lengths are checked here, and nowhere later
 */
#include "dhcpd/message.h"

#include <string.h>
#include "base/wire.h"

/** struct area - a piece of the message that holds options */
struct area {
	const uint8_t *bytes;
	size_t len;
};

/** option_put_fn - takes one instance of an option */
typedef void option_put_fn(struct dhcp_message *message, uint8_t code,
			   const uint8_t *value, size_t len);

/** area_walk() - hand each option of an area to @put; false: one overruns it */
static bool area_walk(struct dhcp_message *message, const struct area *area,
		      option_put_fn *put)
{
	size_t at = 0;

	while (at < area->len && area->bytes[at] != OPTION_END) {
		const uint8_t *p = area->bytes + at;

		if (p[0] == OPTION_PAD) {
			at++;
			continue;
		}
		if (area->len - at < 2 || area->len - at - 2 < p[1])
			return false;
		put(message, p[0], p + 2, p[1]);
		at += 2u + p[1];
	}
	return true;
}

/** count_one() - first pass: an option's whole length */
static void count_one(struct dhcp_message *message, uint8_t code,
		      const uint8_t *value, size_t len)
{
	/* The areas of the overload option itself follow from its first one. */
	if (code == OPTION_OVERLOAD && len == 1 &&
	    message->at[code] == OPTION_ABSENT)
		message->values[0] = value[0];
	message->at[code] = 0;
	message->len[code] = (uint16_t)(message->len[code] + len);
}

/** copy_one() - second pass: behind what is there of it already */
static void copy_one(struct dhcp_message *message, uint8_t code,
		     const uint8_t *value, size_t len)
{
	memcpy(message->values + message->at[code] + message->len[code], value,
	       len);
	message->len[code] = (uint16_t)(message->len[code] + len);
}

/** place() - where each option's value goes, by their lengths */
static void place(struct dhcp_message *message)
{
	unsigned next = 0;

	for (unsigned code = 0; code < 256; code++) {
		if (message->at[code] == OPTION_ABSENT)
			continue;
		message->at[code] = (uint16_t)next;
		next += message->len[code];
		message->len[code] = 0;
	}
}

/**
 * options_read() - all options, in the order that RFC 3396 section 5 joins them
 *
 * The joined values are never longer than the message that they came in.
 */
static bool options_read(struct dhcp_message *message, const uint8_t *bytes,
			 size_t len)
{
	struct area areas[3] = {{bytes + AT_OPTIONS, len - AT_OPTIONS}};
	size_t n = 1;
	uint8_t overload;

	message->values[0] = 0;
	if (!area_walk(message, &areas[0], count_one))
		return false;
	overload = message->values[0];
	if (overload & 1)
		areas[n++] = (struct area){bytes + AT_FILE, FILE_LEN};
	if (overload & 2)
		areas[n++] = (struct area){bytes + AT_SNAME, SNAME_LEN};
	for (size_t i = 1; i < n; i++)
		if (!area_walk(message, &areas[i], count_one))
			return false;
	place(message);
	for (size_t i = 0; i < n; i++)
		area_walk(message, &areas[i], copy_one);
	return true;
}

/** lengths_good() - whether the options that we look at have their lengths */
static bool lengths_good(const struct dhcp_message *message)
{
	static const struct {
		uint8_t code;
		uint8_t len;
	} fixed[] = {
		{OPTION_REQUESTED, 4}, {OPTION_LEASE_TIME, 4},
		{OPTION_TYPE, 1},      {OPTION_SERVER, 4},
		{OPTION_MAX_SIZE, 2},  {OPTION_AUTOCONF, 1},
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (dhcp_option_has(message, fixed[i].code) &&
		    message->len[fixed[i].code] != fixed[i].len)
			return false;
	return message->len[OPTION_CLIENT] <= 255;
}

int dhcp_message_parse(const uint8_t *bytes, size_t len,
		       struct dhcp_message *message)
{
	if (len > DHCPD_MESSAGE_MAX)
		return DHCPD_DROP_TOO_LONG;
	if (len < AT_COOKIE)
		return DHCPD_DROP_TRUNCATED;
	if (bytes[AT_OP] != BOOTREQUEST || bytes[AT_HLEN] > CHADDR_LEN)
		return DHCPD_DROP_BAD_HEADER;
	if (len < AT_OPTIONS || wire_get32(bytes + AT_COOKIE) != DHCP_COOKIE)
		return DHCPD_DROP_BOOTP;
	memset(message->at, 0xff, sizeof(message->at));
	memset(message->len, 0, sizeof(message->len));
	message->htype = bytes[AT_HTYPE];
	message->hlen = bytes[AT_HLEN];
	message->xid = wire_get32(bytes + AT_XID);
	message->flags = wire_get16(bytes + AT_FLAGS);
	message->ciaddr = wire_get32(bytes + AT_CIADDR);
	message->giaddr = wire_get32(bytes + AT_GIADDR);
	memcpy(message->chaddr, bytes + AT_CHADDR, CHADDR_LEN);
	if (!options_read(message, bytes, len))
		return DHCPD_DROP_BAD_OPTION;
	if (!dhcp_option_has(message, OPTION_TYPE))
		return DHCPD_DROP_BOOTP;
	if (!lengths_good(message))
		return DHCPD_DROP_BAD_OPTION;
	message->type = message->values[message->at[OPTION_TYPE]];
	return MESSAGE_OK;
}

const uint8_t *dhcp_option(const struct dhcp_message *message, uint8_t code,
			   size_t *len)
{
	if (!dhcp_option_has(message, code))
		return NULL;
	*len = message->len[code];
	return message->values + message->at[code];
}

uint32_t dhcp_option_u32(const struct dhcp_message *message, uint8_t code)
{
	if (!dhcp_option_has(message, code))
		return 0;
	return wire_get32(message->values + message->at[code]);
}

bool dhcp_suboption_u32(const struct dhcp_message *message, uint8_t code,
			uint32_t *value)
{
	size_t len = 0, at = 0;
	const uint8_t *p = dhcp_option(message, OPTION_RELAY, &len);

	while (p && len - at >= 2 && len - at - 2 >= p[at + 1]) {
		if (p[at] == code && p[at + 1] == 4) {
			*value = wire_get32(p + at + 2);
			return true;
		}
		at += 2u + p[at + 1];
	}
	return false;
}
