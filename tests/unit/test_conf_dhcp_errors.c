// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_dhcp_errors - `dhcp`: values that are wrong by themselves
 */
#include "tests/unit/conf_bad.h"
#include "tests/unit/conf_dhcp.h"

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

/** test_bad_values() - values of every type, and names */
static void test_bad_values(void **state)
{
	(void)state;
	CHECK(values);
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
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_protocols_own),
		cmocka_unit_test(test_long),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
