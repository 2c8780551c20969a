// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_conf - settings: errors with a place, or something that prints itself
 *
 * The first line is an assignment KEY=VALUE, the rest a settings file. What is
 * accepted must be accepted again as it was printed, and print the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "tests/fuzz/fuzz.h"

/** demand_of() - demand(), and show the text that it is about */
static void demand_of(const char *text, bool holds, const char *what)
{
	if (!holds)
		fprintf(stderr, "%s\n", text);
	demand(holds, what);
}

/** take() - conf_entry_fn: a line for a value, without its origin */
static void take(const struct conf_entry *entry, void *arg)
{
	FILE *out = arg;

	fprintf(out, "%s = %s\n", entry->path, entry->value);
}

/** entries() - all effective settings, to be freed */
static char *entries(const struct conf *conf)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	conf_foreach(conf, take, out);
	fclose(out);
	return text;
}

/** read_again() - what was accepted, from its own print */
static void read_again(const struct conf *conf)
{
	char *print = NULL;
	char *errors = NULL;
	size_t len = 0;
	size_t errors_len = 0;
	FILE *out = open_memstream(&print, &len);
	FILE *err = open_memstream(&errors, &errors_len);
	struct conf *again;
	char *before;
	char *after;

	if (!out || !err)
		abort();
	conf_print(conf, out);
	fclose(out);
	again = conf_parse(print, len, "again", NULL, 0, err);
	fclose(err);
	demand_of(errors, again != NULL, "the print is accepted");
	before = entries(conf);
	after = entries(again);
	demand_of(print, !strcmp(before, after), "the print says the same");
	free(before);
	free(after);
	free(print);
	free(errors);
	conf_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
	size_t line = end ? (size_t)(end - data) : 0;
	struct conf_override set = {NULL, NULL};
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	char *assignment = calloc(1, line + 1);
	char *equals;
	struct conf *conf;

	if (!out || !assignment)
		abort();
	memcpy(assignment, data, line);
	equals = strchr(assignment, '=');
	if (equals) {
		*equals = '\0';
		set.key = assignment;
		set.value = equals + 1;
	}
	if (end) {
		data += line + 1;
		size -= line + 1;
	}
	conf = conf_parse((const char *)data, size, "fuzz", &set,
			  equals ? 1 : 0, out);
	fclose(out);
	demand_of(errors, !conf == !!errors[0], "errors or settings");
	if (conf)
		read_again(conf);
	conf_free(conf);
	free(assignment);
	free(errors);
	return 0;
}
