// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_log - levels, the sink, cutting, and assertions
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/log.h"
#include "tests/unit/unit.h"

static char last[2048];
static enum log_level last_level;
static int lines;

/** keep() - a sink that remembers the last line */
static void keep(enum log_level level, const char *line)
{
	size_t size = strlen(line) + 1;

	assert_true(size <= sizeof(last));
	memcpy(last, line, size);
	last_level = level;
	lines++;
}

/** complain() - a sink for a child: exits 9 if an assertion tells its place */
static void complain(enum log_level level, const char *line)
{
	if (level == LOG_ERROR && strstr(line, "test_log.c:") &&
	    strstr(line, "1 > 2"))
		_exit(9);
}

/** setup() - before each test: the sink, and the level of a fresh start */
static int setup(void **state)
{
	(void)state;
	log_sink(keep);
	log_level_set(LOG_INFO);
	lines = 0;
	return 0;
}

/** test_levels() - less severe than chosen is not passed on */
static void test_levels(void **state)
{
	(void)state;
	log_error("e %d", 1);
	assert_int_equal(lines, 1);
	assert_int_equal(last_level, LOG_ERROR);
	assert_string_equal(last, "e 1");
	log_warning("w");
	log_info("i %s", "x");
	assert_int_equal(lines, 3);
	assert_int_equal(last_level, LOG_INFO);
	log_debug("d");
	assert_int_equal(lines, 3);
	log_level_set(LOG_DEBUG);
	assert_int_equal(log_level_get(), LOG_DEBUG);
	log_debug("d");
	assert_int_equal(lines, 4);
	log_level_set(LOG_ERROR);
	log_warning("w");
	assert_int_equal(lines, 4);
	log_sink(NULL);
	log_error("nowhere");
	assert_int_equal(lines, 4);
}

/** test_cut() - a long message ends at 1023 bytes */
static void test_cut(void **state)
{
	static char text[3000];

	(void)state;
	memset(text, 'a', sizeof(text) - 1);
	log_info("%s", text);
	assert_int_equal(strlen(last), 1023);
}

/** test_control() - control characters off the wire cannot forge a line */
static void test_control(void **state)
{
	(void)state;
	log_info("%s", "a\nb\033[2J\177\tc\303\244");
	assert_string_equal(last, "a?b?[2J??c\303\244");
}

/** fail_assertion() - for test_assert() */
static void fail_assertion(void *arg)
{
	log_sink(arg ? complain : NULL);
	base_assert(1 > 2);
}

/** pass_assertion() - for test_assert() */
static void pass_assertion(void *arg)
{
	(void)arg;
	base_assert(2 > 1);
}

/** test_assert() - aborts with or without a sink, and says where */
static void test_assert(void **state)
{
	int with = 1;

	(void)state;
	assert_true(unit_aborts(fail_assertion, NULL));
	assert_false(unit_aborts(pass_assertion, NULL));
	/* that sink leaves before the abort when it likes the line */
	assert_false(unit_aborts(fail_assertion, &with));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_levels, setup),
		cmocka_unit_test_setup(test_cut, setup),
		cmocka_unit_test_setup(test_control, setup),
		cmocka_unit_test_setup(test_assert, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
