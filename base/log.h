/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * log - leveled messages to one sink that the program chooses
 *
 * base/ does no I/O: a message goes to the sink that log_sink() set, or
 * nowhere. Nothing on the packet path logs above debug: counters and events
 * tell what happened to packets.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>

/** enum log_level - most severe first */
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/** log_sink_fn - takes one formatted line, without its newline */
typedef void log_sink_fn(enum log_level level, const char *line);

/** log_sink() - where lines go from now on; NULL: nowhere */
void log_sink(log_sink_fn *sink);

/** log_level_set() - messages less severe than @level are not formatted */
void log_level_set(enum log_level level);

/** log_level_get() - what log_level_set() chose */
enum log_level log_level_get(void);

/** log_message() - format and hand to the sink; cut at 1023 bytes */
void log_message(enum log_level level, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)	 log_message(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_message(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	 log_message(LOG_INFO, __VA_ARGS__)
#define log_debug(...)                                       \
	do {                                                 \
		if (log_level_get() >= LOG_DEBUG)            \
			log_message(LOG_DEBUG, __VA_ARGS__); \
	} while (0)

#endif /* BASE_LOG_H */
