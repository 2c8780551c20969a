/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat - the NAT engine: packet bytes and the time in, a verdict out
 *
 * Pure: no clock, no file, no socket. Everything is allocated at the start,
 * nothing per packet. Not thread-safe; one engine belongs to one thread.
 */
#ifndef NAT_NAT_H
#define NAT_NAT_H

#include "nat/settings.h"
#include "nat/stats.h"

struct nat;

/**
 * struct nat_now - the time of a call
 * @lapse:	the lapse clock in ms, never running backwards: idle timers,
 *		hold-down, port blocks
 * @real:	real monotonic time in ms: fragments held, rate limits
 */
struct nat_now {
	uint64_t lapse;
	uint64_t real;
};

/** enum nat_direction - where a packet was met */
enum nat_direction {
	NAT_OUTBOUND,	    /* leaving by the WAN interface, after routing */
	NAT_INBOUND,	    /* arrived by the WAN interface, before routing */
	NAT_HAIRPIN,	    /* arrived by a LAN interface for an external
			     * address, before routing: the destination is
			     * rewritten and the mark set */
	NAT_HAIRPIN_SOURCE, /* the same packet after routing, known by its
			     * mark: the source is rewritten */
	NAT_HOST_ERROR,	    /* an ICMP error of the gateway's own, leaving by a
			     * LAN interface: what it quotes is put back */
};

/** enum nat_verdict - what the caller does with the packet */
enum nat_verdict {
	NAT_DROP,	/* drop it: counted, an event may tell why */
	NAT_TRANSLATED, /* send it on with the rewritten bytes */
	NAT_PASS,	/* send it on as it came, bytes untouched */
};

/*
 * The packet mark: bits 31..24 say that it is ours, the rest whose. The rules
 * match on the upper byte.
 */
#define NAT_MARK_MASK	 0xff000000u
#define NAT_MARK_HAIRPIN 0x4c000000u /* 'L' + session index: hairpinned */
#define NAT_MARK_OWN	 0x4f000000u /* 'O': sent by lapsed, let pass */

/**
 * struct nat_packet - one packet
 * @bytes:	from the IPv4 header on; rewritten in place, the caller's
 * @len:	its length in bytes
 * @direction:	where it was met
 * @mark:	in: its mark; out: the mark to set, where it changed
 * @partial:	the transport checksum field holds the pseudo-header's sum only
 *		(CHECKSUM_PARTIAL)
 * @gso:	a superpacket that is cut into segments later
 * @mac:	its Ethernet source if known, else NULL
 */
struct nat_packet {
	uint8_t *bytes;
	size_t len;
	enum nat_direction direction;
	uint32_t mark;
	bool partial;
	bool gso;
	const uint8_t *mac;
};

/**
 * struct nat_pool - the external addresses
 * @ranges:	first and last address of each, host order; the caller's
 * @n_ranges:	their number
 * @own:	addresses of the gateway that are not internal, in the pool or
 *		not: what it sends from them is its own; the caller's
 * @n_own:	their number
 *
 * An address for which @host is set is the gateway's own: its ports from
 * NAT_HOST_PORT_FIRST up are left to the host, and those below 1024.
 */
struct nat_pool_range {
	uint32_t first;
	uint32_t last;
	bool host;
};
struct nat_pool {
	const struct nat_pool_range *ranges;
	size_t n_ranges;
	const uint32_t *own;
	size_t n_own;
};

/** NAT_HOST_PORT_FIRST - the host's own connections use ports from here up */
#define NAT_HOST_PORT_FIRST 61000

/**
 * nat_alloc() - make an engine
 * @settings:	copied; the caller keeps it
 * @pool:	external addresses, may be empty (then nothing is translated)
 * @seed:	of its random numbers and table keys: the same seed, packets and
 *		times give the same ports and events
 * @now:	the time
 *
 * All memory for max_sessions is taken here.
 *
 * Return: the engine, to be released with nat_free(), or NULL when out of
 * memory.
 */
struct nat *nat_alloc(const struct nat_settings *settings,
		      const struct nat_pool *pool, uint64_t seed,
		      struct nat_now now);

/** nat_free() - release an engine; NULL is fine */
void nat_free(struct nat *nat);

/** nat_memory() - bytes that nat_alloc() took */
size_t nat_memory(const struct nat *nat);

/**
 * struct nat_change - what nat_configure() did to live sessions
 * @sooner:	sessions that now lapse sooner than before
 * @later:	sessions that now lapse later
 * @ended:	sessions that ended at once
 */
struct nat_change {
	uint32_t sooner;
	uint32_t later;
	uint32_t ended;
};

/**
 * nat_configure() - put new settings in force
 * @nat:	engine
 * @settings:	copied; max_sessions must be what it was (-EINVAL)
 * @now:	the time
 * @change:	what it did, or NULL
 *
 * With apply "all" the timers of live sessions change at once; with "new" they
 * keep the ones they were made under. Behaviours always concern new mappings
 * only.
 *
 * Return: 0, -EINVAL, or -ENOMEM with nothing changed.
 */
int nat_configure(struct nat *nat, const struct nat_settings *settings,
		  struct nat_now now, struct nat_change *change);

/**
 * nat_pool_set() - change the external addresses
 *
 * Mappings on an address that is gone are deleted, reason "address-changed".
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
int nat_pool_set(struct nat *nat, const struct nat_pool *pool,
		 struct nat_now now);

/**
 * nat_port_reserve() - keep a port of the host's own address for the host
 * @nat:	engine
 * @protocol:	6 or 17
 * @external:	address and port; not one of the pool: nothing happens
 * @reserve:	true: give it to no mapping; false: it is free again
 *
 * A mapping already there stays, and the port is reserved when it is gone.
 */
void nat_port_reserve(struct nat *nat, uint8_t protocol,
		      struct endpoint external, bool reserve);

/** nat_port_mapped() - whether a mapping holds this external endpoint */
bool nat_port_mapped(const struct nat *nat, uint8_t protocol,
		     struct endpoint external);

/**
 * nat_handle() - the way of one packet through the NAT
 * @nat:	engine
 * @now:	the time
 * @packet:	the packet; its bytes and mark are rewritten in place
 *
 * Follows the order of RFC 6146 section 3 and RFC 4787: parse, tuple, session,
 * or filter and mapping, then state, refresh, rewrite. Whatever is dropped is
 * counted. May leave packets for nat_output_get() and events for
 * nat_event_get().
 */
enum nat_verdict nat_handle(struct nat *nat, struct nat_now now,
			    struct nat_packet *packet);

/**
 * nat_expire() - end what has lapsed by @now
 * @nat:	engine
 * @now:	the time
 * @budget:	how many sessions to end at most before returning
 *
 * Return: true if more is due.
 */
bool nat_expire(struct nat *nat, struct nat_now now, unsigned budget);

/** nat_next() - lapse time at which nat_expire() is due, or NAT_NEVER */
uint64_t nat_next(const struct nat *nat);

/** nat_next_real() - the same for what runs on real time, or NAT_NEVER */
uint64_t nat_next_real(const struct nat *nat);

/** NAT_OUTPUT_MAX - bytes of the longest packet that the engine makes itself;
 *  fragments that it kept may be longer */
#define NAT_OUTPUT_MAX 576

/**
 * struct nat_output - a packet that the engine wants sent
 * @bytes:	from the IPv4 header on, all checksums complete; the engine's,
 *		valid until the next call of any nat_ function
 * @len:	its length
 *
 * To be sent as it stands, with NAT_MARK_OWN, by routing on its destination.
 */
struct nat_output {
	const uint8_t *bytes;
	size_t len;
};

/** nat_output_get() - take the oldest such packet; false when there is none */
bool nat_output_get(struct nat *nat, struct nat_output *output);

/* --- faults: misbehaviour on command --- */

#define NAT_FAULT_LIST(X)                                                 \
	X(NAT_FAULT_REBOOT, "reboot", "lose all mappings and sessions")   \
	X(NAT_FAULT_NEW_ADDRESS, "new-address",                           \
	  "another external address, the old one dead")                   \
	X(NAT_FAULT_REBIND, "rebind", "new external ports, same address") \
	X(NAT_FAULT_RST, "rst", "reset all live TCP connections")         \
	X(NAT_FAULT_EXHAUST_PORTS, "exhaust-ports",                       \
	  "no external port for anything new")                            \
	X(NAT_FAULT_BLACKHOLE, "blackhole", "drop everything")            \
	X(NAT_FAULT_BLACKHOLE_IN, "blackhole-in", "drop what comes in")   \
	X(NAT_FAULT_BLACKHOLE_OUT, "blackhole-out", "drop what goes out") \
	X(NAT_FAULT_UNPLUG, "unplug", "drop everything, DHCP too")        \
	X(NAT_FAULT_SLOW_SERVER, "slow-server",                           \
	  "drop all data from outside: TCP lives, the service is dead")

#define NAT_FAULT_ENTRY(id, name, help) id,
enum nat_fault_kind { NAT_FAULT_LIST(NAT_FAULT_ENTRY) };
extern const char *const nat_fault_names[];
extern const char *const nat_fault_help[];

/**
 * struct nat_fault - a fault
 * @kind:	what
 * @addr, @bits: which clients: internal prefix; 0/0 is all
 * @until:	lapse ms at which it ends, or NAT_NEVER; the first four kinds
 *		happen once, at the start
 * @id:		set by nat_fault_start()
 */
struct nat_fault {
	enum nat_fault_kind kind;
	uint32_t addr;
	unsigned bits;
	uint64_t until;
	uint32_t id;
};

/**
 * nat_fault_start() - begin to misbehave
 *
 * Return: its id, greater than 0; -ENOSPC when there are too many;
 * -EADDRNOTAVAIL where a new address is wanted of a pool of one.
 */
int nat_fault_start(struct nat *nat, struct nat_now now,
		    const struct nat_fault *fault);

/** nat_fault_clear() - end fault @id, or all for 0; how many that were */
unsigned nat_fault_clear(struct nat *nat, struct nat_now now, uint32_t id);

/** nat_fault_next() - walk over those in force; *@cursor 0 to begin with */
bool nat_fault_next(const struct nat *nat, uint32_t *cursor,
		    struct nat_fault *fault);

/* What the events tell of; the names are the ones in `lapse wait`. */
#define NAT_EVENT_LIST(X)                                       \
	X(NAT_EVENT_MAPPING_CREATED, "mapping-created")         \
	X(NAT_EVENT_MAPPING_DELETED, "mapping-deleted")         \
	X(NAT_EVENT_SESSION_CREATED, "session-created")         \
	X(NAT_EVENT_SESSION_DELETED, "session-deleted")         \
	X(NAT_EVENT_BLOCK_ALLOCATED, "block-allocated")         \
	X(NAT_EVENT_BLOCK_FREED, "block-freed")                 \
	X(NAT_EVENT_PORTS_EXHAUSTED, "ports-exhausted")         \
	X(NAT_EVENT_ADDRESSES_EXHAUSTED, "addresses-exhausted") \
	X(NAT_EVENT_QUOTA_EXCEEDED, "quota-exceeded")           \
	X(NAT_EVENT_STRAY_OUTBOUND, "stray-outbound")           \
	X(NAT_EVENT_STRAY_INBOUND, "stray-inbound")             \
	X(NAT_EVENT_FAULT_STARTED, "fault-started")             \
	X(NAT_EVENT_FAULT_ENDED, "fault-ended")

/* Why; "" where there is only one reason. */
#define NAT_REASON_LIST(X)                                           \
	X(NAT_REASON_NONE, "")                                       \
	X(NAT_REASON_IDLE, "idle")                                   \
	X(NAT_REASON_CLOSED, "closed")                               \
	X(NAT_REASON_RESET, "reset")                                 \
	X(NAT_REASON_LIFETIME, "max-lifetime")                       \
	X(NAT_REASON_KILLED, "killed")                               \
	X(NAT_REASON_EVICTED, "evicted")                             \
	X(NAT_REASON_ADDRESS_CHANGED, "address-changed")             \
	X(NAT_REASON_RELOAD, "reload")                               \
	X(NAT_REASON_FAULT, "fault")                                 \
	X(NAT_REASON_LAST_SESSION, "last-session")                   \
	X(NAT_REASON_OUTBOUND, "outbound")                           \
	X(NAT_REASON_INBOUND, "inbound")                             \
	X(NAT_REASON_HAIRPIN, "hairpin")                             \
	X(NAT_REASON_STATIC, "static")                               \
	X(NAT_REASON_NO_SESSION, "no-session")                       \
	X(NAT_REASON_NO_MAPPING, "no-mapping")                       \
	X(NAT_REASON_FILTERED, "filtered")                           \
	X(NAT_REASON_SESSIONS, "max-sessions")                       \
	X(NAT_REASON_SUBSCRIBER_SESSIONS, "sessions-per-subscriber") \
	X(NAT_REASON_SUBSCRIBER_PORTS, "ports-per-subscriber")       \
	X(NAT_REASON_RATE, "new-sessions-per-second")                \
	X(NAT_REASON_BLOCKS, "port-blocks-per-subscriber")           \
	X(NAT_REASON_FRAGMENTS, "fragments")

enum nat_event_type { NAT_EVENT_LIST(NAT_ENUM_ENTRY) };
enum nat_reason { NAT_REASON_LIST(NAT_ENUM_ENTRY) };
extern const char *const nat_event_names[];
extern const char *const nat_reason_names[];

/**
 * struct nat_event - something that happened
 * @at:		lapse time in ms
 * @type:	what
 * @reason:	why
 * @protocol:	IP protocol, or 0
 * @internal:	internal endpoint, or zeros
 * @external:	external endpoint, or zeros
 * @remote:	remote endpoint, or zeros
 * @late:	ms since the end of the session that the packet once belonged
 *		to, or NAT_NEVER
 * @fault:	which, for the events of faults
 * @last_port:	of a port block, whose first one is in @external; else 0
 */
struct nat_event {
	uint64_t at;
	enum nat_event_type type;
	enum nat_reason reason;
	uint8_t protocol;
	struct endpoint internal;
	struct endpoint external;
	struct endpoint remote;
	uint64_t late;
	enum nat_fault_kind fault;
	uint16_t last_port;
};

/**
 * nat_event_get() - take the oldest event out of the engine's ring
 *
 * The ring is bounded; what did not fit is counted in events-lost.
 *
 * Return: false when there is none.
 */
bool nat_event_get(struct nat *nat, struct nat_event *event);

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
	uint64_t age, idle, expires_in;
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

/** nat_counters() - the counters, NAT_STATS of them, see nat/stats.h */
const uint64_t *nat_counters(const struct nat *nat);

/**
 * struct nat_gauges - how full the tables are
 */
struct nat_gauges {
	uint32_t sessions, sessions_max;
	uint32_t mappings;
	uint32_t subscribers;
	uint32_t held_ports; /* resting after use (hold-down) */
};

/** nat_gauges() - read them */
void nat_gauges(const struct nat *nat, struct nat_gauges *gauges);

/** nat_check() - verify every invariant of the tables; for tests */
bool nat_check(const struct nat *nat);

#endif /* NAT_NAT_H */
