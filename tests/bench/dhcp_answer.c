// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_answer - says yes to every DHCP message, and keeps nothing
 *
 *	dhcp_answer ADDRESS
 *
 * The least that a server behind a relay agent can do: what a tester reaches
 * with it is what the tester can show of any other. Not a server: the address
 * comes from the client's Ethernet address, and nobody remembers it.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include "base/wire.h"
#include "dhcpd/message.h"

#define BATCH	    64
#define SERVER_PORT 67
#define FIRST	    UINT32_C(0x0a010000) /* 10.1.0.0 */
#define REPLY	    300

/* What comes at once, and the answers. */
static struct {
	uint8_t bytes[BATCH][1500];
	uint8_t reply[BATCH][REPLY];
	struct iovec in_iov[BATCH], out_iov[BATCH];
	struct sockaddr_in from[BATCH];
	struct mmsghdr in[BATCH], out[BATCH];
} box;

/** put_u32() - an option of four bytes; the place behind it */
static uint8_t *put_u32(uint8_t *p, uint8_t code, uint32_t value)
{
	p[0] = code;
	p[1] = 4;
	wire_put32(p + 2, value);
	return p + 6;
}

/** answer() - a reply to one message; false: it is none that has one */
static bool answer(const uint8_t *bytes, size_t len, uint32_t server,
		   uint8_t reply[static REPLY])
{
	static struct dhcp_message message;
	uint8_t *p = reply + AT_OPTIONS;

	if (dhcp_message_parse(bytes, len, &message) != MESSAGE_OK ||
	    (message.type != DHCPDISCOVER && message.type != DHCPREQUEST))
		return false;
	memset(reply, 0, REPLY);
	memcpy(reply, bytes, AT_SNAME);
	reply[AT_OP] = 2;
	wire_put32(reply + AT_YIADDR,
		   FIRST + (wire_get32(message.chaddr + 2) & 0xfffff));
	wire_put32(reply + AT_COOKIE, DHCP_COOKIE);
	p[0] = OPTION_TYPE;
	p[1] = 1;
	p[2] = message.type == DHCPDISCOVER ? DHCPOFFER : DHCPACK;
	p = put_u32(p + 3, OPTION_SERVER, server);
	p = put_u32(p, OPTION_LEASE_TIME, 7200);
	p = put_u32(p, OPTION_MASK, UINT32_C(0xfff80000));
	*p = OPTION_END;
	return true;
}

/** serve() - one batch */
static void serve(int fd, uint32_t server)
{
	unsigned n_out = 0;
	int n;

	for (unsigned i = 0; i < BATCH; i++)
		box.in[i].msg_hdr.msg_namelen = sizeof(box.from[i]);
	n = recvmmsg(fd, box.in, BATCH, MSG_WAITFORONE, NULL);
	for (int i = 0; i < n; i++) {
		if (!answer(box.bytes[i], box.in[i].msg_len, server,
			    box.reply[n_out]))
			continue;
		box.out[n_out++].msg_hdr.msg_name = &box.from[i];
	}
	for (unsigned sent = 0; sent < n_out;) {
		n = sendmmsg(fd, box.out + sent, n_out - sent, 0);
		/* one that cannot be sent is nobody's loss but its own */
		sent += n > 0 ? (unsigned)n : 1;
	}
}

/** prepare() - what recvmmsg() and sendmmsg() are told */
static void prepare(void)
{
	for (unsigned i = 0; i < BATCH; i++) {
		box.in_iov[i] =
			(struct iovec){box.bytes[i], sizeof(box.bytes[i])};
		box.out_iov[i] = (struct iovec){box.reply[i], REPLY};
		box.in[i].msg_hdr.msg_iov = &box.in_iov[i];
		box.out[i].msg_hdr.msg_iov = &box.out_iov[i];
		box.in[i].msg_hdr.msg_iovlen = 1;
		box.out[i].msg_hdr.msg_iovlen = 1;
		box.in[i].msg_hdr.msg_name = &box.from[i];
		box.out[i].msg_hdr.msg_namelen = sizeof(box.from[i]);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(SERVER_PORT)};
	int fd, size = 8 << 20;

	if (argc != 2 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1) {
		fprintf(stderr, "usage: dhcp_answer ADDRESS\n");
		return 2;
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror("dhcp_answer: port 67");
		close(fd);
		return 1;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	prepare();
	for (;;)
		serve(fd, ntohl(address.sin_addr.s_addr));
}
