// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request - DHCPREQUEST in the client's four states (RFC 2131 section 4.3.2)
 *
 *	SELECTING	option 54, option 50, ciaddr 0
 *	INIT-REBOOT	no option 54, option 50, ciaddr 0
 *	RENEWING	ciaddr, sent to us
 *	REBINDING	ciaddr, sent to all, or by a relay
 *
 * The cases are in the order of the table of section A9 in docs/rfc.md.
 */
#include "dhcpd/event.h"
#include "dhcpd/lease.h"
#include "dhcpd/step.h"
#include "dhcpd/subnet.h"

/** settle_move() - the client has its new address: the old one is free */
static void settle_move(struct dhcp_step *step, struct lease *lease)
{
	struct lease *old;

	if (!lease->partner)
		return;
	old = dhcp_lease_find(step->d, step->now, lease->partner);
	lease->partner = 0;
	if (old && old->state == DHCPD_MOVED && old->partner == lease->address)
		dhcp_lease_set(step->d, old, DHCPD_FREE, DHCPD_NEVER);
}

/** later() - a time from now on, which may be never */
static uint64_t later(uint64_t now, uint64_t ms)
{
	return ms < DHCPD_NEVER - now ? now + ms : DHCPD_NEVER;
}

/** bind() - the lease is the client's from now on, as it is told */
static void bind(struct dhcp_step *step, struct lease *lease,
		 enum dhcpd_event_type type, enum dhcpd_reason reason)
{
	const struct dhcpd_fault *cut =
		dhcp_fault_on(step, DHCPD_FAULT_SHORT_LEASE);
	uint64_t now = step->now.lapse, end;
	struct dhcp_grant grant;

	dhcp_grant(step, lease, &grant);
	dhcp_known_as(step, lease);
	settle_move(step, lease);
	end = grant.ms;
	if (cut && cut->value < end)
		end = cut->value;
	lease->length = grant.ms;
	lease->renew_at = later(now, grant.renew);
	lease->rebind_at = later(now, grant.rebind);
	lease->flags |= LEASE_PROBED;
	dhcp_lease_set(step->d, lease, DHCPD_BOUND, later(now, end));
	dhcp_event_lease(step->d, step->now, type, reason, lease);
	dhcp_reply_ack(step, lease, &grant);
}

/** bindable() - whether a lease may be ACKed at the address that is asked for
 */
static bool bindable(const struct dhcp_step *step, const struct lease *lease,
		     uint32_t address)
{
	return lease && lease->address == address &&
	       lease->probe == DHCP_NONE && dhcp_usable(step, address);
}

/** why_not() - the reason for a NAK to a request for @address */
static enum dhcpd_reason why_not(const struct dhcp_step *step, uint32_t address)
{
	if (dhcp_subnet_of(step->d, address) != step->subnet)
		return DHCPD_REASON_WRONG_SUBNET;
	return step->lease ? DHCPD_REASON_OTHER_ADDRESS : DHCPD_REASON_UNKNOWN;
}

/** selecting() - the client has chosen an offer, ours or another server's */
static void selecting(struct dhcp_step *step, uint32_t server, uint32_t address)
{
	struct lease *lease = step->lease;

	if (server != step->server && !dhcp_address_own(step->d, server)) {
		if (lease && lease->state == DHCPD_OFFERED)
			dhcp_lease_unoffer(step->d, lease);
		dhcp_drop(step, DHCPD_DROP_OTHER_SERVER);
		return;
	}
	if (lease && lease->state == DHCPD_OFFERED &&
	    dhcp_fault_on(step, DHCPD_FAULT_WITHDRAW)) {
		dhcp_lease_unoffer(step->d, lease);
		dhcp_reply_nak(step, DHCPD_REASON_FAULT, address);
		return;
	}
	if (bindable(step, lease, address))
		bind(step, lease, DHCPD_EVENT_BOUND, DHCPD_REASON_SELECTING);
	else
		dhcp_reply_nak(step,
			       lease ? why_not(step, address)
				     : DHCPD_REASON_NO_OFFER,
			       address);
}

/** init_reboot() - the client wants the address that it had before it slept */
static void init_reboot(struct dhcp_step *step, uint32_t address)
{
	bool wrong = dhcp_subnet_of(step->d, address) != step->subnet;

	if (bindable(step, step->lease, address))
		bind(step, step->lease, DHCPD_EVENT_BOUND,
		     DHCPD_REASON_INIT_REBOOT);
	else if (step->lease || wrong || step->d->settings->authoritative)
		dhcp_reply_nak(step, why_not(step, address), address);
	else
		dhcp_drop(step, DHCPD_DROP_UNKNOWN);
}

/** other_address() - a fault: the ACK is for an address nobody asked for */
static bool other_address(struct dhcp_step *step, enum dhcpd_event_type type)
{
	struct lease *old = step->lease, *lease;
	uint32_t address = old->address;

	lease = dhcp_any(step->d, step->now, step->subnet);
	/* looking for one may have ended what was overdue, even this */
	if (!lease || lease == old || old->state != DHCPD_BOUND)
		return false;
	dhcp_lease_leave(step->d, old, lease->address);
	dhcp_lease_own(step->d, lease, step->id, step->id_len);
	step->lease = lease;
	bind(step, lease, type, DHCPD_REASON_FAULT);
	lease->partner = address;
	return true;
}

/** address_taken() - whether somebody else holds an address */
static bool address_taken(const struct dhcp_step *step, uint32_t address)
{
	const struct lease *lease =
		dhcp_lease_find(step->d, step->now, address);

	return lease && lease != step->lease && !lease_is_free(lease);
}

/** renewing() - the client wants to keep what it has, from us or from anybody
 */
static void renewing(struct dhcp_step *step, bool rebinding)
{
	enum dhcpd_event_type type =
		rebinding ? DHCPD_EVENT_REBOUND : DHCPD_EVENT_RENEWED;
	uint32_t address = step->m.ciaddr;
	struct lease *lease = step->lease;

	if (dhcp_fault_on(step, rebinding ? DHCPD_FAULT_SILENT_REBIND
					  : DHCPD_FAULT_SILENT_RENEW)) {
		dhcp_drop(step, DHCPD_DROP_FAULT);
		return;
	}
	if (lease && dhcp_fault_on(step, DHCPD_FAULT_NAK)) {
		dhcp_reply_nak(step, DHCPD_REASON_FAULT, address);
		return;
	}
	if (bindable(step, lease, address)) {
		if (lease->state == DHCPD_BOUND &&
		    dhcp_fault_on(step, DHCPD_FAULT_OTHER_ADDRESS) &&
		    other_address(step, type))
			return;
		bind(step, lease, type,
		     rebinding ? DHCPD_REASON_REBINDING
			       : DHCPD_REASON_RENEWING);
		return;
	}
	if (lease || address_taken(step, address) ||
	    dhcp_subnet_of(step->d, address) != step->subnet ||
	    (!rebinding && step->d->settings->authoritative))
		dhcp_reply_nak(step, why_not(step, address), address);
	else
		dhcp_drop(step, DHCPD_DROP_UNKNOWN);
}

/** told_to_nak() - whether `lease nak` waits for this client */
static bool told_to_nak(struct dhcp_step *step)
{
	struct lease *lease = step->lease;

	if (!lease || !(lease->flags & LEASE_NAK))
		return false;
	lease->flags &= (uint8_t)~LEASE_NAK;
	if (lease->state == DHCPD_BOUND)
		dhcp_lease_end(step->d, step->now, lease, DHCPD_EXPIRED_LEASE,
			       DHCPD_REASON_OPERATOR);
	dhcp_reply_nak(step, DHCPD_REASON_OPERATOR, lease->address);
	return true;
}

void dhcp_request(struct dhcp_step *step)
{
	bool server = dhcp_option_has(&step->m, OPTION_SERVER);
	bool wish = dhcp_option_has(&step->m, OPTION_REQUESTED);
	uint32_t server_id = dhcp_option_u32(&step->m, OPTION_SERVER);
	uint32_t address = dhcp_option_u32(&step->m, OPTION_REQUESTED);

	if (!step->m.ciaddr && !wish) {
		dhcp_drop(step, DHCPD_DROP_BAD_REQUEST);
		return;
	}
	/* what another server has to answer is not ours to refuse */
	if (server && server_id != step->server &&
	    !dhcp_address_own(step->d, server_id)) {
		selecting(step, server_id, address);
		return;
	}
	if (told_to_nak(step))
		return;
	if (step->m.ciaddr)
		renewing(step,
			 step->m.giaddr ||
				 !dhcp_address_own(step->d,
						   step->packet->destination));
	else if (server)
		selecting(step, server_id, address);
	else
		init_reboot(step, address);
}
