/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_dial - a control that listens, and connections to it, in one thread
 *
 * To be included after cmocka.h and its four headers.
 */
#ifndef TESTS_UNIT_CONTROL_DIAL_H
#define TESTS_UNIT_CONTROL_DIAL_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "gateway/control_client.h"
#include "tests/unit/control_rig.h"

/** struct fixture - a rig whose control listens in a folder of its own */
struct fixture {
	struct rig *rig;
	char folder[64];
	char path[96];
};

/** dial_setup() - open the control */
static inline int dial_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->rig = rig_new(2048);
	snprintf(f->folder, sizeof(f->folder), "/tmp/lapse-control-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->path, sizeof(f->path), "%s/socket", f->folder);
	f->rig->conf.control_socket = f->path;
	assert_int_equal(
		control_open(&f->rig->gateway, &f->rig->gateway.control), 0);
	*state = f;
	return 0;
}

/** dial_teardown() - close it; its file is gone then */
static inline int dial_teardown(void **state)
{
	struct fixture *f = *state;

	control_close(f->rig->gateway.control);
	assert_int_equal(access(f->path, F_OK), -1);
	assert_int_equal(rmdir(f->folder), 0);
	assert_true(nat_check(f->rig->gateway.nat));
	rig_free(f->rig);
	free(f);
	return 0;
}

/** turn() - let the daemon do what it can without waiting */
static inline void turn(struct fixture *f)
{
	event_base_loop(f->rig->gateway.loop, EVLOOP_NONBLOCK);
}

/** dial() - a connection, accepted */
static inline int dial(struct fixture *f)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, f->path, strlen(f->path) + 1);
	assert_int_equal(
		connect(fd, (const struct sockaddr *)&address, sizeof(address)),
		0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	turn(f);
	return fd;
}

/** say() - send all of it */
static inline void say(struct fixture *f, int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EAGAIN)
			n = 0;
		assert_true(n >= 0);
		bytes += n;
		len -= (size_t)n;
		turn(f);
	}
}

/** ask() - send a line */
static inline void ask(struct fixture *f, int fd, const char *line)
{
	say(f, fd, line, strlen(line));
	say(f, fd, "\n", 1);
}

/** hung_up() - whether the daemon has closed the connection */
static inline bool hung_up(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLRDHUP);
}

/**
 * hear() - the next line, while the daemon runs
 *
 * Return: the object, to be released; NULL at the end of the connection.
 */
static inline json_t *hear(struct fixture *f, int fd)
{
	char line[4096];
	json_t *object;
	char *newline;
	ssize_t n;
	size_t len;

	for (;;) {
		n = recv(fd, line, sizeof(line), MSG_PEEK);
		if (n == 0)
			return NULL;
		newline = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;
		if (newline)
			break;
		assert_true(n < (ssize_t)sizeof(line));
		/* half a line is all there will ever be? */
		assert_false(n > 0 && hung_up(fd));
		turn(f);
	}
	len = (size_t)(newline - line) + 1;
	assert_int_equal(recv(fd, line, len, 0), len);
	object = json_loadb(line, len, 0, NULL);
	assert_non_null(object);
	return object;
}

/** hear_last() - skip the rows; Return: the last line, to be released */
static inline json_t *hear_last(struct fixture *f, int fd)
{
	for (;;) {
		json_t *object = hear(f, fd);

		assert_non_null(object);
		if (json_object_get(object, "done") ||
		    json_object_get(object, "error"))
			return object;
		json_decref(object);
	}
}

/** expect_done() - the answer is whole, and no error */
static inline void expect_done(struct fixture *f, int fd)
{
	json_t *last = hear_last(f, fd);

	assert_true(json_is_true(json_object_get(last, "done")));
	json_decref(last);
}

/** expect_error() - the answer is an error */
static inline void expect_error(struct fixture *f, int fd)
{
	json_t *last = hear_last(f, fd);

	assert_true(json_is_string(json_object_get(last, "error")));
	json_decref(last);
}

/** settle() - give the control the engine's events, as gateway_settle() does */
static inline void settle(struct fixture *f)
{
	struct nat_event event;

	while (nat_event_get(f->rig->gateway.nat, &event)) {
		const struct ring_entry entry = ring_entry_nat(&event);

		gateway_event(&f->rig->gateway, &entry);
	}
}

/** DIAL_TEST() - a test whose state is a fixture */
#define DIAL_TEST(name) \
	cmocka_unit_test_setup_teardown(name, dial_setup, dial_teardown)

#endif /* TESTS_UNIT_CONTROL_DIAL_H */
