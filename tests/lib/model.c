/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model - random packets for an engine and its twin
 */
#include "tests/lib/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "nat/events.h"
#include "nat/report.h"
#include "tests/lib/view.h"

uint32_t model_below(struct model *m, uint32_t bound)
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

void model_require(const struct model *m, bool ok, const char *wrong)
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
	return (struct endpoint){
		0xcb007107 + model_below(m, 3),
		protocol == 1 ? 0 : (uint16_t)(53 + model_below(m, 2))};
}

/** internal() - one of few internal endpoints */
static struct endpoint internal(struct model *m)
{
	return (struct endpoint){0xc0a84d02 + model_below(m, 3),
				 (uint16_t)(5000 + model_below(m, 4))};
}

/** external() - an external endpoint, mostly one that is in use */
static struct endpoint external(struct model *m, uint8_t protocol)
{
	unsigned n = model_below(m, TWIN_MAPPINGS);

	for (unsigned i = 0; model_below(m, 8) && i < TWIN_MAPPINGS; i++) {
		const struct twin_mapping *t =
			&m->twin.mapping[(n + i) % TWIN_MAPPINGS];

		if (t->used && t->protocol == protocol)
			return t->external;
	}
	return (struct endpoint){m->twin.pool[model_below(m, 2)],
				 (uint16_t)(m->twin.first + model_below(m, 6))};
}

/** random_packet() - the protocol and what belongs to it */
static struct twin_packet random_packet(struct model *m)
{
	static const uint8_t protocols[] = {17, 17, 6, 6, 1};
	static const uint8_t flags[] = {2, 2, 2, 16, 16, 18, 17, 4, 20, 24};

	return (struct twin_packet){
		.protocol = protocols[model_below(m, sizeof(protocols))],
		.flags = flags[model_below(m, sizeof(flags))],
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
	model_require(m, verdict != NAT_PASS, "passed");
	while (nat_output_get(m->nat, &output))
		;
	while (nat_event_get(m->nat, &event))
		;
	if (verdict == NAT_DROP) {
		m->dropped++;
		return false;
	}
	m->translated++;
	model_require(
		m,
		view_translated(before, bytes, len, side, false, false, why) &&
			(direction != NAT_OUTBOUND ||
			 view_public(bytes, len, why)),
		why);
	model_require(m, view_packet(bytes, len, after), "malformed");
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

void model_outbound(struct model *m)
{
	struct twin_packet p = random_packet(m);
	struct packet bytes;
	const char *wrong;
	struct view v = {.ip = NULL};
	bool sent;

	p.src = internal(m);
	p.dst = remote(m, p.protocol);
	bytes = bytes_of(&p);
	note(m, "out", &p);
	sent = send(m, &bytes, NAT_OUTBOUND, &v);
	wrong = twin_outbound(&m->twin, m->now.lapse, &p, sent, v.src);
	model_require(m, !wrong, wrong);
}

void model_inbound(struct model *m)
{
	struct twin_packet p = random_packet(m);
	struct packet bytes;
	const char *wrong;
	struct view v = {.ip = NULL};
	bool sent;

	p.reply = p.protocol == 1;
	p.src = remote(m, p.protocol);
	p.dst = external(m, p.protocol);
	bytes = bytes_of(&p);
	note(m, "in", &p);
	sent = send(m, &bytes, NAT_INBOUND, &v);
	wrong = twin_inbound(&m->twin, m->now.lapse, &p, sent, v.dst);
	model_require(m, !wrong, wrong);
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

void model_hairpin(struct model *m)
{
	struct twin_packet p = random_packet(m);
	struct packet bytes;
	const char *wrong;
	struct view v = {.ip = NULL};
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
	model_require(m, !wrong, wrong);
}

/** some_session() - one of the twin's sessions, or NULL */
static struct twin_session *some_session(struct model *m)
{
	unsigned n = model_below(m, TWIN_SESSIONS);

	for (unsigned i = 0; i < TWIN_SESSIONS; i++)
		if (m->twin.session[(n + i) % TWIN_SESSIONS].used)
			return &m->twin.session[(n + i) % TWIN_SESSIONS];
	return NULL;
}

void model_error(struct model *m)
{
	const struct twin_session *s = some_session(m);
	const struct twin_mapping *map;
	bool out = model_below(m, 2);
	static uint8_t about[PACKET_MAX];
	struct twin_packet p = {0};
	struct packet quoted, bytes;
	struct view v = {.ip = NULL};

	if (!s) {
		model_outbound(m);
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
				      8 + model_below(m, 20));
	model_require(m, send(m, &bytes, out ? NAT_OUTBOUND : NAT_INBOUND, &v),
		      "an error about a session was dropped");
	if (out)
		model_require(m, view_private(v.src.addr) == false, "source");
	else
		model_require(m, v.dst.addr == map->internal.addr,
			      "destination");
}
