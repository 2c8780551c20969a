// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_control_client - the control socket itself: its file, lines, turns
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sys/stat.h>
#include "tests/unit/control_dial.h"

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
	const struct CMUnitTest tests[] = {
		DIAL_TEST(test_connection),
		DIAL_TEST(test_pieces_and_pipeline),
		DIAL_TEST(test_half_closed),
		DIAL_TEST(test_hang_up),
		DIAL_TEST(test_wait_and_follow),
		DIAL_TEST(test_wait_timeout),
		DIAL_TEST(test_socket_file),
		DIAL_TEST(test_leftover),
		DIAL_TEST(test_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
