// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * udp_flow - a flow of UDP: warm up, ask, be idle, see
 *
 *   FLOW_INITIAL  ASK (quiet) ........ idle ........ DATA?
 *   FLOW_UDP      HELLO/WELCOME for 3 s, ASK/ACK ... idle ... DATA? .. DATA?
 *   FLOW_KEEP     the same, ASK/ACK ... idle ... KEEP ... DATA?
 *
 * The warm-up is for NATs that take a flow for one both ways only after it has
 * lasted: Linux does after 2 s. The second DATA, and the one after KEEP, come a
 * quarter later: for an idle time just below the timer that is just above it,
 * so that they come through only if the packet before has renewed the timer.
 */
#include "probe/run.h"

#define WARM_TRIES 6 /* HELLOs, RUN_RETRY ms apart */

/** look() - nothing came: has the server sent it? */
static void look(struct flow *flow)
{
	if (flow->stage != FLOW_LOOKING) {
		flow->stage = FLOW_LOOKING;
		flow->tries = 0;
	}
	if (flow->tries++ == RUN_TRIES) {
		flow_unsure(flow);
		return;
	}
	flow_look(flow);
	run_timer(&flow->timer, run_wait(flow->client, RUN_RETRY));
}

/** was_kept() - KEEP went in time, and will have crossed the NAT */
static bool was_kept(const struct flow *flow)
{
	return flow->kept < flow->asked + flow->idle + RUN_RETRY &&
	       witness_saw(&flow->client->witness, flow->kept - RUN_BEAT,
			   flow->kept + run_wait(flow->client, RUN_BEAT));
}

void udp_flow_state(struct flow *flow, const struct probe_message *state)
{
	const bool second =
		flow->kind == FLOW_KEEP || flow->outcome == LADDER_ALIVE;
	bool saw = flow_saw(flow, second ? flow->second : flow->idle);

	if (flow->stage != FLOW_LOOKING)
		return;
	if (flow->kind == FLOW_INITIAL && !(state->flags & PROBE_KNOWN)) {
		flow->lost = true; /* its only packet was */
		flow_done(flow);
		return;
	}
	if (!(state->flags & PROBE_SENT) || !saw ||
	    (flow->kind == FLOW_KEEP && !was_kept(flow))) {
		flow_unsure(flow);
		return;
	}
	if (second)
		flow->again = ANSWER_NO;
	else
		flow->outcome = LADDER_DEAD;
	flow_done(flow);
}

/** ask() - the server is to send */
static void ask(struct flow *flow)
{
	struct probe_message message = flow_message(flow, PROBE_ASK);

	if (flow->tries++ == RUN_TRIES) {
		flow->lost = true;
		flow_done(flow);
		return;
	}
	flow->stage = FLOW_ASKING;
	message.delay = RUN_SLACK +
			(flow->kind == FLOW_KEEP ? flow->second : flow->idle);
	if (flow->kind == FLOW_UDP && flow->second)
		message.second = flow->second + RUN_SLACK;
	if (flow->kind == FLOW_INITIAL)
		message.flags = PROBE_QUIET;
	flow->asked = measure_now();
	udp_say(&flow->udp, 0, &message);
	if (flow->kind != FLOW_INITIAL) {
		run_timer(&flow->timer, run_wait(flow->client, RUN_RETRY));
		return;
	}
	flow->stage = FLOW_IDLE;
	run_timer(&flow->timer, run_wait(flow->client, flow->idle + RUN_GRACE));
}

/** warm() - one exchange more, or enough of it */
static void warm(struct flow *flow)
{
	flow->stage = FLOW_WARMING;
	if (flow->tries++ < WARM_TRIES) {
		udp_hello(&flow->udp, 0);
		run_timer(&flow->timer, RUN_RETRY);
		return;
	}
	if (!flow->welcomes) {
		flow->lost = true;
		flow_done(flow);
		return;
	}
	flow->tries = 0;
	ask(flow);
}

/** keep() - FLOW_KEEP: a packet outbound; twice, for one may be lost */
static void keep(struct flow *flow)
{
	struct probe_message message = flow_message(flow, PROBE_KEEP);

	udp_say(&flow->udp, 0, &message);
	udp_say(&flow->udp, 0, &message);
	flow->kept = measure_now();
	flow->stage = FLOW_SECOND;
	run_timer(
		&flow->timer,
		run_wait(flow->client, flow->second - flow->idle + RUN_GRACE));
}

/** on_timer() - the stage's time is over */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct flow *flow = arg;

	(void)fd;
	(void)what;
	switch (flow->stage) {
	case FLOW_WARMING:
		warm(flow);
		return;
	case FLOW_ASKING:
		ask(flow);
		return;
	case FLOW_IDLE:
		if (flow->kind == FLOW_KEEP)
			keep(flow);
		else
			look(flow);
		return;
	case FLOW_SECOND:
	case FLOW_LOOKING:
		look(flow);
		return;
	case FLOW_PLANNED:
	case FLOW_OPENING:
	case FLOW_STRAY:
	case FLOW_DONE:
		return;
	}
}

/** on_ack() - the server will send; what was asked last counts */
static void on_ack(struct flow *flow)
{
	uint64_t grace =
		flow->kind == FLOW_KEEP ? 0 : run_wait(flow->client, RUN_GRACE);
	uint64_t passed = measure_now() - flow->asked;
	uint64_t whole = flow->idle + grace;

	if (flow->stage != FLOW_ASKING)
		return;
	flow->stage = FLOW_IDLE;
	flow->quiet = flow->asked + passed;
	run_timer(&flow->timer, whole > passed ? whole - passed : 1);
}

/** on_data() - it lives */
static void on_data(struct flow *flow, const struct probe_message *message)
{
	bool second = message->flags & PROBE_SECOND;

	/* the ACK was lost, the flow is not: its time is the same */
	if (flow->stage == FLOW_ASKING && !second)
		flow->stage = FLOW_IDLE;
	/* later than it should be: it lives all the same */
	if (flow->stage == FLOW_LOOKING)
		flow->stage =
			flow->kind == FLOW_KEEP || flow->outcome == LADDER_ALIVE
				? FLOW_SECOND
				: FLOW_IDLE;
	if (flow->kind == FLOW_KEEP) {
		if (flow->stage != FLOW_SECOND)
			return;
		flow->again = ANSWER_YES;
		flow_done(flow);
		return;
	}
	if (flow->stage == FLOW_IDLE && !second) {
		flow->outcome = LADDER_ALIVE;
		if (flow->kind == FLOW_INITIAL || !flow->second) {
			flow_done(flow);
			return;
		}
		flow->stage = FLOW_SECOND;
		run_timer(&flow->timer,
			  run_wait(flow->client,
				   flow->second - flow->idle + RUN_GRACE));
	} else if (flow->stage == FLOW_SECOND && second) {
		flow->again = ANSWER_YES;
		flow_done(flow);
	}
}

/** on_message() - from the server */
static void on_message(struct udp *udp, int from, struct endpoint remote,
		       const struct probe_message *message)
{
	struct flow *flow = udp->owner;

	(void)remote;
	/* an external port may have gone to another flow meanwhile */
	if (from != 0 || message->flow != udp->flow || flow->stage == FLOW_DONE)
		return;
	if (message->type == PROBE_WELCOME) {
		run_seen(flow->client, message, !flow->welcomes);
		flow->proof = message->proof[0];
		flow->welcomes++;
	} else if (message->type == PROBE_ACK) {
		on_ack(flow);
	} else if (message->type == PROBE_DATA) {
		on_data(flow, message);
	}
}

void udp_flow_start(struct flow *flow)
{
	struct endpoint local = {flow->client->options->local[0], 0};
	int error;

	flow->stage = FLOW_WARMING;
	flow->began = measure_now();
	flow->udp.owner = flow;
	evtimer_assign(&flow->timer, flow->client->base, on_timer, flow);
	error = udp_open(&flow->udp, flow->client, local, on_message);
	if (error < 0) {
		flow_refused(flow, error);
		return;
	}
	if (flow->kind == FLOW_INITIAL)
		ask(flow);
	else
		warm(flow);
}
