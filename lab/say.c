// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * say - messages of a lab, for people, on stderr
 */
#include "lab/say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

const char *say_reason(int error)
{
	if (error == -ENOSPC)
		return "there may be no more namespaces; see sysctl "
		       "user.max_user_namespaces, max_net_namespaces, "
		       "max_mnt_namespaces, max_pid_namespaces";
	return strerror(-error);
}
