// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * patience - look again and again at what tells of no change, up to a time
 */
#include "lab/patience.h"

#include <time.h>

/* Between two looks. */
#define MOMENT_NS 5000000L

/** now_ms() - of a clock that nobody sets */
static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t patience_until(unsigned ms)
{
	return now_ms() + ms;
}

bool patience_lasts(int64_t until)
{
	const struct timespec moment = {0, MOMENT_NS};

	if (now_ms() >= until)
		return false;
	nanosleep(&moment, NULL);
	return true;
}
