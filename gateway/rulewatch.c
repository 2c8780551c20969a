// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rulewatch - notice it when somebody else removes our rules
 *
 * `nft flush ruleset`, or a firewall that starts anew, takes our rules along,
 * and packets would leave with private sources. nf_tables tells of everything
 * that is removed (also by iptables, but for the old "legacy" one); if that may
 * have been ours, we look. As long as the rules are gone nothing is forwarded.
 */
#include "gateway/rulewatch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "gateway/hostports.h"
#include "gateway/rules.h"
#include "gateway/sysctl.h"

/**
 * struct rulewatch - the watch
 * @events:	nf_tables' notifications
 * @retry:	timer, while the rules cannot be put in again
 * @lost:	the rules are gone, and forwarding is off
 */
struct rulewatch {
	struct gateway *gateway;
	struct mnl_socket *events;
	struct event *readable;
	struct event *retry;
	bool lost;
};

/* A table's name is the first attribute of each of these messages. */
_Static_assert((int)NFTA_TABLE_NAME == (int)NFTA_CHAIN_TABLE &&
		       (int)NFTA_TABLE_NAME == (int)NFTA_RULE_TABLE,
	       "one attribute for all");

/** on_attr() - note it if the table is one in which we have rules */
static int on_attr(const struct nlattr *attr, void *arg)
{
	static const char *const ours[] = {"lapse", "mangle", "raw"};
	bool *found = arg;
	size_t i;

	if (mnl_attr_get_type(attr) != NFTA_TABLE_NAME ||
	    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
		return MNL_CB_OK;
	for (i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		*found |= strcmp(mnl_attr_get_str(attr), ours[i]) == 0;
	return MNL_CB_STOP;
}

/** on_message() - note it if something of ours may have been removed */
static int on_message(const struct nlmsghdr *nlh, void *arg)
{
	switch (nlh->nlmsg_type) {
	case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELTABLE:
	case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELCHAIN:
	case NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_DELRULE:
		mnl_attr_parse(nlh, sizeof(struct nfgenmsg), on_attr, arg);
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

/** mend() - put the rules in again; until they are, nothing is forwarded */
static void mend(struct rulewatch *watch)
{
	const struct timeval second = {1, 0};
	struct gateway *gateway = watch->gateway;

	if (!watch->lost) {
		log_error("somebody has removed our rules: nothing is "
			  "forwarded until they are in place again");
		watch->lost = true;
		sysctl_stop_forwarding(gateway);
	}
	rules_forget(gateway->rules);
	hostports_update_rules(gateway->hostports);
	if (!rules_present(gateway->rules) || sysctl_set(gateway) < 0) {
		event_add(watch->retry, &second);
		return;
	}
	watch->lost = false;
	log_warning("our rules are in place again");
}

/** on_retry() - timer */
static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	mend(arg);
}

/** on_readable() - something has changed; was it ours? */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	union {
		char bytes[16384];
		struct nlmsghdr align;
	} buffer;
	struct rulewatch *watch = arg;
	bool ours = false;
	ssize_t n;

	(void)what;
	for (;;) {
		n = recv(fd, buffer.bytes, sizeof(buffer), MSG_DONTWAIT);
		/* there was more than there is room for: look */
		if (n < 0 && errno == ENOBUFS) {
			ours = true;
			continue;
		}
		if (n <= 0)
			break;
		mnl_cb_run(buffer.bytes, (size_t)n, 0, 0, on_message, &ours);
	}
	if (ours && !watch->lost && !rules_present(watch->gateway->rules))
		mend(watch);
}

int rulewatch_open(struct gateway *gateway)
{
	struct rulewatch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return -ENOMEM;
	gateway->rulewatch = watch;
	watch->gateway = gateway;
	watch->events = mnl_socket_open2(NETLINK_NETFILTER,
					 SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!watch->events ||
	    mnl_socket_bind(watch->events, 1 << (NFNLGRP_NFTABLES - 1),
			    MNL_SOCKET_AUTOPID) < 0) {
		log_warning("nf_tables does not tell us of changes (%s): if "
			    "somebody removes our rules, we do not notice",
			    strerror(errno));
		return 0;
	}
	watch->readable =
		event_new(gateway->loop, mnl_socket_get_fd(watch->events),
			  EV_READ | EV_PERSIST, on_readable, watch);
	watch->retry = evtimer_new(gateway->loop, on_retry, watch);
	if (!watch->readable || !watch->retry ||
	    event_add(watch->readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}

void rulewatch_close(struct rulewatch *watch)
{
	if (!watch)
		return;
	if (watch->readable)
		event_free(watch->readable);
	if (watch->retry)
		event_free(watch->retry);
	if (watch->events)
		mnl_socket_close(watch->events);
	free(watch);
}
