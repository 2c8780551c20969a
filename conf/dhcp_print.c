// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_print - `dhcp` as it was said, for conf_foreach()
 *
 * A subnet shows what was said of it alone. Without a `dhcp` in the file there
 * is no server: then only what a profile says of one is shown.
 */
#include "conf/show.h"

#include <string.h>

#include "conf/dhcp.h"
#include "conf/value.h"

bool dhcp_shown(const struct shower *shower, const struct conf_key *key,
		const void *base, const char *path)
{
	static const unsigned char zero[sizeof(uint64_t)];
	const struct conf_item *item = conf_find(shower->priv, path);

	if (item)
		return item->kind == ITEM_VALUE &&
		       (shower->conf->dhcp_on ||
			item->origin.layer == CONF_PROFILE);
	/* Of the words that have defaults only these are none at zero. */
	return shower->conf->dhcp_on &&
	       (key->type == &type_enum || key->base == BASE_CONF ||
		memcmp((const unsigned char *)base + key->offset, zero,
		       key->size < sizeof(zero) ? key->size : sizeof(zero)) !=
			0);
}

/** show_entry() - hand out an entry with the origin of what @said says */
static void show_entry(const struct shower *shower, struct conf_entry *entry,
		       const char *said)
{
	const struct conf_item *item = conf_find(shower->priv, said);

	if (item)
		entry->origin = item_origin(shower->priv, item);
	shower->fn(entry, shower->arg);
}

/** show_empty() - a list or map that is there, and has nothing in it */
static void show_empty(const struct shower *shower, const char *path,
		       const char *pattern, const char *value, const char *doc)
{
	struct conf_entry entry = {
		.path = path,
		.pattern = pattern,
		.value = value,
		.empty = true,
		.doc = doc,
	};

	show_entry(shower, &entry, path);
}

/** show_list() - the elements of a list, each with a path of its own */
static void show_list(const struct shower *shower, const struct conf_key *key,
		      const void *base, const char *path, const char *pattern)
{
	const unsigned char *array;
	size_t n = list_load(key, base, &array);
	char text[CONF_VALUE_MAX];
	char below[CONF_PATH_MAX];
	char in[CONF_PATH_MAX];
	struct conf_entry entry = {
		.path = below,
		.pattern = in,
		.value = text,
		.doc = key->doc,
	};

	if (!n)
		show_empty(shower, path, pattern, "[]", key->doc);
	for (size_t i = 0; i < n; i++) {
		snprintf(below, sizeof(below), "%s.%zu", path, i);
		snprintf(in, sizeof(in), "%s.#", pattern);
		if (key->type->format(key, array + i * key->type->element,
				      text))
			show_entry(shower, &entry, path);
	}
}

/** show_word() - a row that may be a list */
static void show_word(const struct shower *shower, const struct conf_key *key,
		      const void *base, const char *path)
{
	if (!(key->flags & shower->scope) ||
	    !dhcp_shown(shower, key, base, path))
		return;
	if (key->type->element)
		show_list(shower, key, base, path, key->path);
	else
		show(shower, key, base, path, key->path);
}

/** show_options() - `options` of a subnet or, without a name, of `dhcp` */
static void show_options(const struct shower *shower, const char *subnet,
			 const struct conf_key *first)
{
	const struct conf_dhcp *dhcp = shower->priv->dhcp;

	for (size_t i = 0; i < dhcp->n_options; i++) {
		const struct conf_option *option = &dhcp->options[i];

		if (!subnet != !option->subnet ||
		    (subnet && strcmp(subnet, option->subnet) != 0))
			continue;
		for (const struct conf_key *key = first;
		     key->path && key->base == first->base; key++) {
			char path[CONF_PATH_MAX];

			snprintf(path, sizeof(path), "%s%s", option->path,
				 strrchr(key->path, '.'));
			show_word(shower, key, option, path);
		}
	}
}

/** show_reservations() - all of them */
static void show_reservations(const struct shower *shower,
			      const struct conf_key *first)
{
	const struct conf_dhcp *dhcp = shower->priv->dhcp;

	for (size_t i = 0; i < dhcp->n_reservations; i++) {
		const struct conf_reservation *r = &dhcp->reservations[i];

		for (const struct conf_key *key = first;
		     key->path && key->base == first->base; key++) {
			char path[CONF_PATH_MAX];

			snprintf(path, sizeof(path), "dhcp.reservations.%s%s",
				 r->r.name, strrchr(key->path, '.'));
			if (conf_find(shower->priv, path))
				show(shower, key, r, path, key->path);
		}
	}
}

/** show_subnets() - all of them, each with its options */
static void show_subnets(const struct shower *shower,
			 const struct conf_key *first)
{
	const struct conf_dhcp *dhcp = shower->priv->dhcp;

	for (size_t i = 0; i < dhcp->n_subnets; i++) {
		const struct conf_subnet *subnet = &dhcp->subnets[i];
		const struct conf_key *key = first;
		char path[CONF_PATH_MAX];

		snprintf(path, sizeof(path), "dhcp.subnets.%s", subnet->name);
		if (!conf_find_below(shower->priv, path))
			show_empty(shower, path, "dhcp.subnets.*", "{}",
				   "a subnet behind a relay");
		for (; key->path && key->base == first->base; key++) {
			snprintf(path, sizeof(path), "dhcp.subnets.%s%s",
				 subnet->name, strrchr(key->path, '.'));
			if (conf_find(shower->priv, path))
				show_word(shower, key, &subnet->words, path);
		}
		show_options(shower, subnet->name, key);
	}
}

void dhcp_show(const struct shower *shower, const struct conf_key *first)
{
	const struct conf_key *key = first;

	if (!(first->flags & shower->scope))
		return;
	if (first->base == BASE_OPTION)
		show_options(shower, NULL, first);
	else if (first->base == BASE_RESERVATION)
		show_reservations(shower, first);
	else if (first->base == BASE_SUBNET)
		show_subnets(shower, first);
	else if (first->base == BASE_DHCP)
		for (; key->base == BASE_DHCP; key++)
			show_word(shower, key, &shower->priv->dhcp->words,
				  key->path);
}
