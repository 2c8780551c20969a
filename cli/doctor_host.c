// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_host - facts of this machine that are only read
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/capability.h>
#include <sys/resource.h>
#include "cli/doctor.h"
#include "gateway/program.h"
#include "gateway/rules.h"

/** read_sysctl() - a number below /proc/sys, or DOCTOR_NO_SYSCTL */
static long read_sysctl(const char *name)
{
	long value = DOCTOR_NO_SYSCTL;
	char path[96], text[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	file = fopen(path, "re");
	if (!file)
		return value;
	if (fgets(text, sizeof(text), file))
		value = strtol(text, NULL, 10);
	fclose(file);
	return value;
}

/** read_caps() - our effective capabilities */
static uint64_t read_caps(void)
{
	FILE *status = fopen("/proc/self/status", "re");
	uint64_t caps = 0;
	char line[128];

	while (status && fgets(line, sizeof(line), status))
		if (strncmp(line, "CapEff:", 7) == 0)
			caps = strtoull(line + 7, NULL, 16);
	if (status)
		fclose(status);
	return caps;
}

/** ipv6_switch() - one of an interface's switches is on */
static bool ipv6_switch(const char *interface, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "net/ipv6/conf/%s/%s", interface, name);
	return read_sysctl(path) > 0;
}

/** read_ipv6() - whether IPv6 could go from the LAN to the WAN */
static void read_ipv6(struct doctor_facts *facts)
{
	facts->ipv6_forwarding = read_sysctl("net/ipv6/conf/all/forwarding");
	if (!*facts->lan || facts->ipv6_forwarding == DOCTOR_NO_SYSCTL)
		return;
	facts->lan_ipv6 = ipv6_switch(facts->lan, "forwarding") &&
			  !ipv6_switch(facts->lan, "disable_ipv6");
	facts->wan_ipv6 = !ipv6_switch(facts->wan, "disable_ipv6");
}

/** first_of() - the first of these programs that is installed, or NULL */
static const char *first_of(const char *const *names)
{
	for (; *names; names++)
		if (program_find(*names))
			return *names;
	return NULL;
}

void doctor_host(struct doctor_facts *facts)
{
	static const char *const dhcp[] = {"udhcpc", "dhclient", "dhcpcd",
					   NULL};
	static const char *const network[] = {"pasta", "slirp4netns", NULL};
	struct rlimit files = {0};
	bool admin;

	facts->root = geteuid() == 0;
	facts->caps = read_caps();
	facts->max_user_namespaces = read_sysctl("user/max_user_namespaces");
	facts->unprivileged_userns_clone =
		read_sysctl("kernel/unprivileged_userns_clone");
	facts->apparmor_restricts =
		read_sysctl("kernel/apparmor_restrict_unprivileged_userns");
	facts->bridge_calls_iptables =
		read_sysctl("net/bridge/bridge-nf-call-iptables");
	facts->rmem_max = read_sysctl("net/core/rmem_max");
	facts->ip_forward = read_sysctl("net/ipv4/ip_forward");
	facts->sysctl_writable =
		access("/proc/sys/net/ipv4/ip_forward", W_OK) == 0;
	facts->conntrack =
		access("/proc/sys/net/netfilter/nf_conntrack_max", F_OK) == 0;
	read_ipv6(facts);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0)
		facts->open_files = files.rlim_cur > INT32_MAX
					    ? INT32_MAX
					    : (long)files.rlim_cur;
	admin = facts->caps >> CAP_NET_ADMIN & 1;
	facts->forward_drops = admin && rules_forward_drops();
	/* the old iptables alone does not tell of the new one's rules */
	facts->forward_known = admin && program_find("nft");
	facts->dhcp_client = first_of(dhcp);
	facts->user_network = first_of(network);
	facts->ip = program_find("ip");
	facts->tcpdump = program_find("tcpdump");
}
