// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reply - what the answers hold and where they go (RFC 2131 sections 4.1, 4.3)
 */
#include "dhcpd/build.h"
#include "dhcpd/event.h"
#include "dhcpd/lease.h"
#include "dhcpd/queue.h"
#include "dhcpd/step.h"
#include "dhcpd/subnet.h"

#include <string.h>
#include "base/wire.h"

#define PORT_SERVER 67
#define PORT_CLIENT 68

/* Of a client that says nothing of what it takes, in IP packets. */
#define SIZE_MIN     576
#define SIZE_HEADERS 28

/** struct draft - a reply in the making, with its options' bytes */
struct draft {
	struct build build;
	uint8_t type;
	uint8_t server[4], lease[4], t1[4], t2[4];
	uint8_t autoconf;
};

/** draft_begin() - header, message type and server identifier */
static void draft_begin(struct draft *draft, const struct dhcp_step *step,
			uint8_t type, uint32_t server)
{
	draft->build.request = &step->m;
	draft->build.flags = step->m.flags;
	draft->build.ciaddr = draft->build.yiaddr = draft->build.siaddr = 0;
	draft->build.n = 0;
	draft->build.relay.value = NULL;
	draft->build.overload = true;
	draft->type = type;
	wire_put32(draft->server, server);
	dhcp_build_add(&draft->build, OPTION_TYPE, &draft->type, 1);
	dhcp_build_add(&draft->build, OPTION_SERVER, draft->server, 4);
}

/** draft_echo() - the options that go back as they came (RFC 6842, RFC 3046) */
static void draft_echo(struct draft *draft, const struct dhcp_step *step)
{
	const uint8_t *value;
	size_t len = 0;

	value = dhcp_option(&step->m, OPTION_CLIENT, &len);
	if (value)
		dhcp_build_add(&draft->build, OPTION_CLIENT, value, len);
	value = dhcp_option(&step->m, OPTION_RELAY, &len);
	if (value)
		draft->build.relay = (struct build_item){.value = value,
							 .len = (uint16_t)len,
							 .code = OPTION_RELAY};
}

/** draft_times() - how long the lease is */
static void draft_times(struct draft *draft, const struct dhcp_grant *grant)
{
	uint32_t t1 = dhcp_seconds(grant->renew);
	uint32_t t2 = dhcp_seconds(grant->rebind);
	uint32_t lease = dhcp_seconds(grant->ms);

	wire_put32(draft->lease, lease);
	dhcp_build_add(&draft->build, OPTION_LEASE_TIME, draft->lease, 4);
	/* A lease of a second or two has no room for them in whole seconds:
	 * the client's own halves will do. */
	if (!t1 || t1 >= t2 || t2 >= lease)
		return;
	wire_put32(draft->t1, t1);
	wire_put32(draft->t2, t2);
	dhcp_build_add(&draft->build, OPTION_T1, draft->t1, 4);
	dhcp_build_add(&draft->build, OPTION_T2, draft->t2, 4);
}

/** struct wanted - the parameters of a reply while they are collected */
struct wanted {
	struct draft *draft;
	const struct dhcp_step *step;
	const struct option_set *set;
	bool seen[256];
};

/** want() - one parameter, if there is one and it is not there yet */
static void want(struct wanted *wanted, uint8_t code)
{
	const struct dhcpd_reservation *r = wanted->step->reservation;
	const struct option_set *set = wanted->set;

	if (wanted->seen[code])
		return;
	wanted->seen[code] = true;
	if (code == OPTION_HOSTNAME && r && r->hostname)
		dhcp_build_add(&wanted->draft->build, code,
			       (const uint8_t *)r->hostname,
			       strlen(r->hostname));
	else if (set->has[code])
		dhcp_build_add(&wanted->draft->build, code,
			       set->bytes + set->at[code], set->len[code]);
}

/**
 * draft_parameters() - what the client asks for, in its order
 *
 * The subnet mask comes before the router in any case (RFC 2132 section 3.3).
 * Who asks for nothing gets all but option 108, which is only for those who do
 * (RFC 8925 section 3.3).
 */
static void draft_parameters(struct draft *draft, const struct dhcp_step *step)
{
	struct wanted wanted = {
		.draft = draft,
		.step = step,
		.set = &step->d->subnets[step->subnet].options,
	};
	const uint8_t *list;
	size_t len = 0;

	list = dhcp_option(&step->m, OPTION_PARAMETERS, &len);
	if (!list) {
		for (unsigned code = 1; code < 255; code++)
			if (code != OPTION_V6ONLY)
				want(&wanted, (uint8_t)code);
		return;
	}
	for (size_t i = 0; i < len; i++) {
		if (list[i] == OPTION_ROUTER && memchr(list, OPTION_MASK, len))
			want(&wanted, OPTION_MASK);
		want(&wanted, list[i]);
	}
}

/** size_max() - the longest reply that the client takes */
static size_t size_max(const struct dhcp_step *step)
{
	const struct dhcp_message *m = &step->m;
	size_t len = 0, size = 0;
	const uint8_t *p = dhcp_option(m, OPTION_MAX_SIZE, &len);

	if (p)
		size = wire_get16(p);
	if (size < SIZE_MIN)
		size = SIZE_MIN;
	size -= SIZE_HEADERS;
	/* the relay takes its option away again */
	if (m->giaddr && dhcp_option(m, OPTION_RELAY, &len))
		size += len + 2;
	return size < DHCPD_REPLY_MAX ? size : DHCPD_REPLY_MAX;
}

/** struct route - where a reply goes */
struct route {
	enum dhcpd_way way;
	uint32_t destination;
	uint16_t port;
	uint32_t source;
	uint64_t journal;
};

/** route_of() - by RFC 2131 section 4.1, for all but DHCPNAK */
static struct route route_of(const struct dhcp_step *step, uint32_t ciaddr,
			     uint32_t yiaddr)
{
	const struct dhcp_message *m = &step->m;
	struct route route = {
		.way = DHCPD_TO_ROUTED,
		.port = PORT_CLIENT,
		.source = step->d->settings->lans[step->packet->lan].address,
	};

	if (m->giaddr) {
		route.destination = m->giaddr;
		route.port = PORT_SERVER;
	} else if (ciaddr) {
		route.destination = ciaddr;
	} else if (m->flags & FLAG_BROADCAST || !yiaddr || !dhcp_ethernet(m)) {
		route.way = DHCPD_TO_BROADCAST;
		route.destination = ADDRESS_FOR_ALL;
	} else {
		route.way = DHCPD_TO_MAC;
		route.destination = yiaddr;
	}
	return route;
}

/** send() - build a reply and queue it */
static void send(struct dhcp_step *step, struct draft *draft,
		 const struct route *route, enum dhcpd_stat stat)
{
	const struct dhcpd_fault *delay =
		dhcp_fault_on(step, DHCPD_FAULT_DELAY);
	struct dhcpd *d = step->d;
	struct reply_slot *slot;
	unsigned cut;

	dhcp_count(d, stat);
	slot = dhcp_reply_slot(d);
	if (!slot)
		return;
	slot->reply = (struct dhcpd_reply){
		.bytes = slot->bytes,
		.len = dhcp_build(&draft->build, slot->bytes, size_max(step),
				  &cut),
		.journal = route->journal,
		.lan = step->packet->lan,
		.way = route->way,
		.source = route->source,
		.destination = route->destination,
		.port = route->port,
	};
	memcpy(slot->reply.mac, step->m.chaddr, sizeof(slot->reply.mac));
	d->counter[DHCPD_OPTIONS_CUT] += cut;
	dhcp_reply_queue(d, step->now, slot,
			 step->now.real + (delay ? delay->value : 0));
}

void dhcp_grant(const struct dhcp_step *step, const struct lease *lease,
		struct dhcp_grant *grant)
{
	const struct dhcpd_subnet *s = step->s;
	uint64_t most = s->max_lease_time ? s->max_lease_time : s->lease_time;
	uint64_t ms = s->lease_time, left;
	uint32_t wish = dhcp_option_u32(&step->m, OPTION_LEASE_TIME);

	if (s->allocation == DHCPD_ALLOCATE_AUTOMATIC) {
		ms = DHCPD_NEVER;
	} else if (dhcp_option_has(&step->m, OPTION_LEASE_TIME)) {
		ms = wish == UINT32_MAX ? DHCPD_NEVER
		     : wish		? (uint64_t)wish * 1000
					: 1000;
		ms = ms < most ? ms : most;
	} else if (lease->state == DHCPD_BOUND) {
		/* who does not ask for a time does not lose any */
		left = lease->deadline == DHCPD_NEVER
			       ? DHCPD_NEVER
			       : lease->deadline - step->now.lapse;
		ms = left > ms ? left : ms;
	}
	*grant = (struct dhcp_grant){ms, DHCPD_NEVER, DHCPD_NEVER};
	if (ms == DHCPD_NEVER)
		return;
	grant->rebind = s->rebind_time && s->rebind_time < ms ? s->rebind_time
							      : ms - ms / 8;
	grant->renew = s->renew_time && s->renew_time < grant->rebind
			       ? s->renew_time
			       : ms / 2;
	if (grant->renew >= grant->rebind)
		grant->renew = grant->rebind / 2;
}

void dhcp_reply_offer(struct dhcp_step *step, const struct lease *lease)
{
	struct route route = route_of(step, 0, lease->address);
	struct dhcp_grant grant;
	struct draft draft;

	dhcp_grant(step, lease, &grant);
	draft_begin(&draft, step, DHCPOFFER, step->server);
	draft.build.yiaddr = lease->address;
	draft.build.siaddr = step->s->next_server;
	draft_times(&draft, &grant);
	draft_echo(&draft, step);
	draft_parameters(&draft, step);
	dhcp_event_lease(step->d, step->now, DHCPD_EVENT_OFFERED,
			 DHCPD_REASON_NONE, lease);
	send(step, &draft, &route, DHCPD_OFFERS);
}

/** rogue_host() - the @nth address from the subnet's end that is no lease's */
static uint32_t rogue_host(const struct dhcp_step *step, unsigned nth)
{
	uint32_t address = step->s->addr | ~prefix_mask(step->s->bits);

	for (unsigned tries = 0; tries < 1024; tries++, address--)
		if (dhcp_address_host(step->d, step->subnet, address) &&
		    !dhcp_lease_peek(step->d, address) && !nth--)
			return address;
	return 0;
}

void dhcp_reply_rogue(struct dhcp_step *step)
{
	uint32_t server = rogue_host(step, 0), address = rogue_host(step, 1);
	struct route route = route_of(step, 0, address);
	struct dhcp_grant grant = {step->s->lease_time, DHCPD_NEVER,
				   DHCPD_NEVER};
	uint8_t mask[4], router[4];
	struct draft draft;

	if (!address)
		return;
	draft_begin(&draft, step, DHCPOFFER, server);
	draft.build.yiaddr = address;
	draft_times(&draft, &grant);
	draft_echo(&draft, step);
	wire_put32(mask, prefix_mask(step->s->bits));
	wire_put32(router, server);
	dhcp_build_add(&draft.build, OPTION_MASK, mask, 4);
	dhcp_build_add(&draft.build, OPTION_ROUTER, router, 4);
	dhcp_build_add(&draft.build, OPTION_DNS, router, 4);
	route.source = server;
	send(step, &draft, &route, DHCPD_OFFERS);
}

void dhcp_reply_unconfigured(struct dhcp_step *step)
{
	struct route route = route_of(step, 0, 0);
	struct draft draft;

	draft_begin(&draft, step, DHCPOFFER, step->server);
	draft.autoconf = 0;
	dhcp_build_add(&draft.build, OPTION_AUTOCONF, &draft.autoconf, 1);
	draft_echo(&draft, step);
	send(step, &draft, &route, DHCPD_OFFERS);
}

void dhcp_reply_ack(struct dhcp_step *step, const struct lease *lease,
		    const struct dhcp_grant *grant)
{
	struct route route = route_of(step, step->m.ciaddr, lease->address);
	struct draft draft;

	draft_begin(&draft, step, DHCPACK, step->server);
	draft.build.ciaddr = step->m.ciaddr;
	draft.build.yiaddr = lease->address;
	draft.build.siaddr = step->s->next_server;
	draft_times(&draft, grant);
	draft_echo(&draft, step);
	draft_parameters(&draft, step);
	route.journal = lease->change;
	send(step, &draft, &route, DHCPD_ACKS);
}

void dhcp_reply_inform(struct dhcp_step *step, uint32_t client)
{
	struct route route = route_of(step, client, 0);
	struct draft draft;

	/* straight to the client, past the relay (RFC 2131 section 4.3.5) */
	route.destination = client;
	route.port = PORT_CLIENT;
	draft_begin(&draft, step, DHCPACK, step->server);
	draft.build.ciaddr = step->m.ciaddr;
	draft.build.siaddr = step->s->next_server;
	draft_echo(&draft, step);
	draft_parameters(&draft, step);
	send(step, &draft, &route, DHCPD_ACKS);
}

void dhcp_reply_nak(struct dhcp_step *step, enum dhcpd_reason reason,
		    uint32_t address)
{
	struct route route = route_of(step, 0, 0);
	const char *text = dhcpd_reason_names[reason];
	struct dhcpd_event event = {
		.at = step->now.lapse,
		.type = DHCPD_EVENT_NAK,
		.reason = reason,
		.address = address,
		.htype = step->m.htype,
		.hlen = step->m.hlen,
		.id_len = (uint8_t)step->id_len,
	};
	struct draft draft;

	draft_begin(&draft, step, DHCPNAK, step->server);
	draft.build.overload = false;
	/* the relay has to broadcast it (section 4.3.2) */
	if (step->m.giaddr)
		draft.build.flags |= FLAG_BROADCAST;
	dhcp_build_add(&draft.build, OPTION_TEXT, (const uint8_t *)text,
		       strlen(text));
	draft_echo(&draft, step);
	memcpy(event.chaddr, step->m.chaddr, sizeof(event.chaddr));
	memcpy(event.id, step->id, step->id_len);
	if (step->lease)
		memcpy(event.hostname,
		       lease_client(step->d, step->lease)->hostname,
		       sizeof(event.hostname));
	dhcp_event_put(step->d, &event);
	send(step, &draft, &route, DHCPD_NAKS);
}
