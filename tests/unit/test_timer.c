/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_timer - which timer, how long, and what "never" and jitter do to it
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "nat/timer.h"
#include "tests/lib/rig.h"

static const struct endpoint client = {0xc0a84d02, 5000};
static const struct endpoint server = {0xcb007107, 53};

/** only() - the only session there is */
static struct nat_session_info only(const struct rig *rig)
{
	struct nat_session_info info, more;
	uint32_t cursor = 0;

	assert_true(nat_session_next(rig->nat, rig->now, &cursor, &info));
	assert_false(nat_session_next(rig->nat, rig->now, &cursor, &more));
	return info;
}

/** by_state() - each protocol and state has its timer */
static void by_state(void **state)
{
	static const struct {
		uint8_t protocol;
		enum nat_state state;
		enum nat_timer timer;
	} table[] = {
		{17, NAT_STATE_INITIAL, NAT_TIMER_UDP_INITIAL},
		{17, NAT_STATE_ACTIVE, NAT_TIMER_UDP},
		{1, NAT_STATE_INITIAL, NAT_TIMER_ICMP},
		{1, NAT_STATE_ACTIVE, NAT_TIMER_ICMP},
		{47, NAT_STATE_ACTIVE, NAT_TIMER_OTHER},
		{33, NAT_STATE_INITIAL, NAT_TIMER_OTHER},
		{6, NAT_STATE_INITIAL, NAT_TIMER_TCP_TRANS_OPEN},
		{6, NAT_STATE_TCP_INIT_OUT, NAT_TIMER_TCP_TRANS_OPEN},
		{6, NAT_STATE_TCP_INIT_IN, NAT_TIMER_TCP_TRANS_OPEN},
		{6, NAT_STATE_TCP_ESTABLISHED, NAT_TIMER_TCP_IDLE},
		{6, NAT_STATE_TCP_FIN_OUT, NAT_TIMER_TCP_IDLE},
		{6, NAT_STATE_TCP_FIN_IN, NAT_TIMER_TCP_IDLE},
		{6, NAT_STATE_TCP_FIN_BOTH, NAT_TIMER_TCP_TRANS_CLOSE},
		{6, NAT_STATE_TCP_TRANS, NAT_TIMER_TCP_RST},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct session s = {.protocol = table[i].protocol};

		s.state = (uint8_t)table[i].state;
		assert_int_equal(timer_of(&s), table[i].timer);
	}
}

/** floors() - the defaults are what the RFCs want at least */
static void floors(void **state)
{
	struct nat_settings s;
	const uint64_t *t;

	(void)state;
	nat_settings_default(&s);
	t = s.policy.timer;
	assert_true(t[NAT_TIMER_UDP] >= 300000);	     /* 4787 REQ-5c */
	assert_true(t[NAT_TIMER_UDP_INITIAL] >= 120000);     /* REQ-5 */
	assert_true(t[NAT_TIMER_TCP_IDLE] >= 7440000);	     /* 5382 REQ-5 */
	assert_true(t[NAT_TIMER_TCP_TRANS_OPEN] >= 240000);  /* REQ-5 */
	assert_true(t[NAT_TIMER_TCP_TRANS_CLOSE] >= 240000); /* REQ-5 */
	assert_true(t[NAT_TIMER_TCP_RST] >= 240000);	     /* 7857 2.2 */
	assert_true(t[NAT_TIMER_ICMP] >= 60000);	     /* 5508 REQ-2 */
	assert_true(t[NAT_TIMER_TCP_IN_SYN] >= 6000);	     /* 5382 REQ-4 */
	assert_true(t[NAT_TIMER_HOLD_DOWN] >= 120000);	     /* 6888 REQ-8 */
}

/** never() - a timer that does not come, and one that does all the same */
static void never(void **state)
{
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 1);
	rig.settings.policy.timer[NAT_TIMER_UDP_INITIAL] = NAT_NEVER;
	rig.settings.policy.expiry_jitter = 100;
	rig_start(&rig);
	rig_udp(&rig, NAT_OUTBOUND, client, server);
	assert_true(only(&rig).expires_in == NAT_NEVER);
	rig_pass(&rig, UINT64_C(1) << 47);
	assert_true(only(&rig).expires_in == NAT_NEVER);
	rig_stop(&rig);

	rig_defaults(&rig, 1);
	rig.settings.policy.timer[NAT_TIMER_UDP_INITIAL] = NAT_NEVER;
	rig.settings.policy.max_lifetime = 5000;
	rig_start(&rig);
	rig_udp(&rig, NAT_OUTBOUND, client, server);
	assert_int_equal(only(&rig).expires_in, 5000);
	rig_stop(&rig);
}

/** enormous() - lengths that would overflow the clock do not lapse at once */
static void enormous(void **state)
{
	static const uint64_t lengths[] = {NAT_NEVER - 1, NAT_NEVER - 2000000,
					   UINT64_C(1) << 63, UINT64_C(1) << 48,
					   UINT64_C(1) << 47};
	struct rig rig;

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (unsigned jitter = 0; jitter <= 100; jitter += 50) {
			rig_defaults(&rig, 1);
			rig.settings.policy.timer[NAT_TIMER_UDP_INITIAL] =
				lengths[i];
			rig.settings.policy.expiry_jitter = jitter / 2;
			rig_start(&rig);
			rig_udp(&rig, NAT_OUTBOUND, client, server);
			rig_pass(&rig, UINT64_C(1) << 45);
			assert_true(only(&rig).expires_in > UINT64_C(1) << 44);
			rig_stop(&rig);
		}
}

/** lifetime() - max-lifetime ends what is refreshed all the time */
static void lifetime(void **state)
{
	struct nat_event event;
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 1);
	rig.settings.policy.max_lifetime = 1000000;
	rig_start(&rig);
	for (unsigned i = 0; i < 10; i++) {
		rig_udp(&rig, NAT_OUTBOUND, client, server);
		assert_int_equal(only(&rig).age, i * 100000);
		rig_pass(&rig, 100000);
	}
	assert_true(rig_event(&rig, NAT_EVENT_SESSION_DELETED, &event));
	assert_int_equal(event.reason, NAT_REASON_LIFETIME);
	assert_true(event.at == rig.now.lapse);
	rig_stop(&rig);
}

/** jittered() - within the percentage, both ways, each session its own */
static void jittered(void **state)
{
	uint64_t shortest = NAT_NEVER, longest = 0;
	struct nat_session_info info;
	uint32_t cursor = 0;
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 1);
	rig.settings.policy.expiry_jitter = 20;
	rig_start(&rig);
	for (uint16_t i = 0; i < 500; i++)
		rig_udp(&rig, NAT_OUTBOUND,
			(struct endpoint){client.addr, (uint16_t)(6000 + i)},
			server);
	while (nat_session_next(rig.nat, rig.now, &cursor, &info)) {
		if (info.expires_in < shortest)
			shortest = info.expires_in;
		if (info.expires_in > longest)
			longest = info.expires_in;
	}
	assert_in_range(shortest, 240000, 250000);
	assert_in_range(longest, 350000, 360000);
	rig_pass(&rig, shortest - 1);
	assert_int_equal(nat_counters(rig.nat)[NAT_SESSIONS_LAPSED], 0);
	rig_pass(&rig, longest - shortest + 1);
	assert_int_equal(nat_counters(rig.nat)[NAT_SESSIONS_LAPSED], 500);
	rig_stop(&rig);
}

/** on_time() - not a millisecond early, and nat_next() says when */
static void on_time(void **state)
{
	struct rig rig;
	uint64_t next;
	unsigned calls = 0;

	(void)state;
	rig_begin(&rig, 1);
	assert_true(nat_next(rig.nat) == NAT_NEVER);
	rig_udp(&rig, NAT_OUTBOUND, client, server);
	/* as a loop would: sleep until nat_next(), call, and again */
	while (nat_counters(rig.nat)[NAT_SESSIONS_LAPSED] == 0) {
		next = nat_next(rig.nat);
		assert_true(next > rig.now.lapse && next <= 1300000);
		rig.now.lapse = next;
		nat_expire(rig.nat, rig.now, UINT32_MAX);
		assert_true(++calls < 10);
	}
	assert_true(rig.now.lapse == 1300000);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_state), cmocka_unit_test(floors),
		cmocka_unit_test(never),    cmocka_unit_test(enormous),
		cmocka_unit_test(lifetime), cmocka_unit_test(jittered),
		cmocka_unit_test(on_time),
	};

	return cmocka_run_group_tests_name("test_timer", tests, NULL, NULL);
}
