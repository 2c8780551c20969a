/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * step - what the steps of a message's way hand on to each other
 */
#ifndef DHCPD_STEP_H
#define DHCPD_STEP_H

#include "dhcpd/engine.h"

/**
 * struct dhcp_step - one message on its way
 * @m:		the message, read
 * @subnet:	index of the subnet that its sender is in
 * @s:		its settings
 * @server:	what option 54 says in the replies
 * @id:		the client's identity (RFC 2131 section 2, RFC 4361)
 * @id_bytes:	it, where it is made of the hardware address
 * @reservation: the client's in this subnet, or NULL
 * @lease:	what is known of the client in this subnet, or NULL
 */
struct dhcp_step {
	struct dhcpd *d;
	struct dhcpd_now now;
	const struct dhcpd_packet *packet;
	uint32_t subnet;
	const struct dhcpd_subnet *s;
	uint32_t server;
	const uint8_t *id;
	size_t id_len;
	uint8_t id_bytes[1 + CHADDR_LEN];
	const struct dhcpd_reservation *reservation;
	struct lease *lease;
	struct dhcp_message m;
};

/** dhcp_drop() - the only way out without an answer: counted */
static inline void dhcp_drop(struct dhcp_step *step, enum dhcpd_stat stat)
{
	dhcp_count(step->d, stat);
}

/**
 * dhcp_step_run() - a message's whole way
 * @again:	it was here before, and waited for a probe
 */
void dhcp_step_run(struct dhcpd *dhcpd, struct dhcpd_now now,
		   const struct dhcpd_packet *packet, bool again);

/** dhcp_ethernet() - whether the client has an Ethernet address */
static inline bool dhcp_ethernet(const struct dhcp_message *m)
{
	return m->htype == HTYPE_ETHERNET && m->hlen == 6;
}

/** dhcp_known_as() - write down what the message says of the lease's client */
void dhcp_known_as(const struct dhcp_step *step, struct lease *lease);

/* --- the messages: discover.c, request.c, handle.c --- */

/** dhcp_discover() - DHCPDISCOVER, RFC 2131 section 4.3.1 */
void dhcp_discover(struct dhcp_step *step);

/** dhcp_request() - DHCPREQUEST, section 4.3.2 */
void dhcp_request(struct dhcp_step *step);

/* --- addresses: allocate.c --- */

/** dhcp_usable() - whether this client may have an address of its subnet */
bool dhcp_usable(const struct dhcp_step *step, uint32_t address);

/**
 * dhcp_allocate() - the lease to be offered to this client
 *
 * In the order of RFC 2131 section 4.3.1: its reservation, its present or
 * former address, what it asks for, any.
 *
 * Return: a lease that is the client's, bound, offered or free; NULL if there
 * is none left.
 */
struct lease *dhcp_allocate(struct dhcp_step *step);

/** dhcp_any() - a free lease of the subnet, nobody's then; or NULL */
struct lease *dhcp_any(struct dhcpd *dhcpd, struct dhcpd_now now,
		       uint32_t subnet);

/** dhcp_claim() - the lease of an address if that is free; or NULL */
struct lease *dhcp_claim(struct dhcpd *dhcpd, struct dhcpd_now now,
			 uint32_t address);

/* --- faults: fault.c --- */

/** dhcp_fault_on() - the fault of this kind for this client, or NULL */
const struct dhcpd_fault *dhcp_fault_on(const struct dhcp_step *step,
					enum dhcpd_fault_kind kind);

/** dhcp_fault_expire() - end those whose time is over */
void dhcp_fault_expire(struct dhcpd *dhcpd, struct dhcpd_now now);

/** dhcp_fault_next() - lapse ms of the next end, or DHCPD_NEVER */
uint64_t dhcp_fault_next(const struct dhcpd *dhcpd);

/* --- answers: reply.c --- */

/**
 * struct dhcp_grant - how long a client gets its address
 * @ms:		the lease, or DHCPD_NEVER
 * @renew, @rebind: T1 and T2 in ms, DHCPD_NEVER if the lease is
 */
struct dhcp_grant {
	uint64_t ms;
	uint64_t renew;
	uint64_t rebind;
};

/** dhcp_grant() - by the settings and the client's wish (section 4.3.1) */
void dhcp_grant(const struct dhcp_step *step, const struct lease *lease,
		struct dhcp_grant *grant);

/** dhcp_reply_offer() - DHCPOFFER of a lease */
void dhcp_reply_offer(struct dhcp_step *step, const struct lease *lease);

/** dhcp_reply_rogue() - another server's DHCPOFFER, a fault */
void dhcp_reply_rogue(struct dhcp_step *step);

/** dhcp_reply_unconfigured() - there is no address: do not invent one
 * (RFC 2563) */
void dhcp_reply_unconfigured(struct dhcp_step *step);

/** dhcp_reply_ack() - DHCPACK of a lease that was just bound */
void dhcp_reply_ack(struct dhcp_step *step, const struct lease *lease,
		    const struct dhcp_grant *grant);

/** dhcp_reply_inform() - DHCPACK without a lease (section 4.3.5) */
void dhcp_reply_inform(struct dhcp_step *step, uint32_t client);

/** dhcp_reply_nak() - DHCPNAK */
void dhcp_reply_nak(struct dhcp_step *step, enum dhcpd_reason reason,
		    uint32_t address);

#endif /* DHCPD_STEP_H */
