/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history - records of live sessions, and tombstones
 */
#include "nat/history.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nat/timer.h"

/**
 * struct histories - the table
 * @of:		record of each session, or NAT_NONE
 * @place:	where to look for the next tombstone to give way
 */
struct histories {
	struct history *record;
	struct pool pool;
	struct hash by[HISTORY_BY];
	uint32_t *of;
	uint32_t place;
};

int history_alloc(struct nat *nat)
{
	struct histories *t = nat_calloc(nat, 1, sizeof(*t));
	size_t bytes = nat->max_sessions * sizeof(*t->of);

	nat->histories = t;
	if (!t)
		return -ENOMEM;
	t->record = nat_calloc(nat, HISTORY_MAX, sizeof(*t->record));
	t->of = nat_calloc(nat, nat->max_sessions, sizeof(*t->of));
	if (!t->record || !t->of || pool_alloc(&t->pool, HISTORY_MAX) < 0)
		return -ENOMEM;
	for (unsigned i = 0; i < HISTORY_BY; i++)
		if (hash_alloc(nat, &t->by[i], HISTORY_MAX) < 0)
			return -ENOMEM;
	memset(t->of, 0xff, bytes);
	return 0;
}

void history_free(struct nat *nat)
{
	struct histories *t = nat->histories;

	if (!t)
		return;
	free(t->record);
	free(t->of);
	pool_free(&t->pool);
	for (unsigned i = 0; i < HISTORY_BY; i++)
		free(t->by[i].head);
	free(t);
}

/** chain() - the chain of an end and a remote */
static uint32_t *chain(const struct nat *nat, enum history_by by,
		       uint8_t protocol, struct endpoint end,
		       struct endpoint remote)
{
	const struct hash *hash = &nat->histories->by[by];

	return &hash->head[hash_endpoints(nat, protocol, end, remote) &
			   hash->mask];
}

/** end_of() - the end of a record that a chain goes by */
static struct endpoint end_of(const struct history *h, enum history_by by)
{
	if (by == BY_CLIENT)
		return (struct endpoint){h->internal.addr, 0};
	return by == BY_INTERNAL ? h->internal : h->external;
}

/** link_record() - into one of the hashes, the newest first */
static void link_record(struct nat *nat, uint32_t index, enum history_by by)
{
	struct history *h = &nat->histories->record[index];
	uint32_t *head = chain(nat, by, h->protocol, end_of(h, by), h->remote);

	h->next[by] = *head;
	*head = index;
}

/** unlink_record() - undo link_record() */
static void unlink_record(struct nat *nat, uint32_t index, enum history_by by)
{
	struct history *record = nat->histories->record;
	struct history *h = &record[index];
	uint32_t *link = chain(nat, by, h->protocol, end_of(h, by), h->remote);

	while (*link != index)
		link = &record[*link].next[by];
	*link = h->next[by];
}

/** forget() - a record makes room */
static void forget(struct nat *nat, uint32_t index)
{
	for (unsigned by = 0; by < HISTORY_BY; by++)
		unlink_record(nat, index, by);
	pool_put(&nat->histories->pool, index);
}

/**
 * room() - an index for a new record, or NAT_NONE
 *
 * Records are handed out in turn, so the tombstone found first after the last
 * one that gave way is among the oldest.
 */
static uint32_t room(struct nat *nat)
{
	struct histories *t = nat->histories;
	uint32_t index = pool_get(&t->pool);

	for (uint32_t i = 0; index == POOL_NONE && i < HISTORY_MAX; i++) {
		uint32_t candidate = (t->place + i) % HISTORY_MAX;

		if (t->record[candidate].session != NAT_NONE)
			continue;
		t->place = candidate + 1;
		forget(nat, candidate);
		index = pool_get(&t->pool);
	}
	if (index == POOL_NONE)
		nat_count(nat, NAT_HISTORIES_LOST);
	return index;
}

/** record_of() - the record of a live session, made if need be; or NULL */
static struct history *record_of(struct nat *nat, const struct session *s)
{
	struct histories *t = nat->histories;
	uint32_t session = session_index(nat, s);
	uint32_t index = t->of[session];

	if (index != NAT_NONE)
		return &t->record[index];
	index = room(nat);
	if (index == NAT_NONE)
		return NULL;
	t->record[index] = (struct history){
		.session = session,
		.protocol = s->protocol,
		.internal = session_internal(s),
		.external = session_external(s),
		.remote = session_remote(s),
		.created = s->created,
		.last_beat = s->created,
		.needed = s->created,
	};
	for (unsigned by = 0; by < HISTORY_BY; by++)
		link_record(nat, index, by);
	t->of[session] = index;
	return &t->record[index];
}

/**
 * idle_timer() - of a session, that its beats are for
 *
 * Of a TCP connection that has been closed or reset it is the last one that it
 * had while it was open, for the settings may have changed.
 */
static uint64_t idle_timer(const struct nat *nat, const struct history *h,
			   const struct session *s)
{
	return h->timer && timer_is_over(s) ? h->timer : timer_open(nat, s);
}

void history_beat(struct nat *nat, uint64_t now, struct session *session,
		  uint64_t gap, size_t len)
{
	struct history *h = record_of(nat, session);

	if (!h)
		return;
	h->timer = idle_timer(nat, h, session);
	if (gap > h->longest)
		h->longest = gap;
	/* The beat before this one was needed if without it the time since
	 * the last needed one would have reached the timer. */
	if (h->timer != NAT_NEVER && now - h->needed >= h->timer) {
		h->needed = h->last_beat;
	} else if (h->beats) {
		h->needless++;
		h->needless_bytes += h->beat_len;
	}
	h->beats++;
	h->beat_len = (uint32_t)len;
	h->last_beat = now;
}

/** worth() - whether a session without any beat deserves a tombstone */
static bool worth(enum nat_reason reason)
{
	return reason == NAT_REASON_IDLE || reason == NAT_REASON_LIFETIME ||
	       reason == NAT_REASON_KILLED || reason == NAT_REASON_EVICTED ||
	       reason == NAT_REASON_ADDRESS_CHANGED ||
	       reason == NAT_REASON_FAULT;
}

void history_end(struct nat *nat, uint64_t now, const struct session *session,
		 enum nat_reason reason)
{
	struct histories *t = nat->histories;
	uint32_t index = session_index(nat, session);
	struct history *h;

	if (t->of[index] == NAT_NONE && !worth(reason))
		return;
	h = record_of(nat, session);
	if (!h)
		return;
	h->timer = idle_timer(nat, h, session);
	h->session = NAT_NONE;
	/* It ended when its time was over, however late that was noticed. */
	h->ended =
		reason == NAT_REASON_IDLE ? timer_deadline(nat, session) : now;
	h->reason = (uint8_t)reason;
	h->state = session->state;
	t->of[index] = NAT_NONE;
}

/** find() - the newest tombstone of an end and a remote, or NULL */
static struct history *find(struct nat *nat, enum history_by by,
			    uint8_t protocol, struct endpoint end,
			    struct endpoint remote)
{
	struct history *record = nat->histories->record;
	uint32_t i = *chain(nat, by, protocol, end, remote);

	for (; i != NAT_NONE; i = record[i].next[by])
		if (record[i].session == NAT_NONE &&
		    record[i].protocol == protocol &&
		    endpoint_equal(end_of(&record[i], by), end) &&
		    endpoint_equal(record[i].remote, remote))
			return &record[i];
	return NULL;
}

void history_moved(struct nat *nat, const struct session *session)
{
	uint32_t index = nat->histories->of[session_index(nat, session)];

	if (index == NAT_NONE)
		return;
	unlink_record(nat, index, BY_EXTERNAL);
	nat->histories->record[index].external = session_external(session);
	link_record(nat, index, BY_EXTERNAL);
}

void history_heir(struct nat *nat, uint64_t now, const struct session *session)
{
	/* A new connection has another port as a rule, so: whoever of the same
	 * host talked to the same remote. */
	struct endpoint client = {session->internal_addr, 0};
	struct history *h = find(nat, BY_CLIENT, session->protocol, client,
				 session_remote(session));

	if (h && !h->heir_at)
		h->heir_at = now;
}

uint64_t history_late_out(struct nat *nat, uint64_t now, uint8_t protocol,
			  struct endpoint internal, struct endpoint remote)
{
	struct history *h = find(nat, BY_INTERNAL, protocol, internal, remote);

	if (!h)
		return NAT_NEVER;
	h->late_packets++;
	if (!h->late_at)
		h->late_at = now;
	return now - h->ended;
}

uint64_t history_late_in(struct nat *nat, uint64_t now, uint8_t protocol,
			 struct endpoint external, struct endpoint remote)
{
	struct history *h = find(nat, BY_EXTERNAL, protocol, external, remote);

	if (!h)
		return NAT_NEVER;
	h->lost_in++;
	return now - h->ended;
}

/** describe() - a record's report */
static void describe(const struct nat *nat, uint64_t now,
		     const struct history *h, struct nat_history_info *info)
{
	const struct session *s =
		h->session == NAT_NONE ? NULL : &nat->sessions[h->session];

	*info = (struct nat_history_info){
		.protocol = h->protocol,
		.internal = h->internal,
		.external = h->external,
		.remote = h->remote,
		.alive = s != NULL,
		.state = s ? s->state : h->state,
		.reason = h->reason,
		.created = h->created,
		.ended = h->ended,
		.timer = s ? idle_timer(nat, h, s) : h->timer,
		.longest_gap = h->longest,
		.silent = s ? now - s->last_seen : 0,
		.beats = h->beats,
		.needless = h->needless,
		.needless_bytes = h->needless_bytes,
		.late = h->late_at ? h->late_at - h->ended : NAT_NEVER,
		.late_packets = h->late_packets,
		.lost_in = h->lost_in,
		.reconnected = h->heir_at ? h->heir_at - h->ended : NAT_NEVER,
	};
}

bool nat_history_has(const struct nat *nat, uint32_t index)
{
	return nat->histories->of[index] != NAT_NONE;
}

bool nat_history_next(const struct nat *nat, struct nat_now now,
		      uint32_t *cursor, struct nat_history_info *info)
{
	const struct histories *t = nat->histories;

	while (*cursor < t->pool.fresh) {
		uint32_t i = (*cursor)++;

		if (!pool_used(&t->pool, i))
			continue;
		describe(nat, now.lapse, &t->record[i], info);
		return true;
	}
	return false;
}
