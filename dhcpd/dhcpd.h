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

/* --- leases --- */

/*
 * The states of a lease, with their words. What is remembered of a client whose
 * lease is over is no lease: its address may be given to others.
 */
#define DHCPD_STATE_LIST(X)                 \
	X(DHCPD_FREE, "free")               \
	X(DHCPD_OFFERED, "offered")         \
	X(DHCPD_BOUND, "bound")             \
	X(DHCPD_EXPIRED_LEASE, "expired")   \
	X(DHCPD_RELEASED_LEASE, "released") \
	X(DHCPD_QUARANTINED, "declined")    \
	X(DHCPD_MOVED, "moved")

enum dhcpd_state { DHCPD_STATE_LIST(DHCPD_ENUM_ENTRY) };
extern const char *const dhcpd_state_names[];

/** DHCPD_HOSTNAME - bytes of a host name, NUL included */
#define DHCPD_HOSTNAME 64

/**
 * struct dhcpd_lease_info - a lease, as a report shows it
 * @address:	what is leased
 * @state:	DHCPD_FREE is never shown
 * @htype, @hlen, @chaddr: hardware address that it was last asked with
 * @id:		client identity: option 61, else htype and chaddr; the engine's,
 *		valid until the next call
 * @id_len:	its length; 0: nobody's
 * @hostname:	the client's option 12, only printable characters; the engine's
 * @expires_in:	ms of the lapse clock (of real time for an offer), or
 *		DHCPD_NEVER
 * @renew_in:	ms to T1, 0 if it is past, or DHCPD_NEVER
 * @rebind_in:	ms to T2, likewise
 */
struct dhcpd_lease_info {
	uint32_t address;
	enum dhcpd_state state;
	uint8_t htype, hlen;
	uint8_t chaddr[16];
	const uint8_t *id;
	size_t id_len;
	const char *hostname;
	uint64_t expires_in, renew_in, rebind_in;
};

/**
 * dhcpd_lease_next() - walk over the leases, in pages if need be
 * @cursor:	0 to begin with; where to go on, kept by the caller. Leases made
 *		or ended between two calls may or may not be seen, the others
 *		are seen exactly once.
 *
 * Return: false when there are no more.
 */
bool dhcpd_lease_next(const struct dhcpd *dhcpd, struct dhcpd_now now,
		      uint32_t *cursor, struct dhcpd_lease_info *info);

/** dhcpd_lease_get() - what is known of one address; false: nothing */
bool dhcpd_lease_get(const struct dhcpd *dhcpd, struct dhcpd_now now,
		     uint32_t address, struct dhcpd_lease_info *info);

/**
 * dhcpd_lease_valid() - whether somebody holds an address by a lease now
 *
 * One hash look-up; for `enforce-leases`.
 */
bool dhcpd_lease_valid(const struct dhcpd *dhcpd, struct dhcpd_now now,
		       uint32_t address);

/**
 * dhcpd_violation() - a packet came from an address without a valid lease
 *
 * @mac:	who sent it, or NULL if that is not known: the event then names
 *		who held the address last
 *
 * Counted each time; the event comes once in ten seconds of real time for an
 * address.
 */
void dhcpd_violation(struct dhcpd *dhcpd, struct dhcpd_now now,
		     uint32_t address, const uint8_t *mac);

/*
 * What can be done to the lease of an address; -ENOENT where nobody has one.
 */

/** dhcpd_lease_expire() - end it now, as if its time were over */
int dhcpd_lease_expire(struct dhcpd *dhcpd, struct dhcpd_now now,
		       uint32_t address);

/** dhcpd_lease_release() - end it now, as if the client had released it */
int dhcpd_lease_release(struct dhcpd *dhcpd, struct dhcpd_now now,
			uint32_t address);

/** dhcpd_lease_nak() - answer the client's next DHCPREQUEST with a NAK */
int dhcpd_lease_nak(struct dhcpd *dhcpd, struct dhcpd_now now,
		    uint32_t address);

/**
 * dhcpd_lease_move() - give the client another address
 * @to:		set: the new address, 0: the engine chooses and sets it
 *
 * The client keeps @address until it asks next; it is told NAK then, and
 * offered the new one. Nobody else gets @address before the old lease ends or
 * the client has the new one.
 *
 * Return: 0, -ENOENT, -EADDRINUSE if @to is not free, -EADDRNOTAVAIL if it may
 * not be given to this client (or there is none).
 */
int dhcpd_lease_move(struct dhcpd *dhcpd, struct dhcpd_now now,
		     uint32_t address, uint32_t *to);

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

/* --- faults: misbehaviour on command --- */

#define DHCPD_FAULT_LIST(X)                                                   \
	X(DHCPD_FAULT_SILENT, "dhcp-silent", "answer nothing")                \
	X(DHCPD_FAULT_SILENT_RENEW, "dhcp-silent-renew",                      \
	  "answer no DHCPREQUEST in RENEWING")                                \
	X(DHCPD_FAULT_SILENT_REBIND, "dhcp-silent-rebind",                    \
	  "answer no DHCPREQUEST in REBINDING")                               \
	X(DHCPD_FAULT_NAK, "dhcp-nak", "refuse to renew")                     \
	X(DHCPD_FAULT_OTHER_ADDRESS, "dhcp-other-address",                    \
	  "answer a renewal with another address")                            \
	X(DHCPD_FAULT_WITHDRAW, "dhcp-withdraw-offer",                        \
	  "offer, and refuse the DHCPREQUEST for it")                         \
	X(DHCPD_FAULT_DELAY, "dhcp-delay", "answer late, by the value in ms") \
	X(DHCPD_FAULT_SHORT_LEASE, "dhcp-short-lease",                        \
	  "end new leases after the value in ms, earlier than was promised")  \
	X(DHCPD_FAULT_EXHAUSTED, "dhcp-exhausted",                            \
	  "have no address for who has none")                                 \
	X(DHCPD_FAULT_ROGUE, "dhcp-rogue",                                    \
	  "send a second server's offer beside ours")                         \
	X(DHCPD_FAULT_EXPIRE, "dhcp-expire", "end leases now, once")

#define DHCPD_FAULT_ENTRY(id, name, help) id,
enum dhcpd_fault_kind { DHCPD_FAULT_LIST(DHCPD_FAULT_ENTRY) };
extern const char *const dhcpd_fault_names[];
extern const char *const dhcpd_fault_help[];

/** enum dhcpd_whom - whom a fault concerns */
enum dhcpd_whom { DHCPD_ALL, DHCPD_BY_MAC, DHCPD_BY_ADDRESS };

/**
 * struct dhcpd_fault - a fault
 * @kind:	what
 * @whom:	which clients
 * @mac:	for DHCPD_BY_MAC
 * @addr, @bits: for DHCPD_BY_ADDRESS: prefix of the address that the client
 *		has, had, or asks for
 * @until:	lapse ms at which it ends, or DHCPD_NEVER
 * @value:	ms of real time for DELAY (at most an hour), of lapse time for
 *		SHORT_LEASE
 * @id:		set by dhcpd_fault_start()
 */
struct dhcpd_fault {
	enum dhcpd_fault_kind kind;
	enum dhcpd_whom whom;
	uint8_t mac[6];
	uint32_t addr;
	unsigned bits;
	uint64_t until;
	uint64_t value;
	uint32_t id;
};

/**
 * dhcpd_fault_start() - begin to misbehave
 *
 * DHCPD_FAULT_EXPIRE is over at once and not kept.
 *
 * Return: its id, greater than 0, or -ENOSPC when there are too many, or
 * -EINVAL.
 */
int dhcpd_fault_start(struct dhcpd *dhcpd, struct dhcpd_now now,
		      const struct dhcpd_fault *fault);

/** dhcpd_fault_clear() - end fault @id, or all for 0; how many that were */
unsigned dhcpd_fault_clear(struct dhcpd *dhcpd, struct dhcpd_now now,
			   uint32_t id);

/** dhcpd_fault_next() - walk over those in force; *@cursor 0 to begin with */
bool dhcpd_fault_next(const struct dhcpd *dhcpd, struct dhcpd_now now,
		      uint32_t *cursor, struct dhcpd_fault *fault);

/* --- events --- */

/* What the events tell of; the names are the ones in `lapse wait`. */
#define DHCPD_EVENT_LIST(X)                             \
	X(DHCPD_EVENT_OFFERED, "lease-offered")         \
	X(DHCPD_EVENT_BOUND, "lease-bound")             \
	X(DHCPD_EVENT_RENEWED, "lease-renewed")         \
	X(DHCPD_EVENT_REBOUND, "lease-rebound")         \
	X(DHCPD_EVENT_NAK, "lease-nak")                 \
	X(DHCPD_EVENT_DECLINED, "lease-declined")       \
	X(DHCPD_EVENT_RELEASED, "lease-released")       \
	X(DHCPD_EVENT_EXPIRED, "lease-expired")         \
	X(DHCPD_EVENT_VIOLATION, "lease-violation")     \
	X(DHCPD_EVENT_EXHAUSTED, "addresses-exhausted") \
	X(DHCPD_EVENT_FAULT_STARTED, "fault-started")   \
	X(DHCPD_EVENT_FAULT_ENDED, "fault-ended")

/* Why; "" where there is only one reason. A fault's event has its name. */
#define DHCPD_REASON_LIST(X)                           \
	X(DHCPD_REASON_NONE, "")                       \
	X(DHCPD_REASON_SELECTING, "selecting")         \
	X(DHCPD_REASON_INIT_REBOOT, "init-reboot")     \
	X(DHCPD_REASON_RENEWING, "renewing")           \
	X(DHCPD_REASON_REBINDING, "rebinding")         \
	X(DHCPD_REASON_TIME, "time")                   \
	X(DHCPD_REASON_CLIENT, "client")               \
	X(DHCPD_REASON_OPERATOR, "operator")           \
	X(DHCPD_REASON_MOVED, "moved")                 \
	X(DHCPD_REASON_CONFLICT, "conflict")           \
	X(DHCPD_REASON_FAULT, "fault")                 \
	X(DHCPD_REASON_NO_OFFER, "no-offer")           \
	X(DHCPD_REASON_WRONG_SUBNET, "wrong-subnet")   \
	X(DHCPD_REASON_OTHER_ADDRESS, "other-address") \
	X(DHCPD_REASON_UNKNOWN, "unknown-client")

enum dhcpd_event_type { DHCPD_EVENT_LIST(DHCPD_ENUM_ENTRY) };
enum dhcpd_reason { DHCPD_REASON_LIST(DHCPD_ENUM_ENTRY) };
extern const char *const dhcpd_event_names[];
extern const char *const dhcpd_reason_names[];

/**
 * struct dhcpd_event - something that happened
 * @at:		lapse time in ms
 * @type:	what
 * @reason:	why, or as which kind of DHCPREQUEST
 * @fault:	which one, for the events of faults
 * @address:	the address it is about, or 0
 * @seconds:	of a bound lease, what its client was told; else 0
 * @htype, @hlen, @chaddr: hardware address, hlen 0 if unknown
 * @id, @id_len: client identity, length 0 if unknown
 * @hostname:	the client's, or ""
 */
struct dhcpd_event {
	uint64_t at;
	enum dhcpd_event_type type;
	enum dhcpd_reason reason;
	enum dhcpd_fault_kind fault;
	uint32_t address;
	uint32_t seconds;
	uint8_t htype, hlen;
	uint8_t chaddr[16];
	uint8_t id_len;
	uint8_t id[255];
	char hostname[DHCPD_HOSTNAME];
};

/**
 * dhcpd_event_get() - take the oldest event out of the engine's ring
 *
 * The ring is bounded; what did not fit is counted in dhcp-events-lost.
 *
 * Return: false when there is none.
 */
bool dhcpd_event_get(struct dhcpd *dhcpd, struct dhcpd_event *event);

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
