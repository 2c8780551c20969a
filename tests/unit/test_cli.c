// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_cli - the command's parts: options, filters, tables, and a whole answer
 *
 * The command is no library, so its files are taken in as they are.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "cli/args.c"	    // NOLINT(bugprone-suspicious-include)
#include "cli/connection.c" // NOLINT(bugprone-suspicious-include)
#include "cli/table.c"	    // NOLINT(bugprone-suspicious-include)

static char message[512];

/** cli_error() - the one of cli/main.c writes to stderr; this one is read */
int cli_error(int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return code;
}

static void test_options(void **state)
{
	const char *timeout = NULL, *reason = NULL;
	bool follow = false;
	const struct args_option options[] = {{"--timeout", &timeout, NULL},
					      {"--reason", &reason, NULL},
					      {"--follow", NULL, &follow},
					      {0}};
	char words[][16] = {"wait",   "event",	  "--timeout", "5s",
			    "--json", "--follow", "--reason=", "a=b",
			    "--",     "--follow"};
	char *argv[10];
	int argc = 10;
	struct cli cli = {0};

	(void)state;
	for (int i = 0; i < argc; i++)
		argv[i] = words[i];
	assert_int_equal(args_parse(&cli, &argc, argv, options), CLI_OK);
	assert_int_equal(argc, 4);
	assert_string_equal(argv[1], "event");
	assert_string_equal(argv[2], "a=b");
	assert_string_equal(argv[3], "--follow");
	assert_string_equal(timeout, "5s");
	assert_string_equal(reason, "");
	assert_true(follow);
	assert_true(cli.json);
}

static void test_bad_options(void **state)
{
	static const char *const bad[] = {"--nothing", "-x", "--timeout",
					  "--follow=1"};
	const char *timeout = NULL;
	bool follow = false;
	const struct args_option options[] = {{"--timeout", &timeout, NULL},
					      {"--follow", NULL, &follow},
					      {0}};
	struct cli cli = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char name[] = "wait", word[16];
		char *argv[] = {name, word};
		int argc = 2;

		snprintf(word, sizeof(word), "%s", bad[i]);
		message[0] = '\0';
		assert_int_equal(args_parse(&cli, &argc, argv, options),
				 CLI_USAGE);
		assert_true(message[0] != '\0');
	}
}

/* Options end where the command begins: what follows is the command's. */
static void test_leading(void **state)
{
	const char *profile = NULL;
	bool dhcp = false;
	const struct args_option options[] = {
		{"--profile", &profile, NULL}, {"--dhcp", NULL, &dhcp}, {0}};
	struct args_list set = {.name = "--set"};
	char words[][16] = {"exec",    "--set",	 "a=b=c", "--profile=p",
			    "--set=d", "--json", "ls",	  "--dhcp",
			    "--",      "--set"};
	char *argv[10];
	int argc = 10;
	struct cli cli = {0};

	(void)state;
	for (int i = 0; i < argc; i++)
		argv[i] = words[i];
	assert_int_equal(args_leading(&cli, &argc, argv, options, &set, 1),
			 CLI_OK);
	assert_string_equal(profile, "p");
	assert_true(cli.json);
	assert_false(dhcp);
	assert_int_equal(set.n, 2);
	assert_string_equal(set.item[0], "a=b=c");
	assert_string_equal(set.item[1], "d");
	assert_int_equal(argc, 5);
	assert_string_equal(argv[1], "ls");
	assert_string_equal(argv[2], "--dhcp");
	assert_string_equal(argv[3], "--");
	assert_string_equal(argv[4], "--set");
}

static void test_bad_leading(void **state)
{
	const struct args_option options[] = {{0}};
	char exec[] = "exec", option[] = "--set", item[] = "a=b";
	struct args_list set = {.name = "--set"};
	char *argv[2 * ARGS_LIST + 3] = {exec, option};
	struct cli cli = {0};
	int argc = 2;

	(void)state;
	assert_int_equal(args_leading(&cli, &argc, argv, options, &set, 1),
			 CLI_USAGE);
	for (int i = 0; i <= ARGS_LIST; i++) {
		argv[1 + 2 * i] = option;
		argv[2 + 2 * i] = item;
	}
	argc = 2 * ARGS_LIST + 3;
	assert_int_equal(args_leading(&cli, &argc, argv, options, &set, 1),
			 CLI_USAGE);
	assert_non_null(strstr(message, "--set"));
	argc = 2 * ARGS_LIST + 1;
	set.n = 0;
	assert_int_equal(args_leading(&cli, &argc, argv, options, &set, 1),
			 CLI_OK);
	assert_int_equal(set.n, ARGS_LIST);
}

static void test_filter(void **state)
{
	static const char *const bad[] = {
		"client",
		"client=",
		"=1",
		"",
		"a-key-that-is-much-too-long-for-a-filter=1",
		"remote=\xff",
	};
	json_t *filter = json_object();

	(void)state;
	assert_int_equal(args_filter(filter, "client=10.0.0.1"), CLI_OK);
	assert_int_equal(args_filter(filter, "remote=1.2.3.4:80"), CLI_OK);
	assert_int_equal(args_filter(filter, "client=10.0.0.2"), CLI_USAGE);
	assert_string_equal(
		json_string_value(json_object_get(filter, "client")),
		"10.0.0.1");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(args_filter(filter, bad[i]), CLI_USAGE);
	assert_int_equal(json_object_size(filter), 2);
	json_decref(filter);
}

static void test_values(void **state)
{
	json_t *row = json_loads(
		"{\"none\":null,\"zero\":0.0,\"idle\":0.3,\"long\":252.999,"
		"\"b\":999,\"k\":1000,\"m\":12345678,\"big\":999950,"
		"\"yes\":true,\"text\":\"a\\u001b[31m\"}",
		0, NULL);
	char text[VALUE_TEXT];

	(void)state;
	assert_non_null(row);
	assert_string_equal(value_duration(row, "none", "never", text),
			    "never");
	assert_string_equal(value_duration(row, "absent", "never", text), "-");
	assert_string_equal(value_duration(row, "zero", "", text), "0.0s");
	assert_string_equal(value_duration(row, "idle", "", text), "0.3s");
	assert_string_equal(value_duration(row, "long", "", text), "4m 12s");
	assert_string_equal(value_bytes(row, "b", text), "999");
	assert_string_equal(value_bytes(row, "k", text), "1.0K");
	assert_string_equal(value_bytes(row, "m", text), "12.3M");
	assert_string_equal(value_bytes(row, "big", text), "1.0M");
	assert_string_equal(value_text(row, "yes", text), "yes");
	assert_string_equal(value_text(row, "absent", text), "-");
	/* nothing from outside steers the terminal */
	assert_string_equal(value_text(row, "text", text), "a?[31m");
	json_decref(row);
}

/** table_of() - a table of @n rows; Return: its text, to be freed */
static char *table_of(unsigned n)
{
	static const struct table_column columns[] = {
		{"NAME", false}, {"NUMBER", true}, {"LAST", false}};
	struct table table;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	table_begin(&table, out, columns, 3);
	for (unsigned i = 0; i < n; i++) {
		const char *const cells[] = {i ? "b" : "a-name", "7", "x"};

		table_row(&table, cells);
	}
	table_end(&table);
	fclose(out);
	return text;
}

static void test_table(void **state)
{
	char *text = table_of(0);
	size_t lines = 0;

	(void)state;
	assert_string_equal(text, "NAME  NUMBER  LAST\n");
	free(text);
	text = table_of(2);
	assert_string_equal(text, "NAME    NUMBER  LAST\n"
				  "a-name       7  x\n"
				  "b            7  x\n");
	free(text);
	/* more than is held to find the widths */
	text = table_of(3 * TABLE_AHEAD);
	for (const char *p = text; *p; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 3 * TABLE_AHEAD + 1);
	free(text);
}

/** count_row() - a row_fn */
static void count_row(json_t *row, void *arg)
{
	assert_true(json_is_object(row));
	++*(unsigned *)arg;
}

/**
 * ask_lines() - an answer as lapsed might give it
 * @lines:	what it says
 * @rows:	counted
 *
 * Return: what ask() would.
 */
static int ask_lines(const char *lines, unsigned *rows)
{
	char copy[512];
	FILE *stream;
	struct cli cli = {0};
	json_t *last = NULL;
	int code;

	snprintf(copy, sizeof(copy), "%s", lines);
	stream = fmemopen(copy, strlen(copy), "r");
	assert_non_null(stream);
	*rows = 0;
	message[0] = '\0';
	code = read_answer(&cli, stream, count_row, rows, &last);
	if (!code && json_object_get(last, "error"))
		code = report(last);
	json_decref(last);
	fclose(stream);
	return code;
}

static void test_answers(void **state)
{
	unsigned rows;

	(void)state;
	assert_int_equal(ask_lines("{\"a\":1}\n{\"a\":2}\n"
				   "{\"done\":true,\"rows\":2}\n{\"a\":3}\n",
				   &rows),
			 CLI_OK);
	assert_int_equal(rows, 2);
	assert_int_equal(ask_lines("{\"error\":\"e\",\"kind\":\"usage\","
				   "\"field\":\"f\"}\n",
				   &rows),
			 CLI_USAGE);
	assert_string_equal(message, "f: e");
	assert_int_equal(ask_lines("{\"a\":1}\n{\"error\":\"e\","
				   "\"kind\":\"settings\",\"field\":null}\n",
				   &rows),
			 CLI_SETTINGS);
	assert_string_equal(message, "e");
	assert_int_equal(
		ask_lines("{\"error\":\"e\",\"kind\":\"failed\"}\n", &rows),
		CLI_FAILED);
	/* lapsed ends in the middle */
	assert_int_equal(ask_lines("{\"a\":1}\n", &rows), CLI_FAILED);
	assert_int_equal(ask_lines("{\"a\":1}\n{\"done", &rows), CLI_FAILED);
	assert_int_equal(ask_lines("nonsense\n", &rows), CLI_FAILED);
}

static void test_nobody_there(void **state)
{
	struct cli cli = {.socket = "/nonexistent/lapse.sock"};
	char longer[200];

	(void)state;
	assert_int_equal(ask(&cli, json_object(), NULL, NULL, NULL),
			 CLI_FAILED);
	assert_non_null(strstr(message, "/nonexistent/lapse.sock"));
	assert_non_null(strstr(message, "running"));
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	cli.socket = longer;
	assert_int_equal(ask(&cli, json_object(), NULL, NULL, NULL),
			 CLI_FAILED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_leading),
		cmocka_unit_test(test_bad_leading),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_nobody_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
