/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * supervise - the process outside, which waits for process 1 of a lab
 *
 * It passes signals on and takes the end of the command over as its own. A
 * signal from the terminal reaches the command without it, for all three are in
 * the terminal's foreground group; such a one is not sent a second time.
 */
#ifndef LAB_SUPERVISE_H
#define LAB_SUPERVISE_H

#include <signal.h>
#include "lab/ns.h"

/**
 * struct inside - what process 1 is given
 * @channel:	to the process outside; at its end, that one is dead
 * @signals:	the caller's mask; all are held back
 */
struct inside {
	struct ns_ids ids;
	sigset_t signals;
	int channel;
};

/** inside_fn() - process 1's work; what it returns is of no interest */
typedef void inside_fn(const struct inside *inside, void *arg);

/** inside_started() - the command runs: signals are its own from now on */
void inside_started(const struct inside *inside);

/** inside_ended() - the command has ended; @status is waitpid()'s */
void inside_ended(const struct inside *inside, int status);

/**
 * inside_signal() - the next signal to pass on, without waiting
 *
 * Return: its number; 0: none is there; -1: the caller is dead.
 */
int inside_signal(const struct inside *inside);

/**
 * supervise() - run @inside as process 1 of new namespaces
 *
 * Return: what it said with inside_ended() as an exit code; 125 if it said
 * nothing. A signal that ended the command ends the caller.
 */
int supervise(inside_fn *inside, void *arg);

/**
 * supervise_child() - wait for a child of ours in the same way
 * @pid:	it was started with the signals held back, see
 * @old:	which supervise_hold() has set
 */
int supervise_child(pid_t pid, const sigset_t *old);

/** supervise_hold() - hold back what is to be passed on, before a fork() */
void supervise_hold(sigset_t *old);

#endif /* LAB_SUPERVISE_H */
