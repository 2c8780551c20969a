// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_link - trials by netlink: interfaces, delay, the netfilter queue
 *
 * Needs no program to be installed; the kernel says by an errno what it lacks.
 */
#include <errno.h>
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include "cli/doctor.h"
#include "gateway/netlink.h"

/* The same as gateway/queue.c asks for. */
#define RECEIVE_BUFFER (64 << 20)
#define COPY_RANGE     0xffff
#define QUEUE_MAXLEN   16384

int doctor_link_up(void)
{
	union netlink_message message;
	struct ifinfomsg *info =
		netlink_begin(&message, RTM_NEWLINK, 0, sizeof(*info));

	/* loopback is the first of every network namespace */
	info->ifi_index = 1;
	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	return netlink_order(NETLINK_ROUTE, &message);
}

int doctor_link_add(const char *kind)
{
	union netlink_message message;
	struct nlattr *nest;

	netlink_begin(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
		      sizeof(struct ifinfomsg));
	nest = mnl_attr_nest_start(&message.header, IFLA_LINKINFO);
	mnl_attr_put_str(&message.header, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(&message.header, nest);
	return netlink_order(NETLINK_ROUTE, &message);
}

int doctor_netem(void)
{
	struct tc_netem_qopt options = {.limit = 1000};
	union netlink_message message;
	struct tcmsg *tc =
		netlink_begin(&message, RTM_NEWQDISC,
			      NLM_F_CREATE | NLM_F_REPLACE, sizeof(*tc));

	tc->tcm_ifindex = 1;
	tc->tcm_parent = TC_H_ROOT;
	mnl_attr_put_str(&message.header, TCA_KIND, "netem");
	mnl_attr_put(&message.header, TCA_OPTIONS, sizeof(options), &options);
	return netlink_order(NETLINK_ROUTE, &message);
}

/** config() - begin a message that configures queue 0 */
static void config(union netlink_message *message)
{
	struct nfgenmsg *nfg = netlink_begin(
		message, NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_CONFIG, 0,
		sizeof(*nfg));

	nfg->version = NFNETLINK_V0;
}

/** bind_queue() - with the length and the range that lapsed asks for */
static int bind_queue(struct mnl_socket *socket)
{
	struct nfqnl_msg_config_cmd cmd = {.command = NFQNL_CFG_CMD_BIND,
					   .pf = htons(AF_INET)};
	struct nfqnl_msg_config_params params = {
		.copy_range = htonl(COPY_RANGE),
		.copy_mode = NFQNL_COPY_PACKET};
	union netlink_message message;
	int error;

	config(&message);
	mnl_attr_put(&message.header, NFQA_CFG_CMD, sizeof(cmd), &cmd);
	error = netlink_order_on(socket, &message);
	if (error)
		return error;
	config(&message);
	mnl_attr_put(&message.header, NFQA_CFG_PARAMS, sizeof(params), &params);
	mnl_attr_put_u32(&message.header, NFQA_CFG_QUEUE_MAXLEN,
			 htonl(QUEUE_MAXLEN));
	return netlink_order_on(socket, &message);
}

/** set_gso() - let large packets come whole */
static int set_gso(struct mnl_socket *socket)
{
	union netlink_message message;

	config(&message);
	mnl_attr_put_u32(&message.header, NFQA_CFG_FLAGS,
			 htonl(NFQA_CFG_F_GSO));
	mnl_attr_put_u32(&message.header, NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO));
	return netlink_order_on(socket, &message);
}

void doctor_queue(struct doctor_queue *queue)
{
	struct mnl_socket *socket = netlink_open(NETLINK_NETFILTER);
	int size = RECEIVE_BUFFER;

	if (!socket) {
		queue->bind = queue->gso = queue->buffer = -errno;
		return;
	}
	queue->buffer = 0;
	if (setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE,
		       &size, sizeof(size)) < 0)
		queue->buffer = -errno;
	queue->bind = bind_queue(socket);
	queue->gso = queue->bind ? queue->bind : set_gso(socket);
	mnl_socket_close(socket);
}
