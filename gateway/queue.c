// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * queue - the netfilter queue: packets in batches to the engine, verdicts back
 *
 * Theory of operation: one datagram holds one packet, so a wake-up takes up to
 * BATCH of them by recvmmsg(). A verdict is a few bytes of header followed by
 * the packet where the engine has rewritten it, in the receive buffer: the
 * message is gathered by sendmsg() from both, nothing is copied before the
 * kernel copies. Many messages share one sendmsg(), but never more bytes than
 * the socket's send buffer takes: a larger one fails whole with EMSGSIZE, and
 * its packets would stay in the kernel's queue for ever.
 */
#include "gateway/queue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include "base/wire.h"
#include "gateway/dhcp.h"
#include "gateway/verdict.h"

/* Packets a wake-up, and so how long expiry and control wait at most. */
#define BATCH 64

/* Attributes before the payload take about 100 bytes; and room to pad. */
#define SLOT_BYTES (0x10000 + 1024)

/* The kernel's own limit; it silently takes less for a larger wish. */
#define COPY_RANGE 0xffff

/* Packets the kernel holds for us; at 64 KiB each the socket is full sooner. */
#define QUEUE_MAXLEN 16384

/* What is asked for; without privilege the kernel gives rmem_max. */
#define RECEIVE_BUFFER (64 << 20)
#define SEND_BUFFER    (8 << 20)

/* The kernel's own share of a send buffer, see netlink_sendmsg(). */
#define SEND_OVERHEAD 64

/**
 * struct queue - the socket and one batch's buffers
 * @send_max:	bytes that one sendmsg() may hold
 * @pending:	iovecs filled, two a message, the second may be empty
 * @pending_bytes: their sum
 * @slots:	BATCH receive buffers
 * @headers:	a verdict's beginning, for each slot
 */
struct queue {
	struct gateway *gateway;
	struct mnl_socket *socket;
	struct event *readable;
	struct event *second;
	int fd;
	uint16_t number;
	size_t send_max;
	unsigned pending;
	size_t pending_bytes;
	uint8_t *slots;
	uint8_t headers[BATCH][VERDICT_HEADER];
	struct iovec out[2 * BATCH];
	struct iovec in[BATCH];
	struct mmsghdr messages[BATCH];
};

/** count_lost() - what the kernel dropped, the queue or the socket being full
 */
static void count_lost(struct queue *queue)
{
	FILE *list = fopen("/proc/net/netfilter/nfnetlink_queue", "re");
	/* number, port id, waiting, mode, range, then the two of interest */
	unsigned long column[7];
	char line[160], *at;
	size_t i;

	while (list && fgets(line, sizeof(line), list)) {
		for (i = 0, at = line; i < 7; i++)
			column[i] = strtoul(at, &at, 10);
		if (column[0] == queue->number)
			queue->gateway->counters[GATEWAY_QUEUE_LOST] =
				column[5] + column[6];
	}
	if (list)
		fclose(list);
}

/** on_second() - timer: with NETLINK_NO_ENOBUFS no error tells of losses */
static void on_second(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	count_lost(arg);
}

/** send_iov() - hand verdicts to the kernel; false if it took none of them */
static bool send_iov(struct queue *queue, struct iovec *iov, size_t n)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct msghdr message = {
		.msg_name = &kernel,
		.msg_namelen = sizeof(kernel),
		.msg_iov = iov,
		.msg_iovlen = n,
	};
	ssize_t sent;

	do
		sent = sendmsg(queue->fd, &message, 0);
	while (sent < 0 && errno == EINTR);
	return sent >= 0;
}

/**
 * send_drop() - the last resort for a packet whose verdict could not be sent
 *
 * It needs next to no memory; otherwise the packet would never leave the queue.
 */
static void send_drop(struct queue *queue, const struct iovec *verdict)
{
	uint8_t header[VERDICT_HEADER];
	struct iovec iov = {.iov_base = header};
	const uint8_t *old = verdict->iov_base;
	uint32_t id;

	/* after the message's, the family's and the attribute's header, and
	 * the verdict itself */
	memcpy(&id, old + sizeof(struct nlmsghdr) + 4 + 4 + 4, sizeof(id));
	iov.iov_len =
		verdict_build(header, queue->number, ntohl(id), false, NULL, 0);
	queue->gateway->counters[GATEWAY_VERDICTS_LOST]++;
	send_iov(queue, &iov, 1);
}

/** flush() - send the verdicts gathered so far */
static void flush(struct queue *queue)
{
	unsigned i;

	if (queue->pending && !send_iov(queue, queue->out, queue->pending)) {
		log_debug("verdicts: %s", strerror(errno));
		for (i = 0; i < queue->pending; i += 2)
			if (!send_iov(queue, queue->out + i, 2))
				send_drop(queue, queue->out + i);
	}
	queue->pending = 0;
	queue->pending_bytes = 0;
}

/**
 * answer() - add one verdict to the batch
 * @slot:	whose buffer holds the packet
 * @packet:	the packet
 * @accept:	else drop
 * @mark:	mark to set, or NULL
 * @payload:	whether the rewritten bytes go with it
 */
static void answer(struct queue *queue, unsigned slot,
		   const struct verdict_packet *packet, bool accept,
		   const uint32_t *mark, bool payload)
{
	struct iovec *iov;
	size_t len = payload ? packet->len : 0;
	size_t header = verdict_build(queue->headers[slot], queue->number,
				      packet->id, accept, mark, len);
	/* the slot has room behind the packet, so its padding comes along */
	size_t padded = (len + 3) & ~(size_t)3;

	if (queue->pending_bytes + header + padded > queue->send_max)
		flush(queue);

	if (payload)
		memset(packet->bytes + len, 0, padded - len);
	iov = queue->out + queue->pending;
	iov[0].iov_base = queue->headers[slot];
	iov[0].iov_len = header;
	iov[1].iov_base = packet->bytes;
	iov[1].iov_len = padded;
	queue->pending += 2;
	queue->pending_bytes += header + padded;
}

/** has_no_lease() - whether its sender may send nothing, and that is wanted */
static bool has_no_lease(const struct gateway *gateway, struct nat_now now,
			 const struct nat_packet *p)
{
	if (!gateway->dhcp || p->len < 20 ||
	    (p->direction != NAT_OUTBOUND && p->direction != NAT_HAIRPIN))
		return false;
	return dhcp_refuses(gateway->dhcp, now, wire_get32(p->bytes + 12),
			    p->mac);
}

/** count_bytes() - what a translated packet has carried, and which way */
static void count_bytes(struct gateway *gateway, const struct nat_packet *p)
{
	if (p->direction == NAT_OUTBOUND)
		gateway->counters[GATEWAY_OUTBOUND_BYTES] += p->len;
	else if (p->direction == NAT_INBOUND)
		gateway->counters[GATEWAY_INBOUND_BYTES] += p->len;
}

/** translate() - one whole packet through the engine */
static void translate(struct queue *queue, unsigned slot, struct nat_now now,
		      const struct verdict_packet *packet)
{
	struct gateway *gateway = queue->gateway;
	struct nat_packet p = {
		.bytes = packet->bytes,
		.len = packet->len,
		.mark = packet->mark,
		.partial = packet->partial,
		.gso = packet->gso,
		.mac = packet->mac,
	};
	enum nat_verdict verdict = NAT_DROP;
	const uint32_t *mark;

	gateway->counters[GATEWAY_QUEUE_PACKETS]++;
	if (!verdict_direction(packet, gateway->wan_index, gateway->lan_index,
			       gateway->conf->n_lan, &p.direction))
		gateway->counters[GATEWAY_QUEUE_STRANGE]++;
	else if (has_no_lease(gateway, now, &p))
		gateway->counters[GATEWAY_DROP_NO_LEASE]++;
	else
		verdict = nat_handle(gateway->nat, now, &p);
	if (verdict == NAT_TRANSLATED)
		count_bytes(gateway, &p);

	mark = p.mark != packet->mark ? &p.mark : NULL;
	answer(queue, slot, packet, verdict != NAT_DROP, mark,
	       verdict == NAT_TRANSLATED);
}

/** take() - one datagram of the batch */
static void take(struct queue *queue, unsigned slot, struct nat_now now)
{
	uint64_t *counters = queue->gateway->counters;
	const struct mmsghdr *message = &queue->messages[slot];
	struct verdict_packet packet;
	enum verdict_message kind;

	kind = verdict_parse(queue->in[slot].iov_base, message->msg_len,
			     &packet);
	/* what did not fit into the slot lacks its end, and with it a packet
	 * its last attribute; the kernel's copy range makes that impossible */
	if (message->msg_hdr.msg_flags & MSG_TRUNC)
		kind = VERDICT_OTHER;

	switch (kind) {
	case VERDICT_PACKET:
		translate(queue, slot, now, &packet);
		break;
	case VERDICT_TRUNCATED:
		counters[GATEWAY_QUEUE_TRUNCATED]++;
		answer(queue, slot, &packet, false, NULL, false);
		break;
	case VERDICT_DAMAGED:
		counters[GATEWAY_QUEUE_MALFORMED]++;
		answer(queue, slot, &packet, false, NULL, false);
		break;
	case VERDICT_ERROR:
		if (packet.error)
			counters[GATEWAY_VERDICTS_LOST]++;
		break;
	case VERDICT_OTHER:
		counters[GATEWAY_QUEUE_MALFORMED]++;
		break;
	}
}

/** on_readable() - the loop's call: one batch */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct queue *queue = arg;
	struct nat_now now;
	int i, n;

	(void)what;
	n = recvmmsg(fd, queue->messages, BATCH, MSG_DONTWAIT, NULL);
	if (n < 0) {
		if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
			log_warning("queue: %s", strerror(errno));
		return;
	}

	now = gateway_now(queue->gateway);
	for (i = 0; i < n; i++)
		take(queue, (unsigned)i, now);
	flush(queue);
	gateway_settle(queue->gateway);
}

/**
 * await_ack() - the kernel's answer to a configuration message
 *
 * Rules that an earlier lapsed left behind may already send packets: dropped.
 */
static int await_ack(struct queue *queue)
{
	struct verdict_packet packet;
	ssize_t n;

	for (;;) {
		n = recv(queue->fd, queue->slots, SLOT_BYTES, 0);
		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return -errno;
		if (n < 0)
			continue;
		switch (verdict_parse(queue->slots, (size_t)n, &packet)) {
		case VERDICT_ERROR:
			return packet.error;
		case VERDICT_PACKET:
		case VERDICT_TRUNCATED:
		case VERDICT_DAMAGED:
			answer(queue, 0, &packet, false, NULL, false);
			flush(queue);
			break;
		case VERDICT_OTHER:
			break;
		}
	}
}

/** configure() - one configuration message, filled in by the caller */
static int configure(struct queue *queue, struct nlmsghdr *nlh)
{
	nlh->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(queue->socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	return await_ack(queue);
}

/** bind_queue() - bind, then say how packets are to be handed over */
static int bind_queue(struct queue *queue, bool gso)
{
	union {
		char bytes[512];
		struct nlmsghdr align;
	} buffer = {{0}}; /* libmnl before 1.0.5 leaves the padding undone */
	struct nlmsghdr *nlh;
	int error;

	nlh = nfq_nlmsg_put(buffer.bytes, NFQNL_MSG_CONFIG, queue->number);
	nfq_nlmsg_cfg_put_cmd(nlh, AF_INET, NFQNL_CFG_CMD_BIND);
	error = configure(queue, nlh);
	if (error)
		return error == -EPERM ? -EBUSY : error;

	/* fail closed: NFQA_CFG_F_FAIL_OPEN is in the mask, not in the flags */
	nlh = nfq_nlmsg_put(buffer.bytes, NFQNL_MSG_CONFIG, queue->number);
	nfq_nlmsg_cfg_put_params(nlh, NFQNL_COPY_PACKET, COPY_RANGE);
	nfq_nlmsg_cfg_put_qmaxlen(nlh, QUEUE_MAXLEN);
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS, htonl(gso ? NFQA_CFG_F_GSO : 0));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK,
			 htonl(NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN));
	return configure(queue, nlh);
}

/** set_buffers() - as large as we may, and learn what we got */
static int set_buffers(struct queue *queue)
{
	int receive = RECEIVE_BUFFER, send = SEND_BUFFER, on = 1;
	socklen_t len = sizeof(int);
	int got;

	if (setsockopt(queue->fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive,
		       sizeof(receive)) < 0)
		setsockopt(queue->fd, SOL_SOCKET, SO_RCVBUF, &receive,
			   sizeof(receive));
	if (setsockopt(queue->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send,
		       sizeof(send)) < 0)
		setsockopt(queue->fd, SOL_SOCKET, SO_SNDBUF, &send,
			   sizeof(send));
	mnl_socket_setsockopt(queue->socket, NETLINK_NO_ENOBUFS, &on,
			      sizeof(on));
	mnl_socket_setsockopt(queue->socket, NETLINK_CAP_ACK, &on, sizeof(on));

	if (getsockopt(queue->fd, SOL_SOCKET, SO_RCVBUF, &got, &len) == 0)
		log_debug("queue: receive buffer of %d bytes", got);
	if (getsockopt(queue->fd, SOL_SOCKET, SO_SNDBUF, &got, &len) < 0)
		return -errno;
	queue->send_max = (size_t)got - SEND_OVERHEAD;
	if (queue->send_max < VERDICT_HEADER + 0x10000)
		log_warning("queue: a send buffer of %d bytes does not hold a "
			    "packet of 64 KiB: raise net.core.wmem_max",
			    got);
	return 0;
}

/** explain() - one line about a queue that could not be bound */
static int explain(const struct queue *queue, int error)
{
	if (error == -EBUSY)
		log_error("netfilter queue %u is taken: another lapsed, or "
			  "another program, holds it; stop that, or set "
			  "queue.number",
			  queue->number);
	else if (error == -EPROTONOSUPPORT || error == -EINVAL)
		log_error("this kernel has no netfilter queue: load "
			  "nfnetlink_queue (CONFIG_NETFILTER_NETLINK_QUEUE)");
	else
		log_error("netfilter queue %u: %s", queue->number,
			  strerror(-error));
	return error == -EINVAL ? -EPROTONOSUPPORT : error;
}

/** prepare_buffers() - the slots and the vectors that point at them */
static int prepare_buffers(struct queue *queue)
{
	unsigned i;

	queue->slots = malloc((size_t)BATCH * SLOT_BYTES);
	if (!queue->slots)
		return -ENOMEM;
	for (i = 0; i < BATCH; i++) {
		/* 4 bytes stay free for the padding of a verdict */
		queue->in[i].iov_base = queue->slots + (size_t)i * SLOT_BYTES;
		queue->in[i].iov_len = SLOT_BYTES - 4;
		queue->messages[i].msg_hdr.msg_iov = &queue->in[i];
		queue->messages[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

int queue_open(struct gateway *gateway, struct queue **out)
{
	struct queue *queue = calloc(1, sizeof(*queue));
	const struct timeval second = {1, 0};
	int error = -ENOMEM;

	if (!queue)
		goto fail;
	queue->gateway = gateway;
	queue->number = gateway->conf->queue_number;
	error = prepare_buffers(queue);
	if (error)
		goto fail;

	queue->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!queue->socket ||
	    mnl_socket_bind(queue->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		error = -errno;
		goto fail;
	}
	queue->fd = mnl_socket_get_fd(queue->socket);
	error = set_buffers(queue);
	if (!error)
		error = bind_queue(queue, gateway->conf->queue_gso);
	if (error)
		goto fail;

	queue->readable = event_new(gateway->loop, queue->fd,
				    EV_READ | EV_PERSIST, on_readable, queue);
	queue->second =
		event_new(gateway->loop, -1, EV_PERSIST, on_second, queue);
	if (!queue->readable || event_add(queue->readable, NULL) < 0 ||
	    !queue->second || event_add(queue->second, &second) < 0) {
		error = -ENOMEM;
		goto fail;
	}
	*out = queue;
	return 0;

fail:
	if (error != -ENOMEM)
		error = explain(queue, error);
	queue_close(queue);
	return error;
}

void queue_close(struct queue *queue)
{
	if (!queue)
		return;
	if (queue->readable)
		event_free(queue->readable);
	if (queue->second)
		event_free(queue->second);
	if (queue->socket)
		mnl_socket_close(queue->socket);
	free(queue->slots);
	free(queue);
}
