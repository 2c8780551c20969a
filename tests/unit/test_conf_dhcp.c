// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_dhcp - `dhcp`: what the server is told, its print, its mistakes
 */
#include "test_conf_util.h"

#include "base/endpoint.h"
#include "base/wire.h"

/* Two lans: 192.168.77.0/24 and 10.1.0.0/16. */
#define LANS                                                \
	"lan:\n"                                            \
	"  - {interface: eth1, address: 192.168.77.1/24}\n" \
	"  - {interface: eth2, address: 10.1.0.1/16}\n"
#define LAN   "lan: [{interface: eth1, address: 192.168.77.1/24}]\n"
#define RANGE "range: 192.168.77.50-192.168.77.199"

/* All that it can say, none of it the default. */
static const char everything[] = LANS
	"dhcp:\n"
	"  range: [192.168.77.50-192.168.77.199, 10.1.2.0/24, 10.1.3.9]\n"
	"  exclude: [10.1.2.7, 192.168.77.60-192.168.77.69]\n"
	"  lease-time: 90s\n"
	"  max-lease-time: never\n"
	"  renew-time: 20s\n"
	"  rebind-time: 40s\n"
	"  allocation: automatic\n"
	"  router: [10.1.0.2, 10.1.0.3]\n"
	"  dns: [203.0.113.53, 192.168.77.1]\n"
	"  ntp: 203.0.113.123\n"
	"  domain: home.example\n"
	"  search: [home.example, example]\n"
	"  routes: [10.9.0.0/16 via 10.1.0.9, 0.0.0.0/0 via 192.168.77.2]\n"
	"  mtu: 1400\n"
	"  v6-only: 10m\n"
	"  next-server: 192.168.77.3\n"
	"  authoritative: true\n"
	"  conflict-probe: false\n"
	"  decline-time: 3s\n"
	"  enforce-leases: true\n"
	"  ignore-link-selection: true\n"
	"  rate-limit: none\n"
	"  max-leases: 1000\n"
	"  lease-file: /tmp/leases\n"
	"  options:\n"
	"    43: {type: hex, value: 01:02:ff}\n"
	"    66: {type: string, value: \"boot: #1\"}\n"
	"    150: {type: ip, value: [192.0.2.1, 192.0.2.2]}\n"
	"    23: {type: u8, value: 64}\n"
	"    57: {type: u16, value: 1}\n"
	"    2: {type: u32, value: 4294967295}\n"
	"    25: {type: u16, value: [68, 65535]}\n"
	"  reservations:\n"
	"    printer: {mac: 02:00:00:00:00:0F, address: 192.168.77.9,"
	" hostname: printer}\n"
	"    phone: {client-id: \"010203\", address: 10.2.0.200}\n"
	"  subnets:\n"
	"    10.2.0.0/24:\n"
	"      range: 10.2.0.10-10.2.0.99\n"
	"      exclude: []\n"
	"      router: 10.2.0.1\n"
	"      lease-time: 60s\n"
	"      dns: []\n"
	"      domain: relay.example\n"
	"      options:\n"
	"        66: {type: string, value: other}\n"
	"        67: {type: string, value: file}\n"
	"    10.3.0.0/16: {range: 10.3.1.0/24, v6-only: 300s}\n";

/** without() - a text with one line left out, to be freed */
static char *without(const char *text, const char *line)
{
	const char *at = strstr(text, line);
	char *copy = strdup(text);

	assert_non_null(at);
	assert_non_null(copy);
	memmove(copy + (at - text), at + strlen(line),
		strlen(at + strlen(line)) + 1);
	return copy;
}

/** good() - all of the above but what no setting can say */
static char *good(void)
{
	return without(everything, "    57: {type: u16, value: 1}\n");
}

/** option() - the option of that code of a subnet, or NULL */
static const struct dhcpd_option *option(const struct dhcpd_subnet *s,
					 uint8_t code)
{
	for (size_t i = 0; i < s->n_options; i++)
		if (s->options[i].code == code)
			return &s->options[i];
	return NULL;
}

/** option_is() - whether a subnet has an option of exactly these bytes */
static void option_is(const struct dhcpd_subnet *s, uint8_t code,
		      const char *bytes, size_t len)
{
	const struct dhcpd_option *o = option(s, code);

	if (!o) {
		fail_msg("no option %u", code);
		return;
	}
	assert_int_equal(o->len, len);
	assert_memory_equal(o->value, bytes, len);
}

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

/** round_trip() - what is printed is read as the same, and prints the same */
static void round_trip(const char *text)
{
	struct conf *conf = parsed(text, NULL, 0);
	char *print = printed(conf, true);
	struct conf *again = parsed(print, NULL, 0);
	char *bare = printed(conf, false);
	char *bare_again = printed(again, false);

	assert_string_equal(bare, bare_again);
	assert_int_equal(conf->dhcp.n_subnets, again->dhcp.n_subnets);
	for (size_t i = 0; i < conf->dhcp.n_subnets; i++) {
		const struct dhcpd_subnet *a = &conf->dhcp.subnets[i];
		const struct dhcpd_subnet *b = &again->dhcp.subnets[i];

		assert_int_equal(a->addr, b->addr);
		assert_int_equal(a->lan, b->lan);
		assert_int_equal(a->n_ranges, b->n_ranges);
		assert_int_equal(a->lease_time, b->lease_time);
		assert_int_equal(a->router.n, b->router.n);
		assert_int_equal(a->n_routes, b->n_routes);
		assert_int_equal(a->n_options, b->n_options);
		for (size_t o = 0; o < a->n_options; o++)
			option_is(b, a->options[o].code,
				  (const char *)a->options[o].value,
				  a->options[o].len);
	}
	assert_int_equal(conf->dhcp.n_reservations, again->dhcp.n_reservations);
	assert_int_equal(conf->dhcp_dns_open, again->dhcp_dns_open);
	free(print);
	free(bare);
	free(bare_again);
	conf_free(conf);
	conf_free(again);
}

/** test_round_trip() - all of it, little of it, and what is empty */
static void test_round_trip(void **state)
{
	char *text = good();

	(void)state;
	round_trip(text);
	free(text);
	round_trip(LAN "dhcp: {" RANGE "}\n");
	round_trip(LAN "dhcp: {" RANGE ", router: [], dns: [], "
		       "options: {43: {type: hex, value: \"\"}}}\n");
	round_trip(LAN "dhcp: {range: [192.168.77.9, 10.2.0.9], "
		       "subnets: {10.2.0.0/24: {}}}\n");
	round_trip("profile: home-mikrotik\n" LAN "dhcp: {" RANGE "}\n");
}

/** test_print() - the print itself, lists and names with dots in them */
static void test_print(void **state)
{
	struct conf *conf =
		parsed("profile: home-mikrotik\n" LAN "dhcp:\n"
		       "  range: [192.168.77.9, 192.168.77.20-192.168.77.29]\n"
		       "  ntp: []\n"
		       "  subnets:\n"
		       "    10.2.0.0/24: {range: 10.2.0.8/29, options: {43: "
		       "{type: u8, value: 7}}}\n",
		       NULL, 0);
	char *text = printed(conf, true);
	static const char *const lines[] = {
		"\ndhcp:\n"
		"  lease-time: 600s                      "
		"# profile home-mikrotik, vendor-doc\n"
		"  allocation: dynamic\n"
		"  range:\n"
		"    - 192.168.77.9                      # t:4\n"
		"    - 192.168.77.20-192.168.77.29       # t:4\n"
		"  ntp: []                               # t:5\n"
		"  authoritative: false\n",
		"  subnets:\n"
		"    10.2.0.0/24:\n"
		"      range:\n"
		"        - 10.2.0.8-10.2.0.15            # t:7\n"
		"      options:\n"
		"        43:\n"
		"          type: u8                      # t:7\n"
		"          value:\n"
		"            - 7                         # t:7\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no\n%sin\n%s", lines[i], text);
	free(text);
	conf_free(conf);
}

/** test_overrides() - paths, with a CIDR in them too */
static void test_overrides(void **state)
{
	static const struct conf_override set[] = {
		{"dhcp.lease-time", "5s"},
		{"dhcp.renew-time", "1s"},
		{"dhcp.rebind-time", "3s"},
		{"dhcp.range", "[192.168.77.77]"},
		{"dhcp.subnets.10.2.0.0/24.lease-time", "7s"},
		{"dhcp.subnets.10.2.0.0/24.options.43.value", "\"00\""},
		{"dhcp.subnets.10.4.0.0/24", "{range: 10.4.0.7}"},
		{"dhcp.reservations.a.address", "192.168.77.4"},
		{"dhcp.options.43", "{type: u8, value: 3}"},
	};
	struct conf *conf =
		parsed(LAN "dhcp:\n  lease-time: 1h\n  " RANGE "\n"
			   "  reservations: {a: {mac: 02:00:00:00:00:01, "
			   "address: 192.168.77.3}}\n"
			   "  subnets: {10.2.0.0/24: {range: 10.2.0.7, "
			   "options: {43: {type: hex, value: ff}}}}\n",
		       set, sizeof(set) / sizeof(set[0]));
	const struct dhcpd_subnet *s = conf->dhcp.subnets;
	struct wanted w = get(conf, "dhcp.lease-time");

	(void)state;
	assert_int_equal(s[0].lease_time, 5000);
	assert_int_equal(s[0].renew_time, 1000);
	assert_int_equal(s[0].n_ranges, 1);
	assert_int_equal(s[0].ranges[0].first, 0xc0a84d4d);
	option_is(&s[0], 43, "\3", 1);
	assert_int_equal(conf->dhcp.n_subnets, 3);
	assert_int_equal(s[1].lease_time, 7000);
	option_is(&s[1], 43, "\0", 1);
	assert_int_equal(s[2].addr, 0x0a040000);
	option_is(&s[2], 43, "\3", 1);
	assert_int_equal(conf->dhcp.reservations[0].address, 0xc0a84d04);
	assert_int_equal(w.layer, CONF_SET);
	assert_string_equal(
		get(conf, "dhcp.subnets.10.2.0.0/24.lease-time").value, "7s");
	assert_int_equal(get(conf, "dhcp.range.0").line, 0);
	conf_free(conf);
}

/** test_notes() - what is no error, but should be known */
static void test_notes(void **state)
{
	struct conf *conf =
		parsed(LAN "dhcp: {" RANGE ", max-leases: 100, exclude: "
			   "[192.168.77.60, 192.168.77.200-192.168.77.210]}\n",
		       NULL, 0);
	char *notes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&notes, &len);

	(void)state;
	assert_non_null(out);
	conf_notes(conf, out);
	fclose(out);
	assert_string_equal(notes,
			    "dhcp.exclude: 192.168.77.200-192.168.77.210 "
			    "is in no range\n"
			    "dhcp: 150 addresses in the ranges, but at "
			    "most 100 leases (max-leases)\n");
	free(notes);
	conf_free(conf);
}

/** test_sample() - what the sample shows as defaults are the defaults */
static void test_sample(void **state)
{
	static const char *const shown[] = {
		"lease-time",	 "allocation",
		"authoritative", "conflict-probe",
		"decline-time",	 "enforce-leases",
		"lease-file",	 "ignore-link-selection",
		"rate-limit",	 "max-leases",
	};
	struct conf *conf = parsed(LAN "dhcp: {" RANGE "}\n", NULL, 0);
	FILE *file = fopen("conf/lapse.yaml", "r");
	char *text = calloc(1, 65536);

	(void)state;
	assert_non_null(file);
	assert_non_null(text);
	assert_true(fread(text, 1, 65535, file) > 0);
	fclose(file);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		char path[64];
		char line[512];
		struct wanted w;

		snprintf(path, sizeof(path), "dhcp.%s", shown[i]);
		w = get(conf, path);
		snprintf(line, sizeof(line), "\n#  %s: %s\n", shown[i],
			 w.value);
		if (!strstr(text, line))
			fail_msg("conf/lapse.yaml does not show%s", line);
	}
	free(text);
	conf_free(conf);
}

/** struct bad - a text and exactly what is to be said about it */
struct bad {
	const char *text;
	const char *errors;
};

static const struct bad values[] = {
	{"dhcp: {lease-time: 999ms, renew-time: 0s, v6-only: 299s}\n",
	 "t:1:20: dhcp.lease-time: \"999ms\" is too short; the shortest is "
	 "1s\n"
	 "t:1:39: dhcp.renew-time: \"0s\" is too short; the shortest is 1s\n"
	 "t:1:52: dhcp.v6-only: \"299s\" is too short; the shortest is 300s\n"},
	{"dhcp: {range: [192.168.77.9-192.168.77.8, 192.168.77.1/24, 0.0.0.1, "
	 "{a: b}, [c]]}\n",
	 "t:1:16: dhcp.range.0: \"192.168.77.9-192.168.77.8\" runs backwards; "
	 "write the smaller address first\n"
	 "t:1:43: dhcp.range.1: \"192.168.77.1/24\" has bits set behind its "
	 "prefix; write the subnet's first address\n"
	 "t:1:60: dhcp.range.2: \"0.0.0.1\" holds addresses that no host can "
	 "have; write unicast ones\n"
	 "t:1:69: dhcp.range.3: a map where one value belongs; write that "
	 "value "
	 "alone\n"
	 "t:1:77: dhcp.range.4: a list where one value belongs; write that "
	 "value alone\n"},
	{"dhcp: {range: {a: b}, exclude: , dns: [224.0.0.1, a]}\n",
	 "t:1:15: dhcp.range wants a list; write it in [ ]\n"
	 "t:1:23: dhcp.exclude has no value; write one, or take the key away\n"
	 "t:1:40: dhcp.dns.0: \"224.0.0.1\" is not a host's address; write one "
	 "such as 192.168.77.9\n"
	 "t:1:51: dhcp.dns.1: \"a\" is not a host's address; write one such as "
	 "192.168.77.9\n"},
	{"dhcp: {domain: home.example., search: [a..b, \"\", ok.example, é]}\n",
	 "t:1:16: dhcp.domain: \"home.example.\" is not a domain name; write "
	 "one such as home.example, without a dot at its end\n"
	 "t:1:40: dhcp.search.0: \"a..b\" is not a domain name; write one such "
	 "as home.example, without a dot at its end\n"
	 "t:1:46: dhcp.search.1: \"\" is not a domain name; write one such as "
	 "home.example, without a dot at its end\n"
	 "t:1:62: dhcp.search.3: \"é\" is not a domain name; write one such as "
	 "home.example, without a dot at its end\n"},
	{"dhcp: {routes: [10.0.0.0/8, 10.0.0.0/8 via 10.0.0.1/8, "
	 "10.0.0.1/8 via 10.0.0.1]}\n",
	 "t:1:17: dhcp.routes.0: \"10.0.0.0/8\" is not a route; write one such "
	 "as 10.0.0.0/8 via 192.168.77.2\n"
	 "t:1:29: dhcp.routes.1: \"10.0.0.0/8 via 10.0.0.1/8\" is not a route; "
	 "write one such as 10.0.0.0/8 via 192.168.77.2\n"
	 "t:1:56: dhcp.routes.2: \"10.0.0.1/8 via 10.0.0.1\" has bits set "
	 "behind its prefix; write the subnet's first address\n"},
	{"dhcp: {mtu: 67, allocation: manual, lease-file: leases, "
	 "rate-limit: 0, next-server: a}\n",
	 "t:1:13: dhcp.mtu: \"67\" is not a number from 68 to 65535; write it "
	 "in plain digits\n"
	 "t:1:29: dhcp.allocation: \"manual\" is unknown here; write dynamic "
	 "or "
	 "automatic\n"
	 "t:1:49: dhcp.lease-file: \"leases\" is not an absolute path; write "
	 "one that begins with /\n"
	 "t:1:69: dhcp.rate-limit: \"0\" is not a number from 1 to 1000000, or "
	 "none; write it in plain digits\n"
	 "t:1:85: dhcp.next-server: \"a\" is not a host's address; write one "
	 "such as 192.168.77.9\n"},
	{"dhcp: {reservations: {a: {mac: 03:00:00:00:00:01}, b: {client-id: "
	 "\"0\"}, c: {client-id: \"01:\"}, d.e: {}}}\n",
	 "t:1:32: dhcp.reservations.a.mac: \"03:00:00:00:00:01\" is a group's "
	 "address; write the client's own\n"
	 "t:1:67: dhcp.reservations.b.client-id: \"0\" is not a client "
	 "identifier; write 1 to 255 bytes in hex, such as "
	 "01:02:00:00:00:00:09 or 0102\n"
	 "t:1:88: dhcp.reservations.c.client-id: \"01:\" is not a client "
	 "identifier; write 1 to 255 bytes in hex, such as "
	 "01:02:00:00:00:00:09 or 0102\n"
	 "t:1:96: dhcp.reservations: \"d.e\" is not a name; write up to 31 "
	 "letters, digits, - and _\n"},
	{LAN "dhcp:\n  " RANGE "\n  options: {0: {}, 255: {}, 51: {}, 53: {}, "
	     "043: {}}\n",
	 "t:4:13: dhcp.options: \"0\" is not the code of an option; write a "
	 "number from 1 to 254\n"
	 "t:4:20: dhcp.options: \"255\" is not the code of an option; write a "
	 "number from 1 to 254\n"
	 "t:4:29: dhcp.options: \"51\" is set by lease-time; write that\n"
	 "t:4:37: dhcp.options: \"53\" is the protocol's own; take it away\n"
	 "t:4:45: dhcp.options: \"043\" is not the code of an option; write a "
	 "number from 1 to 254\n"},
	{LAN "dhcp:\n  " RANGE "\n  subnets: {10.2.0.0: {}, 10.2.0.1/24: {}, "
	     "10.0.0.0/7: {}, 10.2.0.0/31: {}, a: {}}\n",
	 "t:4:13: dhcp.subnets: \"10.2.0.0\" is not a subnet; write a CIDR "
	 "such "
	 "as 10.2.0.0/24\n"
	 "t:4:27: dhcp.subnets: \"10.2.0.1/24\" has bits set behind its "
	 "prefix; "
	 "write the subnet's first address\n"
	 "t:4:44: dhcp.subnets: \"10.0.0.0/7\" has an unfit prefix length; "
	 "write one from /8 to /30\n"
	 "t:4:60: dhcp.subnets: \"10.2.0.0/31\" has an unfit prefix length; "
	 "write one from /8 to /30\n"
	 "t:4:77: dhcp.subnets: \"a\" is not a subnet; write a CIDR such as "
	 "10.2.0.0/24\n"},
	{LAN "dhcp: {lease-tme: 3s, " RANGE ", subnets: {10.2.0.0/24: {"
	     "reservations: {}, range: 10.2.0.9}}}\n",
	 "t:2:8: unknown key \"lease-tme\" in dhcp; did you mean "
	 "\"lease-time\"?\n"
	 "t:2:84: unknown key \"reservations\" in dhcp.subnets.10.2.0.0/24; "
	 "lapse.yaml(5) lists the keys\n"},
};

static const struct bad clashes[] = {
	{LAN "dhcp: {}\n",
	 "t:2:1: dhcp.range is missing; write the addresses to give out, such "
	 "as [192.168.77.50-192.168.77.199]\n"},
	{LAN "dhcp: {authoritative: true, range: []}\n",
	 "t:2:8: dhcp.range is missing; write the addresses to give out, such "
	 "as [192.168.77.50-192.168.77.199]\n"},
	{LAN "dhcp: {range: [192.168.77.50, 192.168.78.1, "
	     "192.168.77.200-192.168.78.9, 192.168.77.40-192.168.77.60], "
	     "exclude: 192.168.79.1}\n",
	 "t:2:31: dhcp.range.1 is in no lan, and in no subnet of dhcp; write "
	 "addresses of one\n"
	 "t:2:45: dhcp.range.2 is in no lan, and in no subnet of dhcp; write "
	 "addresses of one\n"
	 "t:2:74: dhcp.range.3 repeats addresses of dhcp.range.0; take one of "
	 "them away\n"
	 "t:2:113: dhcp.exclude.0 is in no lan, and in no subnet of dhcp; "
	 "write "
	 "addresses of one\n"},
	{LAN "dhcp: {" RANGE ", lease-time: 10s, max-lease-time: 9s, "
	     "rebind-time: 10s}\n",
	 "t:2:62: dhcp.max-lease-time is shorter than lease-time; write at "
	 "least that\n"
	 "t:2:82: dhcp.rebind-time is not before the lease's end; write less "
	 "than lease-time\n"},
	/* Once, not again for the subnet that has them from there. */
	{LAN "dhcp: {" RANGE ", lease-time: 80s, renew-time: 70s, subnets: "
	     "{10.2.0.0/24: {range: 10.2.0.9}}}\n",
	 "t:2:62: dhcp.renew-time is not before rebind-time, 7/8 of the lease; "
	 "write less\n"},
	{LAN "dhcp: {" RANGE ", renew-time: 1h, rebind-time: 50m}\n",
	 "t:2:45: dhcp.renew-time is not before rebind-time; write less\n"},
	{LAN "dhcp: {" RANGE ", rebind-time: 30m}\n",
	 "t:2:45: dhcp.rebind-time is not after renew-time, half of the lease; "
	 "write more, or a renew-time\n"},
	{LAN "dhcp: {" RANGE ", rebind-time: 40m, subnets: {10.2.0.0/24: "
	     "{range: 10.2.0.9, lease-time: 30m}}}\n",
	 "t:2:104: dhcp.subnets.10.2.0.0/24.rebind-time is not before the "
	 "lease's end; write less than lease-time\n"},
	/* A profile's lease is too short for the file's T2. */
	{"profile: home-mikrotik\n" LAN "dhcp: {" RANGE ", rebind-time: 30m}\n",
	 "t:3:45: dhcp.rebind-time is not before the lease's end; write less "
	 "than lease-time\n"},
	{LAN "dhcp: {" RANGE ", router: [192.168.77.3, 192.168.78.1], "
	     "routes: [0.0.0.0/0 via 10.0.0.1]}\n",
	 "t:2:68: dhcp.router.1 is not in the clients' subnet; write one that "
	 "is, or options: {3: {type: ip, value: …}} for a wrong one\n"
	 "t:2:92: dhcp.routes.0 leads by a router that is not in the clients' "
	 "subnet; write one that is\n"},
	{LAN "dhcp:\n  " RANGE "\n  subnets:\n"
	     "    192.168.77.0/25: {range: 192.168.77.9}\n"
	     "    10.2.0.0/16: {range: 10.3.0.0, router: 10.3.0.1}\n"
	     "    10.2.3.0/24: {range: 10.2.3.4}\n"
	     "    10.4.0.0/24: {lease-time: 2s, renew-time: 3s}\n",
	 "t:5:5: dhcp.subnets.192.168.77.0/25 overlaps lan.0; write all of "
	 "that "
	 "lan's subnet, or another\n"
	 "t:6:26: dhcp.subnets.10.2.0.0/16.range.0 is not in that subnet; "
	 "write "
	 "addresses of it\n"
	 "t:6:44: dhcp.subnets.10.2.0.0/16.router.0 is not in the clients' "
	 "subnet; write one that is, or options: {3: {type: ip, value: …}} for "
	 "a wrong one\n"
	 "t:7:5: dhcp.subnets.10.2.3.0/24 overlaps dhcp.subnets.10.2.0.0/16; "
	 "write subnets apart from each other\n"
	 "t:8:5: dhcp.subnets.10.4.0.0/24.range is missing; write the "
	 "addresses "
	 "to give out\n"
	 "t:8:35: dhcp.subnets.10.4.0.0/24.renew-time is not before "
	 "rebind-time, 7/8 of the lease; write less\n"},
	{LAN "dhcp:\n  " RANGE "\n  options:\n"
	     "    43: {value: a}\n"
	     "    44: {type: ip}\n"
	     "    45: {type: ip, value: [10.0.0.1, 10.0.0]}\n"
	     "    46: {type: u8, value: 256}\n"
	     "    47: {type: string, value: [a, b]}\n"
	     "    48: {type: hex, value: abc}\n"
	     "    49: {type: u16, value: -1}\n"
	     "    70: {type: u32, value: 4294967296}\n"
	     "    71: {type: hex, value: []}\n"
	     "    72: {type: base64, value: a}\n",
	 "t:14:16: dhcp.options.72.type: \"base64\" is unknown here; write ip, "
	 "u8, u16, u32, string or hex\n"},
	{LAN "dhcp:\n  " RANGE "\n  options:\n"
	     "    43: {value: a}\n"
	     "    44: {type: ip}\n"
	     "    45: {type: ip, value: [10.0.0.1, 10.0.0]}\n"
	     "    46: {type: u8, value: 256}\n"
	     "    47: {type: string, value: [a, b]}\n"
	     "    48: {type: hex, value: abc}\n"
	     "    49: {type: u16, value: -1}\n"
	     "    70: {type: u32, value: 4294967296}\n"
	     "    71: {type: hex, value: []}\n",
	 "t:5:5: dhcp.options.43.type is missing; write ip, u8, u16, u32, "
	 "string "
	 "or hex\n"
	 "t:6:5: dhcp.options.44.value is missing; write the option's value\n"
	 "t:7:38: dhcp.options.45.value.1: \"10.0.0\" is not an address; write "
	 "one such as 192.168.77.9\n"
	 "t:8:27: dhcp.options.46.value.0: \"256\" is not a number from 0 to "
	 "255; write it in plain digits\n"
	 "t:9:35: dhcp.options.47.value: a string is one value; write it "
	 "alone\n"
	 "t:10:28: dhcp.options.48.value.0: \"abc\" is not hex; write bytes of "
	 "two digits, such as 0102 or 01:02\n"
	 "t:11:28: dhcp.options.49.value.0: \"-1\" is not a number from 0 to "
	 "65535; write it in plain digits\n"
	 "t:12:28: dhcp.options.70.value.0: \"4294967296\" is not a number "
	 "from "
	 "0 to 4294967295; write it in plain digits\n"
	 "t:13:21: dhcp.options.71.value is missing; write the option's "
	 "value\n"},
	{LAN "dhcp:\n  " RANGE "\n  dns: [10.0.0.1]\n  v6-only: 300s\n"
	     "  options: {6: {type: ip, value: 10.0.0.1}, "
	     "3: {type: ip, value: 10.0.0.1}, 108: {type: u32, value: 300}}\n",
	 "t:6:13: dhcp.options.6 is dhcp.dns too; write one of them\n"
	 "t:6:77: dhcp.options.108 is dhcp.v6-only too; write one of them\n"},
	{LAN "dhcp:\n  reservations:\n"
	     "    a: {mac: 02:00:00:00:00:01, address: 192.168.77.9}\n"
	     "    b: {mac: 02:00:00:00:00:02, address: 192.168.77.9}\n"
	     "    c: {mac: 02:00:00:00:00:01, address: 192.168.77.10}\n"
	     "    d: {client-id: 0102, address: 192.168.77.11}\n"
	     "    e: {client-id: \"01:02\", address: 192.168.77.12}\n"
	     "    f: {mac: 02:00:00:00:00:03, client-id: 03, address: "
	     "192.168.77.13}\n"
	     "    g: {address: 192.168.77.14}\n"
	     "    h: {mac: 02:00:00:00:00:04}\n"
	     "    i: {mac: 02:00:00:00:00:05, address: 192.168.78.5}\n"
	     "    j: {mac: 02:00:00:00:00:06, address: 192.168.77.1}\n"
	     "    k: {mac: 02:00:00:00:00:07, address: 192.168.77.0}\n"
	     "    l: {mac: 02:00:00:00:00:08, address: 192.168.77.255}\n",
	 "t:5:33: dhcp.reservations.b.address is that of a too; an address has "
	 "one holder\n"
	 "t:6:9: dhcp.reservations.c.mac is that of a too; a client has one "
	 "address in a subnet\n"
	 "t:8:9: dhcp.reservations.e.client-id is that of d too; a client has "
	 "one address in a subnet\n"
	 "t:9:33: dhcp.reservations.f has mac and client-id; write one of "
	 "them\n"
	 "t:10:5: dhcp.reservations.g is nobody's; write mac or client-id\n"
	 "t:11:5: dhcp.reservations.h.address is missing; write an address in "
	 "a "
	 "lan or subnet\n"
	 "t:12:33: dhcp.reservations.i.address is in no lan, and in no subnet "
	 "of dhcp; write one of one\n"
	 "t:13:33: dhcp.reservations.j.address is the gateway's own address; "
	 "write another\n"
	 "t:14:33: dhcp.reservations.k.address is the subnet's own address; "
	 "write another\n"
	 "t:15:33: dhcp.reservations.l.address is the subnet's broadcast "
	 "address; write another\n"},
};

/** check_table() - each text has exactly these errors */
static void check_table(const struct bad *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct outcome outcome = parse(table[i].text, NULL, 0);

		if (outcome.conf ||
		    strcmp(outcome.errors, table[i].errors) != 0)
			fail_msg("of\n%s\nwanted\n%sbut got\n%s", table[i].text,
				 table[i].errors, outcome.errors);
		outcome_free(&outcome);
	}
}

#define CHECK(table) check_table(table, sizeof(table) / sizeof((table)[0]))

/** test_bad_values() - values of every type, and names */
static void test_bad_values(void **state)
{
	(void)state;
	CHECK(values);
}

/** test_clashes() - what does not fit together */
static void test_clashes(void **state)
{
	(void)state;
	CHECK(clashes);
}

/** test_protocols_own() - what the server decides is not to be set */
static void test_protocols_own(void **state)
{
	struct outcome outcome = parse(everything, NULL, 0);

	(void)state;
	assert_null(outcome.conf);
	assert_string_equal(outcome.errors,
			    "t:34:5: dhcp.options: \"57\" is the protocol's "
			    "own; take it away\n");
	outcome_free(&outcome);
}

/** test_long() - options that are too long, and too many of something */
static void test_long(void **state)
{
	char *text = malloc(16384);
	struct outcome outcome;
	struct conf *conf;
	size_t used;

	(void)state;
	assert_non_null(text);
	used = (size_t)sprintf(text,
			       LAN "dhcp:\n  " RANGE
				   "\n  options: {43: {type: u32, value: [");
	for (unsigned i = 0; i < 257; i++)
		used += (size_t)sprintf(text + used, "%u,", i);
	sprintf(text + used, "]}}\n");
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:4:36: dhcp.options.43.value has 257 elements; "
			    "write at most 256\n");
	outcome_free(&outcome);
	used = (size_t)sprintf(text,
			       LAN "dhcp:\n  " RANGE
				   "\n  options: {43: {type: hex, value: \"");
	for (unsigned i = 0; i < 512; i++)
		used += (size_t)sprintf(text + used, "0f");
	sprintf(text + used, "\"}}\n");
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:4:36: dhcp.options.43.value.0: "
			    "\"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f"
			    "0f0f0f0f0f0f…\" has 1024 characters; write 0 to "
			    "1023\n");
	outcome_free(&outcome);
	sprintf(text + used - 2, "\"}}\n");
	conf = parsed(text, NULL, 0);
	assert_int_equal(conf->dhcp.subnets[0].n_options, 1);
	assert_int_equal(conf->dhcp.subnets[0].options[0].len, 511);
	conf_free(conf);
	used = (size_t)sprintf(text, LAN "dhcp: {" RANGE ", dns: [");
	for (unsigned i = 0; i < 64; i++)
		used += (size_t)sprintf(text + used, "10.0.0.%u,", i + 1);
	sprintf(text + used, "]}\n");
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:2:50: dhcp.dns has 64 elements; write at most "
			    "63\n");
	outcome_free(&outcome);
	free(text);
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
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_protocols_own),
		cmocka_unit_test(test_long),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
