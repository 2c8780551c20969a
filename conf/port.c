// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * port - ports, ranges of them, and where forwards lead, in settings
 */
#include "conf/value.h"

#include <stdio.h>
#include <string.h>

#include "conf/conf.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

/** port_parse() - 1 to 65535 in @len digits */
static bool port_parse(const char *text, size_t len, uint16_t *port)
{
	uint64_t n;

	if (!number_parse(text, len, &n) || !n || n > UINT16_MAX)
		return false;
	*port = (uint16_t)n;
	return true;
}

bool ports_parse(const char *text, uint16_t *first, uint16_t *last)
{
	const char *dash = strchr(text, '-');
	uint16_t a;
	uint16_t b;

	if (!dash) {
		if (!port_parse(text, strlen(text), &a))
			return false;
		b = a;
	} else if (!port_parse(text, (size_t)(dash - text), &a) ||
		   !port_parse(dash + 1, strlen(dash + 1), &b) || a > b) {
		return false;
	}
	*first = a;
	*last = b;
	return true;
}

bool port_rule_parse(const char *text, uint8_t *protocol, uint16_t *port)
{
	size_t len = strcspn(text, "/");

	if (!port_parse(text, len, port))
		return false;
	if (!text[len])
		*protocol = 0;
	else if (!strcmp(text + len, "/tcp"))
		*protocol = PROTOCOL_TCP;
	else if (!strcmp(text + len, "/udp"))
		*protocol = PROTOCOL_UDP;
	else
		return false;
	return true;
}

/** parse_ports() - conf_type's parse: a port or a range of ports */
static bool parse_ports(const struct conf_key *key, const char *text,
			union conf_value *value, char why[static CONF_WHY_MAX])
{
	uint16_t first;
	uint16_t last;

	(void)key;
	if (!ports_parse(text, &first, &last))
		return refuse(why, "is neither a port nor a range of ports; "
				   "write one such as 8080 or 8000-8099");
	value->range.first = first;
	value->range.last = last;
	return true;
}

/** store_port_range() - conf_type's store */
static void store_port_range(const struct conf_key *key, void *base,
			     const union conf_value *value)
{
	struct conf *conf = base;

	(void)key;
	conf->nat.port_first = (uint16_t)value->range.first;
	conf->nat.port_last = (uint16_t)value->range.last;
}

/** format_ports() - a port or a range of ports */
static void format_ports(unsigned first, unsigned last,
			 char text[static CONF_VALUE_MAX])
{
	if (first == last)
		snprintf(text, CONF_VALUE_MAX, "%u", first);
	else
		snprintf(text, CONF_VALUE_MAX, "%u-%u", first, last);
}

/** format_port_range() - conf_type's format */
static bool format_port_range(const struct conf_key *key, const void *base,
			      char text[static CONF_VALUE_MAX])
{
	const struct conf *conf = base;

	(void)key;
	format_ports(conf->nat.port_first, conf->nat.port_last, text);
	return true;
}

const struct conf_type type_port_range = {
	.parse = parse_ports,
	.store = store_port_range,
	.format = format_port_range,
};

/** store_external_port() - conf_type's store */
static void store_external_port(const struct conf_key *key, void *base,
				const union conf_value *value)
{
	struct nat_forward *forward = base;

	(void)key;
	forward->external.port = (uint16_t)value->range.first;
	forward->count = value->range.last - value->range.first + 1;
}

/** format_external_port() - conf_type's format; off: every port */
static bool format_external_port(const struct conf_key *key, const void *base,
				 char text[static CONF_VALUE_MAX])
{
	const struct nat_forward *forward = base;

	(void)key;
	if (!forward->count)
		return false;
	format_ports(forward->external.port,
		     forward->external.port + forward->count - 1, text);
	return true;
}

const struct conf_type type_external_port = {
	.parse = parse_ports,
	.store = store_external_port,
	.format = format_external_port,
};

/** parse_external() - conf_type's parse: an address of the pool */
static bool parse_external(const struct conf_key *key, const char *text,
			   union conf_value *value,
			   char why[static CONF_WHY_MAX])
{
	(void)key;
	value->endpoint.port = 0;
	if (!address_parse(text, &value->endpoint.addr) ||
	    !value->endpoint.addr)
		return refuse(why, "is not an address; write one of wan.pool, "
				   "such as 198.51.100.2");
	return true;
}

/** store_external() - conf_type's store */
static void store_external(const struct conf_key *key, void *base,
			   const union conf_value *value)
{
	struct nat_forward *forward = base;

	(void)key;
	forward->external.addr = value->endpoint.addr;
}

/** format_external() - conf_type's format; off: the pool's first address */
static bool format_external(const struct conf_key *key, const void *base,
			    char text[static CONF_VALUE_MAX])
{
	const struct nat_forward *forward = base;
	char address[ADDRESS_TEXT];

	(void)key;
	snprintf(text, CONF_VALUE_MAX, "%s",
		 address_format(forward->external.addr, address));
	return forward->external.addr != 0;
}

const struct conf_type type_external = {
	.parse = parse_external,
	.store = store_external,
	.format = format_external,
};

/** parse_internal() - conf_type's parse: a host's endpoint, or a host */
static bool parse_internal(const struct conf_key *key, const char *text,
			   union conf_value *value,
			   char why[static CONF_WHY_MAX])
{
	(void)key;
	value->endpoint.port = 0;
	if (!address_parse(text, &value->endpoint.addr) &&
	    (!endpoint_parse(text, &value->endpoint) || !value->endpoint.port))
		return refuse(why, "is not an address with a port; write one "
				   "such as 192.168.77.9:80");
	return true;
}

/** store_internal() - conf_type's store */
static void store_internal(const struct conf_key *key, void *base,
			   const union conf_value *value)
{
	struct nat_forward *forward = base;

	(void)key;
	forward->internal = value->endpoint;
}

/** format_internal() - conf_type's format */
static bool format_internal(const struct conf_key *key, const void *base,
			    char text[static CONF_VALUE_MAX])
{
	const struct nat_forward *forward = base;
	char endpoint[ENDPOINT_TEXT];

	(void)key;
	endpoint_format(forward->internal, endpoint);
	if (!forward->internal.port)
		*strchr(endpoint, ':') = '\0';
	snprintf(text, CONF_VALUE_MAX, "%s", endpoint);
	return true;
}

const struct conf_type type_internal = {
	.parse = parse_internal,
	.store = store_internal,
	.format = format_internal,
};

/** parse_protocol() - conf_type's parse */
static bool parse_protocol(const struct conf_key *key, const char *text,
			   union conf_value *value,
			   char why[static CONF_WHY_MAX])
{
	(void)key;
	if (!strcmp(text, "tcp"))
		value->number = PROTOCOL_TCP;
	else if (!strcmp(text, "udp"))
		value->number = PROTOCOL_UDP;
	else if (!strcmp(text, "all"))
		value->number = 0;
	else
		return refuse(why, "cannot be forwarded; write tcp, udp or "
				   "all");
	return true;
}

/** store_protocol() - conf_type's store */
static void store_protocol(const struct conf_key *key, void *base,
			   const union conf_value *value)
{
	struct nat_forward *forward = base;

	(void)key;
	forward->protocol = (uint8_t)value->number;
}

/** format_protocol() - conf_type's format */
static bool format_protocol(const struct conf_key *key, const void *base,
			    char text[static CONF_VALUE_MAX])
{
	const struct nat_forward *forward = base;

	(void)key;
	snprintf(text, CONF_VALUE_MAX, "%s",
		 forward->protocol == PROTOCOL_TCP   ? "tcp"
		 : forward->protocol == PROTOCOL_UDP ? "udp"
						     : "all");
	return true;
}

const struct conf_type type_protocol = {
	.parse = parse_protocol,
	.store = store_protocol,
	.format = format_protocol,
};

/** parse_port() - conf_type's parse */
static bool parse_port(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	uint16_t port;

	(void)key;
	if (!port_parse(text, strlen(text), &port))
		return refuse(why, "is not a port; write a number from 1 to "
				   "65535");
	value->number = port;
	return true;
}

/** store_port() - conf_type's store */
static void store_port(const struct conf_key *key, void *base,
		       const union conf_value *value)
{
	struct nat_exempt *exempt = base;

	(void)key;
	exempt->port = (uint16_t)value->number;
}

/** format_port() - conf_type's format; off: every port */
static bool format_port(const struct conf_key *key, const void *base,
			char text[static CONF_VALUE_MAX])
{
	const struct nat_exempt *exempt = base;

	(void)key;
	snprintf(text, CONF_VALUE_MAX, "%u", (unsigned)exempt->port);
	return exempt->port != 0;
}

const struct conf_type type_port = {
	.parse = parse_port,
	.store = store_port,
	.format = format_port,
};
