/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rig - see rig.h
 */
#include "tests/lib/rig.h"

#include "base/log.h"
#include "base/wire.h"

void rig_defaults(struct rig *rig, unsigned n)
{
	*rig = (struct rig){
		.range = {0xc6336401, 0xc6336400 + n, false},
		.now = {1000000, 1000000},
	};
	nat_settings_default(&rig->settings);
	rig->settings.max_sessions = 1024;
}

void rig_start(struct rig *rig)
{
	const struct nat_pool pool = {&rig->range, 1, NULL, 0};

	rig->nat = nat_alloc(&rig->settings, &pool, 7, rig->now);
	base_assert(rig->nat);
}

void rig_begin(struct rig *rig, unsigned n)
{
	rig_defaults(rig, n);
	rig_start(rig);
}

void rig_stop(struct rig *rig)
{
	base_assert(nat_check(rig->nat));
	nat_free(rig->nat);
}

enum nat_verdict rig_send(struct rig *rig, enum nat_direction direction,
			  const struct packet *packet)
{
	struct nat_packet p = {
		.bytes = rig->bytes,
		.len = build_packet(packet, rig->bytes),
		.direction = direction,
	};
	enum nat_verdict verdict = nat_handle(rig->nat, rig->now, &p);
	const uint8_t *ip = rig->bytes;

	rig->src = (struct endpoint){wire_get32(ip + 12), wire_get16(ip + 20)};
	rig->dst = (struct endpoint){wire_get32(ip + 16), wire_get16(ip + 22)};
	base_assert(nat_check(rig->nat));
	return verdict;
}

enum nat_verdict rig_udp(struct rig *rig, enum nat_direction direction,
			 struct endpoint src, struct endpoint dst)
{
	const struct packet packet = {
		.protocol = 17,
		.src = src,
		.dst = dst,
		.len = 20,
	};

	return rig_send(rig, direction, &packet);
}

enum nat_verdict rig_tcp(struct rig *rig, enum nat_direction direction,
			 struct endpoint src, struct endpoint dst,
			 uint8_t flags, size_t len)
{
	const struct packet packet = {
		.protocol = 6,
		.src = src,
		.dst = dst,
		.len = len,
		.flags = flags,
		.seq = 100,
		.ack = 200,
		.window = 1000,
	};

	return rig_send(rig, direction, &packet);
}

struct endpoint rig_connect(struct rig *rig, struct endpoint client,
			    struct endpoint server)
{
	struct endpoint external;

	rig_tcp(rig, NAT_OUTBOUND, client, server, 2, 0); /* SYN */
	external = rig->src;
	rig_tcp(rig, NAT_INBOUND, server, external, 18, 0); /* SYN, ACK */
	rig_tcp(rig, NAT_OUTBOUND, client, server, 16, 0);  /* ACK */
	return external;
}

void rig_pass(struct rig *rig, uint64_t ms)
{
	rig->now.lapse += ms;
	rig->now.real += ms;
	while (nat_expire(rig->nat, rig->now, 16))
		;
	base_assert(nat_check(rig->nat));
}

bool rig_event(struct rig *rig, enum nat_event_type type,
	       struct nat_event *event)
{
	while (nat_event_get(rig->nat, event))
		if (event->type == type)
			return true;
	return false;
}

bool rig_history(struct rig *rig, struct endpoint internal,
		 struct nat_history_info *info)
{
	uint32_t cursor = 0;

	while (nat_history_next(rig->nat, rig->now, &cursor, info))
		if (endpoint_equal(info->internal, internal))
			return true;
	return false;
}
