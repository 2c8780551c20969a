/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario_program - the programs that a scenario runs
 *
 * Each is a process group of its own and prints into a file without a name. All
 * of them, and what they have started in their groups, end with the scenario.
 */
#ifndef CLI_SCENARIO_PROGRAM_H
#define CLI_SCENARIO_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>
#include "cli/scenario.h"

/**
 * struct program - one that was started
 * @command:	what it is
 * @pid:	its process, and its group
 * @output:	what it prints, standard output and error
 * @ended:	its process is at its end, and
 * @code:	how: its exit code, or 128 and the signal
 * @reaped:	the number @pid may be another's, but for its group
 * @gone:	nobody is left of the group either
 */
struct program {
	const struct scenario_command *command;
	pid_t pid;
	FILE *output;
	bool ended;
	int code;
	bool reaped;
	bool gone;
};

/**
 * struct programs - all of them; zero-filled there is none
 * @lab:	name of the standing lab whose hosts are meant, or NULL: hosts
 *		are network namespaces of this machine
 */
struct programs {
	const char *lab;
	struct program *list;
	size_t n;
};

/**
 * program_start() - start one
 * @why:	on failure, what is wrong
 * @size:	bytes of @why
 *
 * Return: the program, valid until another is started; NULL on failure.
 */
struct program *program_start(struct programs *programs,
			      const struct scenario_command *command, char *why,
			      size_t size);

/** programs_find() - the last one started under that name, or NULL */
struct program *programs_find(const struct programs *programs,
			      const char *name);

/** program_ended() - whether its process is at its end; sets its code then */
bool program_ended(struct program *program);

/**
 * program_output() - what it has printed
 * @from:	how many bytes of its end, at most
 *
 * Return: a text to be freed, of *@len bytes and a NUL; NULL: out of memory.
 */
char *program_output(const struct program *program, size_t from, size_t *len);

/** program_end() - end it and its group: politely, then not */
void program_end(struct program *program);

/** programs_end() - end all of them at once, and forget them */
void programs_end(struct programs *programs);

#endif /* CLI_SCENARIO_PROGRAM_H */
