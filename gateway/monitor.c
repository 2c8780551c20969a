// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * monitor - interfaces and addresses: what they are, and what follows from it
 *
 * Theory of operation: a change that rtnetlink tells of is only a bell. A
 * moment later everything is read anew and the plan made anew, and what
 * differs from the plan in force is put in line. So the start, a change and a
 * lost message all take the same way.
 */
#include "gateway/monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include "gateway/control_ring.h"
#include "gateway/dhcp.h"
#include "gateway/hostports.h"
#include "gateway/rtnl.h"
#include "gateway/rules.h"
#include "gateway/rundir.h"
#include "gateway/sysctl.h"

/* A DHCP client removes and adds in two steps: wait for the second, in us. */
#define SETTLE_US 20000

/**
 * struct monitor - what is known
 * @plan:	in force
 * @events:	socket that rings the bell
 * @settle:	timer until everything is read anew
 * @overlap:	subnets overlap, and it was said
 */
struct monitor {
	struct gateway *gateway;
	struct plan plan;
	struct mnl_socket *events;
	struct event *readable;
	struct event *settle;
	bool overlap;
};

/** check_name() - an interface name that cannot mean anything else to a tool */
static bool check_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.@";

	if (*name && name[strspn(name, allowed)] == '\0' &&
	    strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
		return true;
	log_error("interface '%s': only letters, digits and _-.@ may be in "
		  "the name of an interface that lapse works on",
		  name);
	return false;
}

/** read_indexes() - interface names to indexes */
static void read_indexes(struct gateway *gateway)
{
	const struct conf *conf = gateway->conf;
	size_t i;

	gateway->wan_index = if_nametoindex(conf->wan_interface);
	for (i = 0; i < conf->n_lan; i++)
		gateway->lan_index[i] = if_nametoindex(conf->lan[i].interface);
}

/** check_interfaces() - names that are fit for use, and interfaces there */
static int check_interfaces(const struct gateway *gateway)
{
	const struct conf *conf = gateway->conf;
	const char *missing = NULL;
	size_t i;

	if (!check_name(conf->wan_interface))
		return -EINVAL;
	for (i = 0; i < conf->n_lan; i++)
		if (!check_name(conf->lan[i].interface))
			return -EINVAL;

	for (i = 0; i < conf->n_lan; i++)
		if (!gateway->lan_index[i])
			missing = conf->lan[i].interface;
	if (!gateway->wan_index)
		missing = conf->wan_interface;
	if (!missing)
		return 0;
	log_error("there is no interface '%s': `ip link` shows which there "
		  "are; set wan.interface and lan",
		  missing);
	return -ENODEV;
}

/** check_overlap() - RFC 4787 REQ-7; says so once */
static bool check_overlap(struct monitor *monitor,
			  const struct rtnl_addresses *addresses)
{
	const struct conf *conf = monitor->gateway->conf;
	char wan[ADDRESS_TEXT], lan[ADDRESS_TEXT];
	const struct plan_address *a;
	size_t which;

	a = plan_overlap(conf, monitor->gateway->wan_index, addresses->list,
			 addresses->n, &which);
	if (a && !monitor->overlap)
		log_error("the WAN's subnet %s/%u overlaps the LAN's %s/%u "
			  "on %s: give that lan another address",
			  address_format(a->addr, wan), a->bits,
			  address_format(conf->lan[which].address, lan),
			  conf->lan[which].bits, conf->lan[which].interface);
	monitor->overlap = a;
	return a;
}

/** look() - read everything, make a plan; 0 or a negative errno */
static int look(struct monitor *monitor, struct plan *plan)
{
	struct gateway *gateway = monitor->gateway;
	struct rtnl_addresses addresses;
	int error;

	read_indexes(gateway);
	error = rtnl_addresses(&addresses);
	if (error) {
		log_error("cannot read the addresses: %s", strerror(-error));
		return error;
	}
	check_overlap(monitor, &addresses);
	error = plan_make(plan, gateway->conf, gateway->wan_index,
			  gateway->lan_index, addresses.list, addresses.n);
	free(addresses.list);
	return error;
}

/** log_pool() - what the external addresses are now */
static void log_pool(const struct monitor *monitor)
{
	const struct plan *plan = &monitor->plan;
	char first[ADDRESS_TEXT], last[ADDRESS_TEXT];
	size_t i;

	if (!plan->n_range)
		log_warning("%s has no address yet: nothing is translated "
			    "until it gets one",
			    monitor->gateway->conf->wan_interface);
	for (i = 0; i < plan->n_range; i++)
		log_info("external address %s%s%s%s",
			 address_format(plan->range[i].first, first),
			 plan->range[i].last > plan->range[i].first ? " to "
								    : "",
			 plan->range[i].last > plan->range[i].first
				 ? address_format(plan->range[i].last, last)
				 : "",
			 plan->range[i].host ? ", the gateway's own" : "");
	if (plan->cut)
		log_warning("ARP is answered for the first %d addresses of "
			    "the pool only",
			    PLAN_LOCAL_MAX);
}

int monitor_open(struct gateway *gateway, struct monitor **out)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	int error;

	if (!monitor)
		return -ENOMEM;
	monitor->gateway = gateway;
	gateway->lan_index =
		calloc(gateway->conf->n_lan + 1, sizeof(*gateway->lan_index));
	if (!gateway->lan_index) {
		error = -ENOMEM;
		goto fail;
	}
	error = look(monitor, &monitor->plan);
	if (!error)
		error = check_interfaces(gateway);
	if (!error && monitor->overlap)
		error = -EINVAL;
	if (error)
		goto fail;
	log_pool(monitor);
	*out = monitor;
	return 0;

fail:
	monitor_close(monitor);
	return error;
}

const struct plan *monitor_plan(const struct monitor *monitor)
{
	return &monitor->plan;
}

/** add_address() - one LAN's, unless it is there */
static int add_address(struct monitor *monitor, size_t which)
{
	struct gateway *gateway = monitor->gateway;
	const struct conf_lan *lan = &gateway->conf->lan[which];
	struct rtnl_addresses addresses;
	char text[ADDRESS_TEXT], line[128];
	bool there = false;
	int error;
	size_t i;

	error = rtnl_addresses(&addresses);
	if (error)
		return error;
	for (i = 0; i < addresses.n; i++)
		there |= addresses.list[i].addr == lan->address &&
			 addresses.list[i].index == gateway->lan_index[which];
	free(addresses.list);
	if (there)
		return 0;

	snprintf(line, sizeof(line), "address %s/%u %s",
		 address_format(lan->address, text), lan->bits, lan->interface);
	error = rundir_append(gateway->rundir, RUNDIR_ADDED, line);
	if (!error)
		error = rtnl_address(true, gateway->lan_index[which],
				     lan->address, lan->bits);
	if (error && error != -EEXIST) {
		log_error("cannot give %s the address %s/%u: %s",
			  lan->interface, text, lan->bits, strerror(-error));
		return error;
	}
	log_info("%s: added the address %s/%u", lan->interface, text,
		 lan->bits);
	return 0;
}

int monitor_addresses(struct monitor *monitor)
{
	struct gateway *gateway = monitor->gateway;
	struct plan plan = {0};
	int error;
	size_t i;

	for (i = 0; i < gateway->conf->n_lan; i++) {
		error = gateway->lan_index[i] ? add_address(monitor, i) : 0;
		if (error)
			return error;
	}
	/* the rules need to know them */
	error = look(monitor, &plan);
	if (error)
		return error;
	plan_clean(&monitor->plan);
	monitor->plan = plan;
	return 0;
}

/** has_local() - whether a plan answers ARP for an address */
static bool has_local(const struct plan *plan, uint32_t addr)
{
	size_t i;

	for (i = 0; i < plan->n_local; i++)
		if (plan->local[i] == addr)
			return true;
	return false;
}

/** add_routes() - all of the plan; the kernel drops them with the link */
static void add_routes(struct monitor *monitor)
{
	struct gateway *gateway = monitor->gateway;
	char text[ADDRESS_TEXT], line[128];
	int error;
	size_t i;

	for (i = 0; i < monitor->plan.n_local && gateway->wan_index; i++) {
		address_format(monitor->plan.local[i], text);
		error = rtnl_local(true, gateway->wan_index,
				   monitor->plan.local[i]);
		if (error == -EEXIST)
			continue;
		if (error) {
			log_warning("cannot answer ARP for %s: %s", text,
				    strerror(-error));
			continue;
		}
		/* after the fact, so that one which was there before us is
		 * not taken for ours */
		snprintf(line, sizeof(line), "local %s %s", text,
			 gateway->conf->wan_interface);
		rundir_append(gateway->rundir, RUNDIR_ADDED, line);
	}
}

void monitor_routes(struct monitor *monitor)
{
	add_routes(monitor);
}

/** remove_routes() - those of an old plan that the new one has not */
static void remove_routes(struct monitor *monitor, const struct plan *old)
{
	struct gateway *gateway = monitor->gateway;
	char text[ADDRESS_TEXT], line[128];
	size_t i;

	for (i = 0; i < old->n_local; i++) {
		if (has_local(&monitor->plan, old->local[i]))
			continue;
		snprintf(line, sizeof(line), "local %s %s\n",
			 address_format(old->local[i], text),
			 gateway->conf->wan_interface);
		if (rundir_has(gateway->rundir, RUNDIR_ADDED, line))
			rtnl_local(false, gateway->wan_index, old->local[i]);
	}
}

/** set_pool() - tell the engine; the old plan stays in force if it cannot */
static bool set_pool(struct monitor *monitor, struct plan *plan)
{
	struct gateway *gateway = monitor->gateway;
	const struct nat_pool pool = {plan->range, plan->n_range, plan->source,
				      plan->n_source};
	int error;

	error = nat_pool_set(gateway->nat, &pool, gateway_now(gateway));
	if (error)
		log_error("cannot change the external addresses: %s",
			  strerror(-error));
	return error == 0;
}

/** note_addresses() - the event of other external addresses */
static void note_addresses(struct gateway *gateway, const struct plan *plan)
{
	struct ring_entry entry = ring_entry_own(gateway_now(gateway).lapse,
						 RING_ADDRESS_CHANGED, NULL);

	if (plan->n_range)
		entry.external.addr = plan->range[0].first;
	gateway_event(gateway, &entry);
}

void monitor_refresh(struct monitor *monitor)
{
	struct gateway *gateway = monitor->gateway;
	struct plan old = monitor->plan, plan;
	bool pool;
	size_t i;

	if (look(monitor, &plan))
		return;
	pool = !plan_same_pool(&plan, &old);
	if (pool && !set_pool(monitor, &plan)) {
		plan_clean(&plan);
		return;
	}
	monitor->plan = plan;
	if (pool) {
		log_pool(monitor);
		if (plan.n_own)
			sysctl_host_ports(gateway);
		hostports_renew(gateway->hostports, &old);
		note_addresses(gateway, &plan);
		gateway_settle(gateway);
	}
	for (i = 0; i < gateway->conf->n_lan; i++)
		if (gateway->lan_index[i])
			add_address(monitor, i);
	hostports_update_rules(gateway->hostports);
	dhcp_refresh(gateway->dhcp);
	remove_routes(monitor, &old);
	add_routes(monitor);
	plan_clean(&old);
}

/** on_settle() - timer: the dust has settled */
static void on_settle(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	monitor_refresh(arg);
}

/** on_readable() - the bell: what it says is of no matter */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	const struct timeval delay = {0, SETTLE_US};
	struct monitor *monitor = arg;
	char ignored[8192];

	(void)what;
	while (recv(fd, ignored, sizeof(ignored), MSG_DONTWAIT) >= 0)
		;
	event_add(monitor->settle, &delay);
}

int monitor_follow(struct monitor *monitor)
{
	struct event_base *loop = monitor->gateway->loop;

	monitor->events =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!monitor->events ||
	    mnl_socket_bind(monitor->events, RTMGRP_LINK | RTMGRP_IPV4_IFADDR,
			    MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	monitor->readable =
		event_new(loop, mnl_socket_get_fd(monitor->events),
			  EV_READ | EV_PERSIST, on_readable, monitor);
	monitor->settle = event_new(loop, -1, 0, on_settle, monitor);
	if (!monitor->readable || !monitor->settle ||
	    event_add(monitor->readable, NULL) < 0)
		return -ENOMEM;
	/* what happened between the first look and now */
	event_active(monitor->settle, EV_TIMEOUT, 0);
	return 0;
}

void monitor_rules_input(const struct monitor *monitor,
			 struct ruleset_input *input)
{
	memset(input, 0, sizeof(*input));
	input->conf = monitor->gateway->conf;
	input->plan = &monitor->plan;
}

void monitor_close(struct monitor *monitor)
{
	if (!monitor)
		return;
	if (monitor->readable)
		event_free(monitor->readable);
	if (monitor->settle)
		event_free(monitor->settle);
	if (monitor->events)
		mnl_socket_close(monitor->events);
	plan_clean(&monitor->plan);
	free(monitor->gateway->lan_index);
	monitor->gateway->lan_index = NULL;
	free(monitor);
}

/** undo() - one line of the record */
static void undo(const char *line)
{
	char kind[16], address[64], interface[IF_NAMESIZE];
	uint32_t addr;
	unsigned bits, index;

	if (sscanf(line, "%15s %63s %15s", kind, address, interface) != 3 ||
	    !prefix_parse(address, &addr, &bits))
		return;
	index = if_nametoindex(interface);
	if (!index)
		return;
	if (strcmp(kind, "address") == 0)
		rtnl_address(false, index, addr, bits);
	else if (strcmp(kind, "local") == 0)
		rtnl_local(false, index, addr);
}

void monitor_undo(struct rundir *rundir)
{
	char *added = rundir_read(rundir, RUNDIR_ADDED);
	char *line, *rest = added;

	while (rest && (line = strsep(&rest, "\n")))
		undo(line);
	free(added);
	rundir_remove(rundir, RUNDIR_ADDED);
}
