// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf - good settings: each value reaches its field
 */
#include "test_conf_util.h"

#include "tests/unit/conf_everything.h"

/** test_defaults() - no settings at all */
static void test_defaults(void **state)
{
	struct conf *conf = parsed("", NULL, 0);
	struct nat_settings nat;

	(void)state;
	nat_settings_default(&nat);
	assert_string_equal(conf->profile, "default");
	assert_null(conf->path);
	assert_int_equal(conf->n_lan, 0);
	assert_int_equal(conf->n_pool, 1);
	assert_true(conf->pool[0].interface);
	assert_string_equal(conf->control_socket, "/run/lapse/control.sock");
	assert_null(conf->control_group);
	assert_null(conf->log_events);
	assert_int_equal(conf->log_level, LOG_INFO);
	assert_false(conf->seed_given);
	assert_true(conf->queue_gso);
	assert_int_equal(conf->backend, CONF_BACKEND_AUTO);
	assert_int_equal(conf->nat.port_first, 1024);
	assert_int_equal(conf->nat.port_last, 65535);
	assert_int_equal(conf->nat.max_sessions, nat.max_sessions);
	assert_memory_equal(conf->nat.policy.timer, nat.policy.timer,
			    sizeof(nat.policy.timer));
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_TCP].mapping,
			 NAT_MAP_EIM);
	conf_free(conf);
	conf_free(NULL);
}

/** test_policy_values() - every value reaches its field */
static void test_policy_values(void **state)
{
	struct conf *conf = parsed(everything, NULL, 0);
	const struct nat_policy *p = &conf->nat.policy;
	const struct nat_behaviour *other = &p->by[NAT_CLASS_OTHER];
	const struct nat_behaviour *tcp = &p->by[NAT_CLASS_TCP];
	const struct nat_behaviour *udp = &p->by[NAT_CLASS_UDP];

	(void)state;
	assert_int_equal(other->mapping, NAT_MAP_APDM);
	assert_int_equal(tcp->mapping, NAT_MAP_APDM);
	assert_int_equal(udp->mapping, NAT_MAP_EIM);
	assert_int_equal(other->filtering, NAT_FILTER_EIF);
	assert_int_equal(tcp->filtering, NAT_FILTER_ADF);
	assert_int_equal(udp->filtering, NAT_FILTER_EIF);
	assert_int_equal(udp->allocation, NAT_ALLOC_PRESERVATION);
	assert_true(tcp->port_overloading);
	assert_false(udp->port_overloading);
	assert_int_equal(tcp->hairpin, NAT_HAIRPIN_OFF);
	assert_int_equal(udp->hairpin, NAT_HAIRPIN_INTERNAL);
	assert_int_equal(tcp->refresh, NAT_REFRESH_NONE);
	assert_int_equal(udp->refresh, NAT_REFRESH_BOTH);
	assert_int_equal(p->pooling, NAT_POOL_ARBITRARY);
	assert_int_equal(p->port_block_size, 512);
	assert_int_equal(p->port_blocks_per_subscriber, 4);
	assert_int_equal(p->port_block_idle_timeout, 60000);
	assert_int_equal(p->timer[NAT_TIMER_UDP_INITIAL], 1500);
	assert_int_equal(p->timer[NAT_TIMER_UDP], 90000);
	assert_int_equal(p->timer[NAT_TIMER_TCP_TRANS_OPEN], 240000);
	assert_true(p->timer[NAT_TIMER_TCP_IDLE] == NAT_NEVER);
	assert_int_equal(p->timer[NAT_TIMER_TCP_TRANS_CLOSE], 0);
	assert_int_equal(p->timer[NAT_TIMER_TCP_RST], 250);
	assert_int_equal(p->timer[NAT_TIMER_TCP_IN_SYN], 7000);
	assert_int_equal(p->timer[NAT_TIMER_ICMP], 7200000);
	assert_true(p->timer[NAT_TIMER_OTHER] == UINT64_C(3153600000000));
	assert_int_equal(p->timer[NAT_TIMER_FRAGMENT], 3000);
	assert_int_equal(p->timer[NAT_TIMER_HOLD_DOWN], 86400000);
	assert_int_equal(p->max_lifetime, 3600000);
	assert_int_equal(p->expiry_jitter, 100);
	assert_int_equal(p->expiry_notify, NAT_NOTIFY_BOTH);
	assert_int_equal(p->stray_outbound, NAT_STRAY_ICMP);
	assert_int_equal(p->stray_inbound, NAT_STRAY_IN_HOST);
	assert_int_equal(p->sessions_per_subscriber, 100);
	assert_int_equal(p->ports_per_subscriber, 50);
	assert_int_equal(p->new_sessions_per_second, 10);
	assert_int_equal(p->on_exhaustion, NAT_EXHAUST_EVICT);
	assert_int_equal(conf->nat.hold_down_max, 0);
	assert_int_equal(conf->nat.max_sessions, 1000);
	assert_int_equal(conf->nat.apply, NAT_APPLY_NEW);
	conf_free(conf);
}

/** test_other_values() - the same outside of nat */
static void test_other_values(void **state)
{
	struct conf *conf = parsed(everything, NULL, 0);
	const struct nat_settings *nat = &conf->nat;

	(void)state;
	assert_int_equal(conf->n_lan, 2);
	assert_string_equal(conf->lan[1].interface, "eth2");
	assert_int_equal(conf->lan[0].address, 0xc0a84d01);
	assert_int_equal(conf->lan[1].bits, 8);
	assert_int_equal(nat->n_inside, 2);
	assert_int_equal(nat->inside[0].addr, 0xc0a84d01);
	assert_int_equal(nat->inside[0].bits, 24);
	assert_int_equal(nat->inside[1].addr, 0x0a000001);
	assert_int_equal(nat->inside[1].bits, 8);
	assert_string_equal(conf->wan_interface, "eth0");
	assert_int_equal(conf->n_pool, 4);
	assert_int_equal(conf->pool[0].first, 0xc6336407);
	assert_int_equal(conf->pool[0].last, 0xc6336407);
	assert_int_equal(conf->pool[1].last, 0xc6336409);
	assert_int_equal(conf->pool[2].first, 0xc6336410);
	assert_int_equal(conf->pool[2].last, 0xc633641f);
	assert_true(conf->pool[3].interface);
	assert_int_equal(nat->port_first, 2000);
	assert_int_equal(nat->port_last, 60000);
	assert_int_equal(nat->n_ports, 3);
	assert_int_equal(nat->ports[0].protocol, 17);
	assert_int_equal(nat->ports[0].port, 53);
	assert_int_equal(nat->ports[1].protocol, 0);
	assert_int_equal(nat->ports[1].timeout, 20000);
	assert_int_equal(nat->ports[2].protocol, 6);
	assert_true(nat->ports[2].timeout == NAT_NEVER);
	assert_int_equal(nat->n_forwards, 3);
	assert_string_equal(nat->forwards[0].name, "web");
	assert_int_equal(nat->forwards[0].protocol, 6);
	assert_int_equal(nat->forwards[0].external.port, 1100);
	assert_int_equal(nat->forwards[0].external.addr, 0);
	assert_int_equal(nat->forwards[0].count, 100);
	assert_int_equal(nat->forwards[0].internal.port, 80);
	assert_int_equal(nat->forwards[1].protocol, 17);
	assert_int_equal(nat->forwards[1].external.addr, 0xc6336409);
	assert_int_equal(nat->forwards[2].protocol, 0);
	assert_int_equal(nat->forwards[2].external.addr, 0xc6336414);
	assert_int_equal(nat->forwards[2].internal.addr, 0x0a000008);
	assert_int_equal(nat->forwards[2].internal.port, 0);
	assert_int_equal(nat->forwards[2].count, 0);
	assert_int_equal(nat->n_exempt, 2);
	assert_int_equal(nat->exempt[0].bits, 24);
	assert_int_equal(nat->exempt[0].port, 53);
	assert_int_equal(nat->exempt[1].addr, 0xcb007101);
	assert_int_equal(nat->exempt[1].bits, 32);
	assert_string_equal(conf->control_socket, "/tmp/s");
	assert_string_equal(conf->control_group, "a b");
	assert_int_equal(conf->log_level, LOG_DEBUG);
	assert_string_equal(conf->log_events, "/tmp/\"x\\ #y");
	assert_true(conf->log_destinations);
	assert_true(conf->seed_given);
	assert_true(conf->seed == UINT64_MAX);
	assert_int_equal(conf->queue_number, 0);
	assert_false(conf->queue_gso);
	assert_int_equal(conf->backend, CONF_BACKEND_IPTABLES);
	conf_free(conf);
}

/** test_clients() - a client's policy: the global one, or a profile's */
static void test_clients(void **state)
{
	struct conf *conf = parsed(everything, NULL, 0);
	const struct nat_client_rule *phone = &conf->nat.clients[0];
	const struct nat_client_rule *all = &conf->nat.clients[1];
	const struct nat_client_rule *mac = &conf->nat.clients[2];
	static const uint8_t address[] = {2, 0, 0, 0, 0, 15};

	(void)state;
	assert_int_equal(conf->nat.n_clients, 3);
	assert_string_equal(phone->name, "phone");
	assert_null(phone->profile);
	assert_false(phone->by_mac);
	assert_int_equal(phone->addr, 0xc0a84d14);
	assert_int_equal(phone->bits, 32);
	/* Its own `refresh` voids the global one of tcp. */
	assert_int_equal(phone->policy.by[NAT_CLASS_TCP].refresh,
			 NAT_REFRESH_INBOUND);
	assert_int_equal(phone->policy.by[NAT_CLASS_TCP].mapping, NAT_MAP_ADM);
	assert_int_equal(phone->policy.by[NAT_CLASS_UDP].mapping, NAT_MAP_EIM);
	assert_int_equal(phone->policy.timer[NAT_TIMER_UDP], 3000);
	assert_int_equal(phone->policy.timer[NAT_TIMER_ICMP], 7200000);
	/* A profile takes the place of all of the global nat. */
	assert_string_equal(all->profile, "default");
	assert_int_equal(all->policy.by[NAT_CLASS_TCP].mapping, NAT_MAP_EIM);
	assert_int_equal(all->policy.timer[NAT_TIMER_UDP], 300000);
	assert_true(mac->by_mac);
	assert_memory_equal(mac->mac, address, sizeof(address));
	assert_int_equal(mac->policy.expiry_jitter, 100);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_policy_values),
		cmocka_unit_test(test_other_values),
		cmocka_unit_test(test_clients),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
