/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_conf_util - what the tests of settings share
 */
#ifndef TESTS_UNIT_TEST_CONF_UTIL_H
#define TESTS_UNIT_TEST_CONF_UTIL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"

/* LAN - what most texts about a lan need, and no more */
#define LAN "lan: [{interface: eth1, address: 192.168.77.1/24}]\n"

/** struct outcome - what loading gave */
struct outcome {
	struct conf *conf;
	char *errors;
};

/** outcome_free() - release what parse() gave */
static inline void outcome_free(struct outcome *outcome)
{
	conf_free(outcome->conf);
	free(outcome->errors);
}

/** parse() - settings from a text that errors call "t", and assignments */
static inline struct outcome parse(const char *text,
				   const struct conf_override *set, size_t n)
{
	struct outcome outcome = {0};
	size_t len = 0;
	FILE *errors = open_memstream(&outcome.errors, &len);

	assert_non_null(errors);
	outcome.conf = conf_parse(text, strlen(text), "t", set, n, errors);
	assert_int_equal(fclose(errors), 0);
	return outcome;
}

/** parsed() - the settings of a text without errors */
static inline struct conf *parsed(const char *text,
				  const struct conf_override *set, size_t n)
{
	struct outcome outcome = parse(text, set, n);

	assert_string_equal(outcome.errors, "");
	assert_non_null(outcome.conf);
	free(outcome.errors);
	return outcome.conf;
}

/**
 * printed() - what conf_print() says, to be freed
 * @comments:	false: without them, nor the blanks in front of them
 */
static inline char *printed(const struct conf *conf, bool comments)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char *to;

	assert_non_null(out);
	conf_print(conf, out);
	assert_int_equal(fclose(out), 0);
	to = text;
	for (const char *line = text; !comments && *line;) {
		size_t n = strcspn(line, "\n");
		const char *next = line + n + (line[n] == '\n');
		size_t keep = 0;

		/* The first '#' at the start or after a blank. */
		while (keep < n &&
		       !(line[keep] == '#' && (!keep || line[keep - 1] == ' ')))
			keep++;
		while (keep && line[keep - 1] == ' ')
			keep--;
		memmove(to, line, keep);
		to += keep;
		if (keep)
			*to++ = '\n';
		line = next;
	}
	if (!comments)
		*to = '\0';
	return text;
}

/** struct wanted - an entry looked for with conf_foreach() */
struct wanted {
	const char *path;
	char value[256];
	enum conf_layer layer;
	enum conf_class class;
	char name[256];
	unsigned line;
	unsigned column;
	unsigned found;
};

/** wanted_take() - conf_entry_fn: keep the one of that path */
static inline void wanted_take(const struct conf_entry *entry, void *arg)
{
	struct wanted *wanted = arg;

	if (strcmp(entry->path, wanted->path) != 0)
		return;
	wanted->found++;
	snprintf(wanted->value, sizeof(wanted->value), "%s", entry->value);
	snprintf(wanted->name, sizeof(wanted->name), "%s",
		 entry->origin.name ? entry->origin.name : "");
	wanted->layer = entry->origin.layer;
	wanted->class = entry->origin.class;
	wanted->line = entry->origin.line;
	wanted->column = entry->origin.column;
}

/** get() - an effective setting by its path */
static inline struct wanted get(const struct conf *conf, const char *path)
{
	struct wanted wanted = {.path = path};

	conf_foreach(conf, wanted_take, &wanted);
	return wanted;
}

/**
 * source_tree() - make the source tree the working folder
 *
 * Tests are run from there; started by hand they look above themselves.
 */
static inline void source_tree(void)
{
	char path[PATH_MAX];
	ssize_t len;

	if (access("conf/lapse.yaml", R_OK) == 0)
		return;
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	assert_true(len > 0);
	path[len] = '\0';
	for (char *slash; (slash = strrchr(path, '/')) != NULL;) {
		*slash = '\0';
		if (slash != path && chdir(path) == 0 &&
		    access("conf/lapse.yaml", R_OK) == 0)
			return;
	}
	fail_msg("run this from the source tree");
}

/** source_profiles() - the same, and take its profiles, not installed ones */
static inline void source_profiles(void)
{
	source_tree();
	setenv("LAPSE_PROFILE_PATH", "conf/profiles", 1);
}

#endif /* TESTS_UNIT_TEST_CONF_UTIL_H */
