/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - the NAT's tables as others see them: its sessions, mappings, flows'
 * histories and subscribers, one at a time
 */
#ifndef NAT_REPORT_H
#define NAT_REPORT_H

#include "nat/events.h"

/* A session's state: TCP by RFC 7857 section 2, else who has spoken. */
#define NAT_STATE_LIST(X)                           \
	X(NAT_STATE_INITIAL, "initial")             \
	X(NAT_STATE_ACTIVE, "active")               \
	X(NAT_STATE_TCP_INIT_OUT, "syn-sent")       \
	X(NAT_STATE_TCP_INIT_IN, "syn-received")    \
	X(NAT_STATE_TCP_ESTABLISHED, "established") \
	X(NAT_STATE_TCP_FIN_OUT, "fin-outbound")    \
	X(NAT_STATE_TCP_FIN_IN, "fin-inbound")      \
	X(NAT_STATE_TCP_FIN_BOTH, "fin-both")       \
	X(NAT_STATE_TCP_TRANS, "reset")

enum nat_state { NAT_STATE_LIST(NAT_ENUM_ENTRY) };
extern const char *const nat_state_names[];

/**
 * struct nat_session_info - a session, as a report shows it
 *
 * Times in ms of the lapse clock; expires_in NAT_NEVER where it never lapses.
 * @idle_timer: length of its timer, of TCP while it is, or was, open; likewise
 */
struct nat_session_info {
	uint32_t index;
	uint8_t protocol;
	struct endpoint internal, external, remote;
	enum nat_state state;
	enum nat_timer timer; /* the timer that it is under */
	const char *client;   /* of its policy, or NULL; the engine's */
	const char *profile;  /* likewise */
	uint64_t bytes_out, bytes_in, packets_out, packets_in;
	uint64_t age, idle, expires_in, idle_timer;
};

/**
 * struct nat_mapping_info - a mapping, as a report shows it
 * @remote:	what an ADM or APDM mapping depends on, else zeros
 * @fixed:	a static forward
 */
struct nat_mapping_info {
	uint32_t index;
	uint8_t protocol;
	struct endpoint internal, external, remote;
	uint32_t sessions;
	bool fixed;
	uint64_t expires_in;
};

/**
 * nat_session_next() - walk over the sessions, in pages if need be
 * @nat:	engine
 * @now:	the time: overdue sessions are not shown
 * @cursor:	0 to begin with; where to go on, kept by the caller. Sessions
 *		made or ended between two calls may or may not be seen, the
 *		others are seen exactly once.
 * @info:	filled in
 *
 * Return: false when there are no more.
 */
bool nat_session_next(const struct nat *nat, struct nat_now now,
		      uint32_t *cursor, struct nat_session_info *info);

/** nat_mapping_next() - the same for mappings */
bool nat_mapping_next(const struct nat *nat, struct nat_now now,
		      uint32_t *cursor, struct nat_mapping_info *info);

/**
 * struct nat_history_info - how a flow was kept alive, and what became of it
 *
 * Of flows that paused for a second at least, alive or for a while after their
 * end. Times in ms of the lapse clock.
 *
 * @alive:	it still has its session
 * @reason:	why it ended
 * @created, @ended: when
 * @timer:	its idle timer, as last seen, or NAT_NEVER
 * @longest_gap: between two packets that renewed the timer
 * @silent:	since the last one, while it lives
 * @beats:	packets that renewed the timer after a pause
 * @needless:	those of them that it would have lived without
 * @needless_bytes: and what they cost
 * @late:	from the end to the next packet from inside, or NAT_NEVER
 * @late_packets: how many of these there were
 * @lost_in:	packets from outside after the end
 * @reconnected: from the end until the client opened the same again, or NEVER
 */
struct nat_history_info {
	uint8_t protocol;
	struct endpoint internal, external, remote;
	bool alive;
	enum nat_state state;
	enum nat_reason reason;
	uint64_t created, ended;
	uint64_t timer;
	uint64_t longest_gap;
	uint64_t silent;
	uint32_t beats, needless;
	uint64_t needless_bytes;
	uint64_t late;
	uint32_t late_packets, lost_in;
	uint64_t reconnected;
};

/** nat_history_has() - whether the session of that index is among them */
bool nat_history_has(const struct nat *nat, uint32_t index);

/** nat_history_next() - walk over them, as nat_session_next() does */
bool nat_history_next(const struct nat *nat, struct nat_now now,
		      uint32_t *cursor, struct nat_history_info *info);

/**
 * struct nat_subscriber_info - an internal address and what it has
 * @addr:	host order
 * @client:	of the policy it is under by its address, or NULL; the engine's
 * @profile:	likewise
 * @external:	its paired external address, or 0
 * @ports_tcp, @ports_udp, @ports_icmp: external ports it holds
 * @bytes_out, @bytes_in, @packets_out, @packets_in: since it has had a mapping
 *		without a break, sessions that have ended included
 * @drops_out, @drops_in: packets from it, and for it, that were dropped in the
 *		same time; inbound ones where it was known who they were for
 */
struct nat_subscriber_info {
	uint32_t addr;
	const char *client;
	const char *profile;
	uint32_t external;
	uint32_t sessions, mappings, blocks;
	uint32_t ports_tcp, ports_udp, ports_icmp;
	uint64_t bytes_out, bytes_in, packets_out, packets_in;
	uint64_t drops_out, drops_in;
};

/**
 * nat_subscriber_next() - walk over them, as nat_session_next() does
 * @mac_of:	the Ethernet address of an internal one, or NULL if it is not
 *		known: clients known by their MAC go by it; may be NULL
 * @arg:	for @mac_of
 *
 * *@cursor - 1 is then its place.
 */
bool nat_subscriber_next(const struct nat *nat, uint32_t *cursor,
			 const uint8_t *(*mac_of)(uint32_t addr, void *arg),
			 void *arg, struct nat_subscriber_info *info);

/**
 * nat_session_end() - end one session now
 * @index:	from a struct nat_session_info of this very moment
 * @reason:	what the event says
 *
 * As at an expiry, the mapping goes with its last session.
 */
void nat_session_end(struct nat *nat, struct nat_now now, uint32_t index,
		     enum nat_reason reason);

#endif /* NAT_REPORT_H */
