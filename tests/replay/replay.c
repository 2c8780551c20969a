/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay - runs every scenario of tests/replay, each as a test of its own
 *
 * usage: replay [FILE.replay…]
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/replay.h"

/** scenario() - run the one that @state names */
static void scenario(void **state)
{
	char error[REPLAY_ERROR];

	if (!replay_run(*state, error))
		fail_msg("%s", error);
}

/** base_name() - a path's last part */
static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

int main(int argc, char **argv)
{
	const char *source = getenv("LAPSE_SOURCE");
	struct CMUnitTest *tests;
	char pattern[4096];
	glob_t found = {0};
	char **files = argv + 1;
	size_t n = (size_t)argc - 1;
	int code;

	snprintf(pattern, sizeof(pattern), "%s/tests/replay/*.replay",
		 source ? source : ".");
	if (!n && !glob(pattern, 0, NULL, &found)) {
		files = found.gl_pathv;
		n = found.gl_pathc;
	}
	if (!n) {
		fprintf(stderr, "replay: nothing in %s\n", pattern);
		return 1;
	}
	tests = calloc(n, sizeof(*tests));
	if (!tests)
		return 1;
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){
			.name = base_name(files[i]),
			.test_func = scenario,
			.initial_state = files[i],
		};
	code = _cmocka_run_group_tests("replay", tests, n, NULL, NULL);
	free(tests);
	globfree(&found);
	return code;
}
