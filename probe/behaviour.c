// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * behaviour - mapping, filtering, port allocation and hairpinning
 *
 * A few sockets, opened one after another so that their external ports show
 * how they are chosen. Then each is used for one purpose only: what was sent
 * where is part of the question.
 */
#include "probe/run.h"

#include <errno.h>
#include <unistd.h>
#include "probe/net.h"

#define SOCKETS	      12 /* opened one after another; of these */
#define MAPPING_FIRST 0	 /* some send to all endpoints */
#define MAPPING_END   4
#define FILTER_FIRST  4 /* some are sent to from all */
#define FILTER_END    7
#define HAIRPIN_FIRST 8 /* pairs send to each other */
#define HAIRPIN_END   12
#define HIGH_FIRST    12 /* from ports that a NAT may not have */
#define HIGH_END      14
#define TWIN_FIRST    14 /* from the second address, ports as 0 and 1 */
#define TWIN_END      16
#define ALL	      16
#define PORT_LOW      10240 /* own ports: of both parities, */
#define PORT_HIGH     60999 /* below what a gateway keeps for itself */
#define HIGH_LOW      61000
#define HIGH_HIGH     65535
#define ROUND	      300 /* ms of a round of questions */

/** struct behaviour - the sockets, and what they saw */
struct behaviour {
	struct client *client;
	struct udp udp[ALL];
	struct infer_socket seen[ALL];
	struct infer_hairpin hairpin;
	struct event captured;
	int capture;
};

/** index_of() - which of the sockets it is */
static size_t index_of(const struct behaviour *b, const struct udp *udp)
{
	return (size_t)(udp - b->udp);
}

/** is_external() - whether it is one of the NAT's addresses */
static bool is_external(const struct client *client, uint32_t addr)
{
	for (size_t i = 0; i < client->result->addresses; i++)
		if (client->external[i] == addr)
			return true;
	return false;
}

/** on_hairpin() - one of our own, from another of our sockets */
static void on_hairpin(struct behaviour *b, struct endpoint remote,
		       const struct probe_message *message)
{
	if (is_external(b->client, remote.addr))
		b->hairpin.external = true;
	else if (message->flow < ALL &&
		 endpoint_equal(remote, b->seen[message->flow].local))
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
		on_hairpin(b, from, &message);
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

/** on_message() - for one of the sockets */
static void on_message(struct udp *udp, int from, struct endpoint remote,
		       const struct probe_message *message)
{
	struct behaviour *b = udp->owner;
	struct infer_socket *seen = &b->seen[index_of(b, udp)];

	if (message->type == PROBE_HAIRPIN) {
		on_hairpin(b, remote, message);
		return;
	}
	if (from < 0 || message->flow != udp->flow)
		return;
	if (message->type == PROBE_WELCOME) {
		run_seen(b->client, message, !seen->seen);
		seen->external[from] = message->seen;
		seen->seen |= 1u << from;
	} else if (message->type == PROBE_DATA && from) {
		seen->heard |= 1u << from;
	}
}

/** open_on() - socket @i, on a port or, at port 0, on one at random */
static int open_on(struct behaviour *b, size_t i, uint32_t addr, uint16_t port)
{
	const bool high = i >= HIGH_FIRST;
	const uint32_t first = high ? HIGH_LOW : PORT_LOW;
	const uint32_t count = (high ? HIGH_HIGH : PORT_HIGH) - first + 1;
	int error = -EADDRINUSE;

	b->udp[i].owner = b;
	b->udp[i].flow = (uint32_t)i;
	for (unsigned n = 0; error == -EADDRINUSE && n < 100; n++) {
		uint16_t chosen =
			port ? port
			     : (uint16_t)(first +
					  rng_below(&b->client->rng, count));

		error = udp_open(&b->udp[i], b->client,
				 (struct endpoint){addr, chosen}, on_message);
	}
	b->seen[i].local = b->udp[i].local;
	if (!b->seen[i].local.addr)
		b->seen[i].local.addr = b->client->address;
	return error;
}

/** has_first() - the server's first endpoint has seen this socket */
static bool has_first(const struct infer_socket *seen)
{
	return seen->seen & 1;
}

/** has_any() - one of its endpoints has */
static bool has_any(const void *arg)
{
	return ((const struct infer_socket *)arg)->seen;
}

/** greet() - until the server has seen it; or it does not get through */
static void greet(struct behaviour *b, size_t i)
{
	/* The second twin begins elsewhere: a NAT that shares ports among hosts
	 * lets it keep its own there, and not where the first one went. */
	unsigned from = i == TWIN_END - 1 ? PROBE_OTHER_PORT : 0;

	for (unsigned n = 0; n < RUN_TRIES && !b->client->stop; n++) {
		udp_hello(&b->udp[i], from);
		if (measure_until(b->client, has_any, &b->seen[i], RUN_RETRY))
			return;
	}
	b->client->result->unanswered++;
}

/** is_never() - just wait */
static bool is_never(const void *arg)
{
	(void)arg;
	return false;
}

/** has_all() - the mapping's sockets are known to all of the server */
static bool has_all(const void *arg)
{
	const struct behaviour *b = arg;
	const unsigned all = b->client->result->alternate ? 7 : 3;

	for (size_t i = 0; i < ALL; i++) {
		bool used = i < MAPPING_END || i >= HIGH_FIRST;

		if (used && b->seen[i].seen && (b->seen[i].seen & all) != all)
			return false;
	}
	return true;
}

/** mapping_round() - send to all endpoints that have not answered */
static void mapping_round(struct behaviour *b)
{
	for (size_t i = 0; i < ALL; i++) {
		if ((i >= MAPPING_END && i < HIGH_FIRST) || b->udp[i].fd < 0)
			continue;
		for (unsigned from = 0; from <= PROBE_OTHER_ADDRESS; from++)
			if (!(b->seen[i].seen >> from & 1))
				udp_hello(&b->udp[i], from);
	}
}

/** filter_round() - let all other endpoints send here */
static void filter_round(struct behaviour *b)
{
	for (size_t i = FILTER_FIRST; i < FILTER_END; i++) {
		for (uint8_t from = 1; from < PROBE_ENDPOINTS; from++) {
			struct probe_message ask =
				run_message(b->client, PROBE_ASK, (uint32_t)i);

			if (!b->client->server[from].addr ||
			    !has_first(&b->seen[i]))
				continue;
			ask.from = from;
			ask.flags = PROBE_QUIET;
			udp_say(&b->udp[i], 0, &ask);
			b->seen[i].asked |= 1u << from;
			measure_until(b->client, is_never, NULL, ROUND / 6);
		}
	}
}

/** hairpin_round() - each to its partner's external endpoint */
static void hairpin_round(struct behaviour *b)
{
	for (size_t i = HAIRPIN_FIRST; i < HAIRPIN_END; i++) {
		struct probe_message message =
			run_message(b->client, PROBE_HAIRPIN, (uint32_t)i);
		const struct infer_socket *other = &b->seen[i ^ 1];
		struct endpoint external = other->external[0];
		uint8_t bytes[PROBE_SIZE];

		if (!has_first(other) || !has_first(&b->seen[i]))
			continue;
		b->hairpin.tried = true;
		probe_build(&message, bytes);
		(void)net_send(b->udp[i].fd, external, bytes, sizeof(bytes));
	}
}

/** heard_hairpin() - it got through */
static bool heard_hairpin(const void *arg)
{
	const struct behaviour *b = arg;

	return b->hairpin.external || b->hairpin.internal;
}

/** observe() - all questions, one after another */
static void observe(struct behaviour *b)
{
	for (size_t i = 0; i < ALL && !b->client->stop; i++)
		if (b->udp[i].fd >= 0)
			greet(b, i);
	for (unsigned n = 0; n < RUN_TRIES && !b->client->stop; n++) {
		mapping_round(b);
		if (measure_until(b->client, has_all, b, RUN_RETRY))
			break;
	}
	for (unsigned n = 0; n < 3 && !b->client->stop; n++)
		filter_round(b);
	measure_until(b->client, is_never, NULL, ROUND);
	capture(b);
	for (unsigned n = 0; n < RUN_TRIES && !b->client->stop; n++) {
		hairpin_round(b);
		if (measure_until(b->client, heard_hairpin, b, ROUND))
			break;
	}
}

/** pooling() - whether one internal address has several external ones */
static unsigned pooling(const struct behaviour *b)
{
	const struct infer_socket *first = NULL;

	for (size_t i = 0; i < HIGH_END; i++) {
		if (!has_first(&b->seen[i]))
			continue;
		if (first &&
		    first->external[0].addr != b->seen[i].external[0].addr)
			return POOL_ARBITRARY;
		first = &b->seen[i];
	}
	return first ? POOL_PAIRED : POOL_ALL;
}

/** conclude() - the sets */
static void conclude(const struct behaviour *b)
{
	struct probe_result *r = b->client->result;
	struct infer_hairpin hairpin = b->hairpin;

	r->mapping = infer_mapping(b->seen, ALL);
	r->kept = infer_kept(b->seen, SOCKETS);
	r->filtering = infer_filtering(b->seen, SOCKETS);
	r->allocation = infer_allocation(b->seen, SOCKETS);
	hairpin.kept = infer_kept(b->seen + HAIRPIN_FIRST,
				  HAIRPIN_END - HAIRPIN_FIRST);
	r->hairpin = infer_hairpin(hairpin, r->mapping, r->filtering);
	r->pooling = pooling(b);
}

int behaviour_run(struct client *client)
{
	const uint32_t *local = client->options->local;
	struct behaviour b = {.client = client, .capture = -1};
	int error = 0;

	for (size_t i = 0; i < ALL; i++)
		b.udp[i].fd = -1;
	for (size_t i = 0; i < HIGH_END && !error; i++)
		error = open_on(&b, i, local[0], 0);
	/* somebody else may have that port on the second address */
	for (size_t i = TWIN_FIRST; local[1] && i < TWIN_END && !error; i++)
		(void)open_on(&b, i, local[1],
			      b.seen[i - TWIN_FIRST].local.port);
	if (!error)
		observe(&b);
	conclude(&b);
	for (size_t i = 0; i < ALL; i++)
		udp_close(&b.udp[i]);
	if (b.capture >= 0) {
		event_del(&b.captured);
		close(b.capture);
	}
	return error;
}
