/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease - the table: find, make, give to a client, change the state
 */
#ifndef DHCPD_LEASE_H
#define DHCPD_LEASE_H

#include "dhcpd/engine.h"

/** dhcp_lease_alloc() - all arrays for max_leases; 0 or -ENOMEM */
int dhcp_lease_alloc(struct dhcpd *dhcpd, struct dhcpd_now now);

/** dhcp_lease_free() - release them */
void dhcp_lease_free(struct dhcpd *dhcpd);

/** dhcp_lease_peek() - the lease of an address as it stands, or NULL */
struct lease *dhcp_lease_peek(const struct dhcpd *dhcpd, uint32_t address);

/** dhcp_lease_find() - the lease of an address, settled, or NULL */
struct lease *dhcp_lease_find(struct dhcpd *dhcpd, struct dhcpd_now now,
			      uint32_t address);

/** dhcp_lease_of() - the lease of a client in a subnet, settled, or NULL */
struct lease *dhcp_lease_of(struct dhcpd *dhcpd, struct dhcpd_now now,
			    const uint8_t *id, size_t id_len, uint32_t subnet);

/**
 * dhcp_lease_make() - a lease for an address that has none: DHCPD_FREE
 *
 * When the table is full, one that is nobody's now is forgotten for it.
 *
 * Return: NULL if all are in use.
 */
struct lease *dhcp_lease_make(struct dhcpd *dhcpd, uint32_t address);

/** dhcp_lease_forget() - drop what is known of a free lease's address */
void dhcp_lease_forget(struct dhcpd *dhcpd, struct lease *lease);

/**
 * dhcp_lease_own() - a free lease is somebody's from now on
 * @id:		client identity, 1 to 255 bytes; who had it is forgotten
 */
void dhcp_lease_own(struct dhcpd *dhcpd, struct lease *lease, const uint8_t *id,
		    size_t id_len);

/** dhcp_lease_disown() - it is nobody's any more */
void dhcp_lease_disown(struct dhcpd *dhcpd, struct lease *lease);

/**
 * dhcp_lease_set() - the only way that a lease changes its state
 * @state:	the new one, may be the old one
 * @deadline:	its end, in lapse ms, for DHCPD_OFFERED in real ms, or
 *		DHCPD_NEVER
 *
 * Notes the change for the journal if a restart must know.
 */
void dhcp_lease_set(struct dhcpd *dhcpd, struct lease *lease,
		    enum dhcpd_state state, uint64_t deadline);

/** dhcp_lease_place() - the same without a note */
void dhcp_lease_place(struct dhcpd *dhcpd, struct lease *lease,
		      enum dhcpd_state state, uint64_t deadline);

/** dhcp_lease_note() - note a change for the journal */
void dhcp_lease_note(struct dhcpd *dhcpd, struct lease *lease);

/** dhcp_lease_link() - append a free lease to its subnet's free list */
void dhcp_lease_link(struct dhcpd *dhcpd, struct lease *lease);

/**
 * dhcp_lease_end() - the client of a bound lease has it no more
 * @state:	DHCPD_EXPIRED_LEASE or DHCPD_RELEASED_LEASE
 */
void dhcp_lease_end(struct dhcpd *dhcpd, struct dhcpd_now now,
		    struct lease *lease, enum dhcpd_state state,
		    enum dhcpd_reason reason);

/**
 * dhcp_lease_leave() - the client of a bound lease is to get another address
 * @partner:	that one, or 0
 *
 * It may use this one until the lease ends; only its hardware address is kept.
 */
void dhcp_lease_leave(struct dhcpd *dhcpd, struct lease *lease,
		      uint32_t partner);

/** dhcp_lease_unoffer() - an offer does not stand any more */
void dhcp_lease_unoffer(struct dhcpd *dhcpd, struct lease *lease);

/** dhcp_lease_settle() - end its state if that is overdue */
void dhcp_lease_settle(struct dhcpd *dhcpd, struct dhcpd_now now,
		       struct lease *lease);

/** dhcp_lease_expire() - settle one that is due in lapse time; false: none */
bool dhcp_lease_expire(struct dhcpd *dhcpd, struct dhcpd_now now);

/** dhcp_lease_expire_real() - one in real time: may handle a message */
bool dhcp_lease_expire_real(struct dhcpd *dhcpd, struct dhcpd_now now);

#endif /* DHCPD_LEASE_H */
