/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rig - an engine, a clock and packets, for unit tests of the NAT
 */
#ifndef TESTS_LIB_RIG_H
#define TESTS_LIB_RIG_H

#include "nat/events.h"
#include "nat/nat.h"
#include "nat/report.h"
#include "tests/lib/build.h"

/** struct rig - one engine under test; all of it the test's to look at */
struct rig {
	struct nat_settings settings;
	struct nat_pool_range range;
	struct nat *nat;
	struct nat_now now;
	uint8_t bytes[PACKET_MAX]; /* of the last packet, as it left */
	struct endpoint src, dst;  /* its ends */
};

/** rig_defaults() - settings and a pool of @n addresses from 198.51.100.1 */
void rig_defaults(struct rig *rig, unsigned n);

/** rig_start() - make the engine; the time is 1000 s on both clocks */
void rig_start(struct rig *rig);

/** rig_begin() - both, for a test that is content with the defaults */
void rig_begin(struct rig *rig, unsigned n);

/** rig_stop() - release it, after a look at its invariants */
void rig_stop(struct rig *rig);

/**
 * rig_send() - one packet through the engine
 * @packet:	its src and dst are left in rig->src and dst as they came out
 */
enum nat_verdict rig_send(struct rig *rig, enum nat_direction direction,
			  const struct packet *packet);

/** rig_udp() - a datagram; NULL or its ends as text "a.b.c.d:port" */
enum nat_verdict rig_udp(struct rig *rig, enum nat_direction direction,
			 struct endpoint src, struct endpoint dst);

/** rig_tcp() - a segment with these flags, seq 100, ack 200 */
enum nat_verdict rig_tcp(struct rig *rig, enum nat_direction direction,
			 struct endpoint src, struct endpoint dst,
			 uint8_t flags, size_t len);

/**
 * rig_connect() - a handshake of TCP, begun by @client
 *
 * Return: the client's external endpoint.
 */
struct endpoint rig_connect(struct rig *rig, struct endpoint client,
			    struct endpoint server);

/** rig_pass() - let lapse and real time go by, and expire */
void rig_pass(struct rig *rig, uint64_t ms);

/** rig_event() - take events until one of @type comes; false if none does */
bool rig_event(struct rig *rig, enum nat_event_type type,
	       struct nat_event *event);

/** rig_history() - the record of the flow with this internal endpoint */
bool rig_history(struct rig *rig, struct endpoint internal,
		 struct nat_history_info *info);

#endif /* TESTS_LIB_RIG_H */
