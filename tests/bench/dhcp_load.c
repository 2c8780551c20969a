// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_load - four-way DHCP exchanges, as many as a server will do
 *
 *	dhcp_load LOCAL SERVER CLIENTS WINDOW EXCHANGES|MSms [FIRST]
 *
 * A relay agent at LOCAL, as perfdhcp is one: DISCOVER, OFFER, REQUEST, ACK
 * for CLIENTS clients in turn, the FIRST one first, so that each has a lease
 * when all had theirs. Unlike perfdhcp it does not send at a rate, come what
 *may, but has WINDOW exchanges under way at any time: what is measured is what
 *the server does, and a server that is slow is not sent what it can only throw
 *away. It never sleeps: to wake it would be the sender's work, and the more of
 *it the less there is to do.
 *
 * Every reply is read: an OFFER has to answer a DISCOVER of ours, an ACK has
 * to grant what was offered, and no address may be two clients'. What is
 * unanswered after a second counts as lost and is begun anew.
 *
 * One line of JSON tells what there was.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include "base/wire.h"
#include "dhcpd/message.h"

#define BATCH	    64
#define WINDOW_MAX  4096
#define CLIENTS_MAX (1u << 20)
#define SERVER_PORT 67
#define LOST_MS	    1000
#define MESSAGE	    300

/**
 * struct slot - an exchange under way; the xid is its round and its place
 * @sent:	when its last message left, monotonic ms
 * @offered:	address, or 0 while the OFFER is waited for
 * @round:	replies of an exchange that was given up have another
 */
struct slot {
	uint64_t sent;
	uint32_t client;
	uint32_t offered;
	uint32_t server;
	uint16_t round;
};

static struct slot slots[WINDOW_MAX];
static uint32_t *address_of; /* of each client, 0: none yet */
static uint32_t clients, window, next_client, local;
static uint64_t done, lost, wrong, goal, goal_ms;
static int fd;

/* What leaves at once. */
static struct {
	uint8_t bytes[BATCH][MESSAGE];
	struct iovec iov[BATCH];
	struct mmsghdr messages[BATCH];
	unsigned n;
} out;

/* What comes at once. */
static struct {
	uint8_t bytes[BATCH][1500];
	struct iovec iov[BATCH];
	struct mmsghdr messages[BATCH];
} in;

/** die() - say what failed, and end */
static void die(const char *what)
{
	fprintf(stderr, "dhcp_load: %s: %s\n", what, strerror(errno));
	exit(1);
}

/** now_ms() - monotonic ms */
static uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/** flush() - send what there is */
static void flush(void)
{
	unsigned sent = 0;

	while (sent < out.n) {
		int n = sendmmsg(fd, out.messages + sent, out.n - sent, 0);

		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			die("sendmmsg");
		sent += n > 0 ? (unsigned)n : 0;
	}
	out.n = 0;
}

/** put_option() - one option; the place behind it */
static uint8_t *put_option(uint8_t *p, uint8_t code, uint8_t len,
			   const void *value)
{
	*p++ = code;
	*p++ = len;
	memcpy(p, value, len);
	return p + len;
}

/** put_address() - an option of one address */
static uint8_t *put_address(uint8_t *p, uint8_t code, uint32_t address)
{
	uint8_t bytes[4];

	wire_put32(bytes, address);
	return put_option(p, code, sizeof(bytes), bytes);
}

/** send_message() - the DISCOVER or the REQUEST of a slot */
static void send_message(uint32_t number, uint8_t type)
{
	/* what perfdhcp asks for */
	static const uint8_t wanted[] = {1, 28, 2, 3, 15, 6, 12};
	struct slot *slot = &slots[number];
	uint8_t *bytes, *p, id[7] = {1, 2};

	if (out.n == BATCH)
		flush();
	bytes = out.bytes[out.n];
	memset(bytes, 0, MESSAGE);
	bytes[AT_OP] = BOOTREQUEST;
	bytes[AT_HTYPE] = 1;
	bytes[AT_HLEN] = 6;
	bytes[3] = 1; /* hops */
	wire_put32(bytes + AT_XID, (uint32_t)slot->round << 16 | number);
	wire_put32(bytes + AT_GIADDR, local);
	wire_put32(id + 3, slot->client);
	memcpy(bytes + AT_CHADDR, id + 1, 6);
	wire_put32(bytes + AT_COOKIE, DHCP_COOKIE);
	p = put_option(bytes + AT_OPTIONS, OPTION_TYPE, 1, &type);
	if (type == DHCPREQUEST) {
		p = put_address(p, OPTION_REQUESTED, slot->offered);
		p = put_address(p, OPTION_SERVER, slot->server);
	}
	p = put_option(p, OPTION_CLIENT, sizeof(id), id);
	p = put_option(p, OPTION_PARAMETERS, sizeof(wanted), wanted);
	*p = OPTION_END;
	out.n++;
}

/** begin() - the next client's exchange, or the same client's anew */
static void begin(uint32_t number, bool again, uint64_t now)
{
	struct slot *slot = &slots[number];

	if (!again) {
		slot->client = next_client;
		next_client = (next_client + 1) % clients;
	}
	slot->round++;
	slot->offered = 0;
	slot->sent = now;
	send_message(number, DHCPDISCOVER);
}

/** take() - one reply */
static void take(const uint8_t *bytes, size_t len, uint64_t now)
{
	static struct dhcp_message message;
	uint8_t request[1500];
	uint32_t xid, yiaddr, number;
	struct slot *slot;

	if (len < AT_OPTIONS || len > sizeof(request) || bytes[AT_OP] != 2) {
		wrong++;
		return;
	}
	/* the parser is for what clients send */
	memcpy(request, bytes, len);
	request[AT_OP] = BOOTREQUEST;
	xid = wire_get32(bytes + AT_XID);
	yiaddr = wire_get32(bytes + AT_YIADDR);
	number = xid & 0xffff;
	if (number >= window || slots[number].round != xid >> 16)
		return; /* of an exchange that was given up */
	slot = &slots[number];
	if (dhcp_message_parse(request, len, &message) != MESSAGE_OK ||
	    wire_get32(bytes + AT_CHADDR + 2) != slot->client || !yiaddr) {
		wrong++;
		return;
	}
	if (message.type == DHCPOFFER && !slot->offered) {
		slot->offered = yiaddr;
		slot->server = dhcp_option_u32(&message, OPTION_SERVER);
		slot->sent = now;
		send_message(number, DHCPREQUEST);
		return;
	}
	if (message.type != DHCPACK || slot->offered != yiaddr) {
		wrong++;
		return;
	}
	address_of[slot->client] = yiaddr;
	done++;
	begin(number, false, now);
}

/** receive() - what there is, be it nothing */
static void receive(void)
{
	uint64_t now;
	int n = recvmmsg(fd, in.messages, BATCH, MSG_DONTWAIT, NULL);

	now = now_ms();
	for (int i = 0; i < n; i++)
		take(in.bytes[i], in.messages[i].msg_len, now);
	flush();
}

/** look_for_lost() - begin anew what was not answered */
static void look_for_lost(void)
{
	uint64_t now = now_ms();

	for (uint32_t i = 0; i < window; i++) {
		if (now - slots[i].sent < LOST_MS)
			continue;
		lost++;
		begin(i, true, now);
	}
	flush();
}

/** open_socket() - port 67 of the relay, to the server's */
static void open_socket(const char *from, const char *to)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(SERVER_PORT)};
	int size = 8 << 20;

	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die("socket");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (inet_pton(AF_INET, from, &address.sin_addr) != 1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(from);
	local = ntohl(address.sin_addr.s_addr);
	if (inet_pton(AF_INET, to, &address.sin_addr) != 1 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		die(to);
	for (unsigned i = 0; i < BATCH; i++) {
		out.iov[i] = (struct iovec){out.bytes[i], MESSAGE};
		out.messages[i].msg_hdr.msg_iov = &out.iov[i];
		out.messages[i].msg_hdr.msg_iovlen = 1;
		in.iov[i] = (struct iovec){in.bytes[i], sizeof(in.bytes[i])};
		in.messages[i].msg_hdr.msg_iov = &in.iov[i];
		in.messages[i].msg_hdr.msg_iovlen = 1;
	}
}

/** compare() - for qsort() */
static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/** twice() - addresses that more than one client has */
static uint64_t twice(void)
{
	uint64_t n = 0;

	qsort(address_of, clients, sizeof(*address_of), compare);
	for (uint32_t i = 1; i < clients; i++)
		n += address_of[i] && address_of[i] == address_of[i - 1];
	return n;
}

/** parse() - a number among the arguments */
static uint32_t parse(const char *text, uint32_t max)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (end == text || (*end && strcmp(end, "ms") != 0) || value > max) {
		fprintf(stderr, "dhcp_load: bad number: %s\n", text);
		exit(2);
	}
	return (uint32_t)value;
}

int main(int argc, char **argv)
{
	uint64_t start, spent, looked;

	if (argc < 6 || argc > 7) {
		fprintf(stderr, "usage: dhcp_load LOCAL SERVER CLIENTS WINDOW "
				"EXCHANGES|MSms [FIRST]\n");
		return 2;
	}
	open_socket(argv[1], argv[2]);
	clients = parse(argv[3], CLIENTS_MAX);
	window = parse(argv[4], WINDOW_MAX);
	if (strstr(argv[5], "ms"))
		goal_ms = parse(argv[5], 3600000);
	else
		goal = parse(argv[5], UINT32_MAX);
	if (argc > 6)
		next_client = parse(argv[6], UINT32_MAX) % clients;
	/* a client has one exchange at a time */
	if (window > clients)
		window = clients;
	address_of = calloc(clients, sizeof(*address_of));
	if (!address_of || !window)
		die("no clients");

	start = looked = now_ms();
	for (uint32_t i = 0; i < window; i++)
		begin(i, false, start);
	flush();
	do {
		receive();
		spent = now_ms() - start;
		if (start + spent - looked >= 100) {
			look_for_lost();
			looked = start + spent;
		}
	} while (goal_ms ? spent < goal_ms : done < goal);
	printf("{\"exchanges\": %" PRIu64
	       ", \"seconds\": %.3f, \"lost\": %" PRIu64 ", \"wrong\": %" PRIu64
	       ", \"twice\": %" PRIu64 "}\n",
	       done, (double)spent / 1000, lost, wrong, twice());
	return 0;
}
