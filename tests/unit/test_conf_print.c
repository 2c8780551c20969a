// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_print - settings as they are shown: their print, the sample and
 * the manual page
 */
#include "test_conf_util.h"

#include "conf/schema.h"
#include "tests/unit/conf_everything.h"

/** test_round_trip() - what is printed is read as the same */
static void test_round_trip(void **state)
{
	struct conf *conf = parsed(everything, NULL, 0);
	char *text = printed(conf, true);
	struct conf *again = parsed(text, NULL, 0);
	char *bare = printed(conf, false);
	char *bare_again = printed(again, false);

	(void)state;
	assert_string_equal(bare, bare_again);
	assert_memory_equal(conf->nat.policy.by, again->nat.policy.by,
			    sizeof(conf->nat.policy.by));
	assert_memory_equal(conf->nat.policy.timer, again->nat.policy.timer,
			    sizeof(conf->nat.policy.timer));
	for (size_t i = 0; i < conf->nat.n_clients; i++)
		assert_memory_equal(conf->nat.clients[i].policy.timer,
				    again->nat.clients[i].policy.timer,
				    sizeof(conf->nat.policy.timer));
	free(text);
	free(bare);
	free(bare_again);
	conf_free(conf);
	conf_free(again);
}

/** test_print() - the print itself, where it is not the default */
static void test_print(void **state)
{
	static const struct conf_override set = {"udp-timeout", "7s"};
	struct conf *conf = parsed("profile: us-3g-2013\nnat:\n"
				   "  icmp-timeout: 59s\n"
				   "wan: {pool: [198.51.100.7]}\n",
				   &set, 1);
	char *text = printed(conf, true);
	static const char *const lines[] = {
		"profile: us-3g-2013                     # t:1\n",
		"  pool:\n    - 198.51.100.7                      # t:4\n",
		"  mapping: eim                          "
		"# profile us-3g-2013, assumed\n",
		"  udp-timeout: 7s                       # set\n",
		"  icmp-timeout: 59s                     # t:3\n",
		"  expiry-jitter: 0%\n",
		"# below the floors of the RFCs: udp-initial-timeout 60s (120s "
		"in RFC 4787 REQ-5), udp-timeout 7s (120s in RFC 4787 REQ-5), "
		"tcp-idle-timeout 1800s (7440s in RFC 5382 REQ-5), ",
		"values of profile us-3g-2013 in force are assumed, not "
		"measured or documented\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no\n%sin\n%s", lines[i], text);
	/* What overrides it is not of the profile: 15 of its 18 are left, as
	 * without a server the one of dhcp does not count. */
	assert_non_null(strstr(text, "\n# 15 of 15 values"));
	free(text);
	conf_free(conf);
}

/** uncommented() - the sample with all that it only shows, to be freed */
static char *uncommented(void)
{
	FILE *file = fopen("conf/lapse.yaml", "r");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	char line[256];

	assert_non_null(file);
	assert_non_null(out);
	while (fgets(line, sizeof(line), file)) {
		bool shown = line[0] == '#' && line[1] != '\n' &&
			     (line[1] != ' ' || line[2] == ' ');

		fputs(line + shown, out);
	}
	fclose(file);
	fclose(out);
	return text;
}

/** not_default() - conf_entry_fn: all of it comes from the file */
static void not_default(const struct conf_entry *entry, void *arg)
{
	(void)arg;
	if (entry->origin.layer != CONF_FILE)
		fail_msg("conf/lapse.yaml does not show %s", entry->path);
}

/** default_value() - conf_entry_fn: what the sample shows is the default */
static void default_value(const struct conf_entry *entry, void *arg)
{
	const struct conf *shown = arg;
	struct wanted w = get(shown, entry->path);

	if (!strcmp(entry->path, "profile"))
		return;
	assert_int_equal(w.found, 1);
	assert_string_equal(w.value, entry->value);
}

/** test_sample() - the sample loads, and shows every key and its default */
static void test_sample(void **state)
{
	struct conf *conf = conf_load("conf/lapse.yaml", NULL, 0, stderr);
	struct conf *defaults = parsed("", NULL, 0);
	char *text = uncommented();
	struct conf *shown;

	(void)state;
	assert_non_null(conf);
	assert_string_equal(conf->path, "conf/lapse.yaml");
	assert_string_equal(conf->profile, "rfc-compliant");
	shown = parsed(text, NULL, 0);
	conf_foreach(shown, not_default, NULL);
	conf_foreach(defaults, default_value, shown);
	free(text);
	conf_free(conf);
	conf_free(shown);
	conf_free(defaults);
}

/** test_manual() - the manual page names every key */
static void test_manual(void **state)
{
	FILE *file = fopen("docs/lapse.yaml.5", "r");
	char *text = calloc(1, 262144);
	size_t n;

	(void)state;
	assert_non_null(file);
	assert_non_null(text);
	n = fread(text, 1, 262143, file);
	assert_true(n > 0 && n < 262143);
	fclose(file);
	for (const struct conf_key *key = conf_schema; key->path; key++) {
		const char *last = strrchr(key->path, '.');
		char item[128];

		if (key->flags & KEY_NOT_YET || !key->type ||
		    (last && !strcmp(last, ".#")))
			continue;
		snprintf(item, sizeof(item), ".It Cm %s",
			 last ? last + 1 : key->path);
		if (!strstr(text, item))
			fail_msg("docs/lapse.yaml.5 has no \"%s\"", item);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_manual),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
