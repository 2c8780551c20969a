/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine - the DHCP server's tables, for the files of dhcpd/ only
 *
 * Theory of operation. A *lease* is what is known of one address: whose it is,
 * was, or is to be. There is at most one for an address, and at most one of a
 * client in a subnet; it is found by address and by client identity, two keyed
 * hashes over one flat array. What belongs to nobody, or to a client whose
 * lease is over (who shall get it again while it is free), is in its subnet's
 * free list: first what nobody remembers, then the longest forgotten. An
 * address that has never been given out has no entry; a subnet's cursor tells
 * how far its ranges were used.
 *
 * A lease is on one of two wheels: bound, quarantined and moved ones on that of
 * lapse time, offered ones on that of real time. The wheels may be behind: a
 * look-up settles what is overdue (lease_settle()).
 *
 * A lease that changed in a way that a restart must know is in the list of
 * changes, once, until it is taken from there; what is written is its state at
 * that moment.
 */
#ifndef DHCPD_ENGINE_H
#define DHCPD_ENGINE_H

#include "base/endpoint.h"
#include "base/log.h"
#include "base/pool.h"
#include "base/siphash.h"
#include "base/wheel.h"
#include "dhcpd/dhcpd.h"
#include "dhcpd/events.h"
#include "dhcpd/faults.h"
#include "dhcpd/message.h"
#include "dhcpd/options.h"
#include "dhcpd/report.h"

#define DHCP_NONE POOL_NONE

/** SUBNET_NONE - of an address that no setting knows any more: see subnets */
#define SUBNET_NONE(dhcpd) ((uint32_t)(dhcpd)->n_subnets)

/* Sizes of the bounded tables. */
#define DHCP_EVENTS	1024
#define DHCP_REPLIES	256
#define DHCP_PROBES	512
#define DHCP_FAULTS	32
#define DHCP_VIOLATIONS 64 /* addresses whose last event is remembered */

/** ADDRESS_FOR_ALL - 255.255.255.255 */
#define ADDRESS_FOR_ALL UINT32_MAX

/* struct lease.flags */
enum {
	LEASE_PROBED = 1 << 0,	/* known to be free for its present client */
	LEASE_FORMER = 1 << 1,	/* offered to who had it before */
	LEASE_NAK = 1 << 2,	/* refuse the next DHCPREQUEST */
	LEASE_CHANGED = 1 << 3, /* in the list of changes */
	LEASE_RELEASE =
		1 << 4, /* what it was formerly: released, not expired */
};

/**
 * struct lease - what is known of an address
 * @link:	lapse wheel or real wheel, by state
 * @deadline:	end of the state in ms: real if offered, else lapse
 * @length:	ms that were granted
 * @renew_at, @rebind_at: lapse ms of T1 and T2
 * @change:	sequence number of its change, if LEASE_CHANGED
 * @partner:	the other address of a move: of a DHCPD_MOVED one that which its
 *		holder is to get, of that one the former; or 0
 * @subnet:	index, or SUBNET_NONE
 * @next_address, @next_client: hash chains
 * @free_next, @free_prev: free list of the subnet
 * @change_next: list of changes
 * @probe:	slot of the probe under way, or DHCP_NONE
 */
struct lease {
	struct wheel_link link;
	uint64_t deadline;
	uint64_t length;
	uint64_t renew_at, rebind_at;
	uint64_t change;
	uint32_t address;
	uint32_t partner;
	uint32_t subnet;
	uint32_t next_address, next_client;
	uint32_t free_next, free_prev;
	uint32_t change_next;
	uint32_t probe;
	uint8_t state;
	uint8_t flags;
	uint8_t htype, hlen;
	uint8_t chaddr[CHADDR_LEN];
};

/** struct client - whose lease it is; by the lease's index; id_len 0: nobody */
struct client {
	uint8_t id_len;
	uint8_t id[255];
	char hostname[DHCPD_HOSTNAME];
};

/**
 * struct subnet - what a subnet's settings came to, and its free addresses
 * @options:	encoded
 * @free_first, @free_last: leases whose address may be given away
 * @range:	range at which the cursor is
 * @cursor:	next address in it that may never have been given out
 * @holes:	a lease behind the cursor was forgotten: begin anew at the end
 */
struct subnet {
	struct option_set options;
	uint32_t free_first, free_last;
	size_t range;
	uint32_t cursor;
	bool holes;
};

/** struct reserved - a reservation by what it is looked up by, sorted */
struct reserved {
	uint64_t key;
	uint32_t index;
};

/** struct bucket - a LAN's rate limit: messages allowed, in thousandths */
struct bucket {
	uint64_t level;
	uint64_t at; /* real ms */
};

/**
 * struct probe_slot - a DHCPDISCOVER that waits for an ARP probe
 * @lease:	the address to be offered
 */
struct probe_slot {
	uint32_t lease;
	unsigned lan;
	uint32_t source, destination;
	size_t len;
	uint8_t bytes[DHCPD_MESSAGE_MAX];
};

/** struct reply_slot - a reply that is to be fetched, or held back till then */
struct reply_slot {
	struct wheel_link link;
	struct dhcpd_reply reply;
	uint32_t next;
	uint8_t bytes[DHCPD_REPLY_MAX];
};

/** struct violation - when an address without lease last made an event */
struct violation {
	uint32_t address;
	uint64_t at; /* real ms */
};

/** struct dhcpd - the engine */
struct dhcpd {
	const struct dhcpd_settings *settings;
	struct siphash_key key;
	size_t memory;

	struct lease *leases;
	struct client *clients;
	struct pool lease_pool;
	uint32_t *by_address, *by_client;
	uint32_t hash_mask;
	struct wheel lapse_wheel, real_wheel;
	uint32_t bound;

	struct subnet *subnets; /* one more: of SUBNET_NONE */
	size_t n_subnets;
	struct reserved *by_reserved_address, *by_reserved_id;
	struct bucket *buckets;

	uint64_t sequence;
	uint32_t change_first, change_last;

	struct reply_slot *replies;
	struct pool reply_pool;
	struct wheel held_wheel; /* real time */
	uint32_t ready_first, ready_last;
	uint32_t taken; /* slot that the caller looks at, or DHCP_NONE */

	struct probe_slot *probes;
	struct pool probe_pool;
	struct dhcpd_probe asked[DHCP_PROBES]; /* ring */
	unsigned asked_first, asked_count;

	struct dhcpd_fault faults[DHCP_FAULTS];
	unsigned n_faults;
	uint32_t fault_id;

	struct dhcpd_event *events; /* ring */
	unsigned event_first, event_count;
	struct violation violations[DHCP_VIOLATIONS];
	uint64_t counter[DHCPD_STATS];
};

/** dhcp_count() - one more of it */
static inline void dhcp_count(struct dhcpd *dhcpd, enum dhcpd_stat stat)
{
	dhcpd->counter[stat]++;
}

/** lease_index() - its index */
static inline uint32_t lease_index(const struct dhcpd *dhcpd,
				   const struct lease *lease)
{
	return (uint32_t)(lease - dhcpd->leases);
}

/** lease_client() - whose it is */
static inline struct client *lease_client(const struct dhcpd *dhcpd,
					  const struct lease *lease)
{
	return &dhcpd->clients[lease_index(dhcpd, lease)];
}

/** lease_former() - whether the client's lease is over, but remembered */
static inline bool lease_former(const struct lease *lease)
{
	return lease->state == DHCPD_EXPIRED_LEASE ||
	       lease->state == DHCPD_RELEASED_LEASE;
}

/** lease_is_free() - whether its address may be given to anybody */
static inline bool lease_is_free(const struct lease *lease)
{
	return lease->state == DHCPD_FREE || lease_former(lease);
}

#endif /* DHCPD_ENGINE_H */
