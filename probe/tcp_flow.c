// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tcp_flow - a connection: establish, ask, be idle, see; then speak again
 *
 *   connect, HELLO/WELCOME, ASK/ACK ... idle ... DATA?   alive
 *                                   ... RST!             told of its expiry
 *                                   ... nothing: STRAY   RST? ICMP? ECHO?
 */
#include "probe/run.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "probe/net.h"

#define OPEN_TIME  5000 /* ms to connect, and for an answer */
#define STRAY_TIME 3000 /* ms for what meets a stray segment */

/** say() - a message on the connection; an error shows on reading */
static void say(struct flow *flow, enum probe_type type)
{
	struct probe_message message = flow_message(flow, type);
	uint8_t bytes[PROBE_SIZE];

	message.delay = type == PROBE_ASK ? flow->idle + RUN_SLACK : 0;
	message.flags = PROBE_STREAM;
	probe_build(&message, bytes);
	(void)send(flow->fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
}

/** lose() - it never came to its test */
static void lose(struct flow *flow)
{
	flow->lost = true;
	flow_done(flow);
}

/** look() - has the server sent, or met a RST? The last that is to be known */
static void look(struct flow *flow)
{
	if (flow->stage != FLOW_LOOKING) {
		flow->stage = FLOW_LOOKING;
		flow->tries = 0;
		event_del(&flow->event);
	}
	if (flow->tries++ == RUN_TRIES) {
		flow_unsure(flow);
		return;
	}
	flow_look(flow);
	run_timer(&flow->timer, run_wait(flow->client, RUN_RETRY));
}

void tcp_flow_state(struct flow *flow, const struct probe_message *state)
{
	if (flow->stage != FLOW_LOOKING)
		return;
	/* A server that knows the connection has not ended it. A RST is seen
	 * by whoever is there; silence is one only if the way worked. */
	if (!(state->flags & PROBE_KNOWN) ||
	    (!flow->told &&
	     (!(state->flags & PROBE_SENT) || !flow_saw(flow, flow->idle)))) {
		flow_unsure(flow);
		return;
	}
	flow->outcome = LADDER_DEAD;
	/* a RST later than the server's DATA only answers that */
	flow->told_outside = (state->flags & PROBE_WAS_RST) &&
			     state->delay + RUN_RETRY / 5 < flow->idle;
	flow_done(flow);
}

/** on_timer() - the stage's time is over */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct flow *flow = arg;

	(void)fd;
	(void)what;
	switch (flow->stage) {
	case FLOW_OPENING:
		lose(flow);
		return;
	case FLOW_IDLE:
		flow->stage = FLOW_STRAY;
		flow->spoke = measure_now();
		say(flow, PROBE_STRAY);
		run_timer(&flow->timer, run_wait(flow->client, STRAY_TIME));
		return;
	case FLOW_STRAY:
		/* an answer that the way lost is none that did not come */
		flow->silent = witness_saw(&flow->client->witness, flow->spoke,
					   measure_now());
		look(flow);
		return;
	case FLOW_LOOKING:
		look(flow);
		return;
	case FLOW_PLANNED:
	case FLOW_WARMING:
	case FLOW_ASKING:
	case FLOW_SECOND:
	case FLOW_DONE:
		return;
	}
}

/** on_end() - the connection is over; @error: errno, or 0 for a FIN */
static void on_end(struct flow *flow, int error)
{
	uint64_t passed = measure_now() - flow->quiet;

	if (flow->stage == FLOW_OPENING) {
		lose(flow);
		return;
	}
	/* no NAT says goodbye: the server has ended; or there was no way for
	 * the last acknowledgement, as an ICMP error told */
	if (flow->stage == FLOW_IDLE && error != ECONNRESET) {
		flow_unsure(flow);
		return;
	}
	if (flow->stage == FLOW_IDLE) {
		/* before the server was to send, whom it might answer else */
		if (passed < flow->idle + RUN_SLACK)
			flow->told = passed ? (uint32_t)passed : 1;
	} else if (flow->stage == FLOW_STRAY) {
		flow->reset = error == ECONNRESET;
		flow->unreachable = error && error != ECONNRESET;
	}
	look(flow);
}

/** on_message() - from the server */
static void on_message(struct flow *flow, const struct probe_message *message)
{
	if (flow->stage == FLOW_OPENING && message->type == PROBE_WELCOME) {
		run_seen(flow->client, message, false);
		flow->proof = message->proof[0];
		flow->asked = measure_now();
		say(flow, PROBE_ASK);
	} else if (flow->stage == FLOW_OPENING && message->type == PROBE_ACK) {
		flow->stage = FLOW_IDLE;
		flow->quiet = measure_now();
		run_timer(&flow->timer,
			  run_wait(flow->client, flow->idle + RUN_GRACE));
	} else if (flow->stage == FLOW_IDLE && message->type == PROBE_DATA) {
		flow->outcome = LADDER_ALIVE;
		flow_done(flow);
	} else if (flow->stage == FLOW_STRAY) {
		flow->healed = true;
		look(flow);
	}
}

/** on_readable() - bytes, an end or an error */
static void on_readable(struct flow *flow)
{
	struct probe_message message;
	ssize_t len = recv(flow->fd, flow->bytes + flow->filled,
			   PROBE_SIZE - flow->filled, 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (len <= 0) {
		on_end(flow, len < 0 ? errno : 0);
		return;
	}
	flow->filled += (size_t)len;
	if (flow->filled < PROBE_SIZE)
		return;
	flow->filled = 0;
	if (probe_parse(flow->bytes, PROBE_SIZE, &message) &&
	    message.run == flow->client->run)
		on_message(flow, &message);
	else
		lose(flow);
}

/** on_event() - it is connected, or readable */
static void on_event(evutil_socket_t fd, short what, void *arg)
{
	struct flow *flow = arg;
	int error = 0;
	socklen_t len = sizeof(error);

	if (!(what & EV_WRITE)) {
		on_readable(flow);
		return;
	}
	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	if (error) {
		lose(flow);
		return;
	}
	event_del(&flow->event);
	event_assign(&flow->event, flow->client->base, fd, EV_READ | EV_PERSIST,
		     on_event, flow);
	event_add(&flow->event, NULL);
	say(flow, PROBE_HELLO);
}

void tcp_flow_start(struct flow *flow)
{
	struct client *client = flow->client;

	flow->stage = FLOW_OPENING;
	flow->began = measure_now();
	evtimer_assign(&flow->timer, client->base, on_timer, flow);
	/* half of all lengths to each: only one keeps strays from its stack */
	flow->fd = net_connect(client->options->local[0],
			       client->server[flow->port]);
	if (flow->fd < 0) {
		flow_refused(flow, flow->fd);
		return;
	}
	event_assign(&flow->event, client->base, flow->fd, EV_WRITE, on_event,
		     flow);
	event_add(&flow->event, NULL);
	/* the way there and back three times: connect, HELLO, ASK */
	run_timer(&flow->timer, OPEN_TIME + 3 * run_wait(client, 0));
}
