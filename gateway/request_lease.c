// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_lease - show leases, end them, move them
 *
 * In pages, as with sessions: what is leased or ends between two turns may or
 * may not be seen.
 */
#include "gateway/request.h"

#include <errno.h>
#include "gateway/dhcp.h"
#include "gateway/lease_row.h"

/** lease_row() - one line */
static void lease_row(struct request *request,
		      const struct dhcpd_lease_info *info)
{
	struct row row;

	row_begin(&row, request->out);
	lease_members(&row, info);
	row_end(&row);
	request->rows++;
}

/** field() - a field's text, or NULL */
static const char *field(const struct request *request, const char *name)
{
	return json_string_value(json_object_get(request->args, name));
}

bool request_whom(struct request *request)
{
	const char *client = field(request, "client");

	if (!request->gateway->dhcp) {
		request_fail(request, REQUEST_FAILED, NULL,
			     "there is no DHCP: the settings have no `dhcp`");
		return false;
	}
	if (whom_parse(client, request->gateway->conf, &request->whom))
		return true;
	request_fail(request, REQUEST_USAGE, "client",
		     "\"%.64s\": give an address, a prefix, a MAC, or a name "
		     "from `clients`",
		     client);
	return false;
}

/** leases_page() - the next rows */
static enum request_result leases_page(struct request *request)
{
	const struct gateway *gateway = request->gateway;
	const struct dhcpd_now now = dhcp_now(gateway);
	struct dhcpd_lease_info info;

	for (unsigned i = 0; i < REQUEST_PAGE; i++) {
		if (!dhcpd_lease_next(dhcp_engine(gateway->dhcp), now,
				      &request->cursor, &info))
			return request_done(request);
		if (whom_lease(&request->whom, &info))
			lease_row(request, &info);
	}
	return REQUEST_MORE;
}

enum request_result request_leases(struct request *request)
{
	if (!request_whom(request))
		return REQUEST_DONE;
	request->more = leases_page;
	return leases_page(request);
}

/** none() - the request was about nobody's lease */
static enum request_result none(struct request *request)
{
	return request_fail(request, REQUEST_FAILED, "client",
			    "no such client has a lease; the request "
			    "\"leases\" shows who has");
}

/** act_page() - do it to those among the next leases that match */
static enum request_result act_page(struct request *request)
{
	struct gateway *gateway = request->gateway;
	struct dhcpd *engine = dhcp_engine(gateway->dhcp);
	const struct dhcpd_now now = dhcp_now(gateway);
	struct dhcpd_lease_info info;
	bool more = true;

	for (unsigned i = 0; i < REQUEST_PAGE; i++) {
		more = dhcpd_lease_next(engine, now, &request->cursor, &info);
		if (!more)
			break;
		if (info.state != DHCPD_BOUND ||
		    !whom_lease(&request->whom, &info) ||
		    request->act(engine, now, info.address) != 0)
			continue;
		if (dhcpd_lease_get(engine, now, info.address, &info))
			lease_row(request, &info);
	}
	gateway_settle(gateway);
	if (more)
		return REQUEST_MORE;
	return request->rows ? request_done(request) : none(request);
}

/** act() - do something to each lease of a client */
static enum request_result act(struct request *request, lease_act_fn *what)
{
	if (!request_whom(request))
		return REQUEST_DONE;
	request->act = what;
	request->more = act_page;
	return act_page(request);
}

enum request_result request_lease_expire(struct request *request)
{
	return act(request, dhcpd_lease_expire);
}

enum request_result request_lease_release(struct request *request)
{
	return act(request, dhcpd_lease_release);
}

enum request_result request_lease_nak(struct request *request)
{
	return act(request, dhcpd_lease_nak);
}

/** only_lease() - the address of the one lease that is meant, or 0 */
static uint32_t only_lease(const struct request *request, unsigned *count)
{
	const struct gateway *gateway = request->gateway;
	struct dhcpd_lease_info info;
	uint32_t cursor = 0, address = 0;

	*count = 0;
	while (*count < 2 &&
	       dhcpd_lease_next(dhcp_engine(gateway->dhcp), dhcp_now(gateway),
				&cursor, &info)) {
		if (info.state != DHCPD_BOUND ||
		    !whom_lease(&request->whom, &info))
			continue;
		address = info.address;
		++*count;
	}
	return address;
}

/** move() - the lease of @address; answers */
static enum request_result move(struct request *request, uint32_t address,
				uint32_t to)
{
	struct gateway *gateway = request->gateway;
	char from_text[ADDRESS_TEXT], to_text[ADDRESS_TEXT];
	struct row row;
	int error;

	error = dhcpd_lease_move(dhcp_engine(gateway->dhcp), dhcp_now(gateway),
				 address, &to);
	gateway_settle(gateway);
	if (error == -EADDRINUSE)
		return request_fail(request, REQUEST_FAILED, "to",
				    "somebody has this address");
	if (error)
		return request_fail(request, REQUEST_FAILED, "to",
				    "there is no such address in a range of "
				    "the client's subnet, or none is free");
	row_begin(&row, request->out);
	row_text(&row, "address", address_format(address, from_text));
	row_text(&row, "to", address_format(to, to_text));
	row_end(&row);
	request->rows = 1;
	return request_done(request);
}

enum request_result request_lease_move(struct request *request)
{
	const char *text = field(request, "to");
	uint32_t address, to = 0;
	unsigned count;

	if (!request_whom(request))
		return REQUEST_DONE;
	if (text && (!address_parse(text, &to) || !to))
		return request_fail(request, REQUEST_USAGE, "to",
				    "\"%.40s\": give an address", text);
	/* one look at all of them: it is an operator's request */
	address = only_lease(request, &count);
	if (!count)
		return none(request);
	if (count > 1)
		return request_fail(request, REQUEST_USAGE, "client",
				    "has several leases: give the address of "
				    "the one to be moved");
	return move(request, address, to);
}
