// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_status - what lapsed is and does: status, stats, help
 */
#include "gateway/request.h"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/wire.h"
#include "gateway/dhcp.h"
#include "gateway/metrics.h"
#include "gateway/request_row.h"

/** wan_addresses() - IPv4 addresses that the WAN interface has right now */
static void wan_addresses(struct row *row, const char *interface)
{
	struct ifaddrs *list, *i;
	char text[ADDRESS_TEXT];

	row_open(row, "addresses", '[');
	if (getifaddrs(&list) == 0) {
		for (i = list; i; i = i->ifa_next) {
			struct sockaddr_in sin;

			if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
			    strcmp(i->ifa_name, interface) != 0)
				continue;
			memcpy(&sin, i->ifa_addr, sizeof(sin));
			address_format(
				wire_get32(
					(const uint8_t *)&sin.sin_addr.s_addr),
				text);
			row_text(row, NULL, text);
		}
		freeifaddrs(list);
	}
	row_close(row, ']');
}

/** wan() - the member of that name: interface, its addresses, the pool */
static void wan(struct row *row, const struct conf *conf)
{
	row_open(row, "wan", '{');
	row_text(row, "interface", conf->wan_interface);
	wan_addresses(row, conf->wan_interface);
	row_open(row, "pool", '[');
	for (size_t i = 0; i < conf->n_pool; i++) {
		const struct conf_pool_entry *entry = &conf->pool[i];
		char first[ADDRESS_TEXT], last[ADDRESS_TEXT];
		char text[2 * ADDRESS_TEXT + 1];

		address_format(entry->first, first);
		address_format(entry->last, last);
		snprintf(text, sizeof(text), "%s%s%s", first,
			 entry->first == entry->last ? "" : "-",
			 entry->first == entry->last ? "" : last);
		row_text(row, NULL, entry->interface ? "interface" : text);
	}
	row_close(row, ']');
	row_close(row, '}');
}

/** lans() - the member "lan", an array */
static void lans(struct row *row, const struct conf *conf)
{
	row_open(row, "lan", '[');
	for (size_t i = 0; i < conf->n_lan; i++) {
		char address[ADDRESS_TEXT];
		char text[ADDRESS_TEXT + 4];

		address_format(conf->lan[i].address, address);
		snprintf(text, sizeof(text), "%s/%u", address,
			 conf->lan[i].bits & 63);
		row_open(row, NULL, '{');
		row_text(row, "interface", conf->lan[i].interface);
		row_text(row, "address", text);
		row_close(row, '}');
	}
	row_close(row, ']');
}

/** gauges() - how full the tables are, as members */
static void gauges(struct row *row, const struct nat *nat)
{
	struct nat_gauges g;

	nat_gauges(nat, &g);
	row_number(row, "sessions", g.sessions);
	row_number(row, "sessions-max", g.sessions_max);
	row_number(row, "mappings", g.mappings);
	row_number(row, "subscribers", g.subscribers);
	row_number(row, "held-ports", g.held_ports);
}

/** lease_gauges() - the same of DHCP, if there is any */
static void lease_gauges(struct row *row, const struct dhcp *dhcp)
{
	struct dhcpd_gauges g;

	if (!dhcp)
		return;
	dhcpd_gauges(dhcp_engine(dhcp), &g);
	row_number(row, "leases", g.leases);
	row_number(row, "leases-max", g.entries_max);
}

enum request_result request_status(struct request *request)
{
	const struct gateway *gateway = request->gateway;
	const struct conf *conf = gateway->conf;
	struct row row;

	row_begin(&row, request->out);
	row_number(&row, "version", REQUEST_VERSION);
	row_text(&row, "lapsed", LAPSE_VERSION);
	row_number(&row, "pid", (uint64_t)getpid());
	row_seconds(&row, "uptime",
		    (gateway_real_ns() - gateway->started_ns) / 1000000);
	row_bool(&row, "ready", gateway->ready);
	row_text(&row, "settings", conf->path);
	row_text(&row, "profile", conf->profile);
	wan(&row, conf);
	lans(&row, conf);
	row_text(&row, "backend", gateway->backend);
	row_number(&row, "queue", conf->queue_number);
	row_bool(&row, "gso", conf->queue_gso);
	gauges(&row, gateway->nat);
	lease_gauges(&row, gateway->dhcp);
	row_number(&row, "memory", nat_memory(gateway->nat));
	row_number(&row, "events", request->ring->last);
	row_open(&row, "clock", '{');
	row_seconds(&row, "time", gateway_now(gateway).lapse);
	row_seconds(&row, "offset", gateway->clock.advanced_ms);
	row_real(&row, "scale", gateway->clock.scale);
	row_bool(&row, "frozen", gateway->clock.frozen);
	row_close(&row, '}');
	row_end(&row);
	request->rows = 1;
	return request_done(request);
}

enum request_result request_stats(struct request *request)
{
	const struct gateway *gateway = request->gateway;
	const struct nat *nat = gateway->nat;
	const uint64_t *counters = nat_counters(nat);
	struct row row;

	row_begin(&row, request->out);
	gauges(&row, nat);
	lease_gauges(&row, gateway->dhcp);
	for (size_t i = 0; i < NAT_STATS; i++)
		row_number(&row, nat_stat_names[i], counters[i]);
	for (size_t i = 0; i < GATEWAY_STATS; i++)
		row_number(&row, gateway_stat_names[i], gateway->counters[i]);
	for (size_t i = 0; gateway->dhcp && i < DHCPD_STATS; i++)
		row_number(&row, dhcpd_stat_names[i],
			   dhcpd_counters(dhcp_engine(gateway->dhcp))[i]);
	row_end(&row);
	request->rows = 1;
	return request_done(request);
}

enum request_result request_metrics(struct request *request)
{
	struct evbuffer *text = evbuffer_new();
	struct row row;

	if (!text)
		return request_fail(request, REQUEST_FAILED, NULL,
				    "out of memory");
	metrics_prometheus(request->gateway, text);
	evbuffer_add(text, "", 1);
	row_begin(&row, request->out);
	row_text(&row, "text", (const char *)evbuffer_pullup(text, -1));
	row_end(&row);
	evbuffer_free(text);
	request->rows = 1;
	return request_done(request);
}

/** fields() - the member of that name: what a request takes */
static void fields(struct row *row, const struct request_kind *kind)
{
	static const char *const types[] = {
		[FIELD_TEXT] = "string",       [FIELD_BOOL] = "boolean",
		[FIELD_COUNT] = "integer",     [FIELD_SCALE] = "number",
		[FIELD_DURATION] = "duration", [FIELD_FILTER] = "filter",
		[FIELD_VALUES] = "object",     [FIELD_TEXTS] = "array",
	};

	row_open(row, "fields", '{');
	for (const struct request_field *f = kind->fields; f->name; f++)
		row_text(row, f->name, types[f->type]);
	row_close(row, '}');
}

enum request_result request_help(struct request *request)
{
	const struct request_kind *kind;

	for (; (kind = request_kind_at(request->rows)); request->rows++) {
		struct row row;

		row_begin(&row, request->out);
		row_text(&row, "request", kind->name);
		row_bool(&row, "writes", kind->writes);
		row_text(&row, "help", kind->help);
		fields(&row, kind);
		row_end(&row);
	}
	return request_done(request);
}
