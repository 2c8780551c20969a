/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * metrics - every counter and gauge, with what it means
 */
#ifndef GATEWAY_METRICS_H
#define GATEWAY_METRICS_H

#include <stdbool.h>
#include <stdint.h>

struct evbuffer;
struct gateway;

/**
 * struct metric - one of them
 * @name:	as in the request stats; a constant, as @help is
 * @gauge:	it may fall again
 */
struct metric {
	const char *name;
	const char *help;
	bool gauge;
	uint64_t value;
};

/** metric_fn - takes one */
typedef void metric_fn(const struct metric *metric, void *arg);

/** metrics_foreach() - all of them, as they are now */
void metrics_foreach(const struct gateway *gateway, metric_fn *fn, void *arg);

/**
 * metrics_prometheus() - append them in Prometheus' text format, 0.0.4
 *
 * Names begin with "lapse_", have _ for -, and counters end in "_total".
 */
void metrics_prometheus(const struct gateway *gateway, struct evbuffer *out);

#endif /* GATEWAY_METRICS_H */
