// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * say - messages of a lab, for people, on stderr
 */
#include "lab/say.h"

#include <stdarg.h>
#include <stdio.h>

void say_error(const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* in one piece: other processes write to the same terminal */
	fprintf(stderr, "lapse: %s\n", line);
}
