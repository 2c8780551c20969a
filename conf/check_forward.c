// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * check_forward - static mappings: where they lead, and who is in whose way
 */
#include "conf/check.h"

#include "nat/block.h"
#include "nat/nat.h"

/** path_in() - "forwards.web.external-port" */
static const char *path_in(const struct check *check, size_t i, const char *key)
{
	return check_path(check, "forwards", BASE_FORWARD, i, key);
}

/** in_pool() - whether an address was given in the pool */
static bool in_pool(const struct conf *conf, uint32_t addr)
{
	for (size_t i = 0; i < conf->n_pool; i++)
		if (!conf->pool[i].interface && addr >= conf->pool[i].first &&
		    addr <= conf->pool[i].last)
			return true;
	return false;
}

/** in_lan() - whether an address is a host of one of the subnets */
static bool in_lan(const struct conf *conf, uint32_t addr)
{
	for (size_t i = 0; i < conf->n_lan; i++) {
		const struct conf_lan *lan = &conf->lan[i];

		if (lan->bits &&
		    ((addr ^ lan->address) & prefix_mask(lan->bits)) == 0)
			return true;
	}
	return false;
}

/** external_of() - its external address as a number, 0: the host's own */
static uint32_t external_of(const struct conf *conf,
			    const struct nat_forward *f)
{
	if (f->external.addr)
		return f->external.addr;
	return conf->n_pool && !conf->pool[0].interface ? conf->pool[0].first
							: 0;
}

/** in_blocks() - whether its ports lie where a policy has its blocks */
static bool in_blocks(const struct nat_forward *f, struct port_span span,
		      const struct nat_policy *policy)
{
	return policy->port_block_size && f->external.port <= span.last &&
	       f->external.port + f->count - 1 >= span.first;
}

/** check_blocks() - RFC 6888: the ports of a block are all its subscriber's */
static void check_blocks(const struct check *check, size_t i)
{
	const struct conf *conf = check->conf;
	const struct nat_settings *nat = &conf->nat;
	const struct nat_forward *f = &nat->forwards[i];
	const char *port = path_in(check, i, "external-port");
	bool own = !external_of(conf, f) && pool_has_own(conf);
	struct port_span span = port_span(conf, own);
	const char *prefix = in_blocks(f, span, &nat->policy) ? "" : NULL;

	for (size_t c = 0; !prefix && c < nat->n_clients; c++)
		if (in_blocks(f, span, &nat->clients[c].policy))
			prefix =
				region_print(check->priv->region, "clients.%s.",
					     nat->clients[c].name);
	if (prefix)
		conf_fail(check->load, check_at(check, port),
			  "%s is in a subscriber's block; with "
			  "%snat.port-block-size write ports outside of "
			  "%u-%u, or a narrower wan.port-range",
			  port, prefix, span.first, span.last);
}

/** check_ports() - a forward of one port or several */
static void check_ports(const struct check *check, size_t i)
{
	const struct conf *conf = check->conf;
	const struct nat_forward *f = &conf->nat.forwards[i];
	const char *port = path_in(check, i, "external-port");
	const char *internal = path_in(check, i, "internal");
	unsigned last = f->external.port + f->count - 1;

	if (!conf_find(check->priv, port))
		conf_fail(check->load, check_at(check, path_in(check, i, NULL)),
			  "%s is missing; write a port or range of ports, or "
			  "protocol: all for every port of an address",
			  port);
	if (check_has(check, internal) && !f->internal.port)
		conf_fail(check->load, check_at(check, internal),
			  "%s has no port; write one behind it, such as "
			  "192.168.77.9:80",
			  internal);
	if (!check_has(check, port))
		return;
	if (f->internal.port + f->count - 1 > UINT16_MAX)
		conf_fail(check->load, check_at(check, internal),
			  "%s leads beyond port 65535; write fewer ports, or a "
			  "smaller first one",
			  internal);
	if (!external_of(conf, f) && last >= NAT_HOST_PORT_FIRST)
		conf_fail(check->load, check_at(check, port),
			  "%s: ports from %d on are the host's own; write "
			  "smaller ones, or give wan.pool an address of its "
			  "own",
			  port, NAT_HOST_PORT_FIRST);
	check_blocks(check, i);
}

/** check_computed() - whether a 1:1 address carries computed blocks */
static bool check_computed(const struct check *check, uint32_t addr)
{
	const struct nat_settings *nat = &check->conf->nat;
	struct port_span span = port_span(check->conf, false);
	uint32_t index, owner;

	return !nat->policy.deterministic || !nat->policy.port_block_size ||
	       !pool_index(check->conf, 0, addr, &index) ||
	       !block_owner(nat->inside, nat->n_inside, (uint16_t)span.first,
			    (uint16_t)span.last, nat->policy.port_block_size,
			    index, (uint16_t)span.first, &owner);
}

/** check_whole() - a 1:1 forward: addresses only, and of one's own */
static void check_whole(const struct check *check, size_t i)
{
	const struct nat_forward *f = &check->conf->nat.forwards[i];
	const char *external = path_in(check, i, "external-address");
	const char *internal = path_in(check, i, "internal");
	const char *port = path_in(check, i, "external-port");

	if (conf_find(check->priv, port))
		conf_fail(check->load, check_at(check, port),
			  "%s: protocol: all forwards every port; take it "
			  "away, or write tcp or udp",
			  port);
	if (f->internal.port)
		conf_fail(check->load, check_at(check, internal),
			  "%s: protocol: all leaves ports as they are; write "
			  "the address without one",
			  internal);
	if (!conf_find(check->priv, external))
		conf_fail(check->load, check_at(check, path_in(check, i, NULL)),
			  "%s is missing; with protocol: all write an address "
			  "that wan.pool names, for this host alone (not that "
			  "of the interface, which the gateway needs)",
			  external);
	else if (!check_computed(check, f->external.addr))
		conf_fail(check->load, check_at(check, external),
			  "%s has computed blocks of others; with "
			  "nat.deterministic write one of wan.pool's highest "
			  "addresses, which no block needs",
			  external);
}

/** check_one() - one forward for itself */
static void check_one(const struct check *check, size_t i)
{
	const struct conf *conf = check->conf;
	const struct nat_forward *f = &conf->nat.forwards[i];
	const char *external = path_in(check, i, "external-address");
	const char *internal = path_in(check, i, "internal");
	bool known = check_has(check, path_in(check, i, "protocol"));

	if (f->external.addr && !in_pool(conf, f->external.addr))
		conf_fail(check->load, check_at(check, external),
			  known && !f->protocol
				  ? "%s is not in wan.pool; write one that "
				    "wan.pool names (not that of the "
				    "interface, which the gateway needs)"
				  : "%s is not in wan.pool; write one of it, "
				    "or leave it away for the first one",
			  external);
	if (check_has(check, internal) && conf->n_lan &&
	    !in_lan(conf, f->internal.addr))
		conf_fail(check->load, check_at(check, internal),
			  "%s is in no lan; write a host of one of them",
			  internal);
	if (known && f->protocol)
		check_ports(check, i);
	else if (known)
		check_whole(check, i);
}

/** same_ports() - whether two forwards of ports share one */
static bool same_ports(const struct nat_forward *a, const struct nat_forward *b)
{
	return a->count && b->count && a->protocol == b->protocol &&
	       a->external.port < b->external.port + b->count &&
	       b->external.port < a->external.port + a->count;
}

/** meet() - whether one is in the way of the other */
static bool meet(const struct conf *conf, const struct nat_forward *a,
		 const struct nat_forward *b)
{
	bool same = external_of(conf, a) == external_of(conf, b);

	if (a->protocol && b->protocol)
		return same && same_ports(a, b);
	if (a->protocol || b->protocol)
		return same && (a->protocol ? b : a)->external.addr;
	return (a->external.addr && a->external.addr == b->external.addr) ||
	       (a->internal.addr && a->internal.addr == b->internal.addr);
}

/** fail_meeting() - say that forward @i is in the way of an earlier one */
static void fail_meeting(const struct check *check, size_t i,
			 const struct nat_forward *earlier)
{
	const struct nat_forward *f = &check->conf->nat.forwards[i];
	const char *path;
	char address[ADDRESS_TEXT];

	if (f->protocol && earlier->protocol) {
		path = path_in(check, i, "external-port");
		conf_fail(check->load, check_at(check, path),
			  "%s is taken by forwards.%s; write another", path,
			  earlier->name);
		return;
	}
	path = path_in(check, i, "external-address");
	if (f->protocol || earlier->protocol) {
		if (!conf_find(check->priv, path))
			path = path_in(check, i, NULL);
		conf_fail(check->load, check_at(check, path),
			  "%s: %s is that of forwards.%s already, and "
			  "protocol: all takes every port; write another "
			  "external-address",
			  path,
			  address_format(external_of(check->conf, f), address),
			  earlier->name);
		return;
	}
	if (f->external.addr != earlier->external.addr)
		path = path_in(check, i, "internal");
	conf_fail(check->load, check_at(check, path),
		  "%s is that of forwards.%s too; with protocol: all write "
		  "another",
		  path, earlier->name);
}

void check_forwards(const struct check *check)
{
	const struct nat_settings *nat = &check->conf->nat;

	for (size_t i = 0; i < nat->n_forwards; i++) {
		size_t j = 0;

		check_one(check, i);
		/* One without a protocol looks like a 1:1 forward. */
		if (!check_has(check, path_in(check, i, "protocol")))
			continue;
		while (j < i &&
		       !(meet(check->conf, &nat->forwards[i],
			      &nat->forwards[j]) &&
			 check_has(check, path_in(check, j, "protocol"))))
			j++;
		if (j < i)
			fail_meeting(check, i, &nat->forwards[j]);
	}
}
