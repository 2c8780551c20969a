// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_control_client - the control socket itself: bounds, turns, slow readers
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

/** setup() - open the control */
static int setup(void **state)
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

/** teardown() - close it; its file is gone then */
static int teardown(void **state)
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
static void turn(struct fixture *f)
{
	event_base_loop(f->rig->gateway.loop, EVLOOP_NONBLOCK);
}

/** dial() - a connection, accepted */
static int dial(struct fixture *f)
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
static void say(struct fixture *f, int fd, const char *bytes, size_t len)
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
static void ask(struct fixture *f, int fd, const char *line)
{
	say(f, fd, line, strlen(line));
	say(f, fd, "\n", 1);
}

/** hung_up() - whether the daemon has closed the connection */
static bool hung_up(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLRDHUP};

	return poll(&p, 1, 0) == 1 && (p.revents & POLLRDHUP);
}

/**
 * hear() - the next line, while the daemon runs
 *
 * Return: the object, to be released; NULL at the end of the connection.
 */
static json_t *hear(struct fixture *f, int fd)
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
static json_t *hear_last(struct fixture *f, int fd)
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
static void expect_done(struct fixture *f, int fd)
{
	json_t *last = hear_last(f, fd);

	assert_true(json_is_true(json_object_get(last, "done")));
	json_decref(last);
}

/** expect_error() - the answer is an error */
static void expect_error(struct fixture *f, int fd)
{
	json_t *last = hear_last(f, fd);

	assert_true(json_is_string(json_object_get(last, "error")));
	json_decref(last);
}

static void test_connection(void **state)
{
	struct fixture *f = *state;
	int a = dial(f), b = dial(f);

	ask(f, a, "{\"request\":\"status\"}");
	ask(f, b, "{\"request\":\"nothing\"}");
	expect_done(f, a);
	expect_error(f, b);
	ask(f, b, "");
	ask(f, b, "not json");
	expect_error(f, b);
	ask(f, b, "{\"request\":\"stats\"}\r"); /* the connection lives on */
	expect_done(f, b);
	close(a);
	close(b);
	while (f->rig->gateway.control->n_clients)
		turn(f);
}

static void test_pieces_and_pipeline(void **state)
{
	static const char text[] = "{\"request\":\"status\"}\n"
				   "{\"request\":\"clock\"}\n{\"request\":"
				   "\"stats\"}\n{\"request\":\"help\"}\n";
	struct fixture *f = *state;
	int fd = dial(f);

	for (size_t i = 0; i < sizeof(text) - 1; i++)
		say(f, fd, text + i, 1);
	for (unsigned i = 0; i < 4; i++)
		expect_done(f, fd);
	for (unsigned i = 0; i < 50; i++)
		say(f, fd, text, sizeof(text) - 1);
	for (unsigned i = 0; i < 200; i++)
		expect_done(f, fd);
	close(fd);
}

/* A program that closes its side after the request gets the answer. */
static void test_half_closed(void **state)
{
	static const char text[] = "{\"request\":\"status\"}";
	struct fixture *f = *state;
	int fd = dial(f);

	say(f, fd, text, sizeof(text) - 1);
	shutdown(fd, SHUT_WR);
	expect_done(f, fd);
	assert_null(hear(f, fd));
	close(fd);
}

/* One who waits and hangs up is forgotten. */
static void test_hang_up(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);

	ask(f, fd, "{\"request\":\"wait\",\"event\":\"session-created\"}");
	turn(f);
	close(fd);
	while (f->rig->gateway.control->n_clients)
		turn(f);
}

/** long_request() - a request padded to @len bytes with spaces */
static char *long_request(size_t len)
{
	static const char text[] = "{\"request\":\"clock\"}";
	char *line = malloc(len);

	assert_non_null(line);
	memset(line, ' ', len);
	memcpy(line, text, sizeof(text) - 1);
	return line;
}

static void test_long_line(void **state)
{
	struct fixture *f = *state;
	char *line = long_request(4 * REQUEST_LINE_MAX);
	int fd = dial(f);

	say(f, fd, line, REQUEST_LINE_MAX);
	say(f, fd, "\n", 1);
	expect_done(f, fd);
	say(f, fd, line, REQUEST_LINE_MAX + 1);
	say(f, fd, "\n", 1);
	expect_error(f, fd);
	say(f, fd, line, 4 * REQUEST_LINE_MAX);
	say(f, fd, "\n", 1);
	ask(f, fd, "{\"request\":\"status\"}");
	expect_error(f, fd); /* once for the line, however long */
	expect_done(f, fd);
	free(line);
	close(fd);
}

/** settle() - give the control the engine's events, as gateway_settle() does */
static void settle(struct fixture *f)
{
	struct nat_event event;

	while (nat_event_get(f->rig->gateway.nat, &event)) {
		const struct ring_entry entry = ring_entry_nat(&event);

		gateway_event(&f->rig->gateway, &entry);
	}
}

static void test_wait_and_follow(void **state)
{
	struct fixture *f = *state;
	int waiting = dial(f), following = dial(f);
	json_t *object;

	ask(f, waiting, "{\"request\":\"wait\",\"event\":\"session-created\"}");
	ask(f, following, "{\"request\":\"events\",\"follow\":true}");
	for (unsigned i = 0; i < 10; i++)
		turn(f);
	assert_int_equal(rig_send(f->rig, 1, 5000, 53), NAT_TRANSLATED);
	settle(f);
	object = hear(f, waiting);
	assert_string_equal(json_string_value(json_object_get(object, "event")),
			    "session-created");
	json_decref(object);
	expect_done(f, waiting);
	json_decref(hear(f, following));
	json_decref(hear(f, following));
	/* another client's request makes an event, too */
	ask(f, waiting, "{\"request\":\"clock-reset\"}");
	expect_done(f, waiting);
	object = hear(f, following);
	assert_string_equal(json_string_value(json_object_get(object, "event")),
			    "clock-changed");
	json_decref(object);
	close(waiting);
	close(following);
}

static void test_wait_timeout(void **state)
{
	struct fixture *f = *state;
	int fd = dial(f);
	json_t *last;

	ask(f, fd,
	    "{\"request\":\"wait\",\"event\":\"session-created\","
	    "\"timeout\":\"20ms\"}");
	last = hear_last(f, fd);
	assert_true(json_is_false(json_object_get(last, "met")));
	json_decref(last);
	close(fd);
}

/** fill() - so many sessions that their dump fits no socket buffer */
static void fill(struct fixture *f)
{
	for (unsigned i = 0; i < 2000; i++) {
		assert_int_equal(
			rig_send(f->rig, 1 + i % 50, (uint16_t)(5000 + i), 53),
			NAT_TRANSLATED);
		settle(f);
	}
}

/** biggest() - bytes that the daemon holds for the client that has most */
static size_t biggest(struct fixture *f)
{
	struct control_client *client;
	size_t most = 0;

	TAILQ_FOREACH(client, &f->rig->gateway.control->clients, all)
	{
		size_t len = evbuffer_get_length(
			bufferevent_get_output(client->buffer));

		if (len > most)
			most = len;
	}
	return most;
}

/* What a client does not read takes a bounded amount of memory. */
static void test_bounded_output(void **state)
{
	struct fixture *f = *state;
	int slow = dial(f), quick = dial(f);

	fill(f);
	for (unsigned i = 0; i < 20; i++)
		ask(f, slow, "{\"request\":\"sessions\"}");
	ask(f, slow, "{\"request\":\"status\"}");
	for (unsigned i = 0; i < 5000; i++)
		turn(f);
	assert_in_range(biggest(f), OUTPUT_HIGH / 2,
			OUTPUT_HIGH + REQUEST_PAGE * 512);
	/* and holds nobody else up */
	ask(f, quick, "{\"request\":\"sessions\"}");
	expect_done(f, quick);
	/* once it reads, it gets everything */
	for (unsigned i = 0; i < 20; i++) {
		json_t *last = hear_last(f, slow);

		assert_int_equal(
			json_integer_value(json_object_get(last, "rows")),
			2000);
		json_decref(last);
	}
	expect_done(f, slow);
	close(slow);
	close(quick);
}

/** ask_much() - in one go, more than a socket holds the answers of */
static void ask_much(int fd)
{
	static const char line[] = "{\"request\":\"sessions\"}\n";
	char text[20 * sizeof(line)] = "";
	size_t len = 0;

	for (unsigned i = 0; i < 20; i++, len += sizeof(line) - 1)
		memcpy(text + len, line, sizeof(line));
	assert_int_equal(write(fd, text, len), len);
}

/* Whoever reads nothing at all is cut off, and told if it ever reads again. */
static void test_cut_off(void **state)
{
	static const struct timeval soon = {0, 100000}, late = {3600, 0};
	struct fixture *f = *state;
	struct control *control = f->rig->gateway.control;
	struct control_client *client;
	int fd;

	control->stall = soon;
	fd = dial(f);
	fill(f);
	ask_much(fd);
	client = TAILQ_FIRST(&control->clients);
	while (!client->stalled)
		event_base_loop(control->gateway->loop, EVLOOP_ONCE);
	/* this test may be a slow reader, too */
	bufferevent_set_timeouts(client->buffer, NULL, &late);
	expect_error(f, fd);
	assert_null(hear(f, fd));
	close(fd);
	assert_int_equal(control->n_clients, 0);

	/* and closed, if it does not */
	fd = dial(f);
	ask_much(fd);
	while (control->n_clients)
		event_base_loop(control->gateway->loop, EVLOOP_ONCE);
	close(fd);
}

static void test_too_many(void **state)
{
	struct fixture *f = *state;
	int fds[CLIENTS_MAX], one_more;

	for (size_t i = 0; i < CLIENTS_MAX; i++)
		fds[i] = dial(f);
	assert_int_equal(f->rig->gateway.control->n_clients, CLIENTS_MAX);
	one_more = dial(f);
	expect_error(f, one_more);
	assert_null(hear(f, one_more));
	close(one_more);
	ask(f, fds[7], "{\"request\":\"status\"}");
	expect_done(f, fds[7]);
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		close(fds[i]);
}

static void test_socket_file(void **state)
{
	struct fixture *f = *state;
	struct control *second = NULL;
	struct stat st;
	int fd;

	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	/* another one here is refused, and the first goes on */
	assert_int_equal(control_open(&f->rig->gateway, &second), -EADDRINUSE);
	assert_null(second);
	fd = dial(f);
	ask(f, fd, "{\"request\":\"clock\"}");
	expect_done(f, fd);
	close(fd);
}

/** leave() - what a dead lapsed leaves behind: a socket nobody listens on */
static void leave(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)&address, sizeof(address)),
		0);
	close(fd);
}

static void test_leftover(void **state)
{
	struct fixture *f = *state;
	struct control **control = &f->rig->gateway.control;
	int fd;

	control_close(*control);
	*control = NULL;
	leave(f->path);
	assert_int_equal(control_open(&f->rig->gateway, control), 0);

	/* what is no socket is not ours to remove */
	control_close(*control);
	*control = NULL;
	fd = open(f->path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(control_open(&f->rig->gateway, control), -EADDRINUSE);
	assert_int_equal(access(f->path, F_OK), 0);
	assert_int_equal(unlink(f->path), 0);
}

/** test_rest() - where pages have to pause, an answer comes after that */
static void test_rest(void **state)
{
	struct fixture *f = *state;
	uint64_t rest = gateway_real_ns() + 50000000;
	int fd = dial(f);
	json_t *row;

	f->rig->gateway.control->rest_ns = rest;
	ask(f, fd, "{\"request\":\"status\"}");
	row = hear(f, fd);
	assert_true(gateway_real_ns() >= rest);
	assert_non_null(json_object_get(row, "sessions"));
	json_decref(row);
	close(fd);
	turn(f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_connection),	 TEST(test_pieces_and_pipeline),
		TEST(test_half_closed),	 TEST(test_hang_up),
		TEST(test_long_line),	 TEST(test_wait_and_follow),
		TEST(test_wait_timeout), TEST(test_bounded_output),
		TEST(test_cut_off),	 TEST(test_too_many),
		TEST(test_socket_file),	 TEST(test_leftover),
		TEST(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
