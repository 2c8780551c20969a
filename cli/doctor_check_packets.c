// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_check_packets - checks of a packet's way: rules and queue, and what of
 * the host's own settings stands beside it
 */
#include <stdio.h>
#include <string.h>
#include "cli/doctor_check.h"

/* A receive buffer that holds enough packets of 64 KiB for half the speed. */
#define ENOUGH_BUFFER (4L << 20)

#define FORWARD_REMEDY(lan, wan)                      \
	"sudo iptables -I FORWARD -i " lan " -o " wan \
	" -j ACCEPT; sudo iptables -I FORWARD -i " wan " -o " lan " -j ACCEPT"

/** judge_rules() - one of two tools, of which either is enough */
static void judge_rules(const struct doctor_facts *facts, enum doctor_use use,
			struct doctor_finding *finding, enum doctor_trial trial,
			enum doctor_trial other)
{
	doctor_by_trial(finding, doctor_tried_as(facts, use, trial),
			doctor_works(facts, use, other) ? DOCTOR_LIMITED
							: DOCTOR_MISSING);
}

static void judge_nft(const struct doctor_facts *facts, enum doctor_use use,
		      struct doctor_finding *finding)
{
	judge_rules(facts, use, finding, TRY_NFT_QUEUE, TRY_IPTABLES_QUEUE);
	if (strstr(finding->found, "not installed"))
		finding->remedy = "sudo apt-get install nftables";
}

static void judge_iptables(const struct doctor_facts *facts,
			   enum doctor_use use, struct doctor_finding *finding)
{
	bool nft = doctor_works(facts, use, TRY_IPTABLES_NFT);
	bool legacy = doctor_works(facts, use, TRY_IPTABLES_LEGACY);

	judge_rules(facts, use, finding, TRY_IPTABLES_QUEUE, TRY_NFT_QUEUE);
	if (finding->state == DOCTOR_OK)
		doctor_put(finding, DOCTOR_OK,
			   "works; iptables-nft %s, "
			   "iptables-legacy %s",
			   nft ? "does" : "does not",
			   legacy ? "does" : "does not");
	else if (strstr(finding->found, "not installed"))
		finding->remedy = "sudo apt-get install iptables";
	else if (nft)
		finding->remedy = "sudo update-alternatives --set iptables "
				  "/usr/sbin/iptables-nft";
	else if (legacy)
		finding->remedy = "sudo update-alternatives --set iptables "
				  "/usr/sbin/iptables-legacy";
}

static void judge_buffer(const struct doctor_facts *facts, enum doctor_use use,
			 struct doctor_finding *finding)
{
	const struct doctor_tried *trial =
		doctor_tried_as(facts, use, TRY_BUFFER);

	if (trial->works)
		doctor_put(finding, DOCTOR_OK, "as large as wanted");
	else if (facts->rmem_max >= ENOUGH_BUFFER)
		doctor_put(finding, DOCTOR_OK, "net.core.rmem_max is %ld",
			   facts->rmem_max);
	else if (trial->tried)
		doctor_put(finding, DOCTOR_LIMITED, "net.core.rmem_max is %ld",
			   facts->rmem_max);
	else
		doctor_put(finding, DOCTOR_UNTRIED, "not tried");
}

/** by_nft() - whether lapsed would take nft for its rules */
static bool by_nft(const struct doctor_facts *facts, enum doctor_use use)
{
	return doctor_works(facts, use, TRY_NFT_QUEUE);
}

static void judge_notrack(const struct doctor_facts *facts, enum doctor_use use,
			  struct doctor_finding *finding)
{
	doctor_by_trial(finding,
			doctor_tried_as(facts, use,
					by_nft(facts, use)
						? TRY_NFT_NOTRACK
						: TRY_IPTABLES_NOTRACK),
			DOCTOR_LIMITED);
	if (by_nft(facts, use))
		finding->remedy = "sudo modprobe nft_ct";
}

static void judge_fragments(const struct doctor_facts *facts,
			    enum doctor_use use, struct doctor_finding *finding)
{
	if (by_nft(facts, use))
		doctor_put(finding, DOCTOR_OK, "nft needs no u32");
	else
		doctor_by_trial(finding,
				doctor_tried_as(facts, use, TRY_IPTABLES_U32),
				DOCTOR_LIMITED);
}

static void judge_conntrack(const struct doctor_facts *facts,
			    enum doctor_use use, struct doctor_finding *finding)
{
	/* a namespace of its own has no rule that would wake conntrack */
	if (use == DOCTOR_ROUTER)
		doctor_put(finding, DOCTOR_OK,
			   facts->conntrack ? "loaded: if rules use it, "
					      "fragments come whole"
					    : "not loaded");
}

static void judge_bridge_netfilter(const struct doctor_facts *facts,
				   enum doctor_use use,
				   struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->bridge_calls_iptables > 0)
		doctor_put(finding, DOCTOR_LIMITED,
			   "net.bridge.bridge-nf-call-iptables is 1");
	else
		doctor_put(finding, DOCTOR_OK, "off");
}

static void judge_forward(const struct doctor_facts *facts, enum doctor_use use,
			  struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->forward_drops) {
		doctor_put(finding, DOCTOR_LIMITED,
			   "the policy of a FORWARD chain is DROP (Docker sets "
			   "it)");
		if (*facts->lan) {
			snprintf(finding->own, sizeof(finding->own),
				 FORWARD_REMEDY("%s", "%s"), facts->lan,
				 facts->wan, facts->wan, facts->lan);
			finding->remedy = finding->own;
		}
	} else if (facts->forward_known)
		doctor_put(finding, DOCTOR_OK, "accepts by policy");
	else
		doctor_put(finding, DOCTOR_UNTRIED,
			   facts->root ? "not known without nft"
				       : "only root sees");
}

static void judge_sysctl(const struct doctor_facts *facts, enum doctor_use use,
			 struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->sysctl_writable)
		doctor_put(finding, DOCTOR_OK, "/proc/sys can be written");
	else if (!facts->root)
		doctor_put(finding, DOCTOR_UNTRIED, "only root writes");
	else if (facts->ip_forward == 1)
		doctor_put(finding, DOCTOR_LIMITED,
			   "/proc/sys is read-only; forwarding is on");
	else
		doctor_put(finding, DOCTOR_MISSING,
			   "/proc/sys is read-only; forwarding is off");
}

static void judge_ipv6(const struct doctor_facts *facts, enum doctor_use use,
		       struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->ipv6_forwarding == DOCTOR_NO_SYSCTL)
		doctor_put(finding, DOCTOR_OK, "this kernel has no IPv6");
	else if (facts->lan_ipv6 && facts->wan_ipv6)
		doctor_put(finding, DOCTOR_LIMITED,
			   "passes from %s to %s beside the NAT", facts->lan,
			   facts->wan);
	else if (!*facts->lan && facts->ipv6_forwarding > 0)
		doctor_put(finding, DOCTOR_LIMITED,
			   "is forwarded, and so passes beside the NAT");
	else
		doctor_put(finding, DOCTOR_OK, "is not forwarded");
}

const struct doctor_check doctor_check_packets[] = {
	{.name = "nft-queue",
	 .judge = judge_nft,
	 .means = "nft cannot queue packets; lapsed then has to use iptables",
	 .remedy = "sudo modprobe nft_queue"},
	{.name = "iptables-queue",
	 .judge = judge_iptables,
	 .means = "iptables cannot queue packets; lapsed then has to use nft",
	 .remedy = "sudo modprobe xt_NFQUEUE"},
	{.name = "queue",
	 .trial = TRY_QUEUE_BIND,
	 .without = {DOCTOR_MISSING, DOCTOR_MISSING, DOCTOR_MISSING},
	 .means = "no packet reaches lapsed",
	 .remedy = "sudo modprobe nfnetlink_queue"},
	{.name = "queue-gso",
	 .trial = TRY_QUEUE_GSO,
	 .without = {DOCTOR_LIMITED, DOCTOR_LIMITED, DOCTOR_LIMITED},
	 .means = "each packet comes alone: TCP is slower",
	 .remedy = "sudo apt-get install linux-image-$(dpkg "
		   "--print-architecture)"},
	{.name = "receive-buffer",
	 .judge = judge_buffer,
	 .means = "few packets of 64 KiB fit: TCP is slower",
	 .remedy = "sudo sysctl -w net.core.rmem_max=16777216"},
	{.name = "notrack",
	 .judge = judge_notrack,
	 .means = "where conntrack is active it follows the same packets",
	 .remedy = "sudo modprobe xt_CT"},
	{.name = "fragments",
	 .judge = judge_fragments,
	 .means = "fragments to the gateway itself may be lost",
	 .remedy = "sudo modprobe xt_u32"},
	{.name = "conntrack",
	 .judge = judge_conntrack,
	 .means = "fragments are put together before lapsed sees them"},
	{.name = "bridge-netfilter",
	 .judge = judge_bridge_netfilter,
	 .means = "rules see what a LAN's bridge passes between its ports",
	 .remedy = "sudo sysctl -w net.bridge.bridge-nf-call-iptables=0"},
	{.name = "forward-policy",
	 .judge = judge_forward,
	 .means = "what lapsed translates is dropped, unless a rule lets it "
		  "pass",
	 .remedy = FORWARD_REMEDY("LAN", "WAN")},
	{.name = "sysctl",
	 .judge = judge_sysctl,
	 .means = "lapsed cannot set forwarding, redirects and its own ports",
	 .remedy = "docker run --sysctl net.ipv4.ip_forward=1 --sysctl "
		   "net.ipv4.conf.all.send_redirects=0 ..."},
	{.name = "ipv6",
	 .judge = judge_ipv6,
	 .means = "clients that have IPv6 are not behind this NAT",
	 .remedy = "sudo sysctl -w net.ipv6.conf.all.forwarding=0"},
	{.name = NULL},
};
