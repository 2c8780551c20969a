// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serve_tcp - the server's connections
 *
 * The listener on port P has a filter that drops segments which begin with
 * PROBE_STRAY_MAGIC, so that the kernel does not answer them by a RST. Those
 * come from clients whose NAT forgot the connection and let it go on with
 * another external port. The listener on P + 1 has none; the difference shows
 * the client who sent a RST (infer_stray()).
 */
#include "probe/serve.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "probe/net.h"

/** filter_strays() - attach the filter; accepted sockets inherit it */
static int filter_strays(int fd)
{
	/* A TCP socket's filter sees the segment from its header on. A load
	 * behind its end would drop it, so the length is looked at first. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 12),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 2),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_ALU | BPF_SUB | BPF_K, 4),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_X, 0, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROBE_STRAY_MAGIC, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {
		sizeof(code) / sizeof(code[0]),
		code,
	};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
		       sizeof(program)) < 0)
		return -errno;
	return 0;
}

/** close_connection() - for whatever reason; its job stays */
static void close_connection(struct connection *c)
{
	struct server *server = c->server;

	event_del(&c->readable);
	evtimer_del(&c->deadline);
	close(c->fd);
	if (c->job)
		c->job->connection = NULL;
	if (c->previous)
		c->previous->next = c->next;
	else
		server->connections = c->next;
	if (c->next)
		c->next->previous = c->previous;
	quota_disconnect(&server->quota, c->remote.addr);
	server->n_connections--;
	free(c);
}

void serve_tcp_push(struct connection *connection,
		    const struct probe_message *message)
{
	struct server *server = connection->server;
	uint8_t bytes[PROBE_SIZE];

	probe_build(message, bytes);
	if (send(connection->fd, bytes, sizeof(bytes), MSG_NOSIGNAL) ==
	    (ssize_t)sizeof(bytes))
		server->stats[SERVE_SENT]++;
	else
		server->stats[SERVE_UNSENDABLE]++;
}

/** on_ask() - an ASK: a job, as long as whose delay the connection may live */
static void on_ask(struct connection *c, const struct probe_message *message)
{
	struct server *server = c->server;
	struct probe_message ack = *message;

	if (!serve_is_proven(server, message, c->remote.addr)) {
		server->stats[SERVE_UNPROVEN]++;
		return;
	}
	/* one flow a connection, or another's job would keep pointing here */
	if (c->job &&
	    (c->job->run != message->run || c->job->flow != message->flow)) {
		server->stats[SERVE_TOO_MANY]++;
		return;
	}
	if (!job_ask(server, message, c->remote, c))
		return;
	serve_timer(&c->deadline, (uint64_t)message->delay + SERVE_LINGER);
	ack.type = PROBE_ACK;
	ack.seen = c->remote;
	serve_tcp_push(c, &ack);
}

/** on_message() - a sound one */
static void on_message(struct connection *c,
		       const struct probe_message *message)
{
	struct server *server = c->server;
	struct probe_message answer;

	if (!quota_take(&server->quota, c->remote.addr, serve_now())) {
		server->stats[SERVE_TOO_FAST]++;
		return;
	}
	switch (message->type) {
	case PROBE_HELLO:
	case PROBE_STATUS:
		if (serve_answer(server, c->remote, message, &answer))
			serve_tcp_push(c, &answer);
		return;
	case PROBE_ASK:
		on_ask(c, message);
		return;
	case PROBE_STRAY:
		answer = *message;
		answer.type = PROBE_ECHO;
		answer.seen = c->remote;
		serve_tcp_push(c, &answer);
		return;
	case PROBE_KEEP:
		return;
	case PROBE_WELCOME:
	case PROBE_ACK:
	case PROBE_DATA:
	case PROBE_STATE:
	case PROBE_ECHO:
	case PROBE_HAIRPIN:
	case PROBE_TYPES:
		server->stats[SERVE_WRONG_WAY]++;
		return;
	}
}

/** on_end() - no more will come; @error: errno, or 0 for a FIN */
static void on_end(struct connection *c, int error)
{
	if (error == ECONNRESET) {
		c->server->stats[SERVE_RESET]++;
		if (c->job)
			job_was_reset(c->job);
	}
	close_connection(c);
}

/** on_readable() - bytes, an end or an error */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;
	struct probe_message message;
	ssize_t len = recv(fd, c->bytes + c->filled, PROBE_SIZE - c->filled, 0);

	(void)what;
	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		on_end(c, len < 0 ? errno : 0);
		return;
	}
	c->filled += (size_t)len;
	if (c->filled < PROBE_SIZE)
		return;
	c->filled = 0;
	c->server->stats[SERVE_RECEIVED]++;
	if (probe_parse(c->bytes, PROBE_SIZE, &message)) {
		on_message(c, &message);
		return;
	}
	c->server->stats[SERVE_BAD]++;
	close_connection(c);
}

/** on_deadline() - it had its time */
static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	close_connection(arg);
}

/** share() - how many connections one address may have: enough for two
 *  clients, and never all where there are many */
static uint32_t share(const struct server *server)
{
	const size_t part = server->max_connections / 4;

	return part > SERVE_SHARE ? (uint32_t)part : SERVE_SHARE;
}

/** take_in() - a new connection; false if it has no room */
static bool take_in(struct server *server, int fd, struct endpoint remote)
{
	struct connection *c;

	if (server->n_connections >= server->max_connections ||
	    !quota_take(&server->quota, remote.addr, serve_now()) ||
	    !quota_connect(&server->quota, remote.addr, share(server)))
		return false;
	c = calloc(1, sizeof(*c));
	if (!c) {
		quota_disconnect(&server->quota, remote.addr);
		return false;
	}
	c->server = server;
	c->fd = fd;
	c->remote = remote;
	c->next = server->connections;
	if (c->next)
		c->next->previous = c;
	server->connections = c;
	server->n_connections++;
	event_assign(&c->readable, server->base, fd, EV_READ | EV_PERSIST,
		     on_readable, c);
	event_add(&c->readable, NULL);
	evtimer_assign(&c->deadline, server->base, on_deadline, c);
	serve_timer(&c->deadline, SERVE_FIRST);
	return true;
}

/** on_connection() - somebody connects */
static void on_connection(evutil_socket_t listener, short what, void *arg)
{
	struct port *port = arg;
	struct server *server = port->server;
	const int none = 0;
	struct endpoint remote;
	int fd = net_accept(listener, &remote);

	(void)what;
	if (fd < 0)
		return;
	server->stats[SERVE_ACCEPTED]++;
	/* an inherited filter would drop a stray that is none */
	setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
	if (!take_in(server, fd, remote)) {
		server->stats[SERVE_TOO_MANY]++;
		close(fd);
	}
}

int serve_tcp_open(struct port *port)
{
	int error = 0;

	port->tcp = net_listen(port->local);
	if (port->tcp < 0)
		return port->tcp;
	if (!(port->from & PROBE_OTHER_PORT))
		error = filter_strays(port->tcp);
	/* some kernels let only the privileged; the clients are told */
	if (error == -EPERM)
		port->server->bare = true;
	else if (error)
		return error;
	port->tcp_readable =
		event_new(port->server->base, port->tcp, EV_READ | EV_PERSIST,
			  on_connection, port);
	if (!port->tcp_readable || event_add(port->tcp_readable, NULL) < 0)
		return -ENOMEM;
	return 0;
}

void serve_tcp_clean(struct server *server)
{
	struct connection *next;

	for (struct connection *c = server->connections; c; c = next) {
		next = c->next;
		close_connection(c);
	}
}
