// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hairpin - what two clients behind the NAT get of each other
 *
 * Pairs of sockets send to each other's external endpoint. What comes back
 * with an own address as its source the kernel drops: a packet socket sees it,
 * if we may have one.
 */
#include "probe/behaviour.h"

#include <unistd.h>
#include "probe/net.h"

#define HAIRPIN_LEAST 2 /* rounds in which nothing came that say: off */

/** is_external() - whether it is one of the NAT's addresses */
static bool is_external(const struct client *client, uint32_t addr)
{
	for (size_t i = 0; i < client->result->addresses; i++)
		if (client->external[i] == addr)
			return true;
	return false;
}

void hairpin_message(struct behaviour *b, struct endpoint remote,
		     const struct probe_message *message)
{
	if (is_external(b->client, remote.addr))
		b->hairpin.external = true;
	else if (message->flow < ALL &&
		 endpoint_equal(remote, b->seen[0][message->flow].local))
		b->hairpin.internal = true;
}

/** on_captured() - a frame: is it what one socket sent to another? */
static void on_captured(evutil_socket_t fd, short what, void *arg)
{
	struct behaviour *b = arg;
	struct endpoint from, to;
	struct probe_message message;
	uint8_t bytes[PROBE_SIZE];

	(void)what;
	if (net_captured(fd, bytes, &from, &to) &&
	    from.addr == b->client->address && to.addr == from.addr &&
	    probe_parse(bytes, sizeof(bytes), &message) &&
	    message.type == PROBE_HAIRPIN && message.run == b->client->run)
		hairpin_message(b, from, &message);
}

/** capture() - see what the kernel drops, if we may */
static void capture(struct behaviour *b)
{
	b->capture = net_capture();
	b->hairpin.watched = b->capture >= 0;
	if (!b->hairpin.watched)
		return;
	event_assign(&b->captured, b->client->base, b->capture,
		     EV_READ | EV_PERSIST, on_captured, b);
	event_add(&b->captured, NULL);
}

/** has_pairs() - the server has just seen all sockets of the pairs */
static bool has_pairs(const void *arg)
{
	const struct behaviour *b = arg;

	for (size_t i = HAIRPIN_FIRST; i < HAIRPIN_END; i++)
		if (!behaviour_first(&b->seen[HAIRPIN_ROUND][i]))
			return false;
	return true;
}

/** hairpin_round() - each to its partner's external endpoint, as it is now;
 *  Return: whether some were known in time, and so have sent */
static bool hairpin_round(struct behaviour *b)
{
	struct infer_socket *seen = b->seen[HAIRPIN_ROUND];
	bool sent = false;

	for (size_t i = HAIRPIN_FIRST; i < HAIRPIN_END; i++) {
		seen[i].seen = 0;
		behaviour_hello(b, i, HAIRPIN_ROUND, 0);
	}
	measure_until(b->client, has_pairs, b, run_wait(b->client, RUN_RETRY));
	for (size_t i = HAIRPIN_FIRST; i < HAIRPIN_END; i++) {
		struct probe_message message =
			run_message(b->client, PROBE_HAIRPIN, (uint32_t)i);
		struct endpoint external = seen[i ^ 1].external[0];
		uint8_t bytes[PROBE_SIZE];

		if (!behaviour_first(&seen[i ^ 1]) ||
		    !behaviour_first(&seen[i]))
			continue;
		probe_build(&message, bytes);
		sent |= net_send(b->udp[i].fd, external, bytes,
				 sizeof(bytes)) == 0;
	}
	return sent;
}

/** heard_hairpin() - it got through */
static bool heard_hairpin(const void *arg)
{
	const struct behaviour *b = arg;

	return b->hairpin.external || b->hairpin.internal;
}

bool hairpin_run(struct behaviour *b)
{
	capture(b);
	for (unsigned n = 0; n < RUN_TRIES && !b->client->stop; n++) {
		bool sent = hairpin_round(b);

		if (measure_until(b->client, heard_hairpin, b,
				  run_wait(b->client, ROUND)))
			return true;
		if (sent && !b->client->stop)
			b->rounds++;
	}
	return heard_hairpin(b);
}

struct infer_hairpin hairpin_seen(const struct behaviour *b)
{
	const struct infer_socket *pairs =
		&b->seen[HAIRPIN_ROUND][HAIRPIN_FIRST];
	struct infer_hairpin seen = b->hairpin;

	seen.tried = b->rounds >= HAIRPIN_LEAST;
	seen.kept = infer_kept(pairs, HAIRPIN_END - HAIRPIN_FIRST);
	return seen;
}

void hairpin_clean(struct behaviour *b)
{
	if (b->capture < 0)
		return;
	event_del(&b->captured);
	close(b->capture);
}
