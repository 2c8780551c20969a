/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * nat - the NAT engine: packet bytes and the time in, a verdict out
 *
 * Pure: no clock, no file, no socket. Everything is allocated at the start,
 * nothing per packet. Not thread-safe; one engine belongs to one thread.
 *
 * What it tells of is in nat/events.h and nat/report.h, its misbehaviour on
 * command in nat/faults.h.
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
 * nat_event_get(), see nat/events.h.
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
