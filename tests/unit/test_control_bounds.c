// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_control_bounds - clients of the control socket that ask for too much,
 * read too slowly, or are too many
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "tests/unit/control_dial.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		DIAL_TEST(test_long_line),
		DIAL_TEST(test_bounded_output),
		DIAL_TEST(test_cut_off),
		DIAL_TEST(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
