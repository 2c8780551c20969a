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
#include "lab/terminal.h"

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

/**
 * inside_pass() - pass on what the terminal sent to us and not to the command
 * @pid:	the command, just started: it has them held back still, so that
 *		what it has got already does not come twice
 */
void inside_pass(pid_t pid);

/** inside_started() - the command runs: signals are its own from now on */
void inside_started(const struct inside *inside);

/** inside_outside() - the way out is wanted for the network we are in */
void inside_outside(const struct inside *inside);

/**
 * inside_ended() - the command has ended
 * @status:	waitpid()'s
 *
 * What is done after it, a report for instance, a signal ends.
 */
void inside_ended(const struct inside *inside, int status);

/**
 * inside_signal() - the next signal to pass on, without waiting
 *
 * Return: its number; 0: none is there; -1: the caller is dead.
 */
int inside_signal(const struct inside *inside);

/**
 * helper_fn() - start what process 1 has asked for with inside_outside()
 * @pid:	process 1
 *
 * Return: a child, which ends with process 1; or a negative errno.
 */
typedef pid_t helper_fn(pid_t pid);

/**
 * supervise() - run @inside as process 1 of new namespaces
 * @helper:	or NULL
 *
 * Return: what it said with inside_ended(), a status as waitpid() has it; exit
 * code 125 if it said nothing.
 */
int supervise(inside_fn *inside, void *arg, helper_fn *helper);

/**
 * supervise_end() - end as the command did
 *
 * Return: its exit code. A signal that ended the command ends the caller, if
 * it can.
 */
int supervise_end(int status);

/**
 * struct held - what is taken before a fork(), and given back at the end
 * @signals:	the caller's mask
 */
struct held {
	sigset_t signals;
	struct terminal terminal;
};

/** supervise_hold() - hold back what is to be passed on, before a fork() */
void supervise_hold(struct held *held);

/**
 * supervise_child() - wait for a child of ours as supervise() does
 * @pid:	it was started after a supervise_hold()
 *
 * Return: its status, as waitpid() has it.
 */
int supervise_child(pid_t pid, struct held *held);

#endif /* LAB_SUPERVISE_H */
