// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * metrics - counters and gauges of both engines and of the daemon
 */
#include "gateway/metrics.h"

#include <inttypes.h>
#include <stddef.h>
#include <event2/buffer.h>
#include "gateway/dhcp.h"
#include "gateway/gateway.h"

/** gauge() - one that may fall again */
static void gauge(const char *name, const char *help, uint64_t value,
		  metric_fn *fn, void *arg)
{
	const struct metric metric = {name, help, true, value};

	fn(&metric, arg);
}

/** gauges() - how full the tables are */
static void gauges(const struct gateway *gateway, metric_fn *fn, void *arg)
{
	struct nat_gauges g;
	struct dhcpd_gauges d;

	nat_gauges(gateway->nat, &g);
	gauge("sessions", "sessions there are", g.sessions, fn, arg);
	gauge("sessions-max", "sessions there is room for", g.sessions_max, fn,
	      arg);
	gauge("mappings", "mappings there are", g.mappings, fn, arg);
	gauge("subscribers", "internal addresses with mappings", g.subscribers,
	      fn, arg);
	gauge("held-ports", "freed ports that rest", g.held_ports, fn, arg);
	if (!gateway->dhcp)
		return;
	dhcpd_gauges(dhcp_engine(gateway->dhcp), &d);
	gauge("leases", "leases that are bound", d.leases, fn, arg);
}

/** counters() - those of one table */
static void counters(const char *const *names, const char *const *help,
		     const uint64_t *values, size_t n, metric_fn *fn, void *arg)
{
	for (size_t i = 0; i < n; i++) {
		const struct metric metric = {names[i], help[i], false,
					      values[i]};

		fn(&metric, arg);
	}
}

void metrics_foreach(const struct gateway *gateway, metric_fn *fn, void *arg)
{
	gauges(gateway, fn, arg);
	counters(nat_stat_names, nat_stat_help, nat_counters(gateway->nat),
		 NAT_STATS, fn, arg);
	counters(gateway_stat_names, gateway_stat_help, gateway->counters,
		 GATEWAY_STATS, fn, arg);
	if (gateway->dhcp)
		counters(dhcpd_stat_names, dhcpd_stat_help,
			 dhcpd_counters(dhcp_engine(gateway->dhcp)),
			 DHCPD_STATS, fn, arg);
}

/** print() - metric_fn: its three lines */
static void print(const struct metric *metric, void *arg)
{
	const char *end = metric->gauge ? "" : "_total";
	char name[96];
	size_t i;

	snprintf(name, sizeof(name), "%s", metric->name);
	for (i = 0; name[i]; i++)
		if (name[i] == '-')
			name[i] = '_';
	evbuffer_add_printf(arg,
			    "# HELP lapse_%s%s %s\n# TYPE lapse_%s%s %s\n"
			    "lapse_%s%s %" PRIu64 "\n",
			    name, end, metric->help, name, end,
			    metric->gauge ? "gauge" : "counter", name, end,
			    metric->value);
}

void metrics_prometheus(const struct gateway *gateway, struct evbuffer *out)
{
	metrics_foreach(gateway, print, out);
}
