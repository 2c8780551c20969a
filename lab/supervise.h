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

#include "lab/inside.h"
#include "lab/terminal.h"

/** inside_fn() - process 1's work; what it returns is of no interest */
typedef void inside_fn(const struct inside *inside, void *arg);

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
