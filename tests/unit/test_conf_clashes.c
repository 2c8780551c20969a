// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_clashes - settings that do not fit together
 */
#include "tests/unit/conf_bad.h"

/* What a text needs around to be checked for one thing only. */
#define WAN "wan: {interface: eth0}\n"

static const struct bad clashes[] = {
	{"lan: [{interface: eth1}]\n",
	 "t:1:7: lan.0.address is missing; write the gateway's address there, "
	 "such as 192.168.77.1/24\n"},
	{"clients: {a: {}}\nexempt: [{port: 3}]\nports: {53: {}}\n",
	 "t:1:11: clients.a.match is missing; write an address, a CIDR or a "
	 "MAC\n"
	 "t:2:10: exempt.0.destination is missing; write an address or CIDR "
	 "that is not translated\n"
	 "t:3:9: ports.53.timeout is missing; write an idle timeout for this "
	 "destination port\n"},
	{"lan:\n  - {interface: a, address: 10.0.0.1/8}\n"
	 "  - {interface: b, address: 10.9.0.1/24}\n",
	 "t:3:20: lan.1.address overlaps lan.0; give them subnets of their "
	 "own\n"},
	{"lan: [{interface: eth0, address: 10.0.0.1/8}]\n" WAN,
	 "t:1:8: lan.0.interface is the wan's interface; name another\n"},
	{LAN "wan: {pool: [interface, 192.168.77.0/28]}\n",
	 "t:2:25: wan.pool and lan.0 share addresses; the pool must lie "
	 "outside of every lan\n"},
	{"wan: {pool: []}\n", "t:1:7: wan.pool is empty; write [interface] for "
			      "the wan's own address\n"},
	{"wan: {pool: [interface, 198.51.100.0/30, 198.51.100.2, interface]}\n",
	 "t:1:42: wan.pool.2 repeats addresses of wan.pool.1; take one of them "
	 "away\n"
	 "t:1:56: wan.pool.3 repeats addresses of wan.pool.0; take one of them "
	 "away\n"},
	{"clients:\n  a: {match: 192.168.77.0/24}\n"
	 "  b: {match: 02:00:00:00:00:0a}\n  c: {match: 192.168.77.0/24}\n"
	 "  d: {match: 02:00:00:00:00:0A}\n",
	 "t:4:7: clients.c.match is that of clients.a too; a client has one "
	 "entry\n"
	 "t:5:7: clients.d.match is that of clients.b too; a client has one "
	 "entry\n"},
	{LAN "forwards:\n"
	     "  a: {protocol: tcp, external-port: 80, "
	     "internal: \"192.168.77.9:80\"}\n"
	     "  b: {protocol: udp, external-port: 80, "
	     "internal: \"192.168.77.9:80\"}\n"
	     "  c: {protocol: tcp, external-port: 79-81, "
	     "internal: \"192.168.77.9:80\"}\n",
	 "t:5:22: forwards.c.external-port is taken by forwards.a; write "
	 "another\n"},
	{LAN "forwards:\n"
	     "  a: {protocol: tcp, external-port: 80, "
	     "internal: \"10.0.0.9:80\"}\n"
	     "  b: {protocol: udp, external-port: 80-90, "
	     "internal: \"192.168.77.9:65530\"}\n"
	     "  c: {protocol: tcp, external-port: 60999-61000, "
	     "internal: \"192.168.77.9:80\"}\n"
	     "  d: {protocol: tcp, external-port: 90, "
	     "external-address: 198.51.100.1, "
	     "internal: \"192.168.77.9:80\"}\n",
	 "t:3:41: forwards.a.internal is in no lan; write a host of one of "
	 "them\n"
	 "t:4:44: forwards.b.internal leads beyond port 65535; write fewer "
	 "ports, or a smaller first one\n"
	 "t:5:22: forwards.c.external-port: ports from 61000 on are the host's "
	 "own; write smaller ones, or give wan.pool an address of its own\n"
	 "t:6:41: forwards.d.external-address is not in wan.pool; write one of "
	 "it, or leave it away for the first one\n"},
	{"nat: {port-overloading: true}\n",
	 "t:1:7: nat.port-overloading needs nat.mapping adm or apdm: with eim "
	 "nothing tells the endpoints apart\n"},
	{"nat: {mapping: adm, tcp: {port-overloading: true}, udp: {mapping: "
	 "eim, port-overloading: true}}\n",
	 "t:1:72: nat.udp.port-overloading needs nat.udp.mapping adm or apdm: "
	 "with eim nothing tells the endpoints apart\n"},
	{"nat: {address-only: true, port-block-size: 64}\n",
	 "t:1:7: nat.address-only leaves ports as they are; write "
	 "port-block-size: none\n"},
	{"nat: {port-block-size: 1001}\nwan: {port-range: 2000-2999}\n",
	 "t:1:7: nat.port-block-size is larger than wan.port-range, which has "
	 "1000 ports; write a smaller one\n"},
	{"nat: {deterministic: true}\n",
	 "t:1:7: nat.deterministic needs nat.port-block-size; write how many "
	 "ports each client gets\n"},
	{LAN "nat: {deterministic: true, port-block-size: 256}\n",
	 "t:2:7: nat.deterministic: 256 internal addresses and only 252 blocks "
	 "of 256 ports in 1024-65535; write smaller blocks, a larger wan.pool "
	 "or a smaller lan\n"},
	/* 252 ports are right on an address that is all ours, ... */
	{LAN WAN "nat: {deterministic: true, port-block-size: 252}\n",
	 "t:3:7: nat.deterministic: 256 internal addresses and only 238 blocks "
	 "of 252 ports in 1024-60999; write smaller blocks, a larger wan.pool "
	 "or a smaller lan\n"},
	{LAN "wan: {interface: eth0, pool: [interface, 198.51.100.0/30]}\n"
	     "nat: {deterministic: true, port-block-size: 64}\n",
	 "t:3:7: nat.deterministic wants the same ports of each address; "
	 "write wan.pool without interface, or [interface] alone\n"},
	{"wan: {port-range: 1000-2000}\n"
	 "nat: {deterministic: true, port-block-size: 64}\n",
	 "t:2:7: nat.deterministic wants one range of ports, but those below "
	 "1024 are only for clients' own such ports; write a wan.port-range on "
	 "one side of 1024\n"},
	{LAN "nat: {deterministic: true, port-block-size: 64}\nclients:\n"
	     "  a: {match: 192.168.77.3, nat: {port-block-size: 128}}\n"
	     "  b: {match: 192.168.77.4, profile: default}\n"
	     "  c: {match: 192.168.77.5, nat: {refresh: both}}\n",
	 "t:4:34: clients.a.nat differs from nat in deterministic or "
	 "port-block-size, but computed blocks are of one size and for "
	 "everyone; write both under nat alone\n"
	 "t:5:28: clients.b.nat differs from nat in deterministic or "
	 "port-block-size, but computed blocks are of one size and for "
	 "everyone; write both under nat alone\n"},
	{LAN WAN "nat: {address-only: true}\n",
	 "t:3:7: nat.address-only would give the gateway's own address away, "
	 "with every port; write addresses of their own for the clients into "
	 "wan.pool, and not interface\n"},
	{"wan: {interface: eth0, port-range: 61000-65535}\n",
	 "t:1:24: wan.port-range has none of the ports that the interface's "
	 "own address has for clients; write some of 1024-60999\n"},
	{"wan: {interface: eth0}\nnat: {port-block-size: 60000}\n",
	 "t:2:7: nat.port-block-size is larger than wan.port-range, which has "
	 "59976 ports on the interface's own address; write a smaller one\n"},
	{LAN "nat: {deterministic: true, port-block-size: 252, "
	     "address-pooling: arbitrary}\nforwards: {a: {protocol: tcp, "
	     "external-port: 1000-1024, internal: \"192.168.77.9:80\"}}\n",
	 "t:2:7: nat.deterministic computes the address too; write "
	 "address-pooling: paired\n"
	 "t:3:31: forwards.a.external-port is in a subscriber's block; with "
	 "nat.port-block-size write ports outside of 1024-65535, or a narrower "
	 "wan.port-range\n"},
	/* a block of any client will do; 61000 is beyond all blocks here */
	{LAN "wan: {interface: eth0, pool: [interface, 198.51.100.1]}\n"
	     "clients: {p: {match: 192.168.77.3, nat: {port-block-size: 9}}}\n"
	     "forwards:\n"
	     "  a: {protocol: tcp, external-port: 1023, "
	     "internal: \"192.168.77.9:80\"}\n"
	     "  b: {protocol: udp, external-port: 60999, "
	     "internal: \"192.168.77.9:80\"}\n"
	     "  c: {protocol: udp, external-port: 65535, "
	     "external-address: 198.51.100.1, "
	     "internal: \"192.168.77.9:80\"}\n",
	 "t:6:22: forwards.b.external-port is in a subscriber's block; with "
	 "clients.p.nat.port-block-size write ports outside of 1024-60999, or "
	 "a narrower wan.port-range\n"
	 "t:7:22: forwards.c.external-port is in a subscriber's block; with "
	 "clients.p.nat.port-block-size write ports outside of 1024-65535, or "
	 "a narrower wan.port-range\n"},
	/* ports where there must be some, and where there may be none */
	{LAN "wan: {pool: [198.51.100.0/30]}\nforwards:\n"
	     "  a: {protocol: tcp, internal: 192.168.77.9}\n"
	     "  b: {protocol: all, external-port: 80, "
	     "internal: \"192.168.77.9:80\"}\n"
	     "  c: {internal: 192.168.77.9}\n",
	 "t:4:3: forwards.a.external-port is missing; write a port or range of "
	 "ports, or protocol: all for every port of an address\n"
	 "t:4:22: forwards.a.internal has no port; write one behind it, such "
	 "as 192.168.77.9:80\n"
	 "t:5:3: forwards.b.external-address is missing; with protocol: all "
	 "write an address that wan.pool names, for this host alone (not that "
	 "of the interface, which the gateway needs)\n"
	 "t:5:22: forwards.b.external-port: protocol: all forwards every port; "
	 "take it away, or write tcp or udp\n"
	 "t:5:41: forwards.b.internal: protocol: all leaves ports as they are; "
	 "write the address without one\n"
	 "t:6:3: forwards.c.protocol is missing; write tcp, udp, or all: one "
	 "to one\n"},
	{LAN WAN "forwards: {a: {protocol: all, internal: 192.168.77.9, "
		 "external-address: 198.51.100.1}}\n",
	 "t:3:55: forwards.a.external-address is not in wan.pool; write one "
	 "that wan.pool names (not that of the interface, which the gateway "
	 "needs)\n"},
	/* one to one: nobody else there */
	{LAN "wan: {pool: [198.51.100.0/29]}\nforwards:\n"
	     "  a: {protocol: all, external-address: 198.51.100.1, "
	     "internal: 192.168.77.9}\n"
	     "  b: {protocol: all, external-address: 198.51.100.1, "
	     "internal: 192.168.77.8}\n"
	     "  c: {protocol: all, external-address: 198.51.100.2, "
	     "internal: 192.168.77.9}\n"
	     "  d: {protocol: tcp, external-address: 198.51.100.1, "
	     "external-port: 80, internal: \"192.168.77.7:80\"}\n"
	     "  e: {protocol: tcp, external-port: 80, "
	     "internal: \"192.168.77.7:80\"}\n"
	     "  f: {protocol: all, external-address: 198.51.100.0, "
	     "internal: 192.168.77.6}\n"
	     "  g: {protocol: all, external-address: 198.51.100.3, "
	     "internal: 192.168.77.5}\n",
	 "t:5:22: forwards.b.external-address is that of forwards.a too; with "
	 "protocol: all write another\n"
	 "t:6:54: forwards.c.internal is that of forwards.a too; with "
	 "protocol: all write another\n"
	 "t:7:22: forwards.d.external-address: 198.51.100.1 is that of "
	 "forwards.a already, and protocol: all takes every port; write "
	 "another external-address\n"
	 "t:9:22: forwards.f.external-address: 198.51.100.0 is that of "
	 "forwards.e already, and protocol: all takes every port; write "
	 "another external-address\n"},
	/* 256 blocks of 252 ports fill the first address, four are on the next
	 */
	{LAN "wan: {pool: [198.51.100.0/29]}\n"
	     "nat: {deterministic: true, port-block-size: 256}\nforwards:\n"
	     "  a: {protocol: all, external-address: 198.51.100.1, "
	     "internal: 192.168.77.9}\n"
	     "  b: {protocol: all, external-address: 198.51.100.2, "
	     "internal: 192.168.77.8}\n",
	 "t:5:22: forwards.a.external-address has computed blocks of others; "
	 "with nat.deterministic write one of wan.pool's highest addresses, "
	 "which no block needs\n"},
	{"clients: {a: {match: 192.168.77.3, nat: {port-overloading: true}}}\n",
	 "t:1:42: clients.a.nat.port-overloading needs clients.a.nat.mapping "
	 "adm or apdm: with eim nothing tells the endpoints apart\n"},
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
