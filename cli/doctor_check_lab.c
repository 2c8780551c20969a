// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_check_lab - checks of what exec and lab are built from: links,
 * programs
 */
#include "cli/doctor_check.h"

/* lapsed itself takes about 20, and one for each who asks it. */
#define ENOUGH_FILES 256

static void judge_files(const struct doctor_facts *facts, enum doctor_use use,
			struct doctor_finding *finding)
{
	(void)use;
	doctor_put(finding,
		   facts->open_files >= ENOUGH_FILES ? DOCTOR_OK
						     : DOCTOR_LIMITED,
		   "%ld", facts->open_files);
}

static void judge_ip(const struct doctor_facts *facts, enum doctor_use use,
		     struct doctor_finding *finding)
{
	(void)use;
	doctor_put(finding, facts->ip ? DOCTOR_OK : DOCTOR_LIMITED, "%s",
		   facts->ip ? "installed" : "not installed");
}

static void judge_dhcp(const struct doctor_facts *facts, enum doctor_use use,
		       struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		doctor_put(finding,
			   facts->dhcp_client ? DOCTOR_OK : DOCTOR_LIMITED,
			   "%s",
			   facts->dhcp_client ? facts->dhcp_client
					      : "none installed");
}

static void judge_user_network(const struct doctor_facts *facts,
			       enum doctor_use use,
			       struct doctor_finding *finding)
{
	if (use != DOCTOR_EXEC_USER)
		return;
	doctor_put(
		finding, facts->user_network ? DOCTOR_OK : DOCTOR_LIMITED, "%s",
		facts->user_network ? facts->user_network : "none installed");
}

static void judge_tcpdump(const struct doctor_facts *facts, enum doctor_use use,
			  struct doctor_finding *finding)
{
	(void)use;
	doctor_put(finding, facts->tcpdump ? DOCTOR_OK : DOCTOR_LIMITED, "%s",
		   facts->tcpdump ? "installed" : "not installed");
}

const struct doctor_check doctor_check_lab[] = {
	{.name = "veth",
	 .trial = TRY_VETH,
	 .without = MISSING_FOR_EXEC,
	 .means = "no links between namespaces",
	 .remedy = "sudo modprobe veth"},
	{.name = "link-up",
	 .trial = TRY_LINK_UP,
	 .without = MISSING_FOR_EXEC,
	 .means = "interfaces cannot be used",
	 .remedy = "docker run --privileged ..."},
	{.name = "bridge",
	 .trial = TRY_BRIDGE,
	 .without = LIMITS_EXEC,
	 .means = "one client only",
	 .remedy = "sudo modprobe bridge"},
	{.name = "netem",
	 .trial = TRY_NETEM,
	 .without = LIMITS_EXEC,
	 .means = "tc cannot delay packets; a relay has to",
	 .remedy = "sudo modprobe sch_netem"},
	{.name = "tun",
	 .trial = TRY_TUN,
	 .without = {DOCTOR_UNUSED, DOCTOR_UNUSED, DOCTOR_LIMITED},
	 .means = "no exec --wan host",
	 .remedy = "sudo modprobe tun; sudo chmod 666 /dev/net/tun"},
	{.name = "user-network",
	 .judge = judge_user_network,
	 .means = "no exec --wan host",
	 .remedy = "sudo apt-get install passt"},
	{.name = "dhcp-client",
	 .judge = judge_dhcp,
	 .means = "no exec --dhcp",
	 .remedy = "sudo apt-get install udhcpc"},
	{.name = "iproute2",
	 .judge = judge_ip,
	 .means = "no ip, ss and tc to look with",
	 .remedy = "sudo apt-get install iproute2"},
	{.name = "tcpdump",
	 .judge = judge_tcpdump,
	 .means = "no program to look at packets with",
	 .remedy = "sudo apt-get install tcpdump"},
	{.name = "open-files",
	 .judge = judge_files,
	 .means = "not many can ask lapsed at once",
	 .remedy = "ulimit -n 1024"},
	{.name = NULL},
};
