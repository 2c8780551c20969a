// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_list - lists whose elements are values: addresses, ranges, routes
 *
 * Unlike wan.pool, whose elements are paths of their own, such a list is one
 * value: it is said, overridden and stored as a whole.
 */
#include "conf/dhcp.h"

#include <assert.h>
#include <string.h>

#include "conf/value.h"

/* store_list() writes a pointer, and the count behind it. */
#define COUNT_FOLLOWS(array, n)                                      \
	static_assert(offsetof(struct dhcpd_subnet, n) ==            \
			      offsetof(struct dhcpd_subnet, array) + \
				      sizeof(void *),                \
		      "a list's count follows its pointer")
COUNT_FOLLOWS(ranges, n_ranges);
COUNT_FOLLOWS(exclude, n_exclude);
COUNT_FOLLOWS(router.list, router.n);
COUNT_FOLLOWS(dns.list, dns.n);
COUNT_FOLLOWS(ntp.list, ntp.n);
COUNT_FOLLOWS(search, n_search);
COUNT_FOLLOWS(routes, n_routes);
static_assert(offsetof(struct conf_option, n_value) ==
		      offsetof(struct conf_option, value) + sizeof(void *),
	      "a list's count follows its pointer");

void store_list(const struct conf_key *key, void *base,
		const union conf_value *value)
{
	unsigned char *field = (unsigned char *)base + key->offset;

	memcpy(field, &value->list.array, sizeof(value->list.array));
	memcpy(field + sizeof(value->list.array), &value->list.n,
	       sizeof(value->list.n));
}

size_t list_load(const struct conf_key *key, const void *base,
		 const unsigned char **array)
{
	const unsigned char *field = (const unsigned char *)base + key->offset;
	size_t n;

	memcpy(array, field, sizeof(*array));
	memcpy(&n, field + sizeof(*array), sizeof(n));
	return n;
}

/** element_read() - one element of a list; false after an error */
static bool element_read(struct conf_text *source, const char *path,
			 const struct conf_key *key, const yaml_node_t *node,
			 size_t i, union conf_value *value)
{
	struct conf_origin at = yaml_at(source, node->start_mark);
	char why[CONF_WHY_MAX] = "";
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		conf_fail(source->load, at,
			  "%s.%zu: a %s where one value belongs; write that "
			  "value alone",
			  path, i,
			  node->type == YAML_SEQUENCE_NODE ? "list" : "map");
		return false;
	}
	text = region_text(source->load->region,
			   (const char *)node->data.scalar.value,
			   node->data.scalar.length);
	if (key->type->parse(key, text, value, why))
		return true;
	conf_fail(source->load, at, "%s.%zu: \"%.60s%s\" %s", path, i, text,
		  strlen(text) > 60 ? "…" : "", why);
	return false;
}

/** elements() - how many nodes a list has; a value is a list of one */
static size_t elements(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE
		       ? 1
		       : (size_t)(node->data.sequence.items.top -
				  node->data.sequence.items.start);
}

bool list_read(struct conf_text *source, const char *path,
	       const struct conf_key *key, yaml_node_t *node,
	       union conf_value *value)
{
	struct region *region = source->load->region;
	struct conf_origin *places;
	unsigned char *array;
	bool good = true;
	size_t n;

	if (node->type == YAML_MAPPING_NODE) {
		conf_fail(source->load, yaml_at(source, node->start_mark),
			  "%s wants a list; write it in [ ]", path);
		return false;
	}
	n = elements(node);
	if (n > key->max) {
		conf_fail(source->load, yaml_at(source, node->start_mark),
			  "%s has %zu elements; write at most %llu", path, n,
			  (unsigned long long)key->max);
		return false;
	}
	array = region_alloc(region, (n + 1) * key->type->element);
	places = region_alloc(region, (n + 1) * sizeof(*places));
	for (size_t i = 0; i < n; i++) {
		union conf_value one = {0};
		const yaml_node_t *child = node;

		if (node->type == YAML_SEQUENCE_NODE)
			child = yaml_document_get_node(
				source->document,
				node->data.sequence.items.start[i]);
		places[i] = yaml_at(source, child->start_mark);
		if (element_read(source, path, key, child, i, &one))
			key->type->put(array + i * key->type->element, &one);
		else
			good = false;
	}
	value->list.array = array;
	value->list.n = n;
	value->list.at = places;
	return good;
}

/* --- addresses --- */

/** parse_address() - conf_type's parse: of a host */
static bool parse_address(const struct conf_key *key, const char *text,
			  union conf_value *value,
			  char why[static CONF_WHY_MAX])
{
	uint32_t addr;

	(void)key;
	if (!address_parse(text, &addr) || !address_usable(addr))
		return refuse(why, "is not a host's address; write one such as "
				   "192.168.77.9");
	value->endpoint.addr = addr;
	return true;
}

/** put_address() - conf_type's put */
static void put_address(void *element, const union conf_value *value)
{
	memcpy(element, &value->endpoint.addr, sizeof(value->endpoint.addr));
}

/** format_address_element() - conf_type's format: of an element */
static bool format_address_element(const struct conf_key *key, const void *base,
				   char text[static CONF_VALUE_MAX])
{
	char address[ADDRESS_TEXT];
	uint32_t addr;

	(void)key;
	memcpy(&addr, base, sizeof(addr));
	snprintf(text, CONF_VALUE_MAX, "%s", address_format(addr, address));
	return addr != 0;
}

/** store_address() - conf_type's store */
static void store_address(const struct conf_key *key, void *base,
			  const union conf_value *value)
{
	put_address((unsigned char *)base + key->offset, value);
}

/** format_address() - conf_type's format; off: none */
static bool format_address(const struct conf_key *key, const void *base,
			   char text[static CONF_VALUE_MAX])
{
	return format_address_element(
		key, (const unsigned char *)base + key->offset, text);
}

const struct conf_type type_address = {
	.parse = parse_address,
	.store = store_address,
	.format = format_address,
};

const struct conf_type type_addresses = {
	.parse = parse_address,
	.store = store_list,
	.format = format_address_element,
	.element = sizeof(uint32_t),
	.put = put_address,
};

/* --- ranges --- */

/** parse_range() - conf_type's parse */
static bool parse_range(const struct conf_key *key, const char *text,
			union conf_value *value, char why[static CONF_WHY_MAX])
{
	(void)key;
	return range_parse(text, value,
			   "is no range; write an address, a range such as "
			   "192.168.77.50-192.168.77.199, or a CIDR",
			   why);
}

/** put_range() - conf_type's put */
static void put_range(void *element, const union conf_value *value)
{
	const struct dhcpd_range range = {value->range.first,
					  value->range.last};

	memcpy(element, &range, sizeof(range));
}

/** format_range() - conf_type's format: of an element */
static bool format_range(const struct conf_key *key, const void *base,
			 char text[static CONF_VALUE_MAX])
{
	struct dhcpd_range range;
	char first[ADDRESS_TEXT];
	char last[ADDRESS_TEXT];

	(void)key;
	memcpy(&range, base, sizeof(range));
	address_format(range.first, first);
	address_format(range.last, last);
	snprintf(text, CONF_VALUE_MAX, "%s%s%s", first,
		 range.first == range.last ? "" : "-",
		 range.first == range.last ? "" : last);
	return true;
}

const struct conf_type type_ranges = {
	.parse = parse_range,
	.store = store_list,
	.format = format_range,
	.element = sizeof(struct dhcpd_range),
	.put = put_range,
};

/* --- routes --- */

/** parse_route() - conf_type's parse: "CIDR via ROUTER" */
static bool parse_route(const struct conf_key *key, const char *text,
			union conf_value *value, char why[static CONF_WHY_MAX])
{
	static const char via[] = " via ";
	const char *middle = strstr(text, via);
	size_t len = middle ? (size_t)(middle - text) : 0;
	char prefix[sizeof("255.255.255.255/32")] = "";

	(void)key;
	if (len < sizeof(prefix))
		memcpy(prefix, text, len);
	if (!len || len >= sizeof(prefix) ||
	    !prefix_parse(prefix, &value->route.addr, &value->route.bits) ||
	    !address_parse(middle + strlen(via), &value->route.router) ||
	    !address_usable(value->route.router))
		return refuse(why, "is not a route; write one such as "
				   "10.0.0.0/8 via 192.168.77.2");
	if (value->route.addr & ~prefix_mask(value->route.bits))
		return refuse(why, "has bits set behind its prefix; write the "
				   "subnet's first address");
	return true;
}

/** put_route() - conf_type's put */
static void put_route(void *element, const union conf_value *value)
{
	const struct dhcpd_route route = {value->route.addr, value->route.bits,
					  value->route.router};

	memcpy(element, &route, sizeof(route));
}

/** format_route() - conf_type's format: of an element */
static bool format_route(const struct conf_key *key, const void *base,
			 char text[static CONF_VALUE_MAX])
{
	struct dhcpd_route route;
	char address[ADDRESS_TEXT];
	char router[ADDRESS_TEXT];

	(void)key;
	memcpy(&route, base, sizeof(route));
	snprintf(text, CONF_VALUE_MAX, "%s/%u via %s",
		 address_format(route.addr, address), route.bits,
		 address_format(route.router, router));
	return true;
}

const struct conf_type type_routes = {
	.parse = parse_route,
	.store = store_list,
	.format = format_route,
	.element = sizeof(struct dhcpd_route),
	.put = put_route,
};
