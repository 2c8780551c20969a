/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * monitor - interfaces and addresses: what they are, and what follows from it
 *
 * Owns the plan, and what lapsed adds to the interfaces: the LANs' addresses,
 * and local routes for pool addresses that nobody would answer ARP for.
 */
#ifndef GATEWAY_MONITOR_H
#define GATEWAY_MONITOR_H

#include "gateway/gateway.h"
#include "gateway/plan.h"
#include "gateway/ruleset.h"

/**
 * monitor_open() - look at the interfaces, change nothing
 * @gateway:	its conf is used, wan_index and lan_index are set
 * @out:	set on success; monitor_close() releases it
 *
 * Return: 0, or a negative errno with one line logged: -ENODEV for an
 * interface that is not there, -EINVAL for subnets that overlap.
 */
int monitor_open(struct gateway *gateway, struct monitor **out);

/** monitor_plan() - the plan in force; the monitor's, until the next change */
const struct plan *monitor_plan(const struct monitor *monitor);

/** monitor_addresses() - give the LANs their addresses; 0 or negative errno */
int monitor_addresses(struct monitor *monitor);

/** monitor_routes() - answer ARP for the pool's addresses on the WAN */
void monitor_routes(struct monitor *monitor);

/** monitor_follow() - from now on follow changes; 0 or a negative errno */
int monitor_follow(struct monitor *monitor);

/**
 * monitor_refresh() - look again, after the settings have changed
 *
 * Engine, rules, routes and addresses are brought in line with what is found.
 */
void monitor_refresh(struct monitor *monitor);

/** monitor_rules_input() - what the rules depend on, all but the host's ports
 */
void monitor_rules_input(const struct monitor *monitor,
			 struct ruleset_input *input);

/** monitor_close() - stop following; NULL is fine */
void monitor_close(struct monitor *monitor);

/** monitor_undo() - take away what a lapsed has added, by its record */
void monitor_undo(struct rundir *rundir);

#endif /* GATEWAY_MONITOR_H */
