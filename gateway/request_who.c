// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_who - who had an external endpoint at a time (RFC 6888 REQ-12)
 *
 * Asked are, in this order: the events kept, about mappings and then about port
 * blocks; the mappings that live; and, where blocks are computed, the settings.
 *
 * Of the events about an endpoint, the last one up to the time tells whether it
 * was somebody's, and so does the first one after it: what is deleted then was
 * there before. Where none tells, what lives now lived then too, if the events
 * go back so far.
 */
#include "gateway/request.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "gateway/monitor.h"
#include "gateway/request_row.h"

/**
 * struct question - what is asked
 * @external:	whose
 * @has_protocol: only of @protocol; else of tcp, udp and icmp
 * @by_wall:	@at is UTC in s, else lapse ms
 */
struct question {
	struct endpoint external;
	bool has_protocol;
	uint8_t protocol;
	bool by_wall;
	int64_t at;
};

/**
 * struct span - what the events say of an owner
 * @begun:	its event, or NULL: before the oldest kept
 * @ended:	likewise, or NULL: not yet
 */
struct span {
	const struct ring_entry *begun;
	const struct ring_entry *ended;
};

/** is() - whether an event is of this name */
static bool is(const struct ring_entry *entry, enum nat_event_type type)
{
	return entry->event == nat_event_names[type];
}

/** about_mapping() - whether an event is a mapping's of this endpoint */
static bool about_mapping(const struct question *question, uint8_t protocol,
			  const struct ring_entry *entry)
{
	return (is(entry, NAT_EVENT_MAPPING_CREATED) ||
		is(entry, NAT_EVENT_MAPPING_DELETED)) &&
	       entry->protocol == protocol &&
	       endpoint_equal(entry->external, question->external);
}

/** about_block() - whether an event is of the block that the endpoint is in */
static bool about_block(const struct question *question, uint8_t protocol,
			const struct ring_entry *entry)
{
	(void)protocol;
	return (is(entry, NAT_EVENT_BLOCK_ALLOCATED) ||
		is(entry, NAT_EVENT_BLOCK_FREED)) &&
	       entry->external.addr == question->external.addr &&
	       entry->external.port <= question->external.port &&
	       entry->last_port >= question->external.port;
}

typedef bool about_fn(const struct question *question, uint8_t protocol,
		      const struct ring_entry *entry);

/** later() - whether an event came after the time asked about */
static bool later(const struct question *question,
		  const struct ring_entry *entry)
{
	return question->by_wall ? entry->wall > question->at
				 : (int64_t)entry->at > question->at;
}

/**
 * find() - the events around the time asked about
 * @any:	set if there are some, whatever they say
 *
 * Return: whether they say that it was somebody's.
 */
static bool find(const struct ring *ring, const struct question *question,
		 uint8_t protocol, about_fn *about, struct span *span,
		 bool *any)
{
	const struct ring_entry *before = NULL, *after = NULL, *entry;

	for (uint64_t n = ring_first(ring);
	     !after && (entry = ring_get(ring, n)) != NULL; n++) {
		if (!about(question, protocol, entry))
			continue;
		if (later(question, entry))
			after = entry;
		else
			before = entry;
	}
	*any |= before || after;
	*span = (struct span){before, after};
	if (before)
		return is(before, NAT_EVENT_MAPPING_CREATED) ||
		       is(before, NAT_EVENT_BLOCK_ALLOCATED);
	if (!after)
		return false;
	return is(after, NAT_EVENT_MAPPING_DELETED) ||
	       is(after, NAT_EVENT_BLOCK_FREED);
}

/** who_row() - one answer; @protocol 0 and port 0 are not known */
static void who_row(struct request *request, const struct question *question,
		    uint8_t protocol, struct endpoint internal,
		    const char *source, const struct span *span)
{
	const struct nat_client_rule *rule =
		conf_client_of(request->gateway->conf, internal.addr);
	char address[ADDRESS_TEXT];
	struct row row;

	row_begin(&row, request->out);
	row_endpoint(&row, "external", question->external);
	if (protocol)
		row_protocol(&row, "protocol", protocol);
	else
		row_text(&row, "protocol", NULL);
	row_text(&row, "address", address_format(internal.addr, address));
	if (internal.port)
		row_endpoint(&row, "internal", internal);
	else
		row_text(&row, "internal", NULL);
	row_text(&row, "client", rule ? rule->name : NULL);
	row_text(&row, "source", source);
	row_seconds(&row, "from",
		    span && span->begun ? span->begun->at : NAT_NEVER);
	row_seconds(&row, "until",
		    span && span->ended ? span->ended->at : NAT_NEVER);
	row_end(&row);
	request->rows++;
}

/** by_events() - answer from the events; Return: whether they tell anything */
static bool by_events(struct request *request, const struct question *question,
		      uint8_t protocol)
{
	struct span span;
	bool any = false;

	if (find(request->ring, question, protocol, about_mapping, &span, &any))
		who_row(request, question, protocol,
			(span.begun ? span.begun : span.ended)->internal,
			"event", &span);
	return any;
}

/** by_block() - the same for the block that it is in */
static bool by_block(struct request *request, const struct question *question)
{
	struct span span;
	bool any = false;

	if (find(request->ring, question, 0, about_block, &span, &any))
		who_row(request, question, 0,
			(span.begun ? span.begun : span.ended)->internal,
			"block", &span);
	return any;
}

/** own_address() - that of the WAN's interface, if the pool has it, or 0 */
static uint32_t own_address(const struct gateway *gateway)
{
	const struct plan *plan =
		gateway->monitor ? monitor_plan(gateway->monitor) : NULL;

	for (size_t i = 0; plan && i < plan->n_range; i++)
		if (plan->range[i].host)
			return plan->range[i].first;
	return 0;
}

/** by_settings() - answer from the settings in force, if they compute it */
static void by_settings(struct request *request,
			const struct question *question)
{
	const struct gateway *gateway = request->gateway;
	struct endpoint internal = {0, 0};
	struct conf_block block;

	if (conf_block_at(gateway->conf, own_address(gateway),
			  question->external, &block) < 0)
		return;
	internal.addr = block.internal;
	who_row(request, question, 0, internal, "settings", NULL);
}

/** covered() - whether the events kept go back to the time asked about */
static bool covered(const struct ring *ring, const struct question *question)
{
	uint64_t first = ring_first(ring);
	const struct ring_entry *oldest = ring_get(ring, first);

	return first == 1 || !oldest || !later(question, oldest);
}

/** by_mappings() - answer from what lives now, without a pause: it is rare */
static void by_mappings(struct request *request,
			const struct question *question, const bool *told)
{
	const struct gateway *gateway = request->gateway;
	struct nat_now now = gateway_now(gateway);
	struct nat_mapping_info info;
	uint32_t cursor = 0;

	while (nat_mapping_next(gateway->nat, now, &cursor, &info))
		if (endpoint_equal(info.external, question->external) &&
		    !told[info.protocol] &&
		    (!question->has_protocol ||
		     info.protocol == question->protocol))
			who_row(request, question, info.protocol, info.internal,
				"mapping", NULL);
}

/** parse_time() - lapse seconds as in events, or UTC as in the event log */
static bool parse_time(const char *text, struct question *question)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	double seconds;
	char *end;

	if (rest && !*rest) {
		question->by_wall = true;
		question->at = timegm(&tm);
		return true;
	}
	seconds = strtod(text, &end);
	if (*text < '0' || *text > '9' || *end ||
	    !(seconds <= (double)CLOCK_LIMIT_MS / 1000))
		return false;
	question->at = (int64_t)(seconds * 1000 + 0.5);
	return true;
}

/** parse() - what is asked; false after an error was answered */
static bool parse(struct request *request, struct question *question)
{
	const json_t *args = request->args;
	const char *external =
		json_string_value(json_object_get(args, "external"));
	const char *protocol =
		json_string_value(json_object_get(args, "protocol"));
	const char *at = json_string_value(json_object_get(args, "at"));

	*question = (struct question){
		.has_protocol = protocol != NULL,
		.at = (int64_t)gateway_now(request->gateway).lapse};
	if (!endpoint_parse(external, &question->external)) {
		request_fail(request, REQUEST_USAGE, "external",
			     "\"%.64s\" is no endpoint: give ADDRESS:PORT",
			     external);
		return false;
	}
	if (protocol && !protocol_parse(protocol, &question->protocol)) {
		request_fail(request, REQUEST_USAGE, "protocol",
			     "\"%.64s\": give tcp, udp, icmp or a number from "
			     "0 to 255",
			     protocol);
		return false;
	}
	if (at && !parse_time(at, question)) {
		request_fail(request, REQUEST_USAGE, "at",
			     "\"%.64s\" is no time: give seconds of the lapse "
			     "clock, as events have it, or UTC such as "
			     "2026-01-31T18:00:00Z",
			     at);
		return false;
	}
	return true;
}

enum request_result request_who(struct request *request)
{
	static const uint8_t usual[] = {6, 17, 1};
	bool told[256] = {false};
	struct question question;
	bool complete;

	if (!parse(request, &question))
		return REQUEST_DONE;
	complete = covered(request->ring, &question);
	if (question.has_protocol)
		told[question.protocol] =
			by_events(request, &question, question.protocol);
	for (size_t i = 0; !question.has_protocol && i < sizeof(usual); i++)
		told[usual[i]] = by_events(request, &question, usual[i]);
	if (complete)
		by_mappings(request, &question, told);
	if (!request->rows && !by_block(request, &question))
		by_settings(request, &question);
	if (request->rows || complete)
		return request_done(request);
	return request_fail(request, REQUEST_FAILED, "at",
			    "not known any more: the events kept do not go "
			    "back so far; older ones are in the file of "
			    "log.events");
}
