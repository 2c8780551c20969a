// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_errors - what is wrong with settings is said, all of it, with place
 */
#include "test_conf_util.h"

/* What a text needs around to be checked for one thing only. */
#define LAN "lan: [{interface: eth1, address: 192.168.77.1/24}]\n"
#define WAN "wan: {interface: eth0}\n"

/** struct bad - a text and exactly what is to be said about it */
struct bad {
	const char *text;
	const char *errors;
};

static const struct bad syntax[] = {
	{"a: [b\nc: d", "t:2:2: bad YAML: did not find expected ',' or ']' "
			"while parsing a flow sequence\n"},
	/* After a syntax error only that one. */
	{"foo: bar\nnat: {\n", "t:3:1: bad YAML: did not find expected node "
			       "content while parsing a flow node\n"},
	{"nat:\n\tmapping: eim\n",
	 "t:2:1: bad YAML: found character that cannot start any token while "
	 "scanning for the next token\n"},
	{"seed: \xff\n", "t:1:7: bad YAML: invalid leading UTF-8 octet\n"},
	{"nat: &a {}\nports: *a\nseed: !!int 3\n---\nx: y",
	 "t:1:6: anchors (&) are not supported; write the value out where it "
	 "is needed\n"
	 "t:2:8: aliases (*) are not supported; write the value out, or in "
	 "quotes if it begins with *\n"
	 "t:3:7: tags (!) are not supported; leave it away, every value is "
	 "read as text\n"
	 "t:4:1: a second document begins; write one\n"},
	{"&a [*a]\n",
	 "t:1:1: anchors (&) are not supported; write the value out where it "
	 "is needed\n"
	 "t:1:5: aliases (*) are not supported; write the value out, or in "
	 "quotes if it begins with *\n"},
	{"seed: \"1\\0\"\n",
	 "t:1:7: a NUL character in a value; take it away\n"},
	{"[[[[[[[[[[[[[[[[[", "t:1:17: nested deeper than 16 levels\n"},
	{"- a\n", "t:1:1: the file wants keys with values; write them as key: "
		  "value\n"},
	{"[a]: b\n", "t:1:1: a key must be a word, not a list or map\n"},
};

static const struct bad keys[] = {
	{"profil: x\n",
	 "t:1:1: unknown key \"profil\"; did you mean \"profile\"?\n"},
	{"nat:\n  UDP_timeout: 3s\n",
	 "t:2:3: unknown key \"UDP_timeout\" in nat; did you mean "
	 "\"udp-timeout\"?\n"},
	{"udp-timeout: 3s\n",
	 "t:1:1: unknown key \"udp-timeout\"; did you mean "
	 "\"nat.udp-timeout\"?\n"},
	{"queue: {frobnicate: 1}\n",
	 "t:1:9: unknown key \"frobnicate\" in queue; write one of number, "
	 "gso, rules\n"},
	{"nat: {frobnicate: 1}\n", "t:1:7: unknown key \"frobnicate\" in nat; "
				   "lapse.yaml(5) lists the keys\n"},
	{"seed: 1\nnat: {}\nseed: 2\nseed: 3\n",
	 "t:3:1: \"seed\" is given twice; it stands in line 1 already\n"
	 "t:4:1: \"seed\" is given twice; it stands in line 1 already\n"},
	{"nat:\n  mapping: eim\n  \"mapping\": adm\n",
	 "t:3:3: \"mapping\" is given twice; it stands in line 2 already\n"},
	{"dhcp: {range: [a]}\n",
	 "t:1:16: dhcp.range.0: \"a\" is no range; write an address, a range "
	 "such as 192.168.77.50-192.168.77.199, or a CIDR\n"},
	{"control: {http: \"127.0.0.1:80\", token: x}\n",
	 "t:1:11: control.http is not supported yet; take it away\n"
	 "t:1:33: control.token is not supported yet; take it away\n"},
	{"title: x\n", "t:1:1: title belongs into a profile; take it away\n"},
	{"clients: {a: {match: 192.168.77.3, nat: {max-sessions: 3}}}\n",
	 "t:1:42: clients.a.nat.max-sessions concerns all clients; write it "
	 "under nat\n"},
	{"clients: {a b: {match: 192.168.77.3}}\n",
	 "t:1:11: clients: \"a b\" is not a name; write up to 31 letters, "
	 "digits, - and _\n"},
	{"ports: {0/udp: {timeout: 3s}, 53/sctp: {}, 053: {}}\n",
	 "t:1:9: ports: \"0/udp\" is not a port; write one such as 53, 53/udp "
	 "or 443/tcp\n"
	 "t:1:31: ports: \"53/sctp\" is not a port; write one such as 53, "
	 "53/udp or 443/tcp\n"
	 "t:1:44: ports: \"053\" is not a port; write one such as 53, 53/udp "
	 "or 443/tcp\n"},
	{"log: foo\n", "t:1:6: log wants keys with values; write them as key: "
		       "value\n"},
	{"lan: {interface: eth1}\n",
	 "t:1:6: lan wants a list; begin each element with -\n"},
	{"nat: {hairpin: [off], mapping: {}}\n",
	 "t:1:16: nat.hairpin: a list where one value belongs; write that "
	 "value alone\n"
	 "t:1:32: nat.mapping: a map where one value belongs; write that value "
	 "alone\n"},
	{"nat: {udp-timeout: }\n",
	 "t:1:7: nat.udp-timeout has no value; write one, or take the key "
	 "away\n"},
};

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

/** test_syntax() - what is no plain YAML */
static void test_syntax(void **state)
{
	(void)state;
	CHECK(syntax);
}

/** test_keys() - unknown, repeated, misplaced keys */
static void test_keys(void **state)
{
	(void)state;
	CHECK(keys);
}

/** test_values() - values of every type */
static void test_values(void **state)
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

/** test_overrides() - assignments have errors too, after those of the file */
static void test_overrides(void **state)
{
	static const struct conf_override set[] = {
		{"udp-timout", "3s"},	   {"nat.udp-timeout", "3"},
		{"lan.x.address", "1"},	   {"nat.mapping.x", "eim"},
		{"nat.tcp.mapping", ""},   {"wan.pool", "[a"},
		{"dhcp.lease-time", "1h"}, {"clients.a.nat.refresh", "both"},
	};
	struct outcome outcome = parse("seed: x\n", set, 8);

	(void)state;
	assert_null(outcome.conf);
	assert_string_equal(
		outcome.errors,
		"t:1:7: seed: \"x\" is not a seed; write a number in plain "
		"digits, or random\n"
		"set udp-timout=3s: unknown key \"udp-timout\" in nat; did you "
		"mean \"udp-timeout\"?\n"
		"set nat.udp-timeout=3: nat.udp-timeout: \"3\" has no unit; "
		"write 3s or another of ms, m, h, d\n"
		"set lan.x.address=1: lan wants an index; write 0 for its "
		"first "
		"element\n"
		"set nat.mapping.x=eim: nat.mapping has nothing below it; take "
		"\".x\" away\n"
		"set nat.tcp.mapping=: nat.tcp.mapping has no value; write "
		"one\n"
		"set wan.pool=[a: bad YAML: did not find expected ',' or ']' "
		"while parsing a flow sequence\n"
		"set clients.a.nat.refresh=both: clients.a.match is missing; "
		"write an address, a CIDR or a MAC\n"
		"set dhcp.lease-time=1h: dhcp.range is missing; write the "
		"addresses to give out, such as "
		"[192.168.77.50-192.168.77.199]\n");
	outcome_free(&outcome);
}

/** test_bounds() - too long, too much */
static void test_bounds(void **state)
{
	struct outcome outcome;
	char *text = malloc(1048578);
	size_t used = 0;

	(void)state;
	assert_non_null(text);
	memset(text, '#', 1048577);
	text[1048577] = '\0';
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t: larger than 1048576 bytes; settings are not "
			    "that long\n");
	outcome_free(&outcome);
	used += (size_t)sprintf(text, "wan: {pool: [");
	for (unsigned i = 0; i < 65536; i++)
		used += (size_t)sprintf(text + used, "a,");
	sprintf(text + used, "]}\n");
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:1:131076: more than 65536 keys and values\n");
	outcome_free(&outcome);
	used = (size_t)sprintf(text, "exempt:\n");
	for (unsigned i = 0; i < 4097; i++)
		used += (size_t)sprintf(text + used,
					"- {destination: 198.51.100.0/24}\n");
	outcome = parse(text, NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:4098:3: exempt.4096 is too many; write up to "
			    "4096\n");
	outcome_free(&outcome);
	free(text);
}

/** test_files() - what conf_load() says of files, and of what is missing */
static void test_files(void **state)
{
	char path[] = "/tmp/test_conf.XXXXXX";
	int fd = mkstemp(path);
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	char wanted[512];

	(void)state;
	assert_true(fd >= 0);
	assert_null(conf_load("/nonexistent/lapse.yaml", NULL, 0, out));
	assert_null(conf_load("/dev/zero", NULL, 0, out));
	assert_null(conf_load(path, NULL, 0, out));
	assert_int_equal(write(fd, "lan: []\nwan: {}\n", 16), 16);
	assert_null(conf_load(path, NULL, 0, out));
	fclose(out);
	snprintf(wanted, sizeof(wanted),
		 "/nonexistent/lapse.yaml: cannot be read: No such file or "
		 "directory; give another with -c\n"
		 "/dev/zero: cannot be read: not a regular file; give another "
		 "with -c\n"
		 "%s:1:1: lan is missing; write lan: [{interface: eth1, "
		 "address: 192.168.77.1/24}]\n"
		 "%s:1:1: wan.interface is missing; write wan: {interface: "
		 "eth0}\n"
		 "%s:1:1: lan is empty; write at least one interface with its "
		 "address\n"
		 "%s:1:1: wan.interface is missing; write wan: {interface: "
		 "eth0}\n",
		 path, path, path, path);
	assert_string_equal(errors, wanted);
	free(errors);
	close(fd);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_syntax),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_clashes),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
