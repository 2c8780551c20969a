/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inside - process 1 of a lab speaks with the process outside
 */
#ifndef LAB_INSIDE_H
#define LAB_INSIDE_H

#include <signal.h>
#include "lab/ns.h"

/** inside_passed - the signals that are passed on, INSIDE_PASSED of them */
enum { INSIDE_PASSED = 7 };
extern const int inside_passed[INSIDE_PASSED];

/** enum phase - how far the inside is; PHASE_OUTSIDE is a wish, and no phase */
enum phase { PHASE_BEFORE, PHASE_OUTSIDE, PHASE_RUNNING, PHASE_AFTER };

/**
 * struct message - from inside: the phase has changed
 * @status:	waitpid()'s, in PHASE_AFTER
 */
struct message {
	enum phase phase;
	int status;
};

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

#endif /* LAB_INSIDE_H */
