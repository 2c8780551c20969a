// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_link - trials by netlink: interfaces, delay, the netfilter queue
 *
 * Needs no program to be installed; the kernel says by an errno what it lacks.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include "cli/doctor.h"

/* The same as gateway/queue.c asks for. */
#define RECEIVE_BUFFER (64 << 20)
#define COPY_RANGE     0xffff
#define QUEUE_MAXLEN   16384

/** union message - room for one of ours, and for its answer */
union message {
	char bytes[4096];
	struct nlmsghdr header;
};

/** begin() - a message of this type with a cleared header of @size behind it */
static void *begin(union message *message, uint16_t type, uint16_t flags,
		   size_t size)
{
	memset(message, 0, sizeof(*message));
	mnl_nlmsg_put_header(message->bytes);
	message->header.nlmsg_type = type;
	message->header.nlmsg_flags =
		(uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	message->header.nlmsg_seq = 1;
	return mnl_nlmsg_put_extra_header(&message->header, size);
}

/** transact() - send, and take the acknowledgement */
static int transact(struct mnl_socket *socket, const union message *message)
{
	union message answer;
	ssize_t n;

	if (mnl_socket_sendto(socket, message->bytes,
			      message->header.nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(socket, answer.bytes, sizeof(answer.bytes));
	if (n < 0 || mnl_cb_run(answer.bytes, (size_t)n, 1,
				mnl_socket_get_portid(socket), NULL, NULL) < 0)
		return -errno;
	return 0;
}

/** open_bus() - a bound netlink socket; NULL with errno set */
static struct mnl_socket *open_bus(int bus)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);

	if (socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(socket);
		return NULL;
	}
	return socket;
}

/** route() - one message to rtnetlink */
static int route(const union message *message)
{
	struct mnl_socket *socket = open_bus(NETLINK_ROUTE);
	int error;

	if (!socket)
		return -errno;
	error = transact(socket, message);
	mnl_socket_close(socket);
	return error;
}

int doctor_link_up(void)
{
	union message message;
	struct ifinfomsg *info = begin(&message, RTM_NEWLINK, 0, sizeof(*info));

	/* loopback is the first of every network namespace */
	info->ifi_index = 1;
	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	return route(&message);
}

int doctor_link_add(const char *kind)
{
	union message message;
	struct nlattr *nest;

	begin(&message, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL,
	      sizeof(struct ifinfomsg));
	nest = mnl_attr_nest_start(&message.header, IFLA_LINKINFO);
	mnl_attr_put_str(&message.header, IFLA_INFO_KIND, kind);
	mnl_attr_nest_end(&message.header, nest);
	return route(&message);
}

int doctor_netem(void)
{
	struct tc_netem_qopt options = {.limit = 1000};
	union message message;
	struct tcmsg *tc = begin(&message, RTM_NEWQDISC,
				 NLM_F_CREATE | NLM_F_REPLACE, sizeof(*tc));

	tc->tcm_ifindex = 1;
	tc->tcm_parent = TC_H_ROOT;
	mnl_attr_put_str(&message.header, TCA_KIND, "netem");
	mnl_attr_put(&message.header, TCA_OPTIONS, sizeof(options), &options);
	return route(&message);
}

/** config() - begin a message that configures queue 0 */
static void config(union message *message)
{
	struct nfgenmsg *nfg =
		begin(message, NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_CONFIG, 0,
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
	union message message;
	int error;

	config(&message);
	mnl_attr_put(&message.header, NFQA_CFG_CMD, sizeof(cmd), &cmd);
	error = transact(socket, &message);
	if (error)
		return error;
	config(&message);
	mnl_attr_put(&message.header, NFQA_CFG_PARAMS, sizeof(params), &params);
	mnl_attr_put_u32(&message.header, NFQA_CFG_QUEUE_MAXLEN,
			 htonl(QUEUE_MAXLEN));
	return transact(socket, &message);
}

/** set_gso() - let large packets come whole */
static int set_gso(struct mnl_socket *socket)
{
	union message message;

	config(&message);
	mnl_attr_put_u32(&message.header, NFQA_CFG_FLAGS,
			 htonl(NFQA_CFG_F_GSO));
	mnl_attr_put_u32(&message.header, NFQA_CFG_MASK, htonl(NFQA_CFG_F_GSO));
	return transact(socket, &message);
}

void doctor_queue(struct doctor_queue *queue)
{
	struct mnl_socket *socket = open_bus(NETLINK_NETFILTER);
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
