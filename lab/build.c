// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build - the hosts of a lab and what connects them
 */
#include "lab/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "base/endpoint.h"
#include "base/wire.h"
#include "lab/link.h"
#include "lab/mounts.h"
#include "lab/names.h"
#include "lab/outside.h"
#include "lab/say.h"
#include "lab/spawn.h"

/*
 * Packets are of up to 64 KiB, as on every veth, for a user as for root. The
 * socket of a user's queue holds few of them, by net.core.rmem_max, but what a
 * packet costs hardly depends on its size, and of smaller ones some are lost
 * there, too. Measured by iperf3 with packets of up to 8, 16, 32 and 64 KiB,
 * Gbit/s: 2.2, 4.5, 8.7 and 16.0 with a buffer of 8 MiB; 2.1, 4.5, 8.8 and 16.5
 * with one of 416 KiB, which is Debian's default; root's gave 15.5. So it was,
 * at 8 and 64 KiB, for eight connections, for 4 MiB only, beside two busy
 * loops, and on Debian's kernel 6.1.
 *
 * A user's recording is bound by the same limit, and is to be complete. At
 * 8 KiB (2.1 Gbit/s) it was; from 16 KiB on, frames came too fast.
 */
#define RECORDED_GSO_MAX 8192

/* Where `ip netns` looks. */
#define NETNS "/run/netns"

/* Far from those that the kernel gives. */
#define CABLE_INDEX 16

void lab_mac(uint32_t address, uint8_t mac[static 6])
{
	/* locally administered */
	mac[0] = 2;
	mac[1] = 0;
	wire_put32(mac + 2, address);
}

const struct lab_host *lab_host(const struct lab *lab, const char *name)
{
	if (strcmp(name, "client") == 0)
		name = "client1";
	for (size_t i = 0; i < lab->n_hosts; i++)
		if (strcmp(lab->host[i].name, name) == 0)
			return &lab->host[i];
	return NULL;
}

/** sysctl() - a switch of the network namespace that we are in */
static void sysctl(const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	/* what a kernel does not have needs no switch */
	if (fd < 0)
		return;
	if (write(fd, value, strlen(value)) < 0)
		say_error("cannot set %s: %s", path, strerror(errno));
	close(fd);
}

/** settle_host() - what a new network namespace needs before its links */
static int settle_host(void)
{
	/* nothing may pass beside the NAT; ::1 stays */
	sysctl("ipv6/conf/default/disable_ipv6", "1");
	/* our group, be it root's or the caller's mapped to 0 */
	sysctl("ipv4/ping_group_range", "0 0");
	/* servers of ordinary users listen where real ones do */
	sysctl("ipv4/ip_unprivileged_port_start", "0");
	return link_up("lo", NULL);
}

/** open_network() - of a host, known to `ip netns` inside the lab */
static int open_network(struct lab_host *host)
{
	char path[sizeof(NETNS) + sizeof(host->name)];
	int error;

	host->net = ns_net();
	if (host->net < 0)
		return host->net;
	error = settle_host();
	snprintf(path, sizeof(path), NETNS "/%s", host->name);
	if (!error)
		error = mounts_write(path, "", 0444);
	if (!error && mount("/proc/self/ns/net", path, NULL, MS_BIND, NULL) < 0)
		error = -errno;
	return error;
}

/** open_mounts() - of a host: with a /sys of its own */
static int open_mounts(struct lab_host *host)
{
	const int how = O_PATH | O_DIRECTORY | O_CLOEXEC;
	int home = ns_open("mnt"), root = open("/", how);
	int error = home < 0 ? home : root < 0 ? -errno : spawn_visit(host);

	if (!error) {
		host->mounts = ns_mounts();
		/* our root is the same folder, in the new mounts */
		host->root = open("/", how);
		error = host->mounts < 0 ? host->mounts
			: host->root < 0 ? -errno
					 : 0;
	}
	if (!error) {
		mounts_sys();
		error = ns_enter_mounts(home, root);
	}
	if (home >= 0)
		close(home);
	if (root >= 0)
		close(root);
	return error;
}

/** open_hosts() - their namespaces; mounts last, for they show the networks */
static int open_hosts(struct lab *lab)
{
	int error = mounts_folder(NETNS);

	for (size_t i = 0; !error && i < lab->n_hosts; i++)
		error = open_network(&lab->host[i]);
	for (size_t i = 0; !error && i < lab->n_hosts; i++)
		error = open_mounts(&lab->host[i]);
	return error;
}

/** name_host() - the next of the lab's hosts */
static struct lab_host *name_host(struct lab *lab, const char *name,
				  uint32_t address)
{
	struct lab_host *host = &lab->host[lab->n_hosts++];

	snprintf(host->name, sizeof(host->name), "%s", name);
	host->address = address;
	lab_mac(address, host->mac);
	host->net = host->mounts = host->root = -1;
	return host;
}

/** name_hosts() - all of them */
static void name_hosts(struct lab *lab)
{
	char name[LAB_NAME];

	for (unsigned i = 0; i < lab->spec->clients; i++) {
		snprintf(name, sizeof(name), "client%u", i + 1);
		name_host(lab, name, LAB_LAN + 2 + i);
	}
	lab->gateway = name_host(lab, "gateway", LAB_LAN + 1);
	if (lab->spec->behind)
		lab->carrier = name_host(lab, "carrier", LAB_MIDDLE + 1);
	if (!lab->spec->wan_host)
		lab->server = name_host(lab, "server", LAB_SERVER);
}

/** pair() - a cable from the host that we are in */
static int pair(struct lab *lab, const char *name, const struct lab_host *to,
		const char *peer)
{
	const struct link_pair cable = {
		.name = name,
		.index = CABLE_INDEX + lab->n_cables++,
		.peer = peer,
		.peer_ns = to->net,
		.peer_mac = to->mac,
		.gso_max =
			lab->ids.user && lab->recorded ? RECORDED_GSO_MAX : 0,
	};

	return link_pair(&cable);
}

/** connect_lan() - the clients' cables: straight, or to a bridge */
static int connect_lan(struct lab *lab)
{
	unsigned n = lab->spec->clients;
	int error = spawn_visit(lab->gateway);
	char name[LAB_NAME];

	if (error)
		return error;
	if (n == 1)
		return pair(lab, "lan", &lab->host[0], "eth0");
	error = link_bridge("lan");
	for (unsigned i = 0; !error && i < n; i++) {
		snprintf(name, sizeof(name), "port%u", i + 1);
		error = pair(lab, name, &lab->host[i], "eth0");
		if (!error)
			error = link_up(name, "lan");
	}
	return error;
}

/** address() - an interface of the host that we are in, and bring it up */
static int address(const char *interface, uint32_t addr)
{
	int error = link_address(interface, addr, LAB_BITS);

	return error ? error : link_up(interface, NULL);
}

/** meet_server() - from the outermost gateway, which we are at */
static int meet_server(struct lab *lab)
{
	int error = pair(lab, "wan", lab->server, "eth0");

	return error ? error : address("wan", LAB_WAN + 1);
}

/** leave() - the same into the host's network; a helper does it by itself */
static int leave(struct lab *lab)
{
	const struct outside *outside = lab->spec->outside;
	struct lab_host home = {.net = lab->home};
	const struct lab_host *at = lab->carrier ? lab->carrier : lab->gateway;
	int error;

	if (!outside)
		return 0;
	lab_mac(outside->network + 1, home.mac);
	error = pair(lab, "wan", &home, outside->interface);
	if (!error)
		error = address("wan", outside->network + 2);
	if (!error)
		error = spawn_visit(&home);
	if (!error)
		error = address(outside->interface, outside->network + 1);
	if (!error)
		error = spawn_visit(at);
	return error ? error : link_default(outside->network + 1);
}

/** number_gateways() - the addresses of one gateway, or of two */
static int number_gateways(struct lab *lab)
{
	const struct lab_host *last = lab->gateway;
	int error = 0;

	if (lab->carrier) {
		last = lab->carrier;
		error = spawn_visit(lab->gateway);
		if (!error)
			error = pair(lab, "wan", lab->carrier, "lan");
		if (!error)
			error = address("wan", LAB_MIDDLE + 2);
		if (!error)
			error = link_default(LAB_MIDDLE + 1);
		if (!error)
			error = spawn_visit(lab->carrier);
		if (!error)
			error = address("lan", LAB_MIDDLE + 1);
	}
	if (!error)
		error = spawn_visit(last);
	if (!error)
		error = lab->spec->wan_host ? leave(lab) : meet_server(lab);
	if (!error)
		error = spawn_visit(lab->gateway);
	return error ? error : address("lan", LAB_LAN + 1);
}

/** number_ends() - clients, unless they ask for theirs, and the server */
static int number_ends(const struct lab *lab)
{
	int error = 0;

	for (unsigned i = 0; !error && i < lab->spec->clients; i++) {
		error = spawn_visit(&lab->host[i]);
		if (error || lab->spec->dhcp)
			continue;
		error = address("eth0", lab->host[i].address);
		if (!error)
			error = link_default(LAB_LAN + 1);
	}
	if (error || !lab->server)
		return error;
	error = spawn_visit(lab->server);
	if (!error)
		error = address("eth0", LAB_SERVER);
	return error ? error : link_address("eth0", LAB_SERVER2, LAB_BITS);
}

int lab_build(struct lab *lab)
{
	int error = mounts_private();

	if (error)
		return error;
	name_hosts(lab);
	/* before the hosts' mounts are copied from ours */
	error = names_write(lab);
	lab->home = ns_open("net");
	if (!error)
		error = open_hosts(lab);
	if (!error)
		error = connect_lan(lab);
	if (!error)
		error = number_gateways(lab);
	if (!error)
		error = number_ends(lab);
	if (error) {
		say_error("the lab's network cannot be made: %s",
			  say_reason(error));
		return error;
	}
	return 0;
}
