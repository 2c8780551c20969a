/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plan - what the settings and the host's addresses come to together
 *
 * Pure: the addresses are handed in; gateway/monitor.c reads them.
 */
#ifndef GATEWAY_PLAN_H
#define GATEWAY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "conf/conf.h"
#include "nat/nat.h"

/**
 * struct plan_address - an IPv4 address of the host
 * @addr:	host byte order
 * @bits:	prefix length
 * @index:	interface index
 * @secondary:	not the first one of its subnet
 */
struct plan_address {
	uint32_t addr;
	unsigned bits;
	unsigned index;
	bool secondary;
};

/** PLAN_LOCAL_MAX - pool addresses that lapsed answers ARP for, at most */
#define PLAN_LOCAL_MAX 4096

/**
 * struct plan - external addresses, and which of all addresses are whose
 * @range:	the pool without repetitions, in the order of the settings, the
 *		host's own addresses as ranges of their own
 * @own:	pool addresses that the host owns
 * @source:	addresses whose packets leave by the WAN as the host's own
 * @local:	pool addresses inside the WAN's subnet that nobody would answer
 *		ARP for
 * @host:	all addresses of the host, loopback left out
 * @cut:	@local had to be cut at PLAN_LOCAL_MAX
 *
 * The arrays belong to the plan and go with plan_clean().
 */
struct plan {
	struct nat_pool_range *range;
	size_t n_range;
	uint32_t *own;
	size_t n_own;
	uint32_t *source;
	size_t n_source;
	uint32_t *local;
	size_t n_local;
	uint32_t *host;
	size_t n_host;
	bool cut;
};

/**
 * plan_make() - work it out
 * @plan:	filled in
 * @conf:	settings: wan, pool, lan
 * @wan:	index of the WAN interface, or 0
 * @lan:	indexes of the LAN interfaces, conf->n_lan of them, or 0
 * @address:	the host's addresses
 * @n_address:	their number
 *
 * Return: 0, or -ENOMEM with nothing to clean.
 */
int plan_make(struct plan *plan, const struct conf *conf, unsigned wan,
	      const unsigned *lan, const struct plan_address *address,
	      size_t n_address);

/** plan_clean() - release its arrays */
void plan_clean(struct plan *plan);

/** plan_same_pool() - whether two plans give the engine the same pool */
bool plan_same_pool(const struct plan *a, const struct plan *b);

/**
 * plan_overlap() - a subnet of the WAN that meets one of a LAN
 *
 * RFC 4787 REQ-7: such a packet could not be told from an internal one.
 *
 * Return: the WAN's address, and the LAN's place in conf->lan by @which; NULL
 * if there is none.
 */
const struct plan_address *plan_overlap(const struct conf *conf, unsigned wan,
					const struct plan_address *address,
					size_t n_address, size_t *which);

#endif /* GATEWAY_PLAN_H */
