/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * client - lapse probe run: measure the NAT between here and the server
 */
#ifndef PROBE_CLIENT_H
#define PROBE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include "base/endpoint.h"
#include "probe/result.h"

/** PROBE_FLOWS_MIN - fewer flows than that measure nothing */
#define PROBE_FLOWS_MIN 50

/**
 * struct probe_run - how to measure
 * @server:	where `lapse probe serve` is
 * @local:	own addresses to bind to, 0: the kernel's choice; with a second
 *		one two sockets can want the same port
 * @min:	the shortest idle time to try, ms
 * @max:	the longest for UDP, ms
 * @tcp_max:	and for TCP
 * @flows:	how many of UDP, and of TCP, at a time
 * @rate:	new flows a second
 * @quiet:	no progress on stderr
 */
struct probe_run {
	struct endpoint server;
	uint32_t local[2];
	uint32_t min, max, tcp_max;
	unsigned flows, rate;
	bool quiet;
};

/**
 * probe_run() - measure; takes a little longer than the longest timer
 * @result:	set, also by SIGINT or SIGTERM to what is known by then
 *
 * Return: 0; -ETIMEDOUT if the server does not answer; another negative errno.
 */
int probe_run(const struct probe_run *run, struct probe_result *result);

#endif /* PROBE_CLIENT_H */
