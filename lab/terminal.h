/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * terminal - give a terminal back as it was taken
 *
 * A shell with job control makes its jobs the terminal's foreground group, and
 * itself when they have ended. One that runs in a lab cannot give the terminal
 * back to us when it ends: our group has no number there. Whoever called us
 * would read from a terminal whose foreground group is dead, and get an error.
 */
#ifndef LAB_TERMINAL_H
#define LAB_TERMINAL_H

#include <sys/types.h>

/**
 * struct terminal - our controlling terminal
 * @fd:		a descriptor of it, or -1: there is none
 * @group:	its foreground group if that is ours, else 0
 */
struct terminal {
	int fd;
	pid_t group;
};

/** terminal_open() - look at it before a command runs */
void terminal_open(struct terminal *terminal);

/** terminal_close() - take it back from a group that has died */
void terminal_close(struct terminal *terminal);

#endif /* LAB_TERMINAL_H */
