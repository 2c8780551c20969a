/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lab - hosts in namespaces: clients, a gateway or two, a server
 *
 *	client1 .2 -+                                      198.51.100.0/24
 *	client2 .3 -+- lan [gateway] wan ----------------- server .7 and .8
 *	  ...       |  192.168.77.1    198.51.100.1, and the pool from .16 on
 *
 * or, with a second NAT in front (NAT444):
 *
 *	- lan [gateway] wan ------ lan [carrier] wan ----- server
 *	      100.64.0.2, pool .16     100.64.0.1   198.51.100.1, pool .16
 *
 * Nobody outside has a route to an inside address, and nothing leads out of
 * the lab.
 */
#ifndef LAB_LAB_H
#define LAB_LAB_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "lab/ns.h"

struct outside;

/* Addresses, host order. */
#define LAB_LAN		0xc0a84d00u /* 192.168.77.0/24 */
#define LAB_MIDDLE	0x64400000u /* 100.64.0.0/24 (RFC 6598) */
#define LAB_WAN		0xc6336400u /* 198.51.100.0/24 */
#define LAB_BITS	24
#define LAB_SERVER	(LAB_WAN + 7)
#define LAB_SERVER2	(LAB_WAN + 8)
#define LAB_POOL	16  /* the first address of a pool, in its network */
#define LAB_POOL_MAX	128 /* how many at most */
#define LAB_CLIENTS_MAX 48

/* Bytes of a host's or an interface's name. */
#define LAB_NAME 20

/* Clients, gateway, carrier, server. */
#define LAB_HOSTS_MAX (LAB_CLIENTS_MAX + 3)

/**
 * struct lab_host - one of them
 * @net, @mounts: descriptors of its namespaces
 * @root:	and of the caller's root folder, in its mounts
 * @address:	host order; a client's own unless it asks for one by DHCP, a
 *		gateway's inside
 * @mac:	of its eth0: the same in each lab
 */
struct lab_host {
	char name[LAB_NAME];
	int net;
	int mounts;
	int root;
	uint32_t address;
	uint8_t mac[6];
};

/**
 * struct lab_setting - an assignment over a profile: what --set says
 */
struct lab_setting {
	const char *key;
	const char *value;
};

/**
 * struct lab_spec - what a lab is to be; all of it stays the caller's
 * @clients:	number of
 * @profile:	of the gateway; a name, or the path of a file
 * @behind:	profile of the carrier in front, or NULL: there is none
 * @client_profile: of each client, or NULL: the gateway's
 * @set:	for the gateway, @n_set of them
 * @dhcp:	clients ask for their addresses
 * @seed:	or NULL
 * @events:	absolute path of a file for the gateway's events, or NULL
 * @verbose:	the gateways say all, not only warnings
 * @wan_host:	the real network is behind the NAT, there is no server
 * @outside:	of the host, when it is; or NULL: a helper's
 * @log:	file for what the gateways say, or NULL: our standard error
 */
struct lab_spec {
	unsigned clients;
	const char *profile;
	const char *behind;
	const char *client_profile[LAB_CLIENTS_MAX];
	struct lab_setting *set;
	size_t n_set;
	const char *seed;
	const char *events;
	bool dhcp;
	bool verbose;
	bool wan_host;
	const struct outside *outside;
	const char *log;
};

/**
 * struct lab - a lab that stands; process 1 has it
 * @signals:	the caller's mask, for who is executed
 * @cwd:	and its folder
 * @home:	descriptor of the network that it was made in
 * @recorded:	its packets will be
 * @host:	clients first, as many as the spec says
 * @lapsed, @outer_lapsed: process numbers of the gateway's and the carrier's,
 *		0 where none runs
 * @end, @outer_end: of them, waitpid()'s statuses, where one has ended
 */
struct lab {
	const struct lab_spec *spec;
	struct ns_ids ids;
	sigset_t signals;
	char *cwd;
	int home;
	bool recorded;
	struct lab_host host[LAB_HOSTS_MAX];
	size_t n_hosts;
	unsigned n_cables;
	struct lab_host *gateway;
	struct lab_host *carrier; /* or NULL */
	struct lab_host *server;  /* or NULL: --wan host */
	pid_t lapsed, outer_lapsed;
	int end, outer_end;
};

/**
 * lab_build() - hosts and what connects them; without gateways running
 * @lab:	with spec, ids, signals and cwd
 *
 * Called by process 1, once.
 *
 * Return: 0, or a negative errno after a message.
 */
int lab_build(struct lab *lab);

/** lab_mac() - the Ethernet address of who has, or would have, this address */
void lab_mac(uint32_t address, uint8_t mac[static 6]);

/** lab_host() - by its name, "client" being client1; NULL if there is none */
const struct lab_host *lab_host(const struct lab *lab, const char *name);

#endif /* LAB_LAB_H */
