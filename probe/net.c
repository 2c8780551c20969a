// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * net - sockets of IPv4
 */
#include "probe/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/wire.h"

#define BACKLOG 512

/** to_kernel() - an endpoint as the kernel wants it */
static struct sockaddr_in to_kernel(struct endpoint e)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(e.port),
		.sin_addr.s_addr = htonl(e.addr),
	};
}

/** from_kernel() - and back */
static struct endpoint from_kernel(const struct sockaddr_in *in)
{
	return (struct endpoint){ntohl(in->sin_addr.s_addr),
				 ntohs(in->sin_port)};
}

/** failed() - close, and the error as a negative errno */
static int failed(int fd)
{
	int error = -errno;

	close(fd);
	return error;
}

/** bound() - a socket of @type with an endpoint of its own */
static int bound(int type, struct endpoint local)
{
	struct sockaddr_in in = to_kernel(local);
	const int on = 1;
	int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	/* a server started anew meets what is left of its connections */
	if (type == SOCK_STREAM && local.port &&
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0)
		return failed(fd);
	if ((local.addr || local.port) &&
	    bind(fd, (struct sockaddr *)&in, sizeof(in)) < 0)
		return failed(fd);
	return fd;
}

size_t net_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 0;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur;
}

int net_udp(struct endpoint local)
{
	return bound(SOCK_DGRAM, local);
}

int net_listen(struct endpoint local)
{
	int fd = bound(SOCK_STREAM, local);

	if (fd >= 0 && listen(fd, BACKLOG) < 0)
		return failed(fd);
	return fd;
}

int net_accept(int listener, struct endpoint *remote)
{
	struct sockaddr_in in = {0};
	socklen_t len = sizeof(in);
	int fd = accept4(listener, (struct sockaddr *)&in, &len,
			 SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return -errno;
	*remote = from_kernel(&in);
	return fd;
}

int net_connect(uint32_t local, struct endpoint remote)
{
	struct sockaddr_in in = to_kernel(remote);
	const int on = 1;
	int fd = bound(SOCK_STREAM, (struct endpoint){local, 0});

	if (fd < 0)
		return fd;
	/* ICMP errors end the connection, in place of being noted only */
	if (setsockopt(fd, SOL_IP, IP_RECVERR, &on, sizeof(on)) < 0)
		return failed(fd);
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0 &&
	    errno != EINPROGRESS)
		return failed(fd);
	return fd;
}

int net_send(int fd, struct endpoint remote, const uint8_t *bytes, size_t len)
{
	struct sockaddr_in in = to_kernel(remote);

	if (sendto(fd, bytes, len, MSG_NOSIGNAL, (struct sockaddr *)&in,
		   sizeof(in)) < 0)
		return -errno;
	return 0;
}

ssize_t net_receive(int fd, uint8_t *bytes, size_t size,
		    struct endpoint *remote)
{
	struct sockaddr_in in = {0};
	socklen_t in_len = sizeof(in);
	ssize_t len =
		recvfrom(fd, bytes, size, 0, (struct sockaddr *)&in, &in_len);

	if (len < 0)
		return -errno;
	*remote = from_kernel(&in);
	return len;
}

int net_local(int fd, struct endpoint *local)
{
	struct sockaddr_in in = {0};
	socklen_t len = sizeof(in);

	if (getsockname(fd, (struct sockaddr *)&in, &len) < 0)
		return -errno;
	*local = from_kernel(&in);
	return 0;
}

int net_address(struct endpoint remote, uint32_t *addr)
{
	struct sockaddr_in in = to_kernel(remote);
	struct endpoint local = {0};
	int error, fd = bound(SOCK_DGRAM, local);

	if (fd < 0)
		return fd;
	/* of UDP, this only looks up the route */
	if (connect(fd, (struct sockaddr *)&in, sizeof(in)) < 0)
		return failed(fd);
	error = net_local(fd, &local);
	close(fd);
	if (!error)
		*addr = local.addr;
	return error;
}

int net_capture(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			htons(ETHERTYPE_IP));

	if (fd < 0)
		return -errno;
	return fd;
}

bool net_captured(int fd, uint8_t bytes[static PROBE_SIZE],
		  struct endpoint *from, struct endpoint *to)
{
	uint8_t packet[60 + 8 + PROBE_SIZE];
	struct sockaddr_ll link = {0};
	socklen_t link_len = sizeof(link);
	ssize_t len = recvfrom(fd, packet, sizeof(packet), 0,
			       (struct sockaddr *)&link, &link_len);
	const uint8_t *header, *udp;
	size_t header_len;

	if (len < 0 || link.sll_pkttype != PACKET_HOST)
		return false;
	header = wire_at(packet, (size_t)len, 0, 20);
	if (!header || header[9] != IPPROTO_UDP)
		return false;
	header_len = (header[0] & 15) * 4u;
	udp = wire_at(packet, (size_t)len, header_len, 8 + PROBE_SIZE);
	if (!udp)
		return false;
	*from = (struct endpoint){wire_get32(header + 12), wire_get16(udp)};
	*to = (struct endpoint){wire_get32(header + 16), wire_get16(udp + 2)};
	memcpy(bytes, udp + 8, PROBE_SIZE);
	return true;
}
