// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_checks - the table of checks, and their judgements; pure
 *
 * A new check is an entry of the table: by one trial alone, or with a judge of
 * its own. The manual lapse(1) lists their names.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/capability.h>
#include "cli/doctor.h"

/* A receive buffer that holds enough packets of 64 KiB for half the speed. */
#define ENOUGH_BUFFER (4L << 20)
/* lapsed itself takes about 20, and one for each who asks it. */
#define ENOUGH_FILES 256

#define FORWARD_REMEDY(lan, wan)                      \
	"sudo iptables -I FORWARD -i " lan " -o " wan \
	" -j ACCEPT; sudo iptables -I FORWARD -i " wan " -o " lan " -j ACCEPT"

/** put() - what was found */
static void put(struct doctor_finding *finding, enum doctor_state state,
		const char *format, ...) __attribute__((format(printf, 3, 4)));

static void put(struct doctor_finding *finding, enum doctor_state state,
		const char *format, ...)
{
	va_list args;

	finding->state = state;
	va_start(args, format);
	vsnprintf(finding->found, sizeof(finding->found), format, args);
	va_end(args);
}

/**
 * tried() - a trial as this use would have made it
 *
 * What works in an ordinary user's namespace is in the kernel for root, too.
 */
static const struct doctor_tried *tried(const struct doctor_facts *facts,
					enum doctor_use use,
					enum doctor_trial trial)
{
	const struct doctor_tried *user = &facts->as_user.trial[trial];
	const struct doctor_tried *root = &facts->as_root.trial[trial];

	if (use == DOCTOR_EXEC_USER)
		return user;
	return !root->tried && user->works ? user : root;
}

/** works() - whether it did */
static bool works(const struct doctor_facts *facts, enum doctor_use use,
		  enum doctor_trial trial)
{
	return tried(facts, use, trial)->works;
}

/** by_trial() - a finding from one trial; @without: when it fails */
static void by_trial(struct doctor_finding *finding,
		     const struct doctor_tried *trial,
		     enum doctor_state without)
{
	if (trial->works)
		put(finding, DOCTOR_OK, "works");
	else if (trial->tried)
		put(finding, without, "%s", trial->why);
	else
		put(finding, DOCTOR_UNTRIED, "not tried");
}

/** has() - whether we have a capability */
static bool has(const struct doctor_facts *facts, int capability)
{
	return facts->caps >> capability & 1;
}

static void judge_privileges(const struct doctor_facts *facts,
			     enum doctor_use use,
			     struct doctor_finding *finding)
{
	const char *lacks = NULL;

	if (use == DOCTOR_EXEC_USER) {
		put(finding, DOCTOR_OK, "none needed, nor newuidmap");
		return;
	}
	if (!has(facts, CAP_NET_RAW))
		lacks = "CAP_NET_RAW";
	if (!has(facts, CAP_NET_ADMIN))
		lacks = "CAP_NET_ADMIN";
	if (use == DOCTOR_EXEC_ROOT && !has(facts, CAP_SYS_ADMIN))
		lacks = "CAP_SYS_ADMIN";
	if (!lacks) {
		put(finding, DOCTOR_OK, "root's");
		return;
	}
	put(finding, DOCTOR_MISSING, facts->root ? "root without %s" : "no %s",
	    lacks);
	if (facts->root)
		finding->remedy = use == DOCTOR_ROUTER
					  ? "docker run --cap-add NET_ADMIN "
					    "--cap-add NET_RAW ..."
					  : "docker run --privileged ...";
}

static void judge_user_namespaces(const struct doctor_facts *facts,
				  enum doctor_use use,
				  struct doctor_finding *finding)
{
	const struct doctor_tried *trial =
		tried(facts, use, TRY_USER_NAMESPACE);

	if (use != DOCTOR_EXEC_USER)
		return;
	by_trial(finding, trial, DOCTOR_MISSING);
	if (trial->works)
		return;
	if (facts->max_user_namespaces == 0) {
		put(finding, DOCTOR_MISSING, "user.max_user_namespaces is 0");
		finding->remedy = "sudo sysctl -w "
				  "user.max_user_namespaces=10000";
	} else if (facts->unprivileged_userns_clone == 0) {
		put(finding, DOCTOR_MISSING,
		    "kernel.unprivileged_userns_clone is 0");
		finding->remedy = "sudo sysctl -w "
				  "kernel.unprivileged_userns_clone=1";
	} else if (facts->apparmor_restricts > 0) {
		put(finding, DOCTOR_MISSING,
		    "AppArmor restricts them (Ubuntu 24.04 and later): %s",
		    trial->why);
		finding->remedy =
			"sudo sysctl -w "
			"kernel.apparmor_restrict_unprivileged_userns=0";
	}
}

/** judge_rules() - one of two tools, of which either is enough */
static void judge_rules(const struct doctor_facts *facts, enum doctor_use use,
			struct doctor_finding *finding, enum doctor_trial trial,
			enum doctor_trial other)
{
	by_trial(finding, tried(facts, use, trial),
		 works(facts, use, other) ? DOCTOR_LIMITED : DOCTOR_MISSING);
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
	bool nft = works(facts, use, TRY_IPTABLES_NFT);
	bool legacy = works(facts, use, TRY_IPTABLES_LEGACY);

	judge_rules(facts, use, finding, TRY_IPTABLES_QUEUE, TRY_NFT_QUEUE);
	if (finding->state == DOCTOR_OK)
		put(finding, DOCTOR_OK,
		    "works; iptables-nft %s, "
		    "iptables-legacy %s",
		    nft ? "does" : "does not", legacy ? "does" : "does not");
	else if (strstr(finding->found, "not installed"))
		finding->remedy = "sudo apt-get install iptables";
	else if (nft)
		finding->remedy = "sudo update-alternatives --set iptables "
				  "/usr/sbin/iptables-nft";
	else if (legacy)
		finding->remedy = "sudo update-alternatives --set iptables "
				  "/usr/sbin/iptables-legacy";
}

/** by_nft() - whether lapsed would take nft for its rules */
static bool by_nft(const struct doctor_facts *facts, enum doctor_use use)
{
	return works(facts, use, TRY_NFT_QUEUE);
}

static void judge_notrack(const struct doctor_facts *facts, enum doctor_use use,
			  struct doctor_finding *finding)
{
	by_trial(finding,
		 tried(facts, use,
		       by_nft(facts, use) ? TRY_NFT_NOTRACK
					  : TRY_IPTABLES_NOTRACK),
		 DOCTOR_LIMITED);
	if (by_nft(facts, use))
		finding->remedy = "sudo modprobe nft_ct";
}

static void judge_fragments(const struct doctor_facts *facts,
			    enum doctor_use use, struct doctor_finding *finding)
{
	if (by_nft(facts, use))
		put(finding, DOCTOR_OK, "nft needs no u32");
	else
		by_trial(finding, tried(facts, use, TRY_IPTABLES_U32),
			 DOCTOR_LIMITED);
}

static void judge_conntrack(const struct doctor_facts *facts,
			    enum doctor_use use, struct doctor_finding *finding)
{
	/* a namespace of its own has no rule that would wake conntrack */
	if (use == DOCTOR_ROUTER)
		put(finding, DOCTOR_OK,
		    facts->conntrack
			    ? "loaded: if rules use it, fragments come whole"
			    : "not loaded");
}

static void judge_bridge_netfilter(const struct doctor_facts *facts,
				   enum doctor_use use,
				   struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->bridge_calls_iptables > 0)
		put(finding, DOCTOR_LIMITED,
		    "net.bridge.bridge-nf-call-iptables is 1");
	else
		put(finding, DOCTOR_OK, "off");
}

static void judge_forward(const struct doctor_facts *facts, enum doctor_use use,
			  struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->forward_drops) {
		put(finding, DOCTOR_LIMITED,
		    "the policy of a FORWARD chain is DROP (Docker sets it)");
		if (*facts->lan) {
			snprintf(finding->own, sizeof(finding->own),
				 FORWARD_REMEDY("%s", "%s"), facts->lan,
				 facts->wan, facts->wan, facts->lan);
			finding->remedy = finding->own;
		}
	} else if (facts->forward_known)
		put(finding, DOCTOR_OK, "accepts by policy");
	else
		put(finding, DOCTOR_UNTRIED,
		    facts->root ? "not known without nft" : "only root sees");
}

static void judge_sysctl(const struct doctor_facts *facts, enum doctor_use use,
			 struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->sysctl_writable)
		put(finding, DOCTOR_OK, "/proc/sys can be written");
	else if (!facts->root)
		put(finding, DOCTOR_UNTRIED, "only root writes");
	else if (facts->ip_forward == 1)
		put(finding, DOCTOR_LIMITED,
		    "/proc/sys is read-only; forwarding is on");
	else
		put(finding, DOCTOR_MISSING,
		    "/proc/sys is read-only; forwarding is off");
}

static void judge_ipv6(const struct doctor_facts *facts, enum doctor_use use,
		       struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		return;
	if (facts->ipv6_forwarding == DOCTOR_NO_SYSCTL)
		put(finding, DOCTOR_OK, "this kernel has no IPv6");
	else if (facts->lan_ipv6 && facts->wan_ipv6)
		put(finding, DOCTOR_LIMITED,
		    "passes from %s to %s beside the NAT", facts->lan,
		    facts->wan);
	else if (!*facts->lan && facts->ipv6_forwarding > 0)
		put(finding, DOCTOR_LIMITED,
		    "is forwarded, and so passes beside the NAT");
	else
		put(finding, DOCTOR_OK, "is not forwarded");
}

static void judge_buffer(const struct doctor_facts *facts, enum doctor_use use,
			 struct doctor_finding *finding)
{
	const struct doctor_tried *trial = tried(facts, use, TRY_BUFFER);

	if (trial->works)
		put(finding, DOCTOR_OK, "as large as wanted");
	else if (facts->rmem_max >= ENOUGH_BUFFER)
		put(finding, DOCTOR_OK, "net.core.rmem_max is %ld",
		    facts->rmem_max);
	else if (trial->tried)
		put(finding, DOCTOR_LIMITED, "net.core.rmem_max is %ld",
		    facts->rmem_max);
	else
		put(finding, DOCTOR_UNTRIED, "not tried");
}

static void judge_files(const struct doctor_facts *facts, enum doctor_use use,
			struct doctor_finding *finding)
{
	(void)use;
	put(finding,
	    facts->open_files >= ENOUGH_FILES ? DOCTOR_OK : DOCTOR_LIMITED,
	    "%ld", facts->open_files);
}

static void judge_ip(const struct doctor_facts *facts, enum doctor_use use,
		     struct doctor_finding *finding)
{
	(void)use;
	put(finding, facts->ip ? DOCTOR_OK : DOCTOR_LIMITED, "%s",
	    facts->ip ? "installed" : "not installed");
}

static void judge_dhcp(const struct doctor_facts *facts, enum doctor_use use,
		       struct doctor_finding *finding)
{
	if (use != DOCTOR_ROUTER)
		put(finding, facts->dhcp_client ? DOCTOR_OK : DOCTOR_LIMITED,
		    "%s",
		    facts->dhcp_client ? facts->dhcp_client : "none installed");
}

static void judge_user_network(const struct doctor_facts *facts,
			       enum doctor_use use,
			       struct doctor_finding *finding)
{
	if (use != DOCTOR_EXEC_USER)
		return;
	put(finding, facts->user_network ? DOCTOR_OK : DOCTOR_LIMITED, "%s",
	    facts->user_network ? facts->user_network : "none installed");
}

static void judge_tcpdump(const struct doctor_facts *facts, enum doctor_use use,
			  struct doctor_finding *finding)
{
	(void)use;
	put(finding, facts->tcpdump ? DOCTOR_OK : DOCTOR_LIMITED, "%s",
	    facts->tcpdump ? "installed" : "not installed");
}

#define MISSING_FOR_EXEC                                      \
	{                                                     \
		DOCTOR_UNUSED, DOCTOR_MISSING, DOCTOR_MISSING \
	}
#define LIMITS_EXEC                                           \
	{                                                     \
		DOCTOR_UNUSED, DOCTOR_LIMITED, DOCTOR_LIMITED \
	}

static const struct doctor_check checks[] = {
	{.name = "privileges",
	 .judge = judge_privileges,
	 .means = "it cannot change the network",
	 .remedy = "sudo lapse doctor"},
	{.name = "user-namespaces",
	 .judge = judge_user_namespaces,
	 .means = "an ordinary user cannot have a network of their own",
	 .remedy = "docker run --security-opt seccomp=unconfined ..."},
	{.name = "namespaces",
	 .trial = TRY_NAMESPACES,
	 .without = MISSING_FOR_EXEC,
	 .means = "no network apart from the host's",
	 .remedy = "docker run --privileged ..."},
	{.name = "private-run",
	 .trial = TRY_MOUNT,
	 .without = MISSING_FOR_EXEC,
	 .means = "programs inside share /run and /etc with the host",
	 .remedy = "docker run --privileged ..."},
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
};

#define CHECKS (sizeof(checks) / sizeof(checks[0]))

const struct doctor_check *doctor_check_at(size_t i)
{
	return i < CHECKS ? &checks[i] : NULL;
}

void doctor_judge(const struct doctor_check *check,
		  const struct doctor_facts *facts, enum doctor_use use,
		  struct doctor_finding *finding)
{
	memset(finding, 0, sizeof(*finding));
	if (check->judge)
		check->judge(facts, use, finding);
	else if (check->without[use] != DOCTOR_UNUSED)
		by_trial(finding, tried(facts, use, check->trial),
			 check->without[use]);
	if (finding->state < DOCTOR_LIMITED)
		finding->remedy = NULL;
	else if (!finding->remedy)
		finding->remedy = check->remedy;
}

const char *doctor_state_name(enum doctor_state state)
{
	static const char *const names[] = {
		[DOCTOR_UNUSED] = "-",	      [DOCTOR_OK] = "ok",
		[DOCTOR_UNTRIED] = "untried", [DOCTOR_LIMITED] = "limited",
		[DOCTOR_MISSING] = "missing",
	};

	return names[state];
}

enum doctor_state doctor_verdict(const struct doctor_facts *facts,
				 enum doctor_use use)
{
	enum doctor_state worst = DOCTOR_OK;
	struct doctor_finding finding;

	for (size_t i = 0; i < CHECKS; i++) {
		doctor_judge(&checks[i], facts, use, &finding);
		if (finding.state > worst)
			worst = finding.state;
	}
	return worst;
}
