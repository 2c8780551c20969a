// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rtnl - the few questions and orders that we have for rtnetlink
 *
 * Each opens a socket of its own: they are rare, and no answer to an earlier
 * one can get in the way.
 */
#include "gateway/rtnl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

/* Room for one message of ours, and for a datagram of a dump. */
enum { ORDER_BYTES = 512, ANSWER_BYTES = 32768 };

/** open_socket() - NULL with errno set on failure */
static struct mnl_socket *open_socket(void)
{
	struct mnl_socket *socket =
		mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);

	if (socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(socket);
		return NULL;
	}
	return socket;
}

int rtnl_transact(struct nlmsghdr *nlh, mnl_cb_t callback, void *arg)
{
	struct mnl_socket *socket = open_socket();
	char *answer = malloc(ANSWER_BYTES);
	unsigned seq = (unsigned)time(NULL);
	int error = 0, more = 1;
	ssize_t n;

	if (!socket || !answer) {
		error = socket ? -ENOMEM : -errno;
		goto out;
	}
	nlh->nlmsg_seq = seq;
	if (mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0) {
		error = -errno;
		goto out;
	}
	while (more > 0) {
		n = mnl_socket_recvfrom(socket, answer, ANSWER_BYTES);
		if (n < 0 && errno == EINTR)
			continue;
		if (n >= 0)
			more = mnl_cb_run(answer, (size_t)n, seq,
					  mnl_socket_get_portid(socket),
					  callback, arg);
		if (n < 0 || more < 0) {
			error = -errno;
			break;
		}
	}
out:
	if (socket)
		mnl_socket_close(socket);
	free(answer);
	return error;
}

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
	union {
		char bytes[ORDER_BYTES];
		struct nlmsghdr align;
	} buffer;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer.bytes);
	struct ifaddrmsg *ifa;
	int error;

	memset(addresses, 0, sizeof(*addresses));
	nlh->nlmsg_type = RTM_GETADDR;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = AF_INET;
	error = rtnl_transact(nlh, on_address, addresses);
	if (error) {
		free(addresses->list);
		memset(addresses, 0, sizeof(*addresses));
	}
	return error;
}

/** order_flags() - of a message that adds or removes */
static uint16_t order_flags(bool add)
{
	return add ? NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL
		   : NLM_F_REQUEST | NLM_F_ACK;
}

int rtnl_address(bool add, unsigned index, uint32_t addr, unsigned bits)
{
	union {
		char bytes[ORDER_BYTES];
		struct nlmsghdr align;
	} buffer;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer.bytes);
	struct ifaddrmsg *ifa;

	nlh->nlmsg_type = add ? RTM_NEWADDR : RTM_DELADDR;
	nlh->nlmsg_flags = order_flags(add);
	ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));
	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = (unsigned char)bits;
	ifa->ifa_index = index;
	mnl_attr_put_u32(nlh, IFA_LOCAL, htonl(addr));
	mnl_attr_put_u32(nlh, IFA_ADDRESS, htonl(addr));
	if (add && bits < 31)
		mnl_attr_put_u32(nlh, IFA_BROADCAST,
				 htonl(addr | ~prefix_mask(bits)));
	return rtnl_transact(nlh, NULL, NULL);
}

int rtnl_local(bool add, unsigned index, uint32_t addr)
{
	union {
		char bytes[ORDER_BYTES];
		struct nlmsghdr align;
	} buffer;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer.bytes);
	struct rtmsg *rtm;

	nlh->nlmsg_type = add ? RTM_NEWROUTE : RTM_DELROUTE;
	nlh->nlmsg_flags = order_flags(add);
	rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 32;
	rtm->rtm_table = RT_TABLE_LOCAL;
	rtm->rtm_protocol = RTPROT_STATIC;
	rtm->rtm_scope = RT_SCOPE_HOST;
	rtm->rtm_type = RTN_LOCAL;
	mnl_attr_put_u32(nlh, RTA_DST, htonl(addr));
	mnl_attr_put_u32(nlh, RTA_OIF, index);
	return rtnl_transact(nlh, NULL, NULL);
}
