// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * spawn - run a program on a host of a lab
 */
#include "lab/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "lab/say.h"

int spawn_visit(const struct lab_host *host)
{
	return setns(host->net, CLONE_NEWNET) < 0 ? -errno : 0;
}

int spawn_reserve(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0) {
		int error = -errno;

		say_error("/dev/null cannot be opened: %s", strerror(-error));
		return error;
	}
	close(fd);
	return 0;
}

int spawn_folder(char **cwd)
{
	char *name = get_current_dir_name();
	int error;

	if (name && chdir(name) == 0) {
		*cwd = name;
		return 0;
	}
	error = -errno;
	say_error("the folder we are in%s%s cannot be entered by its name: %s; "
		  "cd to another one",
		  name ? ", " : "", name ? name : "", strerror(-error));
	free(name);
	return error;
}

/** redirect() - standard input, output and error; 0 or a negative errno */
static int redirect(const struct spawn *what)
{
	const int from[] = {what->in, what->out, what->err};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int to = 0; to < 3; to++) {
		int fd = from[to] == SPAWN_NULL ? null : from[to];

		if (fd != SPAWN_OURS && dup2(fd, to) < 0)
			return -errno;
		/* where our caller has none, ours is not for the command;
		 * others must not open theirs in its place */
		if (!what->inherit)
			fcntl(to, F_SETFD, 0);
	}
	if (null >= 0)
		close(null);
	if (!what->inherit && close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		return -errno;
	return 0;
}

/**
 * bind_to() - die with our parent
 * @parent:	pidfd of it, for a parent that died before this counts for
 *		nothing, and in another namespace it has no number
 *
 * Return: 0 or a negative errno.
 */
static int bind_to(int parent)
{
	struct pollfd dead = {.fd = parent, .events = POLLIN};

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	return poll(&dead, 1, 0) == 1 ? -ESRCH : 0;
}

/** prepare() - all but the execution; 0 or a negative errno */
static int prepare(const struct lab *lab, const struct spawn *what)
{
	int error = spawn_visit(what->host);

	if (!error)
		error = ns_enter_mounts(what->host->mounts, what->host->root);
	/* by its name: what is mounted over it is to be seen */
	if (!error && chdir(lab->cwd) < 0)
		error = -errno;
	if (!error && what->named &&
	    (unshare(CLONE_NEWUTS) < 0 ||
	     sethostname(what->host->name, strlen(what->host->name)) < 0))
		error = -errno;
	if (!error && what->as_caller)
		error = ns_as_caller(&lab->ids);
	if (!error)
		error = redirect(what);
	if (!error && what->apart && setsid() < 0)
		error = -errno;
	if (!error && what->bound > 0)
		error = bind_to(what->bound);
	return error;
}

/** child() - become the program */
_Noreturn static void child(const struct lab *lab, const struct spawn *what)
{
	const char *name = what->argv[0];
	int error = prepare(lab, what);
	/* execvp() wants pointers to what it does not change */
	union {
		const char *const *in;
		char *const *out;
	} args = {.in = what->argv};

	for (size_t i = 0; what->environment && what->environment[i]; i++) {
		char *pair = strdup(what->environment[i]);

		if (pair)
			putenv(pair);
	}
	if (error) {
		say_error("%s cannot be started on %s: %s", name,
			  what->host->name, say_reason(error));
		_exit(SAY_FAILED);
	}
	sigprocmask(SIG_SETMASK, &lab->signals, NULL);
	execvp(name, args.out);
	error = errno;
	say_error("%s: %s", name, strerror(error));
	_exit(error == ENOENT ? SAY_NOT_FOUND : SAY_NOT_EXECUTABLE);
}

pid_t spawn(const struct lab *lab, const struct spawn *what)
{
	pid_t pid = fork();
	int error;

	if (pid == 0)
		child(lab, what);
	if (pid > 0)
		return pid;
	error = -errno;
	say_error("no process for %s: %s", what->argv[0], strerror(-error));
	return error;
}
