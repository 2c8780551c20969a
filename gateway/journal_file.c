// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal_file - the lease file on the disk: append, sync, replace whole
 */
#include "gateway/journal_file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "dhcpd/journal.h"

/* How many damaged files are kept; more are not worth the space. */
#define ASIDE_MAX 99

/* What is read at once into memory at most: millions of leases. */
#define FILE_MAX ((uint64_t)1 << 31)

/** lock() - so that no other process writes the same file */
static int lock(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? -EBUSY : -errno;
}

/** folder_of() - the name of a file's folder */
static void folder_of(const char *path, char folder[static PATH_MAX])
{
	char copy[PATH_MAX];

	snprintf(copy, sizeof(copy), "%s", path);
	snprintf(folder, PATH_MAX, "%s", dirname(copy));
}

/** sync_folder() - make the names in a file's folder durable */
static int sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd, error = 0;

	folder_of(path, folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		error = -errno;
	close(fd);
	return error;
}

char *journal_file_path(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) < 0 || !S_ISLNK(st.st_mode))
		return strdup(path);
	/* where it leads need not be there yet */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return strdup(path);
	close(fd);
	return realpath(path, NULL);
}

int journal_file_open(const char *path, struct journal_file *file)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC;
	char folder[PATH_MAX];
	struct stat st;
	int fd, error;

	if (strlen(path) + sizeof(".damaged-99") > PATH_MAX)
		return -ENAMETOOLONG;
	fd = open(path, flags, 0600);
	if (fd < 0 && errno == ENOENT) {
		folder_of(path, folder);
		if (mkdir(folder, 0755) == 0 && sync_folder(folder) == 0)
			fd = open(path, flags, 0600);
	}
	if (fd < 0)
		return -errno;
	error = lock(fd);
	if (!error && fstat(fd, &st) < 0)
		error = -errno;
	if (!error && !S_ISREG(st.st_mode))
		error = -EINVAL;
	if (error) {
		close(fd);
		return error;
	}
	*file = (struct journal_file){.fd = fd, .size = (uint64_t)st.st_size};
	return 0;
}

int journal_file_read(const struct journal_file *file, uint8_t **bytes,
		      size_t *len)
{
	uint8_t *all;
	size_t done = 0;
	ssize_t n;

	if (file->size > FILE_MAX)
		return -EFBIG;
	all = malloc(file->size ? (size_t)file->size : 1);
	if (!all)
		return -ENOMEM;
	while (done < file->size) {
		n = pread(file->fd, all + done, (size_t)file->size - done,
			  (off_t)done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			n = -errno;
			free(all);
			return (int)n;
		}
		if (!n)
			break;
		done += (size_t)n;
	}
	*bytes = all;
	*len = done;
	return 0;
}

/** name_new() - what the file is called until it replaces the old one */
static void name_new(const char *path, char name[static PATH_MAX])
{
	snprintf(name, PATH_MAX, "%s.new", path);
}

int journal_file_create(const char *path, struct journal_file *file)
{
	uint8_t header[JOURNAL_HEADER];
	char name[PATH_MAX];
	int error;

	name_new(path, name);
	/* what an earlier try has left */
	if (unlink(name) < 0 && errno != ENOENT)
		return -errno;
	*file = (struct journal_file){
		.fd = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
	if (file->fd < 0)
		return -errno;
	error = lock(file->fd);
	if (!error) {
		journal_header(header);
		error = journal_file_write(file, header, sizeof(header));
	}
	if (error)
		journal_file_discard(path, file);
	return error;
}

int journal_file_write(struct journal_file *file, const uint8_t *bytes,
		       size_t len)
{
	size_t done = 0;
	int error;
	ssize_t n;

	while (done < len) {
		n = pwrite(file->fd, bytes + done, len - done,
			   (off_t)(file->size + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			error = n < 0 ? -errno : -EIO;
			/* if that fails, too, the reader will find a torn
			 * record, or the next write covers it */
			if (ftruncate(file->fd, (off_t)file->size) < 0)
				return error;
			return error;
		}
		done += (size_t)n;
	}
	file->size += len;
	return 0;
}

int journal_file_sync(struct journal_file *file)
{
	int error;

	if (fdatasync(file->fd) < 0)
		return -errno;
	if (!file->renamed)
		return 0;
	error = sync_folder(file->renamed);
	if (!error)
		file->renamed = NULL;
	return error;
}

int journal_file_replace(const char *path, struct journal_file *new,
			 struct journal_file *old, bool sync)
{
	char name[PATH_MAX];
	int error = 0;

	name_new(path, name);
	if (sync && fsync(new->fd) < 0)
		error = -errno;
	if (!error && rename(name, path) < 0)
		error = -errno;
	if (error) {
		journal_file_discard(path, new);
		return error;
	}
	journal_file_close(old);
	*old = *new;
	old->renamed = sync ? path : NULL;
	new->fd = -1;
	return 0;
}

void journal_file_discard(const char *path, struct journal_file *new)
{
	char name[PATH_MAX];

	name_new(path, name);
	unlink(name);
	journal_file_close(new);
}

/** create_copy() - PATH.damaged-N with the first N that is free */
static int create_copy(const char *path, char *copy)
{
	for (int n = 1; n <= ASIDE_MAX; n++) {
		int fd;

		snprintf(copy, PATH_MAX, "%s.damaged-%d", path, n);
		fd = open(copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return -errno;
	}
	return -EEXIST;
}

int journal_file_set_aside(const char *path, const uint8_t *bytes, size_t len,
			   char *copy)
{
	struct journal_file file = {.fd = create_copy(path, copy)};
	int error;

	if (file.fd < 0)
		/* cppcheck-suppress memleak; it is not open */
		return file.fd;
	error = journal_file_write(&file, bytes, len);
	if (!error && fsync(file.fd) < 0)
		error = -errno;
	if (error)
		unlink(copy);
	journal_file_close(&file);
	return error;
}

void journal_file_close(struct journal_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
}
