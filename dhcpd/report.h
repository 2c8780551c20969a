/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - the DHCP server's leases as others see them, and what others may do
 * to them
 */
#ifndef DHCPD_REPORT_H
#define DHCPD_REPORT_H

#include "dhcpd/dhcpd.h"

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

#endif /* DHCPD_REPORT_H */
