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

/** log_sink_fn - takes one formatted line: no newline, no control characters */
typedef void log_sink_fn(enum log_level level, const char *line);

/** log_sink() - where lines go from now on; NULL: nowhere */
void log_sink(log_sink_fn *sink);

/**
 * log_level_set() - messages less severe than @level are not formatted
 *
 * LOG_INFO until it is called.
 */
void log_level_set(enum log_level level);

/** log_level_get() - what log_level_set() chose */
enum log_level log_level_get(void);

/**
 * log_message() - format and hand to the sink
 *
 * Cut at 1023 bytes; control characters become '?', so that a line stays one.
 */
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

/** base_assert_failed_() - log where and what, and abort() */
_Noreturn void base_assert_failed_(const char *file, int line,
				   const char *what);

/**
 * base_assert() - what only a bug of ours can violate, in release builds too
 *
 * Unlike assert() it goes by the log's sink and heeds no NDEBUG. Never for what
 * a packet or a setting can bring about.
 */
#define base_assert(condition)                                               \
	do {                                                                 \
		if (!(condition))                                            \
			base_assert_failed_(__FILE__, __LINE__, #condition); \
	} while (0)

#endif /* BASE_LOG_H */
