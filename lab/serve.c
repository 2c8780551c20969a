// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serve - process 1 of a standing lab answers its maker
 */
#include "lab/serve.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/endpoint.h"
#include "gateway/rtnl.h"
#include "lab/address.h"
#include "lab/router.h"
#include "lab/spawn.h"
#include "lab/stand.h"

/* Bytes of what state a gateway is in; characters of a profile's name. */
enum { STATE_TEXT = 48, PROFILE_SHOWN = 160 };

_Static_assert(LAB_HOSTS_MAX *(LAB_NAME + ADDRESS_TEXT + PROFILE_SHOWN +
			       STATE_TEXT + 4) < STAND_TEXT,
	       "all hosts' lines fit into an answer");

/** answer() - text and descriptors; the other end may be gone */
static void answer(int fd, const struct stand_answer *what)
{
	union {
		char bytes[CMSG_SPACE(sizeof(what->fds))];
		struct cmsghdr align;
	} control = {.bytes = {0}};
	union {
		const char *in;
		void *out;
	} text = {.in = what->text};
	struct iovec iov = {text.out, strlen(what->text)};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
	const size_t bytes = what->n_fds * sizeof(int);
	struct cmsghdr *head;

	if (what->n_fds) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(bytes);
		head = &control.align;
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(head), what->fds, bytes);
	}
	(void)!sendmsg(fd, &message, MSG_NOSIGNAL);
}

/** refuse() - with a reason: @what, and @word between quotes if there is one */
static void refuse(int fd, const char *what, const char *word)
{
	struct stand_answer refusal = {.n_fds = 0};

	if (word)
		snprintf(refusal.text, sizeof(refusal.text), "!%s \"%.64s\"",
			 what, word);
	else
		snprintf(refusal.text, sizeof(refusal.text), "!%s", what);
	answer(fd, &refusal);
}

/** profile_of() - that of a host, or NULL */
static const char *profile_of(const struct lab *lab, size_t i)
{
	const struct lab_host *host = &lab->host[i];

	if (host == lab->gateway)
		return lab->spec->profile;
	if (host == lab->carrier)
		return lab->spec->behind;
	if (host == lab->server)
		return NULL;
	return lab->spec->client_profile[i] ? lab->spec->client_profile[i]
					    : lab->spec->profile;
}

/** address_at() - what a host has; of a client by DHCP, what it was given */
static const char *address_at(const struct lab *lab, size_t i,
			      char text[static ADDRESS_TEXT])
{
	struct rtnl_addresses all = {.n = 0};
	uint32_t address = lab->host[i].address;

	if (i >= lab->spec->clients || !lab->spec->dhcp)
		return address_format(address, text);
	address = 0;
	if (spawn_visit(&lab->host[i]) == 0 && rtnl_addresses(&all) == 0) {
		for (size_t k = 0; k < all.n && !address; k++)
			if (all.list[k].addr >> 24 != 127)
				address = all.list[k].addr;
		free(all.list);
	}
	return address ? address_format(address, text) : "-";
}

/** state_of() - whether a gateway serves; others have nothing to serve */
static const char *state_of(const struct lab *lab, size_t i,
			    char text[static STATE_TEXT])
{
	const struct lab_host *host = &lab->host[i];
	bool outer = host == lab->carrier;
	int end = outer ? lab->outer_end : lab->end;

	if ((!outer && host != lab->gateway) ||
	    (outer ? lab->outer_lapsed : lab->lapsed))
		return "up";
	snprintf(text, STATE_TEXT, "lapsed has ended: %s %d",
		 WIFEXITED(end) ? "exit code" : "signal",
		 WIFEXITED(end) ? WEXITSTATUS(end) : WTERMSIG(end));
	return text;
}

/**
 * status() - a line a host: name, address, profile or "-", state; with tabs
 *
 * STAND_TEXT has room for all the hosts that there can be.
 */
static void status(const struct lab *lab, int fd)
{
	struct stand_answer what = {.n_fds = 0};
	char addr[ADDRESS_TEXT], state[STATE_TEXT];
	size_t len = 0;

	for (size_t i = 0; i < lab->n_hosts && len < sizeof(what.text); i++) {
		const char *profile = profile_of(lab, i);

		len += (size_t)snprintf(
			what.text + len, sizeof(what.text) - len,
			"%s\t%s\t%.*s\t%s\n", lab->host[i].name,
			address_at(lab, i, addr), PROFILE_SHOWN,
			profile ? profile : "-", state_of(lab, i, state));
	}
	answer(fd, &what);
}

/** enter() - descriptors of a host's namespaces */
static void enter(const struct lab *lab, int fd, const char *name)
{
	const struct lab_host *host = lab_host(lab, name);
	struct stand_answer what = {.n_fds = 0};

	if (!host) {
		refuse(fd, "the lab has no host", name);
		return;
	}
	snprintf(what.text, sizeof(what.text), "%s", host->name);
	what.fds[what.n_fds++] = host->net;
	what.fds[what.n_fds++] = host->mounts;
	what.fds[what.n_fds++] = host->root;
	what.fds[what.n_fds++] = ns_open("pid");
	if (lab->ids.user)
		what.fds[what.n_fds++] = ns_open("user");
	answer(fd, &what);
	for (size_t i = 3; i < what.n_fds; i++)
		close(what.fds[i]);
}

/** connect_to() - a connection to a gateway's control socket */
static void connect_to(const struct lab *lab, int fd, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stand_answer what = {.text = "ok"};
	bool outer = strcmp(name, "carrier") == 0;
	int control;

	if (strcmp(name, "gateway") != 0 && !(outer && lab->carrier)) {
		refuse(fd, "the lab has no gateway", name);
		return;
	}
	snprintf(address.sun_path, sizeof(address.sun_path), "%s",
		 outer ? ROUTER_CARRIER_SOCKET : ROUTER_SOCKET);
	control = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (control < 0 || connect(control, (const struct sockaddr *)&address,
				   sizeof(address)) < 0) {
		refuse(fd, "lapsed does not answer:", strerror(errno));
	} else {
		what.fds[what.n_fds++] = control;
		answer(fd, &what);
	}
	if (control >= 0)
		close(control);
}

/** request() - one, from whoever has connected */
static void request(const struct lab *lab, int fd)
{
	const struct timeval patience = {1, 0};
	char text[STAND_TEXT];
	uid_t uid;
	ssize_t n;

	/* in a namespace of users the maker is 0, and nobody else is */
	if (!address_peer(fd, &uid, NULL) ||
	    uid != (lab->ids.user ? 0 : lab->ids.uid)) {
		refuse(fd, "this lab belongs to somebody else", NULL);
		return;
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	n = recv(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	if (strcmp(text, "status") == 0)
		status(lab, fd);
	else if (strncmp(text, "enter ", 6) == 0)
		enter(lab, fd, text + 6);
	else if (strncmp(text, "connect ", 8) == 0)
		connect_to(lab, fd, text + 8);
	else
		refuse(fd, "a lab does not understand", text);
}

/** reap() - whoever has ended; a lapsed is remembered */
static void reap(struct lab *lab)
{
	int end;
	pid_t pid;

	while ((pid = waitpid(-1, &end, WNOHANG)) > 0) {
		if (pid == lab->lapsed) {
			lab->lapsed = 0;
			lab->end = end;
		} else if (pid == lab->outer_lapsed) {
			lab->outer_lapsed = 0;
			lab->outer_end = end;
		}
	}
}

_Noreturn void serve(struct lab *lab, int listener)
{
	struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}};
	struct signalfd_siginfo info;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	fds[1].fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	fds[1].events = POLLIN;
	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		while (read(fds[1].fd, &info, sizeof(info)) > 0)
			;
		reap(lab);
		if (!(fds[0].revents & POLLIN))
			continue;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		request(lab, fd);
		close(fd);
	}
}
