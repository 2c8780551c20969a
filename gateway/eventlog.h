/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * eventlog - what happens, in a file, one JSON object a line
 */
#ifndef GATEWAY_EVENTLOG_H
#define GATEWAY_EVENTLOG_H

#include <stdbool.h>
#include "gateway/control_ring.h"

struct eventlog;

/**
 * eventlog_open() - append to a file, made if need be
 * @path:	of the file
 * @out:	set on success; eventlog_close() releases it
 *
 * Return: 0, or a negative errno with one line logged.
 */
int eventlog_open(const char *path, struct eventlog **out);

/**
 * eventlog_reopen() - write to a new file from now on; NULL is fine
 *
 * For who has renamed the old one. If the path cannot be opened any more, the
 * old file goes on, and a line is logged.
 */
void eventlog_reopen(struct eventlog *eventlog);

/**
 * eventlog_add() - one more; NULL is fine
 * @destinations: also log remote endpoints (RFC 6888 REQ-12)
 */
void eventlog_add(struct eventlog *eventlog, const struct ring_entry *entry,
		  bool destinations);

/** eventlog_flush() - write what was added; NULL is fine */
void eventlog_flush(struct eventlog *eventlog);

/** eventlog_close() - NULL is fine */
void eventlog_close(struct eventlog *eventlog);

#endif /* GATEWAY_EVENTLOG_H */
