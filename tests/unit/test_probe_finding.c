// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_probe_finding - how what was found is told, and written as a profile
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "probe/finding.h"

/** unknown() - a result that knows nothing */
static struct probe_result unknown(void)
{
	return (struct probe_result){
		.date = "2026-11-22",
		.server = "192.0.2.1",
		.mapping = MAP_ALL,
		.filtering = FILTER_ALL,
		.hairpin = HAIRPIN_ALL,
		.allocation = ALLOC_ALL,
		.pooling = POOL_ALL,
		.refresh = REFRESH_ALL,
		.notify = NOTIFY_ALL,
		.stray = STRAY_ALL,
	};
}

/** profile_of() - the profile as text, the caller's to free */
static char *profile_of(const struct probe_result *result)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	finding_profile(result, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/** test_profile() - what is known is in it with its source, the rest is not */
static void test_profile(void **state)
{
	struct probe_result r = unknown();
	char *text = profile_of(&r);

	(void)state;
	assert_non_null(strstr(text, "nat: {}\n"));
	assert_null(strstr(text, "class"));
	free(text);

	r.mapping = MAP_EIM | MAP_ADM;
	r.filtering = FILTER_APDF;
	r.timer[PROBE_TIMER_UDP].fit =
		(struct ladder_fit){29000, 30100, 9, 9, 0};
	r.timer[PROBE_TIMER_TCP].fit = (struct ladder_fit){600000, 0, 9, 0, 0};
	text = profile_of(&r);
	assert_non_null(strstr(text, "\n  mapping: eim\n"));
	assert_non_null(strstr(text,
			       "class: assumed\n    text: \"UDP, external "
			       "endpoints to several remotes compared; "
			       "not decided, possible are eim or adm"));
	assert_non_null(strstr(text, "\n  filtering: apdf\n"));
	assert_non_null(strstr(text, "\n  udp-timeout: 30s\n"));
	assert_non_null(strstr(text, "\n  tcp-idle-timeout: 600s\n"));
	assert_non_null(strstr(text, "text: \"lower bound: established"));
	assert_null(strstr(text, "stray-outbound"));
	free(text);
}

/* Where finding_list() has these timers. */
#define UDP_ROW 9
#define TCP_ROW 10

/** test_findings() - as many as there is room for, each with a name */
static void test_findings(void **state)
{
	struct finding finding[FINDINGS];
	struct probe_result r = unknown();

	(void)state;
	assert_int_equal(finding_list(&r, finding), FINDINGS);
	for (size_t i = 0; i < FINDINGS; i++) {
		assert_null(finding[i].class);
		assert_string_equal(finding[i].value, "");
		assert_non_null(finding[i].key);
	}
	/* a block shows by many random ports that are near each other */
	r.allocation = ALLOC_RANDOM;
	r.addresses = 1;
	r.sockets = 60;
	r.port_low = 20000;
	r.port_high = 20500;
	finding_list(&r, finding);
	assert_string_equal(finding[5].value, "512");
	r.port_high = 60000;
	finding_list(&r, finding);
	assert_string_equal(finding[5].value, "");
	/* who resets at once has a timer, too: no time is none */
	r.timer[PROBE_TIMER_TCP].told = 40;
	finding_list(&r, finding);
	assert_string_equal(finding[TCP_ROW].key, "nat.tcp-idle-timeout");
	assert_string_equal(finding[TCP_ROW].value, "40ms");
	r.timer[PROBE_TIMER_TCP].told = 5060;
	finding_list(&r, finding);
	assert_string_equal(finding[TCP_ROW].value, "5s");
	/* a bound that is cut off is none */
	r.timer[PROBE_TIMER_UDP].fit = (struct ladder_fit){0, 4155, 0, 9, 0};
	finding_list(&r, finding);
	assert_string_equal(finding[UDP_ROW].key, "nat.udp-timeout");
	assert_string_equal(finding[UDP_ROW].value, "4.155s");
	/* over a long way it may be less */
	r.timer[PROBE_TIMER_TCP].told = 6900;
	r.timer[PROBE_TIMER_TCP].late = 2000;
	finding_list(&r, finding);
	assert_string_equal(finding[TCP_ROW].value, "5s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profile),
		cmocka_unit_test(test_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
