// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_clients - who is there, and what each has
 */
#include "gateway/request.h"

#include <stdio.h>
#include "gateway/dhcp.h"
#include "gateway/neighbour.h"
#include "gateway/request_row.h"

/** address() - the member of that name, null for 0 */
static void address(struct row *row, const char *name, uint32_t addr)
{
	char text[ADDRESS_TEXT];

	row_text(row, name, addr ? address_format(addr, text) : NULL);
}

/** mac() - the member of that name, null where it is not known */
static void mac(struct row *row, const uint8_t *m)
{
	char text[sizeof("00:00:00:00:00:00")];

	if (m)
		snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
			 m[0], m[1], m[2], m[3], m[4], m[5]);
	row_text(row, "mac", m ? text : NULL);
}

/** hostname() - what the client calls itself by DHCP, or NULL */
static const char *hostname(const struct gateway *gateway, uint32_t addr)
{
	struct dhcpd_lease_info lease;

	if (!gateway->dhcp || !dhcpd_lease_get(dhcp_engine(gateway->dhcp),
					       dhcp_now(gateway), addr, &lease))
		return NULL;
	return lease.hostname && lease.hostname[0] ? lease.hostname : NULL;
}

/** client_row() - one line of `clients` */
static void client_row(struct request *request,
		       const struct nat_subscriber_info *info, const uint8_t *m)
{
	const char *profile = info->profile;
	struct row row;

	if (!profile)
		profile = request->gateway->conf->profile;
	row_begin(&row, request->out);
	address(&row, "address", info->addr);
	row_text(&row, "hostname", hostname(request->gateway, info->addr));
	mac(&row, m);
	row_text(&row, "client", info->client);
	row_text(&row, "profile", profile);
	address(&row, "external", info->external);
	row_number(&row, "sessions", info->sessions);
	row_number(&row, "mappings", info->mappings);
	row_number(&row, "blocks", info->blocks);
	row_open(&row, "ports", '{');
	row_number(&row, "tcp", info->ports_tcp);
	row_number(&row, "udp", info->ports_udp);
	row_number(&row, "icmp", info->ports_icmp);
	row_close(&row, '}');
	row_number(&row, "bytes-out", info->bytes_out);
	row_number(&row, "bytes-in", info->bytes_in);
	row_number(&row, "packets-out", info->packets_out);
	row_number(&row, "packets-in", info->packets_in);
	row_number(&row, "drops-out", info->drops_out);
	row_number(&row, "drops-in", info->drops_in);
	row_end(&row);
	request->rows++;
}

/** mac_of() - for nat_subscriber_next() */
static const uint8_t *mac_of(uint32_t addr, void *arg)
{
	return neighbours_find(addr, arg);
}

/** show() - a client's row, if it is wanted */
static void show(struct request *request, const struct neighbours *neighbours,
		 const struct nat_subscriber_info *info)
{
	if (filter_client(&request->filter, info->addr, info->client))
		client_row(request, info,
			   neighbours_find(info->addr, neighbours));
}

/** top_rows() - those that come first, but for those that have gone by now */
static enum request_result top_rows(struct request *request)
{
	const struct nat *nat = request->gateway->nat;
	struct nat_subscriber_info info;
	struct neighbours neighbours;

	neighbours_read(&neighbours);
	for (unsigned i = 0; i < request->top.n; i++) {
		uint32_t cursor = request->top.entry[i].index;

		if (nat_subscriber_next(nat, &cursor, mac_of, &neighbours,
					&info) &&
		    cursor == request->top.entry[i].index + 1)
			show(request, &neighbours, &info);
	}
	neighbours_clean(&neighbours);
	return request_done(request);
}

/** clients_page() - look at the next clients: rows, or those for the end */
static enum request_result clients_page(struct request *request)
{
	const struct nat *nat = request->gateway->nat;
	struct top *top = &request->top;
	struct nat_subscriber_info info;
	struct neighbours neighbours;
	unsigned i;

	neighbours_read(&neighbours);
	for (i = 0; i < REQUEST_PAGE; i++) {
		if (!nat_subscriber_next(nat, &request->cursor, mac_of,
					 &neighbours, &info))
			break;
		if (!top->size)
			show(request, &neighbours, &info);
		else if (filter_client(&request->filter, info.addr,
				       info.client))
			/* the most sessions first */
			top_add(top, UINT64_MAX - info.sessions,
				request->cursor - 1);
	}
	neighbours_clean(&neighbours);
	if (i == REQUEST_PAGE)
		return REQUEST_MORE;
	return top->size ? top_rows(request) : request_done(request);
}

enum request_result request_clients(struct request *request)
{
	const struct filter *filter = &request->filter;

	if (filter->has_protocol || filter->internal.given ||
	    filter->external.given || filter->remote.given)
		return request_fail(request, REQUEST_USAGE, "filter",
				    "clients are asked for by client only");
	if (json_object_get(request->args, "limit") && !request_limit(request))
		return REQUEST_DONE;
	request->more = clients_page;
	return clients_page(request);
}
