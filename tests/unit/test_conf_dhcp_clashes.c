// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_dhcp_clashes - `dhcp`: values that do not fit together
 */
#include "tests/unit/conf_bad.h"
#include "tests/unit/conf_dhcp.h"

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

/** test_clashes() - what does not fit together */
static void test_clashes(void **state)
{
	(void)state;
	CHECK(clashes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clashes),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
