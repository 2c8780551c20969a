/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gateway - what the parts of lapsed share: the engine, the clock, the loop
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <stdbool.h>
#include <event2/event.h>
#include "conf/conf.h"
#include "gateway/clock.h"
#include "nat/nat.h"

struct control;
struct queue;
struct rules;
struct monitor;

/**
 * struct gateway - the daemon's state; one, made in gateway/daemon.c
 * @loop:	libevent's
 * @conf:	settings in force
 * @nat:	engine
 * @clock:	lapse clock
 * @ready:	queues bound and rules in place
 */
struct gateway {
	struct event_base *loop;
	struct conf *conf;
	struct nat *nat;
	struct lapse_clock clock;
	struct queue *queue;
	struct rules *rules;
	struct monitor *monitor;
	struct control *control;
	struct event *expiry; /* the one timer: the engine's next deadline */
	uint64_t started_ns;  /* real */
	bool ready;
};

/** gateway_real_ns() - CLOCK_MONOTONIC in ns; the daemon's only clock read */
uint64_t gateway_real_ns(void);

/** gateway_now() - the time for an engine call, read once a wake-up */
struct nat_now gateway_now(const struct gateway *gateway);

/**
 * gateway_settle() - after the engine was called or the clock moved
 *
 * Expires what is due (in slices, packets never wait long), sends the packets
 * that the engine made, drains its events to whoever listens, arms the timer at
 * the next deadline. Called after each batch of packets and each request.
 */
void gateway_settle(struct gateway *gateway);

/**
 * gateway_reload() - read the settings file again (SIGHUP)
 * @errors:	receives what is wrong with it; then nothing has changed
 *
 * Return: 0, or a negative errno.
 */
int gateway_reload(struct gateway *gateway, FILE *errors);

#endif /* GATEWAY_GATEWAY_H */
