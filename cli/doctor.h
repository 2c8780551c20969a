/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor - what this machine offers and lacks, in facts and in judgements
 *
 * Three parts: facts of the machine that are only read (doctor_host.c), facts
 * found by trying in a throw-away namespace (doctor_trial.c), and the checks
 * that judge both (doctor_check.h), which are pure.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "cli/cli.h"

/** enum doctor_use - what lapse may be used for on this machine */
enum doctor_use {
	DOCTOR_ROUTER,	  /* lapsed, on the machine's own interfaces */
	DOCTOR_EXEC_ROOT, /* lapse exec, as root */
	DOCTOR_EXEC_USER, /* lapse exec, as an ordinary user */
	DOCTOR_USES,
};

/** enum doctor_state - a check's result for one use, the worst last */
enum doctor_state {
	DOCTOR_UNUSED, /* this use does not need it */
	DOCTOR_OK,
	DOCTOR_UNTRIED, /* trying would have changed the host, or needs root */
	DOCTOR_LIMITED, /* it works without, with what `means` says */
	DOCTOR_MISSING, /* it does not work without */
};

/* What is tried in a namespace: identifier. */
enum doctor_trial {
	TRY_USER_NAMESPACE,
	TRY_NAMESPACES,
	TRY_MOUNT,
	TRY_LINK_UP,
	TRY_NFT_QUEUE,
	TRY_NFT_NOTRACK,
	TRY_IPTABLES_QUEUE,
	TRY_IPTABLES_NFT,
	TRY_IPTABLES_LEGACY,
	TRY_IPTABLES_NOTRACK,
	TRY_IPTABLES_U32,
	TRY_QUEUE_BIND,
	TRY_QUEUE_GSO,
	TRY_BUFFER,
	TRY_VETH,
	TRY_BRIDGE,
	TRY_TUN,
	TRY_NETEM,
	TRIALS,
};

/** struct doctor_tried - what came of one trial: nothing, if never made */
struct doctor_tried {
	bool tried;
	bool works;
	char why[96]; /* why not */
};

/** struct doctor_realm - all the trials, as one kind of user */
struct doctor_realm {
	struct doctor_tried trial[TRIALS];
};

/** DOCTOR_NO_SYSCTL - this kernel does not have that one */
#define DOCTOR_NO_SYSCTL (-1L)

/** DOCTOR_IFNAME - bytes of an interface's name */
#define DOCTOR_IFNAME 16

/**
 * struct doctor_facts - all that is judged
 * @root:	the effective user is root, here
 * @caps:	effective capabilities, a bit each
 * @as_root:	trials made with the capabilities of whoever runs us
 * @as_user:	trials made as an ordinary user, in a user namespace
 * @max_user_namespaces, @unprivileged_userns_clone, @apparmor_restricts,
 * @bridge_calls_iptables, @rmem_max, @ip_forward, @ipv6_forwarding:
 *		sysctls, or DOCTOR_NO_SYSCTL
 * @sysctl_writable: /proc/sys/net may be written, by root at least
 * @conntrack:	its module is there
 * @open_files:	RLIMIT_NOFILE, the soft one
 * @forward_known, @forward_drops: whether a FORWARD chain drops by policy
 * @lan, @wan:	interfaces that the settings name; empty without settings
 * @lan_ipv6:	IPv6 from there is forwarded
 * @wan_ipv6:	IPv6 is on there
 * @dhcp_client, @user_network: a program that is installed, or NULL
 * @ip, @tcpdump: whether the program is installed
 */
struct doctor_facts {
	bool root;
	uint64_t caps;
	struct doctor_realm as_root;
	struct doctor_realm as_user;
	long max_user_namespaces;
	long unprivileged_userns_clone;
	long apparmor_restricts;
	long bridge_calls_iptables;
	long rmem_max;
	long ip_forward;
	long ipv6_forwarding;
	bool sysctl_writable;
	bool conntrack;
	long open_files;
	bool forward_known;
	bool forward_drops;
	char lan[DOCTOR_IFNAME];
	char wan[DOCTOR_IFNAME];
	bool lan_ipv6;
	bool wan_ipv6;
	const char *dhcp_client;
	const char *user_network;
	bool ip;
	bool tcpdump;
};

/** struct doctor_finding - one check's result for one use */
struct doctor_finding {
	enum doctor_state state;
	char found[160];    /* what was seen */
	const char *remedy; /* the command that mends it, or NULL */
	char own[192];	    /* room for one that names interfaces */
};

/**
 * struct doctor_check - an entry of the table
 * @name:	as in the output
 * @judge:	fills in a finding, which comes cleared, for one use; NULL:
 *		by one trial alone,
 * @trial:	this one; where it does not work, the state is
 * @without:	for each use; DOCTOR_UNUSED: that use does not need it
 * @means:	what does not work without it
 * @remedy:	the command that mends it
 */
struct doctor_check {
	const char *name;
	void (*judge)(const struct doctor_facts *facts, enum doctor_use use,
		      struct doctor_finding *finding);
	enum doctor_trial trial;
	enum doctor_state without[DOCTOR_USES];
	const char *means;
	const char *remedy;
};

/** doctor_check_at() - the check at place @i of the table, or NULL */
const struct doctor_check *doctor_check_at(size_t i);

/**
 * doctor_judge() - apply a check
 * @finding:	filled in; its remedy is NULL where nothing is to be mended
 */
void doctor_judge(const struct doctor_check *check,
		  const struct doctor_facts *facts, enum doctor_use use,
		  struct doctor_finding *finding);

/** doctor_state_name() - such as "ok"; DOCTOR_UNUSED is "-" */
const char *doctor_state_name(enum doctor_state state);

/** doctor_verdict() - the worst that any check finds for one use */
enum doctor_state doctor_verdict(const struct doctor_facts *facts,
				 enum doctor_use use);

/**
 * doctor_settings() - fill in the names of lan and wan
 * @path:	a settings file; NULL: those of a lapsed that runs, else those
 *		in the usual place, else none
 *
 * Return: CLI_OK, or CLI_SETTINGS after messages on stderr: @path is wrong.
 */
int doctor_settings(struct doctor_facts *facts, const struct cli *cli,
		    const char *path);

/**
 * doctor_host() - read the facts that need no trying
 * @facts:	comes cleared but for lan and wan
 *
 * Context: reads below /proc and asks nft and iptables-legacy for the policy
 * of their FORWARD chains; changes nothing.
 */
void doctor_host(struct doctor_facts *facts);

/**
 * doctor_try() - try all in namespaces of their own
 * @facts:	as_root and as_user are filled in
 *
 * Context: forks; all that the children make ends with them. Blocks for about
 * a quarter of a second. The kernel may load modules for what is tried.
 *
 * Return: 0 or a negative errno.
 */
int doctor_try(struct doctor_facts *facts);

/*
 * Trials by netlink, in the network namespace of the moment: 0 or the
 * kernel's negative errno.
 */

/** doctor_link_up() - set loopback up */
int doctor_link_up(void);

/** doctor_link_add() - make an interface of this kind */
int doctor_link_add(const char *kind);

/** doctor_netem() - delay on loopback, by the queueing discipline netem */
int doctor_netem(void);

/** struct doctor_queue - what binding a netfilter queue has shown */
struct doctor_queue {
	int bind;   /* 0 or a negative errno, as all of them */
	int gso;    /* large packets come whole */
	int buffer; /* a receive buffer beyond net.core.rmem_max */
};

/** doctor_queue() - bind a queue, as lapsed does, and let go of it */
void doctor_queue(struct doctor_queue *queue);

#endif /* CLI_DOCTOR_H */
