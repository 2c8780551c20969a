// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_replay - runs every DHCP scenario of tests/replay, each as a test
 *
 * usage: dhcp_replay [FILE.dhcp…]
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
#include "tests/lib/dhcpplay.h"

/** scenario() - run the one that @state names */
static void scenario(void **state)
{
	char error[PLAY_ERROR];

	if (!dhcpplay_run(*state, error))
		fail_msg("%s", error);
}

int main(int argc, char **argv)
{
	const char *source = getenv("LAPSE_SOURCE");
	size_t n = (size_t)argc - 1;
	char **files = argv + 1;
	struct CMUnitTest *tests;
	glob_t found = {0};
	char pattern[4096];
	int code;

	snprintf(pattern, sizeof(pattern), "%s/tests/replay/*.dhcp",
		 source ? source : ".");
	if (!n && !glob(pattern, 0, NULL, &found)) {
		files = found.gl_pathv;
		n = found.gl_pathc;
	}
	tests = calloc(n + 1, sizeof(*tests));
	if (!n || !tests) {
		fprintf(stderr, "dhcp_replay: nothing in %s\n", pattern);
		free(tests);
		return 1;
	}
	for (size_t i = 0; i < n; i++) {
		const char *slash = strrchr(files[i], '/');

		tests[i] = (struct CMUnitTest){
			.name = slash ? slash + 1 : files[i],
			.test_func = scenario,
			.initial_state = files[i],
		};
	}
	code = _cmocka_run_group_tests("dhcp_replay", tests, n, NULL, NULL);
	free(tests);
	globfree(&found);
	return code;
}
