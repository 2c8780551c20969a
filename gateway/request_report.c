/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request_report - how flows were kept alive, and what became of them
 *
 * First those that the engine has a history of, then those that live and have
 * sent nothing yet after they fell silent.
 */
#include "gateway/request.h"

#include <string.h>

#include "nat/heartbeat.h"
#include "gateway/neighbour.h"
#include "gateway/request_row.h"

/* Silence from which a session without a history is worth a row, ms. */
#define SILENT_MS 1000

/** by_mac() - the client known by an Ethernet address, or NULL */
static const struct nat_client_rule *by_mac(const struct conf *conf,
					    const uint8_t *mac)
{
	for (size_t i = 0; mac && i < conf->nat.n_clients; i++)
		if (conf->nat.clients[i].by_mac &&
		    memcmp(conf->nat.clients[i].mac, mac, 6) == 0)
			return &conf->nat.clients[i];
	return NULL;
}

/** times() - the members about gaps and what the timer allows */
static void times(struct row *row, const struct nat_history_info *info,
		  const struct nat_policy *policy)
{
	uint64_t timer = info->timer, longest = info->longest_gap;
	enum heartbeat verdict = heartbeat_verdict(info);
	bool lives = verdict == HEARTBEAT_ALIVE;
	bool beaten = policy->by[nat_class_of(info->protocol)].refresh !=
		      NAT_REFRESH_NONE;
	uint64_t safe = heartbeat_interval(timer, policy->expiry_jitter);

	if (lives && info->silent > longest)
		longest = info->silent;
	row_seconds(row, "timer", timer);
	row_seconds(row, "longest-gap", info->longest_gap);
	row_seconds(row, "silent", info->silent);
	row_seconds(row, "margin",
		    (lives || verdict == HEARTBEAT_CLOSED) &&
				    timer != NAT_NEVER && longest < timer
			    ? timer - longest
			    : NAT_NEVER);
	row_seconds(row, "recommended", beaten ? safe : NAT_NEVER);
	row_bool(row, "heartbeat-helps",
		 beaten && policy->max_lifetime == NAT_NEVER);
}

/** flow_row() - one line of `report` */
static void flow_row(struct request *request,
		     const struct nat_history_info *info,
		     const struct neighbours *neighbours)
{
	const struct conf *conf = request->gateway->conf;
	const struct nat_client_rule *rule =
		by_mac(conf, neighbours_find(info->internal.addr, neighbours));
	const char *profile;
	struct row row;

	if (!rule)
		rule = conf_client_of(conf, info->internal.addr);
	profile = rule && rule->profile ? rule->profile : conf->profile;
	row_begin(&row, request->out);
	row_text(&row, "report", "flow");
	row_protocol(&row, "protocol", info->protocol);
	row_endpoint(&row, "internal", info->internal);
	row_endpoint(&row, "external", info->external);
	row_endpoint(&row, "remote", info->remote);
	row_text(&row, "client", rule ? rule->name : NULL);
	row_text(&row, "profile", profile);
	row_text(&row, "verdict", heartbeat_names[heartbeat_verdict(info)]);
	row_text(&row, "state", nat_state_names[info->state]);
	row_text(&row, "reason",
		 info->alive ? NULL : nat_reason_names[info->reason]);
	row_seconds(&row, "created", info->created);
	row_seconds(&row, "ended", info->alive ? NAT_NEVER : info->ended);
	times(&row, info, rule ? &rule->policy : &conf->nat.policy);
	row_number(&row, "beats", info->beats);
	row_number(&row, "needless", info->needless);
	row_number(&row, "needless-bytes", info->needless_bytes);
	row_seconds(&row, "late", info->late);
	row_number(&row, "late-packets", info->late_packets);
	row_number(&row, "lost-in", info->lost_in);
	row_seconds(&row, "reconnected", info->reconnected);
	row_end(&row);
	request->rows++;
}

/** silent_session() - a session without a history as if it had one */
static struct nat_history_info silent_session(const struct nat_session_info *s,
					      uint64_t now)
{
	return (struct nat_history_info){
		.protocol = s->protocol,
		.internal = s->internal,
		.external = s->external,
		.remote = s->remote,
		.alive = true,
		.state = s->state,
		.created = now - s->age,
		.timer = s->idle_timer,
		.silent = s->idle,
		.late = NAT_NEVER,
		.reconnected = NAT_NEVER,
	};
}

/** sessions_page() - the next of those that have no history */
static enum request_result sessions_page(struct request *request)
{
	const struct nat *nat = request->gateway->nat;
	struct nat_now now = gateway_now(request->gateway);
	struct nat_session_info session;
	struct neighbours neighbours;
	unsigned i;

	neighbours_read(&neighbours);
	for (i = 0; i < REQUEST_PAGE; i++) {
		struct nat_history_info info;

		if (!nat_session_next(nat, now, &request->cursor, &session))
			break;
		info = silent_session(&session, now.lapse);
		if (session.idle >= SILENT_MS &&
		    !nat_history_has(nat, session.index) &&
		    filter_history(&request->filter, &info))
			flow_row(request, &info, &neighbours);
	}
	neighbours_clean(&neighbours);
	return i < REQUEST_PAGE ? request_done(request) : REQUEST_MORE;
}

/** history_page() - the next of those that have one */
static enum request_result history_page(struct request *request)
{
	const struct nat *nat = request->gateway->nat;
	struct nat_now now = gateway_now(request->gateway);
	struct nat_history_info info;
	struct neighbours neighbours;
	unsigned i;

	neighbours_read(&neighbours);
	for (i = 0; i < REQUEST_PAGE; i++) {
		if (!nat_history_next(nat, now, &request->cursor, &info))
			break;
		if (filter_history(&request->filter, &info))
			flow_row(request, &info, &neighbours);
	}
	neighbours_clean(&neighbours);
	if (i < REQUEST_PAGE) {
		request->cursor = 0;
		request->more = sessions_page;
	}
	return REQUEST_MORE;
}

enum request_result request_report(struct request *request)
{
	struct filter_error error;

	if (!filter_by_address(&request->filter, request->gateway->conf,
			       &error))
		return request_fail(request, REQUEST_USAGE, error.field, "%s",
				    error.text);
	request->more = history_page;
	return history_page(request);
}
