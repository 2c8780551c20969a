// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * eventlog - what happens, in a file, one JSON object a line
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
#include "gateway/event_row.h"

/**
 * struct eventlog - the file
 * @failed:	it was said that it cannot be written
 */
struct eventlog {
	int fd;
	bool failed;
	char *path;
	struct evbuffer *buffer;
};

/** append_to() - open the file; Return: its descriptor or a negative errno */
static int append_to(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	int error = errno;

	if (fd >= 0)
		return fd;
	log_error("log.events: cannot write %s: %s", path, strerror(error));
	return -error;
}

int eventlog_open(const char *path, struct eventlog **out)
{
	struct eventlog *eventlog = calloc(1, sizeof(*eventlog));
	int error = -ENOMEM;

	if (!eventlog)
		return -ENOMEM;
	eventlog->fd = -1;
	eventlog->buffer = evbuffer_new();
	eventlog->path = strdup(path);
	if (eventlog->buffer && eventlog->path)
		error = eventlog->fd = append_to(path);
	if (error < 0) {
		eventlog_close(eventlog);
		return error;
	}
	*out = eventlog;
	return 0;
}

void eventlog_reopen(struct eventlog *eventlog)
{
	int fd;

	if (!eventlog)
		return;
	eventlog_flush(eventlog);
	fd = append_to(eventlog->path);
	/* better the old file than none */
	if (fd < 0)
		return;
	close(eventlog->fd);
	eventlog->fd = fd;
	log_info("log.events: %s opened anew", eventlog->path);
}

void eventlog_add(struct eventlog *eventlog, const struct ring_entry *entry,
		  bool destinations)
{
	const time_t now = (time_t)entry->wall;
	char utc[sizeof("2000-01-01T00:00:00Z")] = "";
	struct row row;
	struct tm tm;

	if (!eventlog)
		return;
	if (gmtime_r(&now, &tm))
		strftime(utc, sizeof(utc), "%Y-%m-%dT%H:%M:%SZ", &tm);
	row_begin(&row, eventlog->buffer);
	row_seconds(&row, "time", entry->at);
	row_text(&row, "utc", utc);
	event_members(&row, entry, destinations);
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
	free(eventlog->path);
	free(eventlog);
}
