// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_fault_nat - the faults of the NAT: begin, show, end
 */
#include "gateway/request_fault_nat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "gateway/dhcp.h"
#include "gateway/neighbour.h"
#include "gateway/request_row.h"

bool fault_nat_find(const char *name, enum nat_fault_kind *kind)
{
	for (unsigned i = 0; nat_fault_names[i]; i++) {
		if (strcmp(nat_fault_names[i], name) != 0)
			continue;
		*kind = (enum nat_fault_kind)i;
		return true;
	}
	return false;
}

/** fault_row() - one line */
static void fault_row(struct request *request, const struct nat_fault *fault)
{
	uint64_t now = gateway_now(request->gateway).lapse;
	uint64_t left = NAT_NEVER;
	char text[ADDRESS_TEXT + 4], address[ADDRESS_TEXT];
	struct row row;

	address_format(fault->addr, address);
	snprintf(text, sizeof(text), "%s/%u", address, fault->bits & 63);
	if (fault->until != NAT_NEVER)
		left = fault->until > now ? fault->until - now : 0;
	row_begin(&row, request->out);
	row_number(&row, "id", fault_nat_id(fault->id));
	row_text(&row, "fault", nat_fault_names[fault->kind]);
	row_text(&row, "client",
		 !fault->bits	     ? NULL
		 : fault->bits == 32 ? address
				     : text);
	row_seconds(&row, "ends-in", left);
	row_end(&row);
	request->rows++;
}

/** by_mac() - the internal address of a neighbour, or 0 */
static uint32_t by_mac(const uint8_t mac[static 6])
{
	struct neighbours neighbours;
	uint32_t addr = 0;

	neighbours_read(&neighbours);
	for (size_t i = 0; i < neighbours.n && !addr; i++)
		if (memcmp(neighbours.list[i].mac, mac, 6) == 0)
			addr = neighbours.list[i].addr;
	neighbours_clean(&neighbours);
	return addr;
}

/** fill_client() - whom a fault is about; false after an error was answered */
static bool fill_client(struct request *request, struct nat_fault *fault)
{
	const char *client =
		json_string_value(json_object_get(request->args, "client"));
	struct whom *whom = &request->whom;

	if (!whom_parse(client, request->gateway->conf, whom)) {
		request_fail(
			request, REQUEST_USAGE, "client",
			"\"%.64s\": give an address, a prefix, a MAC, or a "
			"name from `clients`",
			client);
		return false;
	}
	if (whom->kind == DHCPD_BY_ADDRESS) {
		fault->bits = whom->bits;
		fault->addr = whom->addr & prefix_mask(whom->bits);
	} else if (whom->kind == DHCPD_BY_MAC) {
		fault->bits = 32;
		fault->addr = by_mac(whom->mac);
		if (fault->addr)
			return true;
		request_fail(request, REQUEST_FAILED, "client",
			     "no neighbour has this MAC now: give an address");
		return false;
	}
	return true;
}

/** once() - whether a fault is over as soon as it has begun */
static bool once(enum nat_fault_kind kind)
{
	return kind == NAT_FAULT_REBOOT || kind == NAT_FAULT_NEW_ADDRESS ||
	       kind == NAT_FAULT_REBIND || kind == NAT_FAULT_RST;
}

/** silence() - the DHCP fault that belongs to an unplug */
static struct dhcpd_fault silence(const struct nat_fault *fault)
{
	return (struct dhcpd_fault){
		.kind = DHCPD_FAULT_SILENT,
		.whom = fault->bits ? DHCPD_BY_ADDRESS : DHCPD_ALL,
		.addr = fault->addr,
		.bits = fault->bits,
		.until = fault->until == NAT_NEVER ? DHCPD_NEVER : fault->until,
	};
}

/** start() - begin; answers */
static enum request_result start(struct request *request,
				 struct nat_fault *fault)
{
	struct gateway *gateway = request->gateway;
	int id = nat_fault_start(gateway->nat, gateway_now(gateway), fault);

	if (id > 0 && fault->kind == NAT_FAULT_UNPLUG && gateway->dhcp) {
		const struct dhcpd_fault quiet = silence(fault);

		dhcpd_fault_start(dhcp_engine(gateway->dhcp), dhcp_now(gateway),
				  &quiet);
	}
	gateway_settle(gateway);
	if (id == -EADDRNOTAVAIL)
		return request_fail(request, REQUEST_FAILED, "fault",
				    "the pool has one address only: give "
				    "wan.pool more");
	if (id < 0)
		return request_fail(request, REQUEST_FAILED, NULL,
				    "too many faults at once: clear some");
	fault->id = (uint32_t)id;
	if (once(fault->kind))
		fault->until = 0;
	fault_row(request, fault);
	return request_done(request);
}

enum request_result fault_nat_start(struct request *request,
				    enum nat_fault_kind kind)
{
	struct nat_fault fault = {.kind = kind, .until = NAT_NEVER};
	uint64_t length = NAT_NEVER;

	if (json_object_get(request->args, "value"))
		return request_fail(request, REQUEST_USAGE, "value",
				    "%s takes none", nat_fault_names[kind]);
	request_duration(request, "for", &length);
	if (length != NAT_NEVER && once(kind))
		return request_fail(request, REQUEST_USAGE, "for",
				    "%s happens once, and does not last",
				    nat_fault_names[kind]);
	if (!fill_client(request, &fault))
		return REQUEST_DONE;
	if (length != NAT_NEVER)
		fault.until = gateway_now(request->gateway).lapse + length;
	return start(request, &fault);
}

void fault_nat_rows(struct request *request)
{
	struct nat_fault fault;
	uint32_t cursor = 0;

	while (nat_fault_next(request->gateway->nat, &cursor, &fault))
		fault_row(request, &fault);
}

/** speak() - end the silence of the DHCP server that belongs to an unplug */
static void speak(struct gateway *gateway, const struct nat_fault *unplug)
{
	const struct dhcpd_fault quiet = silence(unplug);
	struct dhcpd_now now = dhcp_now(gateway);
	struct dhcpd *dhcpd = dhcp_engine(gateway->dhcp);
	struct dhcpd_fault fault;
	uint32_t cursor = 0;

	while (dhcpd_fault_next(dhcpd, now, &cursor, &fault))
		if (fault.kind == quiet.kind && fault.whom == quiet.whom &&
		    fault.addr == quiet.addr && fault.bits == quiet.bits &&
		    fault.until == quiet.until) {
			dhcpd_fault_clear(dhcpd, now, fault.id);
			return;
		}
}

unsigned fault_nat_clear(struct gateway *gateway, uint32_t id)
{
	struct nat_fault fault;
	uint32_t cursor = 0;

	while (gateway->dhcp && nat_fault_next(gateway->nat, &cursor, &fault))
		if (fault.kind == NAT_FAULT_UNPLUG && (!id || fault.id == id))
			speak(gateway, &fault);
	return nat_fault_clear(gateway->nat, gateway_now(gateway), id);
}
