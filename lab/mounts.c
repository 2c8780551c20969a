// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mounts - what a lab's programs see of the file system that is not the host's
 */
#include "lab/mounts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lab/say.h"

/*
 * What of the host's /run is not shown: the host's own lapsed, the names of
 * its network namespaces, the lock of its iptables; and nscd and avahi, which
 * would answer for the host's names.
 */
static const char *const hidden[] = {"avahi-daemon", "lapse", "netns", "nscd",
				     "xtables.lock"};

#define RESOLVED "/run/systemd/resolve/io.systemd.Resolve"

/** is_hidden() - whether an entry of /run stays out */
static bool is_hidden(const char *name)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (strcmp(hidden[i], name) == 0)
			return true;
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/** show_link() - a symbolic link of the old /run in the new one */
static void show_link(int old, const char *name)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(old, name, target, sizeof(target) - 1);
	char path[PATH_MAX];

	if (len <= 0)
		return;
	target[len] = '\0';
	snprintf(path, sizeof(path), "/run/%s", name);
	if (symlink(target, path) < 0)
		say_error("%s is missing in the lab: %s", path,
			  strerror(errno));
}

/** show() - an entry of the old /run in the new one, if we can see it */
static void show(int old, const char *name)
{
	char from[PATH_MAX], to[PATH_MAX];
	struct stat st;
	int fd;

	if (fstatat(old, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISLNK(st.st_mode)) {
		show_link(old, name);
		return;
	}
	snprintf(from, sizeof(from), "/proc/self/fd/%d/%s", old, name);
	snprintf(to, sizeof(to), "/run/%s", name);
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(to, 0755) < 0)
			return;
	} else {
		fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return;
		close(fd);
	}
	/* what cannot be shown is as if it were not there */
	if (mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		(void)(S_ISDIR(st.st_mode) ? rmdir(to) : unlink(to));
}

int mounts_folder(const char *path)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	/* what the caller's umask has taken away */
	return chmod(path, 0755) < 0 ? -errno : 0;
}

/** make_run() - a /run of our own */
static int make_run(void)
{
	int old = open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *entry;
	DIR *dir = old < 0 ? NULL : fdopendir(old);

	if (!dir)
		return -errno;
	if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") <
	    0) {
		int error = -errno;

		closedir(dir);
		return error;
	}
	/* cppcheck-suppress readdirCalled ; there is one thread */
	while ((entry = readdir(dir)) != NULL)
		if (!is_hidden(entry->d_name))
			show(old, entry->d_name);
	closedir(dir);
	return mounts_folder(MOUNTS_DIR);
}

int mounts_private(void)
{
	int error = 0;

	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0) {
		error = -errno;
		say_error("mounts cannot be kept to ourselves: %s",
			  strerror(-error));
		return error;
	}
	error = make_run();
	if (error) {
		say_error("no /run of our own: %s", strerror(-error));
		return error;
	}
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) < 0) {
		error = -errno;
		say_error("no /proc of our own: %s; inside a container it must "
			  "be given an unmasked /proc",
			  strerror(-error));
	}
	return error;
}

int mounts_write(const char *path, const char *text, unsigned mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t len = strlen(text);
	int error = 0;

	/* the caller's umask is for files of his own: these are the lab's */
	if (fd < 0 || write(fd, text, len) != (ssize_t)len ||
	    fchmod(fd, mode) < 0)
		error = errno ? -errno : -EIO;
	if (fd >= 0)
		close(fd);
	if (error)
		say_error("cannot write %s: %s", path, strerror(-error));
	return error;
}

/** cover() - put our file over one of the host's */
static int cover(const char *ours, const char *theirs)
{
	int error;

	if (mount(ours, theirs, NULL, MS_BIND, NULL) == 0)
		return 0;
	error = -errno;
	if (error != -ENOENT)
		say_error("%s stays the host's: %s", theirs, strerror(-error));
	return error;
}

/**
 * read_hosts() - @ours, and behind it the host's own, shortened if need be
 *
 * The first line with a name counts: who has a server in his own file asks the
 * lab's all the same.
 */
static char *read_hosts(const char *ours)
{
	enum { MOST = 1 << 20 };
	size_t len = strlen(ours);
	char *text = malloc(len + MOST + 1);
	int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (text) {
		memcpy(text, ours, len);
		n = fd < 0 ? 0 : read(fd, text + len, MOST);
		text[len + (size_t)(n < 0 ? 0 : n)] = '\0';
	}
	if (fd >= 0)
		close(fd);
	return text;
}

int mounts_names(const char *hosts, const char *resolv)
{
	char *text = read_hosts(hosts);
	int error = text ? 0 : -ENOMEM;

	if (!error)
		error = mounts_write(MOUNTS_DIR "/hosts", text, 0644);
	free(text);
	if (!error)
		error = cover(MOUNTS_DIR "/hosts", "/etc/hosts");
	if (error == -ENOENT) {
		say_error("there is no /etc/hosts that the lab's could stand "
			  "for: its names, such as server.lab, are not known");
		error = 0;
	}
	if (error || !resolv)
		return error;
	/* systemd-resolved would answer for the host past resolv.conf */
	(void)mount(MOUNTS_DIR "/hosts", RESOLVED, NULL, MS_BIND, NULL);
	error = mounts_write(MOUNTS_DIR "/resolv.conf", resolv, 0644);
	if (!error)
		error = cover(MOUNTS_DIR "/resolv.conf", "/etc/resolv.conf");
	/* where there is none, there is none of the host's to be hidden */
	return error == -ENOENT ? 0 : error;
}

void mounts_sys(void)
{
	int cgroup = open("/sys/fs/cgroup", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char from[64];

	if (mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  NULL) == 0 &&
	    cgroup >= 0) {
		/* limits of memory and of time are the host's still */
		snprintf(from, sizeof(from), "/proc/self/fd/%d", cgroup);
		(void)mount(from, "/sys/fs/cgroup", NULL, MS_BIND | MS_REC,
			    NULL);
	}
	if (cgroup >= 0)
		close(cgroup);
}
