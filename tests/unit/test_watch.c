// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_watch - the frames of lapse watch: rows in, text out
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "cli/table.c"	     // NOLINT(bugprone-suspicious-include)
#include "cli/watch_frame.c" // NOLINT(bugprone-suspicious-include)

#define STATUS                                                             \
	"{\"lapsed\":\"1.0\",\"profile\":\"cn-mobile\",\"uptime\":3723.5," \
	"\"sessions\":2,\"sessions-max\":65536,\"events\":9,\"clock\":"    \
	"{\"time\":3600.25,\"offset\":0,\"scale\":10,\"frozen\":false}}"
#define SESSION                                                       \
	"{\"protocol\":\"tcp\",\"internal\":\"192.168.77.20:50123\"," \
	"\"remote\":\"203.0.113.7:443\",\"state\":\"established\","   \
	"\"idle\":225.0,\"expires-in\":75.0}"
#define CLIENT                                                                \
	"{\"address\":\"192.168.77.20\",\"hostname\":\"%s\",\"client\":null," \
	"\"profile\":\"cn-mobile\",\"sessions\":2,\"bytes-out\":%d,"          \
	"\"bytes-in\":10,\"drops-out\":3,\"drops-in\":4}"
#define EVENT                                                        \
	"{\"number\":9,\"time\":12.5,\"event\":\"session-created\"," \
	"\"reason\":\"outbound\",\"protocol\":\"udp\","              \
	"\"internal\":\"192.168.77.20:5000\"}"
#define FAULT                                                                \
	"{\"id\":1,\"fault\":\"blackhole\",\"client\":\"192.168.77.20/32\"," \
	"\"ends-in\":30.0}"

/** load() - JSON */
static json_t *load(const char *text)
{
	json_t *object = json_loads(text, 0, NULL);

	if (!object)
		fail_msg("no JSON: %s", text);
	return object;
}

/** many() - an array of @n times the same */
static json_t *many(const char *text, unsigned n)
{
	json_t *rows = json_array();

	while (n--)
		json_array_append_new(rows, load(text));
	return rows;
}

/** answer() - what lapsed said, @outbound bytes after @ms */
static struct watch_answer answer(const char *name, unsigned n, int outbound,
				  uint64_t ms)
{
	char client[512], stats[128];

	snprintf(client, sizeof(client), CLIENT, name, outbound);
	snprintf(stats, sizeof(stats),
		 "{\"outbound-translated\":%d,\"outbound-bytes\":%d}",
		 outbound / 100, outbound);
	return (struct watch_answer){
		.at_ns = ms * 1000000,
		.status = load(STATUS),
		.stats = load(stats),
		.faults = many(FAULT, n > 0),
		.clients = many(client, n > 100 ? 100 : n),
		.sessions = many(SESSION, n),
		.events = many(EVENT, n > 100 ? 100 : n),
	};
}

/** render() - the frame's text, to be freed */
static char *render(struct watch_frame frame)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	watch_render(out, &frame);
	fclose(out);
	return text;
}

/** test_rows() - each thing has its line */
static void test_rows(void **state)
{
	struct watch_answer before = answer("phone", 1, 1000, 1000);
	struct watch_answer now = answer("phone", 1, 51000, 3000);
	struct watch_frame frame = {
		.now = &now, .before = &before, .width = 120};
	char *text = render(frame);

	(void)state;
	assert_non_null(strstr(text, "lapse 1.0   profile cn-mobile   up 1h "
				     "2m   sessions 2 of 65536\n"));
	assert_non_null(strstr(text, "clock 3600.2s x10   out 250 packets/s "
				     "25.0kB/s   in 0 packets/s 0B/s\n"));
	assert_non_null(strstr(text, "FAULTS blackhole of 192.168.77.20/32, "
				     "ends in 30s\n"));
	/* traffic a second, and the drops of both ways */
	assert_non_null(strstr(text, "192.168.77.20   phone            "
				     "cn-mobile                   2     25.0k"
				     "         0        7\n"));
	/* a quarter of the timer is left */
	assert_non_null(
		strstr(text, "tcp  192.168.77.20:50123   203.0.113.7:443       "
			     "established       1m 15s "
			     "[##########............................]\n"));
	assert_non_null(strstr(text, "12.5  session-created     outbound       "
				     "udp 192.168.77.20:5000\n"));
	assert_null(strchr(text, '\033'));
	free(text);
	watch_answer_clean(&before);
	watch_answer_clean(&now);
}

/** test_no_rate() - without an earlier answer, or when counters began anew */
static void test_no_rate(void **state)
{
	struct watch_answer before = answer("phone", 1, 51000, 1000);
	struct watch_answer now = answer("phone", 1, 1000, 3000);
	struct watch_frame frame = {.now = &now, .width = 120};
	char *text = render(frame);

	(void)state;
	assert_non_null(strstr(text, "out - packets/s -B/s"));
	free(text);
	frame.before = &before;
	text = render(frame);
	assert_non_null(strstr(text, "out - packets/s -B/s"));
	free(text);
	watch_answer_clean(&before);
	watch_answer_clean(&now);
}

/** test_size() - no line is too long, and there are not too many */
static void test_size(void **state)
{
	struct watch_answer now = answer("a-very-long-name-indeed", 300, 5, 1);

	(void)state;
	for (unsigned height = 1; height < 120; height += 7)
		for (unsigned width = 1; width < 200; width += 13) {
			struct watch_frame frame = {
				.now = &now,
				.keys = true,
				.colour = false,
				.width = width,
				.height = height,
			};
			char *text = render(frame);
			unsigned lines = 0;

			for (char *l = text; *l; lines++) {
				size_t len = strcspn(l, "\n");

				assert_true(len <= width);
				assert_int_equal(l[len], '\n');
				l += len + 1;
			}
			assert_true(lines <= height);
			/* the keys keep their place */
			if (height > 1 && width > 10)
				assert_non_null(strstr(text, "\nq quit"));
			free(text);
		}
	watch_answer_clean(&now);
}

/** test_fills() - a screen of 24 lines is used, and shows sessions */
static void test_fills(void **state)
{
	struct watch_answer now = answer("phone", 300, 5, 1);
	struct watch_frame frame = {
		.now = &now, .keys = true, .width = 80, .height = 24};
	char *text = render(frame);
	unsigned lines = 0, shown = 0;

	(void)state;
	for (char *l = text; *l; l = strchr(l, '\n') + 1, lines++)
		shown += strncmp(l, "tcp ", 4) == 0;
	assert_int_equal(lines, 24);
	assert_int_equal(shown, 6);
	assert_true(watch_sessions(24) >= shown);
	free(text);
	watch_answer_clean(&now);
}

/** test_hostile() - a device's name steers no terminal */
static void test_hostile(void **state)
{
	struct watch_answer now =
		answer("\\u001b[2J\\u009b2J\\u0007\\n\\r\\u202e", 1, 5, 1);
	struct watch_frame frame = {.now = &now, .width = 120, .colour = true};
	char *text = render(frame);
	const char *c;

	(void)state;
	for (c = text; *c; c++) {
		if (*c == '\033') { /* only our own: ESC [ digits m */
			c += strspn(c + 1, "[0123456789") + 1;
			assert_int_equal(*c, 'm');
			continue;
		}
		assert_true(*c == '\n' || (*c >= 0x20 && *c < 0x7f));
	}
	assert_non_null(strstr(text, "?[2J"));
	free(text);
	watch_answer_clean(&now);
}

/** test_colour() - what is about to lapse is red; nothing depends on it */
static void test_colour(void **state)
{
	struct watch_answer now = answer("phone", 1, 5, 1);
	struct watch_frame frame = {.now = &now, .width = 120, .colour = true};
	char *text = render(frame);

	(void)state;
	assert_non_null(strstr(text, YELLOW "[##########."));
	assert_non_null(strstr(text, RED "FAULTS"));
	free(text);
	watch_answer_clean(&now);
}

/** test_gone() - the last picture stays, and why it does */
static void test_gone(void **state)
{
	struct watch_answer none = {0};
	struct watch_answer now = answer("phone", 1, 5, 1);
	struct watch_frame frame = {
		.now = &now,
		.gone = "lapsed is gone, waiting",
		.keys = true,
		.width = 80,
		.height = 24,
	};
	char *text = render(frame);

	(void)state;
	assert_non_null(strstr(text, "\nlapsed is gone, waiting\n"));
	assert_non_null(strstr(text, "192.168.77.20:50123"));
	free(text);
	frame.now = &none;
	text = render(frame);
	assert_string_equal(text, "lapsed is gone, waiting\n");
	free(text);
	watch_answer_clean(&now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),	cmocka_unit_test(test_no_rate),
		cmocka_unit_test(test_size),	cmocka_unit_test(test_fills),
		cmocka_unit_test(test_hostile), cmocka_unit_test(test_colour),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
