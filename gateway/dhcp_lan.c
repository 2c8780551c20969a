// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_lan - the DHCP server's sockets on one LAN
 *
 * Cooked packet sockets (SOCK_DGRAM) give and take packets from the network
 * header on, so that VLAN tags and the link's header are the kernel's affair.
 * What was tagged for a VLAN comes as a packet for another host.
 */
#include "gateway/dhcp_lan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <unistd.h>
#include "gateway/dhcp_frame.h"
#include "gateway/monitor.h"

/* Packets a wake-up: the engine holds 256 replies. */
#define BATCH 64

/* Of a packet that is no client's the beginning is enough to see that. */
#define SLOT_BYTES 2048

/* For the one thing that is asked for. */
#define CONTROL_BYTES CMSG_SPACE(sizeof(struct tpacket_auxdata))

/* So that a crowd that asks at once is not lost. */
#define RECEIVE_BUFFER (4 << 20)

/**
 * struct dhcp_lan - the sockets
 * @number:	by which the engine knows it
 * @place:	in conf->lan
 * @index:	of the interface that they are bound to, 0: none
 * @failed:	it was said that they cannot be bound
 */
struct dhcp_lan {
	struct dhcp *dhcp;
	struct gateway *gateway;
	unsigned number;
	size_t place;
	unsigned index;
	bool failed;
	int packets, arp, udp;
	struct event *on_packets, *on_arp, *on_udp;
};

/** struct inbox - one batch's buffers; one for all LANs, there is one thread */
static struct inbox {
	struct mmsghdr messages[BATCH];
	struct iovec iov[BATCH];
	struct sockaddr_ll from[BATCH];
	uint8_t slots[BATCH][SLOT_BYTES];
	_Alignas(struct cmsghdr) char control[BATCH][CONTROL_BYTES];
} inbox;

/** receive() - a batch into the inbox; how many, or 0 */
static unsigned receive(int fd)
{
	int n;

	for (unsigned i = 0; i < BATCH; i++) {
		inbox.iov[i].iov_base = inbox.slots[i];
		inbox.iov[i].iov_len = SLOT_BYTES;
		inbox.messages[i].msg_hdr = (struct msghdr){
			.msg_name = &inbox.from[i],
			.msg_namelen = sizeof(inbox.from[i]),
			.msg_iov = &inbox.iov[i],
			.msg_iovlen = 1,
			.msg_control = inbox.control[i],
			.msg_controllen = sizeof(inbox.control[i]),
		};
	}
	n = recvmmsg(fd, inbox.messages, BATCH, MSG_DONTWAIT, NULL);
	return n > 0 ? (unsigned)n : 0;
}

/** is_unfinished() - whether the UDP checksum was left to the hardware */
static bool is_unfinished(struct msghdr *header)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_PACKET ||
		    c->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		return aux.tp_status & TP_STATUS_CSUMNOTREADY;
	}
	return false;
}

/** is_for_us() - whether an address is one of the host's, or a broadcast */
static bool is_for_us(const struct dhcp_lan *lan, uint32_t destination)
{
	const struct conf_lan *conf = &lan->gateway->conf->lan[lan->place];
	const struct plan *plan = monitor_plan(lan->gateway->monitor);

	if (destination == UINT32_MAX || destination == conf->address ||
	    destination == (conf->address | ~prefix_mask(conf->bits)))
		return true;
	for (size_t i = 0; i < plan->n_host; i++)
		if (plan->host[i] == destination)
			return true;
	return false;
}

/** take() - one packet of the batch to the engine */
static void take(struct dhcp_lan *lan, unsigned slot, struct dhcpd_now now)
{
	struct mmsghdr *message = &inbox.messages[slot];
	uint64_t *counters = lan->gateway->counters;
	struct dhcpd_packet packet = {.lan = lan->number};

	if (inbox.from[slot].sll_pkttype == PACKET_OTHERHOST ||
	    inbox.from[slot].sll_pkttype == PACKET_OUTGOING)
		return;
	counters[GATEWAY_DHCP_PACKETS]++;
	if (message->msg_hdr.msg_flags & MSG_TRUNC ||
	    !dhcp_frame_parse(inbox.slots[slot], message->msg_len,
			      is_unfinished(&message->msg_hdr), &packet)) {
		counters[GATEWAY_DHCP_BAD_PACKET]++;
		return;
	}
	if (is_for_us(lan, packet.destination))
		dhcpd_handle(dhcp_engine(lan->dhcp), now, &packet);
	else
		counters[GATEWAY_DHCP_NOT_OURS]++;
}

/** on_packets() - the loop's call: one batch */
static void on_packets(evutil_socket_t fd, short what, void *arg)
{
	struct dhcp_lan *lan = arg;
	unsigned n = receive(fd);
	struct dhcpd_now now = dhcp_now(lan->gateway);

	(void)what;
	for (unsigned i = 0; i < n; i++)
		take(lan, i, now);
	gateway_settle(lan->gateway);
}

/** on_arp() - somebody says which address is his */
static void on_arp(evutil_socket_t fd, short what, void *arg)
{
	struct dhcp_lan *lan = arg;
	unsigned n = receive(fd);
	struct dhcpd_now now = dhcp_now(lan->gateway);
	uint32_t sender;

	(void)what;
	for (unsigned i = 0; i < n; i++)
		if (inbox.from[i].sll_pkttype != PACKET_OUTGOING &&
		    dhcp_arp_parse(inbox.slots[i], inbox.messages[i].msg_len,
				   &sender))
			dhcpd_probe_result(dhcp_engine(lan->dhcp), now, sender,
					   true);
	gateway_settle(lan->gateway);
}

/** on_udp() - the packet socket has it already */
static void on_udp(evutil_socket_t fd, short what, void *arg)
{
	(void)what;
	(void)arg;
	receive(fd);
}

/** open_packets() - a packet socket that receives nothing yet */
static int open_packets(int *fd)
{
	/* UDP to port 67, not a fragment; offsets are from the IP header on */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 17, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 6),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_SERVER_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]),
					  .filter = code};
	int size = RECEIVE_BUFFER, on = 1;

	*fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0 ||
	    setsockopt(*fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
		       sizeof(filter)) < 0 ||
	    setsockopt(*fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) < 0)
		return -errno;
	if (setsockopt(*fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) <
	    0)
		setsockopt(*fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return 0;
}

/** open_arp() - the same for ARP */
static int open_arp(int *fd)
{
	*fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return *fd < 0 ? -errno : 0;
}

/** open_udp() - port 67 of the LAN's address, which may be there later */
static int open_udp(const struct dhcp_lan *lan, int *fd)
{
	const struct conf_lan *conf = &lan->gateway->conf->lan[lan->place];
	const struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(DHCP_SERVER_PORT),
		.sin_addr.s_addr = htonl(conf->address),
	};
	const int on = 1;

	*fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0 ||
	    setsockopt(*fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) < 0 ||
	    bind(*fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}

/** follow() - let the loop call when a socket is readable */
static int follow(struct dhcp_lan *lan, int fd, event_callback_fn callback,
		  struct event **event)
{
	*event = event_new(lan->gateway->loop, fd, EV_READ | EV_PERSIST,
			   callback, lan);
	return *event && event_add(*event, NULL) == 0 ? 0 : -ENOMEM;
}

int dhcp_lan_open(struct dhcp *dhcp, unsigned number, struct dhcp_lan **out)
{
	struct dhcp_lan *lan = calloc(1, sizeof(*lan));
	const char *interface;
	int error;

	if (!lan)
		return -ENOMEM;
	lan->dhcp = dhcp;
	lan->gateway = dhcp_gateway(dhcp);
	lan->number = number;
	lan->packets = lan->arp = lan->udp = -1;
	lan->place = lan->gateway->conf->dhcp_lan[number];
	interface = lan->gateway->conf->lan[lan->place].interface;

	error = open_packets(&lan->packets);
	if (!error)
		error = open_arp(&lan->arp);
	if (!error)
		error = open_udp(lan, &lan->udp);
	if (!error)
		error = follow(lan, lan->packets, on_packets, &lan->on_packets);
	if (!error)
		error = follow(lan, lan->arp, on_arp, &lan->on_arp);
	if (!error)
		error = follow(lan, lan->udp, on_udp, &lan->on_udp);
	if (!error) {
		dhcp_lan_bind(lan);
		*out = lan;
		return 0;
	}
	if (error == -EADDRINUSE)
		log_error("another DHCP server has port 67 of %s: stop it, or "
			  "leave out `dhcp`",
			  interface);
	else
		log_error("DHCP on %s: %s", interface, strerror(-error));
	dhcp_lan_close(lan);
	return error;
}

/** bind_packets() - a packet socket to an interface */
static bool bind_packets(int fd, unsigned index, uint16_t protocol)
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)index,
	};

	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) ==
	       0;
}

void dhcp_lan_bind(struct dhcp_lan *lan)
{
	unsigned index = lan->gateway->lan_index[lan->place];

	if (index == lan->index)
		return;
	lan->index = 0;
	/* to no interface would be to all of them */
	if (!index)
		return;
	if (bind_packets(lan->packets, index, ETH_P_IP) &&
	    bind_packets(lan->arp, index, ETH_P_ARP)) {
		lan->index = index;
		lan->failed = false;
		return;
	}
	if (!lan->failed)
		log_warning("DHCP on %s: %s",
			    lan->gateway->conf->lan[lan->place].interface,
			    strerror(errno));
	lan->failed = true;
}

/** count_sent() - one more, sent or not */
static void count_sent(struct dhcp_lan *lan, ssize_t sent)
{
	lan->gateway->counters[sent < 0 ? GATEWAY_DHCP_SEND_FAILED
					: GATEWAY_DHCP_SENT]++;
	if (sent < 0)
		log_debug("DHCP reply: %s", strerror(errno));
}

/** send_link() - a packet to a hardware address of the LAN */
static ssize_t send_link(const struct dhcp_lan *lan, int fd, uint16_t protocol,
			 const uint8_t mac[static 6], const uint8_t *bytes,
			 size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = (int)lan->index,
		.sll_halen = 6,
	};

	memcpy(to.sll_addr, mac, 6);
	return sendto(fd, bytes, len, 0, (const struct sockaddr *)&to,
		      sizeof(to));
}

/**
 * send_routed() - a packet by the host's routing; it has a header of its own
 *
 * It leaves by the LAN or not at all: by the WAN, for an address that a client
 * of the LAN has made up, it would show a private source there.
 */
static ssize_t send_routed(const struct dhcp_lan *lan, uint32_t destination,
			   const uint8_t *bytes, size_t len)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(destination),
	};
	const struct in_pktinfo way = {.ipi_ifindex = (int)lan->index};
	union {
		char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
		struct cmsghdr align;
	} control = {.bytes = {0}};
	union {
		const uint8_t *in;
		void *out;
	} packet = {.in = bytes};
	struct iovec iov = {packet.out, len};
	struct msghdr message = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	if (!lan->index)
		return -1;
	control.align.cmsg_level = IPPROTO_IP;
	control.align.cmsg_type = IP_PKTINFO;
	control.align.cmsg_len = CMSG_LEN(sizeof(way));
	memcpy(CMSG_DATA(&control.align), &way, sizeof(way));
	return sendmsg(lan->gateway->raw_socket, &message, 0);
}

static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

void dhcp_lan_send(struct dhcp_lan *lan, const struct dhcpd_reply *reply)
{
	uint8_t frame[DHCP_FRAME_MAX];
	size_t len = dhcp_frame_build(reply, frame);
	ssize_t sent = -1;

	errno = ENODEV;
	switch (reply->way) {
	case DHCPD_TO_ROUTED:
		sent = send_routed(lan, reply->destination, frame, len);
		break;
	case DHCPD_TO_BROADCAST:
		if (lan->index)
			sent = send_link(lan, lan->packets, ETH_P_IP, everybody,
					 frame, len);
		break;
	case DHCPD_TO_MAC:
		if (lan->index)
			sent = send_link(lan, lan->packets, ETH_P_IP,
					 reply->mac, frame, len);
		break;
	}
	count_sent(lan, sent);
}

void dhcp_lan_probe(struct dhcp_lan *lan, uint32_t address)
{
	struct sockaddr_ll own = {0};
	uint8_t arp[DHCP_ARP_BYTES];
	socklen_t len = sizeof(own);

	/* asked for each time: a bridge's address changes with its ports */
	if (!lan->index ||
	    getsockname(lan->arp, (struct sockaddr *)&own, &len) < 0 ||
	    own.sll_halen != 6)
		return;
	dhcp_arp_probe(arp, own.sll_addr, address);
	if (send_link(lan, lan->arp, ETH_P_ARP, everybody, arp, sizeof(arp)) <
	    0)
		log_debug("ARP probe: %s", strerror(errno));
}

void dhcp_lan_close(struct dhcp_lan *lan)
{
	if (!lan)
		return;
	if (lan->on_packets)
		event_free(lan->on_packets);
	if (lan->on_arp)
		event_free(lan->on_arp);
	if (lan->on_udp)
		event_free(lan->on_udp);
	if (lan->packets >= 0)
		close(lan->packets);
	if (lan->arp >= 0)
		close(lan->arp);
	if (lan->udp >= 0)
		close(lan->udp);
	free(lan);
}
