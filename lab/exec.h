/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exec - run a command behind a NAT, and leave nothing behind
 */
#ifndef LAB_EXEC_H
#define LAB_EXEC_H

#include "lab/lab.h"

/**
 * struct exec - what to do; all of it stays the caller's
 * @argv:	the command, NULL-terminated
 * @server:	shell command for the server, or NULL
 * @pcap:	descriptor of a file for a recording of both sides, or -1
 * @root:	the command keeps the rights of process 1
 * @ready:	called once the gateway serves, before the command starts;
 *		Return: 0, or anything else to give up, after a message
 * @ended:	called after the command has ended, the gateway still there
 * @arg:	for both; they run in process 1
 * @profile_path: of exec_check(); the caller's to free()
 */
struct exec {
	const struct lab_spec *spec;
	const char *const *argv;
	const char *server;
	int pcap;
	bool root;
	int (*ready)(const struct lab *lab, void *arg);
	void (*ended)(const struct lab *lab, void *arg);
	void *arg;
	char *profile_path;
};

/**
 * exec_check() - whether it can be run, before anything is made or written
 * @exec:	profile_path is set: the environment as it is now, for the
 *		command
 *
 * Return: 0; -EINVAL after messages that say what would be right; -ENOMEM.
 */
int exec_check(struct exec *exec);

/**
 * exec_run() - run what exec_check() has found right, with signals passed on
 *
 * A command that a signal has ended ends the caller by the same one.
 *
 * Return: the command's exit code; 125 if the lab could not be made, 126 if
 * the command could not be executed, 127 if there is none of this name.
 */
int exec_run(const struct exec *exec);

#endif /* LAB_EXEC_H */
