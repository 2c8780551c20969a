// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * flow - the timers: many flows, each idle once, all at the same time
 */
#include "probe/progress.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_NUMBER 100 /* below are the sockets of behaviour.c */
#define RESERVED     32	 /* mappings that those have made, and canaries */
#define FLOWS_MAX    128 /* of a timer: more would make no finer steps */
#define TICK	     250 /* ms between two looks at how far it is */

/** struct plan - flows of a kind: how many, and their idle times */
struct plan {
	enum flow_kind kind;
	uint32_t max;
	size_t limit;
};

/** least() - the smaller one */
static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/** later_than() - when the server sends (once more): for an idle time on the
 *  last rung below the timer, this is above it */
static uint32_t later_than(uint32_t idle)
{
	return idle + (idle / 4 > 1000 ? idle / 4 : 1000);
}

/** add_flows() - a ladder of flows */
static void add_flows(struct client *client, const struct plan *plan)
{
	uint32_t rung[LADDER_MAX], min = client->options->min;
	size_t n = ladder_make(min, plan->max, plan->limit - 1, rung);

	/* The longest twice, or one lost packet makes an end of what has
	 * none. */
	rung[n] = rung[n - 1];
	n++;
	for (size_t i = 0; i < n; i++) {
		struct flow *flow = &client->flows[client->n_planned++];
		uint32_t second = later_than(rung[i]);

		*flow = (struct flow){
			.client = client,
			.kind = plan->kind,
			.idle = rung[i],
			.udp.fd = -1,
			.fd = -1,
			.port = i & 1,
		};
		if (plan->kind == FLOW_KEEP ||
		    (plan->kind == FLOW_UDP && second <= plan->max))
			flow->second = second;
	}
}

/** plan_all() - the flows of this run; 0 or negative errno */
static int plan_all(struct client *client)
{
	const struct probe_run *o = client->options;
	size_t udp = o->flows - RESERVED;
	uint32_t keep = o->max / 5 * 4;
	const struct plan plans[] = {
		{FLOW_INITIAL, o->max, least(udp * 2 / 5, FLOWS_MAX)},
		{FLOW_UDP, o->max, least(udp * 2 / 5, FLOWS_MAX)},
		{FLOW_KEEP, keep > o->min ? keep : o->min + 1,
		 least(udp / 5, FLOWS_MAX)},
		{FLOW_TCP, o->tcp_max, least(o->flows, FLOWS_MAX)},
	};
	const size_t n = sizeof(plans) / sizeof(plans[0]);

	client->flows = calloc(n * FLOWS_MAX, sizeof(*client->flows));
	if (!client->flows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		add_flows(client, &plans[i]);
	/* Mixed: if a NAT refuses the later ones, some of each length are
	 * left. */
	for (size_t i = client->n_planned - 1; i > 0; i--) {
		size_t k = rng_below(&client->rng, (uint32_t)i + 1);
		struct flow other = client->flows[k];

		client->flows[k] = client->flows[i];
		client->flows[i] = other;
	}
	for (size_t i = 0; i < client->n_planned; i++)
		client->flows[i].udp.flow = FIRST_NUMBER + (uint32_t)i;
	return 0;
}

void flow_done(struct flow *flow)
{
	const struct linger reset = {1, 0};

	flow->ended = measure_now();
	if (flow->stage == FLOW_PLANNED) {
		flow->stage = FLOW_DONE;
		return;
	}
	flow->stage = FLOW_DONE;
	evtimer_del(&flow->timer);
	udp_close(&flow->udp);
	if (flow->fd < 0)
		return;
	event_del(&flow->event);
	/* by a RST: a FIN that nobody answers would stay in the kernel */
	setsockopt(flow->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(flow->fd);
	flow->fd = -1;
}

void flow_refused(struct flow *flow, int error)
{
	flow->client->result->refused++;
	flow->client->result->error = -error;
	flow_done(flow);
}

void flow_unsure(struct flow *flow)
{
	flow->unsure = true;
	flow_done(flow);
}

void flow_forgotten(struct client *client, uint64_t since)
{
	for (size_t i = 0; i < client->n_flows; i++) {
		struct flow *f = &client->flows[i];

		if (f->asked && (f->stage != FLOW_DONE || f->ended >= since))
			f->forgotten = true;
	}
}

void flow_remembered(struct client *client)
{
	for (size_t i = 0; i < client->n_flows; i++)
		client->flows[i].forgotten = false;
}

bool flow_saw(const struct flow *flow, uint32_t after)
{
	uint64_t due = flow->asked + after + RUN_SLACK;

	return witness_saw(&flow->client->witness, due - RUN_BEAT,
			   due + run_wait(flow->client, RUN_GRACE / 2));
}

struct probe_message flow_message(const struct flow *flow, enum probe_type type)
{
	struct probe_message message =
		run_message(flow->client, type, flow->udp.flow);

	/* one of many addresses may have no place among those of the run */
	if (type == PROBE_ASK && flow->proof)
		message.proof[PROBE_PROOFS - 1] = flow->proof;
	return message;
}

void flow_look(struct flow *flow)
{
	/* from the control socket: the address is not the flow's */
	struct probe_message status =
		run_message(flow->client, PROBE_STATUS, flow->udp.flow);

	if (flow->kind == FLOW_TCP)
		status.flags = PROBE_STREAM;
	udp_say(&flow->client->control, 0, &status);
}

void flow_state(struct client *client, const struct probe_message *state)
{
	uint32_t i = state->flow - FIRST_NUMBER;

	if (i >= client->n_flows || client->flows[i].stage == FLOW_DONE)
		return;
	if (client->flows[i].kind == FLOW_TCP && (state->flags & PROBE_STREAM))
		tcp_flow_state(&client->flows[i], state);
	else if (client->flows[i].kind != FLOW_TCP &&
		 !(state->flags & PROBE_STREAM))
		udp_flow_state(&client->flows[i], state);
}

/** start_some() - those that are due by the rate */
static void start_some(struct client *client, uint64_t passed)
{
	uint64_t due = 1 + passed * client->options->rate / 1000;

	while (client->n_flows < client->n_planned && client->n_flows < due) {
		struct flow *flow = &client->flows[client->n_flows++];

		if (flow->kind == FLOW_TCP)
			tcp_flow_start(flow);
		else
			udp_flow_start(flow);
	}
}

/** settle() - end flows that can show no more; Return: how many are left */
static size_t settle(struct client *client)
{
	bool settled[FLOW_TCP + 1];
	size_t left = client->n_planned - client->n_flows;

	for (unsigned kind = 0; kind <= FLOW_TCP; kind++)
		settled[kind] =
			left ? false
			     : conclude_settled(client, (enum flow_kind)kind);
	for (size_t i = 0; i < client->n_flows; i++) {
		struct flow *flow = &client->flows[i];

		if (flow->stage != FLOW_DONE && settled[flow->kind])
			flow_done(flow);
		left += flow->stage != FLOW_DONE;
	}
	return left;
}

/** is_never() - just wait */
static bool is_never(const void *arg)
{
	(void)arg;
	return false;
}

int flow_run(struct client *client)
{
	uint64_t began = measure_now(), reported = began, greeted = 0;
	const uint64_t every = progress_every();
	size_t left = 1;
	int error = plan_all(client);

	witness_start(&client->witness, began);
	while (!error && left && !client->stop) {
		uint64_t now = measure_now();
		bool starting = client->n_flows < client->n_planned;

		if (now - greeted >= RUN_BEAT) {
			run_greet(client);
			canary_beat(client);
			greeted = now;
		}
		start_some(client, now - began);
		measure_until(client, is_never, NULL, starting ? 20 : TICK);
		left = settle(client);
		if (client->options->quiet || (left && now - reported < every))
			continue;
		reported = now;
		progress_show(client, left);
	}
	return error;
}

void flow_clean(struct client *client)
{
	for (size_t i = 0; i < client->n_flows; i++)
		if (client->flows[i].stage != FLOW_DONE)
			flow_done(&client->flows[i]);
	canary_close(client);
	free(client->flows);
}
