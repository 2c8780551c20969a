// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_dhcp - `dhcp`: what the server is told, for each lan and relay
 */
#include "tests/unit/conf_dhcp.h"

/** test_none() - without `dhcp` there is no server, whatever the profile has */
static void test_none(void **state)
{
	struct conf *conf = parsed("profile: home-openwrt\n" LANS, NULL, 0);
	char *text = printed(conf, true);
	struct wanted w = get(conf, "dhcp.lease-time");

	(void)state;
	assert_false(conf->dhcp_on);
	assert_int_equal(conf->dhcp.n_subnets, 0);
	assert_int_equal(conf->dhcp.n_lans, 0);
	assert_null(strstr(text, "\ndhcp:"));
	assert_int_equal(w.found, 1);
	assert_int_equal(w.layer, CONF_PROFILE);
	assert_int_equal(w.class, CONF_VENDOR_DOC);
	assert_string_equal(w.value, "43200s");
	assert_int_equal(get(conf, "dhcp.allocation").found, 0);
	assert_int_equal(get(conf, "dhcp.lease-file").found, 0);
	free(text);
	conf_free(conf);
}

/** test_defaults() - a range is all that is needed */
static void test_defaults(void **state)
{
	struct conf *conf = parsed(LANS "dhcp: {" RANGE "}\n", NULL, 0);
	const struct dhcpd_settings *d = &conf->dhcp;
	const struct dhcpd_subnet *s = &d->subnets[0];

	(void)state;
	assert_true(conf->dhcp_on);
	assert_true(conf->dhcp_dns_open);
	assert_string_equal(conf->lease_file, "/var/lib/lapse/leases");
	assert_false(d->authoritative);
	assert_true(d->conflict_probe);
	assert_false(d->enforce_leases);
	assert_int_equal(d->decline_time, 600000);
	assert_true(d->max_leases > 0 && d->offer_time && d->probe_time);
	/* The other lan has nothing to give out: it is not served. */
	assert_int_equal(d->n_lans, 1);
	assert_int_equal(d->lans[0].address, 0xc0a84d01);
	assert_int_equal(conf->dhcp_lan[0], 0);
	assert_int_equal(d->own.n, 1);
	assert_int_equal(d->own.list[0], 0x0a010001);
	assert_int_equal(d->n_subnets, 1);
	assert_int_equal(s->lan, 0);
	assert_int_equal(s->addr, 0xc0a84d00);
	assert_int_equal(s->bits, 24);
	assert_int_equal(s->n_ranges, 1);
	assert_int_equal(s->ranges[0].first, 0xc0a84d32);
	assert_int_equal(s->ranges[0].last, 0xc0a84dc7);
	assert_int_equal(s->lease_time, 3600000);
	assert_int_equal(s->max_lease_time, 0);
	assert_int_equal(s->renew_time, 0);
	assert_int_equal(s->rebind_time, 0);
	assert_int_equal(s->router.n, 1);
	assert_int_equal(s->router.list[0], 0xc0a84d01);
	assert_int_equal(s->dns.n, 0);
	assert_int_equal(s->n_options, 0);
	conf_free(conf);
}

/** test_second_lan() - served lans are counted by themselves */
static void test_second_lan(void **state)
{
	struct conf *conf = parsed(LANS "dhcp: {reservations: {a: {mac: "
					"02:00:00:00:00:01, "
					"address: 10.1.0.9}}, router: []}\n",
				   NULL, 0);

	(void)state;
	assert_int_equal(conf->dhcp.n_lans, 1);
	assert_int_equal(conf->dhcp_lan[0], 1);
	assert_int_equal(conf->dhcp.lans[0].address, 0x0a010001);
	assert_int_equal(conf->dhcp.n_subnets, 1);
	assert_int_equal(conf->dhcp.subnets[0].lan, 0);
	assert_int_equal(conf->dhcp.subnets[0].n_ranges, 0);
	/* None at all is said, too. */
	assert_int_equal(conf->dhcp.subnets[0].router.n, 0);
	assert_int_equal(conf->dhcp.own.list[0], 0xc0a84d01);
	conf_free(conf);
}

/** test_server_values() - every value of the server as a whole */
static void test_server_values(void **state)
{
	char *text = good();
	struct conf *conf = parsed(text, NULL, 0);
	const struct dhcpd_settings *d = &conf->dhcp;
	const struct dhcpd_reservation *r = d->reservations;

	(void)state;
	assert_true(d->authoritative);
	assert_false(d->conflict_probe);
	assert_int_equal(d->decline_time, 3000);
	assert_true(d->enforce_leases);
	assert_true(d->ignore_link_selection);
	assert_true(d->rate_limit == DHCPD_NO_LIMIT);
	assert_int_equal(d->max_leases, 1000);
	assert_string_equal(conf->lease_file, "/tmp/leases");
	assert_int_equal(d->n_lans, 2);
	assert_int_equal(conf->dhcp_lan[0], 0);
	assert_int_equal(conf->dhcp_lan[1], 1);
	assert_int_equal(d->own.n, 0);
	assert_int_equal(d->n_reservations, 2);
	assert_string_equal(r[0].name, "printer");
	assert_true(r[0].by_mac);
	assert_memory_equal(r[0].mac, "\2\0\0\0\0\17", 6);
	assert_int_equal(r[0].address, 0xc0a84d09);
	assert_string_equal(r[0].hostname, "printer");
	assert_string_equal(r[1].name, "phone");
	assert_false(r[1].by_mac);
	assert_int_equal(r[1].id_len, 3);
	assert_memory_equal(r[1].id, "\1\2\3", 3);
	assert_null(r[1].hostname);
	free(text);
	conf_free(conf);
}

/** test_lan_values() - what the lans are told: each its own */
static void test_lan_values(void **state)
{
	char *text = good();
	struct conf *conf = parsed(text, NULL, 0);
	const struct dhcpd_subnet *s = &conf->dhcp.subnets[0];
	const struct dhcpd_subnet *t = &conf->dhcp.subnets[1];

	(void)state;
	assert_int_equal(conf->dhcp.n_subnets, 4);
	assert_int_equal(s->lan, 0);
	assert_int_equal(t->lan, 1);
	assert_int_equal(s->n_ranges, 1);
	assert_int_equal(t->n_ranges, 2);
	assert_int_equal(t->ranges[0].first, 0x0a010200);
	assert_int_equal(t->ranges[0].last, 0x0a0102ff);
	assert_int_equal(t->ranges[1].first, 0x0a010309);
	assert_int_equal(t->ranges[1].last, 0x0a010309);
	assert_int_equal(s->n_exclude, 1);
	assert_int_equal(s->exclude[0].last, 0xc0a84d45);
	assert_int_equal(t->n_exclude, 1);
	assert_int_equal(t->exclude[0].first, 0x0a010207);
	/* Routers of its own; where there is none among them, lapsed. */
	assert_int_equal(s->router.n, 1);
	assert_int_equal(s->router.list[0], 0xc0a84d01);
	assert_int_equal(t->router.n, 2);
	assert_int_equal(t->router.list[1], 0x0a010003);
	assert_int_equal(s->n_routes, 1);
	assert_int_equal(s->routes[0].bits, 0);
	assert_int_equal(s->routes[0].router, 0xc0a84d02);
	assert_int_equal(t->n_routes, 1);
	assert_int_equal(t->routes[0].addr, 0x0a090000);
	assert_int_equal(t->routes[0].bits, 16);
	assert_int_equal(s->lease_time, 90000);
	assert_true(s->max_lease_time == DHCPD_NEVER);
	assert_int_equal(s->renew_time, 20000);
	assert_int_equal(s->rebind_time, 40000);
	assert_int_equal(s->allocation, DHCPD_ALLOCATE_AUTOMATIC);
	assert_int_equal(s->dns.n, 2);
	assert_int_equal(s->dns.list[0], 0xcb007135);
	assert_int_equal(s->ntp.n, 1);
	assert_int_equal(s->ntp.list[0], 0xcb00717b);
	assert_string_equal(s->domain, "home.example");
	assert_int_equal(s->n_search, 2);
	assert_string_equal(s->search[1], "example");
	assert_int_equal(s->mtu, 1400);
	assert_int_equal(s->next_server, 0xc0a84d03);
	assert_int_equal(s->n_options, 7);
	option_is(s, 43, "\1\2\377", 3);
	option_is(s, 66, "boot: #1", 8);
	option_is(s, 150, "\300\0\2\1\300\0\2\2", 8);
	option_is(s, 23, "\100", 1);
	option_is(s, 2, "\377\377\377\377", 4);
	option_is(s, 25, "\0\104\377\377", 4);
	option_is(s, 108, "\0\0\2\130", 4);
	assert_false(conf->dhcp_dns_open);
	free(text);
	conf_free(conf);
}

/** test_relay_values() - what is not said of a subnet is as in dhcp */
static void test_relay_values(void **state)
{
	char *text = good();
	struct conf *conf = parsed(text, NULL, 0);
	const struct dhcpd_subnet *s = &conf->dhcp.subnets[2];
	const struct dhcpd_subnet *t = &conf->dhcp.subnets[3];

	(void)state;
	assert_true(s->lan == DHCPD_NO_LAN);
	assert_true(t->lan == DHCPD_NO_LAN);
	assert_int_equal(s->addr, 0x0a020000);
	assert_int_equal(s->bits, 24);
	assert_int_equal(t->bits, 16);
	assert_int_equal(s->n_ranges, 1);
	assert_int_equal(s->ranges[0].last, 0x0a020063);
	assert_int_equal(s->n_exclude, 0);
	assert_int_equal(s->router.n, 1);
	assert_int_equal(s->router.list[0], 0x0a020001);
	assert_int_equal(s->lease_time, 60000);
	assert_int_equal(s->renew_time, 20000);
	assert_int_equal(s->dns.n, 0);
	assert_string_equal(s->domain, "relay.example");
	assert_int_equal(s->mtu, 1400);
	assert_int_equal(s->n_options, 8);
	option_is(s, 66, "other", 5);
	option_is(s, 67, "file", 4);
	option_is(s, 43, "\1\2\377", 3);
	/* A lan's routers and routes are of no use there. */
	assert_int_equal(t->router.n, 0);
	assert_int_equal(t->n_routes, 0);
	assert_int_equal(t->lease_time, 90000);
	assert_int_equal(t->dns.n, 2);
	assert_string_equal(t->domain, "home.example");
	option_is(t, 66, "boot: #1", 8);
	option_is(t, 108, "\0\0\1\54", 4);
	free(text);
	conf_free(conf);
}

/** test_lan_subnet() - a lan that differs, and who serves relays */
static void test_lan_subnet(void **state)
{
	struct conf *conf =
		parsed(LANS "dhcp:\n  range: [192.168.77.50, 10.1.0.50, "
			    "10.2.0.50]\n"
			    "  options: {26: {type: u16, value: 900}}\n"
			    "  subnets:\n"
			    "    10.2.0.0/16: {lease-time: 3s}\n"
			    "    192.168.77.0/24: {lease-time: 2s, mtu: 800,"
			    " range: 192.168.77.99}\n",
		       NULL, 0);
	const struct dhcpd_settings *d = &conf->dhcp;
	struct conf *only = parsed(LANS "dhcp: {subnets: {10.2.0.0/24: {range: "
					"10.2.0.9}}}\n",
				   NULL, 0);

	(void)state;
	assert_int_equal(d->n_subnets, 3);
	assert_int_equal(d->subnets[0].lan, 0);
	assert_int_equal(d->subnets[0].lease_time, 2000);
	assert_int_equal(d->subnets[0].n_ranges, 2);
	assert_int_equal(d->subnets[0].ranges[0].first, 0xc0a84d63);
	assert_int_equal(d->subnets[0].ranges[1].first, 0xc0a84d32);
	assert_int_equal(d->subnets[0].router.list[0], 0xc0a84d01);
	assert_int_equal(d->subnets[1].lan, 1);
	assert_int_equal(d->subnets[1].lease_time, 3600000);
	assert_true(d->subnets[2].lan == DHCPD_NO_LAN);
	assert_int_equal(d->subnets[2].ranges[0].first, 0x0a020032);
	/* Its own word voids the option that dhcp has for the same. */
	assert_null(option(&d->subnets[0], 26));
	assert_int_equal(d->subnets[0].mtu, 800);
	option_is(&d->subnets[1], 26, "\3\204", 2);
	/* A relay may be in any lan. */
	assert_int_equal(only->dhcp.n_lans, 2);
	assert_int_equal(only->dhcp.n_subnets, 1);
	assert_true(only->dhcp.subnets[0].lan == DHCPD_NO_LAN);
	assert_int_equal(only->dhcp.own.n, 0);
	conf_free(conf);
	conf_free(only);
}

/** test_dns() - the host's resolvers, but where dns was said */
static void test_dns(void **state)
{
	static const uint32_t list[] = {0x7f000035, 0xc0000201, 0, 0xcb007135};
	struct conf *conf =
		parsed(LANS "dhcp: {range: [192.168.77.50, 10.1.0.50], "
			    "subnets: {10.1.0.0/16: {dns: []}}}\n",
		       NULL, 0);
	const struct dhcpd_subnet *s = conf->dhcp.subnets;

	(void)state;
	assert_true(conf->dhcp_dns_open);
	conf_dhcp_dns(conf, list, 4);
	assert_int_equal(s[0].dns.n, 2);
	assert_int_equal(s[0].dns.list[0], 0xc0000201);
	assert_int_equal(s[0].dns.list[1], 0xcb007135);
	assert_int_equal(s[1].dns.n, 0);
	/* Again, as after a reload. */
	conf_dhcp_dns(conf, list, 1);
	assert_int_equal(s[0].dns.n, 0);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_second_lan),
		cmocka_unit_test(test_server_values),
		cmocka_unit_test(test_lan_values),
		cmocka_unit_test(test_relay_values),
		cmocka_unit_test(test_lan_subnet),
		cmocka_unit_test(test_dns),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
