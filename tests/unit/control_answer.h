/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * control_answer - ask a rig's lapsed, and take its answer apart
 */
#ifndef TESTS_CONTROL_ANSWER_H
#define TESTS_CONTROL_ANSWER_H

#include <errno.h>
#include <stdarg.h>
#include "tests/unit/control_rig.h"

#define TEXT(object, name)   json_string_value(json_object_get(object, name))
#define NUMBER(object, name) json_number_value(json_object_get(object, name))

/** lines_of() - ask; Return: an array of objects, the last line included */
static inline json_t *lines_of(struct rig *rig, const char *line)
{
	enum request_result result =
		request_line(&rig->request, line, strlen(line));
	json_t *lines = json_array();
	size_t len;
	char *text;

	while (result == REQUEST_MORE)
		result = request_continue(&rig->request);
	assert_int_equal(result, REQUEST_DONE);
	while ((text = evbuffer_readln(rig->request.out, &len,
				       EVBUFFER_EOL_LF)) != NULL) {
		json_t *object = json_loadb(text, len, 0, NULL);

		if (!json_is_object(object))
			fail_msg("no JSON: %s", text);
		json_array_append_new(lines, object);
		free(text);
	}
	assert_int_equal(evbuffer_get_length(rig->request.out), 0);
	assert_true(json_array_size(lines) > 0);
	return lines;
}

/** last_of() - the last of an answer's lines */
static inline json_t *last_of(const json_t *lines)
{
	return json_array_get(lines, json_array_size(lines) - 1);
}

/** rows() - ask; Return: how many rows came before "done" */
static inline size_t rows(struct rig *rig, const char *line)
{
	json_t *lines = lines_of(rig, line);
	size_t n = json_array_size(lines) - 1;
	const json_t *last = last_of(lines);

	if (!json_is_true(json_object_get(last, "done")))
		fail_msg("%s: %s", line, TEXT(last, "error"));
	assert_int_equal(json_integer_value(json_object_get(last, "rows")), n);
	json_decref(lines);
	return n;
}

/** last_row() - ask; Return: the last row before "done", to be released */
static inline json_t *last_row(struct rig *rig, const char *line)
{
	json_t *lines = lines_of(rig, line);
	size_t n = json_array_size(lines);
	json_t *row;

	if (n < 2)
		fail_msg("%s: %s", line,
			 TEXT(json_array_get(lines, 0), "error"));
	row = json_incref(json_array_get(lines, n - 2));
	json_decref(lines);
	return row;
}

/** row_of() - ask, as printf() does; Return: the only row, to be released */
__attribute__((format(printf, 2, 3))) static inline json_t *
row_of(struct rig *rig, const char *format, ...)
{
	char line[1024];
	json_t *lines, *row;
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	lines = lines_of(rig, line);
	row = json_incref(json_array_get(lines, 0));
	if (json_array_size(lines) != 2)
		fail_msg("%s: %zu lines: %s", line, json_array_size(lines),
			 json_dumps(row, 0));
	json_decref(lines);
	return row;
}

/** number_of() - ask; Return: a number of the only row */
static inline double number_of(struct rig *rig, const char *line,
			       const char *name)
{
	json_t *object = row_of(rig, "%s", line);
	double value = NUMBER(object, name);

	assert_true(json_is_number(json_object_get(object, name)));
	json_decref(object);
	return value;
}

/** error_of() - the same for an answer that is an error and nothing else */
__attribute__((format(printf, 2, 3))) static inline json_t *
error_of(struct rig *rig, const char *format, ...)
{
	char line[1024];
	json_t *lines, *last;
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	lines = lines_of(rig, line);
	last = json_incref(json_array_get(lines, 0));
	if (json_array_size(lines) != 1 ||
	    !json_is_string(json_object_get(last, "error")))
		fail_msg("no error: %s", line);
	json_decref(lines);
	return last;
}

/** rig_populate() - @n sessions: clients 10.0.0.1 and up, ports 5000 and up */
static inline void rig_populate(struct rig *rig, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(
			rig_send(rig, 1 + i % 50, (uint16_t)(5000 + i), 53),
			NAT_TRANSLATED);
		rig_drain(rig);
	}
}

/** rig_setup() - a rig a test */
static inline int rig_setup(void **state)
{
	*state = rig_new(2048);
	return 0;
}

/** rig_teardown() - the engine's tables must be sound */
static inline int rig_teardown(void **state)
{
	struct rig *rig = *state;

	assert_true(nat_check(rig->gateway.nat));
	rig_free(rig);
	return 0;
}

/** RIG_TEST() - a test whose state is a rig */
#define RIG_TEST(name) \
	cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

#endif /* TESTS_CONTROL_ANSWER_H */
