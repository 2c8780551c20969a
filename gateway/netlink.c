// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink - one message to the kernel, and the answers to it
 */
#include "gateway/netlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Room for a datagram of a dump. */
enum { ANSWER_BYTES = 65536 };

void *netlink_begin(union netlink_message *message, uint16_t type,
		    uint16_t flags, size_t size)
{
	/* libmnl before 1.0.5 leaves the padding undone */
	memset(message, 0, sizeof(*message));
	mnl_nlmsg_put_header(message->bytes);
	message->header.nlmsg_type = type;
	message->header.nlmsg_flags = NLM_F_REQUEST | flags;
	return mnl_nlmsg_put_extra_header(&message->header, size);
}

struct mnl_socket *netlink_open(int bus)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);

	if (socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(socket);
		return NULL;
	}
	return socket;
}

/** take_answers() - until the last one; @answer: ANSWER_BYTES of room */
static int take_answers(struct mnl_socket *socket, unsigned seq, char *answer,
			mnl_cb_t callback, void *arg)
{
	unsigned port = mnl_socket_get_portid(socket);
	int more = 1;

	while (more > 0) {
		ssize_t n = mnl_socket_recvfrom(socket, answer, ANSWER_BYTES);

		if (n < 0 && errno == EINTR)
			continue;
		if (n >= 0)
			more = mnl_cb_run(answer, (size_t)n, seq, port,
					  callback, arg);
		if (n < 0 || more < 0)
			return -errno;
	}
	return 0;
}

/** transact() - send a message, and take the answers to it */
static int transact(struct mnl_socket *socket, struct nlmsghdr *nlh,
		    mnl_cb_t callback, void *arg)
{
	char *answer = malloc(ANSWER_BYTES);
	int error;

	if (!answer)
		return -ENOMEM;
	nlh->nlmsg_seq = (unsigned)time(NULL);
	if (mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0)
		error = -errno;
	else
		error = take_answers(socket, nlh->nlmsg_seq, answer, callback,
				     arg);
	free(answer);
	return error;
}

/** transact_once() - the same on a socket that is opened for it */
static int transact_once(int bus, struct nlmsghdr *nlh, mnl_cb_t callback,
			 void *arg)
{
	struct mnl_socket *socket = netlink_open(bus);
	int error;

	if (!socket)
		return -errno;
	error = transact(socket, nlh, callback, arg);
	mnl_socket_close(socket);
	return error;
}

int netlink_order(int bus, union netlink_message *message)
{
	message->header.nlmsg_flags |= NLM_F_ACK;
	return transact_once(bus, &message->header, NULL, NULL);
}

int netlink_order_on(struct mnl_socket *socket, union netlink_message *message)
{
	message->header.nlmsg_flags |= NLM_F_ACK;
	return transact(socket, &message->header, NULL, NULL);
}

int netlink_dump(int bus, union netlink_message *message, mnl_cb_t callback,
		 void *arg)
{
	message->header.nlmsg_flags |= NLM_F_DUMP;
	return transact_once(bus, &message->header, callback, arg);
}
