// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_table - sessions and mappings: show them, end them
 *
 * Each looks at REQUEST_PAGE entries a turn. What is made or ended between two
 * turns may or may not be seen, everything else is seen exactly once.
 */
#include "gateway/request.h"

#include <string.h>
#include "gateway/request_row.h"

/* A mapping's deadline is that of its sessions, which are looked at: a turn
 * ends after so many of them as well. */
#define SESSIONS_PAGE 1024

/** session_row() - one line of `sessions` */
static void session_row(struct request *request,
			const struct nat_session_info *info)
{
	const char *profile = info->profile;
	struct row row;

	/* a client without a profile of its own is under the global one */
	if (!profile)
		profile = request->gateway->conf->profile;
	row_begin(&row, request->out);
	row_protocol(&row, "protocol", info->protocol);
	row_endpoint(&row, "internal", info->internal);
	row_endpoint(&row, "external", info->external);
	row_endpoint(&row, "remote", info->remote);
	row_text(&row, "state", nat_state_names[info->state]);
	row_text(&row, "timer", nat_timer_names[info->timer]);
	row_text(&row, "client", info->client);
	row_text(&row, "profile", profile);
	row_number(&row, "bytes-out", info->bytes_out);
	row_number(&row, "bytes-in", info->bytes_in);
	row_number(&row, "packets-out", info->packets_out);
	row_number(&row, "packets-in", info->packets_in);
	row_seconds(&row, "age", info->age);
	row_seconds(&row, "idle", info->idle);
	row_seconds(&row, "expires-in", info->expires_in);
	row_end(&row);
	request->rows++;
}

/**
 * order_key() - the smaller, the sooner a session comes
 * @now:	lapse time; between pages it goes on, so keys are points in time
 */
static uint64_t order_key(enum request_order order, uint64_t now,
			  const struct nat_session_info *info)
{
	switch (order) {
	case ORDER_TRAFFIC:
		return UINT64_MAX - info->bytes_out - info->bytes_in;
	case ORDER_NEW:
		return UINT64_MAX - (now - info->age);
	case ORDER_LAPSE:
		break;
	}
	return info->expires_in == NAT_NEVER ? NAT_NEVER
					     : now + info->expires_in;
}

/**
 * top_rows() - those that came first, as they are by now
 *
 * Some may have ended while the others were looked at: they are left out. What
 * has their place by now is as good as any.
 */
static enum request_result top_rows(struct request *request)
{
	struct nat *nat = request->gateway->nat;
	struct nat_now now = gateway_now(request->gateway);
	struct nat_session_info info;

	for (unsigned i = 0; i < request->top.n; i++) {
		uint32_t cursor = request->top.entry[i].index;

		if (!nat_session_next(nat, now, &cursor, &info) ||
		    info.index != request->top.entry[i].index ||
		    !filter_session(&request->filter, &info))
			continue;
		session_row(request, &info);
	}
	return request_done(request);
}

/** sessions_page() - look at the next ones: rows, or those for the end */
static enum request_result sessions_page(struct request *request)
{
	struct nat *nat = request->gateway->nat;
	struct nat_now now = gateway_now(request->gateway);
	struct top *top = &request->top;
	struct nat_session_info info;

	for (unsigned i = 0; i < REQUEST_PAGE; i++) {
		if (!nat_session_next(nat, now, &request->cursor, &info))
			return top->size ? top_rows(request)
					 : request_done(request);
		if (!filter_session(&request->filter, &info))
			continue;
		if (top->size)
			top_add(top,
				order_key(request->order, now.lapse, &info),
				info.index);
		else
			session_row(request, &info);
	}
	return REQUEST_MORE;
}

/** take_order() - the field `order`; false after an error was answered */
static bool take_order(struct request *request)
{
	static const char *const names[] = {
		[ORDER_LAPSE] = "lapse",
		[ORDER_TRAFFIC] = "traffic",
		[ORDER_NEW] = "new",
	};
	const char *order =
		json_string_value(json_object_get(request->args, "order"));

	if (!order)
		return true;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(order, names[i]) != 0)
			continue;
		request->order = (enum request_order)i;
		return true;
	}
	request_fail(request, REQUEST_USAGE, "order",
		     "must be lapse, traffic or new");
	return false;
}

enum request_result request_sessions(struct request *request)
{
	bool limit = json_object_get(request->args, "limit");

	if (!limit && json_object_get(request->args, "order"))
		return request_fail(request, REQUEST_USAGE, "order",
				    "needs a limit: a dump of all is in no "
				    "order");
	if (limit && (!request_limit(request) || !take_order(request)))
		return REQUEST_DONE;
	request->more = sessions_page;
	return sessions_page(request);
}

/** mapping_row() - one line of `mappings` */
static void mapping_row(struct evbuffer *out,
			const struct nat_mapping_info *info)
{
	struct row row;

	row_begin(&row, out);
	row_protocol(&row, "protocol", info->protocol);
	row_endpoint(&row, "internal", info->internal);
	row_endpoint(&row, "external", info->external);
	/* what an address(-and-port)-dependent mapping is for */
	if (info->remote.addr)
		row_endpoint(&row, "remote", info->remote);
	else
		row_text(&row, "remote", NULL);
	row_number(&row, "sessions", info->sessions);
	row_bool(&row, "static", info->fixed);
	row_seconds(&row, "expires-in", info->expires_in);
	row_end(&row);
}

/** mappings_page() - the next rows */
static enum request_result mappings_page(struct request *request)
{
	struct nat *nat = request->gateway->nat;
	struct nat_now now = gateway_now(request->gateway);
	struct nat_mapping_info info;
	uint32_t sessions = 0;

	for (unsigned i = 0; i < REQUEST_PAGE && sessions < SESSIONS_PAGE;
	     i++) {
		if (!nat_mapping_next(nat, now, &request->cursor, &info))
			return request_done(request);
		sessions += info.sessions;
		if (!filter_mapping(&request->filter, &info))
			continue;
		mapping_row(request->out, &info);
		request->rows++;
	}
	return REQUEST_MORE;
}

enum request_result request_mappings(struct request *request)
{
	struct filter_error error;

	if (request->filter.remote.given)
		return request_fail(request, REQUEST_USAGE, "filter.remote",
				    "a mapping serves many remote endpoints: "
				    "ask for sessions");
	if (!filter_by_address(&request->filter, request->gateway->conf,
			       &error))
		return request_fail(request, REQUEST_USAGE, error.field, "%s",
				    error.text);
	request->more = mappings_page;
	return mappings_page(request);
}

/**
 * kill_page() - end those among the next sessions that match
 *
 * The engine's ring of events is bounded: it is drained before the next page.
 */
static enum request_result kill_page(struct request *request)
{
	struct gateway *gateway = request->gateway;
	struct nat_now now = gateway_now(gateway);
	struct nat_session_info info;
	bool more = true;
	struct row row;

	for (unsigned i = 0; more && i < REQUEST_PAGE; i++) {
		more = nat_session_next(gateway->nat, now, &request->cursor,
					&info);
		if (!more || !filter_session(&request->filter, &info))
			continue;
		nat_session_end(gateway->nat, now, info.index,
				NAT_REASON_KILLED);
		request->rows++;
	}
	gateway_settle(gateway);
	if (more)
		return REQUEST_MORE;

	row_begin(&row, request->out);
	row_number(&row, "killed", request->rows);
	row_end(&row);
	request->rows = 1;
	return request_done(request);
}

enum request_result request_kill(struct request *request)
{
	if (filter_empty(&request->filter))
		return request_fail(request, REQUEST_USAGE, "filter",
				    "is empty: to end all sessions use flush");
	request->more = kill_page;
	return kill_page(request);
}

enum request_result request_flush(struct request *request)
{
	request->more = kill_page;
	return kill_page(request);
}
