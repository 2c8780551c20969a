// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_fault - misbehave on command: begin, show, end
 *
 * Both engines have faults. Those of the NAT are in request_fault_nat.c, those
 * of DHCP here.
 */
#include "gateway/request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "gateway/dhcp.h"
#include "gateway/lease_row.h"
#include "gateway/request_fault_nat.h"

#define COUNT(id, name, help) COUNT_##id,
enum { DHCPD_FAULT_LIST(COUNT) FAULTS };
enum { NAT_FAULT_LIST(COUNT) NAT_FAULTS };

/** find_kind() - by its name; false: there is none */
static bool find_kind(const char *name, enum dhcpd_fault_kind *kind)
{
	for (unsigned i = 0; i < FAULTS; i++) {
		if (strcmp(dhcpd_fault_names[i], name) != 0)
			continue;
		*kind = (enum dhcpd_fault_kind)i;
		return true;
	}
	return false;
}

/** fail_name() - there is no such fault */
static enum request_result fail_name(struct request *request, const char *name)
{
	char known[600] = "";
	size_t len = 0;

	for (unsigned i = 0; i < FAULTS + NAT_FAULTS; i++) {
		int n = snprintf(known + len, sizeof(known) - len, " %s",
				 i < NAT_FAULTS
					 ? nat_fault_names[i]
					 : dhcpd_fault_names[i - NAT_FAULTS]);

		if (n > 0 && (size_t)n < sizeof(known) - len)
			len += (size_t)n;
	}
	return request_fail(request, REQUEST_USAGE, "fault",
			    "\"%.40s\" is unknown; there are:%s", name, known);
}

/** takes_value() - whether a fault needs to be told how much */
static bool takes_value(enum dhcpd_fault_kind kind)
{
	return kind == DHCPD_FAULT_DELAY || kind == DHCPD_FAULT_SHORT_LEASE;
}

/** put_client() - the member of that name, null for all */
static void put_client(struct row *row, const struct dhcpd_fault *fault)
{
	char text[ADDRESS_TEXT + 4], address[ADDRESS_TEXT];

	switch (fault->whom) {
	case DHCPD_BY_MAC:
		row_text(row, "client", mac_format(fault->mac, text));
		return;
	case DHCPD_BY_ADDRESS:
		snprintf(text, sizeof(text), "%s/%u",
			 address_format(fault->addr, address),
			 fault->bits & 63);
		row_text(row, "client", fault->bits == 32 ? address : text);
		return;
	case DHCPD_ALL:
		break;
	}
	row_text(row, "client", NULL);
}

/** fault_row() - one line */
static void fault_row(struct request *request, const struct dhcpd_fault *fault)
{
	uint64_t now = gateway_now(request->gateway).lapse;
	uint64_t left = DHCPD_NEVER;
	struct row row;

	if (fault->until != DHCPD_NEVER)
		left = fault->until > now ? fault->until - now : 0;
	row_begin(&row, request->out);
	row_number(&row, "id", fault_dhcp_id(fault->id));
	row_text(&row, "fault", dhcpd_fault_names[fault->kind]);
	put_client(&row, fault);
	if (takes_value(fault->kind))
		row_seconds(&row, "value", fault->value);
	row_seconds(&row, "ends-in", left);
	row_end(&row);
	request->rows++;
}

/** start() - begin to misbehave; answers */
static enum request_result start(struct request *request,
				 struct dhcpd_fault *fault)
{
	struct gateway *gateway = request->gateway;
	int id = dhcpd_fault_start(dhcp_engine(gateway->dhcp),
				   dhcp_now(gateway), fault);

	gateway_settle(gateway);
	if (id == -ENOSPC)
		return request_fail(request, REQUEST_FAILED, NULL,
				    "too many faults at once: clear some");
	if (id < 0)
		return request_fail(request, REQUEST_USAGE, "value",
				    "too much: an hour at most");
	fault->id = (uint32_t)id;
	fault_row(request, fault);
	return request_done(request);
}

enum request_result request_fault(struct request *request)
{
	const char *name =
		json_string_value(json_object_get(request->args, "fault"));
	bool given = json_object_get(request->args, "value") != NULL;
	struct dhcpd_fault fault = {.until = DHCPD_NEVER};
	enum nat_fault_kind nat_kind;
	uint64_t length = DHCPD_NEVER;

	if (fault_nat_find(name, &nat_kind))
		return fault_nat_start(request, nat_kind);
	if (!find_kind(name, &fault.kind))
		return fail_name(request, name);
	if (!request_whom(request))
		return REQUEST_DONE;
	if (takes_value(fault.kind) != given)
		return request_fail(request, REQUEST_USAGE, "value",
				    given ? "%s takes none"
					  : "%s needs one, a duration",
				    name);
	request_duration(request, "value", &fault.value);
	request_duration(request, "for", &length);
	if (length != DHCPD_NEVER)
		fault.until = gateway_now(request->gateway).lapse + length;
	fault.whom = request->whom.kind;
	memcpy(fault.mac, request->whom.mac, sizeof(fault.mac));
	fault.addr = request->whom.addr & prefix_mask(request->whom.bits);
	fault.bits = request->whom.bits;
	return start(request, &fault);
}

enum request_result request_faults(struct request *request)
{
	const struct gateway *gateway = request->gateway;
	struct dhcpd_fault fault;
	uint32_t cursor = 0;

	fault_nat_rows(request);
	while (gateway->dhcp &&
	       dhcpd_fault_next(dhcp_engine(gateway->dhcp), dhcp_now(gateway),
				&cursor, &fault))
		fault_row(request, &fault);
	return request_done(request);
}

enum request_result request_fault_clear(struct request *request)
{
	const json_t *given = json_object_get(request->args, "id");
	struct gateway *gateway = request->gateway;
	json_int_t id = json_integer_value(given);
	unsigned cleared = 0;
	struct row row;

	if (given && (id < 1 || id > INT32_MAX))
		return request_fail(request, REQUEST_USAGE, "id",
				    "must be the id of a fault");
	if (!id || id % 2)
		cleared = fault_nat_clear(gateway, (uint32_t)((id + 1) / 2));
	if (gateway->dhcp && id % 2 == 0)
		cleared += dhcpd_fault_clear(dhcp_engine(gateway->dhcp),
					     dhcp_now(gateway),
					     (uint32_t)(id / 2));
	gateway_settle(gateway);
	if (given && !cleared)
		return request_fail(request, REQUEST_FAILED, "id",
				    "no such fault; the request \"faults\" "
				    "shows those there are");
	row_begin(&row, request->out);
	row_number(&row, "cleared", cleared);
	row_end(&row);
	request->rows = 1;
	return request_done(request);
}
