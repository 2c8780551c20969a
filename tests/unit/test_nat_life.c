/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_nat_life - an engine's rings, reports, budget and repeatability
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "nat/packet.h"
#include "tests/lib/rig.h"

static const struct endpoint server = {0xcb007107, 53};

/** from() - an endpoint of a client */
static struct endpoint from(unsigned i)
{
	return (struct endpoint){0xc0a84d02 + i / 1000,
				 (uint16_t)(5000 + i % 1000)};
}

/** count() - how many events there are of a type */
static unsigned count(struct rig *rig, enum nat_event_type type)
{
	struct nat_event event;
	unsigned n = 0;

	while (rig_event(rig, type, &event))
		n++;
	return n;
}

/** struct record - a run: the ports that were given, and what happened */
struct record {
	struct endpoint ports[50];
	struct nat_event events[400];
	size_t n;
};

/** play() - the same packets at the same times, with this seed */
static void play(uint64_t seed, struct record *record)
{
	struct nat_fault fault = {.kind = NAT_FAULT_REBIND, .until = NAT_NEVER};
	struct nat_pool pool = {.n_ranges = 1};
	struct rig rig;

	memset(record, 0, sizeof(*record));
	rig_defaults(&rig, 4);
	rig.settings.policy.expiry_jitter = 50;
	rig_start(&rig);
	pool.ranges = &rig.range;
	nat_free(rig.nat);
	rig.nat = nat_alloc(&rig.settings, &pool, seed, rig.now);
	assert_non_null(rig.nat);
	for (unsigned i = 0; i < 50; i++) {
		if (i == 25)
			assert_true(nat_fault_start(rig.nat, rig.now, &fault) >
				    0);
		rig_udp(&rig, NAT_OUTBOUND, from(i * 100), server);
		record->ports[i] = rig.src;
		rig_pass(&rig, 1000 + i);
	}
	rig_pass(&rig, 3600000);
	while (record->n < 400 &&
	       nat_event_get(rig.nat, &record->events[record->n]))
		record->n++;
	rig_stop(&rig);
}

/** same_event() - all that is to be seen of it */
static bool same_event(const struct nat_event *a, const struct nat_event *b)
{
	return a->at == b->at && a->type == b->type && a->reason == b->reason &&
	       a->protocol == b->protocol && a->late == b->late &&
	       endpoint_equal(a->internal, b->internal) &&
	       endpoint_equal(a->external, b->external) &&
	       endpoint_equal(a->remote, b->remote);
}

/** differing() - how many ports of two runs are others */
static unsigned differing(const struct record *a, const struct record *b)
{
	unsigned n = 0;

	for (unsigned i = 0; i < 50; i++)
		n += !endpoint_equal(a->ports[i], b->ports[i]);
	return n;
}

/** repeats() - the same seed, packets and times: the same ports and events */
static void repeats(void **state)
{
	static struct record run[3];

	(void)state;
	play(1, &run[0]);
	play(1, &run[1]);
	play(2, &run[2]);
	assert_int_equal(differing(&run[0], &run[1]), 0);
	/* a mapping and a session each, made and gone, and the fault */
	assert_true(run[0].n > 200 && run[0].n < 400);
	assert_int_equal(run[0].n, run[1].n);
	for (size_t i = 0; i < run[0].n; i++)
		assert_true(same_event(&run[0].events[i], &run[1].events[i]));
	/* and it is the seed that decides */
	assert_true(differing(&run[0], &run[2]) > 40);
}

/** paged() - a walk sees each session once, though others come and go */
static void paged(void **state)
{
	bool seen[100] = {false};
	struct nat_session_info info;
	uint32_t cursor = 0;
	unsigned n = 0;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	for (unsigned i = 0; i < 100; i++)
		rig_udp(&rig, NAT_OUTBOUND, from(i), server);
	while (nat_session_next(rig.nat, rig.now, &cursor, &info)) {
		unsigned i = info.internal.port - 5000u;

		if (i >= 100)
			continue; /* a newcomer */
		assert_false(seen[i]);
		seen[i] = true;
		n++;
		if (i % 3)
			nat_session_end(rig.nat, rig.now, info.index,
					NAT_REASON_KILLED);
		else
			rig_udp(&rig, NAT_OUTBOUND, from(500 + i), server);
	}
	assert_int_equal(n, 100);
	rig_stop(&rig);
}

/** reported() - what a report says of a session and of a mapping */
static void reported(void **state)
{
	struct nat_session_info info;
	struct nat_mapping_info mapping;
	struct nat_gauges gauges;
	uint32_t cursor = 0;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, from(0), server);
	rig_pass(&rig, 7000);
	rig_udp(&rig, NAT_INBOUND, server, rig.src);
	rig_pass(&rig, 1000);
	assert_true(nat_session_next(rig.nat, rig.now, &cursor, &info));
	assert_true(endpoint_equal(info.internal, from(0)));
	assert_true(endpoint_equal(info.remote, server));
	assert_int_equal(info.protocol, 17);
	assert_int_equal(info.state, NAT_STATE_ACTIVE);
	assert_int_equal(info.timer, NAT_TIMER_UDP);
	assert_int_equal(info.packets_out, 1);
	assert_int_equal(info.packets_in, 1);
	assert_int_equal(info.bytes_out, 48);
	assert_int_equal(info.bytes_in, 48);
	assert_int_equal(info.age, 8000);
	assert_int_equal(info.idle, 8000);
	assert_int_equal(info.expires_in, 292000);
	cursor = 0;
	assert_true(nat_mapping_next(rig.nat, rig.now, &cursor, &mapping));
	assert_int_equal(mapping.sessions, 1);
	assert_int_equal(mapping.expires_in, 292000);
	assert_false(mapping.fixed);
	assert_true(nat_port_mapped(rig.nat, 17, mapping.external));
	assert_false(nat_port_mapped(rig.nat, 6, mapping.external));
	nat_gauges(rig.nat, &gauges);
	assert_int_equal(gauges.sessions, 1);
	assert_int_equal(gauges.sessions_max, 1024);
	assert_int_equal(gauges.subscribers, 1);
	assert_true(nat_memory(rig.nat) > 1024 * 128);
	rig_stop(&rig);
}

/** subscriber() - what is told of a client; false if it is not known */
static bool subscriber(struct rig *rig, uint32_t addr,
		       struct nat_subscriber_info *info)
{
	uint32_t cursor = 0;

	while (nat_subscriber_next(rig->nat, &cursor, NULL, NULL, info))
		if (info->addr == addr)
			return true;
	return false;
}

/** drops_by_client() - dropped packets are counted for whom they concern */
static void drops_by_client(void **state)
{
	const struct endpoint stranger = {server.addr + 1, server.port};
	const struct endpoint other = from(1000);
	struct endpoint external, nobodys;
	struct nat_subscriber_info one, two;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	/* before it has a mapping, nothing is kept of it */
	rig_tcp(&rig, NAT_OUTBOUND, from(0), server, TCP_ACK, 0);
	assert_false(subscriber(&rig, from(0).addr, &one));
	rig_udp(&rig, NAT_OUTBOUND, from(0), server);
	external = rig.src;
	nobodys = (struct endpoint){external.addr, external.port ^ 1};
	rig_udp(&rig, NAT_OUTBOUND, other, server);

	assert_int_equal(rig_udp(&rig, NAT_INBOUND, stranger, external),
			 NAT_DROP);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, stranger, external),
			 NAT_DROP);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, stranger, nobodys),
			 NAT_DROP);
	assert_int_equal(
		rig_tcp(&rig, NAT_OUTBOUND, from(0), server, TCP_ACK, 0),
		NAT_DROP);
	assert_true(subscriber(&rig, from(0).addr, &one));
	assert_true(subscriber(&rig, other.addr, &two));
	assert_int_equal(one.drops_in, 2);
	assert_int_equal(one.drops_out, 1);
	assert_int_equal(two.drops_in, 0);
	assert_int_equal(two.drops_out, 0);
	/* what is dropped was not carried */
	assert_int_equal(one.packets_in, 0);
	assert_int_equal(one.packets_out, 1);
	rig_stop(&rig);
}

/** drops_by_fault() - a fault swallows for the client that has it */
static void drops_by_fault(void **state)
{
	const struct nat_fault fault = {
		.kind = NAT_FAULT_BLACKHOLE,
		.addr = from(0).addr,
		.bits = 32,
		.until = NAT_NEVER,
	};
	struct nat_subscriber_info info;
	struct endpoint external;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, from(0), server);
	external = rig.src;
	assert_true(nat_fault_start(rig.nat, rig.now, &fault) > 0);
	assert_int_equal(rig_udp(&rig, NAT_OUTBOUND, from(0), server),
			 NAT_DROP);
	assert_int_equal(rig_udp(&rig, NAT_INBOUND, server, external),
			 NAT_DROP);
	assert_true(subscriber(&rig, from(0).addr, &info));
	assert_int_equal(info.drops_out, 1);
	assert_int_equal(info.drops_in, 1);
	rig_stop(&rig);
}

/** budget() - expiry in slices; nothing is lost between them */
static void budget(void **state)
{
	unsigned calls = 1;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	for (unsigned i = 0; i < 100; i++)
		rig_udp(&rig, NAT_OUTBOUND, from(i), server);
	rig.now.lapse += 300000;
	while (nat_expire(rig.nat, rig.now, 7)) {
		assert_true(nat_next(rig.nat) <= rig.now.lapse);
		assert_true(nat_check(rig.nat));
		calls++;
	}
	assert_in_range(calls, 100 / 7, 100 / 7 + 2);
	assert_int_equal(nat_counters(rig.nat)[NAT_SESSIONS_LAPSED], 100);
	assert_int_equal(count(&rig, NAT_EVENT_MAPPING_DELETED), 100);
	rig_stop(&rig);
}

/**
 * overdue() - what has lapsed is met by no packet, be there ever so much of it
 *
 * More than one packet clears away on its way, so most picks are still there.
 */
static void overdue(void **state)
{
	const struct endpoint other = {0xcb007108, 53};
	struct endpoint got[600];
	struct rig rig;

	(void)state;
	for (unsigned pick = 0; pick < 600; pick += 37) {
		rig_defaults(&rig, 1);
		for (unsigned i = 0; i < NAT_CLASSES; i++)
			rig.settings.policy.by[i].filtering = NAT_FILTER_EIF;
		rig_start(&rig);
		for (unsigned i = 0; i < 600; i++) {
			rig_udp(&rig, NAT_OUTBOUND, from(i), server);
			got[i] = rig.src;
		}
		rig.now.lapse += 300000;
		if (pick % 3 == 0) {
			assert_int_equal(
				rig_udp(&rig, NAT_INBOUND, server, got[pick]),
				NAT_DROP);
		} else if (pick % 3 == 1) {
			assert_int_equal(
				rig_udp(&rig, NAT_INBOUND, other, got[pick]),
				NAT_DROP);
		} else {
			rig_udp(&rig, NAT_OUTBOUND, from(pick), other);
			assert_int_equal(
				nat_counters(rig.nat)[NAT_MAPPINGS_CREATED],
				601);
		}
		rig_stop(&rig);
	}
}

/** overflow() - what nobody fetches is counted and harms nothing */
static void overflow(void **state)
{
	struct nat_output output;
	unsigned n = 0;
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 1);
	rig.settings.policy.stray_outbound = NAT_STRAY_RST;
	rig_start(&rig);
	for (unsigned i = 0; i < 12000; i++)
		rig_tcp(&rig, NAT_OUTBOUND, from(i % 500), server, 16, 0);
	assert_int_equal(nat_counters(rig.nat)[NAT_EVENTS_LOST],
			 12000 - count(&rig, NAT_EVENT_STRAY_OUTBOUND));
	while (nat_output_get(rig.nat, &output))
		n++;
	assert_true(n > 0);
	assert_int_equal(nat_counters(rig.nat)[NAT_RST_SENT], n);
	assert_int_equal(nat_counters(rig.nat)[NAT_OUTPUT_LOST], 12000 - n);
	/* and afterwards there is room again */
	rig_tcp(&rig, NAT_OUTBOUND, from(1), server, 16, 0);
	assert_true(nat_output_get(rig.nat, &output));
	assert_int_equal(count(&rig, NAT_EVENT_STRAY_OUTBOUND), 1);
	rig_stop(&rig);
}

/** pools() - sessions end with their address; the others do not notice */
static void pools(void **state)
{
	const struct nat_pool_range one = {0xc6336402, 0xc6336402, false};
	const struct nat_pool pool = {&one, 1, NULL, 0};
	struct endpoint got[40];
	unsigned gone = 0;
	struct nat_event event;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 3);
	for (unsigned i = 0; i < 40; i++) {
		rig_udp(&rig, NAT_OUTBOUND, from(i * 1000), server);
		got[i] = rig.src;
		gone += got[i].addr != one.first;
	}
	assert_in_range(gone, 1, 39);
	assert_int_equal(nat_pool_set(rig.nat, &pool, rig.now), 0);
	assert_true(nat_check(rig.nat));
	for (unsigned i = 0; i < gone; i++) {
		assert_true(rig_event(&rig, NAT_EVENT_MAPPING_DELETED, &event));
		assert_int_equal(event.reason, NAT_REASON_ADDRESS_CHANGED);
		assert_int_not_equal(event.external.addr, one.first);
	}
	assert_int_equal(count(&rig, NAT_EVENT_MAPPING_DELETED), 0);
	for (unsigned i = 0; i < 40; i++) {
		rig_udp(&rig, NAT_OUTBOUND, from(i * 1000), server);
		assert_int_equal(rig.src.addr, one.first);
		if (got[i].addr == one.first)
			assert_int_equal(rig.src.port, got[i].port);
	}
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats),
		cmocka_unit_test(paged),
		cmocka_unit_test(reported),
		cmocka_unit_test(budget),
		cmocka_unit_test(overflow),
		cmocka_unit_test(pools),
		cmocka_unit_test(overdue),
		cmocka_unit_test(drops_by_client),
		cmocka_unit_test(drops_by_fault),
	};

	return cmocka_run_group_tests_name("test_nat_life", tests, NULL, NULL);
}
