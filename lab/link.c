// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * link - interfaces of a lab: pairs of veths, a bridge, addresses, routes
 */
#include "lab/link.h"

#include <errno.h>
#include <string.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <libmnl/libmnl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include "gateway/netlink.h"
#include "gateway/rtnl.h"

/** begin() - a message about an interface; @change of its flags */
static struct nlmsghdr *begin(union netlink_message *message, uint16_t type,
			      uint16_t flags, unsigned index, unsigned change)
{
	struct ifinfomsg *info =
		netlink_begin(message, type, flags, sizeof(*info));

	info->ifi_family = AF_UNSPEC;
	info->ifi_index = (int)index;
	info->ifi_change = change;
	info->ifi_flags = change;
	return &message->header;
}

/** put_limits() - what both ends of a cable get */
static void put_limits(struct nlmsghdr *nlh, const struct link_pair *pair)
{
	if (pair->mtu)
		mnl_attr_put_u32(nlh, IFLA_MTU, pair->mtu);
	if (pair->gso_max)
		mnl_attr_put_u32(nlh, IFLA_GSO_MAX_SIZE, pair->gso_max);
}

int link_pair(const struct link_pair *pair)
{
	union netlink_message message;
	struct nlmsghdr *nlh = begin(&message, RTM_NEWLINK,
				     NLM_F_CREATE | NLM_F_EXCL, pair->index, 0);
	struct nlattr *info, *data, *peer;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, pair->name);
	put_limits(nlh, pair);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, pair->peer);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)pair->peer_ns);
	if (pair->peer_mac)
		mnl_attr_put(nlh, IFLA_ADDRESS, 6, pair->peer_mac);
	put_limits(nlh, pair);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return netlink_order(NETLINK_ROUTE, &message);
}

int link_bridge(const char *name)
{
	union netlink_message message;
	struct nlmsghdr *nlh =
		begin(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	struct nlattr *info;

	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bridge");
	mnl_attr_nest_end(nlh, info);
	return netlink_order(NETLINK_ROUTE, &message);
}

int link_up(const char *name, const char *bridge)
{
	unsigned index = if_nametoindex(name);
	union netlink_message message;
	struct nlmsghdr *nlh;

	if (!index)
		return -errno;
	nlh = begin(&message, RTM_NEWLINK, 0, index, IFF_UP);
	if (bridge)
		mnl_attr_put_u32(nlh, IFLA_MASTER, if_nametoindex(bridge));
	return netlink_order(NETLINK_ROUTE, &message);
}

int link_address(const char *name, uint32_t address, unsigned bits)
{
	unsigned index = if_nametoindex(name);

	return index ? rtnl_address(true, index, address, bits) : -errno;
}

int link_delete(unsigned index)
{
	union netlink_message message;

	begin(&message, RTM_DELLINK, 0, index, 0);
	return netlink_order(NETLINK_ROUTE, &message);
}

int link_default(uint32_t via)
{
	union netlink_message message;
	struct nlmsghdr *nlh = &message.header;
	struct rtmsg *rtm =
		netlink_begin(&message, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL,
			      sizeof(*rtm));

	rtm->rtm_family = AF_INET;
	rtm->rtm_table = RT_TABLE_MAIN;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_UNIVERSE;
	rtm->rtm_type = RTN_UNICAST;
	mnl_attr_put_u32(nlh, RTA_GATEWAY, htonl(via));
	return netlink_order(NETLINK_ROUTE, &message);
}
