// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * control - the control socket: open, accept, close
 */
#include "gateway/control.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/log.h"
#include "gateway/control_client.h"

/** RETRY_S - seconds until accepting is tried again after it failed */
#define RETRY_S 1

/** on_accept() - a connection */
static void on_accept(struct evconnlistener *listener, evutil_socket_t fd,
		      struct sockaddr *address, int len, void *arg)
{
	static const char refusal[] =
		"{\"error\":\"too many clients, try again later\","
		"\"kind\":\"failed\",\"field\":null}\n";
	struct control *control = arg;

	(void)listener;
	(void)address;
	(void)len;
	if (control->n_clients < CLIENTS_MAX) {
		control_client_add(control, fd);
		return;
	}
	log_warning("control: more than %d clients, one is refused",
		    CLIENTS_MAX);
	if (send(fd, refusal, sizeof(refusal) - 1,
		 MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		log_debug("control: and it cannot be told: %s",
			  strerror(errno));
	evutil_closesocket(fd);
}

/** on_accept_error() - out of descriptors: do not spin, try again later */
static void on_accept_error(struct evconnlistener *listener, void *arg)
{
	static const struct timeval later = {RETRY_S, 0};
	struct control *control = arg;

	log_warning("control: a client cannot be accepted: %s",
		    strerror(errno));
	evconnlistener_disable(listener);
	evtimer_add(control->retry, &later);
}

/** on_retry() - accept again */
static void on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct control *control = arg;

	(void)fd;
	(void)what;
	evconnlistener_enable(control->listener);
}

/**
 * remove_stale() - make way where a dead lapsed left its socket
 *
 * Return: 0; -EADDRINUSE if somebody answers there, or what is there is no
 * socket.
 */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat st;
	int fd, error;

	if (lstat(address->sun_path, &st) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode)) {
		log_error("%s is in the way: it is no socket",
			  address->sun_path);
		return -EADDRINUSE;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	error = connect(fd, (const struct sockaddr *)address, sizeof(*address));
	error = error < 0 ? -errno : 0;
	close(fd);
	if (error != -ECONNREFUSED) {
		log_error("another lapsed answers on %s: stop it, or set "
			  "control.socket",
			  address->sun_path);
		return -EADDRINUSE;
	}
	return unlink(address->sun_path) < 0 ? -errno : 0;
}

/** give_to_group() - let the group of the settings use the socket */
static void give_to_group(const char *path, const char *name)
{
	const struct group *group;

	if (!name)
		return;
	/* cppcheck-suppress getgrnamCalled ; there is one thread */
	group = getgrnam(name);
	if (!group)
		log_warning("control.group: no group %s: only root may use %s; "
			    "groupadd --system %s mends it",
			    name, path, name);
	else if (chown(path, (uid_t)-1, group->gr_gid) < 0)
		log_warning("control.group: %s cannot be given to group %s: %s",
			    path, name, strerror(errno));
}

/**
 * listen_at() - a listening socket at @path, mode 0660
 * @control:	its path, dev and ino are set
 *
 * The file is born with mode 0600, so that nobody slips in before the group is
 * set.
 *
 * Return: its descriptor, or a negative errno after a log line.
 */
static int listen_at(struct control *control)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = control->path;
	struct stat st;
	mode_t mask;
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path)) {
		log_error("control.socket: %s is longer than %zu bytes", path,
			  sizeof(address.sun_path) - 1);
		return -ENAMETOOLONG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	error = remove_stale(&address);
	if (error == -EADDRINUSE)
		return error;

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mask = umask(0177);
	if (fd < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		error = -errno;
	umask(mask);
	if (error)
		goto fail;
	if (lstat(path, &st) == 0) {
		control->dev = st.st_dev;
		control->ino = st.st_ino;
	}
	give_to_group(path, control->gateway->conf->control_group);
	if (chmod(path, 0660) < 0 || listen(fd, SOMAXCONN) < 0) {
		error = -errno;
		unlink(path);
		goto fail;
	}
	return fd;
fail:
	log_error("control socket %s: %s", path, strerror(-error));
	if (fd >= 0)
		close(fd);
	return error;
}

/** remove_socket() - the file, unless it is another's by now */
static void remove_socket(const struct control *control)
{
	struct stat st;

	if (lstat(control->path, &st) == 0 && st.st_dev == control->dev &&
	    st.st_ino == control->ino)
		unlink(control->path);
}

int control_open(struct gateway *gateway, struct control **control)
{
	struct control *new = calloc(1, sizeof(*new));
	int fd, error = -ENOMEM;

	if (!new)
		goto no_memory;
	new->gateway = gateway;
	new->stall.tv_sec = STALL_S;
	TAILQ_INIT(&new->clients);
	TAILQ_INIT(&new->queue);
	new->path = strdup(gateway->conf->control_socket);
	new->turn = evtimer_new(gateway->loop, control_turn, new);
	new->retry = evtimer_new(gateway->loop, on_retry, new);
	if (!new->path || !new->turn || !new->retry)
		goto no_memory;

	fd = listen_at(new);
	if (fd < 0) {
		error = fd;
		goto fail;
	}
	new->listener = evconnlistener_new(
		gateway->loop, on_accept, new,
		LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!new->listener) {
		remove_socket(new);
		close(fd);
		goto no_memory;
	}
	evconnlistener_set_error_cb(new->listener, on_accept_error);
	/* a client that goes away must not take the daemon along */
	signal(SIGPIPE, SIG_IGN);
	gateway->ring = &new->ring;
	*control = new;
	return 0;

no_memory:
	log_error("control socket: out of memory");
fail:
	control_close(new);
	return error;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	while (!TAILQ_EMPTY(&control->clients))
		control_client_free(TAILQ_FIRST(&control->clients));
	if (control->listener) {
		remove_socket(control);
		evconnlistener_free(control->listener);
	}
	if (control->turn)
		event_free(control->turn);
	if (control->retry)
		event_free(control->retry);
	if (control->gateway->ring == &control->ring)
		control->gateway->ring = NULL;
	ring_clean(&control->ring);
	free(control->path);
	free(control);
}
