/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * build - a reply's bytes: header fields, and options put where there is room
 */
#ifndef DHCPD_BUILD_H
#define DHCPD_BUILD_H

#include "dhcpd/message.h"

/** BUILD_ITEMS - options of a reply: each code at most once */
#define BUILD_ITEMS 256

/** BUILD_MIN - a shorter message is padded: RFC 1542 relays drop it */
#define BUILD_MIN 300

/**
 * struct build_item - an option of a reply
 * @len:	over 255 it goes as several (RFC 3396)
 */
struct build_item {
	const uint8_t *value;
	uint16_t len;
	uint8_t code;
};

/**
 * struct build - a reply in the making
 * @request:	whose xid, giaddr, htype, hlen and chaddr are copied
 * @flags:	of the reply
 * @item:	options in the order in which they are to come
 * @relay:	option 82, last before the end (RFC 3046 section 2.2), or its
 *		value is NULL
 * @overload:	whether `file` and `sname` may hold options
 */
struct build {
	const struct dhcp_message *request;
	uint16_t flags;
	uint32_t ciaddr, yiaddr, siaddr;
	struct build_item item[BUILD_ITEMS];
	size_t n;
	struct build_item relay;
	bool overload;
};

/** dhcp_build_add() - one more option; its value is the caller's till the end
 */
void dhcp_build_add(struct build *build, uint8_t code, const uint8_t *value,
		    size_t len);

/**
 * dhcp_build() - write the reply
 * @build:	what is to be in it
 * @bytes:	@max of them
 * @max:	at least BUILD_MIN
 * @cut:	set to how many options found no room; the last ones lose
 *
 * `file` and `sname` are used only if the options field is too small.
 *
 * Return: the reply's length.
 */
size_t dhcp_build(const struct build *build, uint8_t *bytes, size_t max,
		  unsigned *cut);

#endif /* DHCPD_BUILD_H */
