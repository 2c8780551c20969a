// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ns - namespaces of our own: users, processes, mounts, networks
 */
#include "lab/ns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lab/say.h"

/** write_file() - a file of /proc; 0 or a negative errno */
static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		error = -errno;
	close(fd);
	return error;
}

int ns_map_ids(uid_t inner_uid, uid_t uid, gid_t inner_gid, gid_t gid)
{
	char text[64];
	int error;

	/* without it, no group can be mapped by who has no privilege */
	error = write_file("/proc/self/setgroups", "deny");
	if (error && error != -ENOENT)
		return error;
	snprintf(text, sizeof(text), "%u %u 1\n", inner_uid, uid);
	error = write_file("/proc/self/uid_map", text);
	if (error)
		return error;
	snprintf(text, sizeof(text), "%u %u 1\n", inner_gid, gid);
	return write_file("/proc/self/gid_map", text);
}

/** refused() - say why there are no namespaces, and what to do */
static int refused(int error, bool user)
{
	if (user)
		say_error("this kernel refuses namespaces to ordinary users "
			  "(%s): run it as root, or see what lapse doctor says",
			  say_reason(error));
	else
		say_error("no namespaces: %s", say_reason(error));
	return error;
}

/**
 * settle_in() - what is left to do in the child; 0 or a negative errno
 *
 * A caller that dies before prctl() is noticed by the end of its pipe.
 */
static int settle_in(const struct ns_ids *ids, bool bound)
{
	int error = 0;

	if (ids->user)
		error = ns_map_ids(0, ids->uid, 0, ids->gid);
	if (error)
		return refused(error, true);
	/* after the change of ids, which would take it away again */
	if (bound && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	return 0;
}

pid_t ns_clone(struct ns_ids *ids, bool bound)
{
	unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | SIGCHLD;
	long pid;
	int error;

	ids->uid = geteuid();
	ids->gid = getegid();
	ids->user = false;
	/* a fork() with flags: where the stack lies does not matter then */
	pid = syscall(SYS_clone, flags, 0, 0, 0, 0);
	if (pid < 0 && errno == EPERM) {
		ids->user = true;
		pid = syscall(SYS_clone, flags | CLONE_NEWUSER, 0, 0, 0, 0);
	}
	if (pid < 0)
		return refused(-errno, ids->user);
	if (pid > 0)
		return (pid_t)pid;
	error = settle_in(ids, bound);
	if (error)
		_exit(SAY_FAILED);
	return 0;
}

int ns_as_caller(const struct ns_ids *ids)
{
	if (!ids->user)
		return 0;
	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	return ns_map_ids(ids->uid, 0, ids->gid, 0);
}

int ns_open(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	/* cppcheck-suppress resourceLeak ; it is the caller's */
	return fd < 0 ? -errno : fd;
}

int ns_net(void)
{
	return unshare(CLONE_NEWNET) < 0 ? -errno : ns_open("net");
}

int ns_enter_mounts(int mounts, int root)
{
	if (setns(mounts, CLONE_NEWNS) < 0 || fchdir(root) < 0 ||
	    chroot(".") < 0)
		return -errno;
	return 0;
}

int ns_mounts(void)
{
	return unshare(CLONE_NEWNS) < 0 ? -errno : ns_open("mnt");
}
