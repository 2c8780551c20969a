// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_clash - options and reservations that are incomplete, or two for one
 */
#include "conf/dhcp.h"

#include <string.h>

/* --- options --- */

/** check_option() - one entry of `options` */
static void check_option(const struct conf *conf, struct conf_load *load,
			 const struct conf_option *option)
{
	const struct conf_priv *priv = conf->priv;
	const struct conf_item *it = conf_find(priv, option->path);
	const char *value_path =
		region_print(priv->region, "%s.value", option->path);
	const struct conf_item *value = conf_find(priv, value_path);
	struct conf_origin at = it ? it->origin : dhcp_first(priv);
	const char *word = dhcp_option_word(option->code);
	struct dhcpd_option made;
	size_t wrong = 0;
	const char *why;

	if (!conf_find(priv,
		       region_print(priv->region, "%s.type", option->path)))
		conf_fail(load, at,
			  "%s.type is missing; write ip, u8, u16, u32, string "
			  "or hex",
			  option->path);
	else if (!option->n_value)
		conf_fail(load, value ? value->origin : at,
			  "%s is missing; write the option's value",
			  value_path);
	else if (option->n_value > 1 && (option->type == CONF_OPTION_STRING ||
					 option->type == CONF_OPTION_HEX))
		conf_fail(load, value->value.list.at[1],
			  "%s: a %s is one value; write it alone", value_path,
			  conf_option_names[option->type]);
	else if ((why = dhcp_option_encode(priv->region, option, &made,
					   &wrong)) != NULL)
		conf_fail(load, value->value.list.at[wrong],
			  "%s.%zu: \"%.60s%s\" %s", value_path, wrong,
			  option->value[wrong],
			  strlen(option->value[wrong]) > 60 ? "…" : "", why);
	if (word) {
		const char *both =
			option->subnet
				? region_print(priv->region,
					       "dhcp.subnets.%s.%s",
					       option->subnet, word)
				: region_print(priv->region, "dhcp.%s", word);

		if (conf_find(priv, both))
			conf_fail(load, at, "%s is %s too; write one of them",
				  option->path, both);
	}
}

/* --- reservations --- */

/** struct reserver - the checks of reservations */
struct reserver {
	const struct conf *conf;
	const struct conf_priv *priv;
	struct conf_load *load;
};

/** reserver_at() - where a key of a reservation is, or the reservation */
static struct conf_origin reserver_at(const struct reserver *reserver,
				      const char *name, const char *key)
{
	struct region *region = reserver->priv->region;
	const struct conf_item *it = conf_find(
		reserver->priv,
		region_print(region, "dhcp.reservations.%s.%s", name, key));

	if (!it)
		it = conf_find(
			reserver->priv,
			region_print(region, "dhcp.reservations.%s", name));
	return it ? it->origin : dhcp_first(reserver->priv);
}

/** check_reserved() - an address that can be given out */
static void check_reserved(const struct reserver *reserver,
			   const struct dhcpd_reservation *r)
{
	const struct conf *conf = reserver->conf;
	struct conf_origin at = reserver_at(reserver, r->name, "address");
	const struct dhcpd_subnet *subnet = dhcp_subnet_find(conf, r->address);
	const char *what = NULL;

	if (!subnet) {
		if (conf->n_lan || conf->dhcp.n_subnets)
			conf_fail(reserver->load, at,
				  "dhcp.reservations.%s.address is in no lan, "
				  "and in no subnet of dhcp; write one of one",
				  r->name);
		return;
	}
	if (r->address == subnet->addr)
		what = "the subnet's own";
	if (r->address == (subnet->addr | ~prefix_mask(subnet->bits)))
		what = "the subnet's broadcast";
	for (size_t i = 0; i < conf->n_lan; i++)
		if (conf->lan[i].address == r->address)
			what = "the gateway's own";
	if (what)
		conf_fail(reserver->load, at,
			  "dhcp.reservations.%s.address is %s address; write "
			  "another",
			  r->name, what);
}

/** same_client() - whether two reservations are for the same one */
static bool same_client(const struct dhcpd_reservation *a,
			const struct dhcpd_reservation *b)
{
	if (a->by_mac || b->by_mac)
		return a->by_mac && b->by_mac &&
		       !memcmp(a->mac, b->mac, sizeof(a->mac));
	return a->id_len && a->id_len == b->id_len &&
	       !memcmp(a->id, b->id, a->id_len);
}

/**
 * check_twice() - no address, and no client, in two reservations
 *
 * A client in two subnets may have one in each.
 */
static void check_twice(const struct reserver *reserver, size_t i)
{
	const struct dhcpd_reservation *a =
		&reserver->conf->dhcp.reservations[i];

	for (size_t j = 0; j < i; j++) {
		const struct dhcpd_reservation *b =
			&reserver->conf->dhcp.reservations[j];

		if (a->address && a->address == b->address) {
			conf_fail(reserver->load,
				  reserver_at(reserver, a->name, "address"),
				  "dhcp.reservations.%s.address is that of %s "
				  "too; an address has one holder",
				  a->name, b->name);
			return;
		}
		if (same_client(a, b) &&
		    dhcp_subnet_find(reserver->conf, a->address) ==
			    dhcp_subnet_find(reserver->conf, b->address)) {
			const char *key = a->by_mac ? "mac" : "client-id";

			conf_fail(reserver->load,
				  reserver_at(reserver, a->name, key),
				  "dhcp.reservations.%s.%s is that of %s too; "
				  "a client has one address in a subnet",
				  a->name, key, b->name);
			return;
		}
	}
}

void dhcp_check_reservations(const struct conf *conf, struct conf_load *load)
{
	struct reserver reserver = {conf, conf->priv, load};

	for (size_t i = 0; i < conf->dhcp.n_reservations; i++) {
		const struct dhcpd_reservation *r = &conf->dhcp.reservations[i];

		if (!r->by_mac == !r->id_len)
			conf_fail(load,
				  reserver_at(&reserver, r->name,
					      r->by_mac ? "client-id" : ""),
				  r->by_mac
					  ? "dhcp.reservations.%s has mac and "
					    "client-id; write one of them"
					  : "dhcp.reservations.%s is nobody's; "
					    "write mac or client-id",
				  r->name);
		if (!r->address)
			conf_fail(load, reserver_at(&reserver, r->name, ""),
				  "dhcp.reservations.%s.address is missing; "
				  "write an address in a lan or subnet",
				  r->name);
		else
			check_reserved(&reserver, r);
		check_twice(&reserver, i);
	}
}

void dhcp_check_options(const struct conf *conf, struct conf_load *load)
{
	const struct conf_priv *priv = conf->priv;

	for (size_t i = 0; i < priv->dhcp->n_options; i++)
		check_option(conf, load, &priv->dhcp->options[i]);
}
