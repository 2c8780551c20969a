// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * terminal - give a terminal back as it was taken
 */
#include "lab/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

void terminal_open(struct terminal *terminal)
{
	terminal->fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	terminal->group = terminal->fd < 0 ? 0 : tcgetpgrp(terminal->fd);
	if (terminal->group != getpgrp())
		terminal->group = 0;
}

/** is_lost() - whether nobody can read from it any more */
static bool is_lost(const struct terminal *terminal)
{
	pid_t now = terminal->group ? tcgetpgrp(terminal->fd) : 0;

	/* who was put into the background takes nothing from a shell */
	return now > 1 && now != terminal->group && kill(-now, 0) < 0 &&
	       errno == ESRCH;
}

void terminal_close(struct terminal *terminal)
{
	sigset_t set, old;

	if (is_lost(terminal)) {
		/* it stops whoever is in the background and does this */
		sigemptyset(&set);
		sigaddset(&set, SIGTTOU);
		sigprocmask(SIG_BLOCK, &set, &old);
		(void)tcsetpgrp(terminal->fd, terminal->group);
		sigprocmask(SIG_SETMASK, &old, NULL);
	}
	if (terminal->fd >= 0)
		close(terminal->fd);
	terminal->fd = -1;
}
