// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * meet - find a standing lab, ask it, enter it, end it
 */
#include "lab/stand.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lab/address.h"
#include "lab/router.h"
#include "lab/say.h"
#include "lab/spawn.h"
#include "lab/supervise.h"

/* Process 1 is killed: the kernel needs a moment for what it held. */
#define END_MS 20000

/** meet() - connect to a lab of ours; a descriptor, or a negative errno */
static int meet(const char *name, pid_t *pid)
{
	struct sockaddr_un address;
	int fd = -1, error = -ENOENT;
	socklen_t len;
	uid_t uid;

	if (address_of(name, geteuid(), &address, &len))
		fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, len) == 0)
		error = 0;
	/* anybody may take a name: what listens there must be ours */
	if (!error &&
	    (!address_peer(fd, &uid, pid) || uid != geteuid() || *pid <= 0))
		error = -EPERM;
	if (error) {
		say_error("the lab \"%s\" is not up; lapse lab up --name %s "
			  "makes it",
			  name, name);
		if (fd >= 0)
			close(fd);
	}
	return error ? error : fd;
}

/** receive() - text and descriptors; 0 or a negative errno */
static int receive(int fd, struct stand_answer *answer)
{
	union {
		char bytes[CMSG_SPACE(sizeof(answer->fds))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {answer->text, sizeof(answer->text) - 1};
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (n <= 0)
		return n < 0 ? -errno : -ECONNRESET;
	/* no room in our table: some are missing */
	if (message.msg_flags & MSG_CTRUNC)
		return -EMFILE;
	answer->text[n] = '\0';
	answer->n_fds = 0;
	if (head && head->cmsg_type == SCM_RIGHTS) {
		answer->n_fds = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(answer->fds, CMSG_DATA(head),
		       answer->n_fds * sizeof(int));
	}
	return 0;
}

int stand_ask(const char *name, const char *request,
	      struct stand_answer *answer)
{
	int fd = meet(name, &answer->pid), error;

	if (fd < 0)
		return fd;
	error = send(fd, request, strlen(request), MSG_NOSIGNAL) < 0 ? -errno
								     : 0;
	if (!error)
		error = receive(fd, answer);
	close(fd);
	if (error) {
		say_error("the lab \"%s\" does not answer: %s", name,
			  strerror(-error));
	} else if (answer->text[0] == '!') {
		say_error("%s", answer->text + 1);
		error = -EINVAL;
	}
	return error;
}

int stand_down(const char *name)
{
	struct pollfd end = {.events = POLLIN};
	int fd, error = 0;
	pid_t pid;

	fd = meet(name, &pid);
	if (fd < 0)
		return fd;
	/* a descriptor cannot come to mean another process, as a number can */
	end.fd = (int)syscall(SYS_pidfd_open, pid, 0);
	close(fd);
	if (end.fd < 0)
		return errno == ESRCH ? 0 : -errno;
	if (syscall(SYS_pidfd_send_signal, end.fd, SIGKILL, NULL, 0) < 0)
		error = -errno;
	else if (poll(&end, 1, END_MS) != 1)
		error = -ETIMEDOUT;
	close(end.fd);
	if (error)
		say_error("the lab \"%s\" does not end: %s", name,
			  strerror(-error));
	return error;
}

char *stand_name(size_t i)
{
	FILE *file = fopen("/proc/net/unix", "re");
	char prefix[64], *line = NULL, *found = NULL;
	size_t size = 0;

	snprintf(prefix, sizeof(prefix), " @" ADDRESS_PREFIX "%u/", geteuid());
	while (file && !found && getline(&line, &size, file) > 0) {
		const char *at = strstr(line, prefix);
		/* flags: that of a socket which listens is set; those of its
		 * connections have the same name */
		bool listens = strstr(line, " 00010000 ") != NULL;

		if (!at || !listens || i--)
			continue;
		at += strlen(prefix);
		found = strndup(at, strcspn(at, "\n"));
	}
	free(line);
	if (file)
		fclose(file);
	return found;
}

/** enter() - the namespaces that are entered before a child is made */
static int enter(const struct stand_answer *answer, struct ns_ids *ids)
{
	ids->uid = geteuid();
	ids->gid = getegid();
	ids->user = answer->n_fds > 4;
	if (ids->user && setns(answer->fds[4], CLONE_NEWUSER) < 0)
		return -errno;
	/* whoever was nobody special is root from here on */
	return setns(answer->fds[3], CLONE_NEWPID) < 0 ? -errno : 0;
}

/** join() - be at a host of a lab; 0, or a negative errno after a message */
static int join(const struct stand_run *run, struct lab *lab,
		struct lab_host *at)
{
	struct stand_answer answer;
	char request[STAND_TEXT];
	int error = spawn_reserve();

	if (!error)
		error = spawn_folder(&lab->cwd);
	if (error)
		return error;
	snprintf(request, sizeof(request), "enter %s", run->host);
	error = stand_ask(run->lab, request, &answer);
	if (error)
		return error;
	snprintf(at->name, sizeof(at->name), "%.*s", LAB_NAME - 1, answer.text);
	at->net = answer.fds[0];
	at->mounts = answer.fds[1];
	at->root = answer.fds[2];
	error = enter(&answer, &lab->ids);
	if (error)
		say_error("the lab cannot be entered: %s", strerror(-error));
	return error;
}

_Noreturn void stand_run(const struct stand_run *run)
{
	char host[64], chroot[80], gateway[64];
	const char *const environment[] = {gateway, host, chroot, NULL};
	struct lab lab = {.cwd = NULL};
	struct lab_host at;
	struct spawn what = {
		.argv = run->argv,
		.host = &at,
		.environment = environment,
		.in = SPAWN_OURS,
		.out = SPAWN_OURS,
		.err = SPAWN_OURS,
		.inherit = true,
		.as_caller = run->as_caller,
		.named = true,
	};
	struct held held;
	pid_t pid;

	if (join(run, &lab, &at))
		_exit(SAY_FAILED);
	snprintf(host, sizeof(host), "LAPSE_HOST=%s", at.name);
	/* on a gateway, lapse asks that one */
	snprintf(gateway, sizeof(gateway), "LAPSE_SOCKET=%s",
		 strcmp(at.name, "carrier") == 0 ? ROUTER_CARRIER_SOCKET
						 : ROUTER_SOCKET);
	/* what Debian's shells show before their prompt */
	snprintf(chroot, sizeof(chroot), "debian_chroot=%s", at.name);
	what.bound = (int)syscall(SYS_pidfd_open, getpid(), 0);
	if (what.bound < 0) {
		say_error("no descriptor of ourselves: %s", strerror(errno));
		_exit(SAY_FAILED);
	}
	supervise_hold(&held);
	lab.signals = held.signals;
	pid = spawn(&lab, &what);
	_exit(pid < 0 ? SAY_FAILED
		      : supervise_end(supervise_child(pid, &held)));
}
