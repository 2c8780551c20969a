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
#include "nat/events.h"
#include "nat/report.h"
#include "tests/lib/model.h"
#include "tests/unit/unit.h"

#define STEPS	     3000
#define MAX_SESSIONS 48

static const uint32_t pools[3][2] = {
	{0xc6336401, 0xc6336402},
	{0xc6336401, 0xc6336403},
	{0xc6336401, 0xc6336401},
};
static const uint64_t spans[] = {1, 500, 9000, 40000, 110000, 250000, 700000};

/** kill() - end one of the sessions that are shown */
static void kill_one(struct model *m)
{
	struct nat_session_info info;
	uint32_t cursor = 0, skip = model_below(m, 10);

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
	model_require(m, false, "a session that the twin does not know");
}

/** timers() - random ones, short enough that things end all the time */
static void timers(struct model *m)
{
	struct nat_policy *p = &m->settings.policy;

	/* Hold-down stays: of mappings that shared a port and end at once,
	 * the last one's counts, and the order is nobody's promise. */
	for (unsigned i = 0; i < NAT_TIMER_HOLD_DOWN; i++)
		p->timer[i] = 20000 + model_below(m, 300) * 1000;
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
	if (!model_below(m, 3))
		behaviours(m, (enum nat_mapping_behaviour)model_below(m, 3),
			   (enum nat_filtering)model_below(m, 3), r->refresh);
	m->settings.apply = (enum nat_apply)model_below(m, 2);
	model_require(m, !nat_configure(m->nat, &m->settings, m->now, NULL),
		      "error");
	if (m->settings.apply == NAT_APPLY_ALL)
		for (unsigned i = 0; i < TWIN_SESSIONS; i++)
			m->twin.session[i].rules = *r;
}

/** pool_change() - other external addresses */
static void pool_change(struct model *m)
{
	const uint32_t *a = pools[model_below(m, 3)];
	const struct nat_pool_range ranges[] = {{a[0], a[0], false},
						{a[1], a[1], false}};
	const struct nat_pool pool = {ranges, 2, NULL, 0};

	snprintf(m->what, sizeof(m->what), "pool change");
	model_require(m, !nat_pool_set(m->nat, &pool, m->now), "error");
	twin_pool(&m->twin, a, 2);
}

/** pass_time() - and perhaps look what is due */
static void pass_time(struct model *m)
{
	m->now.lapse += spans[model_below(m, sizeof(spans) / sizeof(spans[0]))];
	snprintf(m->what, sizeof(m->what), "expire");
	if (model_below(m, 2))
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

	model_require(m, nat_check(m->nat), "nat_check()");
	nat_gauges(m->nat, &gauges);
	model_require(m, gauges.sessions == twin_count(&m->twin), "sessions");
	model_require(m, gauges.mappings == twin_mappings(&m->twin),
		      "mappings");
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
		model_require(m, s != NULL,
			      "a session that the twin does not know");
		model_require(m,
			      twin_left(&m->twin, s, m->now.lapse) ==
				      info.expires_in,
			      "another time of expiry");
	}
	/* A shorter timer of a new state may have ended some just now. */
	for (unsigned i = 0; i < TWIN_SESSIONS; i++) {
		const struct twin_session *s = &m->twin.session[i];

		n += s->used &&
		     twin_left(&m->twin, s, m->now.lapse) - 1 >= NAT_NEVER / 2;
	}
	model_require(m, n == gauges.sessions, "overdue sessions");
}

/** step() - one random operation, and a look at the result */
static void step(struct model *m)
{
	uint32_t dice = model_below(m, 100);

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
		model_outbound(m);
	else if (dice < 80)
		model_inbound(m);
	else if (dice < 92)
		model_hairpin(m);
	else
		model_error(m);
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
	m->settings.port_last = (uint16_t)(7003 + model_below(m, 4));
	for (unsigned i = 0; i < NAT_CLASSES; i++)
		m->settings.policy.by[i].allocation =
			(enum nat_allocation)model_below(m, 3);
	m->twin.first = m->settings.port_first;
	m->twin.last = m->settings.port_last;
	m->twin.max_sessions = MAX_SESSIONS;
	behaviours(m, (enum nat_mapping_behaviour)mapping,
		   (enum nat_filtering)filtering, (enum nat_refresh)refresh);
	m->settings.policy.timer[NAT_TIMER_HOLD_DOWN] =
		model_below(m, 2) ? 0 : 60000;
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
