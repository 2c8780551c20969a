/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program - run nft or iptables: no shell, a fixed PATH, bounded output
 */
#ifndef GATEWAY_PROGRAM_H
#define GATEWAY_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/** PROGRAM_OUTPUT - bytes of output that are kept, NUL included */
#define PROGRAM_OUTPUT 4096

/** program_find() - whether @name is installed */
bool program_find(const char *name);

/**
 * program_run() - run a program and wait for it
 * @argv:	name, looked for in the system's own folders only, and
 *arguments; NULL at the end
 * @input:	its standard input, or NULL: none
 * @input_len:	bytes of it
 * @output:	PROGRAM_OUTPUT bytes, receives what it writes (stdout and
 *		stderr), cut; NULL: not wanted
 *
 * Context: blocks until it ends, a few milliseconds for what we run.
 *
 * Return: its exit code, or a negative errno: -ENOENT when it is not there.
 */
int program_run(const char *const argv[], const char *input, size_t input_len,
		char *output);

/** program_first_line() - @output cut after its first line that says much */
char *program_first_line(char *output);

#endif /* GATEWAY_PROGRAM_H */
