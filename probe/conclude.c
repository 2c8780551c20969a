// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * conclude - from the flows to the timers, at any time of a run
 */
#include "probe/run.h"

#include <stdlib.h>

#define ENOUGH 5 /* dead flows behind the timer that settle it, */
#define STRAYS 3 /* of TCP, this many at each port of the server */

/** timer_of() - the timer that a kind of flow measures; KEEP: none */
static int timer_of(enum flow_kind kind)
{
	switch (kind) {
	case FLOW_INITIAL:
		return PROBE_TIMER_INITIAL;
	case FLOW_UDP:
		return PROBE_TIMER_UDP;
	case FLOW_TCP:
		return PROBE_TIMER_TCP;
	case FLOW_KEEP:
		break;
	}
	return -1;
}

/** by_size() - order of qsort() */
static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/** is_dead() - its timer has run out, as far as one can know */
static bool is_dead(const struct flow *f)
{
	return f->outcome == LADDER_DEAD && !f->forgotten;
}

/** fit() - one timer, from its flows */
static void fit(const struct client *client, enum flow_kind kind,
		struct probe_timer *timer)
{
	struct ladder_try tries[LADDER_MAX];
	uint32_t told[LADDER_MAX];
	size_t n = 0, n_told = 0;

	*timer = (struct probe_timer){0};
	for (size_t i = 0; i < client->n_flows; i++) {
		const struct flow *f = &client->flows[i];

		if (f->kind != kind)
			continue;
		timer->tried++;
		timer->lost += f->lost;
		timer->unsure += f->unsure ||
				 (f->outcome == LADDER_DEAD && f->forgotten);
		if (f->outcome != LADDER_ALIVE && !is_dead(f))
			continue;
		if (f->idle > timer->longest)
			timer->longest = f->idle;
		tries[n++] = (struct ladder_try){f->idle, f->outcome};
		if (f->told)
			told[n_told++] = f->told;
	}
	timer->fit = ladder_fit(tries, n);
	if (n_told * 2 <= timer->fit.dead)
		return;
	qsort(told, n_told, sizeof(told[0]), by_size);
	timer->told = told[n_told / 2];
}

/**
 * answer() - whether a packet of one direction renews the UDP timer
 * @kind:	FLOW_KEEP for outbound, FLOW_UDP for inbound
 *
 * Only flows count that had the packet before the timer's end, and were tested
 * behind it.
 */
static enum infer_answer answer(const struct client *client,
				enum flow_kind kind, struct ladder_fit fit)
{
	unsigned yes = 0, no = 0;

	for (size_t i = 0; i < client->n_flows; i++) {
		const struct flow *f = &client->flows[i];

		if (f->kind != kind || f->idle > fit.above ||
		    f->second < fit.most || !fit.most)
			continue;
		yes += f->again == ANSWER_YES;
		no += f->again == ANSWER_NO && !f->forgotten;
	}
	return infer_weigh(yes, no, 2);
}

/** refresh() - who renews the UDP timer; and then, how long it is */
static void refresh(const struct client *client, struct probe_result *r)
{
	struct probe_timer *udp = &r->timer[PROBE_TIMER_UDP];
	uint32_t age = 0;

	r->refresh = infer_refresh(answer(client, FLOW_KEEP, udp->fit),
				   answer(client, FLOW_UDP, udp->fit));
	if (r->refresh != REFRESH_NONE && udp->fit.above)
		return;
	/* Nothing renewed it in the warm-up either, so that counts too. If not
	 * even the shortest time was survived, who knows: it is an upper bound
	 * then. */
	for (size_t i = 0; i < client->n_flows; i++) {
		const struct flow *f = &client->flows[i];

		if (f->kind == FLOW_UDP && f->asked > f->began)
			age = (uint32_t)(f->asked - f->began) + RUN_SLACK;
	}
	udp->age = age;
	udp->fit.above += udp->fit.above ? age : 0;
	udp->fit.most += udp->fit.most ? age : 0;
}

/**
 * tell() - whom a RST told of a connection's expiry
 *
 * It comes once. That it did not shows something only if the way worked when
 * the timer ran out; and of the server's side only if it would have come
 * before the server sent, for later it may be the answer to that.
 */
static void tell(const struct client *client, const struct flow *f,
		 struct ladder_fit fit, struct infer_expiry *seen)
{
	bool saw = witness_saw(&client->witness, f->asked + fit.above,
			       f->quiet + fit.most + RUN_SLACK);

	if (f->told)
		seen->told_inside++;
	else if (saw)
		seen->untold_inside++;
	if (f->told_outside)
		seen->told_outside++;
	else if (saw && f->idle > fit.most + client->rtt)
		seen->untold_outside++;
}

/** expiry() - what became of TCP, whose timer is @fit */
static void expiry(const struct client *client, struct ladder_fit fit,
		   struct infer_expiry *seen)
{
	*seen = (struct infer_expiry){0};
	for (size_t i = 0; i < client->n_flows; i++) {
		const struct flow *f = &client->flows[i];
		/* a bare server's first port is like its second one */
		unsigned port = client->bare ? 1 : f->port;

		/* what died before the timer's end, died of something else */
		if (f->kind != FLOW_TCP || !is_dead(f) ||
		    f->stage != FLOW_DONE || f->idle <= fit.above)
			continue;
		seen->dead++;
		tell(client, f, fit, seen);
		seen->silent[port] += f->silent;
		seen->reset[port] += f->reset;
		seen->unreachable += f->unreachable;
		seen->healed += f->healed;
	}
}

/** late() - ms that the way makes the times uncertain: the middle one of all
 *  answers; 0 if RUN_SLACK is for it */
static uint32_t late(const struct client *client)
{
	uint32_t rtt[LADDER_MAX], middle = client->rtt;
	size_t n = 0;

	for (size_t i = 0; i < client->n_flows && n < LADDER_MAX; i++) {
		const struct flow *f = &client->flows[i];

		if (f->quiet)
			rtt[n++] = (uint32_t)(f->quiet - f->asked);
	}
	if (n) {
		qsort(rtt, n, sizeof(rtt[0]), by_size);
		middle = rtt[n / 2];
	}
	return middle > RUN_SLACK ? middle : 0;
}

/**
 * widen() - where the NAT is on the way, and so when it saw what, is not known
 *
 * A NAT near to us whose timer only outbound packets renew has heard nothing
 * since our question, so for a way longer than the flow was idle. One near to
 * the server saw our stack's last acknowledgement a way after the answer, and
 * has heard nothing for a way less.
 */
static void widen(const struct client *client, struct probe_result *r)
{
	uint32_t ms = late(client);
	struct ladder_fit *of[PROBE_TIMERS];

	for (size_t i = 0; i < PROBE_TIMERS; i++) {
		r->timer[i].late = ms;
		of[i] = &r->timer[i].fit;
	}
	if (of[PROBE_TIMER_INITIAL]->most)
		of[PROBE_TIMER_INITIAL]->most += ms;
	if (of[PROBE_TIMER_UDP]->most &&
	    (r->refresh & (REFRESH_OUTBOUND | REFRESH_NONE)))
		of[PROBE_TIMER_UDP]->most += ms;
	if (of[PROBE_TIMER_TCP]->above > ms)
		of[PROBE_TIMER_TCP]->above -= ms;
	else
		of[PROBE_TIMER_TCP]->above = 0;
}

void conclude_timers(struct client *client)
{
	struct probe_result *r = client->result;

	fit(client, FLOW_INITIAL, &r->timer[PROBE_TIMER_INITIAL]);
	fit(client, FLOW_UDP, &r->timer[PROBE_TIMER_UDP]);
	fit(client, FLOW_TCP, &r->timer[PROBE_TIMER_TCP]);
	refresh(client, r);
	expiry(client, r->timer[PROBE_TIMER_TCP].fit, &r->expiry);
	r->notify = infer_notify(&r->expiry);
	r->stray = infer_stray(&r->expiry);
	widen(client, r);
}

/** is_tested() - whether what follows TCP's expiry is known well enough */
static bool is_tested(const struct client *client, struct ladder_fit fit)
{
	struct infer_expiry e;

	expiry(client, fit, &e);
	if (!infer_single(infer_notify(&e)))
		return false;
	if (e.told_inside >= ENOUGH)
		return true;
	if (e.healed + e.unreachable >= ENOUGH)
		return true;
	if (e.silent[1] + e.reset[1] < STRAYS)
		return false;
	/* A port that the NAT gives again may meet a connection that the server
	 * still has, which is silent: more of them decide. */
	return client->bare || (e.silent[0] + e.reset[0] >= STRAYS &&
				infer_single(infer_stray(&e)));
}

bool conclude_settled(const struct client *client, enum flow_kind kind)
{
	int id = timer_of(kind == FLOW_KEEP ? FLOW_UDP : kind);
	struct probe_timer timer;
	uint64_t now = measure_now();
	size_t dead = 0;

	if (id < 0)
		return false;
	fit(client, kind == FLOW_KEEP ? FLOW_UDP : kind, &timer);
	if (!timer.fit.most)
		return false;
	for (size_t i = 0; i < client->n_flows; i++) {
		const struct flow *f = &client->flows[i];

		/* those below, and their second packets, are still waited for
		 */
		if (f->kind == kind && f->stage != FLOW_DONE &&
		    (!f->asked || f->idle <= timer.fit.most ||
		     now < f->asked + timer.fit.most / 4 * 5 + RUN_GRACE))
			return false;
		dead += is_dead(f) && f->idle >= timer.fit.most &&
			timer_of(f->kind) == id;
	}
	if (kind == FLOW_TCP && !is_tested(client, timer.fit))
		return false;
	return dead >= ENOUGH;
}
