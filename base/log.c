// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * log - format a message and pass it to the program's sink
 *
 * Owns the only mutable statics of base/: the sink and the level, set at start
 * and by a reload. <stdio.h> is for vsnprintf() alone; nothing is written here.
 */
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>

static log_sink_fn *log_to;
static enum log_level log_most = LOG_INFO;

void log_sink(log_sink_fn *sink)
{
	log_to = sink;
}

void log_level_set(enum log_level level)
{
	log_most = level;
}

enum log_level log_level_get(void)
{
	return log_most;
}

void log_message(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;
	char *p;

	if (!log_to || level > log_most)
		return;

	va_start(args, format);
	if (vsnprintf(line, sizeof(line), format, args) < 0)
		line[0] = '\0';
	va_end(args);

	/* a host name off the wire may not forge lines or steer a terminal */
	for (p = line; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	log_to(level, line);
}

void base_assert_failed_(const char *file, int line, const char *what)
{
	log_error("%s:%d: assertion failed: %s", file, line, what);
	abort();
}
