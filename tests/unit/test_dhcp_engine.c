// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_engine - the bounds of the engine's tables, its timers, its lists;
 * what it says to messages is in tests/replay
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "dhcpd/engine.h"
#include "tests/lib/dhcpmsg.h"
#include "tests/lib/dhcprig.h"
#include "tests/unit/unit.h"

#define SERVER 0xc0a84d01
#define FIRST  0xc0a84d32

/** rig_make() - a rig with a pool of @n addresses */
static struct dhcprig *rig_make(uint32_t n)
{
	struct dhcprig *rig = dhcprig_alloc();
	struct rig_settings *settings;

	assert_non_null(rig);
	settings = dhcprig_settings(rig);
	settings->subnets[0].bits = 16;
	settings->own[0].ranges[0] = (struct dhcpd_range){FIRST, FIRST + n - 1};
	settings->s.max_leases = 4096;
	settings->s.rate_limit = DHCPD_NO_LIMIT;
	dhcprig_start(rig);
	return rig;
}

/** send() - a client's message, not collected by the rig */
static void send(struct dhcprig *rig, uint8_t type, unsigned client,
		 uint32_t want)
{
	const uint8_t mac[6] = {
		2, 0, 0, 1, (uint8_t)(client >> 8), (uint8_t)client};
	struct dhcpmsg m;
	struct dhcpd_packet packet = {.destination = UINT32_MAX};

	dhcpmsg_begin(&m, type, mac, client);
	if (want)
		dhcpmsg_u32(&m, 50, want);
	if (type == 3)
		dhcpmsg_u32(&m, 54, SERVER);
	dhcpmsg_end(&m);
	packet.bytes = m.bytes;
	packet.len = m.len;
	dhcpd_handle(rig->d, rig->now, &packet);
}

/** bind_one() - a lease of a pool's address for a client */
static void bind_one(struct dhcprig *rig, unsigned client, uint32_t address)
{
	send(rig, 1, client, address);
	send(rig, 3, client, address);
	dhcprig_settle(rig);
	rig->n_replies = 0;
	assert_true(dhcpd_lease_valid(rig->d, rig->now, address));
}

/** counter() - one of the engine's */
static uint64_t counter(const struct dhcprig *rig, enum dhcpd_stat stat)
{
	return dhcpd_counters(rig->d)[stat];
}

/** test_replies_full() - replies that nobody fetches are lost and counted */
static void test_replies_full(void **state)
{
	struct dhcprig *rig = rig_make(1000);
	struct dhcpd_reply reply;
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < DHCP_REPLIES + 10; i++)
		send(rig, 1, i, 0);
	assert_int_equal(counter(rig, DHCPD_REPLIES_LOST), 10);
	while (dhcpd_reply_get(rig->d, &reply))
		n++;
	assert_int_equal(n, DHCP_REPLIES);
	/* and there is room again */
	send(rig, 1, 5000, 0);
	assert_true(dhcpd_reply_get(rig->d, &reply));
	assert_true(dhcpd_check(rig->d));
	dhcprig_free(rig);
}

/** test_events_full() - likewise events */
static void test_events_full(void **state)
{
	struct dhcprig *rig = rig_make(1000);
	struct dhcpd_event event;
	struct dhcpd_reply reply;
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < DHCP_EVENTS + 10; i++) {
		send(rig, 1, 1, 0);
		assert_true(dhcpd_reply_get(rig->d, &reply));
	}
	assert_int_equal(counter(rig, DHCPD_EVENTS_LOST), 10);
	while (dhcpd_event_get(rig->d, &event))
		n++;
	assert_int_equal(n, DHCP_EVENTS);
	dhcprig_free(rig);
}

/** test_probes_full() - who cannot be probed for is not answered */
static void test_probes_full(void **state)
{
	struct dhcprig *rig = rig_make(2000);
	struct dhcpd_reply reply;
	struct dhcpd_probe probe;
	unsigned n = 0, round;

	(void)state;
	dhcprig_settings(rig)->s.conflict_probe = true;
	dhcprig_configure(rig);
	for (round = 0; round < 2; round++) {
		for (unsigned i = 0; i < DHCP_PROBES + 10; i++)
			send(rig, 1, i, 0);
		assert_true(dhcpd_check(rig->d));
	}
	/* those under way were not started again */
	assert_int_equal(counter(rig, DHCPD_PROBES), DHCP_PROBES);
	assert_int_equal(counter(rig, DHCPD_DROP_PROBES_FULL), 20);
	while (dhcpd_probe_get(rig->d, &probe))
		n++;
	assert_int_equal(n, DHCP_PROBES);
	assert_int_equal(dhcpd_next_real(rig->d) <= rig->now.real + 500, 1);
	rig->now.real += 500;
	n = 0;
	while (dhcpd_expire(rig->d, rig->now, 16))
		while (dhcpd_reply_get(rig->d, &reply))
			n++;
	while (dhcpd_reply_get(rig->d, &reply))
		n++;
	assert_int_equal(n, DHCP_PROBES);
	assert_true(dhcpd_check(rig->d));
	dhcprig_free(rig);
}

/** test_reconfigure_probing() - probes under way are given up */
static void test_reconfigure_probing(void **state)
{
	struct dhcprig *rig = rig_make(10);

	(void)state;
	dhcprig_settings(rig)->s.conflict_probe = true;
	dhcprig_configure(rig);
	send(rig, 1, 1, 0);
	dhcprig_configure(rig);
	assert_true(dhcpd_check(rig->d));
	dhcprig_time(rig, 1000, 1000);
	assert_int_equal(rig->n_replies, 0);
	dhcprig_settings(rig)->s.max_leases++;
	assert_int_equal(
		dhcpd_configure(rig->d, &dhcprig_settings(rig)->s, rig->now),
		-EINVAL);
	dhcprig_free(rig);
}

/** test_faults() - as many as there is room for, by their ids */
static void test_faults(void **state)
{
	struct dhcpd_fault fault = {.kind = DHCPD_FAULT_SILENT,
				    .until = DHCPD_NEVER};
	struct dhcprig *rig = rig_make(10);
	uint32_t cursor = 0;
	int id = 0;

	(void)state;
	for (int i = 0; i < DHCP_FAULTS; i++) {
		id = dhcpd_fault_start(rig->d, rig->now, &fault);
		assert_true(id > 0);
	}
	assert_int_equal(dhcpd_fault_start(rig->d, rig->now, &fault), -ENOSPC);
	assert_int_equal(dhcpd_next(rig->d), DHCPD_NEVER);
	assert_int_equal(dhcpd_fault_clear(rig->d, rig->now, (uint32_t)id), 1);
	assert_int_equal(dhcpd_fault_clear(rig->d, rig->now, (uint32_t)id), 0);
	fault.until = rig->now.lapse + 1000;
	fault.kind = DHCPD_FAULT_NAK;
	assert_true(dhcpd_fault_start(rig->d, rig->now, &fault) > id);
	assert_int_equal(dhcpd_next(rig->d), fault.until);
	for (int i = 0; i < DHCP_FAULTS; i++)
		assert_true(
			dhcpd_fault_next(rig->d, rig->now, &cursor, &fault));
	assert_int_equal(fault.kind, DHCPD_FAULT_NAK);
	assert_false(dhcpd_fault_next(rig->d, rig->now, &cursor, &fault));
	dhcprig_time(rig, 1000, 0);
	assert_int_equal(dhcpd_fault_clear(rig->d, rig->now, 0),
			 DHCP_FAULTS - 1);
	fault.kind = DHCPD_FAULT_DELAY;
	fault.value = 3600001;
	assert_int_equal(dhcpd_fault_start(rig->d, rig->now, &fault), -EINVAL);
	dhcprig_free(rig);
}

/** test_list() - the cursor sees each lease once; gauges agree */
static void test_list(void **state)
{
	struct dhcprig *rig = rig_make(100);
	struct dhcpd_lease_info info;
	struct dhcpd_gauges gauges;
	bool seen[100] = {false};
	uint32_t cursor = 0, n = 0;

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		bind_one(rig, i, FIRST + i);
	while (dhcpd_lease_next(rig->d, rig->now, &cursor, &info)) {
		assert_int_equal(info.state, DHCPD_BOUND);
		assert_int_equal(info.expires_in, 3600000);
		assert_int_equal(info.renew_in, 1800000);
		assert_int_equal(info.rebind_in, 3150000);
		assert_int_equal(info.id_len, 7);
		assert_false(seen[info.address - FIRST]);
		seen[info.address - FIRST] = true;
		n++;
	}
	assert_int_equal(n, 60);
	dhcpd_gauges(rig->d, &gauges);
	assert_int_equal(gauges.leases, 60);
	assert_int_equal(gauges.entries, 60);
	assert_int_equal(gauges.entries_max, 4096);
	assert_true(dhcpd_memory(rig->d) > 4096 * sizeof(struct lease));
	/* overdue ones show as expired before anything has found them */
	rig->now.lapse += 3600000;
	cursor = 0;
	while (dhcpd_lease_next(rig->d, rig->now, &cursor, &info))
		assert_int_equal(info.state, DHCPD_EXPIRED_LEASE);
	assert_true(dhcpd_next(rig->d) <= rig->now.lapse);
	assert_true(dhcpd_expire(rig->d, rig->now, 59));
	assert_false(dhcpd_expire(rig->d, rig->now, 59));
	assert_int_equal(counter(rig, DHCPD_EXPIRED), 60);
	assert_int_equal(dhcpd_next(rig->d), DHCPD_NEVER);
	dhcprig_free(rig);
}

/** test_subnets_merge() - two leases of a client meet in one subnet */
static void test_subnets_merge(void **state)
{
	struct dhcprig *rig = rig_make(10);
	struct rig_settings *settings = dhcprig_settings(rig);
	struct dhcpd_lease_info info;
	bool moved;

	(void)state;
	bind_one(rig, 1, FIRST);
	/* the same LAN, cut in two: the client gets another in the second */
	settings->subnets[0].addr = 0xc0a84e00;
	settings->subnets[0].bits = 24;
	settings->own[0].ranges[0] =
		(struct dhcpd_range){0xc0a84e32, 0xc0a84e3f};
	dhcprig_configure(rig);
	bind_one(rig, 1, 0xc0a84e32);
	settings->subnets[0].addr = 0xc0a80000;
	settings->subnets[0].bits = 16;
	dhcprig_configure(rig);
	assert_false(rig->broken);
	/* both are good until they lapse, one is known as the client's */
	assert_true(dhcpd_lease_valid(rig->d, rig->now, FIRST));
	assert_true(dhcpd_lease_valid(rig->d, rig->now, 0xc0a84e32));
	assert_true(dhcpd_lease_get(rig->d, rig->now, FIRST, &info));
	moved = info.state == DHCPD_MOVED;
	assert_true(dhcpd_lease_get(rig->d, rig->now, 0xc0a84e32, &info));
	assert_int_equal(info.state, moved ? DHCPD_BOUND : DHCPD_MOVED);
	dhcprig_time(rig, 3600000, 0);
	assert_false(dhcpd_lease_valid(rig->d, rig->now, FIRST));
	assert_false(rig->broken);
	dhcprig_free(rig);
}

/** test_full_elsewhere() - a table full of another subnet's memories */
static void test_full_elsewhere(void **state)
{
	struct dhcprig *rig = rig_make(100);
	struct rig_settings *settings = dhcprig_settings(rig);

	(void)state;
	settings->s.max_leases = 16;
	settings->subnets[0].bits = 24;
	dhcprig_start(rig);
	for (unsigned i = 0; i < 16; i++)
		bind_one(rig, i, FIRST + i);
	dhcprig_time(rig, 3600000, 0);
	settings->subnets[0].addr = 0xc0a84e00;
	settings->own[0].ranges[0] =
		(struct dhcpd_range){0xc0a84e32, 0xc0a84e3f};
	dhcprig_configure(rig);
	for (unsigned i = 0; i < 14; i++)
		bind_one(rig, 100 + i, 0xc0a84e32 + i);
	assert_false(rig->broken);
	dhcprig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies_full),
		cmocka_unit_test(test_events_full),
		cmocka_unit_test(test_probes_full),
		cmocka_unit_test(test_reconfigure_probing),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_subnets_merge),
		cmocka_unit_test(test_full_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
