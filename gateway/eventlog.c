// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eventlog - the engine's events in a file, one JSON object a line
 *
 * "time" is the lapse clock's, as everywhere; "utc" is the wall clock's, by
 * which a log file is searched.
 */
#include "gateway/eventlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <event2/buffer.h>
#include "base/log.h"
#include "gateway/request_row.h"

/**
 * struct eventlog - the file
 * @failed:	it was said that it cannot be written
 */
struct eventlog {
	int fd;
	bool failed;
	struct evbuffer *buffer;
};

int eventlog_open(const char *path, struct eventlog **out)
{
	struct eventlog *eventlog = calloc(1, sizeof(*eventlog));
	int error;

	if (!eventlog)
		return -ENOMEM;
	eventlog->buffer = evbuffer_new();
	eventlog->fd =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (eventlog->fd < 0 || !eventlog->buffer) {
		error = eventlog->buffer ? -errno : -ENOMEM;
		log_error("log.events: cannot write %s: %s", path,
			  strerror(-error));
		eventlog_close(eventlog);
		return error;
	}
	*out = eventlog;
	return 0;
}

void eventlog_add(struct eventlog *eventlog, const struct nat_event *event,
		  bool destinations)
{
	const time_t now = time(NULL);
	char utc[sizeof("2000-01-01T00:00:00Z")] = "";
	struct row row;
	struct tm tm;

	if (!eventlog)
		return;
	if (gmtime_r(&now, &tm))
		strftime(utc, sizeof(utc), "%Y-%m-%dT%H:%M:%SZ", &tm);
	row_begin(&row, eventlog->buffer);
	row_seconds(&row, "time", event->at);
	row_text(&row, "utc", utc);
	row_text(&row, "event", nat_event_names[event->type]);
	if (nat_reason_names[event->reason][0])
		row_text(&row, "reason", nat_reason_names[event->reason]);
	if (event->protocol)
		row_protocol(&row, "protocol", event->protocol);
	if (event->internal.addr)
		row_endpoint(&row, "internal", event->internal);
	if (event->external.addr)
		row_endpoint(&row, "external", event->external);
	if (event->remote.addr && destinations)
		row_endpoint(&row, "remote", event->remote);
	row_end(&row);
}

void eventlog_flush(struct eventlog *eventlog)
{
	if (!eventlog)
		return;
	while (evbuffer_get_length(eventlog->buffer)) {
		if (evbuffer_write(eventlog->buffer, eventlog->fd) > 0)
			continue;
		if (errno == EINTR)
			continue;
		if (!eventlog->failed)
			log_warning("the event log cannot be written: %s",
				    strerror(errno));
		eventlog->failed = true;
		evbuffer_drain(eventlog->buffer,
			       evbuffer_get_length(eventlog->buffer));
		return;
	}
	eventlog->failed = false;
}

void eventlog_close(struct eventlog *eventlog)
{
	if (!eventlog)
		return;
	if (eventlog->buffer && eventlog->fd >= 0)
		eventlog_flush(eventlog);
	if (eventlog->fd >= 0)
		close(eventlog->fd);
	if (eventlog->buffer)
		evbuffer_free(eventlog->buffer);
	free(eventlog);
}
