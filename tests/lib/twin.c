/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * twin - a naive NAT: sessions, mappings, time
 */
#include "tests/lib/twin.h"

#include "tests/lib/twin_port.h"

/** timer_of() - which timer a session is under */
static enum nat_timer timer_of(const struct twin *t,
			       const struct twin_session *s)
{
	uint8_t protocol = t->mapping[s->mapping].protocol;

	if (protocol == 1)
		return NAT_TIMER_ICMP;
	if (protocol == 17)
		return s->out && s->in ? NAT_TIMER_UDP : NAT_TIMER_UDP_INITIAL;
	switch (s->state) {
	case TWIN_ESTABLISHED:
	case TWIN_FIN_OUT:
	case TWIN_FIN_IN:
		return NAT_TIMER_TCP_IDLE;
	case TWIN_FIN_BOTH:
		return NAT_TIMER_TCP_TRANS_CLOSE;
	case TWIN_TRANS:
		return NAT_TIMER_TCP_RST;
	case TWIN_NONE:
	case TWIN_INIT_OUT:
	case TWIN_INIT_IN:
		break;
	}
	return NAT_TIMER_TCP_TRANS_OPEN;
}

/** deadline() - when a session has lapsed */
static uint64_t deadline(const struct twin *t, const struct twin_session *s)
{
	return s->last_seen + s->rules.timer[timer_of(t, s)];
}

uint64_t twin_left(const struct twin *t, const struct twin_session *s,
		   uint64_t now)
{
	return deadline(t, s) - now;
}

/** sweep() - mappings without a keeper go, with all their sessions */
static void sweep(struct twin *t, uint64_t now)
{
	for (unsigned m = 0; m < TWIN_MAPPINGS; m++) {
		bool kept = !t->mapping[m].used;

		for (unsigned i = 0; i < TWIN_SESSIONS; i++)
			kept |= t->session[i].used &&
				t->session[i].mapping == m &&
				t->session[i].keeper;
		if (kept)
			continue;
		for (unsigned i = 0; i < TWIN_SESSIONS; i++)
			if (t->session[i].mapping == m)
				t->session[i].used = false;
		t->mapping[m].used = false;
		twin_port_freed(t, now, &t->mapping[m]);
	}
}

void twin_age(struct twin *t, uint64_t now)
{
	for (unsigned i = 0; i < TWIN_HELD; i++)
		if (t->held[i].used && t->held[i].until <= now)
			t->held[i].used = false;
	for (unsigned i = 0; i < TWIN_SESSIONS; i++)
		if (t->session[i].used && deadline(t, &t->session[i]) <= now)
			t->session[i].used = false;
	sweep(t, now);
}

void twin_end(struct twin *t, uint64_t now, struct twin_session *s)
{
	s->used = false;
	sweep(t, now);
}

void twin_pool(struct twin *t, const uint32_t *pool, size_t n_pool)
{
	t->pool = pool;
	t->n_pool = n_pool;
	for (unsigned m = 0; m < TWIN_MAPPINGS; m++) {
		if (!t->mapping[m].used ||
		    twin_port_in_pool(t, t->mapping[m].external.addr))
			continue;
		for (unsigned i = 0; i < TWIN_SESSIONS; i++)
			if (t->session[i].mapping == m)
				t->session[i].used = false;
		t->mapping[m].used = false;
	}
	twin_port_pool(t);
}

uint32_t twin_count(const struct twin *t)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < TWIN_SESSIONS; i++)
		n += t->session[i].used;
	return n;
}

uint32_t twin_mappings(const struct twin *t)
{
	uint32_t n = 0;

	for (unsigned i = 0; i < TWIN_MAPPINGS; i++)
		n += t->mapping[i].used;
	return n;
}

struct twin_session *twin_session_of(struct twin *t, uint8_t protocol,
				     struct endpoint internal,
				     struct endpoint remote)
{
	struct twin_session *oldest = NULL;

	for (unsigned i = 0; i < TWIN_SESSIONS; i++) {
		struct twin_session *s = &t->session[i];
		const struct twin_mapping *m = &t->mapping[s->mapping];

		if (s->used && m->protocol == protocol &&
		    endpoint_equal(m->internal, internal) &&
		    endpoint_equal(s->remote, remote) &&
		    (!oldest || s->order < oldest->order))
			oldest = s;
	}
	return oldest;
}

/** session_in() - the session of an external with a remote endpoint */
static struct twin_session *session_in(struct twin *t, uint8_t protocol,
				       struct endpoint external,
				       struct endpoint remote)
{
	for (unsigned i = 0; i < TWIN_SESSIONS; i++) {
		struct twin_session *s = &t->session[i];
		const struct twin_mapping *m = &t->mapping[s->mapping];

		if (s->used && m->protocol == protocol &&
		    endpoint_equal(m->external, external) &&
		    endpoint_equal(s->remote, remote))
			return s;
	}
	return NULL;
}

/** add_session() - make one; never fails, the caller has counted */
static struct twin_session *add_session(struct twin *t, uint64_t now,
					unsigned mapping,
					struct endpoint remote, bool keeper)
{
	unsigned i = 0;

	while (t->session[i].used)
		i++;
	t->session[i] = (struct twin_session){
		.used = true,
		.mapping = mapping,
		.remote = remote,
		.last_seen = now,
		.keeper = keeper,
		.order = ++t->order,
		.rules = t->rules,
	};
	return &t->session[i];
}

/** opens() - whether a packet may open a session */
static bool opens(const struct twin_packet *p)
{
	if (p->protocol == 6)
		return (p->flags & 0x12) == 2;
	return !p->reply;
}

/** next_state() - RFC 6146 section 3.5.2.2, and SYNs that open anew */
static enum twin_state next_state(enum twin_state s, uint8_t flags, bool out)
{
	bool syn = flags & 2, fin = flags & 1;
	enum twin_state init = out ? TWIN_INIT_OUT : TWIN_INIT_IN;

	if (flags & 4)
		return TWIN_TRANS;
	if (s == TWIN_NONE)
		return init;
	if ((s == TWIN_INIT_OUT && !out && syn) ||
	    (s == TWIN_INIT_IN && out && syn))
		return TWIN_ESTABLISHED;
	if (s == TWIN_ESTABLISHED && fin)
		return out ? TWIN_FIN_OUT : TWIN_FIN_IN;
	if ((s == TWIN_FIN_OUT && !out && fin) ||
	    (s == TWIN_FIN_IN && out && fin))
		return TWIN_FIN_BOTH;
	if ((s == TWIN_FIN_BOTH || s == TWIN_TRANS) && syn)
		return init;
	if (s == TWIN_TRANS)
		return TWIN_ESTABLISHED;
	return s;
}

/** spoke() - a packet went through a session */
static void spoke(const struct twin *t, uint64_t now, struct twin_session *s,
		  const struct twin_packet *p, bool out)
{
	enum nat_refresh refresh = s->rules.refresh;
	enum twin_state before = s->state;
	bool tcp = t->mapping[s->mapping].protocol == 6;
	bool rst = tcp && (p->flags & 4);

	if (out)
		s->out = true;
	else
		s->in = true;
	if (tcp)
		s->state = next_state(s->state, p->flags, out);
	if (out && !rst)
		s->keeper = true;
	if (s->state != before ||
	    (!rst &&
	     (refresh == NAT_REFRESH_BOTH ||
	      refresh == (out ? NAT_REFRESH_OUTBOUND : NAT_REFRESH_INBOUND))))
		s->last_seen = now;
}

/**
 * open_outbound() - the session of a packet to the outside, found or made
 * @source:	external endpoint that the engine has for it, or zeros: refused
 */
static const char *open_outbound(struct twin *t, uint64_t now,
				 const struct twin_packet *p,
				 struct endpoint source,
				 struct twin_session **session)
{
	struct twin_session *s =
		twin_session_of(t, p->protocol, p->src, p->dst);
	bool sent = source.addr != 0;
	int m;

	*session = s;
	if (s) {
		if (!sent)
			return "dropped though there is a session";
		return endpoint_equal(source, t->mapping[s->mapping].external)
			       ? NULL
			       : "not the session's external endpoint";
	}
	if (!opens(p))
		return sent ? "opened by what may not" : NULL;
	m = twin_port_mapping(t, p->protocol, p->src, p->dst);
	if (twin_count(t) == t->max_sessions)
		return sent ? "more sessions than there may be" : NULL;
	if (!sent)
		return m < 0 ? twin_port_none(t, p) : "refused without reason";
	if (m >= 0 && !endpoint_equal(source, t->mapping[m].external))
		return "not the mapping's external endpoint";
	if (m < 0) {
		const char *wrong = twin_port_made(t, p, source, &m);

		if (wrong)
			return wrong;
	}
	*session = add_session(t, now, (unsigned)m, p->dst, true);
	return NULL;
}

const char *twin_outbound(struct twin *t, uint64_t now,
			  const struct twin_packet *p, bool sent,
			  struct endpoint source)
{
	struct endpoint none = {0, 0};
	struct twin_session *s;
	const char *wrong;

	wrong = open_outbound(t, now, p, sent ? source : none, &s);
	if (!wrong && s)
		spoke(t, now, s, p, true);
	return wrong;
}

/** open_inbound() - the session of a packet from outside, found or made */
static const char *open_inbound(struct twin *t, uint64_t now,
				const struct twin_packet *p, bool sent,
				struct endpoint destination,
				struct twin_session **session)
{
	struct twin_session *s = session_in(t, p->protocol, p->dst, p->src);
	enum nat_refresh refresh = t->rules.refresh;
	int m;

	*session = s;
	if (!s) {
		m = twin_port_permits(t, p);
		if (m < 0 || !opens(p) || twin_count(t) == t->max_sessions)
			return sent ? "came in though it may not" : NULL;
		if (!sent)
			return "kept out though it may come in";
		s = add_session(t, now, (unsigned)m, p->src,
				refresh == NAT_REFRESH_INBOUND ||
					refresh == NAT_REFRESH_BOTH);
		*session = s;
	}
	if (!sent)
		return "dropped though there is a session";
	return endpoint_equal(destination, t->mapping[s->mapping].internal)
		       ? NULL
		       : "to another than its owner";
}

const char *twin_inbound(struct twin *t, uint64_t now,
			 const struct twin_packet *p, bool sent,
			 struct endpoint destination)
{
	struct twin_session *s;
	const char *wrong = open_inbound(t, now, p, sent, destination, &s);

	if (!wrong && s)
		spoke(t, now, s, p, false);
	return wrong;
}

const char *twin_hairpin(struct twin *t, uint64_t now,
			 const struct twin_packet *p, bool sent,
			 struct endpoint made, struct endpoint destination)
{
	struct twin_packet second = *p;
	struct twin_session *from, *to;
	const char *wrong;

	if (!twin_port_taken(t, p->protocol, p->dst))
		return sent ? "hairpinned to nobody" : NULL;
	wrong = open_outbound(t, now, p, made, &from);
	if (wrong || !from)
		return wrong ? wrong : sent ? "sent by nobody" : NULL;
	second.src = made;
	wrong = open_inbound(t, now, &second, sent, destination, &to);
	if (wrong || !to)
		return wrong;
	spoke(t, now, from, p, true);
	spoke(t, now, to, p, false);
	return NULL;
}
