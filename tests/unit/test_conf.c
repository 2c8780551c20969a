// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf - good settings: values, layers, origins, and their print
 */
#include "test_conf_util.h"

#include "conf/schema.h"

/* All that settings can say, none of it the default. */
static const char everything[] =
	"profile: default\n"
	"lan:\n"
	"  - {interface: eth1, address: 192.168.77.1/24}\n"
	"  - {interface: eth2, address: 10.0.0.1/8}\n"
	"wan:\n"
	"  interface: eth0\n"
	"  pool: [198.51.100.7, 198.51.100.8-198.51.100.9, "
	"198.51.100.16/28, interface]\n"
	"  port-range: 2000-60000\n"
	"nat:\n"
	"  mapping: apdm\n"
	"  filtering: eif\n"
	"  port-allocation: preservation\n"
	"  port-overloading: true\n"
	"  hairpin: off\n"
	"  refresh: both\n"
	"  tcp: {filtering: adf, refresh: none}\n"
	"  udp: {mapping: eim, port-overloading: false, hairpin: internal}\n"
	"  address-pooling: arbitrary\n"
	"  address-only: false\n"
	"  port-block-size: 512\n"
	"  port-blocks-per-subscriber: 4\n"
	"  port-block-idle-timeout: 1m\n"
	"  deterministic: false\n"
	"  udp-initial-timeout: 1500ms\n"
	"  udp-timeout: 1m30s\n"
	"  tcp-trans-open-timeout: 4m\n"
	"  tcp-idle-timeout: never\n"
	"  tcp-trans-close-timeout: 0s\n"
	"  tcp-rst-timeout: 0.25s\n"
	"  tcp-in-syn-timeout: 7s\n"
	"  icmp-timeout: 2h\n"
	"  other-timeout: 36500d\n"
	"  fragment-min-timeout: 3s\n"
	"  hold-down-timeout: 1d\n"
	"  hold-down-max: 0\n"
	"  max-lifetime: 1h\n"
	"  expiry-jitter: 100%\n"
	"  expiry-notify: both\n"
	"  stray-outbound: icmp\n"
	"  stray-inbound: host\n"
	"  max-sessions: 1000\n"
	"  sessions-per-subscriber: 100\n"
	"  ports-per-subscriber: 50\n"
	"  new-sessions-per-second: 10\n"
	"  on-exhaustion: evict-oldest\n"
	"  apply: new\n"
	"ports:\n"
	"  53/udp: {timeout: 10s}\n"
	"  \"53\": {timeout: 20s}\n"
	"  443/tcp: {timeout: never}\n"
	"clients:\n"
	"  phone:\n"
	"    match: 192.168.77.20\n"
	"    nat: {refresh: inbound, tcp: {mapping: adm}, udp-timeout: 3s}\n"
	"  all: {match: 10.0.0.0/8, profile: default}\n"
	"  mac: {match: 02:00:00:00:00:0F}\n"
	"forwards:\n"
	"  web: {protocol: tcp, external-port: 1100-1199, "
	"internal: 192.168.77.9:80}\n"
	"  dns: {protocol: udp, external-port: 53, internal: 10.0.0.9:5353, "
	"external-address: 198.51.100.9}\n"
	"  dmz: {protocol: all, external-address: 198.51.100.20, "
	"internal: 10.0.0.8}\n"
	"exempt:\n"
	"  - {destination: 198.51.100.0/24, port: 53}\n"
	"  - {destination: 203.0.113.1}\n"
	"control: {socket: /tmp/s, group: a b}\n"
	"log: {level: debug, events: \"/tmp/\\\"x\\\\ #y\", "
	"destinations: true}\n"
	"seed: 18446744073709551615\n"
	"queue: {number: 0, gso: false, rules: iptables}\n";

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

/** test_round_trip() - what is printed is read as the same */
static void test_round_trip(void **state)
{
	struct conf *conf = parsed(everything, NULL, 0);
	char *text = printed(conf, true);
	struct conf *again = parsed(text, NULL, 0);
	char *bare = printed(conf, false);
	char *bare_again = printed(again, false);

	(void)state;
	assert_string_equal(bare, bare_again);
	assert_memory_equal(conf->nat.policy.by, again->nat.policy.by,
			    sizeof(conf->nat.policy.by));
	assert_memory_equal(conf->nat.policy.timer, again->nat.policy.timer,
			    sizeof(conf->nat.policy.timer));
	for (size_t i = 0; i < conf->nat.n_clients; i++)
		assert_memory_equal(conf->nat.clients[i].policy.timer,
				    again->nat.clients[i].policy.timer,
				    sizeof(conf->nat.policy.timer));
	free(text);
	free(bare);
	free(bare_again);
	conf_free(conf);
	conf_free(again);
}

/** test_print() - the print itself, where it is not the default */
static void test_print(void **state)
{
	static const struct conf_override set = {"udp-timeout", "7s"};
	struct conf *conf = parsed("profile: us-3g-2013\nnat:\n"
				   "  icmp-timeout: 59s\n"
				   "wan: {pool: [198.51.100.7]}\n",
				   &set, 1);
	char *text = printed(conf, true);
	static const char *const lines[] = {
		"profile: us-3g-2013                     # t:1\n",
		"  pool:\n    - 198.51.100.7                      # t:4\n",
		"  mapping: eim                          "
		"# profile us-3g-2013, assumed\n",
		"  udp-timeout: 7s                       # set\n",
		"  icmp-timeout: 59s                     # t:3\n",
		"  expiry-jitter: 0%\n",
		"# below the floors of the RFCs: udp-initial-timeout 60s (120s "
		"in RFC 4787 REQ-5), udp-timeout 7s (120s in RFC 4787 REQ-5), "
		"tcp-idle-timeout 1800s (7440s in RFC 5382 REQ-5), ",
		"values of profile us-3g-2013 in force are assumed, not "
		"measured or documented\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no\n%sin\n%s", lines[i], text);
	/* What overrides it is not of the profile: 15 of its 18 are left, as
	 * without a server the one of dhcp does not count. */
	assert_non_null(strstr(text, "\n# 15 of 15 values"));
	free(text);
	conf_free(conf);
}

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

/** uncommented() - the sample with all that it only shows, to be freed */
static char *uncommented(void)
{
	FILE *file = fopen("conf/lapse.yaml", "r");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char line[256];

	assert_non_null(file);
	assert_non_null(out);
	while (fgets(line, sizeof(line), file)) {
		bool shown = line[0] == '#' && line[1] != '\n' &&
			     (line[1] != ' ' || line[2] == ' ');

		fputs(line + shown, out);
	}
	fclose(file);
	fclose(out);
	return text;
}

/** not_default() - conf_entry_fn: all of it comes from the file */
static void not_default(const struct conf_entry *entry, void *arg)
{
	(void)arg;
	if (entry->origin.layer != CONF_FILE)
		fail_msg("conf/lapse.yaml does not show %s", entry->path);
}

/** default_value() - conf_entry_fn: what the sample shows is the default */
static void default_value(const struct conf_entry *entry, void *arg)
{
	const struct conf *shown = arg;
	struct wanted w = get(shown, entry->path);

	if (!strcmp(entry->path, "profile"))
		return;
	assert_int_equal(w.found, 1);
	assert_string_equal(w.value, entry->value);
}

/** test_sample() - the sample loads, and shows every key and its default */
static void test_sample(void **state)
{
	struct conf *conf = conf_load("conf/lapse.yaml", NULL, 0, stderr);
	struct conf *defaults = parsed("", NULL, 0);
	char *text = uncommented();
	struct conf *shown;

	(void)state;
	assert_non_null(conf);
	assert_string_equal(conf->path, "conf/lapse.yaml");
	assert_string_equal(conf->profile, "rfc-compliant");
	shown = parsed(text, NULL, 0);
	conf_foreach(shown, not_default, NULL);
	conf_foreach(defaults, default_value, shown);
	free(text);
	conf_free(conf);
	conf_free(shown);
	conf_free(defaults);
}

/** test_manual() - the manual page names every key */
static void test_manual(void **state)
{
	FILE *file = fopen("docs/lapse.yaml.5", "r");
	char *text = calloc(1, 262144);
	size_t n;

	(void)state;
	assert_non_null(file);
	assert_non_null(text);
	n = fread(text, 1, 262143, file);
	assert_true(n > 0 && n < 262143);
	fclose(file);
	for (const struct conf_key *key = conf_schema; key->path; key++) {
		const char *last = strrchr(key->path, '.');
		char item[128];

		if (key->flags & KEY_NOT_YET || !key->type ||
		    (last && !strcmp(last, ".#")))
			continue;
		snprintf(item, sizeof(item), ".It Cm %s",
			 last ? last + 1 : key->path);
		if (!strstr(text, item))
			fail_msg("docs/lapse.yaml.5 has no \"%s\"", item);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_policy_values),
		cmocka_unit_test(test_other_values),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_manual),
	};

	source_tree();
	setenv("LAPSE_PROFILE_PATH", "conf/profiles", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
