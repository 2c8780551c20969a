// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_check - what in `dhcp` does not fit together, or with the lans
 *
 * Where a value of it, or of a lan, is wrong itself, that is said alone.
 */
#include "conf/dhcp.h"

#include <string.h>

#include "conf/value.h"

/** struct scope - `dhcp` itself, or one of its subnets */
struct scope {
	const struct conf *conf;
	const struct conf_priv *priv;
	struct conf_load *load;
	const char *prefix; /* "dhcp" or "dhcp.subnets.10.2.0.0/24" */
	const struct conf_words *words;
};

/** item() - what was said of a key in this scope, or NULL */
static const struct conf_item *item(const struct scope *scope, const char *key)
{
	return conf_find(scope->priv, region_print(scope->priv->region, "%s.%s",
						   scope->prefix, key));
}

struct conf_origin dhcp_first(const struct conf_priv *priv)
{
	const struct conf_item *found = NULL;

	for (size_t i = 0; i < priv->n_sorted; i++) {
		const struct conf_item *other = priv->sorted[i];

		if (strncmp(other->path, "dhcp", 4) != 0 ||
		    (other->path[4] && other->path[4] != '.') ||
		    other->rank < RANK_FILE)
			continue;
		if (!found || other->order < found->order)
			found = other;
	}
	return found ? found->origin : (struct conf_origin){.layer = CONF_FILE};
}

/** any_bad() - whether a value is wrong that the checks look at */
static bool any_bad(const struct conf_priv *priv)
{
	for (size_t i = 0; i < priv->n_sorted; i++) {
		const struct conf_item *it = priv->sorted[i];

		if (it->kind == ITEM_BAD && (!strncmp(it->path, "dhcp", 4) ||
					     !strncmp(it->path, "lan.", 4)))
			return true;
	}
	return false;
}

/* --- times --- */

/** blame() - where to point to: what was said last of the two, or at worst T */
static struct conf_origin blame(const struct scope *scope, const char *a,
				const char *b)
{
	const struct conf_item *one = item(scope, a);
	const struct conf_item *other = item(scope, b);

	if (!one || (other && other->rank > one->rank))
		one = other;
	return one ? one->origin : dhcp_first(scope->priv);
}

/** says_times() - whether a subnet has times of its own */
static bool says_times(const struct scope *scope)
{
	static const char *const keys[] = {"lease-time", "max-lease-time",
					   "renew-time", "rebind-time",
					   "allocation"};
	bool any = false;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		any = any || item(scope, keys[i]);
	return any;
}

/** check_times() - T1 before T2 before the lease's end (RFC 2131 4.4.5) */
static void check_times(const struct scope *scope)
{
	const struct dhcpd_subnet *s = &scope->words->s;
	uint64_t lease = s->lease_time;
	uint64_t rebind = s->rebind_time ? s->rebind_time : lease - lease / 8;
	uint64_t renew = s->renew_time ? s->renew_time : lease / 2;

	if (s->max_lease_time && s->max_lease_time < lease)
		conf_fail(scope->load,
			  blame(scope, "max-lease-time", "lease-time"),
			  "%s.max-lease-time is shorter than lease-time; write "
			  "at least that",
			  scope->prefix);
	if (lease == DHCPD_NEVER || s->allocation == DHCPD_ALLOCATE_AUTOMATIC)
		return;
	if (s->rebind_time && rebind >= lease)
		conf_fail(scope->load,
			  blame(scope, "rebind-time", "lease-time"),
			  "%s.rebind-time is not before the lease's end; write "
			  "less than lease-time",
			  scope->prefix);
	else if (s->renew_time && renew >= rebind)
		conf_fail(scope->load,
			  blame(scope, "renew-time", "rebind-time"),
			  "%s.renew-time is not before rebind-time%s; write "
			  "less",
			  scope->prefix,
			  s->rebind_time ? "" : ", 7/8 of the lease");
	else if (renew >= rebind)
		conf_fail(scope->load,
			  blame(scope, "rebind-time", "lease-time"),
			  "%s.rebind-time is not after renew-time, half of the "
			  "lease; write more, or a renew-time",
			  scope->prefix);
}

/* --- addresses --- */

/** holds() - whether an address is in a subnet */
static bool holds(const struct dhcpd_subnet *subnet, uint32_t addr)
{
	return !((addr ^ subnet->addr) & prefix_mask(subnet->bits));
}

/** check_ranges() - each in one subnet, whole, and none twice */
static void check_ranges(const struct scope *scope, const char *key,
			 const struct dhcpd_subnet *own)
{
	const struct conf_item *it = item(scope, key);
	const struct dhcpd_range *ranges = it ? it->value.list.array : NULL;

	for (size_t i = 0; it && i < it->value.list.n; i++) {
		const struct dhcpd_range *r = &ranges[i];
		const struct dhcpd_subnet *in =
			own ? own : dhcp_subnet_find(scope->conf, r->first);

		if (!in || !holds(in, r->first) || !holds(in, r->last)) {
			conf_fail(scope->load, it->value.list.at[i],
				  own ? "%s.%s.%zu is not in that subnet; "
					"write addresses of it"
				      : "%s.%s.%zu is in no lan, and in no "
					"subnet of dhcp; write addresses of "
					"one",
				  scope->prefix, key, i);
			continue;
		}
		for (size_t j = 0; j < i; j++) {
			if (r->first > ranges[j].last ||
			    ranges[j].first > r->last)
				continue;
			conf_fail(scope->load, it->value.list.at[i],
				  "%s.%s.%zu repeats addresses of %s.%s.%zu; "
				  "take one of them away",
				  scope->prefix, key, i, scope->prefix, key, j);
			break;
		}
	}
}

/** check_routers() - those that clients cannot reach: RFC 2132 3.5 */
static void check_routers(const struct scope *scope,
			  const struct dhcpd_subnet *own)
{
	const struct conf_item *it = item(scope, "router");
	const uint32_t *list = it ? it->value.list.array : NULL;

	for (size_t i = 0; it && i < it->value.list.n; i++)
		if (own ? !holds(own, list[i])
			: !dhcp_subnet_find(scope->conf, list[i]))
			conf_fail(scope->load, it->value.list.at[i],
				  "%s.router.%zu is not in the clients' "
				  "subnet; write one that is, or options: {3: "
				  "{type: ip, value: …}} for a wrong one",
				  scope->prefix, i);
}

/** check_routes() - the same for what they are told of others */
static void check_routes(const struct scope *scope,
			 const struct dhcpd_subnet *own)
{
	const struct conf_item *it = item(scope, "routes");
	const struct dhcpd_route *list = it ? it->value.list.array : NULL;

	for (size_t i = 0; it && i < it->value.list.n; i++)
		if (own ? !holds(own, list[i].router)
			: !dhcp_subnet_find(scope->conf, list[i].router))
			conf_fail(scope->load, it->value.list.at[i],
				  "%s.routes.%zu leads by a router that is not "
				  "in the clients' subnet; write one that is",
				  scope->prefix, i);
}

/** check_scope() - `dhcp` or one of its subnets, whose is @own */
static void check_scope(const struct scope *scope,
			const struct dhcpd_subnet *own)
{
	/* What is as in `dhcp` has its errors there. */
	if (!own || says_times(scope))
		check_times(scope);
	/* Without any lan, as for exec, there is nothing to lie in. */
	if (!own && !scope->conf->n_lan && !scope->conf->dhcp.n_subnets)
		return;
	check_ranges(scope, "range", own);
	check_ranges(scope, "exclude", own);
	check_routers(scope, own);
	check_routes(scope, own);
}

/** overlap() - whether two prefixes share addresses */
static bool overlap(uint32_t a, unsigned a_bits, uint32_t b, unsigned b_bits)
{
	return !((a ^ b) & prefix_mask(a_bits < b_bits ? a_bits : b_bits));
}

/** check_holding() - a subnet must have something to give out */
static void check_holding(const struct scope *scope,
			  const struct dhcpd_subnet *own, struct conf_origin at)
{
	const struct dhcpd_settings *dhcp = &scope->conf->dhcp;
	const struct dhcpd_subnet *made =
		dhcp_subnet_find(scope->conf, own->addr);
	bool any = made && made->n_ranges;

	for (size_t i = 0; i < dhcp->n_reservations && !any; i++)
		any = holds(own, dhcp->reservations[i].address);
	if (!any)
		conf_fail(scope->load, at,
			  "%s.range is missing; write the addresses to give "
			  "out",
			  scope->prefix);
}

/** check_subnet() - one of `subnets`: a lan's, or none that is in the way */
static void check_subnet(const struct scope *scope, size_t i)
{
	const struct conf *conf = scope->conf;
	const struct conf_dhcp *dhcp = scope->priv->dhcp;
	struct dhcpd_subnet own = {0};
	const struct conf_item *it = conf_find(scope->priv, scope->prefix);
	struct conf_origin at = it ? it->origin : dhcp_first(scope->priv);

	prefix_parse(dhcp->subnets[i].name, &own.addr, &own.bits);
	for (size_t j = 0; j < conf->n_lan; j++)
		if (conf->lan[j].bits &&
		    overlap(own.addr, own.bits, conf->lan[j].address,
			    conf->lan[j].bits) &&
		    dhcp_lan_of(conf, own.addr, own.bits) != j)
			conf_fail(scope->load, at,
				  "%s overlaps lan.%zu; write all of that "
				  "lan's subnet, or another",
				  scope->prefix, j);
	for (size_t j = 0; j < i; j++) {
		uint32_t addr = 0;
		unsigned bits = 0;

		prefix_parse(dhcp->subnets[j].name, &addr, &bits);
		if (overlap(own.addr, own.bits, addr, bits))
			conf_fail(scope->load, at,
				  "%s overlaps dhcp.subnets.%s; write subnets "
				  "apart from each other",
				  scope->prefix, dhcp->subnets[j].name);
	}
	check_holding(scope, &own, at);
	check_scope(scope, &own);
}

/** check_any() - there must be something to give out */
static void check_any(const struct conf *conf, struct conf_load *load)
{
	const struct conf_priv *priv = conf->priv;
	const struct conf_dhcp *dhcp = priv->dhcp;

	if (dhcp->words.s.n_ranges || dhcp->n_reservations || dhcp->n_subnets)
		return;
	conf_fail(load, dhcp_first(priv),
		  "dhcp.range is missing; write the addresses to give out, "
		  "such as [192.168.77.50-192.168.77.199]");
}

void dhcp_check(const struct conf *conf, struct conf_load *load)
{
	const struct conf_priv *priv = conf->priv;
	const struct conf_dhcp *dhcp = priv->dhcp;
	struct scope scope = {conf, priv, load, "dhcp", &dhcp->words};

	if (!conf->dhcp_on || any_bad(priv))
		return;
	check_any(conf, load);
	check_scope(&scope, NULL);
	for (size_t i = 0; i < dhcp->n_subnets; i++) {
		scope.prefix = region_print(priv->region, "dhcp.subnets.%s",
					    dhcp->subnets[i].name);
		scope.words = &dhcp->subnets[i].words;
		check_subnet(&scope, i);
	}
	dhcp_check_options(conf, load);
	dhcp_check_reservations(conf, load);
}

/** note_exclude() - what is excluded from nothing */
static void note_exclude(const struct dhcpd_subnet *subnet, FILE *out)
{
	for (size_t i = 0; i < subnet->n_exclude; i++) {
		const struct dhcpd_range *e = &subnet->exclude[i];
		char text[CONF_VALUE_MAX];
		bool met = false;

		for (size_t j = 0; j < subnet->n_ranges; j++)
			met = met || (e->first <= subnet->ranges[j].last &&
				      subnet->ranges[j].first <= e->last);
		type_ranges.format(NULL, e, text);
		if (!met)
			fprintf(out, "dhcp.exclude: %s is in no range\n", text);
	}
}

void dhcp_notes(const struct conf *conf, FILE *out)
{
	uint64_t n = 0;

	if (!conf->dhcp_on)
		return;
	for (size_t i = 0; i < conf->dhcp.n_subnets; i++) {
		const struct dhcpd_subnet *subnet = &conf->dhcp.subnets[i];

		note_exclude(subnet, out);
		for (size_t j = 0; j < subnet->n_ranges; j++)
			n += (uint64_t)subnet->ranges[j].last -
			     subnet->ranges[j].first + 1;
	}
	if (n > conf->dhcp.max_leases)
		fprintf(out,
			"dhcp: %llu addresses in the ranges, but at most %u "
			"leases (max-leases)\n",
			(unsigned long long)n, conf->dhcp.max_leases);
}
