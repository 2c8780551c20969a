// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * router - lapsed on the gateways of a lab
 */
#include "lab/router.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab/mounts.h"
#include "lab/say.h"
#include "lab/settings.h"
#include "lab/spawn.h"

#define NOTIFY MOUNTS_DIR "/notify"

/* A path below it. */
enum { PATH_BYTES = 64 };

/* A gateway that is not ready by then will not be. */
#define READY_MS 60000

/* The path of the program that runs, or "". */
static char self[PATH_MAX];

void router_locate(void)
{
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		self[0] = '\0';
}

/**
 * find_program() - one of ours: beside the one that runs, where `make install`
 * puts it, or in the PATH
 *
 * Return: text, the caller's to free(); NULL when memory is out.
 */
static char *find_program(const char *name)
{
	static const char *const near[] = {"", "../sbin/", "../bin/"};
	char path[2 * PATH_MAX];
	const char *slash = strrchr(self, '/');

	for (size_t i = 0; slash && i < sizeof(near) / sizeof(near[0]); i++) {
		snprintf(path, sizeof(path), "%.*s%s%s",
			 (int)(slash + 1 - self), self, near[i], name);
		if (access(path, X_OK) == 0)
			return strdup(path);
	}
	return strdup(name);
}

/** notify_socket() - where lapsed says that it is ready; or negative errno */
static int notify_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX,
				      .sun_path = NOTIFY};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	unlink(NOTIFY);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/** ended() - what became of a lapsed that never served */
static int ended(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	say_error("lapsed did not start: %s %d",
		  WIFEXITED(status) ? "exit code" : "signal",
		  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return -EIO;
}

/** await() - until lapsed has said that it is ready; 0 or a negative errno */
static int await(int notify, pid_t pid)
{
	struct pollfd fds[2] = {{.fd = notify, .events = POLLIN}};
	char text[64];
	int error = 0;
	ssize_t n;

	fds[1].fd = (int)syscall(SYS_pidfd_open, pid, 0);
	fds[1].events = POLLIN;
	for (;;) {
		int ready = poll(fds, 2, READY_MS);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0) {
			say_error("lapsed is not ready after %d s",
				  READY_MS / 1000);
			error = -ETIMEDOUT;
			break;
		}
		n = (fds[0].revents & POLLIN)
			    ? recv(notify, text, sizeof(text) - 1, 0)
			    : 0;
		text[n > 0 ? n : 0] = '\0';
		if (strcmp(text, "READY=1") == 0)
			break;
		if (fds[1].revents) {
			error = ended(pid);
			break;
		}
	}
	if (fds[1].fd >= 0)
		close(fds[1].fd);
	return error;
}

/**
 * run() - lapsed on its host
 * @log:	descriptor for what it says, or -1: our standard error
 *
 * Return: its number, or a negative errno.
 */
static pid_t run(const struct lab *lab, bool outer, const char *file, int log)
{
	const struct lab_spec *spec = lab->spec;
	size_t n = outer ? 0 : spec->n_set, i;
	const char **argv = calloc(4 + 2 * n, sizeof(*argv));
	char **sets = calloc(n + 1, sizeof(*sets));
	char *program = find_program("lapsed");
	char dir[PATH_BYTES];
	const char *const environment[] = {"NOTIFY_SOCKET=" NOTIFY, dir, NULL};
	struct spawn what = {
		.argv = argv,
		.host = outer ? lab->carrier : lab->gateway,
		.environment = environment,
		.in = SPAWN_NULL,
		.out = log,
		.err = log,
		.apart = true,
	};
	pid_t pid = -ENOMEM;

	snprintf(dir, sizeof(dir), "LAPSE_RUN_DIR=%s", settings_dir(outer));
	if (!argv || !sets || !program)
		goto out;
	argv[0] = program;
	argv[1] = "-c";
	argv[2] = file;
	for (i = 0; i < n; i++) {
		if (asprintf(&sets[i], "%s=%s", spec->set[i].key,
			     spec->set[i].value) < 0) {
			sets[i] = NULL;
			goto out;
		}
		argv[3 + 2 * i] = "--set";
		argv[4 + 2 * i] = sets[i];
	}
	pid = spawn(lab, &what);
out:
	for (i = 0; sets && i < n; i++)
		free(sets[i]);
	free(sets);
	free(argv);
	free(program);
	return pid;
}

/** write_settings() - of a gateway, in its folder; @file: set to the path */
static int write_settings(const struct lab *lab, bool outer,
			  char file[static PATH_BYTES])
{
	char *text;
	int error = settings_text(lab->spec, outer, &text);

	if (error)
		return error;
	snprintf(file, PATH_BYTES, "%s/lapse.yaml", settings_dir(outer));
	error = mounts_folder(settings_dir(outer));
	if (!error)
		error = mounts_write(file, text, 0644);
	free(text);
	return error;
}

/** start() - one of them, from its settings to its first packet */
static int start(const struct lab *lab, bool outer, pid_t *pid)
{
	char file[PATH_BYTES];
	int error = write_settings(lab, outer, file);
	int notify = error ? error : notify_socket(), log = -1;

	if (notify < 0)
		return notify;
	if (lab->spec->log)
		log = open(lab->spec->log,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	*pid = run(lab, outer, file, log);
	if (log >= 0)
		close(log);
	error = *pid < 0 ? (int)*pid : await(notify, *pid);
	close(notify);
	return error;
}

int router_start(struct lab *lab)
{
	int error = lab->carrier ? start(lab, true, &lab->outer_lapsed) : 0;

	return error ? error : start(lab, false, &lab->lapsed);
}
