/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * twin - a naive NAT: what the RFCs say, with linear lists and no optimisation
 *
 * Written from RFC 4787, 5382, 5508, 6146, 6888 and 7857, not from nat/. It is
 * told of each packet and of what the engine made of it, and says whether a NAT
 * may do that. It does not choose ports; it judges the choice.
 */
#ifndef TESTS_LIB_TWIN_H
#define TESTS_LIB_TWIN_H

#include "nat/settings.h"

#define TWIN_MAPPINGS 256
#define TWIN_SESSIONS 256
#define TWIN_HELD     256
#define TWIN_HOSTS    8

/** enum twin_state - RFC 6146 section 3.5.2, for all that is no TCP: NONE */
enum twin_state {
	TWIN_NONE,
	TWIN_INIT_OUT,
	TWIN_INIT_IN,
	TWIN_ESTABLISHED,
	TWIN_FIN_OUT,
	TWIN_FIN_IN,
	TWIN_FIN_BOTH,
	TWIN_TRANS
};

/** struct twin_rules - the settings that matter here */
struct twin_rules {
	enum nat_mapping_behaviour mapping;
	enum nat_filtering filtering;
	enum nat_refresh refresh;
	uint64_t timer[NAT_TIMERS];
};

/**
 * struct twin_mapping - internal <-> external endpoint
 * @depends:	what of the remote endpoint it depends on besides
 * @filtering:	in force when it was made
 * @order:	of making
 */
struct twin_mapping {
	bool used;
	uint8_t protocol;
	struct endpoint internal, external, depends;
	enum nat_filtering filtering;
	uint64_t hold;
	uint64_t order;
};

/**
 * struct twin_session - mapping x remote endpoint
 * @keeper:	keeps its mapping alive, and its remote's permission
 * @out, @in:	who has spoken
 * @order:	of making, the older one first
 */
struct twin_session {
	bool used;
	unsigned mapping;
	struct endpoint remote;
	uint64_t last_seen;
	enum twin_state state;
	bool keeper, out, in;
	uint64_t order;
	struct twin_rules rules;
};

/** struct twin_held - an external endpoint that rests */
struct twin_held {
	bool used;
	uint8_t protocol;
	struct endpoint external;
	uint64_t until;
};

/** struct twin_host - an internal host's paired address, 0: none yet */
struct twin_host {
	uint32_t internal, external;
};

struct twin {
	struct twin_rules rules;
	const uint32_t *pool; /* the caller's */
	size_t n_pool;
	uint16_t first, last;
	uint32_t max_sessions;
	struct twin_mapping mapping[TWIN_MAPPINGS];
	struct twin_session session[TWIN_SESSIONS];
	struct twin_held held[TWIN_HELD];
	struct twin_host host[TWIN_HOSTS];
	uint64_t order;
};

/**
 * struct twin_packet - a packet as the twin sees it
 * @src, @dst:	an ICMP query's identifier is its source's port, a reply's its
 *		destination's; the other one is 0
 * @flags:	of TCP
 * @reply:	an ICMP reply
 */
struct twin_packet {
	uint8_t protocol;
	struct endpoint src, dst;
	uint8_t flags;
	bool reply;
};

/** twin_age() - all that has lapsed by @now goes */
void twin_age(struct twin *t, uint64_t now);

/**
 * twin_outbound() - judge what was made of a packet to the outside
 * @sent:	whether it was translated
 * @source:	and to which source
 *
 * Return: NULL if that is right, else what is wrong.
 */
const char *twin_outbound(struct twin *t, uint64_t now,
			  const struct twin_packet *p, bool sent,
			  struct endpoint source);

/** twin_inbound() - likewise of a packet from the outside, and @destination */
const char *twin_inbound(struct twin *t, uint64_t now,
			 const struct twin_packet *p, bool sent,
			 struct endpoint destination);

/**
 * twin_hairpin() - likewise of one from inside to an external endpoint
 * @made:	the source's external endpoint, if the engine has a session of
 *		the source with @p's destination now, whatever became of the
 *		packet; else zeros
 */
const char *twin_hairpin(struct twin *t, uint64_t now,
			 const struct twin_packet *p, bool sent,
			 struct endpoint made, struct endpoint destination);

/** twin_session_of() - the session of an internal with a remote endpoint */
struct twin_session *twin_session_of(struct twin *t, uint8_t protocol,
				     struct endpoint internal,
				     struct endpoint remote);

/** twin_end() - a session ends; with the last keeper its mapping */
void twin_end(struct twin *t, uint64_t now, struct twin_session *s);

/** twin_pool() - the pool is another one now */
void twin_pool(struct twin *t, const uint32_t *pool, size_t n_pool);

/** twin_count() - how many sessions there are */
uint32_t twin_count(const struct twin *t);

/** twin_mappings() - how many mappings */
uint32_t twin_mappings(const struct twin *t);

/** twin_left() - ms until a session lapses */
uint64_t twin_left(const struct twin *t, const struct twin_session *s,
		   uint64_t now);

#endif /* TESTS_LIB_TWIN_H */
