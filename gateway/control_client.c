// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control_client - serve the connections to the control socket
 */
#include "gateway/control_client.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "base/log.h"

/** rest_left() - how long pages still have to pause, ns */
static uint64_t rest_left(struct control *control)
{
	uint64_t now;

	if (!control->rest_ns)
		return 0;
	now = gateway_real_ns();
	if (control->rest_ns > now)
		return control->rest_ns - now;
	control->rest_ns = 0;
	return 0;
}

/** arm() - the next turn, at once unless pages have to pause */
static void arm(struct control *control)
{
	uint64_t us = (rest_left(control) + 999) / 1000;
	const struct timeval tv = {(time_t)(us / 1000000),
				   (suseconds_t)(us % 1000000)};

	evtimer_add(control->turn, &tv);
}

/** charge() - for a page that was begun then; pause if packets came */
static void charge(struct control *control, uint64_t begun)
{
	uint64_t packets = control->gateway->counters[GATEWAY_QUEUE_PACKETS];
	uint64_t now = gateway_real_ns();
	uint64_t times;

	control->debt_ns += now - begun;
	if (control->debt_ns < DEBT_NS)
		return;
	times = (packets - control->packets) / DEBT_PACKETS;
	if (times > DEBT_REST)
		times = DEBT_REST;
	if (times)
		control->rest_ns = now + times * control->debt_ns;
	control->packets = packets;
	control->debt_ns = 0;
}

/** enqueue() - the client has something to do */
static void enqueue(struct control_client *client)
{
	struct control *control = client->control;

	if (client->queued)
		return;
	client->queued = true;
	TAILQ_INSERT_TAIL(&control->queue, client, next);
	arm(control);
}

void control_wake(struct control *control)
{
	if (!control || control->woken || !control->n_clients)
		return;
	control->woken = true;
	arm(control);
}

void control_client_free(struct control_client *client)
{
	struct control *control = client->control;

	log_debug("control: client %d is gone", (int)client->pid);
	if (client->queued)
		TAILQ_REMOVE(&control->queue, client, next);
	TAILQ_REMOVE(&control->clients, client, all);
	control->n_clients--;
	event_free(client->deadline);
	bufferevent_free(client->buffer);
	free(client);
}

/** unread() - bytes of answers that the client has not read yet */
static size_t unread(const struct control_client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->buffer));
}

/** finish() - close once everything is read; @client may be gone afterwards */
static void finish(struct control_client *client)
{
	client->closing = true;
	bufferevent_disable(client->buffer, EV_READ);
	if (!unread(client))
		control_client_free(client);
}

/**
 * take_line() - the next line that the client has sent
 * @len:	set to its length
 *
 * The last line before the end needs no newline. An overlong line is answered
 * here, and skipped.
 *
 * Return: the line, to be freed; NULL if there is none.
 */
static char *take_line(struct control_client *client, size_t *len)
{
	struct evbuffer *in = bufferevent_get_input(client->buffer);
	char *line = evbuffer_readln(in, len, EVBUFFER_EOL_LF);
	size_t left = evbuffer_get_length(in);

	if (!line && client->eof && left && (line = malloc(left)) != NULL) {
		evbuffer_remove(in, line, left);
		*len = left;
		left = 0;
	}
	if (line && client->skipping) {
		client->skipping = false;
		free(line);
		return take_line(client, len);
	}
	if (!client->skipping &&
	    (line ? *len > REQUEST_LINE_MAX : left > REQUEST_LINE_MAX)) {
		request_fail(&client->request, REQUEST_USAGE, NULL,
			     "the request is longer than %d bytes: skipped",
			     REQUEST_LINE_MAX);
		client->skipping = !line;
		free(line);
		line = NULL;
		if (!client->skipping)
			return take_line(client, len);
	}
	if (client->skipping)
		evbuffer_drain(in, left);
	return line;
}

/** answer() - begin with the next line; Return: false when there is none */
static bool answer(struct control_client *client)
{
	size_t len = 0;
	char *line = take_line(client, &len);

	if (!line)
		return false;
	if (len) {
		client->state = request_line(&client->request, line, len);
		if (client->request.kind)
			log_debug("control: client %d asked for %s",
				  (int)client->pid, client->request.kind->name);
	}
	free(line);
	return true;
}

/** await() - nothing to do until an event comes, or the deadline */
static void await(struct control_client *client)
{
	uint64_t now = gateway_real_ns();
	uint64_t left, us;
	struct timeval tv;

	if (client->request.deadline_ns == UINT64_MAX)
		return;
	left = client->request.deadline_ns > now
		       ? client->request.deadline_ns - now
		       : 0;
	/* one more ms: the loop's clock is a coarse one */
	us = left / 1000 + 1000;
	tv.tv_sec = (time_t)(us / 1000000);
	tv.tv_usec = (suseconds_t)(us % 1000000);
	evtimer_add(client->deadline, &tv);
}

/** step() - one step of one client, which may be gone afterwards */
static void step(struct control_client *client)
{
	if (client->closing || unread(client) > OUTPUT_HIGH)
		return; /* on_write() goes on */

	if (client->state != REQUEST_DONE) {
		uint64_t begun = gateway_real_ns();

		client->state = request_continue(&client->request);
		charge(client->control, begun);
	} else if (!answer(client)) {
		if (client->eof)
			finish(client);
		return;
	}

	if (client->state != REQUEST_WAIT) {
		evtimer_del(client->deadline);
		enqueue(client);
	} else if (client->eof) {
		finish(client); /* nobody is there to be told */
	} else {
		await(client);
	}
}

void control_turn(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;
	struct control_client *client;
	uint64_t newest = control->ring.last;

	(void)fd;
	(void)what;
	/* the loop's clock is read once a turn, and may be late */
	if (rest_left(control)) {
		arm(control);
		return;
	}
	if (control->woken) {
		control->woken = false;
		TAILQ_FOREACH(client, &control->clients, all)
		if (client->state == REQUEST_WAIT)
			enqueue(client);
	}
	client = TAILQ_FIRST(&control->queue);
	if (client) {
		TAILQ_REMOVE(&control->queue, client, next);
		client->queued = false;
		step(client);
	}
	/* the request itself may have made events */
	if (control->ring.last != newest)
		control_wake(control);
	if (!TAILQ_EMPTY(&control->queue))
		arm(control);
}

/** on_deadline() - the time of a request that waits is over */
static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	enqueue(arg);
}

/** on_read() - the client has sent something */
static void on_read(struct bufferevent *buffer, void *arg)
{
	struct control_client *client = arg;

	(void)buffer;
	if (client->state == REQUEST_DONE)
		enqueue(client);
}

/** on_write() - the client has read most of what there was */
static void on_write(struct bufferevent *buffer, void *arg)
{
	struct control_client *client = arg;

	(void)buffer;
	if (client->closing) {
		if (!unread(client))
			control_client_free(client);
	} else if (client->state != REQUEST_WAIT) {
		enqueue(client);
	}
}

/**
 * cut_off() - the client has read nothing for too long
 *
 * What it has not read is thrown away, but for the end of the line that it is
 * in the middle of; then comes the error. If it does not read that either, it
 * is closed at the next time-out.
 */
static void cut_off(struct control_client *client)
{
	struct evbuffer *out = bufferevent_get_output(client->buffer);
	struct evbuffer *rest = evbuffer_new();
	struct evbuffer_ptr eol = evbuffer_search(out, "\n", 1, NULL);

	log_info("control: client %d is cut off, it does not read its answer",
		 (int)client->pid);
	if (!rest) {
		control_client_free(client);
		return;
	}
	/* a bufferevent keeps the front of its output to itself */
	evbuffer_unfreeze(out, 1);
	if (eol.pos >= 0)
		evbuffer_remove_buffer(out, rest, (size_t)eol.pos + 1);
	evbuffer_drain(out, evbuffer_get_length(out));
	evbuffer_add_buffer(out, rest);
	evbuffer_freeze(out, 1);
	evbuffer_free(rest);
	request_fail(&client->request, REQUEST_FAILED, NULL,
		     "cut off: nothing was read for %ld s",
		     (long)client->control->stall.tv_sec);
	client->stalled = true;
	client->state = REQUEST_DONE;
	bufferevent_enable(client->buffer, EV_WRITE);
	finish(client);
}

/** on_event() - end of the input, a time-out, or a broken connection */
static void on_event(struct bufferevent *buffer, short what, void *arg)
{
	struct control_client *client = arg;

	(void)buffer;
	if (what & BEV_EVENT_EOF) {
		client->eof = true;
		enqueue(client);
	} else if ((what & BEV_EVENT_TIMEOUT) && !client->stalled) {
		cut_off(client);
	} else {
		control_client_free(client);
	}
}

struct control_client *control_client_add(struct control *control, int fd)
{
	struct control_client *client = calloc(1, sizeof(*client));
	struct event_base *loop = control->gateway->loop;
	struct ucred peer = {.pid = -1};
	socklen_t len = sizeof(peer);

	if (!client)
		goto fail;
	client->deadline = evtimer_new(loop, on_deadline, client);
	if (!client->deadline)
		goto fail;
	client->buffer =
		bufferevent_socket_new(loop, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client->buffer)
		goto fail;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0)
		log_debug("control: client %d of user %u, group %u",
			  (int)peer.pid, (unsigned)peer.uid,
			  (unsigned)peer.gid);
	client->pid = peer.pid;
	client->control = control;
	client->state = REQUEST_DONE;
	request_init(&client->request, control->gateway, &control->ring,
		     bufferevent_get_output(client->buffer));
	TAILQ_INSERT_TAIL(&control->clients, client, all);
	control->n_clients++;

	bufferevent_setcb(client->buffer, on_read, on_write, on_event, client);
	bufferevent_setwatermark(client->buffer, EV_READ, 0,
				 REQUEST_LINE_MAX + 1);
	bufferevent_setwatermark(client->buffer, EV_WRITE, OUTPUT_LOW, 0);
	bufferevent_set_timeouts(client->buffer, NULL, &control->stall);
	bufferevent_enable(client->buffer, EV_READ | EV_WRITE);
	return client;
fail:
	log_warning("control: no memory for another client");
	if (client && client->deadline)
		event_free(client->deadline);
	free(client);
	evutil_closesocket(fd);
	return NULL;
}
