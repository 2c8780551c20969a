// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * serve - process 1 of a standing lab answers its maker
 */
#include "lab/serve.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/endpoint.h"
#include "lab/address.h"
#include "lab/router.h"
#include "lab/stand.h"

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

/** status() - a line a host: name, address, profile or "-" */
static void status(const struct lab *lab, int fd)
{
	struct stand_answer what = {.n_fds = 0};
	char addr[ADDRESS_TEXT];
	size_t len = 0;

	for (size_t i = 0; i < lab->n_hosts && len < sizeof(what.text); i++) {
		const char *profile = profile_of(lab, i);

		len += (size_t)snprintf(
			what.text + len, sizeof(what.text) - len, "%s %s %s\n",
			lab->host[i].name,
			address_format(lab->host[i].address, addr),
			profile ? profile : "-");
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
	what.fds[what.n_fds++] = ns_open("pid");
	if (lab->ids.user)
		what.fds[what.n_fds++] = ns_open("user");
	answer(fd, &what);
	for (size_t i = 2; i < what.n_fds; i++)
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

_Noreturn void serve(const struct lab *lab, int listener)
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
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (!(fds[0].revents & POLLIN))
			continue;
		fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		request(lab, fd);
		close(fd);
	}
}
