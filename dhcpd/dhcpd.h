/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcpd - the DHCPv4 server: a message and the time in; replies, lease changes
 * for the journal, ARP probes and events out (RFC 2131)
 *
 * Pure: no clock, no file, no socket. Everything is allocated at the start or
 * at a change of settings, nothing per message. Not thread-safe; one engine
 * belongs to one thread.
 *
 * After every call that takes @now: dhcpd_change_get() until it has no more,
 * dhcpd_reply_get(), dhcpd_probe_get() and dhcpd_event_get() likewise; then
 * dhcpd_next() and dhcpd_next_real() say when dhcpd_expire() is due.
 *
 * What it tells of is in dhcpd/events.h and dhcpd/report.h, its misbehaviour on
 * command in dhcpd/faults.h.
 */
#ifndef DHCPD_DHCPD_H
#define DHCPD_DHCPD_H

#include "dhcpd/journal.h"
#include "dhcpd/settings.h"
#include "dhcpd/stats.h"

struct dhcpd;

/**
 * struct dhcpd_now - the time of a call
 * @lapse:	the lapse clock in ms, never running backwards: leases,
 *		quarantine, the ends of faults
 * @real:	real monotonic time in ms: probes, offers, delays, rate limits
 *
 * Offers stand in real time because they last as long as a handshake: a client
 * whose DHCPREQUEST is on its way when the lapse clock is advanced by an hour
 * has done nothing late.
 */
struct dhcpd_now {
	uint64_t lapse;
	uint64_t real;
};

/**
 * dhcpd_alloc() - make an engine
 * @settings:	not copied: the caller keeps it, with all its arrays, until
 *		dhcpd_configure() has replaced it or dhcpd_free()
 * @seed:	of the table's keys
 * @now:	the time
 *
 * Return: the engine, to be released with dhcpd_free(), or NULL when out of
 * memory.
 */
struct dhcpd *dhcpd_alloc(const struct dhcpd_settings *settings, uint64_t seed,
			  struct dhcpd_now now);

/** dhcpd_free() - release an engine; NULL is fine */
void dhcpd_free(struct dhcpd *dhcpd);

/** dhcpd_memory() - bytes that dhcpd_alloc() took */
size_t dhcpd_memory(const struct dhcpd *dhcpd);

/**
 * dhcpd_configure() - put new settings in force
 * @dhcpd:	engine
 * @settings:	as for dhcpd_alloc(); max_leases must be what it was (-EINVAL)
 * @now:	the time
 *
 * Leases stay. Whose address may not be given out any more is told so (NAK)
 * when the client next asks. Probes under way are given up; their clients ask
 * again.
 *
 * Return: 0, -EINVAL, or -ENOMEM with nothing changed.
 */
int dhcpd_configure(struct dhcpd *dhcpd, const struct dhcpd_settings *settings,
		    struct dhcpd_now now);

/** DHCPD_MESSAGE_MAX - bytes of the longest message that is read */
#define DHCPD_MESSAGE_MAX 1500

/**
 * struct dhcpd_packet - a message that came to UDP port 67
 * @bytes:	from `op` on; the caller's
 * @len:	their number
 * @lan:	index of the LAN that it came by
 * @source:	IP source address
 * @destination: IP destination address, one of ours or a broadcast
 */
struct dhcpd_packet {
	const uint8_t *bytes;
	size_t len;
	unsigned lan;
	uint32_t source;
	uint32_t destination;
};

/**
 * dhcpd_handle() - one message
 *
 * What is not answered is counted. The answer, if any, comes out of
 * dhcpd_reply_get(): at once, or after a later call when a probe or a fault's
 * delay is in between.
 */
void dhcpd_handle(struct dhcpd *dhcpd, struct dhcpd_now now,
		  const struct dhcpd_packet *packet);

/** DHCPD_REPLY_MAX - bytes of the longest reply, without IP and UDP */
#define DHCPD_REPLY_MAX (1500 - 28)

/** enum dhcpd_way - how a reply gets to its receiver (RFC 2131 section 4.1) */
enum dhcpd_way {
	DHCPD_TO_ROUTED,    /* by the host's routing and ARP: to a relay, or to
			     * a client that has its address */
	DHCPD_TO_BROADCAST, /* to 255.255.255.255 on the LAN */
	DHCPD_TO_MAC,	    /* unicast to an address that the client does not
			     * have yet: to its MAC, without ARP */
};

/**
 * struct dhcpd_reply - a message to be sent
 * @bytes:	from `op` on; the engine's, valid until the next call of any
 *		dhcpd_ function
 * @len:	their number
 * @journal:	not to be sent before the change with this sequence number is
 *		durable, see dhcpd_change_get(); 0: at once
 * @lan:	index of the LAN to send it by
 * @way:	how
 * @source:	IP source address, port 67
 * @destination: IP destination address
 * @port:	UDP destination port
 * @mac:	Ethernet destination for DHCPD_TO_MAC
 */
struct dhcpd_reply {
	const uint8_t *bytes;
	size_t len;
	uint64_t journal;
	unsigned lan;
	enum dhcpd_way way;
	uint32_t source;
	uint32_t destination;
	uint16_t port;
	uint8_t mac[6];
};

/** dhcpd_reply_get() - take the oldest reply; false when there is none */
bool dhcpd_reply_get(struct dhcpd *dhcpd, struct dhcpd_reply *reply);

/**
 * struct dhcpd_probe - an address to be asked for by ARP (RFC 5227 section 1.1)
 * @lan:	where
 * @address:	who-has this, with sender address 0.0.0.0
 */
struct dhcpd_probe {
	unsigned lan;
	uint32_t address;
};

/**
 * dhcpd_probe_get() - take the oldest probe to be sent; false: none
 *
 * If nobody answers, nothing needs to be done: the engine waits for probe_time
 * and then offers the address.
 */
bool dhcpd_probe_get(struct dhcpd *dhcpd, struct dhcpd_probe *probe);

/**
 * dhcpd_probe_result() - tell what a probe found
 * @taken:	true: somebody answered for @address; false: it is known to be
 *		free, before the time is over
 *
 * Of an address that is not being probed nothing happens.
 */
void dhcpd_probe_result(struct dhcpd *dhcpd, struct dhcpd_now now,
			uint32_t address, bool taken);

/**
 * dhcpd_expire() - do what is due: ends of leases, quarantines, offers, probes,
 * delays and faults
 * @budget:	how many of these at most before returning
 *
 * Return: true if more is due.
 */
bool dhcpd_expire(struct dhcpd *dhcpd, struct dhcpd_now now, unsigned budget);

/** dhcpd_next() - lapse time at which dhcpd_expire() is due, or DHCPD_NEVER */
uint64_t dhcpd_next(const struct dhcpd *dhcpd);

/** dhcpd_next_real() - the same on real time, or DHCPD_NEVER */
uint64_t dhcpd_next_real(const struct dhcpd *dhcpd);

/* --- the journal: see dhcpd/journal.h for its form --- */

/**
 * dhcpd_change_get() - take the oldest lease change, as a journal record
 * @wall:	ms since 1970, by the wall clock
 * @record:	filled in; several changes of one lease may come as one
 * @sequence:	of the change: replies that carry it, or a smaller one, may be
 *		sent when this record is durable; when there is no more, of the
 *		last one ever made
 *
 * To be called until it has no more even where nothing is written.
 *
 * Return: the record's length, or 0 when there is no more.
 */
size_t dhcpd_change_get(struct dhcpd *dhcpd, struct dhcpd_now now,
			uint64_t wall, uint8_t record[static JOURNAL_RECORD],
			uint64_t *sequence);

/**
 * dhcpd_snapshot_next() - walk over all that a journal has to hold
 * @cursor:	0 to begin with; kept by the caller
 *
 * For compaction: the header, all these records, and every change taken since
 * the walk began, in this order, are a journal that stands for the old one.
 *
 * Return: the record's length, or 0 at the end.
 */
size_t dhcpd_snapshot_next(const struct dhcpd *dhcpd, struct dhcpd_now now,
			   uint64_t wall, uint32_t *cursor,
			   uint8_t record[static JOURNAL_RECORD]);

/**
 * dhcpd_restore() - take a lease over from the journal, before any message
 * @wall:	ms since 1970 now
 * @entry:	from journal_next(), in the journal's order: later ones override
 * @jumped:	set to whether the time since the record was written is no
 *		plausible downtime and was taken as none; may be NULL
 *
 * Return: 0, or -ENOSPC: the table is full.
 */
int dhcpd_restore(struct dhcpd *dhcpd, struct dhcpd_now now, uint64_t wall,
		  const struct journal_entry *entry, bool *jumped);

/* --- counters and gauges --- */

/** dhcpd_counters() - the counters, DHCPD_STATS of them, see dhcpd/stats.h */
const uint64_t *dhcpd_counters(const struct dhcpd *dhcpd);

/**
 * struct dhcpd_gauges - how full the tables are
 * @leases:	bound
 * @entries:	addresses of which anything is known
 * @entries_max: how many there can be
 */
struct dhcpd_gauges {
	uint32_t leases;
	uint32_t entries, entries_max;
};

/** dhcpd_gauges() - read them */
void dhcpd_gauges(const struct dhcpd *dhcpd, struct dhcpd_gauges *gauges);

/** dhcpd_check() - verify every invariant of the tables; for tests */
bool dhcpd_check(const struct dhcpd *dhcpd);

#endif /* DHCPD_DHCPD_H */
