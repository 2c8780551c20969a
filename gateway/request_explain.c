// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_explain - which settings a flow follows, and who set them
 *
 * The flow need not have a session. First one row about it, then a row for
 * each setting.
 */
#include "gateway/request.h"

#include <string.h>
#include "gateway/request_row.h"

/** origin_row() - conf_entry_fn: one setting */
static void origin_row(const struct conf_entry *entry, void *arg)
{
	static const char *const layers[] = {"default", "profile", "file",
					     "set"};
	const struct conf_origin *origin = &entry->origin;
	struct request *request = arg;
	struct row row;

	row_begin(&row, request->out);
	row_text(&row, "setting", entry->pattern);
	row_text(&row, "value", entry->value);
	row_text(&row, "layer", layers[origin->layer]);
	row_text(&row, "path",
		 origin->layer == CONF_DEFAULT ? NULL : entry->path);
	row_text(&row, "name", origin->name);
	if (origin->line)
		row_number(&row, "line", origin->line);
	else
		row_text(&row, "line", NULL);
	row_text(&row, "class",
		 origin->source ? conf_class_names[origin->class] : NULL);
	row_text(&row, "source", origin->source);
	row_end(&row);
	request->rows++;
}

/** rule_named() - the entry of `clients` of that name, or NULL */
static const struct nat_client_rule *rule_named(const struct conf *conf,
						const char *name)
{
	for (size_t i = 0; name && i < conf->nat.n_clients; i++)
		if (strcmp(conf->nat.clients[i].name, name) == 0)
			return &conf->nat.clients[i];
	return NULL;
}

/**
 * answer() - all rows
 * @info:	its session, or NULL
 */
static enum request_result answer(struct request *request,
				  const struct nat_session_info *info)
{
	const struct conf *conf = request->gateway->conf;
	const struct filter *flow = &request->filter;
	const struct nat_client_rule *rule =
		info ? rule_named(conf, info->client)
		     : conf_client_of(conf, flow->internal.addr);
	struct row row;

	row_begin(&row, request->out);
	row_protocol(&row, "protocol", flow->protocol);
	row_endpoint(
		&row, "internal",
		(struct endpoint){flow->internal.addr, flow->internal.port});
	row_endpoint(&row, "remote",
		     (struct endpoint){flow->remote.addr, flow->remote.port});
	row_text(&row, "client", rule ? rule->name : NULL);
	row_text(&row, "profile",
		 rule && rule->profile ? rule->profile : conf->profile);
	if (info) {
		row_endpoint(&row, "external", info->external);
		row_text(&row, "state", nat_state_names[info->state]);
		row_text(&row, "timer", nat_timer_names[info->timer]);
		row_seconds(&row, "expires-in", info->expires_in);
	} else {
		row_text(&row, "external", NULL);
	}
	row_end(&row);
	request->rows++;
	conf_flow_foreach(conf, rule, flow->protocol, flow->remote.port,
			  origin_row, request);
	return request_done(request);
}

/** explain_page() - look for the session */
static enum request_result explain_page(struct request *request)
{
	struct nat *nat = request->gateway->nat;
	struct nat_now now = gateway_now(request->gateway);
	struct nat_session_info info;

	for (unsigned i = 0; i < REQUEST_PAGE; i++) {
		if (!nat_session_next(nat, now, &request->cursor, &info))
			return answer(request, NULL);
		if (filter_session(&request->filter, &info))
			return answer(request, &info);
	}
	return REQUEST_MORE;
}

/** whole() - whether an end is one address with a port */
static bool whole(const struct filter_endpoint *end)
{
	return end->given && end->has_port && end->mask == UINT32_MAX;
}

enum request_result request_explain(struct request *request)
{
	const struct filter *flow = &request->filter;

	if (!flow->has_protocol)
		return request_fail(request, REQUEST_USAGE, "filter.protocol",
				    "missing: explain needs that of the flow");
	if (!whole(&flow->internal))
		return request_fail(request, REQUEST_USAGE, "filter.internal",
				    "must be the client's ADDRESS:PORT");
	if (!whole(&flow->remote))
		return request_fail(request, REQUEST_USAGE, "filter.remote",
				    "must be the other side's ADDRESS:PORT");
	request->more = explain_page;
	return explain_page(request);
}
