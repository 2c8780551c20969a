/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spawn - run a program on a host of a lab
 */
#ifndef LAB_SPAWN_H
#define LAB_SPAWN_H

#include "lab/lab.h"

/* In place of a descriptor. */
enum { SPAWN_OURS = -1, SPAWN_NULL = -2 };

/**
 * struct spawn - what to run, and how
 * @argv:	NULL-terminated; looked for in the PATH
 * @host:	where
 * @environment: "NAME=VALUE" added to ours, or "NAME" taken out of it,
 *		NULL-terminated, or NULL
 * @in, @out, @err: descriptors; SPAWN_OURS: what we have; SPAWN_NULL: nothing
 * @inherit:	it gets all other descriptors that our caller gave us
 * @as_caller:	with the caller's ids and no more rights than those have
 * @apart:	in a session of its own: no signals from the terminal
 * @bound:	pidfd of us: it is killed when we die; 0: it is not
 * @named:	it sees the host's name as its own
 */
struct spawn {
	const char *const *argv;
	const struct lab_host *host;
	const char *const *environment;
	int in, out, err;
	bool inherit;
	bool as_caller;
	bool apart;
	int bound;
	bool named;
};

/**
 * spawn() - start it
 *
 * What fails in the child is said on its stderr; it then ends with 127 if
 * there is no such program, else with 126.
 *
 * Return: its number, or a negative errno after a message.
 */
pid_t spawn(const struct lab *lab, const struct spawn *what);

/**
 * spawn_reserve() - let no descriptor of ours be a standard stream
 *
 * Called first. A stream that our caller has closed stays so for the command.
 *
 * Return: 0, or a negative errno after a message.
 */
int spawn_reserve(void);

/**
 * spawn_folder() - our working folder's name
 * @cwd:	set on success, to be freed
 *
 * It is entered by it, as in the lab: what is mounted there over it is to be
 * seen. Who has become another user may be where he could not go.
 *
 * Return: 0, or a negative errno after a message.
 */
int spawn_folder(char **cwd);

/** spawn_visit() - go to a host's network; 0 or a negative errno */
int spawn_visit(const struct lab_host *host);

#endif /* LAB_SPAWN_H */
