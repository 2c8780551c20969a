/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay - the commands of a scenario, and its packets
 */
#include "tests/lib/replay.h"

#include <stdio.h>
#include <string.h>
#include "nat/report.h"
#include "tests/lib/view.h"

/** settle() - before a step: everything sent must have been expected */
static bool settle(struct replay *r)
{
	for (size_t i = 0; i < r->n_sent; i++)
		if (!r->sent[i].seen)
			return replay_fail(r, "a packet was sent before this, "
					      "and no line expects it");
	r->n_sent = 0;
	r->n_events = 0;
	return true;
}

/** name_of() - a verdict in words */
static const char *name_of(enum nat_verdict verdict)
{
	return verdict == NAT_DROP   ? "drop"
	       : verdict == NAT_PASS ? "pass"
				     : "translated";
}

/** outcome() - whether a counter tells of a way out of nat_handle() */
static bool outcome(size_t i)
{
	const char *name = nat_stat_names[i];
	size_t len = strlen(name);

	return !strncmp(name, "drop-", 5) || !strncmp(name, "passed-", 7) ||
	       i == NAT_FRAGMENTS_HELD ||
	       (len > 11 && !strcmp(name + len - 11, "-translated"));
}

/** counted() - the one counter of a way out that the packet moved, or NULL */
static const char *counted(struct replay *r)
{
	const uint64_t *now = nat_counters(r->nat);
	const char *which = NULL, *other = NULL;
	uint64_t sum = 0;

	for (size_t i = 0; i < NAT_STATS; i++) {
		if (!outcome(i) || now[i] == r->before[i])
			continue;
		/* Pieces of datagrams that waited may come on top. */
		if (i == NAT_FRAGMENTS_TRANSLATED ||
		    i == NAT_DROP_FRAGMENT_EARLY) {
			other = nat_stat_names[i];
			continue;
		}
		sum += now[i] - r->before[i];
		which = nat_stat_names[i];
	}
	if (sum == 1 || (!sum && other))
		return sum ? which : other;
	replay_fail(r, "counted %llu times, last as %s",
		    (unsigned long long)sum, which ? which : "nothing");
	return NULL;
}

/** ends() - `[A >] B` or `A` against a packet's ends */
static bool ends(struct replay *r, const struct view *v, enum view_side side)
{
	const char *first = replay_next(r), *second;

	if (!replay_take(r, ">"))
		return side == VIEW_SOURCE
			       ? replay_match(r, first, v->src, "source")
			       : replay_match(r, first, v->dst, "destination");
	second = replay_next(r);
	if (!second)
		return replay_fail(r, "expect translated A > B");
	return replay_match(r, first, v->src, "source") &&
	       replay_match(r, second, v->dst, "destination");
}

/** translated() - what follows `expect translated` */
static bool translated(struct replay *r, const struct nat_packet *p,
		       enum view_side side)
{
	struct view v, inner;

	if (!view_packet(p->bytes, p->len, &v))
		return replay_fail(r, "translated though malformed");
	if (r->at < r->n_words && strcmp(r->word[r->at], "about") != 0 &&
	    !ends(r, &v, side))
		return false;
	if (replay_take(r, "about")) {
		const char *a = replay_next(r), *b;

		if (!v.error || !view_inner(&v, &inner))
			return replay_fail(r, "it quotes nothing");
		if (!a || !replay_take(r, ">") || !(b = replay_next(r)))
			return replay_fail(r, "about A > B");
		if (!replay_match(r, a, inner.src, "inner source") ||
		    !replay_match(r, b, inner.dst, "inner destination"))
			return false;
	}
	return replay_done(r);
}

/** verdict_is() - compare the verdict with what the line expects */
static bool verdict_is(struct replay *r, const struct nat_packet *p,
		       enum view_side side, enum nat_verdict verdict)
{
	const char *count = counted(r), *want, *why;
	char name[64];

	if (!count)
		return false;
	if (!replay_take(r, "expect"))
		return replay_fail(r, "no 'expect' after the packet");
	want = replay_next(r);
	if (want && !strcmp(want, "any"))
		return true;
	if (want && !strcmp(want, "held") && !strcmp(count, "fragments-held"))
		return replay_done(r);
	if (!want || strcmp(want, name_of(verdict)) != 0)
		return replay_fail(r, "expected %s, got %s (%s)",
				   want ? want : "what?", name_of(verdict),
				   count);
	if (verdict == NAT_TRANSLATED)
		return translated(r, p, side);
	why = replay_next(r);
	snprintf(name, sizeof(name), "%s-%s",
		 verdict == NAT_DROP ? "drop" : "passed", why ? why : "?");
	if (strcmp(name, count) != 0)
		return replay_fail(r, "expected %s, got %s", name, count);
	return replay_done(r);
}

/** handle() - one packet through the engine; hairpinned ones go twice */
static enum nat_verdict handle(struct replay *r, struct nat_packet *p,
			       enum view_side *side)
{
	bool partial = p->partial;
	enum nat_verdict verdict = nat_handle(r->nat, r->now, p);

	if (p->direction != NAT_HAIRPIN || verdict != NAT_TRANSLATED ||
	    (p->mark & NAT_MARK_MASK) != NAT_MARK_HAIRPIN)
		return verdict;
	*side = VIEW_BOTH;
	p->direction = NAT_HAIRPIN_SOURCE;
	/* It comes back with its checksum complete. */
	p->partial = p->partial && p->gso;
	verdict = nat_handle(r->nat, r->now, p);
	p->partial = partial;
	return verdict;
}

/** unspoiled() - whether the bytes are as the verdict says they may be */
static bool unspoiled(struct replay *r, const struct nat_packet *p,
		      enum view_side side, enum nat_verdict verdict, bool out)
{
	bool segments = p->gso && p->bytes[9] == 17;
	char why[VIEW_WHY];

	if (verdict == NAT_PASS &&
	    memcmp(p->bytes, r->packet, r->packet_len) != 0)
		return replay_fail(r, "changed though passed");
	if (verdict != NAT_TRANSLATED)
		return true;
	if (!view_translated(r->packet, p->bytes, p->len, side, p->partial,
			     segments, why) ||
	    (out && !view_public(p->bytes, p->len, why)))
		return replay_fail(r, "%s", why);
	return true;
}

bool replay_packet(struct replay *r, const char *command)
{
	enum view_side side = *command == 'o' || *command == 'l'
				      ? VIEW_SOURCE
				      : VIEW_DESTINATION;
	uint8_t bytes[PACKET_MAX];
	struct nat_packet p = {
		.bytes = bytes,
		.direction = *command == 'o'   ? NAT_OUTBOUND
			     : *command == 'i' ? NAT_INBOUND
			     : *command == 'l' ? NAT_HOST_ERROR
					       : NAT_HAIRPIN,
	};
	enum nat_verdict verdict;

	if (!settle(r) || !replay_engine(r) ||
	    !replay_spec(r, &p, bytes, &p.len))
		return false;
	memcpy(r->packet, bytes, p.len);
	r->packet_len = p.len;
	memcpy(r->before, nat_counters(r->nat), sizeof(r->before));
	verdict = handle(r, &p, &side);
	return unspoiled(r, &p, side, verdict, *command == 'o') &&
	       verdict_is(r, &p, side, verdict) && replay_after(r);
}

/** pass_time() - `time D` and `real D` */
static bool pass_time(struct replay *r, uint64_t *clock)
{
	uint64_t ms;

	if (!replay_engine(r) || !settle(r) || !replay_duration(r, &ms))
		return false;
	*clock += ms;
	return replay_done(r);
}

/** expire() - end what is due, and see that nothing is left of it */
static bool expire(struct replay *r)
{
	if (!replay_engine(r) || !replay_done(r))
		return false;
	if (nat_expire(r->nat, r->now, UINT32_MAX))
		return replay_fail(r, "not done after everything expired");
	if (nat_next(r->nat) <= r->now.lapse)
		return replay_fail(r, "something is due still");
	return replay_after(r);
}

/** reserve() - `reserve PROTO A:P`, `unreserve PROTO A:P` */
static bool reserve(struct replay *r, bool on)
{
	int protocol = replay_protocol(replay_next(r));
	struct endpoint e;

	if (protocol < 0 || !replay_engine(r) ||
	    !replay_endpoint(r, replay_next(r), &e))
		return replay_fail(r, "reserve PROTO ENDPOINT");
	nat_port_reserve(r->nat, (uint8_t)protocol, e, on);
	return replay_after(r);
}

/** kill_all() - `kill`: end every session */
static bool kill_all(struct replay *r)
{
	struct nat_session_info info;
	uint32_t cursor = 0;

	if (!replay_engine(r) || !replay_done(r))
		return false;
	while (nat_session_next(r->nat, r->now, &cursor, &info))
		nat_session_end(r->nat, r->now, info.index, NAT_REASON_KILLED);
	return replay_after(r);
}

bool replay_line(struct replay *r)
{
	const char *command = replay_next(r);

	if (!strcmp(command, "out") || !strcmp(command, "in") ||
	    !strcmp(command, "hairpin") || !strcmp(command, "local"))
		return replay_packet(r, command);
	if (!strcmp(command, "expect"))
		return replay_expect(r);
	if (!strcmp(command, "time"))
		return pass_time(r, &r->now.lapse);
	if (!strcmp(command, "real"))
		return pass_time(r, &r->now.real);
	if (!strcmp(command, "expire"))
		return expire(r);
	if (!strcmp(command, "kill"))
		return kill_all(r);
	if (!strcmp(command, "reserve") || !strcmp(command, "unreserve"))
		return reserve(r, *command == 'r');
	if (!strcmp(command, "restart")) {
		bool ok = settle(r) && replay_done(r);

		replay_restart(r);
		return ok;
	}
	if (!strcmp(command, "set") || !strcmp(command, "settings") ||
	    !strcmp(command, "pool") || !strcmp(command, "own") ||
	    !strcmp(command, "seed"))
		return replay_setting(r, command);
	return replay_fail(r, "unknown command '%s'", command);
}
