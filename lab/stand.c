// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * stand - make a lab that stays when the command that made it has ended
 */
#include "lab/stand.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab/address.h"
#include "lab/dhcp.h"
#include "lab/mounts.h"
#include "lab/router.h"
#include "lab/say.h"
#include "lab/serve.h"
#include "lab/settings.h"
#include "lab/spawn.h"

#define LOG MOUNTS_DIR "/lapsed.log"

/** listen_as() - take the lab's name; a descriptor, or a negative errno */
static int listen_as(const char *name)
{
	struct sockaddr_un address;
	socklen_t len;
	int fd, error = 0;

	if (!*name || !address_of(name, geteuid(), &address, &len)) {
		say_error("\"%s\" is no name for a lab: it is empty, too long, "
			  "or has a blank or a \"/\" in it",
			  name);
		return -EINVAL;
	}
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		error = -errno;
	else if (bind(fd, (const struct sockaddr *)&address, len) < 0)
		error = -errno;
	if (error == -EADDRINUSE) {
		say_error("the lab \"%s\" is up already; lapse lab down ends "
			  "it, --name NAME makes another",
			  name);
		error = -EEXIST;
	} else if (error) {
		say_error("no socket for the lab: %s", strerror(-error));
	}
	if (error && fd >= 0)
		close(fd);
	return error ? error : fd;
}

/** show_log() - what lapsed has said, to who waits for it */
static void show_log(void)
{
	char text[4096];
	int fd = open(LOG, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	while (fd >= 0 && (n = read(fd, text, sizeof(text))) > 0)
		if (write(STDERR_FILENO, text, (size_t)n) < 0)
			break;
	if (fd >= 0)
		close(fd);
}

/** build() - all of it; 0 or a negative errno, after messages */
static int build(struct lab *lab)
{
	int error = lab_build(lab);

	if (error)
		return error;
	error = router_start(lab);
	show_log();
	if (!error && lab->spec->dhcp)
		error = dhcp_start(lab);
	return error;
}

/** detach() - hold nothing of who made us */
static int detach(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || chdir("/") < 0)
		return -errno;
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	close(null);
	return 0;
}

/** process_1() - of the lab: build it, tell so, serve */
_Noreturn static void process_1(struct lab *lab, int listener, int ready)
{
	sigset_t set;

	/* whatever else is open belongs to who called us: a pipe of theirs
	 * must not wait for the lab's end */
	if (dup2(listener, 3) < 0 || dup2(ready, 4) < 0)
		_exit(SAY_FAILED);
	close_range(5, ~0u, 0);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	fcntl(4, F_SETFD, FD_CLOEXEC);
	setsid();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, &lab->signals);
	if (build(lab) || detach() || listen(3, 16) < 0)
		_exit(SAY_FAILED);
	prctl(PR_SET_PDEATHSIG, 0);
	if (write(4, "", 1) != 1)
		_exit(SAY_FAILED);
	close(4);
	serve(lab, 3);
}

/** await() - until process 1 has said that all is there */
static int await(pid_t pid, int ready)
{
	char byte;
	ssize_t n;

	do
		n = read(ready, &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return 0;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return -EIO;
}

int stand_up(const char *name, const struct lab_spec *spec)
{
	struct lab lab = {.spec = spec};
	/* process 1 moves its descriptors: none may be a standard stream */
	int error = spawn_reserve(), listener, ends[2];
	pid_t pid;

	router_locate();
	if (!error)
		error = settings_check(spec);
	if (!error)
		error = spawn_folder(&lab.cwd);
	if (error)
		goto out;
	error = listener = listen_as(name);
	if (listener < 0)
		goto out;
	if (pipe2(ends, O_CLOEXEC) < 0) {
		error = -errno;
		close(listener);
		goto out;
	}
	/* bound to us until all is there: a Ctrl-C takes it along */
	pid = ns_clone(&lab.ids, true);
	if (pid == 0)
		process_1(&lab, listener, ends[1]);
	close(ends[1]);
	error = pid < 0 ? (int)pid : await(pid, ends[0]);
	close(ends[0]);
	close(listener);
out:
	free(lab.cwd);
	return error;
}
