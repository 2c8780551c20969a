/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * behaviour - what behaviour.c and hairpin.c share, and nobody else: sockets,
 * and what they saw
 */
#ifndef PROBE_BEHAVIOUR_H
#define PROBE_BEHAVIOUR_H

#include "probe/run.h"

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
#define ROUND	      300 /* ms of a round of questions */
#define HAIRPIN_ROUND (RUN_TRIES + 1)
#define ROUNDS	      (HAIRPIN_ROUND + 1) /* of HELLOs, see behaviour_hello() */

/**
 * struct behaviour - the sockets, and what they saw
 * @seen:	by round: [0] the greeting, then those of the mapping, then that
 *		of hairpinning; @heard is in [0]
 * @acks:	how often an endpoint of the server said that it would send
 * @opened:	a filter may be open by now: those that are sent to have sent
 *		elsewhere
 * @can_filter:	silence of those that were sent to may be a filter's
 * @hairpin:	what of it was heard; hairpin_seen() adds the rest
 * @rounds:	of hairpinning that went to their end
 * @captured:	of @capture, which is closed (-1) until hairpin_run()
 */
struct behaviour {
	struct client *client;
	struct udp udp[ALL];
	struct infer_socket seen[ROUNDS][ALL];
	unsigned acks[PROBE_ENDPOINTS];
	bool opened, can_filter;
	struct infer_hairpin hairpin;
	unsigned rounds;
	struct event captured;
	int capture;
};

/* --- behaviour.c --- */

/**
 * behaviour_hello() - HELLO from socket @i in a round of its own
 *
 * A WELCOME has the number of its HELLO: what two rounds saw is not compared,
 * for the mapping may have expired between them.
 */
void behaviour_hello(struct behaviour *b, size_t i, size_t round,
		     unsigned from);

/** behaviour_first() - the server's first endpoint has seen this socket */
static inline bool behaviour_first(const struct infer_socket *seen)
{
	return seen->seen & 1;
}

/* --- hairpin.c --- */

/** hairpin_message() - one of our own, from another of our sockets */
void hairpin_message(struct behaviour *b, struct endpoint remote,
		     const struct probe_message *message);

/**
 * hairpin_run() - let the pairs send to each other, in rounds
 *
 * Return: whether something got through. Until hairpin_clean() it may yet.
 */
bool hairpin_run(struct behaviour *b);

/** hairpin_seen() - what came of it */
struct infer_hairpin hairpin_seen(const struct behaviour *b);

/** hairpin_clean() - close what hairpin_run() has opened, if anything */
void hairpin_clean(struct behaviour *b);

#endif /* PROBE_BEHAVIOUR_H */
