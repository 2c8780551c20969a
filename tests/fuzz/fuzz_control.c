// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_control - control requests: whatever the lines, whole answers
 *
 * The input is what a client sends. Each line must be answered by JSON objects
 * with exactly one last line, and the engine must stay sound.
 */
#include <stdio.h>
#include "tests/unit/control_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** demand() - what must hold, or the fuzzer has found something */
static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "violated: %s\n", what);
	abort();
}

/** check_answer() - every line an object; Return: how many last lines */
static unsigned check_answer(struct evbuffer *out)
{
	unsigned last = 0;
	size_t len;
	char *line;

	while ((line = evbuffer_readln(out, &len, EVBUFFER_EOL_LF)) != NULL) {
		json_t *object = json_loadb(line, len, 0, NULL);

		demand(json_is_object(object), "a line is an object");
		if (json_object_get(object, "done") ||
		    json_object_get(object, "error"))
			last++;
		json_decref(object);
		free(line);
	}
	demand(evbuffer_get_length(out) == 0, "lines are whole");
	return last;
}

/** run_line() - answer one line, to the end unless it waits */
static void run_line(struct rig *rig, const char *line, size_t len)
{
	enum request_result result = request_line(&rig->request, line, len);
	unsigned last;

	for (unsigned i = 0; result == REQUEST_MORE; i++) {
		demand(i < 1000, "an answer ends");
		result = request_continue(&rig->request);
	}
	last = check_answer(rig->request.out);
	demand(last == (result == REQUEST_DONE), "one last line");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = (const char *)data;
	struct rig *rig = rig_new(128);

	for (unsigned i = 0; i < 100; i++)
		rig_send(rig, i % 30, (uint16_t)(5000 + i), 53);
	rig_drain(rig);
	while (size) {
		const char *newline = memchr(rest, '\n', size);
		size_t len = newline ? (size_t)(newline - rest) : size;

		run_line(rig, rest, len);
		rig_drain(rig);
		rest += len + (newline ? 1 : 0);
		size -= len + (newline ? 1 : 0);
	}
	demand(nat_check(rig->gateway.nat), "the engine is sound");
	rig_free(rig);
	return 0;
}
