// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net - addresses, ports and interfaces in settings
 */
#include "conf/value.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

bool address_usable(uint32_t addr)
{
	return addr >> 24 != 0 && addr >> 24 != 127 && addr < 0xe0000000;
}

/* --- interfaces --- */

/** parse_interface() - conf_type's parse: what the kernel takes for a name */
static bool parse_interface(const struct conf_key *key, const char *text,
			    union conf_value *value,
			    char why[static CONF_WHY_MAX])
{
	size_t len = strlen(text);

	(void)key;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] == '/' || text[i] == ':' ||
		    text[i] == '"' || text[i] == 0x7f)
			len = 0;
	if (!len || len >= IF_NAMESIZE || !strcmp(text, ".") ||
	    !strcmp(text, ".."))
		return refuse(why, "is no name of an interface; write one of "
				   "up to 15 characters, as `ip link` does");
	value->text = text;
	return true;
}

/** store_interface() - conf_type's store: into an array */
static void store_interface(const struct conf_key *key, void *base,
			    const union conf_value *value)
{
	char *field = (char *)base + key->offset;

	memset(field, 0, IF_NAMESIZE);
	memcpy(field, value->text, strnlen(value->text, IF_NAMESIZE - 1));
}

/** format_interface() - conf_type's format */
static bool format_interface(const struct conf_key *key, const void *base,
			     char text[static CONF_VALUE_MAX])
{
	const char *field = (const char *)base + key->offset;

	snprintf(text, CONF_VALUE_MAX, "%s", field);
	return field[0] != '\0';
}

const struct conf_type type_interface = {
	.parse = parse_interface,
	.store = store_interface,
	.format = format_interface,
};

/* --- addresses --- */

/** format_prefix_text() - "a.b.c.d/n", or the address alone for 32 bits */
static void format_prefix_text(uint32_t addr, unsigned bits,
			       char text[static CONF_VALUE_MAX])
{
	char address[ADDRESS_TEXT];

	if (bits == 32)
		snprintf(text, CONF_VALUE_MAX, "%s",
			 address_format(addr, address));
	else
		snprintf(text, CONF_VALUE_MAX, "%s/%u",
			 address_format(addr, address), bits);
}

/** parse_lan_address() - conf_type's parse: a host's address in its subnet */
static bool parse_lan_address(const struct conf_key *key, const char *text,
			      union conf_value *value,
			      char why[static CONF_WHY_MAX])
{
	uint32_t addr;
	uint32_t host;
	unsigned bits;

	(void)key;
	if (!prefix_parse(text, &addr, &bits) || !strchr(text, '/') ||
	    !address_usable(addr))
		return refuse(why, "is not an address in a subnet; write one "
				   "such as 192.168.77.1/24");
	if (bits < 8 || bits > 30)
		return refuse(why, "has an unfit prefix length; write one from "
				   "/8 to /30");
	host = addr & ~prefix_mask(bits);
	if (!host || host == ~prefix_mask(bits))
		return refuse(why, "is the subnet's own or its broadcast "
				   "address; write one between these two");
	value->who.addr = addr;
	value->who.bits = bits;
	return true;
}

/** store_lan_address() - conf_type's store */
static void store_lan_address(const struct conf_key *key, void *base,
			      const union conf_value *value)
{
	struct conf_lan *lan = base;

	(void)key;
	lan->address = value->who.addr;
	lan->bits = value->who.bits;
}

/** format_lan_address() - conf_type's format */
static bool format_lan_address(const struct conf_key *key, const void *base,
			       char text[static CONF_VALUE_MAX])
{
	const struct conf_lan *lan = base;

	(void)key;
	format_prefix_text(lan->address, lan->bits, text);
	return true;
}

const struct conf_type type_lan_address = {
	.parse = parse_lan_address,
	.store = store_lan_address,
	.format = format_lan_address,
};

/** ends_parse() - "a-b"; whether they are in order is not looked at */
static bool ends_parse(const char *text, uint32_t *first, uint32_t *last)
{
	const char *dash = strchr(text, '-');
	char address[ADDRESS_TEXT];
	size_t len = dash ? (size_t)(dash - text) : sizeof(address);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	return address_parse(address, first) && address_parse(dash + 1, last);
}

bool range_parse(const char *text, union conf_value *value, const char *none,
		 char why[static CONF_WHY_MAX])
{
	uint32_t first = 0;
	uint32_t last = 0;
	unsigned bits;

	if (prefix_parse(text, &first, &bits)) {
		if (first & ~prefix_mask(bits))
			return refuse(why, "has bits set behind its prefix; "
					   "write the subnet's first address");
		last = first | ~prefix_mask(bits);
	} else if (!ends_parse(text, &first, &last)) {
		return refuse(why, none);
	}
	if (first > last)
		return refuse(why, "runs backwards; write the smaller address "
				   "first");
	if (!address_usable(first) || !address_usable(last))
		return refuse(why, "holds addresses that no host can have; "
				   "write unicast ones");
	value->range.first = first;
	value->range.last = last;
	return true;
}

/** parse_pool() - conf_type's parse */
static bool parse_pool(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	(void)key;
	value->range.interface = !strcmp(text, "interface");
	if (value->range.interface) {
		value->range.first = value->range.last = 0;
		return true;
	}
	if (!range_parse(text, value,
			 "is no part of a pool; write interface, an address, a "
			 "range such as 198.51.100.2-198.51.100.9, or a CIDR",
			 why))
		return false;
	if (value->range.last - value->range.first >= 65536)
		return refuse(why, "is too large; write at most 65536 "
				   "addresses, as /16");
	return true;
}

/** store_pool() - conf_type's store */
static void store_pool(const struct conf_key *key, void *base,
		       const union conf_value *value)
{
	struct conf_pool_entry *entry = base;

	(void)key;
	entry->interface = value->range.interface;
	entry->first = value->range.first;
	entry->last = value->range.last;
}

/** format_pool() - conf_type's format */
static bool format_pool(const struct conf_key *key, const void *base,
			char text[static CONF_VALUE_MAX])
{
	const struct conf_pool_entry *entry = base;
	char first[ADDRESS_TEXT];
	char last[ADDRESS_TEXT];

	(void)key;
	address_format(entry->first, first);
	address_format(entry->last, last);
	if (entry->interface)
		snprintf(text, CONF_VALUE_MAX, "interface");
	else if (entry->first == entry->last)
		snprintf(text, CONF_VALUE_MAX, "%s", first);
	else
		snprintf(text, CONF_VALUE_MAX, "%s-%s", first, last);
	return true;
}

const struct conf_type type_pool = {
	.parse = parse_pool,
	.store = store_pool,
	.format = format_pool,
};

/** parse_prefix() - conf_type's parse */
static bool parse_prefix(const struct conf_key *key, const char *text,
			 union conf_value *value, char why[static CONF_WHY_MAX])
{
	(void)key;
	if (!prefix_parse(text, &value->who.addr, &value->who.bits))
		return refuse(why, "is not an address or CIDR; write one such "
				   "as 198.51.100.0/24");
	if (value->who.addr & ~prefix_mask(value->who.bits))
		return refuse(why, "has bits set behind its prefix; write the "
				   "subnet's first address");
	return true;
}

/** store_prefix() - conf_type's store */
static void store_prefix(const struct conf_key *key, void *base,
			 const union conf_value *value)
{
	struct nat_exempt *exempt = base;

	(void)key;
	exempt->addr = value->who.addr;
	exempt->bits = value->who.bits;
}

/** format_prefix() - conf_type's format */
static bool format_prefix(const struct conf_key *key, const void *base,
			  char text[static CONF_VALUE_MAX])
{
	const struct nat_exempt *exempt = base;

	(void)key;
	format_prefix_text(exempt->addr, exempt->bits, text);
	return true;
}

const struct conf_type type_prefix = {
	.parse = parse_prefix,
	.store = store_prefix,
	.format = format_prefix,
};

/* --- clients --- */

int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

bool mac_parse(const char *text, uint8_t mac[static 6])
{
	if (strlen(text) != 17)
		return false;
	for (size_t i = 0; i < 6; i++) {
		int high = hex_digit(text[3 * i]);
		int low = hex_digit(text[3 * i + 1]);

		if (high < 0 || low < 0 || (i < 5 && text[3 * i + 2] != ':'))
			return false;
		mac[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/** parse_match() - conf_type's parse */
static bool parse_match(const struct conf_key *key, const char *text,
			union conf_value *value, char why[static CONF_WHY_MAX])
{
	memset(value, 0, sizeof(*value));
	value->who.by_mac = strchr(text, ':') != NULL;
	if (!value->who.by_mac && strchr(text, '.'))
		return parse_prefix(key, text, value, why);
	if (value->who.by_mac && mac_parse(text, value->who.mac)) {
		if (!(value->who.mac[0] & 1))
			return true;
		return refuse(why, "is a group's address; write the client's "
				   "own");
	}
	return refuse(why, "matches nothing; write an address, a CIDR or a MAC "
			   "such as 02:00:00:00:00:09");
}

/** store_match() - conf_type's store */
static void store_match(const struct conf_key *key, void *base,
			const union conf_value *value)
{
	struct nat_client_rule *client = base;

	(void)key;
	client->by_mac = value->who.by_mac;
	client->addr = value->who.addr;
	client->bits = value->who.bits;
	memcpy(client->mac, value->who.mac, sizeof(client->mac));
}

/** format_match() - conf_type's format */
static bool format_match(const struct conf_key *key, const void *base,
			 char text[static CONF_VALUE_MAX])
{
	const struct nat_client_rule *client = base;
	const uint8_t *m = client->mac;

	(void)key;
	if (client->by_mac)
		snprintf(text, CONF_VALUE_MAX, "%02x:%02x:%02x:%02x:%02x:%02x",
			 m[0], m[1], m[2], m[3], m[4], m[5]);
	else
		format_prefix_text(client->addr, client->bits, text);
	return true;
}

const struct conf_type type_match = {
	.parse = parse_match,
	.store = store_match,
	.format = format_match,
};
