/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rundir - /run/lapse: the lock, and the record of what has to be put back
 *
 * A record is a text file, one thing a line, written before the thing is done,
 * so that also what a killed lapsed has changed can be put back.
 */
#ifndef GATEWAY_RUNDIR_H
#define GATEWAY_RUNDIR_H

#include <stdbool.h>
#include <stddef.h>

/** RUNDIR - unless LAPSE_RUN_DIR in the environment says otherwise */
#define RUNDIR "/run/lapse"

/* The records. */
#define RUNDIR_SYSCTL "sysctl-saved" /* name value */
#define RUNDIR_ADDED  "added"	     /* address A/N IF, or local A IF */
#define RUNDIR_RULES  "rules"	     /* name of the tool that made them */

struct rundir;

/**
 * rundir_open() - make the folder if need be and lock it
 * @out:	set on success; rundir_close() releases it
 *
 * Return: 0, or a negative errno with one line logged; -EBUSY when another
 * lapsed has the lock.
 */
int rundir_open(struct rundir **out);

/** rundir_close() - unlock; records stay. NULL is fine */
void rundir_close(struct rundir *rundir);

/** rundir_is_ours() - whether the folder belongs to the user that we are */
bool rundir_is_ours(const struct rundir *rundir);

/**
 * rundir_append() - add a line to a record, on the disk before it returns
 *
 * Nothing is added if the very line is there already.
 *
 * Return: 0, or a negative errno, logged.
 */
int rundir_append(struct rundir *rundir, const char *record, const char *line);

/**
 * rundir_read() - the whole record
 *
 * Return: NUL-terminated text, the caller's to free(); NULL if there is none.
 */
char *rundir_read(struct rundir *rundir, const char *record);

/** rundir_has() - whether a line of the record begins with @start */
bool rundir_has(struct rundir *rundir, const char *record, const char *start);

/** rundir_remove() - delete a record; it may be absent */
void rundir_remove(struct rundir *rundir, const char *record);

#endif /* GATEWAY_RUNDIR_H */
