// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_profile_errors - what is wrong with a profile
 */
#include "tests/unit/conf_profile.h"

/** struct bad_profile - a profile and what is to be said about it */
struct bad_profile {
	const char *text;
	const char *errors; /* %s stands for its file */
};

static const struct bad_profile bad[] = {
	{HEAD "nat: {udp-timeout: 3s}\n",
	 "%s:3:7: nat.udp-timeout has no source; write under sources: "
	 "nat.udp-timeout: {class: …, text: …}\n"},
	{HEAD "nat: {udp-timeout: 3s}\n"
	      "sources: {nat.udp-timeout: {class: measured}}\n",
	 "%s:3:7: nat.udp-timeout has no source; write under sources: "
	 "nat.udp-timeout: {class: …, text: …}\n"},
	{HEAD "sources: {nat.udp-timeout: {class: measured, text: x}}\n",
	 "%s:3:11: nat.udp-timeout is a source without a value; set the value, "
	 "or take the source away\n"},
	{HEAD "nat: {udp-timeout: 3s}\n"
	      "sources: {nat.udp-timeout: {class: rumour, text: x}}\n",
	 "%s:3:7: nat.udp-timeout has no source; write under sources: "
	 "nat.udp-timeout: {class: …, text: …}\n"
	 "%s:4:36: sources.nat.udp-timeout.class: \"rumour\" is unknown here; "
	 "write measured, vendor-doc, anecdote or assumed\n"},
	{HEAD "lan: []\nwan: {interface: eth0}\nclients: {}\nprofile: x\n"
	      "control: {socket: /x}\nnat: {apply: new}\n",
	 "%s:3:1: lan has no place in a profile; write it into the settings\n"
	 "%s:4:7: wan.interface has no place in a profile; write it into the "
	 "settings\n"
	 "%s:5:1: clients has no place in a profile; write it into the "
	 "settings\n"
	 "%s:6:1: profile has no place in a profile; write it into the "
	 "settings\n"
	 "%s:7:1: control has no place in a profile; write it into the "
	 "settings\n"
	 "%s:8:7: nat.apply has no place in a profile; write it into the "
	 "settings\n"},
	{"nat: {}\n", "%s:1:1: title is missing; write what it is\n"
		      "%s:1:1: date is missing; write that of its sources\n"},
	{"title: t\ndate: May 2020\n",
	 "%s:1:1: date is missing; write that of its sources\n"
	 "%s:2:7: date: \"May 2020\" is not a date; write 2013, 2013-05 or "
	 "2013-05-31\n"},
	{HEAD "nat: [\n",
	 "%s:4:1: bad YAML: did not find expected node content while parsing a "
	 "flow node\n"},
};

/** put() - @format with @path for each %s, into @text */
static void put(char text[static 4096], const char *format, const char *path)
{
	size_t used = 0;

	for (; *format && used < 4000; format++) {
		if (format[0] == '%' && format[1] == 's') {
			used += (size_t)sprintf(text + used, "%s", path);
			format++;
		} else {
			text[used++] = *format;
		}
	}
	text[used] = '\0';
}

/** test_bad() - each is refused, with the place in its own file */
static void test_bad(void **state)
{
	static const struct conf_override set = {"profile", "bad"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct outcome outcome;
		char path[PATH_MAX];
		char wanted[4096];

		profile_write("bad", bad[i].text);
		snprintf(path, sizeof(path), "%s/bad.yaml", profile_dir);
		put(wanted, bad[i].errors, path);
		outcome = parse("", &set, 1);
		assert_null(outcome.conf);
		assert_string_equal(outcome.errors, wanted);
		outcome_free(&outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, profiles_setup, profiles_teardown);
}
