// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * options - encoding a subnet's options
 */
#include "dhcpd/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/endpoint.h"
#include "base/wire.h"

#define LABEL_MAX   63
#define NAME_MAX    255
#define POINTER	    0xc0
#define POINTER_MAX 0x3fff

/** set_put() - the value of an option, over what was there */
static void set_put(struct option_set *set, uint8_t code, const uint8_t *value,
		    size_t len)
{
	if (len > OPTION_VALUE_MAX)
		return;
	if (set->size - set->used < len) {
		size_t size = 2 * set->size + len + 64;
		uint8_t *bytes = realloc(set->bytes, size);

		if (!bytes) {
			set->failed = true;
			return;
		}
		set->bytes = bytes;
		set->size = size;
	}
	if (len)
		memcpy(set->bytes + set->used, value, len);
	set->at[code] = (uint32_t)set->used;
	set->len[code] = (uint16_t)len;
	set->has[code] = true;
	set->used += len;
}

/** set_u32() - an option of one address or number */
static void set_u32(struct option_set *set, uint8_t code, uint32_t value)
{
	uint8_t bytes[4];

	wire_put32(bytes, value);
	set_put(set, code, bytes, sizeof(bytes));
}

/** set_addresses() - an option of several addresses, if there are any */
static void set_addresses(struct option_set *set, uint8_t code,
			  const struct dhcpd_addresses *addresses)
{
	uint8_t bytes[OPTION_VALUE_MAX];
	size_t n = addresses->n;

	if (n > sizeof(bytes) / 4)
		n = sizeof(bytes) / 4;
	for (size_t i = 0; i < n; i++)
		wire_put32(bytes + 4 * i, addresses->list[i]);
	if (n)
		set_put(set, code, bytes, 4 * n);
}

/**
 * name_is() - whether an encoded name is a certain text
 * @bytes:	@len of them, encoded by us
 * @at:		where the name begins
 * @text:	dotted, without a dot at the end
 */
static bool name_is(const uint8_t *bytes, size_t len, size_t at,
		    const char *text)
{
	while (at < len && bytes[at]) {
		size_t label = bytes[at];

		if (label >= POINTER) {
			at = wire_get16(bytes + at) & POINTER_MAX;
			continue;
		}
		if (strlen(text) < label ||
		    memcmp(text, bytes + at + 1, label) != 0)
			return false;
		text += label;
		at += 1 + label;
		if (*text == '.')
			text++;
		else if (*text)
			return false;
	}
	return !*text;
}

/**
 * name_find() - a name, or the end of one, among those already encoded
 *
 * Every label's beginning is looked at, which is enough for a few names.
 *
 * Return: its offset, or SIZE_MAX.
 */
static size_t name_find(const uint8_t *bytes, size_t len, const char *text)
{
	size_t at = 0;

	while (at < len && at <= POINTER_MAX) {
		if (bytes[at] >= POINTER) {
			at += 2;
		} else if (!bytes[at]) {
			at++;
		} else {
			if (name_is(bytes, len, at, text))
				return at;
			at += 1u + bytes[at];
		}
	}
	return SIZE_MAX;
}

/** name_good() - whether a text can be a domain name */
static bool name_good(const char *text)
{
	size_t label = 0;

	if (!*text || strlen(text) > NAME_MAX - 2)
		return false;
	for (; *text; text++) {
		label = *text == '.' ? 0 : label + 1;
		if (label > LABEL_MAX ||
		    (*text == '.' && (text[1] == '.' || !text[1])))
			return false;
	}
	return true;
}

/** name_put() - encode one name behind @at bytes; the new length, or @at */
static size_t name_put(const char *text, uint8_t *bytes, size_t at, size_t size)
{
	size_t start = at, known, label;

	if (!name_good(text) || *text == '.')
		return start;
	while (*text) {
		known = name_find(bytes, start, text);
		if (known != SIZE_MAX) {
			if (size - at < 2)
				return start;
			wire_put16(bytes + at,
				   (uint16_t)(POINTER << 8 | known));
			return at + 2;
		}
		label = strcspn(text, ".");
		if (size - at < label + 2)
			return start;
		bytes[at++] = (uint8_t)label;
		memcpy(bytes + at, text, label);
		at += label;
		text += label + (text[label] == '.');
	}
	bytes[at++] = 0;
	return at;
}

size_t option_search(const char *const *names, size_t n, uint8_t *bytes,
		     size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		at = name_put(names[i], bytes, at, size);
	return at;
}

/** route_put() - one route; the new length, or @at if it does not fit */
static size_t route_put(const struct dhcpd_route *route, uint8_t *bytes,
			size_t at, size_t size)
{
	uint8_t prefix[4];
	size_t octets = (route->bits + 7) / 8;

	if (size - at < 1 + octets + 4)
		return at;
	bytes[at] = (uint8_t)route->bits;
	wire_put32(prefix, route->addr & prefix_mask(route->bits));
	memcpy(bytes + at + 1, prefix, octets);
	wire_put32(bytes + at + 1 + octets, route->router);
	return at + 1 + octets + 4;
}

size_t option_routes(const struct dhcpd_route *routes, size_t n,
		     uint32_t router, uint8_t *bytes, size_t size)
{
	const struct dhcpd_route fallback = {.router = router};
	bool has_default = !router;
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		at = route_put(&routes[i], bytes, at, size);
		has_default = has_default || !routes[i].bits;
	}
	return has_default ? at : route_put(&fallback, bytes, at, size);
}

/** reserved() - codes that no setting decides: the protocol's own */
static bool reserved(uint8_t code)
{
	return code == OPTION_PAD || code == OPTION_END ||
	       (code >= OPTION_REQUESTED && code <= OPTION_T2 &&
		code != OPTION_TEXT) ||
	       code == OPTION_CLIENT || code == OPTION_RELAY ||
	       code == OPTION_AUTOCONF;
}

/** set_generic() - the entries of `options` */
static void set_generic(struct option_set *set,
			const struct dhcpd_subnet *subnet)
{
	for (size_t i = 0; i < subnet->n_options; i++) {
		const struct dhcpd_option *o = &subnet->options[i];

		if (reserved(o->code))
			continue;
		if (o->code == OPTION_V6ONLY && o->len == 4 &&
		    wire_get32(o->value) < V6ONLY_MIN)
			set_u32(set, OPTION_V6ONLY, V6ONLY_MIN);
		else
			set_put(set, o->code, o->value, o->len);
	}
}

int option_set_make(struct option_set *set, const struct dhcpd_subnet *subnet)
{
	uint32_t mask = prefix_mask(subnet->bits);
	uint32_t router = subnet->router.n ? subnet->router.list[0] : 0;
	uint8_t bytes[OPTION_VALUE_MAX];
	size_t len;

	set_u32(set, OPTION_MASK, mask);
	if (subnet->bits <= 30)
		set_u32(set, OPTION_BROADCAST, subnet->addr | ~mask);
	set_addresses(set, OPTION_ROUTER, &subnet->router);
	set_addresses(set, OPTION_DNS, &subnet->dns);
	set_addresses(set, OPTION_NTP, &subnet->ntp);
	if (subnet->domain)
		set_put(set, OPTION_DOMAIN, (const uint8_t *)subnet->domain,
			strlen(subnet->domain));
	if (subnet->mtu) {
		wire_put16(bytes, subnet->mtu);
		set_put(set, OPTION_MTU, bytes, 2);
	}
	len = option_search(subnet->search, subnet->n_search, bytes,
			    sizeof(bytes));
	if (len)
		set_put(set, OPTION_SEARCH, bytes, len);
	len = subnet->n_routes ? option_routes(subnet->routes, subnet->n_routes,
					       router, bytes, sizeof(bytes))
			       : 0;
	if (len)
		set_put(set, OPTION_ROUTES, bytes, len);
	set_generic(set, subnet);
	return set->failed ? -ENOMEM : 0;
}

void option_set_free(struct option_set *set)
{
	free(set->bytes);
	set->bytes = NULL;
}
