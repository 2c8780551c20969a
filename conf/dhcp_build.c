// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_build - `dhcp` from items to what the server takes
 *
 * In steps: what `dhcp` itself says; its subnets, options and reservations,
 * where a subnet begins with what `dhcp` says; then one complete subnet for
 * each lan that has something to give out, and for each of `subnets` that is
 * no lan's.
 */
#include "conf/dhcp.h"

#include <string.h>

bool dhcp_base(enum conf_base base)
{
	return base == BASE_DHCP || base >= BASE_SUBNET;
}

/* --- what was said --- */

/** subnet_get() - the subnet of that name, made if need be */
static struct conf_subnet *subnet_get(struct region *region,
				      struct conf_dhcp *dhcp, const char *name)
{
	struct conf_subnet *subnet;

	for (size_t i = 0; i < dhcp->n_subnets; i++)
		if (!strcmp(dhcp->subnets[i].name, name))
			return &dhcp->subnets[i];
	dhcp->subnets = region_grow(region, dhcp->subnets, dhcp->n_subnets,
				    &dhcp->subnets_capacity, sizeof(*subnet));
	subnet = &dhcp->subnets[dhcp->n_subnets++];
	subnet->name = name;
	subnet->words = dhcp->words;
	/* These are of the lans, and of no use to others. */
	subnet->words.s.ranges = subnet->words.s.exclude = NULL;
	subnet->words.s.n_ranges = subnet->words.s.n_exclude = 0;
	subnet->words.s.router = (struct dhcpd_addresses){NULL, 0};
	subnet->words.s.routes = NULL;
	subnet->words.s.n_routes = 0;
	return subnet;
}

/** option_get() - the option of that path, made if need be */
static struct conf_option *option_get(struct region *region,
				      struct conf_dhcp *dhcp,
				      const struct conf_item *item)
{
	/* "10.2.0.0/24.43", or "43": what is behind the last dot is its code */
	const char *dot = strrchr(item->element, '.');
	const char *code = dot ? dot + 1 : item->element;
	struct conf_option *option;
	const char *end = strstr(item->path, ".options.");
	const char *path;

	end += strlen(".options.") + strlen(code);
	path = region_text(region, item->path, (size_t)(end - item->path));
	for (size_t i = 0; i < dhcp->n_options; i++)
		if (!strcmp(dhcp->options[i].path, path))
			return &dhcp->options[i];
	dhcp->options = region_grow(region, dhcp->options, dhcp->n_options,
				    &dhcp->options_capacity, sizeof(*option));
	option = &dhcp->options[dhcp->n_options++];
	option->path = path;
	/* Checked when it was read: 1 to 254. */
	for (; *code; code++)
		option->code = (uint8_t)(option->code * 10 + *code - '0');
	if (dot)
		option->subnet = region_text(region, item->element,
					     (size_t)(dot - item->element));
	return option;
}

/** reservation_get() - the reservation of that name, made if need be */
static struct conf_reservation *
reservation_get(struct region *region, struct conf_dhcp *dhcp, const char *name)
{
	struct conf_reservation *reservation;

	for (size_t i = 0; i < dhcp->n_reservations; i++)
		if (!strcmp(dhcp->reservations[i].r.name, name))
			return &dhcp->reservations[i];
	dhcp->reservations =
		region_grow(region, dhcp->reservations, dhcp->n_reservations,
			    &dhcp->reservations_capacity, sizeof(*reservation));
	reservation = &dhcp->reservations[dhcp->n_reservations++];
	reservation->r.name = name;
	return reservation;
}

/** element_get() - what an item is about; NULL if there are too many */
static void *element_get(struct conf_load *load, struct conf_dhcp *dhcp,
			 const struct conf_item *item)
{
	const size_t before =
		dhcp->n_subnets + dhcp->n_options + dhcp->n_reservations;
	void *element;

	if (before >= 4 * CONF_ELEMENTS_MAX) {
		if (item->kind == ITEM_ELEMENT)
			conf_fail(load, item->origin,
				  "%s is too many; write up to %d of dhcp's",
				  item->path, 4 * CONF_ELEMENTS_MAX);
		return NULL;
	}
	if (item->base == BASE_SUBNET)
		element = &subnet_get(load->region, dhcp, item->element)->words;
	else if (item->base == BASE_RESERVATION)
		element = reservation_get(load->region, dhcp, item->element);
	else
		element = option_get(load->region, dhcp, item);
	return element;
}

/** words_store() - what `dhcp` itself says, before its subnets begin */
static void words_store(struct conf_load *load, struct conf_dhcp *dhcp)
{
	dhcpd_subnet_default(&dhcp->words.s);
	for (size_t i = 0; i < load->items.n; i++) {
		const struct conf_item *item = &load->items.item[i];

		if (!item->dead && item->kind == ITEM_VALUE &&
		    item->key->base == BASE_DHCP)
			item->key->type->store(item->key, &dhcp->words,
					       &item->value);
	}
}

/** elements_store() - subnets, options and reservations */
static void elements_store(struct conf_load *load, struct conf_dhcp *dhcp)
{
	for (size_t i = 0; i < load->items.n; i++) {
		const struct conf_item *item = &load->items.item[i];
		void *element;

		if (item->dead || item->base < BASE_SUBNET)
			continue;
		element = element_get(load, dhcp, item);
		if (element && item->kind == ITEM_VALUE)
			item->key->type->store(item->key, element,
					       &item->value);
	}
}

/* --- what comes of it --- */

/**
 * struct maker - the state while subnets are made
 * @subnets:	of the server; there is room for all
 * @lans:	likewise its lans
 * @lan:	which of ours they are
 */
struct maker {
	struct conf_load *load;
	const struct conf *conf;
	struct conf_dhcp *dhcp;
	struct dhcpd_subnet *subnets;
	size_t n_subnets;
	struct dhcpd_lan *lans;
	size_t *lan;
	size_t n_lans;
};

/** holds() - whether an address is in a subnet */
static bool holds(const struct dhcpd_subnet *subnet, uint32_t addr)
{
	return !((addr ^ subnet->addr) & prefix_mask(subnet->bits));
}

/** said() - whether a word was, of `dhcp` or, with a name, of a subnet */
static bool said(const struct maker *maker, const char *name, const char *word)
{
	const char *path =
		name ? region_print(maker->load->region, "dhcp.subnets.%s.%s",
				    name, word)
		     : region_print(maker->load->region, "dhcp.%s", word);
	const struct conf_item *item = conf_find(maker->conf->priv, path);

	return item && item->kind == ITEM_VALUE;
}

/** ranges_add() - those of `dhcp` that lie in a subnet, behind its own */
static void ranges_add(const struct maker *maker,
		       const struct dhcpd_subnet *subnet,
		       const struct dhcpd_range **ranges, size_t *n_ranges,
		       const struct dhcpd_range *more, size_t n_more)
{
	struct dhcpd_range *all = region_alloc(
		maker->load->region, (*n_ranges + n_more + 1) * sizeof(*all));
	size_t n = *n_ranges;

	if (n)
		memcpy(all, *ranges, n * sizeof(*all));
	for (size_t i = 0; i < n_more; i++)
		if (holds(subnet, more[i].first) || holds(subnet, more[i].last))
			all[n++] = more[i];
	*ranges = all;
	*n_ranges = n;
}

/**
 * routers_take() - those of `dhcp` that are in a lan; else its own address
 *
 * With several lans each is given its own routers. None at all is one too.
 */
static void routers_take(const struct maker *maker, const struct conf_lan *lan,
			 struct dhcpd_subnet *subnet)
{
	const struct dhcpd_addresses *said_ones = &maker->dhcp->words.s.router;
	uint32_t *list = region_alloc(maker->load->region,
				      (said_ones->n + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < said_ones->n; i++)
		if (holds(subnet, said_ones->list[i]))
			list[n++] = said_ones->list[i];
	if (!n && (said_ones->n || !said(maker, NULL, "router")))
		list[n++] = lan->address;
	subnet->router = (struct dhcpd_addresses){list, n};
}

/** routes_take() - those of `dhcp` whose router is in the lan */
static void routes_take(const struct maker *maker, struct dhcpd_subnet *subnet)
{
	const struct dhcpd_subnet *words = &maker->dhcp->words.s;
	struct dhcpd_route *list = region_alloc(
		maker->load->region, (words->n_routes + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < words->n_routes; i++)
		if (holds(subnet, words->routes[i].router))
			list[n++] = words->routes[i];
	subnet->routes = list;
	subnet->n_routes = n;
}

/** reserves() - whether there is a reservation in a subnet */
static bool reserves(const struct maker *maker,
		     const struct dhcpd_subnet *subnet)
{
	for (size_t i = 0; i < maker->dhcp->n_reservations; i++)
		if (holds(subnet, maker->dhcp->reservations[i].r.address))
			return true;
	return false;
}

/**
 * subnet_make() - a complete subnet behind the others
 * @own:	what was said of it alone, or NULL
 * @lan:	whose it is, or NULL
 *
 * Return: false, and nothing made, if it is a lan that has nothing to give out.
 */
static bool subnet_make(struct maker *maker, const struct conf_subnet *own,
			const struct conf_lan *lan, uint32_t addr,
			unsigned bits)
{
	const struct dhcpd_subnet *common = &maker->dhcp->words.s;
	struct dhcpd_subnet *subnet = &maker->subnets[maker->n_subnets];
	const struct conf_words *words =
		own ? &own->words : &maker->dhcp->words;
	const char *name = own ? own->name : NULL;

	*subnet = words->s;
	subnet->addr = addr & prefix_mask(bits);
	subnet->bits = bits;
	subnet->lan = DHCPD_NO_LAN;
	if (!own)
		subnet->n_ranges = subnet->n_exclude = 0;
	ranges_add(maker, subnet, &subnet->ranges, &subnet->n_ranges,
		   common->ranges, common->n_ranges);
	ranges_add(maker, subnet, &subnet->exclude, &subnet->n_exclude,
		   common->exclude, common->n_exclude);
	if (!own && !subnet->n_ranges && !reserves(maker, subnet))
		return false;
	if (lan && (!own || !said(maker, name, "router")))
		routers_take(maker, lan, subnet);
	if (lan && (!own || !said(maker, name, "routes")))
		routes_take(maker, subnet);
	dhcp_options_make(maker->load, maker->conf, name, words, subnet);
	maker->dhcp->dns_open[maker->n_subnets++] =
		!said(maker, NULL, "dns") &&
		(!own || !said(maker, name, "dns"));
	return true;
}

size_t dhcp_lan_of(const struct conf *conf, uint32_t addr, unsigned bits)
{
	size_t i = 0;

	while (i < conf->n_lan &&
	       (conf->lan[i].bits != bits ||
		(conf->lan[i].address ^ addr) & prefix_mask(bits)))
		i++;
	return i;
}

/** subnet_own() - what was said of the lan's subnet alone, or NULL */
static const struct conf_subnet *subnet_own(const struct maker *maker,
					    const struct conf_lan *lan)
{
	for (size_t i = 0; i < maker->dhcp->n_subnets; i++) {
		const struct conf_subnet *own = &maker->dhcp->subnets[i];
		uint32_t addr = 0;
		unsigned bits = 0;

		prefix_parse(own->name, &addr, &bits);
		if (bits == lan->bits &&
		    !((addr ^ lan->address) & prefix_mask(bits)))
			return own;
	}
	return NULL;
}

/** lans_make() - the lans' subnets; then the others, which relays know */
static void lans_make(struct maker *maker)
{
	const struct conf *conf = maker->conf;
	bool *served = region_alloc(maker->load->region, conf->n_lan + 1);
	size_t n_own;

	for (size_t i = 0; i < conf->n_lan; i++) {
		const struct conf_lan *lan = &conf->lan[i];

		if (lan->bits)
			served[i] = subnet_make(maker, subnet_own(maker, lan),
						lan, lan->address, lan->bits);
	}
	n_own = maker->n_subnets;
	for (size_t i = 0; i < maker->dhcp->n_subnets; i++) {
		uint32_t addr = 0;
		unsigned bits = 0;

		prefix_parse(maker->dhcp->subnets[i].name, &addr, &bits);
		if (dhcp_lan_of(conf, addr, bits) == conf->n_lan)
			subnet_make(maker, &maker->dhcp->subnets[i], NULL, addr,
				    bits);
	}
	/* A relay may stand in any lan. */
	for (size_t i = 0, next = 0; i < conf->n_lan; i++) {
		if (!served[i] && maker->n_subnets == n_own)
			continue;
		if (served[i])
			maker->subnets[next++].lan = (unsigned)maker->n_lans;
		maker->lans[maker->n_lans].address = conf->lan[i].address;
		maker->lan[maker->n_lans++] = i;
	}
}

/** own_make() - the gateway's addresses in lans that are not served */
static void own_make(const struct maker *maker, struct conf *conf)
{
	uint32_t *list = region_alloc(maker->load->region,
				      (conf->n_lan + 1) * sizeof(*list));
	size_t n = 0;

	for (size_t i = 0, next = 0; i < conf->n_lan; i++) {
		if (next < maker->n_lans && maker->lan[next] == i)
			next++;
		else
			list[n++] = conf->lan[i].address;
	}
	conf->dhcp.own = (struct dhcpd_addresses){list, n};
}

/** reservations_make() - with their identifiers as bytes */
static void reservations_make(struct conf_load *load, struct conf *conf,
			      const struct conf_dhcp *dhcp)
{
	struct dhcpd_reservation *list = region_alloc(
		load->region, (dhcp->n_reservations + 1) * sizeof(*list));

	for (size_t i = 0; i < dhcp->n_reservations; i++) {
		const struct conf_reservation *from = &dhcp->reservations[i];
		uint8_t *id = from->id ? region_alloc(load->region, 255) : NULL;

		list[i] = from->r;
		list[i].id = id;
		list[i].id_len = id ? hex_parse(from->id, id, 255) : 0;
	}
	conf->dhcp.reservations = list;
	conf->dhcp.n_reservations = dhcp->n_reservations;
}

/** dhcp_said() - whether file or assignments have a `dhcp` at all */
static bool dhcp_said(const struct conf_load *load)
{
	for (size_t i = 0; i < load->items.n; i++) {
		const struct conf_item *item = &load->items.item[i];

		if (!item->dead && item->rank >= RANK_FILE &&
		    !strncmp(item->path, "dhcp", 4) &&
		    (!item->path[4] || item->path[4] == '.'))
			return true;
	}
	return false;
}

void conf_dhcp_build(struct conf_load *load, struct conf *conf)
{
	struct conf_dhcp *dhcp = region_alloc(load->region, sizeof(*dhcp));
	struct conf_priv *priv = conf->priv;
	struct maker maker = {.load = load, .conf = conf, .dhcp = dhcp};
	size_t n;

	priv->dhcp = dhcp;
	words_store(load, dhcp);
	elements_store(load, dhcp);
	conf->dhcp_on = dhcp_said(load);
	if (!conf->dhcp_on)
		return;
	n = conf->n_lan + dhcp->n_subnets + 1;
	maker.subnets = region_alloc(load->region, n * sizeof(*maker.subnets));
	maker.lans = region_alloc(load->region, n * sizeof(*maker.lans));
	maker.lan = region_alloc(load->region, n * sizeof(*maker.lan));
	dhcp->dns_open = region_alloc(load->region, n * sizeof(bool));
	lans_make(&maker);
	own_make(&maker, conf);
	reservations_make(load, conf, dhcp);
	dhcp->made = maker.subnets;
	conf->dhcp.lans = maker.lans;
	conf->dhcp.n_lans = maker.n_lans;
	conf->dhcp.subnets = maker.subnets;
	conf->dhcp.n_subnets = maker.n_subnets;
	conf->dhcp_lan = maker.lan;
	for (size_t i = 0; i < maker.n_subnets; i++)
		conf->dhcp_dns_open = conf->dhcp_dns_open || dhcp->dns_open[i];
}

const struct dhcpd_subnet *dhcp_subnet_find(const struct conf *conf,
					    uint32_t addr)
{
	for (size_t i = 0; i < conf->dhcp.n_subnets; i++)
		if (holds(&conf->dhcp.subnets[i], addr))
			return &conf->dhcp.subnets[i];
	return NULL;
}

void conf_dhcp_dns(struct conf *conf, const uint32_t *list, size_t n)
{
	struct conf_priv *priv = conf->priv;
	struct conf_dhcp *dhcp = priv->dhcp;
	uint32_t *copy = region_alloc(priv->region, (n + 1) * sizeof(*copy));
	size_t used = 0;

	for (size_t i = 0; i < n && used < DHCP_LIST_MAX; i++)
		if (list[i] && list[i] >> 24 != 127)
			copy[used++] = list[i];
	for (size_t i = 0; i < conf->dhcp.n_subnets; i++)
		if (dhcp->dns_open[i])
			dhcp->made[i].dns =
				(struct dhcpd_addresses){copy, used};
}
