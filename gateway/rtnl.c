// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rtnl - the few questions and orders that we have for rtnetlink
 */
#include "gateway/rtnl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include "gateway/netlink.h"

/** on_attr() - find the one that we want */
static int on_attr(const struct nlattr *attr, void *arg)
{
	const struct nlattr **local = arg;

	/* LOCAL is ours also where ADDRESS is the peer's */
	if (mnl_attr_get_type(attr) == IFA_LOCAL &&
	    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*local = attr;
	return MNL_CB_OK;
}

/** on_address() - one address of the dump */
static int on_address(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct rtnl_addresses *addresses = arg;
	struct plan_address *more, new;
	const struct nlattr *local = NULL;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa) ||
	    ifa->ifa_family != AF_INET)
		return MNL_CB_OK;
	new = (struct plan_address){
		.bits = ifa->ifa_prefixlen,
		.index = ifa->ifa_index,
		.secondary = ifa->ifa_flags & IFA_F_SECONDARY,
	};
	mnl_attr_parse(nlh, sizeof(*ifa), on_attr, &local);
	if (!local || new.bits > 32)
		return MNL_CB_OK;
	new.addr = ntohl(mnl_attr_get_u32(local));

	more = realloc(addresses->list, (addresses->n + 1) * sizeof(*more));
	if (!more) {
		errno = ENOMEM;
		return MNL_CB_ERROR;
	}
	more[addresses->n++] = new;
	addresses->list = more;
	return MNL_CB_OK;
}

int rtnl_addresses(struct rtnl_addresses *addresses)
{
	union netlink_message message;
	struct ifaddrmsg *ifa =
		netlink_begin(&message, RTM_GETADDR, 0, sizeof(*ifa));
	int error;

	memset(addresses, 0, sizeof(*addresses));
	ifa->ifa_family = AF_INET;
	error = netlink_dump(NETLINK_ROUTE, &message, on_address, addresses);
	if (error) {
		free(addresses->list);
		memset(addresses, 0, sizeof(*addresses));
	}
	return error;
}

/** order_flags() - of a message that adds or removes */
static uint16_t order_flags(bool add)
{
	return add ? NLM_F_CREATE | NLM_F_EXCL : 0;
}

int rtnl_address(bool add, unsigned index, uint32_t addr, unsigned bits)
{
	union netlink_message message;
	struct nlmsghdr *nlh = &message.header;
	struct ifaddrmsg *ifa =
		netlink_begin(&message, add ? RTM_NEWADDR : RTM_DELADDR,
			      order_flags(add), sizeof(*ifa));

	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = (unsigned char)bits;
	ifa->ifa_index = index;
	mnl_attr_put_u32(nlh, IFA_LOCAL, htonl(addr));
	mnl_attr_put_u32(nlh, IFA_ADDRESS, htonl(addr));
	if (add && bits < 31)
		mnl_attr_put_u32(nlh, IFA_BROADCAST,
				 htonl(addr | ~prefix_mask(bits)));
	return netlink_order(NETLINK_ROUTE, &message);
}

int rtnl_local(bool add, unsigned index, uint32_t addr)
{
	union netlink_message message;
	struct nlmsghdr *nlh = &message.header;
	struct rtmsg *rtm =
		netlink_begin(&message, add ? RTM_NEWROUTE : RTM_DELROUTE,
			      order_flags(add), sizeof(*rtm));

	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_table = RT_TABLE_LOCAL;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_HOST;
	rtm->rtm_type = RTN_LOCAL;
	mnl_attr_put_u32(nlh, RTA_DST, htonl(addr));
	mnl_attr_put_u32(nlh, RTA_OIF, index);
	return netlink_order(NETLINK_ROUTE, &message);
}
