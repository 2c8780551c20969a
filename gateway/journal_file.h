/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_file - the lease file on the disk: append, sync, replace whole
 *
 * Its form is dhcpd/journal.h's. Nothing here logs: it is the writing thread's,
 * too.
 */
#ifndef GATEWAY_JOURNAL_FILE_H
#define GATEWAY_JOURNAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct journal_file - an open lease file
 * @fd:		locked by flock(); -1: not open
 * @size:	where the next record goes; what lies behind is void
 * @renamed:	its path, while its renaming is not on the disk; else NULL
 */
struct journal_file {
	int fd;
	uint64_t size;
	const char *renamed;
};

/**
 * journal_file_path() - the file itself, where @path is a symbolic link to it
 *
 * A file that is replaced by its name would take the link's place, not that of
 * the file. Where the link leads nowhere, the file is made.
 *
 * Return: the caller's to free(); NULL when memory is out. What is wrong with
 * it otherwise, journal_file_open() says.
 */
char *journal_file_path(const char *path);

/**
 * journal_file_open() - open and lock, made if need be
 * @path:	its folder is made too, if only that is missing
 *
 * Return: 0, -EBUSY when another process has it, or another negative errno.
 */
int journal_file_open(const char *path, struct journal_file *file);

/**
 * journal_file_read() - all of it
 * @bytes:	set; the caller's to free(); NULL if it is empty
 */
int journal_file_read(const struct journal_file *file, uint8_t **bytes,
		      size_t *len);

/** journal_file_create() - begin one that is to replace @path: its header */
int journal_file_create(const char *path, struct journal_file *file);

/**
 * journal_file_write() - append, not synced
 *
 * Return: 0, or a negative errno, and then as if nothing had been written.
 */
int journal_file_write(struct journal_file *file, const uint8_t *bytes,
		       size_t len);

/** journal_file_sync() - what was written is on the disk when this returns 0 */
int journal_file_sync(struct journal_file *file);

/**
 * journal_file_replace() - put a created file in the place of another
 * @path:	where; the caller keeps it
 * @new:	its contents are on the disk when it gets its name
 * @old:	closed; becomes @new. That its name is durable, and with it what
 *		is appended, is for the next journal_file_sync() to say.
 * @sync:	whether to wait for the disk at all
 *
 * On failure the new file is closed and removed, and the old one stays.
 */
int journal_file_replace(const char *path, struct journal_file *new,
			 struct journal_file *old, bool sync);

/** journal_file_discard() - close and remove a created file */
void journal_file_discard(const char *path, struct journal_file *new);

/**
 * journal_file_set_aside() - a copy as PATH.damaged-N
 * @copy:	set to its name, PATH_MAX bytes
 */
int journal_file_set_aside(const char *path, const uint8_t *bytes, size_t len,
			   char *copy);

/** journal_file_close() - close, if it is open */
void journal_file_close(struct journal_file *file);

#endif /* GATEWAY_JOURNAL_FILE_H */
