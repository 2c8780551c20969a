/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruleset_input - a gateway that the tests of its rules are about
 *
 * It owns the address OWN, and not those of its pool from FREE on.
 */
#ifndef TESTS_UNIT_RULESET_INPUT_H
#define TESTS_UNIT_RULESET_INPUT_H

#include "gateway/rule.h"

#define A(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))
#define OWN	A(203, 0, 113, 1)
#define FREE	A(203, 0, 113, 5)
#define GATEWAY A(192, 168, 77, 1)

enum { ICMP = 1, TCP = 6, UDP = 17, GRE = 47 };

static struct conf_lan lans[] = {
	{.interface = "lan0", .address = GATEWAY, .bits = 24},
	{.interface = "lan1", .address = A(192, 168, 78, 1), .bits = 24},
};
static struct nat_forward forwards[] = {
	{.protocol = TCP, .external = {0, 80}, .count = 1},
	{.protocol = UDP, .external = {0, 60990}, .count = 20},
	{.protocol = TCP, .external = {0, 9090}, .count = 1},
	/* one to one: nothing of the host's own address */
	{.external = {FREE, 0}},
};
static struct nat_pool_range ranges[] = {
	{OWN, OWN, true},
	{FREE, FREE + 4, false},
};
static uint32_t sources[] = {OWN};
static uint32_t hosts[] = {OWN, GATEWAY};
static const struct plan plan = {
	.range = ranges,
	.n_range = 2,
	.source = sources,
	.n_source = 1,
	.host = hosts,
	.n_host = 2,
};
static const struct conf conf = {
	.lan = lans,
	.n_lan = 2,
	.wan_interface = "wan0",
	.queue_number = 76,
	.nat = {.forwards = forwards, .n_forwards = 4},
};
static uint8_t tcp_ports[RULESET_PORTS], udp_ports[RULESET_PORTS];
static struct ruleset_input input = {
	.conf = &conf,
	.plan = &plan,
	.tcp = tcp_ports,
	.udp = udp_ports,
	.notrack = true,
	.fragments = true,
};

/**
 * ruleset_setup() - group set-up: the host has sockets on 8080 and 9090 of TCP,
 * 5000 and 5001 of UDP
 */
static inline int ruleset_setup(void **state)
{
	(void)state;
	tcp_ports[8080 / 8] |= 1 << 8080 % 8;
	tcp_ports[9090 / 8] |= 1 << 9090 % 8;
	udp_ports[5000 / 8] |= 1 << 5000 % 8;
	udp_ports[5001 / 8] |= 1 << 5001 % 8;
	return 0;
}

#endif /* TESTS_UNIT_RULESET_INPUT_H */
