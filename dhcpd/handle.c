// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * handle - a message's way through the server, step by step
 *
 *	read -> subnet -> identity -> its lease -> rate limit, faults ->
 *	discover.c, request.c, or one of the short ones here -> reply.c
 */
#include "dhcpd/event.h"
#include "dhcpd/lease.h"
#include "dhcpd/step.h"
#include "dhcpd/subnet.h"

#include <string.h>

/* Sub-options of option 82 that we heed. */
enum {
	RELAY_LINK = 5,	   /* link selection, RFC 3527 */
	RELAY_SERVER = 11, /* server identifier override, RFC 5107 */
};

/** BURST_MS - a LAN may send as many messages at once as in this time */
#define BURST_MS 1000

/** subnet_choose() - the network that the client is in; false: not served */
static bool subnet_choose(struct dhcp_step *step)
{
	const struct dhcpd_settings *settings = step->d->settings;
	const struct dhcp_message *m = &step->m;
	uint32_t none = SUBNET_NONE(step->d), link = m->giaddr;

	if (step->packet->lan >= settings->n_lans)
		return false;
	step->server = settings->lans[step->packet->lan].address;
	step->subnet = none;
	if (m->giaddr) {
		if (!settings->ignore_link_selection)
			dhcp_suboption_u32(m, RELAY_LINK, &link);
		dhcp_suboption_u32(m, RELAY_SERVER, &step->server);
		step->subnet = dhcp_subnet_of(step->d, link);
	} else {
		/* a renewal may come straight from behind a relay */
		if (m->ciaddr &&
		    dhcp_address_own(step->d, step->packet->destination))
			step->subnet = dhcp_subnet_of(step->d, m->ciaddr);
		if (step->subnet == none)
			step->subnet =
				dhcp_subnet_on(step->d, step->packet->lan);
	}
	if (step->subnet == none)
		return false;
	step->s = &settings->subnets[step->subnet];
	return true;
}

/**
 * identity() - who it is: option 61, else hardware type and address
 *
 * The two share one name space: an option 61 that says just that is the same
 * client (a boot ROM that sends none, and the system that it starts). A
 * reservation by MAC makes the MAC the identity.
 *
 * Return: false if there is nothing to know the client by.
 */
static bool identity(struct dhcp_step *step)
{
	const struct dhcp_message *m = &step->m;
	size_t len = 0;
	const uint8_t *id = dhcp_option(m, OPTION_CLIENT, &len);

	if (!len)
		id = NULL;
	step->reservation = dhcp_reservation_of(
		step->d, step->subnet, dhcp_ethernet(m) ? m->chaddr : NULL, id,
		len);
	if (id && !(step->reservation && step->reservation->by_mac)) {
		step->id = id;
		step->id_len = len;
		return true;
	}
	step->id_bytes[0] = m->htype;
	memcpy(step->id_bytes + 1, m->chaddr, m->hlen);
	step->id = step->id_bytes;
	step->id_len = 1u + m->hlen;
	return m->hlen != 0;
}

/** over_rate() - whether a LAN's clients without a lease send too much */
static bool over_rate(const struct dhcp_step *step)
{
	uint32_t rate = step->d->settings->rate_limit;
	struct bucket *bucket = &step->d->buckets[step->packet->lan];
	uint64_t passed = step->now.real - bucket->at, most;

	/* who has a lease must be able to keep it, whatever others send */
	if (rate == DHCPD_NO_LIMIT ||
	    (step->lease && step->lease->state == DHCPD_BOUND))
		return false;
	most = (uint64_t)rate * BURST_MS;
	bucket->level += rate * (passed < BURST_MS ? passed : BURST_MS);
	if (bucket->level > most || !bucket->at)
		bucket->level = most;
	bucket->at = step->now.real;
	if (bucket->level < 1000)
		return true;
	bucket->level -= 1000;
	return false;
}

void dhcp_known_as(const struct dhcp_step *step, struct lease *lease)
{
	struct client *client = lease_client(step->d, lease);
	size_t len = 0, n = 0;
	const uint8_t *name = dhcp_option(&step->m, OPTION_HOSTNAME, &len);

	lease->htype = step->m.htype;
	lease->hlen = step->m.hlen;
	memcpy(lease->chaddr, step->m.chaddr, CHADDR_LEN);
	if (!name)
		return;
	/* a name is shown to people: what is no printable ASCII goes */
	for (size_t i = 0; i < len && n < DHCPD_HOSTNAME - 1; i++)
		if (name[i] > ' ' && name[i] < 0x7f)
			client->hostname[n++] = (char)name[i];
	memset(client->hostname + n, 0, DHCPD_HOSTNAME - n);
}

/** quarantine() - an address is in conflict: nobody's for a while */
static void quarantine(struct dhcp_step *step, struct lease *lease)
{
	struct dhcpd *d = step->d;

	dhcp_event_lease(d, step->now, DHCPD_EVENT_DECLINED,
			 DHCPD_REASON_CLIENT, lease);
	dhcp_count(d, DHCPD_DECLINED);
	dhcp_lease_set(d, lease, DHCPD_QUARANTINED,
		       step->now.lapse + d->settings->decline_time);
	dhcp_lease_disown(d, lease);
}

/** server_is_us() - whether option 54 names us */
static bool server_is_us(const struct dhcp_step *step)
{
	uint32_t server = dhcp_option_u32(&step->m, OPTION_SERVER);

	return server == step->server || dhcp_address_own(step->d, server);
}

/** decline() - DHCPDECLINE, RFC 2131 section 4.3.3 */
static void decline(struct dhcp_step *step)
{
	struct lease *lease = step->lease;

	if (!dhcp_option_has(&step->m, OPTION_SERVER) ||
	    !dhcp_option_has(&step->m, OPTION_REQUESTED))
		dhcp_drop(step, DHCPD_DROP_BAD_REQUEST);
	else if (!server_is_us(step))
		dhcp_drop(step, DHCPD_DROP_OTHER_SERVER);
	else if (!lease || lease->probe != DHCP_NONE || lease_is_free(lease))
		dhcp_drop(step, DHCPD_DROP_UNKNOWN);
	else if (lease->address != dhcp_option_u32(&step->m, OPTION_REQUESTED))
		dhcp_drop(step, DHCPD_DROP_NOT_HOLDER);
	else
		quarantine(step, lease);
}

/** release() - DHCPRELEASE, section 4.3.4; option 54 may be left out */
static void release(struct dhcp_step *step)
{
	struct lease *lease = step->lease;

	if (!step->m.ciaddr)
		dhcp_drop(step, DHCPD_DROP_BAD_REQUEST);
	else if (dhcp_option_has(&step->m, OPTION_SERVER) &&
		 !server_is_us(step))
		dhcp_drop(step, DHCPD_DROP_OTHER_SERVER);
	else if (!lease || lease->state != DHCPD_BOUND)
		dhcp_drop(step, DHCPD_DROP_UNKNOWN);
	else if (lease->address != step->m.ciaddr)
		dhcp_drop(step, DHCPD_DROP_NOT_HOLDER);
	else
		dhcp_lease_end(step->d, step->now, lease, DHCPD_RELEASED_LEASE,
			       DHCPD_REASON_CLIENT);
}

/** inform() - DHCPINFORM, section 4.3.5 */
static void inform(struct dhcp_step *step)
{
	uint32_t client = step->m.ciaddr;

	/* some clients leave it out, and send from the address */
	if (!client && !step->m.giaddr)
		client = step->packet->source;
	if (client)
		dhcp_reply_inform(step, client);
	else
		dhcp_drop(step, DHCPD_DROP_BAD_REQUEST);
}

/* What each message type from a client does; the other types are a server's. */
static const struct {
	enum dhcpd_stat stat;
	void (*handle)(struct dhcp_step *step);
} messages[] = {
	[DHCPDISCOVER] = {DHCPD_DISCOVERS, dhcp_discover},
	[DHCPREQUEST] = {DHCPD_REQUESTS, dhcp_request},
	[DHCPDECLINE] = {DHCPD_DECLINES, decline},
	[DHCPRELEASE] = {DHCPD_RELEASES, release},
	[DHCPINFORM] = {DHCPD_INFORMS, inform},
};

/** type_good() - whether clients send messages of this type */
static bool type_good(uint8_t type)
{
	return type < sizeof(messages) / sizeof(messages[0]) &&
	       messages[type].handle;
}

void dhcp_step_run(struct dhcpd *d, struct dhcpd_now now,
		   const struct dhcpd_packet *packet, bool again)
{
	struct dhcp_step step = {.d = d, .now = now, .packet = packet};
	int bad = dhcp_message_parse(packet->bytes, packet->len, &step.m);

	if (bad == MESSAGE_OK && !type_good(step.m.type))
		bad = DHCPD_DROP_BAD_TYPE;
	if (bad == MESSAGE_OK && !again)
		dhcp_count(d, messages[step.m.type].stat);
	if (bad == MESSAGE_OK && !subnet_choose(&step))
		bad = DHCPD_DROP_NO_SUBNET;
	if (bad == MESSAGE_OK && !identity(&step))
		bad = DHCPD_DROP_BAD_REQUEST;
	if (bad != MESSAGE_OK) {
		dhcp_drop(&step, (enum dhcpd_stat)bad);
		return;
	}
	step.lease = dhcp_lease_of(d, now, step.id, step.id_len, step.subnet);
	if (!again && over_rate(&step))
		dhcp_drop(&step, DHCPD_DROP_RATE);
	else if (dhcp_fault_on(&step, DHCPD_FAULT_SILENT))
		dhcp_drop(&step, DHCPD_DROP_FAULT);
	else
		messages[step.m.type].handle(&step);
}

void dhcpd_handle(struct dhcpd *d, struct dhcpd_now now,
		  const struct dhcpd_packet *packet)
{
	dhcp_step_run(d, now, packet, false);
}
