// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_events - show events, follow them, wait for one
 *
 * A reader who is too slow holds nothing up: it misses events, and is told how
 * many.
 */
#include "gateway/request.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "gateway/event_row.h"

/** event_row() - one line of `events` */
static void event_row(struct request *request, const struct ring_entry *entry)
{
	struct row row;

	row_begin(&row, request->out);
	row_number(&row, "number", entry->number);
	row_seconds(&row, "time", entry->at);
	event_members(&row, entry, request->remote);
	row_end(&row);
	request->rows++;
}

/** lost_row() - @count events came and went unread */
static void lost_row(struct request *request, uint64_t count)
{
	struct row row;

	row_begin(&row, request->out);
	row_seconds(&row, "time", gateway_now(request->gateway).lapse);
	row_text(&row, "event", "events-lost");
	row_number(&row, "count", count);
	row_end(&row);
	request->rows++;
}

/** skip_lost() - go on with the oldest event kept; a row if some are gone */
static void skip_lost(struct request *request)
{
	uint64_t first = ring_first(request->ring);

	if (request->number >= first)
		return;
	lost_row(request, first - request->number);
	request->number = first;
}

/** events_page() - the next rows */
static enum request_result events_page(struct request *request)
{
	skip_lost(request);
	for (unsigned i = 0; i < REQUEST_PAGE; i++) {
		const struct ring_entry *entry =
			ring_get(request->ring, request->number);

		if (!entry)
			return request->follow ? REQUEST_WAIT
					       : request_done(request);
		request->number++;
		if (filter_event(&request->filter, entry))
			event_row(request, entry);
	}
	return REQUEST_MORE;
}

/**
 * begin() - the fields that `events` and `wait` share
 * @after:	number of the last event that does not count, unless given
 *
 * Return: false after an error was answered.
 */
static bool begin(struct request *request, uint64_t after)
{
	const json_t *given = json_object_get(request->args, "after");
	struct filter_error error;

	if (!filter_by_address(&request->filter, request->gateway->conf,
			       &error)) {
		request_fail(request, REQUEST_USAGE, error.field, "%s",
			     error.text);
		return false;
	}
	if (given)
		after = (uint64_t)json_integer_value(given);
	/* a number from an earlier run of lapsed means: from now on */
	if (after > request->ring->last)
		after = request->ring->last;
	request->number = after + 1;
	request->remote =
		request->gateway->conf->log_destinations ||
		json_is_true(json_object_get(request->args, "destinations"));
	return true;
}

enum request_result request_events(struct request *request)
{
	if (!begin(request, ring_first(request->ring) - 1))
		return REQUEST_DONE;
	request->follow =
		json_is_true(json_object_get(request->args, "follow"));
	request->more = events_page;
	return events_page(request);
}

/** wait_result() - the last lines of `wait` */
static enum request_result wait_result(struct request *request, bool met)
{
	struct row row;

	row_begin(&row, request->out);
	row_bool(&row, "done", true);
	row_bool(&row, "met", met);
	row_number(&row, "rows", request->rows);
	row_end(&row);
	return REQUEST_DONE;
}

/** wait_page() - look at the events that have come */
static enum request_result wait_page(struct request *request)
{
	skip_lost(request);
	for (unsigned i = 0; i < REQUEST_PAGE; i++) {
		const struct ring_entry *entry =
			ring_get(request->ring, request->number);

		if (!entry) {
			if (gateway_real_ns() >= request->deadline_ns)
				return wait_result(request, false);
			return REQUEST_WAIT;
		}
		request->number++;
		if (entry->event != request->event ||
		    (request->reason && entry->reason != request->reason) ||
		    !filter_event(&request->filter, entry))
			continue;
		event_row(request, entry);
		return wait_result(request, true);
	}
	return REQUEST_MORE;
}

/** fail_event() - an event of that name does not exist */
static enum request_result fail_event(struct request *request, const char *name)
{
	char known[1000];
	const char *event;
	size_t len = 0;

	for (size_t i = 0; (event = ring_event_at(i)) != NULL; i++) {
		int n = snprintf(known + len, sizeof(known) - len, " %s",
				 event);

		if (n > 0 && (size_t)n < sizeof(known) - len)
			len += (size_t)n;
	}
	return request_fail(request, REQUEST_USAGE, "event",
			    "\"%.40s\" is unknown; there are:%s", name, known);
}

enum request_result request_wait(struct request *request)
{
	const json_t *reason = json_object_get(request->args, "reason");
	const char *name =
		json_string_value(json_object_get(request->args, "event"));
	uint64_t timeout = UINT64_MAX;

	request->event = ring_event_name(name);
	if (!request->event)
		return fail_event(request, name);
	if (reason) {
		name = json_string_value(reason);
		request->reason = ring_reason_name(name);
		if (!request->reason)
			return request_fail(request, REQUEST_USAGE, "reason",
					    "\"%.40s\" is unknown; an event's "
					    "reason is shown by `events`",
					    name);
	}
	if (!begin(request, request->ring->last))
		return REQUEST_DONE;
	request_duration(request, "timeout", &timeout);
	if (timeout < UINT64_MAX / 1000000 / 2)
		request->deadline_ns = gateway_real_ns() + timeout * 1000000;
	request->more = wait_page;
	return wait_page(request);
}
