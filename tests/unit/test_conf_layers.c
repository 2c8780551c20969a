// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_layers - which of several words on a value counts, and its origin
 */
#include "test_conf_util.h"

#include "tests/unit/conf_everything.h"

/** test_origins() - each value knows its layer and place */
static void test_origins(void **state)
{
	static const struct conf_override set[] = {{"icmp-timeout", "3s"}};
	struct conf *conf = parsed("profile: cn-mobile-2g3g-2013\n"
				   "nat:\n  udp-timeout: 5s\n",
				   set, 1);
	struct wanted w = get(conf, "nat.tcp-idle-timeout");

	(void)state;
	assert_int_equal(w.layer, CONF_PROFILE);
	assert_string_equal(w.name, "cn-mobile-2g3g-2013");
	assert_int_equal(w.class, CONF_MEASURED);
	assert_string_equal(w.value, "300s");
	w = get(conf, "nat.udp-timeout");
	assert_int_equal(w.layer, CONF_FILE);
	assert_string_equal(w.name, "t");
	assert_int_equal(w.line, 3);
	assert_int_equal(w.column, 3);
	w = get(conf, "nat.icmp-timeout");
	assert_int_equal(w.layer, CONF_SET);
	assert_string_equal(w.value, "3s");
	w = get(conf, "nat.max-sessions");
	assert_int_equal(w.layer, CONF_DEFAULT);
	assert_int_equal(get(conf, "nat.tcp.mapping").found, 0);
	conf_free(conf);
}

/** test_overrides() - dotted paths, bare names, lists, and their order */
static void test_overrides(void **state)
{
	static const struct conf_override set[] = {
		{"udp-timeout", "1s"},
		{"nat.udp-timeout", "2s"},
		{"tcp.refresh", "none"},
		{"nat.refresh", "both"},
		{"udp.mapping", "adm"},
		{"clients.phone.nat.refresh", "outbound"},
		{"clients.new", "{match: 02:00:00:00:00:01}"},
		{"lan.0.interface", "veth7"},
		{"wan.pool", "[198.51.100.9, 198.51.100.20]"},
		{"exempt", "[]"},
		{"ports.80/tcp.timeout", "9s"},
		{"seed", "random"},
		{"profile", "us-3g-2013"},
		{"log.level", "\"error\""},
	};
	struct conf *conf =
		parsed(everything, set, sizeof(set) / sizeof(set[0]));
	const struct nat_policy *p = &conf->nat.policy;

	(void)state;
	assert_int_equal(p->timer[NAT_TIMER_UDP], 2000);
	/* The later word on all of nat voids the earlier one on tcp. */
	assert_int_equal(p->by[NAT_CLASS_TCP].refresh, NAT_REFRESH_BOTH);
	assert_int_equal(p->by[NAT_CLASS_UDP].mapping, NAT_MAP_ADM);
	assert_int_equal(conf->nat.n_clients, 4);
	assert_int_equal(conf->nat.clients[0].policy.by[NAT_CLASS_UDP].refresh,
			 NAT_REFRESH_OUTBOUND);
	assert_string_equal(conf->nat.clients[3].name, "new");
	assert_string_equal(conf->lan[0].interface, "veth7");
	assert_int_equal(conf->lan[0].address, 0xc0a84d01);
	assert_int_equal(conf->n_lan, 2);
	assert_int_equal(conf->n_pool, 2);
	assert_int_equal(conf->nat.n_exempt, 0);
	assert_int_equal(conf->nat.n_ports, 4);
	assert_false(conf->seed_given);
	assert_string_equal(conf->profile, "us-3g-2013");
	assert_int_equal(conf->log_level, LOG_ERROR);
	conf_free(conf);
}

/** test_layers() - the file over tcp of the profile, in both spellings */
static void test_layers(void **state)
{
	struct conf *conf =
		parsed("nat: {tcp: {mapping: adm}, mapping: apdm}", NULL, 0);

	(void)state;
	/* In one file what is special wins, wherever it stands. */
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_TCP].mapping,
			 NAT_MAP_ADM);
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_UDP].mapping,
			 NAT_MAP_APDM);
	conf_free(conf);
	conf = parsed("nat:\nwan:\nclients:\n", NULL, 0);
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_TCP].mapping,
			 NAT_MAP_EIM);
	conf_free(conf);
	conf = parsed("nat: {port-block-size: }\n", NULL, 0);
	assert_int_equal(conf->nat.policy.port_block_size, 0);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_layers),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
