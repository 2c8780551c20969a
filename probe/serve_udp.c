// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serve_udp - the server's datagrams
 */
#include "probe/serve.h"

#include <errno.h>
#include <unistd.h>
#include "probe/net.h"

#define BATCH 64 /* datagrams in a row, so that timers are not late */

void serve_send(struct port *port, struct endpoint remote,
		const struct probe_message *message)
{
	struct server *server = port->server;
	uint8_t bytes[PROBE_SIZE];

	probe_build(message, bytes);
	if (port->udp < 0) {
		server->stats[SERVE_NO_ENDPOINT]++;
	} else if (net_send(port->udp, remote, bytes, sizeof(bytes)) < 0) {
		server->stats[SERVE_UNSENDABLE]++;
	} else {
		server->stats[SERVE_SENT]++;
	}
}

/** acknowledge() - of an ASK that is not quiet */
static void acknowledge(struct port *port, struct endpoint remote,
			const struct probe_message *message)
{
	struct probe_message ack = *message;

	ack.type = PROBE_ACK;
	ack.seen = remote;
	serve_send(port, remote, &ack);
}

/** on_message() - a sound one */
static void on_message(struct port *port, struct endpoint remote,
		       const struct probe_message *message)
{
	struct server *server = port->server;
	struct probe_message answer;

	switch (message->type) {
	case PROBE_HELLO:
	case PROBE_STATUS:
		if (serve_answer(server, remote, message, &answer))
			serve_send(port, remote, &answer);
		return;
	case PROBE_ASK:
		if (!serve_is_proven(server, message, remote.addr))
			server->stats[SERVE_UNPROVEN]++;
		else if (job_ask(server, message, remote, NULL) &&
			 !(message->flags & PROBE_QUIET))
			acknowledge(port, remote, message);
		return;
	case PROBE_KEEP:
		return;
	case PROBE_WELCOME:
	case PROBE_ACK:
	case PROBE_DATA:
	case PROBE_STATE:
	case PROBE_STRAY:
	case PROBE_ECHO:
	case PROBE_HAIRPIN:
	case PROBE_TYPES:
		server->stats[SERVE_WRONG_WAY]++;
		return;
	}
}

/** on_readable() - datagrams have come */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct port *port = arg;
	struct server *server = port->server;

	(void)what;
	for (unsigned i = 0; i < BATCH; i++) {
		uint8_t bytes[PROBE_SIZE + 1];
		struct probe_message message;
		struct endpoint remote;
		ssize_t len = net_receive(fd, bytes, sizeof(bytes), &remote);

		if (len < 0)
			return;
		server->stats[SERVE_RECEIVED]++;
		if (!probe_parse(bytes, (size_t)len, &message))
			server->stats[SERVE_BAD]++;
		else if (!quota_take(&server->quota, remote.addr, serve_now()))
			server->stats[SERVE_TOO_FAST]++;
		else
			on_message(port, remote, &message);
	}
}

int serve_udp_open(struct port *port)
{
	port->udp = net_udp(port->local);
	if (port->udp < 0)
		return port->udp;
	port->udp_readable = event_new(port->server->base, port->udp,
				       EV_READ | EV_PERSIST, on_readable, port);
	if (!port->udp_readable || event_add(port->udp_readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}
