/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message - a DHCP message, read: range-checked, its options put together
 *
 * The header is RFC 2131 section 2; options come from the options field and,
 * overloaded (RFC 2132 9.3), from `file` and `sname`, and what was split is
 * joined (RFC 3396).
 */
#ifndef DHCPD_MESSAGE_H
#define DHCPD_MESSAGE_H

#include <stdbool.h>
#include "dhcpd/dhcpd.h"

/* Where the header's fields are. */
enum {
	AT_OP = 0,
	AT_HTYPE = 1,
	AT_HLEN = 2,
	AT_XID = 4,
	AT_FLAGS = 10,
	AT_CIADDR = 12,
	AT_YIADDR = 16,
	AT_SIADDR = 20,
	AT_GIADDR = 24,
	AT_CHADDR = 28,
	AT_SNAME = 44,
	AT_FILE = 108,
	AT_COOKIE = 236,
	AT_OPTIONS = 240,
	SNAME_LEN = 64,
	FILE_LEN = 128,
	CHADDR_LEN = 16,
};

#define BOOTREQUEST    1
#define BOOTREPLY      2
#define DHCP_COOKIE    UINT32_C(0x63825363)
#define HTYPE_ETHERNET 1
#define FLAG_BROADCAST 0x8000

/* Options that the server itself gives a meaning to (RFC 2132 and others). */
enum {
	OPTION_PAD = 0,
	OPTION_MASK = 1,
	OPTION_ROUTER = 3,
	OPTION_DNS = 6,
	OPTION_HOSTNAME = 12,
	OPTION_DOMAIN = 15,
	OPTION_MTU = 26,
	OPTION_BROADCAST = 28,
	OPTION_NTP = 42,
	OPTION_REQUESTED = 50,
	OPTION_LEASE_TIME = 51,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_PARAMETERS = 55,
	OPTION_TEXT = 56,
	OPTION_MAX_SIZE = 57,
	OPTION_T1 = 58,
	OPTION_T2 = 59,
	OPTION_CLIENT = 61,
	OPTION_RELAY = 82,
	OPTION_V6ONLY = 108,
	OPTION_AUTOCONF = 116,
	OPTION_SEARCH = 119,
	OPTION_ROUTES = 121,
	OPTION_END = 255,
};

/* Message types, option 53. */
enum {
	DHCPDISCOVER = 1,
	DHCPOFFER,
	DHCPREQUEST,
	DHCPDECLINE,
	DHCPACK,
	DHCPNAK,
	DHCPRELEASE,
	DHCPINFORM,
};

/** OPTION_ABSENT - no offset: the option is not there */
#define OPTION_ABSENT UINT16_MAX

/**
 * struct dhcp_message - a client's message
 * @chaddr:	as it came, all 16 bytes
 * @at:		where an option's value begins in @values, or OPTION_ABSENT
 * @len:	its length, joined
 */
struct dhcp_message {
	uint8_t type;
	uint8_t htype, hlen;
	uint16_t flags;
	uint32_t xid;
	uint32_t ciaddr, giaddr;
	uint8_t chaddr[CHADDR_LEN];
	uint16_t at[256];
	uint16_t len[256];
	uint8_t values[DHCPD_MESSAGE_MAX];
};

/** MESSAGE_OK - what dhcp_message_parse() returns for a good message */
#define MESSAGE_OK (-1)

/**
 * dhcp_message_parse() - read a message to a server
 * @bytes:	from `op` on
 * @len:	their number
 * @message:	filled in; not to be used if not MESSAGE_OK
 *
 * Return: MESSAGE_OK or the enum dhcpd_stat that says what is wrong with it.
 */
int dhcp_message_parse(const uint8_t *bytes, size_t len,
		       struct dhcp_message *message);

/** dhcp_option() - an option's value, or NULL; *@len is set if it is there */
const uint8_t *dhcp_option(const struct dhcp_message *message, uint8_t code,
			   size_t *len);

/** dhcp_option_has() - whether the option is there, empty or not */
static inline bool dhcp_option_has(const struct dhcp_message *message,
				   uint8_t code)
{
	return message->at[code] != OPTION_ABSENT;
}

/** dhcp_option_u32() - an option of four bytes, or 0 if it is not there */
uint32_t dhcp_option_u32(const struct dhcp_message *message, uint8_t code);

/**
 * dhcp_suboption_u32() - a sub-option of option 82 (RFC 3046 section 2.0)
 * @code:	its number
 * @value:	set to its four bytes as a number
 *
 * Return: false if there is none of four bytes.
 */
bool dhcp_suboption_u32(const struct dhcp_message *message, uint8_t code,
			uint32_t *value);

#endif /* DHCPD_MESSAGE_H */
