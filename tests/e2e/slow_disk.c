// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slow_disk - LD_PRELOAD: an SD card at its worst, or a disk that is full
 *
 * fdatasync() takes SLOW_DISK_MS, and notes its beginning and end as a byte
 * each in the file SLOW_DISK_LOG. While the file SLOW_DISK_FULL exists,
 * pwrite() finds no space.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/** note() - a byte behind the others */
static void note(char byte)
{
	const char *path = getenv("SLOW_DISK_LOG");
	int fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
			     0600)
		      : -1;

	if (fd < 0)
		return;
	if (write(fd, &byte, 1) < 0)
		abort();
	close(fd);
}

/* parameters are called as in unistd.h, or clang-tidy minds */
int fdatasync(int __fildes)
{
	const char *text = getenv("SLOW_DISK_MS");
	long ms = text ? strtol(text, NULL, 10) : 0;
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	(void)__fildes;
	note('<');
	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
	note('>');
	return 0;
}

ssize_t pwrite(int __fd, const void *__buf, size_t __n, off_t __offset)
{
	const char *path = getenv("SLOW_DISK_FULL");
	union {
		void *object;
		ssize_t (*function)(int, const void *, size_t, off_t);
	} real;

	if (path && access(path, F_OK) == 0) {
		errno = ENOSPC;
		return -1;
	}
	real.object = dlsym(RTLD_NEXT, "pwrite");
	return real.function(__fd, __buf, __n, __offset);
}
