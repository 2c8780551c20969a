// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_dhcp_print - `dhcp`: its print, assignments, notes and the sample
 */
#include "tests/unit/conf_dhcp.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_print),
		cmocka_unit_test(test_overrides),  cmocka_unit_test(test_notes),
		cmocka_unit_test(test_sample),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
