// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rundir - /run/lapse: the lock, and the record of what has to be put back
 */
#include "gateway/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/log.h"

/* Far more than any record of ours needs. */
#define RECORD_MAX (1 << 20)

/**
 * struct rundir - the folder
 * @dir:	descriptor of it
 * @lock:	descriptor of the locked file
 */
struct rundir {
	const char *path;
	int dir;
	int lock;
};

/** take_lock() - only one lapsed works on the records at a time */
static int take_lock(struct rundir *rundir)
{
	rundir->lock = openat(rundir->dir, "lock",
			      O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (rundir->lock < 0)
		return -errno;
	if (flock(rundir->lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	return 0;
}

/** explain() - one line about a folder that is of no use */
static void explain(const char *path, int error)
{
	if (error == -EBUSY)
		log_error("another lapsed is running (it holds %s/lock): stop "
			  "it first",
			  path);
	else
		log_error("cannot use %s: %s; it must be writable, or "
			  "LAPSE_RUN_DIR name a folder that is",
			  path, strerror(-error));
}

int rundir_open(struct rundir **out)
{
	struct rundir *rundir = calloc(1, sizeof(*rundir));
	const char *path = getenv("LAPSE_RUN_DIR");
	int error = 0;

	if (!rundir)
		return -ENOMEM;
	rundir->path = path && *path ? path : RUNDIR;
	rundir->lock = -1;
	if (mkdir(rundir->path, 0755) < 0 && errno != EEXIST)
		error = -errno;
	rundir->dir = open(rundir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!error && rundir->dir < 0)
		error = -errno;
	if (!error)
		error = take_lock(rundir);
	if (error) {
		explain(rundir->path, error);
		rundir_close(rundir);
		return error;
	}
	*out = rundir;
	return 0;
}

void rundir_close(struct rundir *rundir)
{
	if (!rundir)
		return;
	/* the lock file itself stays: removing it would race with the next
	 * lapsed, which may have opened it and wait for the lock */
	if (rundir->lock >= 0)
		close(rundir->lock);
	if (rundir->dir >= 0)
		close(rundir->dir);
	free(rundir);
}

bool rundir_is_ours(const struct rundir *rundir)
{
	struct stat st;

	return fstat(rundir->dir, &st) == 0 && st.st_uid == geteuid();
}

char *rundir_read(struct rundir *rundir, const char *record)
{
	int fd = openat(rundir->dir, record, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char *text = NULL;
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size <= RECORD_MAX)
		text = malloc((size_t)st.st_size + 1);
	if (text) {
		n = read(fd, text, (size_t)st.st_size);
		text[n > 0 ? n : 0] = '\0';
	}
	close(fd);
	return text;
}

bool rundir_has(struct rundir *rundir, const char *record, const char *start)
{
	char *text = rundir_read(rundir, record);
	size_t len = strlen(start);
	const char *line = text;
	bool found = false;

	while (line && *line && !found) {
		found = strncmp(line, start, len) == 0;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	free(text);
	return found;
}

int rundir_append(struct rundir *rundir, const char *record, const char *line)
{
	char text[512];
	int fd, len, error = 0;

	len = snprintf(text, sizeof(text), "%s\n", line);
	if (len < 0 || (size_t)len >= sizeof(text))
		return -ENAMETOOLONG;
	if (rundir_has(rundir, record, text))
		return 0;

	fd = openat(rundir->dir, record,
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		    0600);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		error = -errno;
	if (fd >= 0)
		close(fd);
	if (error)
		log_error("cannot write %s/%s: %s", rundir->path, record,
			  strerror(-error));
	return error;
}

void rundir_remove(struct rundir *rundir, const char *record)
{
	unlinkat(rundir->dir, record, 0);
}
