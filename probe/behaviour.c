// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * behaviour - mapping, filtering and port allocation; hairpin.c does its part
 *
 * A few sockets, opened one after another so that their external ports show
 * how they are chosen. Then each is used for one purpose only: what was sent
 * where is part of the question.
 */
#include "probe/behaviour.h"

#include <errno.h>

#define PORT_LOW      10240 /* own ports: of both parities, */
#define PORT_HIGH     60999 /* below what a gateway keeps for itself */
#define HIGH_LOW      61000
#define HIGH_HIGH     65535
#define FILTER_ROUNDS 6
#define FILTER_ENOUGH 5 /* ACKs: so many DATA are not all lost */

/** index_of() - which of the sockets it is */
static size_t index_of(const struct behaviour *b, const struct udp *udp)
{
	return (size_t)(udp - b->udp);
}

/** on_message() - for one of the sockets */
static void on_message(struct udp *udp, int from, struct endpoint remote,
		       const struct probe_message *message)
{
	struct behaviour *b = udp->owner;
	struct infer_socket *seen = &b->seen[0][index_of(b, udp)];
	uint32_t round = message->flow / ALL;

	if (message->type == PROBE_HAIRPIN) {
		hairpin_message(b, remote, message);
		return;
	}
	if (from < 0 || message->flow % ALL != udp->flow || round >= ROUNDS)
		return;
	if (message->type == PROBE_WELCOME) {
		run_seen(b->client, message, !round && !seen->seen);
		seen += round * ALL;
		seen->external[from] = message->seen;
		seen->seen |= 1u << from;
	} else if (message->type == PROBE_DATA && from && !b->opened) {
		seen->heard |= 1u << from;
	} else if (message->type == PROBE_ACK && !from && !b->opened) {
		b->acks[message->from]++;
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
	for (size_t round = 0; round < ROUNDS; round++) {
		struct endpoint *local = &b->seen[round][i].local;

		*local = b->udp[i].local;
		if (!local->addr)
			local->addr = b->client->address;
	}
	return error;
}

/** has_any() - one of its endpoints has */
static bool has_any(const void *arg)
{
	return ((const struct infer_socket *)arg)->seen;
}

void behaviour_hello(struct behaviour *b, size_t i, size_t round, unsigned from)
{
	struct probe_message message = run_message(b->client, PROBE_HELLO,
						   (uint32_t)(round * ALL + i));

	udp_say(&b->udp[i], from, &message);
}

/** greet() - until the server has seen it; or it does not get through */
static void greet(struct behaviour *b, size_t i)
{
	/* The second twin begins elsewhere: a NAT that shares ports among hosts
	 * lets it keep its own there, and not where the first one went. */
	unsigned from = i == TWIN_END - 1 ? PROBE_OTHER_PORT : 0;

	for (unsigned n = 0; n < RUN_TRIES && !b->client->stop; n++) {
		behaviour_hello(b, i, 0, from);
		if (measure_until(b->client, has_any, &b->seen[0][i],
				  run_wait(b->client, RUN_RETRY)))
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

/** is_mapped() - whether some round has told all of a socket's mapping */
static bool is_mapped(const struct behaviour *b, size_t i)
{
	const unsigned all = b->client->result->alternate ? 7 : 3;

	for (size_t round = 1; round < HAIRPIN_ROUND; round++)
		if ((b->seen[round][i].seen & all) == all)
			return true;
	return false;
}

/** has_all() - the mapping's sockets are known to all of the server */
static bool has_all(const void *arg)
{
	const struct behaviour *b = arg;

	for (size_t i = 0; i < ALL; i++) {
		bool used = i < MAPPING_END || i >= HIGH_FIRST;

		if (used && b->seen[0][i].seen && !is_mapped(b, i))
			return false;
	}
	return true;
}

/** mapping_round() - send to all endpoints, unless that is known */
static void mapping_round(struct behaviour *b, size_t round)
{
	for (size_t i = 0; i < ALL; i++) {
		if ((i >= MAPPING_END && i < HIGH_FIRST) || b->udp[i].fd < 0 ||
		    is_mapped(b, i))
			continue;
		for (unsigned from = 0; from <= PROBE_OTHER_ADDRESS; from++)
			behaviour_hello(b, i, round, from);
	}
}

/** has_filtered() - every endpoint has said often enough that it would send */
static bool has_filtered(const void *arg)
{
	const struct behaviour *b = arg;

	for (unsigned from = 1; from < PROBE_ENDPOINTS; from++)
		if (b->client->server[from].addr &&
		    b->acks[from] < FILTER_ENOUGH)
			return false;
	return true;
}

/** filter_round() - let all other endpoints send here */
static void filter_round(struct behaviour *b)
{
	for (size_t i = FILTER_FIRST; i < FILTER_END; i++) {
		for (uint8_t from = 1; from < PROBE_ENDPOINTS; from++) {
			struct probe_message ask =
				run_message(b->client, PROBE_ASK, (uint32_t)i);

			if (!b->client->server[from].addr || b->client->stop ||
			    !behaviour_first(&b->seen[0][i]))
				continue;
			ask.from = from;
			udp_say(&b->udp[i], 0, &ask);
			measure_until(b->client, is_never, NULL, ROUND / 6);
		}
	}
}

/** works() - whether an endpoint of the server was heard by who had sent to
 *  it; only then does its silence show something */
static bool works(const struct behaviour *b, unsigned from)
{
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < ALL; i++)
			if (b->seen[round][i].seen >> from & 1)
				return true;
	return false;
}

/** filtering() - FILTER_ bits */
static unsigned filtering(struct behaviour *b)
{
	for (unsigned from = 1; from < PROBE_ENDPOINTS; from++) {
		/* nobody sends to the last one; it is of the other address */
		unsigned like =
			from & PROBE_OTHER_ADDRESS ? PROBE_OTHER_ADDRESS : from;

		if (b->can_filter && b->acks[from] >= FILTER_ENOUGH &&
		    works(b, like))
			b->seen[0][FILTER_FIRST].asked |= 1u << from;
	}
	return infer_filtering(b->seen[0], SOCKETS);
}

/** struct range - some of the sockets */
struct range {
	const struct behaviour *b;
	size_t first, end;
};

/** has_more() - each of them was answered from where it had not been before */
static bool has_more(const void *arg)
{
	const struct range *r = arg;

	for (size_t i = r->first; i < r->end; i++)
		if (!(r->b->seen[HAIRPIN_ROUND][i].seen >> PROBE_OTHER_PORT &
		      1))
			return false;
	return true;
}

/**
 * can_more() - whether these sockets could have had sessions more
 *
 * A NAT that refuses what is beyond some number of sessions is silent, too. So
 * they send where they have not: that is answered, if it is not so.
 */
static bool can_more(struct behaviour *b, size_t first, size_t end)
{
	const struct range range = {b, first, end};

	for (unsigned n = 0; n < RUN_TRIES && !b->client->stop; n++) {
		for (size_t i = first; i < end; i++)
			behaviour_hello(b, i, HAIRPIN_ROUND, PROBE_OTHER_PORT);
		if (measure_until(b->client, has_more, &range,
				  run_wait(b->client, RUN_RETRY)))
			return true;
	}
	return false;
}

/** observe() - all questions, one after another */
static void observe(struct behaviour *b)
{
	for (size_t i = 0; i < ALL && !b->client->stop; i++)
		if (b->udp[i].fd >= 0)
			greet(b, i);
	for (unsigned n = 1; n <= RUN_TRIES && !b->client->stop; n++) {
		mapping_round(b, n);
		if (measure_until(b->client, has_all, b,
				  run_wait(b->client, RUN_RETRY)))
			break;
	}
	for (unsigned n = 0;
	     n < FILTER_ROUNDS && !has_filtered(b) && !b->client->stop; n++)
		filter_round(b);
	measure_until(b->client, has_filtered, b, run_wait(b->client, 0));
	measure_until(b->client, is_never, NULL, ROUND);
	b->opened = true;
	b->can_filter = can_more(b, FILTER_FIRST, FILTER_END);
	/* silence shows nothing if the pairs could have had no more sessions */
	if (!hairpin_run(b) && !can_more(b, HAIRPIN_FIRST, HAIRPIN_END))
		b->rounds = 0;
}

/** conclude() - the sets */
static void conclude(struct behaviour *b)
{
	struct probe_result *r = b->client->result;

	r->filtering = filtering(b);
	r->direct = infer_direct(b->seen[0], ALL);
	if (r->direct)
		return;
	r->mapping = infer_mapping(b->seen[0], HAIRPIN_ROUND * ALL);
	r->kept = infer_kept(b->seen[0], SOCKETS);
	r->allocation = infer_allocation(b->seen[0], SOCKETS);
	r->hairpin = infer_hairpin(hairpin_seen(b), r->mapping, r->filtering);
	r->pooling = infer_pooling(b->seen[0], HIGH_END);
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
			      b.seen[0][i - TWIN_FIRST].local.port);
	if (!error)
		observe(&b);
	conclude(&b);
	for (size_t i = 0; i < ALL; i++)
		udp_close(&b.udp[i]);
	hairpin_clean(&b);
	return error;
}
