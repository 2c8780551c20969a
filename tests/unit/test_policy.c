/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_policy - who is under which settings, and what a live change reaches
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include "tests/lib/rig.h"

static const struct endpoint server = {0xcb007107, 53};

/** from() - the endpoint of a client */
static struct endpoint from(uint8_t host)
{
	return (struct endpoint){0xc0a84d00 + host, 5000};
}

/** of() - the session of a client */
static struct nat_session_info of(const struct rig *rig, uint8_t host)
{
	struct nat_session_info info;
	uint32_t cursor = 0;

	while (nat_session_next(rig->nat, rig->now, &cursor, &info))
		if (info.internal.addr == from(host).addr)
			return info;
	fail_msg("no session of %u", host);
	return info;
}

/** rule() - a client rule: the defaults with another UDP timer */
static struct nat_client_rule rule(const char *name, uint32_t addr,
				   unsigned bits, uint64_t ms)
{
	struct nat_settings s;
	struct nat_client_rule r = {.name = name, .addr = addr, .bits = bits};

	nat_settings_default(&s);
	r.policy = s.policy;
	r.policy.timer[NAT_TIMER_UDP_INITIAL] = ms;
	return r;
}

/** who() - the first rule that matches, by address, prefix or MAC */
static void who(void **state)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
	struct nat_client_rule rules[3];
	struct packet packet = {.protocol = 17, .src = from(99), .dst = server};
	struct nat_packet p = {.direction = NAT_OUTBOUND, .mac = mac};
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 1);
	rules[0] = rule("phone", from(20).addr, 32, 10000);
	rules[1] = rule("lan", from(17).addr, 29, 20000);
	rules[2] = rule("tagged", 0, 0, 30000);
	rules[2].by_mac = true;
	rules[2].profile = "us-3g";
	memcpy(rules[2].mac, mac, sizeof(mac));
	rig.settings.clients = rules;
	rig.settings.n_clients = 3;
	rig_start(&rig);
	for (uint8_t host = 15; host < 26; host++)
		rig_udp(&rig, NAT_OUTBOUND, from(host), server);
	assert_int_equal(of(&rig, 20).expires_in, 10000);
	assert_string_equal(of(&rig, 20).client, "phone");
	assert_int_equal(of(&rig, 16).expires_in, 20000);
	assert_int_equal(of(&rig, 23).expires_in, 20000);
	assert_string_equal(of(&rig, 23).client, "lan");
	assert_int_equal(of(&rig, 15).expires_in, 300000);
	assert_null(of(&rig, 15).client);
	assert_int_equal(of(&rig, 24).expires_in, 300000);
	p.bytes = rig.bytes;
	p.len = build_packet(&packet, rig.bytes);
	assert_int_equal(nat_handle(rig.nat, rig.now, &p), NAT_TRANSLATED);
	assert_int_equal(of(&rig, 99).expires_in, 30000);
	assert_string_equal(of(&rig, 99).profile, "us-3g");
	rig_stop(&rig);
}

/** apply() - a changed timer reaches all sessions, or only new ones */
static void apply(void **state)
{
	struct nat_change change;
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, from(2), server);
	rig_pass(&rig, 100000);
	rig_udp(&rig, NAT_OUTBOUND, from(3), server);

	rig.settings.apply = NAT_APPLY_NEW;
	rig.settings.policy.timer[NAT_TIMER_UDP_INITIAL] = 150000;
	assert_int_equal(
		nat_configure(rig.nat, &rig.settings, rig.now, &change), 0);
	assert_int_equal(change.sooner + change.later + change.ended, 0);
	rig_udp(&rig, NAT_OUTBOUND, from(4), server);
	assert_int_equal(of(&rig, 2).expires_in, 200000);
	assert_int_equal(of(&rig, 3).expires_in, 300000);
	assert_int_equal(of(&rig, 4).expires_in, 150000);

	rig.settings.apply = NAT_APPLY_ALL;
	assert_int_equal(
		nat_configure(rig.nat, &rig.settings, rig.now, &change), 0);
	assert_int_equal(change.sooner, 2);
	assert_int_equal(of(&rig, 2).expires_in, 50000);
	assert_int_equal(of(&rig, 3).expires_in, 150000);

	rig.settings.policy.timer[NAT_TIMER_UDP_INITIAL] = 400000;
	assert_int_equal(
		nat_configure(rig.nat, &rig.settings, rig.now, &change), 0);
	assert_int_equal(change.later, 3);
	assert_int_equal(of(&rig, 2).expires_in, 300000);

	/* shorter than what some have been idle for already */
	rig.settings.policy.timer[NAT_TIMER_UDP_INITIAL] = 60000;
	assert_int_equal(
		nat_configure(rig.nat, &rig.settings, rig.now, &change), 0);
	assert_int_equal(change.ended, 1);
	assert_int_equal(change.sooner, 2);
	rig_udp(&rig, NAT_OUTBOUND, from(3), server);
	assert_int_equal(of(&rig, 3).expires_in, 60000);
	rig_stop(&rig);
}

/** newcomers() - sessions go under the rule of a client that is named later */
static void newcomers(void **state)
{
	struct nat_client_rule rules[1];
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig_udp(&rig, NAT_OUTBOUND, from(2), server);
	rig_udp(&rig, NAT_OUTBOUND, from(3), server);
	rules[0] = rule("phone", from(2).addr, 32, 10000);
	rig.settings.clients = rules;
	rig.settings.n_clients = 1;
	assert_int_equal(nat_configure(rig.nat, &rig.settings, rig.now, NULL),
			 0);
	assert_int_equal(of(&rig, 2).expires_in, 10000);
	assert_string_equal(of(&rig, 2).client, "phone");
	assert_int_equal(of(&rig, 3).expires_in, 300000);
	/* and back, when it is not named any more */
	rig.settings.n_clients = 0;
	assert_int_equal(nat_configure(rig.nat, &rig.settings, rig.now, NULL),
			 0);
	assert_int_equal(of(&rig, 2).expires_in, 300000);
	assert_null(of(&rig, 2).client);
	rig_stop(&rig);
}

/** port_rules() - by remote port and protocol; the first that matches */
static void port_rules(void **state)
{
	struct nat_port_rule rules[] = {
		{17, 53, 10000}, {0, 54, NAT_NEVER}, {6, 53, 20000}};
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 1);
	rig.settings.ports = rules;
	rig.settings.n_ports = 3;
	rig_start(&rig);
	rig_udp(&rig, NAT_OUTBOUND, from(2), server);
	assert_int_equal(of(&rig, 2).expires_in, 10000);
	rig_udp(&rig, NAT_OUTBOUND, from(3),
		(struct endpoint){server.addr, 54});
	assert_true(of(&rig, 3).expires_in == NAT_NEVER);
	rig_udp(&rig, NAT_OUTBOUND, from(4),
		(struct endpoint){server.addr, 55});
	assert_int_equal(of(&rig, 4).expires_in, 300000);
	/* TCP that opens keeps its own, and has it once established */
	rig_tcp(&rig, NAT_OUTBOUND, from(5), server, 2, 0);
	assert_int_equal(of(&rig, 5).expires_in, 240000);
	rig_tcp(&rig, NAT_INBOUND, server, rig.src, 18, 0);
	assert_int_equal(of(&rig, 5).expires_in, 20000);
	rig_stop(&rig);
}

/** refused() - what a running engine cannot change */
static void refused(void **state)
{
	struct rig rig;

	(void)state;
	rig_begin(&rig, 1);
	rig.settings.max_sessions++;
	rig.settings.policy.timer[NAT_TIMER_UDP_INITIAL] = 1000;
	assert_int_equal(nat_configure(rig.nat, &rig.settings, rig.now, NULL),
			 -EINVAL);
	rig_udp(&rig, NAT_OUTBOUND, from(2), server);
	assert_int_equal(of(&rig, 2).expires_in, 300000);
	rig_stop(&rig);
}

/** many() - configured again and again, slots are used again */
static void many(void **state)
{
	struct rig rig;

	(void)state;
	rig_defaults(&rig, 1);
	rig.settings.apply = NAT_APPLY_NEW;
	rig_start(&rig);
	for (unsigned i = 0; i < 70000; i++)
		assert_int_equal(
			nat_configure(rig.nat, &rig.settings, rig.now, NULL),
			0);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who),	     cmocka_unit_test(apply),
		cmocka_unit_test(newcomers), cmocka_unit_test(port_rules),
		cmocka_unit_test(refused),   cmocka_unit_test(many),
	};

	return cmocka_run_group_tests_name("test_policy", tests, NULL, NULL);
}
