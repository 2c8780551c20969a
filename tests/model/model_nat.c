/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model_nat - random packets, times and changes on the engine and on its twin
 *
 * Few hosts, ports and remotes, and very few external ports, so that everything
 * collides. After each step the twin judges the verdict and the endpoints; the
 * tables are compared, and every translated packet is checked byte by byte.
 * LAPSE_TEST_SEED repeats a run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/rng.h"
#include "nat/nat.h"
#include "tests/lib/twin.h"
#include "tests/lib/view.h"
#include "tests/unit/unit.h"

#define STEPS	     4000
#define MAX_SESSIONS 48

static const uint32_t pools[3][2] = {
	{0xc6336401, 0xc6336402},
	{0xc6336401, 0xc6336403},
	{0xc6336401, 0xc6336401},
};
static const uint64_t spans[] = {1, 500, 9000, 40000, 110000, 250000, 700000};

/** struct model - one run */
struct model {
	struct rng rng;
	struct nat *nat;
	struct twin twin;
	struct nat_settings settings;
	struct nat_now now;
	unsigned step;
	unsigned translated, dropped;
	char what[160];
	uint64_t before[NAT_STATS];
};

/** below() - a random number */
static uint32_t below(struct model *m, uint32_t bound)
{
	return rng_below(&m->rng, bound);
}

/** counted() - why the engine dropped the last packet, or how it was counted */
static const char *counted(const struct model *m)
{
	size_t i = NAT_STATS;

	while (i-- && nat_counters(m->nat)[i] == m->before[i])
		;
	return i < NAT_STATS ? nat_stat_names[i] : "nothing";
}

/** require() - fail with what was being done */
static void require(const struct model *m, bool ok, const char *wrong)
{
	const struct twin_rules *r = &m->twin.rules;

	if (!ok)
		fail_msg("step %u (%s %s refresh %s), %s: %s (%s)", m->step,
			 nat_mapping_names[r->mapping],
			 nat_filtering_names[r->filtering],
			 nat_refresh_names[r->refresh], m->what, wrong,
			 counted(m));
}

/** remote() - one of few remote endpoints */
static struct endpoint remote(struct model *m, uint8_t protocol)
{
	return (struct endpoint){0xcb007107 + below(m, 3),
				 protocol == 1 ? 0
					       : (uint16_t)(53 + below(m, 2))};
}

/** internal() - one of few internal endpoints */
static struct endpoint internal(struct model *m)
{
	return (struct endpoint){0xc0a84d02 + below(m, 3),
				 (uint16_t)(5000 + below(m, 4))};
}

/** external() - an external endpoint, mostly one that is in use */
static struct endpoint external(struct model *m, uint8_t protocol)
{
	unsigned n = below(m, TWIN_MAPPINGS);

	for (unsigned i = 0; below(m, 8) && i < TWIN_MAPPINGS; i++) {
		const struct twin_mapping *t =
			&m->twin.mapping[(n + i) % TWIN_MAPPINGS];

		if (t->used && t->protocol == protocol)
			return t->external;
	}
	return (struct endpoint){m->twin.pool[below(m, 2)],
				 (uint16_t)(m->twin.first + below(m, 6))};
}

/** random_packet() - the protocol and what belongs to it */
static struct twin_packet random_packet(struct model *m)
{
	static const uint8_t protocols[] = {17, 17, 6, 6, 1};
	static const uint8_t flags[] = {2, 2, 2, 16, 16, 18, 17, 4, 20, 24};

	return (struct twin_packet){
		.protocol = protocols[below(m, sizeof(protocols))],
		.flags = flags[below(m, sizeof(flags))],
	};
}

/**
 * send() - hand a packet to the engine, and check what it made of it
 * @after:	set to what it looks like then
 *
 * Return: whether it was translated.
 */
static bool send(struct model *m, const struct packet *p,
		 enum nat_direction direction, struct view *after)
{
	static uint8_t before[PACKET_MAX], bytes[PACKET_MAX];
	char why[VIEW_WHY];
	size_t len = build_packet(p, before);
	struct nat_packet packet = {
		.bytes = bytes, .len = len, .direction = direction};
	enum view_side side = direction == NAT_OUTBOUND	 ? VIEW_SOURCE
			      : direction == NAT_HAIRPIN ? VIEW_BOTH
							 : VIEW_DESTINATION;
	enum nat_verdict verdict;
	struct nat_output output;
	struct nat_event event;

	memcpy(bytes, before, len);
	memcpy(m->before, nat_counters(m->nat), sizeof(m->before));
	verdict = nat_handle(m->nat, m->now, &packet);
	if (verdict == NAT_TRANSLATED && direction == NAT_HAIRPIN) {
		packet.direction = NAT_HAIRPIN_SOURCE;
		verdict = nat_handle(m->nat, m->now, &packet);
	}
	require(m, verdict != NAT_PASS, "passed");
	while (nat_output_get(m->nat, &output))
		;
	while (nat_event_get(m->nat, &event))
		;
	if (verdict == NAT_DROP) {
		m->dropped++;
		return false;
	}
	m->translated++;
	require(m,
		view_translated(before, bytes, len, side, false, false, why) &&
			(direction != NAT_OUTBOUND ||
			 view_public(bytes, len, why)),
		why);
	require(m, view_packet(bytes, len, after), "malformed");
	return true;
}

/** bytes_of() - the packet that the twin's is, as bytes are built from it */
static struct packet bytes_of(const struct twin_packet *p)
{
	return (struct packet){
		.protocol = p->protocol,
		.src = p->src,
		.dst = p->dst,
		.flags = p->flags,
		.type = p->reply ? 0 : 8,
		.seq = 1000,
		.ack = 1000,
		.window = 1000,
		.len = 9,
	};
}

/** note() - what is being done, for messages */
static void note(struct model *m, const char *word, const struct twin_packet *p)
{
	char a[ENDPOINT_TEXT], b[ENDPOINT_TEXT];

	snprintf(m->what, sizeof(m->what), "%s %u %s > %s flags %02x", word,
		 p->protocol, endpoint_format(p->src, a),
		 endpoint_format(p->dst, b), p->flags);
}

/** outbound() - a packet from inside */
static void outbound(struct model *m)
{
	struct twin_packet p = random_packet(m);
	struct packet bytes;
	const char *wrong;
	struct view v;
	bool sent;

	p.src = internal(m);
	p.dst = remote(m, p.protocol);
	bytes = bytes_of(&p);
	note(m, "out", &p);
	sent = send(m, &bytes, NAT_OUTBOUND, &v);
	wrong = twin_outbound(&m->twin, m->now.lapse, &p, sent, v.src);
	require(m, !wrong, wrong);
}

/** inbound() - a packet from outside */
static void inbound(struct model *m)
{
	struct twin_packet p = random_packet(m);
	struct packet bytes;
	const char *wrong;
	struct view v;
	bool sent;

	p.reply = p.protocol == 1;
	p.src = remote(m, p.protocol);
	p.dst = external(m, p.protocol);
	bytes = bytes_of(&p);
	note(m, "in", &p);
	sent = send(m, &bytes, NAT_INBOUND, &v);
	wrong = twin_inbound(&m->twin, m->now.lapse, &p, sent, v.dst);
	require(m, !wrong, wrong);
}

/** made_for() - the external endpoint that a session has now, or zeros */
static struct endpoint made_for(struct model *m, const struct twin_packet *p)
{
	const struct twin_session *known =
		twin_session_of(&m->twin, p->protocol, p->src, p->dst);
	struct endpoint found = {0, 0};
	struct nat_session_info info;
	uint32_t cursor = 0;

	while (nat_session_next(m->nat, m->now, &cursor, &info)) {
		if (info.protocol != p->protocol ||
		    !endpoint_equal(info.internal, p->src) ||
		    !endpoint_equal(info.remote, p->dst))
			continue;
		found = info.external;
		if (known &&
		    endpoint_equal(found,
				   m->twin.mapping[known->mapping].external))
			break;
	}
	return found;
}

/** hairpin() - a packet from inside to an external endpoint */
static void hairpin(struct model *m)
{
	struct twin_packet p = random_packet(m);
	struct packet bytes;
	const char *wrong;
	struct view v;
	bool sent;

	if (p.protocol == 1)
		p.protocol = 17;
	p.src = internal(m);
	p.dst = external(m, p.protocol);
	bytes = bytes_of(&p);
	note(m, "hairpin", &p);
	sent = send(m, &bytes, NAT_HAIRPIN, &v);
	wrong = twin_hairpin(&m->twin, m->now.lapse, &p, sent,
			     sent ? v.src : made_for(m, &p), v.dst);
	require(m, !wrong, wrong);
}

/** some_session() - one of the twin's sessions, or NULL */
static struct twin_session *some_session(struct model *m)
{
	unsigned n = below(m, TWIN_SESSIONS);

	for (unsigned i = 0; i < TWIN_SESSIONS; i++)
		if (m->twin.session[(n + i) % TWIN_SESSIONS].used)
			return &m->twin.session[(n + i) % TWIN_SESSIONS];
	return NULL;
}

/** error() - an ICMP error about a session: it arrives, and changes nothing */
static void error(struct model *m)
{
	const struct twin_session *s = some_session(m);
	const struct twin_mapping *map;
	bool out = below(m, 2);
	static uint8_t about[PACKET_MAX];
	struct twin_packet p = {0};
	struct packet quoted, bytes;
	struct view v;

	if (!s) {
		outbound(m);
		return;
	}
	map = &m->twin.mapping[s->mapping];
	p.protocol = map->protocol;
	p.reply = out && p.protocol == 1;
	p.src = out ? s->remote : map->external;
	p.dst = out ? map->internal : s->remote;
	note(m, out ? "error out" : "error in", &p);
	quoted = bytes_of(&p);
	bytes = (struct packet){
		.protocol = 1,
		.src = {out ? 0xc0a84dfe : 0xc0000201, 0},
		.dst = {p.src.addr, 0},
		.type = 3,
		.code = 1,
		.about = about,
	};
	bytes.about_len = build_quote(about, build_packet(&quoted, about),
				      8 + below(m, 20));
	require(m, send(m, &bytes, out ? NAT_OUTBOUND : NAT_INBOUND, &v),
		"an error about a session was dropped");
	if (out)
		require(m, view_private(v.src.addr) == false, "source");
	else
		require(m, v.dst.addr == map->internal.addr, "destination");
}

/** kill() - end one of the sessions that are shown */
static void kill_one(struct model *m)
{
	struct nat_session_info info;
	uint32_t cursor = 0, skip = below(m, 10);

	snprintf(m->what, sizeof(m->what), "kill");
	while (nat_session_next(m->nat, m->now, &cursor, &info))
		if (!skip--)
			break;
	if (skip != UINT32_MAX)
		return;
	for (unsigned i = 0; i < TWIN_SESSIONS; i++) {
		struct twin_session *s = &m->twin.session[i];

		if (!s->used ||
		    m->twin.mapping[s->mapping].protocol != info.protocol ||
		    !endpoint_equal(m->twin.mapping[s->mapping].external,
				    info.external) ||
		    !endpoint_equal(s->remote, info.remote))
			continue;
		nat_session_end(m->nat, m->now, info.index, NAT_REASON_KILLED);
		twin_end(&m->twin, m->now.lapse, s);
		return;
	}
	require(m, false, "a session that the twin does not know");
}

/** timers() - random ones, short enough that things end all the time */
static void timers(struct model *m)
{
	struct nat_policy *p = &m->settings.policy;

	/* Hold-down stays: of mappings that shared a port and end at once,
	 * the last one's counts, and the order is nobody's promise. */
	for (unsigned i = 0; i < NAT_TIMER_HOLD_DOWN; i++)
		p->timer[i] = 20000 + below(m, 300) * 1000;
	memcpy(m->twin.rules.timer, p->timer, sizeof(p->timer));
}

/** behaviours() - set them, on both */
static void behaviours(struct model *m, enum nat_mapping_behaviour mapping,
		       enum nat_filtering filtering, enum nat_refresh refresh)
{
	for (unsigned i = 0; i < NAT_CLASSES; i++) {
		m->settings.policy.by[i].mapping = mapping;
		m->settings.policy.by[i].filtering = filtering;
		m->settings.policy.by[i].refresh = refresh;
	}
	m->twin.rules.mapping = mapping;
	m->twin.rules.filtering = filtering;
	m->twin.rules.refresh = refresh;
}

/** reconfigure() - other timers, sometimes other behaviours */
static void reconfigure(struct model *m)
{
	const struct twin_rules *r = &m->twin.rules;

	snprintf(m->what, sizeof(m->what), "reconfigure");
	twin_age(&m->twin, m->now.lapse);
	timers(m);
	if (!below(m, 3))
		behaviours(m, (enum nat_mapping_behaviour)below(m, 3),
			   (enum nat_filtering)below(m, 3), r->refresh);
	m->settings.apply = (enum nat_apply)below(m, 2);
	require(m, !nat_configure(m->nat, &m->settings, m->now, NULL), "error");
	if (m->settings.apply == NAT_APPLY_ALL)
		for (unsigned i = 0; i < TWIN_SESSIONS; i++)
			m->twin.session[i].rules = *r;
}

/** pool_change() - other external addresses */
static void pool_change(struct model *m)
{
	const uint32_t *a = pools[below(m, 3)];
	const struct nat_pool_range ranges[] = {{a[0], a[0], false},
						{a[1], a[1], false}};
	const struct nat_pool pool = {ranges, 2, NULL, 0};

	snprintf(m->what, sizeof(m->what), "pool change");
	require(m, !nat_pool_set(m->nat, &pool, m->now), "error");
	twin_pool(&m->twin, a, 2);
}

/** pass_time() - and perhaps look what is due */
static void pass_time(struct model *m)
{
	m->now.lapse += spans[below(m, sizeof(spans) / sizeof(spans[0]))];
	snprintf(m->what, sizeof(m->what), "expire");
	if (below(m, 2))
		return;
	nat_expire(m->nat, m->now, UINT32_MAX);
	twin_age(&m->twin, m->now.lapse);
}

/** compare() - the tables, session by session */
static void compare(struct model *m)
{
	struct nat_session_info info;
	struct nat_gauges gauges;
	uint32_t cursor = 0, n = 0;

	require(m, nat_check(m->nat), "nat_check()");
	nat_gauges(m->nat, &gauges);
	require(m, gauges.sessions == twin_count(&m->twin), "sessions");
	require(m, gauges.mappings == twin_mappings(&m->twin), "mappings");
	while (nat_session_next(m->nat, m->now, &cursor, &info)) {
		const struct twin_session *s = NULL;

		n++;
		for (unsigned i = 0; i < TWIN_SESSIONS && !s; i++) {
			const struct twin_session *c = &m->twin.session[i];
			const struct twin_mapping *map =
				&m->twin.mapping[c->mapping];

			if (c->used && map->protocol == info.protocol &&
			    endpoint_equal(map->external, info.external) &&
			    endpoint_equal(map->internal, info.internal) &&
			    endpoint_equal(c->remote, info.remote))
				s = c;
		}
		require(m, s != NULL, "a session that the twin does not know");
		require(m,
			twin_left(&m->twin, s, m->now.lapse) == info.expires_in,
			"another time of expiry");
	}
	/* A shorter timer of a new state may have ended some just now. */
	for (unsigned i = 0; i < TWIN_SESSIONS; i++) {
		const struct twin_session *s = &m->twin.session[i];

		n += s->used &&
		     twin_left(&m->twin, s, m->now.lapse) - 1 >= NAT_NEVER / 2;
	}
	require(m, n == gauges.sessions, "overdue sessions");
}

/** step() - one random operation, and a look at the result */
static void step(struct model *m)
{
	uint32_t dice = below(m, 100);

	if (dice < 12) {
		pass_time(m);
		return;
	}
	if (dice < 15) {
		kill_one(m);
		return;
	}
	if (dice < 16)
		reconfigure(m);
	else if (dice < 17)
		pool_change(m);
	twin_age(&m->twin, m->now.lapse);
	if (dice < 55)
		outbound(m);
	else if (dice < 80)
		inbound(m);
	else if (dice < 92)
		hairpin(m);
	else
		error(m);
	compare(m);
}

/** run() - one engine and its twin, under one set of behaviours */
static void run(struct model *m, unsigned mapping, unsigned filtering,
		unsigned refresh)
{
	static const struct nat_pool none = {NULL, 0, NULL, 0};

	nat_settings_default(&m->settings);
	memset(&m->twin, 0, sizeof(m->twin));
	m->settings.max_sessions = MAX_SESSIONS;
	m->settings.port_first = 7000;
	m->settings.port_last = (uint16_t)(7003 + below(m, 4));
	for (unsigned i = 0; i < NAT_CLASSES; i++)
		m->settings.policy.by[i].allocation =
			(enum nat_allocation)below(m, 3);
	m->twin.first = m->settings.port_first;
	m->twin.last = m->settings.port_last;
	m->twin.max_sessions = MAX_SESSIONS;
	behaviours(m, (enum nat_mapping_behaviour)mapping,
		   (enum nat_filtering)filtering, (enum nat_refresh)refresh);
	m->settings.policy.timer[NAT_TIMER_HOLD_DOWN] = below(m, 2) ? 0 : 60000;
	timers(m);
	m->now = (struct nat_now){77, 99};
	m->nat = nat_alloc(&m->settings, &none, rng_next(&m->rng), m->now);
	assert_non_null(m->nat);
	pool_change(m);
	for (m->step = 0; m->step < STEPS; m->step++)
		step(m);
	nat_free(m->nat);
}

/** against_twin() - every mapping, filtering and refresh behaviour */
static void against_twin(void **state)
{
	static struct model m;

	(void)state;
	rng_seed(&m.rng, unit_seed());
	for (unsigned mapping = 0; mapping < 3; mapping++)
		for (unsigned filtering = 0; filtering < 3; filtering++)
			for (unsigned refresh = 0; refresh < 4; refresh++)
				run(&m, mapping, filtering, refresh);
	print_message("%u packets translated, %u dropped\n", m.translated,
		      m.dropped);
	/* a model in which nothing happens proves nothing */
	assert_true(m.translated > 5000 && m.dropped > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_twin),
	};

	return cmocka_run_group_tests_name("model_nat", tests, NULL, NULL);
}
