/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_rig - a gateway without a network, for tests of its control
 *
 * A real engine, a real loop, settings made by hand: nothing is opened.
 */
#ifndef TESTS_CONTROL_RIG_H
#define TESTS_CONTROL_RIG_H

#include <stdlib.h>
#include <string.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <jansson.h>
#include "base/checksum.h"
#include "base/wire.h"
#include "gateway/control.h"
#include "gateway/control_ring.h"
#include "gateway/gateway.h"
#include "gateway/request.h"

#define RIG_EXTERNAL 0xc0000201u /* 192.0.2.1 */
#define RIG_REMOTE   0xcb007107u /* 203.0.113.7 */
#define RIG_CLIENT   0x0a000000u /* 10.0.0.0 and up */

/** struct rig - all that a request needs */
struct rig {
	struct gateway gateway;
	struct conf conf;
	struct nat_client_rule clients[2];
	struct nat_pool_range pool;
	struct ring ring;
	struct request request;
};

/** rig_tick() - the engine's timer; the tests drive time themselves */
static inline void rig_tick(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/** rig_conf() - settings: two clients, one by prefix and one by MAC */
static inline void rig_conf(struct rig *rig, uint32_t max_sessions)
{
	static char socket[] = "/nonexistent/control.sock";
	static char profile[] = "rfc-compliant";
	static char path[] = "/nonexistent/lapse.yaml";
	struct conf *conf = &rig->conf;

	*conf = *conf_parse("{}", 2, "rig", NULL, 0, stderr);
	conf->nat.max_sessions = max_sessions;
	/* few ports make a rig quick to make, which a fuzzer likes */
	conf->nat.port_first = 10000;
	conf->nat.port_last = (uint16_t)(10000 + 2 * max_sessions);
	conf->profile = profile;
	conf->path = path; /* a reload finds nothing, and changes nothing */
	conf->control_socket = socket;
	conf->nat.clients = rig->clients;
	conf->nat.n_clients = 2;
	rig->clients[0] = (struct nat_client_rule){
		.name = "phone",
		.addr = RIG_CLIENT + 20,
		.bits = 32,
		.policy = conf->nat.policy,
	};
	rig->clients[1] = (struct nat_client_rule){
		.name = "tablet",
		.by_mac = true,
		.mac = {2, 0, 0, 0, 0, 9},
		.policy = conf->nat.policy,
	};
}

/** rig_new() - a rig for so many sessions, to be released with rig_free() */
static inline struct rig *rig_new(uint32_t max_sessions)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct gateway *gateway;
	struct nat_pool pool;

	if (!rig)
		abort();
	rig_conf(rig, max_sessions);
	gateway = &rig->gateway;
	gateway->conf = &rig->conf;
	gateway->ring = &rig->ring;
	gateway->raw_socket = -1;
	gateway->started_ns = gateway_real_ns();
	gateway->loop = event_base_new();
	gateway->expiry = evtimer_new(gateway->loop, rig_tick, NULL);
	/* tests alone move the clock, from 0 */
	clock_init(&gateway->clock, gateway->started_ns);
	clock_freeze(&gateway->clock, gateway->started_ns, true);
	rig->pool = (struct nat_pool_range){RIG_EXTERNAL, RIG_EXTERNAL, false};
	pool = (struct nat_pool){.ranges = &rig->pool, .n_ranges = 1};
	gateway->nat =
		nat_alloc(&rig->conf.nat, &pool, 1, gateway_now(gateway));
	request_init(&rig->request, gateway, &rig->ring, evbuffer_new());
	if (!gateway->loop || !gateway->expiry || !gateway->nat ||
	    !rig->request.out)
		abort();
	return rig;
}

/** rig_free() - release it */
static inline void rig_free(struct rig *rig)
{
	evbuffer_free(rig->request.out);
	nat_free(rig->gateway.nat);
	event_free(rig->gateway.expiry);
	event_base_free(rig->gateway.loop);
	live_clean(&rig->gateway.live);
	conf_free(rig->gateway.conf);
	free(rig);
}

/**
 * rig_send() - a UDP packet from RIG_CLIENT + @client to RIG_REMOTE
 *
 * Return: what the engine did with it.
 */
static inline enum nat_verdict rig_send(struct rig *rig, unsigned client,
					uint16_t port, uint16_t remote_port)
{
	uint8_t bytes[32] = {0x45, 0, 0, sizeof(bytes), 0, 1, 0, 0, 64, 17};
	struct nat_packet packet = {
		.bytes = bytes,
		.len = sizeof(bytes),
		.direction = NAT_OUTBOUND,
	};
	uint64_t sum;

	wire_put32(bytes + 12, RIG_CLIENT + client);
	wire_put32(bytes + 16, RIG_REMOTE);
	wire_put16(bytes + 10,
		   (uint16_t)~checksum_fold(checksum_add(0, bytes, 20)));
	wire_put16(bytes + 20, port);
	wire_put16(bytes + 22, remote_port);
	wire_put16(bytes + 24, 12);
	sum = checksum_pseudo(RIG_CLIENT + client, RIG_REMOTE, 17, 12);
	wire_put16(bytes + 26,
		   (uint16_t)~checksum_fold(checksum_add(sum, bytes + 20, 12)));
	return nat_handle(rig->gateway.nat, gateway_now(&rig->gateway),
			  &packet);
}

/** rig_drain() - the engine's events into the rig's ring */
static inline void rig_drain(struct rig *rig)
{
	struct nat_event event;

	while (nat_event_get(rig->gateway.nat, &event)) {
		const struct ring_entry entry = ring_entry_nat(&event);

		ring_add(&rig->ring, &entry);
	}
}

#endif /* TESTS_CONTROL_RIG_H */
