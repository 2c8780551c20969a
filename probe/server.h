/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server - lapse probe serve: answers from two addresses and two ports
 *
 * Theory of operation. A stranger can make the server send no more than he
 * sent: every message is PROBE_SIZE long, a HELLO has one answer, which goes
 * back at once to where it came from. All else needs a proof, a keyed hash of
 * an external address, which only who receives there can have. Delayed sends
 * go to the address of their ASK, two of them at most. Each address has a
 * quota of messages, jobs and connections (quota.h), and all tables are
 * bounded.
 */
#ifndef PROBE_SERVER_H
#define PROBE_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "base/endpoint.h"

/**
 * struct probe_serve - how to serve
 * @listen:	own address
 * @alternate:	second own address, or 0
 * @port:	P; P + 1 is used too
 * @json:	the counters at the end as JSON
 */
struct probe_serve {
	uint32_t listen, alternate;
	uint16_t port;
	bool json;
};

/**
 * probe_serve() - serve until SIGINT or SIGTERM, then print the counters
 *
 * Prints "ready" on stderr once it listens.
 *
 * Return: 0, or a negative errno after a message on stderr.
 */
int probe_serve(const struct probe_serve *serve);

#endif /* PROBE_SERVER_H */
