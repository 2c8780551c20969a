// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * logging - lapsed's messages on stderr
 *
 * For the journal a line begins with its priority, "<4>"; for people with the
 * program's name, as other programs' messages do.
 */
#include "gateway/logging.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/log.h"

static bool journal;

/** sink() - one line */
static void sink(enum log_level level, const char *line)
{
	static const char *const priority[] = {
		[LOG_ERROR] = "<3>",
		[LOG_WARNING] = "<4>",
		[LOG_INFO] = "<6>",
		[LOG_DEBUG] = "<7>",
	};
	static const char *const word[] = {
		[LOG_ERROR] = "lapsed: error: ",
		[LOG_WARNING] = "lapsed: warning: ",
		[LOG_INFO] = "lapsed: ",
		[LOG_DEBUG] = "lapsed: debug: ",
	};

	fprintf(stderr, "%s%s\n", journal ? priority[level] : word[level],
		line);
}

void logging_init(void)
{
	journal = getenv("JOURNAL_STREAM") != NULL;
	/* a line at a time, so that two programs' lines do not mix */
	setvbuf(stderr, NULL, _IOLBF, 2048);
	log_sink(sink);
}
