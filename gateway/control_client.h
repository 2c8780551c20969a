/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_client - one connection to the control socket; control.c's own
 *
 * Theory of operation: all work is done in steps by one timer, control->turn,
 * one step of one client a turn of the loop, the clients in a queue. So a turn
 * spends at most one page on them, however many they are. A client leaves the
 * queue when it waits for an event or its deadline, when it has nothing to ask,
 * or when it has more than OUTPUT_HIGH bytes to read.
 *
 * While packets pass, the pages of long answers have a share of the time only:
 * what they take is a debt, and from DEBT_NS on all wait for as long again for
 * each DEBT_PACKETS that came meanwhile, DEBT_REST times as long at most. A few
 * milliseconds at once, for the loop's timers know nothing shorter.
 */
#ifndef GATEWAY_CONTROL_CLIENT_H
#define GATEWAY_CONTROL_CLIENT_H

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/time.h>
#include <sys/types.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include "gateway/control.h"
#include "gateway/control_ring.h"
#include "gateway/request.h"

/** CLIENTS_MAX - connections at once */
#define CLIENTS_MAX 128

/** OUTPUT_HIGH - bytes unread from which a client's answer pauses */
#define OUTPUT_HIGH 131072

/** OUTPUT_LOW - bytes unread from which it goes on */
#define OUTPUT_LOW 32768

/** DEBT_NS, DEBT_PACKETS, DEBT_REST - when pages pause, and how long */
#define DEBT_NS	     2000000
#define DEBT_PACKETS 8
#define DEBT_REST    15

/** STALL_S - seconds after which a client that reads nothing is cut off */
#define STALL_S 30

/**
 * struct control_client - a connection
 * @request:	the answer under way
 * @state:	how far it is
 * @deadline:	timer for a request that waits
 * @queued:	in control->queue
 * @skipping:	the rest of a line that was too long
 * @eof:	nothing will be asked any more
 * @closing:	close as soon as everything is read
 * @stalled:	cut off for being slow
 */
struct control_client {
	TAILQ_ENTRY(control_client) all;
	TAILQ_ENTRY(control_client) next;
	struct control *control;
	struct bufferevent *buffer;
	struct request request;
	enum request_result state;
	struct event *deadline;
	pid_t pid;
	bool queued;
	bool skipping;
	bool eof;
	bool closing;
	bool stalled;
};

TAILQ_HEAD(control_clients, control_client);

/**
 * struct control - the socket and its clients
 * @retry:	timer to accept again after it failed
 * @turn:	timer for the next step
 * @stall:	after this time without reading a client is cut off
 * @clients:	all of them
 * @queue:	those with something to do
 * @debt_ns:	what pages have taken since the last pause, real
 * @rest_ns:	no turn before this time, real; 0: at once
 * @packets:	number of packets when a page was last looked at
 * @woken:	events have come that waiting clients have not looked at
 * @path:	of the socket
 * @dev:	device and
 * @ino:	inode of the socket file, so that no other's is removed
 */
struct control {
	struct gateway *gateway;
	struct evconnlistener *listener;
	struct event *retry;
	struct event *turn;
	struct timeval stall;
	struct control_clients clients;
	struct control_clients queue;
	unsigned n_clients;
	uint64_t debt_ns, rest_ns, packets;
	bool woken;
	char *path;
	dev_t dev;
	ino_t ino;
	struct ring ring;
};

/**
 * control_client_add() - a connection has come
 * @fd:		the socket; closed with the client, or here on failure
 *
 * Return: the client, the control's; NULL after a log line.
 */
struct control_client *control_client_add(struct control *control, int fd);

/** control_client_free() - close the connection */
void control_client_free(struct control_client *client);

/** control_turn() - one step of one client; what control->turn calls */
void control_turn(evutil_socket_t fd, short what, void *arg);

#endif /* GATEWAY_CONTROL_CLIENT_H */
