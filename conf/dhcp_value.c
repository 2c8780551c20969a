// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_value - the single values that only `dhcp` has, and the names in it
 */
#include "conf/dhcp.h"

#include <string.h>

#include "conf/value.h"

/* RFC 1035 2.3.4, without the dot and the byte that end a name on the wire. */
#define LABEL_MAX  63
#define DOMAIN_MAX 253

/* --- names --- */

/** parse_domain() - conf_type's parse: labels of what hosts are named with */
static bool parse_domain(const struct conf_key *key, const char *text,
			 union conf_value *value, char why[static CONF_WHY_MAX])
{
	size_t len = strlen(text);
	size_t label = 0;
	bool good = len && len <= DOMAIN_MAX;

	(void)key;
	for (size_t i = 0; i <= len && good; i++) {
		char c = text[i];

		if (c == '.' || !c) {
			good = label && label <= LABEL_MAX;
			label = 0;
		} else {
			good = (c >= 'a' && c <= 'z') ||
			       (c >= 'A' && c <= 'Z') ||
			       (c >= '0' && c <= '9') || c == '-' || c == '_';
			label++;
		}
	}
	if (!good)
		return refuse(why, "is not a domain name; write one such as "
				   "home.example, without a dot at its end");
	value->text = text;
	return true;
}

/** put_text() - conf_type's put */
static void put_text(void *element, const union conf_value *value)
{
	memcpy(element, &value->text, sizeof(value->text));
}

/** format_text_element() - conf_type's format: of an element */
static bool format_text_element(const struct conf_key *key, const void *base,
				char text[static CONF_VALUE_MAX])
{
	const char *element;

	(void)key;
	memcpy(&element, base, sizeof(element));
	snprintf(text, CONF_VALUE_MAX, "%s", element);
	return true;
}

const struct conf_type type_domain = {
	.parse = parse_domain,
	.store = text_store,
	.format = text_format,
};

const struct conf_type type_domains = {
	.parse = parse_domain,
	.store = store_list,
	.format = format_text_element,
	.element = sizeof(const char *),
	.put = put_text,
};

/** parse_text() - conf_type's parse: anything printable */
static bool parse_text(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	static const struct conf_key any = {.max = CONF_VALUE_MAX - 1};

	(void)key;
	value->text = text;
	return text_check(&any, text, why);
}

const struct conf_type type_texts = {
	.parse = parse_text,
	.store = store_list,
	.format = format_text_element,
	.element = sizeof(const char *),
	.put = put_text,
};

/* --- who has a reservation --- */

/** parse_mac() - conf_type's parse */
static bool parse_mac(const struct conf_key *key, const char *text,
		      union conf_value *value, char why[static CONF_WHY_MAX])
{
	(void)key;
	if (!mac_parse(text, value->who.mac))
		return refuse(why, "is not a MAC; write one such as "
				   "02:00:00:00:00:09");
	if (value->who.mac[0] & 1)
		return refuse(why, "is a group's address; write the client's "
				   "own");
	return true;
}

/** store_mac() - conf_type's store */
static void store_mac(const struct conf_key *key, void *base,
		      const union conf_value *value)
{
	struct conf_reservation *reservation = base;

	(void)key;
	reservation->r.by_mac = true;
	memcpy(reservation->r.mac, value->who.mac, sizeof(value->who.mac));
}

/** format_mac() - conf_type's format; off: it is known by an identifier */
static bool format_mac(const struct conf_key *key, const void *base,
		       char text[static CONF_VALUE_MAX])
{
	const struct conf_reservation *reservation = base;
	const uint8_t *m = reservation->r.mac;

	(void)key;
	snprintf(text, CONF_VALUE_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", m[0],
		 m[1], m[2], m[3], m[4], m[5]);
	return reservation->r.by_mac;
}

const struct conf_type type_mac = {
	.parse = parse_mac,
	.store = store_mac,
	.format = format_mac,
};

size_t hex_parse(const char *text, uint8_t *bytes, size_t size)
{
	size_t n = 0;

	while (*text) {
		int high = hex_digit(text[0]);
		int low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || n == size)
			return 0;
		bytes[n++] = (uint8_t)(high << 4 | low);
		text += 2;
		/* A colon stands between two bytes, not behind the last. */
		if (*text == ':' && !*++text)
			return 0;
	}
	return n;
}

/** parse_client_id() - conf_type's parse: option 61, its type included */
static bool parse_client_id(const struct conf_key *key, const char *text,
			    union conf_value *value,
			    char why[static CONF_WHY_MAX])
{
	uint8_t bytes[255];

	(void)key;
	if (!hex_parse(text, bytes, sizeof(bytes)))
		return refuse(why, "is not a client identifier; write 1 to 255 "
				   "bytes in hex, such as 01:02:00:00:00:00:09 "
				   "or 0102");
	value->text = text;
	return true;
}

const struct conf_type type_client_id = {
	.parse = parse_client_id,
	.store = text_store,
	.format = text_format,
};

/* --- what the user names --- */

/* Codes that are not of `options`, and what they are. */
static const struct {
	uint8_t code;
	const char *key; /* that sets it, or NULL: nothing does */
} taken[] = {
	{50, NULL},	     {51, "lease-time"}, {52, NULL}, {53, NULL},
	{54, NULL},	     {55, NULL},	 {57, NULL}, {58, "renew-time"},
	{59, "rebind-time"}, {61, NULL},	 {82, NULL}, {116, NULL},
};

/** option_check() - whether a name is the code of an option to be set */
static bool option_check(const char *name, char why[static CONF_WHY_MAX])
{
	uint64_t code;

	if (!number_parse(name, strlen(name), &code) || !code || code > 254)
		return refuse(why, "is not the code of an option; write a "
				   "number from 1 to 254");
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (taken[i].code != code)
			continue;
		if (taken[i].key)
			snprintf(why, CONF_WHY_MAX, "is set by %s; write that",
				 taken[i].key);
		else
			refuse(why, "is the protocol's own; take it away");
		return false;
	}
	return true;
}

/** subnet_check() - whether a name is a subnet that can be served */
static bool subnet_check(const char *name, char why[static CONF_WHY_MAX])
{
	uint32_t addr;
	unsigned bits;

	if (!prefix_parse(name, &addr, &bits) || !strchr(name, '/') ||
	    !address_usable(addr))
		return refuse(why, "is not a subnet; write a CIDR such as "
				   "10.2.0.0/24");
	if (bits < 8 || bits > 30)
		return refuse(why, "has an unfit prefix length; write one from "
				   "/8 to /30");
	if (addr & ~prefix_mask(bits))
		return refuse(why, "has bits set behind its prefix; write the "
				   "subnet's first address");
	return true;
}

bool dhcp_name_check(enum conf_base base, const char *name,
		     char why[static CONF_WHY_MAX])
{
	if (base == BASE_SUBNET)
		return subnet_check(name, why);
	if (base == BASE_OPTION || base == BASE_SUBNET_OPTION)
		return option_check(name, why);
	if (!name_valid(name))
		return refuse(why, "is not a name; write up to 31 letters, "
				   "digits, - and _");
	return true;
}

size_t dhcp_name_len(enum conf_base base, const char *path)
{
	/* The dots of a CIDR part nothing: it ends behind its length. */
	size_t slash = base == BASE_SUBNET ? strcspn(path, "/") : 0;

	return slash + strcspn(path + slash, ".");
}
