/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stand - a lab that stays when the command that made it has ended
 *
 * Theory of operation: process 1 of the lab listens on an abstract socket,
 * whose name is the lab's, in the network namespace where the lab was made. So
 * there is no file to keep: the name is there as long as the lab is. Who
 * connects gets descriptors of a host's namespaces, and enters them; or a
 * connection to a gateway's control socket, which is hidden in the lab.
 * Whoever is not the lab's maker is refused.
 */
#ifndef LAB_STAND_H
#define LAB_STAND_H

#include "lab/lab.h"

/**
 * stand_up() - make a standing lab
 *
 * Return: 0 once its gateways serve, or a negative errno after a message:
 * -EEXIST if there is one of this name, -EINVAL for wrong settings.
 */
int stand_up(const char *name, const struct lab_spec *spec);

/* What is asked of a lab; and at most so many descriptors are the answer. */
#define STAND_TEXT 16384
#define STAND_FDS  5

/** struct stand_answer - @fds are the caller's to close, @n_fds of them */
struct stand_answer {
	char text[STAND_TEXT];
	int fds[STAND_FDS];
	size_t n_fds;
	pid_t pid; /* of process 1 */
};

/**
 * stand_ask() - ask a lab
 * @request:	"status": lines of name, address, profile and state, a host
 *		each, with tabs between them
 *		"enter HOST": its name, and descriptors of its network, its
 *		mounts, its root folder, the lab's processes, and users where
 *		it has a namespace of them
 *		"connect gateway|carrier": a descriptor
 *
 * Return: 0, or a negative errno after a message: -ENOENT where there is no
 * such lab, -EINVAL for what it refuses.
 */
int stand_ask(const char *name, const char *request,
	      struct stand_answer *answer);

/** stand_down() - end a lab and all that runs in it; as stand_ask() */
int stand_down(const char *name);

/** stand_name() - the name of the user's lab at @i, or NULL; free() it */
char *stand_name(size_t i);

/**
 * struct stand_run - a command for a host of a lab
 * @argv:	NULL-terminated
 * @as_caller:	with the caller's rights, else those of the lab's root
 */
struct stand_run {
	const char *lab;
	const char *host;
	const char *const *argv;
	bool as_caller;
};

/**
 * stand_run() - run it, and exit as it does
 *
 * We never come back from the lab's namespaces: whoever called could not go on
 * in his own.
 */
_Noreturn void stand_run(const struct stand_run *run);

#endif /* LAB_STAND_H */
