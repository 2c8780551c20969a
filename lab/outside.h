/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * outside - the real network behind a lab's NAT: --wan host
 *
 * As root: a cable from the gateway into the host's network, which forwards
 * and, by its own NAT, hides the lab's addresses. This is the one thing of a
 * lab that is not in its namespaces. A record in lapsed's folder says what was
 * changed before it is; its maker holds a lock on it. A record without a lock
 * belongs to somebody who was killed: whoever comes next puts things back.
 *
 * As an ordinary user: pasta or slirp4netns, which speak for the lab by
 * sockets of their own. They end TCP and begin it anew, so a server sees
 * nothing of what the NAT does to a connection.
 */
#ifndef LAB_OUTSIDE_H
#define LAB_OUTSIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/** OUTSIDE_NETWORK - RFC 2544's, in which each lab gets a /24; host order */
#define OUTSIDE_NETWORK 0xc6120000u
#define OUTSIDE_SLOTS	256

/** OUTSIDE_NAME - bytes of the name of the cable's end on the host */
#define OUTSIDE_NAME 16

/**
 * struct outside - a way out through the host's network
 * @record:	descriptor of the locked record
 * @network:	of the cable, host order
 * @interface:	its end on the host
 */
struct outside {
	int record;
	unsigned slot;
	uint32_t network;
	char interface[OUTSIDE_NAME];
};

/**
 * outside_open() - let the host forward for us, as root
 *
 * Return: 0, or a negative errno after a message; nothing is changed then.
 */
int outside_open(struct outside *outside);

/** outside_close() - put everything back */
void outside_close(struct outside *outside);

/**
 * outside_sweep() - find, name and undo what killed runs have left
 *
 * Does nothing, at the cost of a system call, where there is nothing.
 */
void outside_sweep(void);

/**
 * outside_helper() - start pasta, or slirp4netns, for a namespace
 * @pid:	a process in it; an interface "wan" appears there
 *
 * Return: its number, or a negative errno after a message.
 */
pid_t outside_helper(pid_t pid);

/** outside_helper_name() - which of the two is installed; NULL: neither */
const char *outside_helper_name(void);

#endif /* LAB_OUTSIDE_H */
