/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine - the NAT's tables, for the files of nat/ only
 *
 * Theory of operation. A *session* (mapping x remote endpoint) is what packets
 * are looked up in: by (protocol, internal, remote) outbound and by (protocol,
 * external, remote) inbound, two keyed hashes over one flat array. It carries
 * its rewrite and the checksum deltas, so a hit costs one look-up and a few
 * additions. A *mapping* (internal endpoint <-> external endpoint) is looked at
 * only when there is no session. It lives as long as one of its sessions that
 * may keep it alive (a *keeper*): a session that strangers opened through an
 * open filter is none until the internal side has answered, else they could
 * hold a mapping open for ever (RFC 7857 section 7). A *subscriber* is one
 * internal address; it holds what is counted or paired per client.
 *
 * All entries are named by index. Time on the wheel is lapse time; a refresh
 * stores `last_seen` and nothing else, the wheel finds out at the earliest
 * possible expiry and files the session again.
 */
#ifndef NAT_ENGINE_H
#define NAT_ENGINE_H

#include <assert.h>
#include "base/pool.h"
#include "base/rng.h"
#include "base/siphash.h"
#include "base/wheel.h"
#include "nat/events.h"
#include "nat/faults.h"
#include "nat/nat.h"
#include "nat/ports.h"
#include "nat/report.h"

#define NAT_NONE POOL_NONE

/* IP protocols that are known by name. */
enum {
	PROTO_ICMP = 1,
	PROTO_TCP = 6,
	PROTO_UDP = 17,
	PROTO_DCCP = 33,
	PROTO_UDPLITE = 136,
};

/* enum side - who sent a packet; index of the session's pairs */
enum side { SIDE_INTERNAL, SIDE_EXTERNAL };

/* struct session.flags */
enum {
	SESSION_KEEPER = 1 << 0,	 /* keeps its mapping alive */
	SESSION_ACK_INTERNAL = 1 << 1,	 /* ack[SIDE_INTERNAL] is known */
	SESSION_ACK_EXTERNAL = 1 << 2,	 /* ack[SIDE_EXTERNAL] is known */
	SESSION_SEEN_OUTBOUND = 1 << 3,	 /* the internal side has spoken */
	SESSION_SEEN_INBOUND = 1 << 4,	 /* the external side has spoken */
	SESSION_FILTER = 1 << 5,	 /* holds a filter entry (ADF) */
	SESSION_SCALE_INTERNAL = 1 << 6, /* that SYN had a window scale */
	SESSION_SCALE_EXTERNAL = 1 << 7,
};

/**
 * struct session - mapping x remote endpoint, 128 bytes, all in
 * @link:	wheel, at the earliest possible expiry
 * @last_seen:	lapse ms of the last refresh
 * @created:	lapse ms
 * @packets:	by side that sent them
 * @bytes:	likewise, IP total length
 * @next_out:	hash chain by (protocol, internal, remote)
 * @next_in:	hash chain by (protocol, external, remote)
 * @sibling_next, @sibling_prev: the other sessions of the mapping
 * @ack:	last TCP acknowledgement by each side, which is what its stack
 *		expects next: a RST is believed at exactly this (RFC 5961)
 * @window:	last TCP window of each side, unscaled
 * @policy:	whose timers it is under: index into nat->policies
 * @port_rule:	1 + index into the policy's port rules, or 0
 * @delta_addr:	what the outbound rewrite adds to an IP header's sum
 * @delta_port:	what its port adds to a transport header's, besides
 * @scale:	TCP window scale, internal side in the low nibble
 * @jitter:	percent that its timers are off
 * @state:	enum nat_state
 */
struct session {
	struct wheel_link link;
	uint64_t last_seen;
	uint64_t created;
	uint64_t packets[2];
	uint64_t bytes[2];
	uint32_t internal_addr, external_addr, remote_addr;
	uint16_t internal_port, external_port, remote_port;
	uint8_t protocol;
	uint8_t state;
	uint32_t next_out, next_in;
	uint32_t mapping;
	uint32_t sibling_next, sibling_prev;
	uint32_t ack[2];
	uint16_t window[2];
	uint16_t policy;
	uint16_t port_rule;
	uint16_t delta_addr, delta_port;
	uint8_t scale;
	uint8_t flags;
	int8_t jitter;
};
static_assert(sizeof(struct session) <= 128, "a session is at most 128 bytes");

/* struct mapping.flags */
enum {
	MAPPING_FIXED = 1 << 0, /* a forward: stays without sessions */
	MAPPING_OPEN = 1 << 1,	/* no filter: part of a 1:1 forward */
};

/**
 * struct mapping - internal endpoint <-> external endpoint
 * @remote:	what it depends on besides: zeros (EIM), address (ADM), or
 *		endpoint (APDM)
 * @next_internal, @next_external: hash chains
 * @sessions:	first of its sessions
 * @n_sessions:	their number
 * @keepers:	how many of them keep it alive
 * @subscriber:	index
 * @peer_next, @peer_prev: the subscriber's other mappings
 * @block:	the port block that its port is from, or NAT_NONE
 * @policy:	under which it was made: index into nat->policies
 */
struct mapping {
	struct endpoint internal, external, remote;
	uint32_t next_internal, next_external;
	uint32_t sessions;
	uint32_t n_sessions;
	uint32_t keepers;
	uint32_t subscriber;
	uint32_t peer_next, peer_prev;
	uint32_t block;
	uint16_t policy;
	uint8_t protocol;
	uint8_t flags;
};

/**
 * struct subscriber - one internal address
 * @addr:	host order
 * @next:	hash chain
 * @first:	first of its mappings
 * @mappings:	how many it has; it goes with the last of them and of its
 *		blocks
 * @blocks:	first of its port blocks, or NAT_NONE
 * @n_blocks:	how many
 * @sessions:	how many it has
 * @ports:	external ports it holds, by enum port_class
 * @packets, @bytes: of its sessions, those that have ended too, by side that
 *		sent them
 * @drops:	packets from it and for it that were dropped, by side that sent
 *		them
 * @address:	its paired external address: index, or NAT_NONE
 * @rate_at:	real time in us up to which its rate of new sessions is used
 */
struct subscriber {
	uint32_t addr;
	uint32_t next;
	uint32_t first;
	uint32_t mappings;
	uint32_t blocks;
	uint32_t n_blocks;
	uint32_t sessions;
	uint32_t ports[PORT_CLASSES];
	uint32_t address;
	uint64_t packets[2];
	uint64_t bytes[2];
	uint64_t drops[2];
	uint64_t rate_at;
};

/**
 * struct policy_slot - a policy that sessions and mappings refer to
 * @refs:	sessions and mappings under it, +1 while in force
 * @successor:	the slot in force for the same client
 * @by_mac:	the client is known by its MAC
 * @rules:	the port rules that came with it, shared
 */
struct policy_slot {
	struct nat_policy policy;
	char *client;
	char *profile;
	struct port_rules *rules;
	uint32_t refs;
	uint16_t successor;
	bool by_mac;
};

/** struct client_match - who is under which policy */
struct client_match {
	bool by_mac;
	uint32_t addr;
	uint32_t mask;
	uint8_t mac[6];
	uint16_t policy;
};

/** struct port_rules - `ports`, shared by the policies of one configuration */
struct port_rules {
	uint32_t refs;
	size_t n;
	struct nat_port_rule rule[];
};

/**
 * struct held_port - a freed port that rests (RFC 6888 REQ-8)
 * @address:	index into nat->addresses
 */
struct held_port {
	struct wheel_link link;
	uint32_t address;
	uint16_t port;
	uint8_t class;
};

/**
 * struct filter - an internal endpoint's permission for a remote address (ADF)
 * @refs:	sessions that give it
 */
struct filter {
	uint32_t mapping;
	uint32_t addr;
	uint32_t refs;
	uint32_t next;
};

/**
 * struct block - ports that one subscriber has to itself (RFC 6888 REQ-14)
 * @link:	wheel, while no mapping uses it
 * @subscriber:	whose
 * @address:	index into nat->addresses
 * @next:	the subscriber's other blocks
 * @used:	mappings on it
 * @first, @last: its ports
 */
struct block {
	struct wheel_link link;
	uint32_t subscriber;
	uint32_t address;
	uint32_t next;
	uint32_t used;
	uint16_t first, last;
};

/**
 * struct external_address - one address of the pool, with its ports
 * @owner:	internal address that has all of it (basic NAT), or 0
 * @fixed:	@owner is a setting
 * @host:	the gateway's own as well
 * @ports:	taken, by enum port_class
 * @blocks:	ports that are in somebody's block
 * @reserved:	ports that belong to the host, by class, or NULL (@host only)
 * @mappings:	how many there are on it
 * @cursor:	where sequential allocation goes on
 */
struct external_address {
	uint32_t addr;
	uint32_t owner;
	bool fixed;
	bool host;
	struct port_set *ports;
	struct port_set *blocks;
	struct port_set *reserved;
	uint32_t mappings;
	uint16_t cursor[PORT_CLASSES];
};

#define FAULTS_MAX  32
#define SHIFTS_MAX  32
#define EVENT_RING  8192
#define OUTPUT_RING 256

/** struct output_slot - a packet of our own, to be sent */
struct output_slot {
	uint16_t len;
	uint8_t bytes[NAT_OUTPUT_MAX];
};

struct fragments;
struct histories;
struct waiting_syn;

/** struct hash - heads of chains; a power of two of them */
struct hash {
	uint32_t *head;
	uint32_t mask;
};

struct nat {
	struct siphash_key key;
	struct rng rng;
	uint64_t counter[NAT_STATS];

	struct session *sessions;
	struct pool session_pool;
	struct hash by_internal; /* sessions */
	struct hash by_external;
	struct wheel wheel;

	struct mapping *mappings;
	struct pool mapping_pool;
	struct hash mapping_internal;
	struct hash mapping_external;

	struct subscriber *subscribers;
	struct pool subscriber_pool;
	struct hash subscriber_hash;

	struct filter *filters;
	struct pool filter_pool;
	struct hash filter_hash;

	struct external_address *addresses; /* ascending */
	uint32_t n_addresses;
	uint32_t first_address; /* as the settings have it, not the lowest */
	uint32_t *own;
	size_t n_own;

	struct block *blocks;
	struct pool block_pool;
	struct wheel block_wheel;

	struct held_port *held;
	uint32_t held_next; /* slot to use next: the oldest */
	uint32_t held_count;
	struct wheel held_wheel;

	struct policy_slot **policies;
	uint32_t n_policies; /* slots in the array */
	bool configured;     /* policy_default and clients are in force */
	uint16_t policy_default;
	struct client_match *clients;
	size_t n_clients;
	struct nat_exempt *exempt;
	size_t n_exempt;
	struct nat_prefix *inside;
	size_t n_inside;
	struct nat_forward *forwards; /* names are not kept */
	size_t n_forwards;
	uint16_t port_first, port_last;
	uint32_t max_sessions, hold_down_max;

	struct nat_fault faults[FAULTS_MAX];
	unsigned n_faults;
	uint32_t fault_id;
	struct { /* who has been moved to another address, how far */
		uint32_t addr;
		uint32_t by;
	} shift[SHIFTS_MAX];
	unsigned n_shifts;

	struct nat_event events[EVENT_RING];
	uint32_t event_first, event_count;
	struct output_slot outputs[OUTPUT_RING];
	uint32_t output_first, output_count;
	struct fragments *fragments;
	struct histories *histories;
	struct waiting_syn *syns; /* SYN_MAX */
	uint32_t syn_count, syn_place;
	uint64_t icmp_used_us; /* real time up to which our ICMP rate is used */

	size_t memory;
};

/* --- small things that every step needs --- */

/** nat_count() - a counter up by one */
static inline void nat_count(struct nat *nat, enum nat_stat stat)
{
	nat->counter[stat]++;
}

/** hash_alloc() - heads for @entries entries; 0 or -ENOMEM */
int hash_alloc(struct nat *nat, struct hash *hash, uint32_t entries);

/** nat_calloc() - zeroed memory, counted in nat->memory; or NULL */
void *nat_calloc(struct nat *nat, size_t n, size_t size);

/** hash_endpoints() - keyed hash of a protocol and two endpoints */
static inline uint32_t hash_endpoints(const struct nat *nat, uint8_t protocol,
				      struct endpoint a, struct endpoint b)
{
	uint64_t ports =
		(uint64_t)a.port << 32 | (uint64_t)b.port << 16 | protocol;

	return (uint32_t)siphash13_words(
		&nat->key, (uint64_t)a.addr << 32 | b.addr, ports);
}

static inline struct endpoint session_internal(const struct session *s)
{
	return (struct endpoint){s->internal_addr, s->internal_port};
}

static inline struct endpoint session_external(const struct session *s)
{
	return (struct endpoint){s->external_addr, s->external_port};
}

static inline struct endpoint session_remote(const struct session *s)
{
	return (struct endpoint){s->remote_addr, s->remote_port};
}

/** session_index() - the index of an entry of nat->sessions */
static inline uint32_t session_index(const struct nat *nat,
				     const struct session *s)
{
	return (uint32_t)(s - nat->sessions);
}

#endif /* NAT_ENGINE_H */
