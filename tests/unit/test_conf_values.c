// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_values - settings that are wrong by themselves
 */
#include "tests/unit/conf_bad.h"

static const struct bad values[] = {
	{"nat: {udp-timeout: 300}\n",
	 "t:1:20: nat.udp-timeout: \"300\" has no unit; write 300s or another "
	 "of ms, m, h, d\n"},
	{"nat: {udp-timeout: soon}\n",
	 "t:1:20: nat.udp-timeout: \"soon\" is not a duration; write one such "
	 "as 250ms, 30s, 1.5h, 1h30m, 1d or never\n"},
	{"nat: {udp-timeout: -3s}\n",
	 "t:1:20: nat.udp-timeout: \"-3s\" is not a duration; write one such "
	 "as 250ms, 30s, 1.5h, 1h30m, 1d or never\n"},
	{"nat: {udp-timeout: 30m1h}\n",
	 "t:1:20: nat.udp-timeout: \"30m1h\" is not a duration; write one such "
	 "as 250ms, 30s, 1.5h, 1h30m, 1d or never\n"},
	{"nat: {udp-timeout: 0.5ms}\n",
	 "t:1:20: nat.udp-timeout: \"0.5ms\" is no whole number of "
	 "milliseconds; write fewer digits\n"},
	{"nat: {udp-timeout: 1.2.3s}\n",
	 "t:1:20: nat.udp-timeout: \"1.2.3s\" is not a duration; write "
	 "one such as 250ms, 30s, 1.5h, 1h30m, 1d or never\n"},
	{"nat: {udp-timeout: 1.s}\n",
	 "t:1:20: nat.udp-timeout: \"1.s\" is no whole number of milliseconds; "
	 "write fewer digits\n"},
	{"nat: {udp-timeout: 010s}\n",
	 "t:1:20: nat.udp-timeout: \"010s\" begins with 0; leave that away\n"},
	{"nat: {udp-timeout: 0s}\n", "t:1:20: nat.udp-timeout: \"0s\" is too "
				     "short; the shortest is 1ms\n"},
	{"nat: {udp-timeout: 18446744073709551616s}\n",
	 "t:1:20: nat.udp-timeout: \"18446744073709551616s\" is too long; the "
	 "longest are 36500d and never\n"},
	{"nat: {udp-timeout: 213503982335d}\n",
	 "t:1:20: nat.udp-timeout: \"213503982335d\" is too long; the longest "
	 "are 36500d and never\n"},
	{"nat: {mapping: EIM}\n",
	 "t:1:16: nat.mapping: \"EIM\" is unknown here; write eim, adm or "
	 "apdm\n"},
	{"nat: {tcp: {refresh: yes}}\n",
	 "t:1:22: nat.tcp.refresh: \"yes\" is unknown here; write outbound, "
	 "inbound, both or none\n"},
	{"nat: {address-only: on, deterministic: 1}\n",
	 "t:1:21: nat.address-only: \"on\" is neither true nor false; write "
	 "one of these two\n"
	 "t:1:40: nat.deterministic: \"1\" is neither true nor false; write "
	 "one of these two\n"},
	{"nat: {port-block-size: 010}\n",
	 "t:1:24: nat.port-block-size: \"010\" is not a number from 1 to "
	 "64512, or none; write it in plain digits\n"},
	{"nat: {max-sessions: none}\n",
	 "t:1:21: nat.max-sessions: \"none\" is not a number from 1 to "
	 "4194304; write it in plain digits\n"},
	{"nat: {expiry-jitter: 101%}\n",
	 "t:1:22: nat.expiry-jitter: \"101%\" is not a percentage; write one "
	 "from 0% to 100%\n"},
	{"nat: {expiry-jitter: 10}\n",
	 "t:1:22: nat.expiry-jitter: \"10\" is not a percentage; write one "
	 "from 0% to 100%\n"},
	{"wan: {port-range: 0-65535}\n",
	 "t:1:19: wan.port-range: \"0-65535\" is neither a port nor a range of "
	 "ports; write one such as 8080 or 8000-8099\n"},
	{"wan: {port-range: 2000-1999}\n",
	 "t:1:19: wan.port-range: \"2000-1999\" is neither a port nor a range "
	 "of ports; write one such as 8080 or 8000-8099\n"},
	{"wan: {pool: [198.51.100.300]}\n",
	 "t:1:14: wan.pool.0: \"198.51.100.300\" is no part of a pool; write "
	 "interface, an address, a range such as 198.51.100.2-198.51.100.9, "
	 "or a CIDR\n"},
	{"wan: {pool: [198.51.100.9-198.51.100.2, 198.51.100.1/30]}\n",
	 "t:1:14: wan.pool.0: \"198.51.100.9-198.51.100.2\" runs backwards; "
	 "write the smaller address first\n"
	 "t:1:41: wan.pool.1: \"198.51.100.1/30\" has bits set behind its "
	 "prefix; write the subnet's first address\n"},
	{"wan: {pool: [127.0.0.1, 11.0.0.0/8]}\n",
	 "t:1:14: wan.pool.0: \"127.0.0.1\" holds addresses that no host can "
	 "have; write unicast ones\n"
	 "t:1:25: wan.pool.1: \"11.0.0.0/8\" is too large; write at most 65536 "
	 "addresses, as /16\n"},
	{"lan: [{interface: a234567890123456, address: 192.168.77.1}]\n",
	 "t:1:19: lan.0.interface: \"a234567890123456\" is no name of an "
	 "interface; write one of up to 15 characters, as `ip link` does\n"
	 "t:1:46: lan.0.address: \"192.168.77.1\" is not an address in a "
	 "subnet; write one such as 192.168.77.1/24\n"},
	{"lan: [{interface: e, address: 192.168.77.255/24}]\n",
	 "t:1:31: lan.0.address: \"192.168.77.255/24\" is the subnet's own or "
	 "its broadcast address; write one between these two\n"},
	{"lan: [{interface: e, address: 192.168.77.1/31}]\n",
	 "t:1:31: lan.0.address: \"192.168.77.1/31\" has an unfit prefix "
	 "length; write one from /8 to /30\n"},
	{"clients: {a: {match: 10.1.0.0/8}, b: {match: 03:00:00:00:00:01}}\n",
	 "t:1:22: clients.a.match: \"10.1.0.0/8\" has bits set behind its "
	 "prefix; write the subnet's first address\n"
	 "t:1:46: clients.b.match: \"03:00:00:00:00:01\" is a group's address; "
	 "write the client's own\n"},
	{"clients: {a: {match: 02:00:00:00:00:0g}, b: {match: phone}}\n",
	 "t:1:22: clients.a.match: \"02:00:00:00:00:0g\" matches nothing; "
	 "write an address, a CIDR or a MAC such as 02:00:00:00:00:09\n"
	 "t:1:53: clients.b.match: \"phone\" matches nothing; write an "
	 "address, a CIDR or a MAC such as 02:00:00:00:00:09\n"},
	{"forwards: {a: {protocol: icmp, external-port: 65536, "
	 "internal: 192.168.77.9:0}}\n",
	 "t:1:26: forwards.a.protocol: \"icmp\" cannot be forwarded; write "
	 "tcp, udp or all\n"
	 "t:1:47: forwards.a.external-port: \"65536\" is neither a port nor a "
	 "range of ports; write one such as 8080 or 8000-8099\n"
	 "t:1:64: forwards.a.internal: \"192.168.77.9:0\" is not an address "
	 "with a port; write one such as 192.168.77.9:80\n"},
	{"exempt: [{destination: 198.51.100.1/24, port: 0}]\n",
	 "t:1:24: exempt.0.destination: \"198.51.100.1/24\" has bits set "
	 "behind its prefix; write the subnet's first address\n"
	 "t:1:47: exempt.0.port: \"0\" is not a port; write a number from 1 to "
	 "65535\n"},
	{"control: {socket: run}\n",
	 "t:1:19: control.socket: \"run\" is not an absolute path; write one "
	 "that begins with /\n"},
	{"control: {group: \"a\\nb\"}\n",
	 "t:1:18: control.group: \"a?b\" holds a control character; write one "
	 "line of plain text\n"},
	{"log: {level: loud}\n", "t:1:14: log.level: \"loud\" is unknown here; "
				 "write error, warning, info or debug\n"},
	{"seed: 0x10\n", "t:1:7: seed: \"0x10\" is not a seed; write a number "
			 "in plain digits, or random\n"},
	{"queue: {number: 65536}\n",
	 "t:1:17: queue.number: \"65536\" is not a number from 0 to 65535; "
	 "write it in plain digits\n"},
	{"profile: ../../etc/passwd\n",
	 "t:1:10: profile: \"../../etc/passwd\" is no name of a profile; write "
	 "small letters, digits and -\n"},
	/* All in one go, in order of place. */
	{"seed: x\nnat:\n  mapping: x\n  foo: 1\nlog:\n  level: 3\n",
	 "t:1:7: seed: \"x\" is not a seed; write a number in plain digits, or "
	 "random\n"
	 "t:3:12: nat.mapping: \"x\" is unknown here; write eim, adm or apdm\n"
	 "t:4:3: unknown key \"foo\" in nat; lapse.yaml(5) lists the keys\n"
	 "t:6:10: log.level: \"3\" is unknown here; write error, warning, info "
	 "or debug\n"},
};

/** test_values() - values of every type */
static void test_values(void **state)
{
	(void)state;
	CHECK(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
