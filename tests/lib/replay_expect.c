/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_expect - what a scenario expects besides a packet's own fate
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/wire.h"
#include "nat/report.h"
#include "tests/lib/replay.h"
#include "tests/lib/view.h"

/** word_of() - index of a word in a list that ends with NULL, or -1 */
static int word_of(const char *const *names, const char *word)
{
	for (int i = 0; word && names[i]; i++)
		if (!strcmp(names[i], word))
			return i;
	return -1;
}

/** both_ends() - `A > B` against a packet's ends */
static bool both_ends(struct replay *r, const struct view *v)
{
	const char *a = replay_next(r), *b;

	if (!a || !replay_take(r, ">") || !(b = replay_next(r)))
		return replay_fail(r, "A > B");
	return replay_match(r, a, v->src, "source") &&
	       replay_match(r, b, v->dst, "destination");
}

/** sent_rst() - `rst A > B seq N [ack N]` */
static bool sent_rst(struct replay *r, const struct view *v)
{
	const uint8_t *t = v->ip + v->transport;
	uint64_t seq, ack = 0;
	uint8_t flags = 4;

	if (v->protocol != 6)
		return replay_fail(r, "expected a RST, protocol %u was sent",
				   v->protocol);
	if (!both_ends(r, v) || !replay_take(r, "seq") ||
	    !replay_number(r, UINT32_MAX, &seq))
		return replay_fail(r, "rst A > B seq N [ack N]");
	if (replay_take(r, "ack")) {
		flags = 4 | 16;
		if (!replay_number(r, UINT32_MAX, &ack))
			return false;
	}
	if (t[13] != flags || wire_get32(t + 4) != seq ||
	    wire_get32(t + 8) != ack)
		return replay_fail(r, "sent: flags %02x seq %u ack %u", t[13],
				   wire_get32(t + 4), wire_get32(t + 8));
	return replay_done(r);
}

/** sent_icmp() - `icmp T/C A > B`; it must quote the last packet */
static bool sent_icmp(struct replay *r, const struct view *v)
{
	const uint8_t *t = v->ip + v->transport;
	const char *want = replay_next(r);
	char kind[16] = "";
	size_t quoted;

	if (v->protocol == 1)
		snprintf(kind, sizeof(kind), "%u/%u", t[0], t[1]);
	if (!want || strcmp(kind, want) != 0)
		return replay_fail(r, "expected ICMP %s, sent was %s",
				   want ? want : "?", *kind ? kind : "no ICMP");
	if (!both_ends(r, v))
		return false;
	quoted = v->len - v->transport - 8;
	/* RFC 792: the header and 64 bits at least. */
	if (quoted < 28 || quoted > r->packet_len ||
	    memcmp(t + 8, r->packet, quoted) != 0)
		return replay_fail(r, "it does not quote the packet as its "
				      "sender sent it");
	return replay_done(r);
}

/** sent_fragment() - `fragment A > B offset N`: a piece that waited */
static bool sent_fragment(struct replay *r, const struct view *v)
{
	uint64_t offset;
	unsigned got = (wire_get16(v->ip + 6) & 0x1fffu) * 8;

	if (!both_ends(r, v) || !replay_take(r, "offset") ||
	    !replay_number(r, 65535, &offset))
		return replay_fail(r, "sent fragment A > B offset N");
	if (got != offset)
		return replay_fail(r, "the offset is %u", got);
	return replay_done(r);
}

/** sent() - `sent none`, `sent any`, `sent rst …`, `sent icmp …` */
static bool sent(struct replay *r)
{
	struct replay_sent *s = NULL;
	struct view v;

	for (size_t i = 0; i < r->n_sent && !s; i++)
		if (!r->sent[i].seen)
			s = &r->sent[i];
	if (replay_take(r, "none"))
		return (!s || replay_fail(r, "a packet was sent")) &&
		       replay_done(r);
	if (!s)
		return replay_fail(r, "nothing was sent");
	s->seen = true;
	if (replay_take(r, "any"))
		return replay_done(r);
	if (!view_packet(s->bytes, s->len, &v))
		return replay_fail(r, "malformed");
	if (replay_take(r, "rst"))
		return sent_rst(r, &v);
	if (replay_take(r, "fragment"))
		return sent_fragment(r, &v);
	return replay_take(r, "icmp")
		       ? sent_icmp(r, &v)
		       : replay_fail(r, "sent rst|icmp|fragment|none");
}

/** event_ends() - `internal P`, `external P`, `remote P` of an event */
static bool event_ends(struct replay *r, const struct nat_event *e)
{
	const char *pattern;

	for (;;) {
		const struct endpoint *end = NULL;
		const char *name = NULL;

		if (replay_take(r, "internal")) {
			name = "internal";
			end = &e->internal;
		} else if (replay_take(r, "external")) {
			name = "external";
			end = &e->external;
		} else if (replay_take(r, "remote")) {
			name = "remote";
			end = &e->remote;
		}
		if (!end)
			return replay_done(r);
		pattern = replay_next(r);
		if (!pattern || !replay_match(r, pattern, *end, name))
			return replay_fail(r, "%s ENDPOINT", name);
	}
}

/** event() - `event TYPE [REASON] …`, and with @no that there is none */
static bool event(struct replay *r, bool no)
{
	int type = word_of(nat_event_names, replay_next(r)), reason;
	const char *got = NULL;

	if (type < 0)
		return replay_fail(r, "unknown event '%s'", r->word[r->at - 1]);
	reason = r->at < r->n_words ? word_of(nat_reason_names, r->word[r->at])
				    : -1;
	r->at += reason >= 0;
	for (size_t i = 0; i < r->n_events; i++) {
		struct replay_event *e = &r->events[i];

		if (e->seen || (int)e->event.type != type)
			continue;
		got = nat_reason_names[e->event.reason];
		if (reason >= 0 && (int)e->event.reason != reason)
			continue;
		e->seen = true;
		if (no)
			return replay_fail(r, "there was one, reason '%s'",
					   got);
		return event_ends(r, &e->event);
	}
	if (no)
		return replay_done(r);
	return replay_fail(r, "no such event%s%s", got ? ", but reason " : "",
			   got ? got : "");
}

/** number_is() - the next word is this number */
static bool number_is(struct replay *r, uint64_t got)
{
	uint64_t want;

	if (!replay_number(r, UINT64_MAX, &want) || !replay_done(r))
		return false;
	return want == got ||
	       replay_fail(r, "expected %llu, got %llu",
			   (unsigned long long)want, (unsigned long long)got);
}

/** counter() - `counter NAME N`, since the engine was made */
static bool counter(struct replay *r)
{
	int i = word_of(nat_stat_names, replay_next(r));

	if (i < 0)
		return replay_fail(r, "unknown counter");
	return number_is(r, nat_counters(r->nat)[i]);
}

/** gauge() - `sessions N` and so on */
static bool gauge(struct replay *r, const char *what)
{
	struct nat_session_info one;
	struct nat_mapping_info mapping;
	struct nat_gauges gauges;
	uint32_t cursor = 0;
	uint64_t n = 0;

	nat_gauges(r->nat, &gauges);
	/* What is overdue does not count, though it may not be gone yet. */
	if (!strcmp(what, "sessions"))
		for (; nat_session_next(r->nat, r->now, &cursor, &one);)
			n++;
	else if (!strcmp(what, "mappings"))
		for (; nat_mapping_next(r->nat, r->now, &cursor, &mapping);)
			n++;
	else
		n = *what == 's' ? gauges.subscribers : gauges.held_ports;
	return number_is(r, n);
}

/** session() - the session `PROTO A > B` names, or the only one */
static bool session(struct replay *r, struct nat_session_info *found)
{
	struct endpoint internal = {0, 0}, remote = {0, 0};
	bool named = r->at < r->n_words;
	struct nat_session_info info;
	int protocol = -1, n = 0;
	uint32_t cursor = 0;

	if (named) {
		protocol = replay_protocol(replay_next(r));
		if (protocol < 0 ||
		    !replay_endpoint(r, replay_next(r), &internal) ||
		    !replay_take(r, ">") ||
		    !replay_endpoint(r, replay_next(r), &remote))
			return replay_fail(r, "PROTO INTERNAL > REMOTE");
	}
	while (nat_session_next(r->nat, r->now, &cursor, &info)) {
		if (named && (info.protocol != protocol ||
			      !endpoint_equal(info.internal, internal) ||
			      !endpoint_equal(info.remote, remote)))
			continue;
		*found = info;
		n++;
	}
	if (n != 1)
		return replay_fail(r, "%d sessions, not one", n);
	return replay_done(r);
}

/** lasts() - `expires-in D|never [SESSION]` and `within LOW HIGH [SESSION]` */
static bool lasts(struct replay *r, bool range)
{
	struct nat_session_info info = {.index = 0};
	uint64_t low, high;

	if (!replay_duration(r, &low))
		return false;
	high = low;
	if ((range && !replay_duration(r, &high)) || !session(r, &info))
		return false;
	if (info.expires_in >= low && info.expires_in <= high)
		return true;
	return replay_fail(r, "it expires in %llu ms",
			   (unsigned long long)info.expires_in);
}

/** state() - `state NAME [SESSION]` */
static bool state(struct replay *r)
{
	const char *want = replay_next(r);
	struct nat_session_info info = {.index = 0};

	if (!want || !session(r, &info))
		return false;
	if (!strcmp(want, nat_state_names[info.state]))
		return true;
	return replay_fail(r, "expected state %s, it is %s", want,
			   nat_state_names[info.state]);
}

bool replay_expect(struct replay *r)
{
	const char *what = replay_next(r);
	struct endpoint e;

	if (!what || !replay_engine(r))
		return replay_fail(r, "expect what?");
	if (*what == '$') {
		const char *pattern = replay_next(r);

		return replay_endpoint(r, what, &e) && pattern &&
		       replay_match(r, pattern, e, what) && replay_done(r);
	}
	if (!strcmp(what, "sent"))
		return sent(r);
	if (!strcmp(what, "event"))
		return event(r, false);
	if (!strcmp(what, "no") && replay_take(r, "event"))
		return event(r, true);
	if (!strcmp(what, "counter"))
		return counter(r);
	if (!strcmp(what, "sessions") || !strcmp(what, "mappings") ||
	    !strcmp(what, "subscribers") || !strcmp(what, "held"))
		return gauge(r, what);
	if (!strcmp(what, "expires-in"))
		return lasts(r, false);
	if (!strcmp(what, "expires-within"))
		return lasts(r, true);
	if (!strcmp(what, "state"))
		return state(r);
	return replay_fail(r, "expect '%s'?", what);
}
