// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_duration - durations as text, both ways
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "base/duration.h"

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		uint64_t ms;
	} good[] = {
		{"0s", 0},
		{"1ms", 1},
		{"300s", 300000},
		{"5m", 300000},
		{"1h30m", 5400000},
		{"4m30s", 270000},
		{"2d", 172800000},
		{"1d1h1m1s1ms", 90061001},
		{"90m", 5400000},
		{"1.5s", 1500},
		{"0.25h", 900000},
		{"0.001s", 1},
		{"1h0.5m", 3630000},
		{"0.125d", 10800000},
		{"18446744073709551614ms", UINT64_MAX - 1},
		{"never", DURATION_NEVER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		uint64_t ms = 42;

		assert_true(duration_parse(good[i].text, &ms));
		assert_int_equal(ms, good[i].ms);
	}
}

/* What is wrong, for who says so. */
static void test_read(void **state)
{
	static const struct {
		const char *text;
		enum duration_read is;
	} texts[] = {
		{"5m", DURATION_GOOD},
		{"never", DURATION_GOOD},
		{"", DURATION_NONE},
		{"soon", DURATION_NONE},
		{"1.2.3s", DURATION_NONE},
		{"5m30", DURATION_NONE},
		{"5m1h", DURATION_NONE},
		{"300", DURATION_UNITLESS},
		{"010s", DURATION_ZEROS},
		{"1h05m", DURATION_ZEROS},
		{"0.5ms", DURATION_BROKEN},
		{"1.s", DURATION_BROKEN},
		{"18446744073709551616s", DURATION_LONG},
		{"213503982335d", DURATION_LONG},
		{"18446744073709551615ms", DURATION_LONG},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		uint64_t ms = 42;

		assert_int_equal(duration_read(texts[i].text, &ms),
				 texts[i].is);
		if (texts[i].is != DURATION_GOOD)
			assert_int_equal(ms, 42);
	}
}

static void test_parse_bad(void **state)
{
	static const char *const bad[] = {
		"",
		"0",
		"300",
		"s",
		"-5s",
		"5 s",
		"5s ",
		" 5s",
		"5S",
		"5min",
		"5s5m",
		"5s5s",
		"007s",
		"1.s",
		".5s",
		"1.5ms",
		"0.0001s",
		"1.0000000000s",
		"5m30",
		"5mss",
		"Never",
		"nevers",
		"5w",
		"+5s",
		"5s\n",
		"\xff",
		"18446744073709551615ms",
		"18446744073709551616ms",
		"213503982335d",
		"18446744073709551s999ms",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		uint64_t ms = 42;

		assert_false(duration_parse(bad[i], &ms));
		assert_int_equal(ms, 42);
	}
}

static void test_show(void **state)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} table[] = {
		{0, "0.0s"},
		{999, "0.9s"},
		{7399, "7.3s"},
		{9999, "9.9s"},
		{10000, "10s"},
		{59999, "59s"},
		{60000, "1m 0s"},
		{252999, "4m 12s"},
		{3600000, "1h 0m"},
		{7440000, "2h 4m"},
		{90000000, "1d 1h"},
		{DURATION_NEVER, "never"},
		{DURATION_NEVER - 1, "213503982334d 14h"},
	};
	char text[DURATION_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_string_equal(duration_show(table[i].ms, text),
				    table[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_parse_bad),
		cmocka_unit_test(test_show),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
