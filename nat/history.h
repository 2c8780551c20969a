/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * history - how flows were kept alive, and what became of them
 *
 * Theory of operation. A *beat* is a packet that renewed a session's timer
 * after HISTORY_PAUSE of silence or more; packets in between cost nothing here.
 * Of each session that has paused at all, or that has lapsed, there is a record
 * in a bounded table beside the sessions: the longest gap, how many beats there
 * were and how many of them the timer did not need. When the session is gone
 * the record stays as a tombstone, so that a packet that comes for it can be
 * told how late it is, and the session that a client opens in its stead when.
 * The oldest tombstone makes room; a live session without a record loses its
 * history, which is counted, and nothing else.
 */
#ifndef NAT_HISTORY_H
#define NAT_HISTORY_H

#include "nat/engine.h"

/** HISTORY_PAUSE - silence, lapse ms, after which a packet is a beat */
#define HISTORY_PAUSE 1000

/** HISTORY_MAX - records, of live sessions and tombstones together */
#define HISTORY_MAX 16384

/** enum history_by - what records are looked up by, with the remote endpoint */
enum history_by {
	BY_INTERNAL, /* internal endpoint */
	BY_EXTERNAL, /* external endpoint */
	BY_CLIENT,   /* internal address */
	HISTORY_BY,
};

/**
 * struct history - what is remembered of one flow
 * @next:	hash chains, by enum history_by
 * @session:	index while it lives, else NAT_NONE
 * @created, @ended: lapse ms; 0: not ended
 * @last_beat:	lapse ms of the last refresh after a pause, or of its start
 * @needed:	lapse ms of the last beat that the timer needed
 * @longest:	longest gap between two refreshes that it survived, ms
 * @timer:	length of the idle timer it was under last, before it was closed
 * @late_at:	lapse ms of the first packet from inside after the end, or 0
 * @heir_at:	lapse ms at which the client opened the same again, or 0
 * @beat_len:	bytes of the last beat
 * @needless_bytes: of beats that were not needed
 * @lost_in:	packets from outside that came after the end
 */
struct history {
	uint32_t next[HISTORY_BY];
	uint32_t session;
	uint8_t protocol;
	uint8_t state;
	uint8_t reason;
	struct endpoint internal, external, remote;
	uint64_t created, ended;
	uint64_t last_beat, needed;
	uint64_t longest;
	uint64_t timer;
	uint64_t late_at, heir_at;
	uint64_t needless_bytes;
	uint32_t beats, needless;
	uint32_t beat_len;
	uint32_t late_packets, lost_in;
};

/** history_alloc() - take the memory; 0 or -ENOMEM */
int history_alloc(struct nat *nat);

/** history_free() - release it */
void history_free(struct nat *nat);

/**
 * history_beat() - @session's timer was renewed after a pause
 * @gap:	lapse ms since it was renewed before
 * @len:	bytes of the packet
 */
void history_beat(struct nat *nat, uint64_t now, struct session *session,
		  uint64_t gap, size_t len);

/** history_end() - @session is about to end */
void history_end(struct nat *nat, uint64_t now, const struct session *session,
		 enum nat_reason reason);

/** history_moved() - @session has another external endpoint than before */
void history_moved(struct nat *nat, const struct session *session);

/** history_heir() - a client opened @session: is it instead of a dead one? */
void history_heir(struct nat *nat, uint64_t now, const struct session *session);

/**
 * history_late_out() - a packet from inside belongs to no session
 *
 * Return: lapse ms since the end of the session it once belonged to, or
 * NAT_NEVER if none is remembered.
 */
uint64_t history_late_out(struct nat *nat, uint64_t now, uint8_t protocol,
			  struct endpoint internal, struct endpoint remote);

/** history_late_in() - the same for a packet from outside */
uint64_t history_late_in(struct nat *nat, uint64_t now, uint8_t protocol,
			 struct endpoint external, struct endpoint remote);

#endif /* NAT_HISTORY_H */
