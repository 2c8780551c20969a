// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_profile - profiles: under the settings or for one client, and how
 * they are found, listed and shown
 */
#include "tests/unit/conf_profile.h"

/** test_client() - a profile for one client, beside a global one */
static void test_client(void **state)
{
	struct conf *conf =
		parsed("profile: us-3g-2013\nnat: {icmp-timeout: 7s}\n"
		       "clients:\n"
		       "  a: {match: 192.168.77.3, profile: home-draytek,"
		       " nat: {udp-timeout: 3s}}\n"
		       "  b: {match: 192.168.77.4}\n",
		       NULL, 0);
	const struct nat_policy *a = &conf->nat.clients[0].policy;
	const struct nat_policy *b = &conf->nat.clients[1].policy;
	char *notes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&notes, &len);

	(void)state;
	assert_int_equal(a->timer[NAT_TIMER_TCP_IDLE], 86400000);
	assert_int_equal(a->timer[NAT_TIMER_UDP], 3000);
	assert_int_equal(a->timer[NAT_TIMER_ICMP], 10000);
	assert_int_equal(a->stray_outbound, NAT_STRAY_REMAP);
	assert_int_equal(b->timer[NAT_TIMER_TCP_IDLE], 1800000);
	assert_int_equal(b->timer[NAT_TIMER_ICMP], 7000);
	/* What cannot be a client's own is said. */
	conf_notes(conf, out);
	fclose(out);
	assert_non_null(strstr(notes, "clients.a: pool-size of profile "
				      "home-draytek is not applied; it is "
				      "the same for all clients\n"));
	assert_null(strstr(notes, "ports"));
	assert_non_null(strstr(notes, "values of profile us-3g-2013 in force "
				      "are assumed, not measured or "
				      "documented\n"));
	assert_non_null(strstr(notes, "clients.a: 12 of 21 values of profile "
				      "home-draytek are assumed; lapse "
				      "profile show home-draytek names "
				      "them\n"));
	assert_non_null(strstr(notes, "clients.a: below the floors of the "
				      "RFCs: "));
	free(notes);
	conf_free(conf);
}

/** test_client_ports() - a client's profile brings its port rules too */
static void test_client_ports(void **state)
{
	struct conf *conf =
		parsed("profile: cisco-ios-nat\n"
		       "ports: {53/udp: {timeout: 3s}, 9: {timeout: 4s}}\n"
		       "clients:\n"
		       "  a: {match: 192.168.77.3, profile: home-draytek}\n"
		       "  b: {match: 192.168.77.4, nat: {refresh: both}}\n"
		       "  c: {match: 192.168.77.5, profile: default}\n"
		       "  d: {match: 192.168.77.6, profile: cisco-ios-nat}\n",
		       NULL, 0);
	const struct nat_settings *nat = &conf->nat;
	const struct nat_client_rule *clients = nat->clients;

	(void)state;
	assert_int_equal(clients[0].n_ports, 2);
	assert_int_equal(clients[0].ports[0].protocol, 6);
	assert_int_equal(clients[0].ports[0].port, 80);
	assert_int_equal(clients[0].ports[0].timeout, 60000);
	assert_ptr_equal(clients[1].ports, nat->ports);
	assert_int_equal(clients[1].n_ports, nat->n_ports);
	assert_int_equal(clients[2].n_ports, 0);
	/* The profile's own word, not the file's over it. */
	assert_int_equal(nat->n_ports, clients[3].n_ports + 1);
	for (size_t i = 0; i < clients[3].n_ports; i++)
		if (clients[3].ports[i].port == 53 &&
		    clients[3].ports[i].protocol == 17)
			assert_int_equal(clients[3].ports[i].timeout, 60000);
	conf_free(conf);
}

/** test_override_class() - a file's `nat` voids a profile's `tcp` */
static void test_override_class(void **state)
{
	struct conf *conf;

	(void)state;
	profile_write("classes", "title: t\ndate: 2020\n"
				 "nat: {mapping: adm, tcp: {mapping: apdm}}\n"
				 "ports: {53/udp: {timeout: 1s}, "
				 "80: {timeout: 2s}}\n"
				 "sources:\n"
				 "  nat.mapping: {class: measured, text: a}\n"
				 "  nat.tcp.mapping: {class: anecdote, "
				 "text: b}\n"
				 "  ports.53/udp.timeout: {class: assumed, "
				 "text: c}\n"
				 "  ports.80.timeout: {class: assumed, "
				 "text: d}\n");
	conf = using("classes");
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_TCP].mapping,
			 NAT_MAP_APDM);
	assert_int_equal(get(conf, "nat.tcp.mapping").class, CONF_ANECDOTE);
	conf_free(conf);
	conf = parsed("profile: classes\nnat: {mapping: eim}\n"
		      "ports: {53/udp: {timeout: 9s}}\n",
		      NULL, 0);
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_TCP].mapping,
			 NAT_MAP_EIM);
	assert_int_equal(conf->nat.n_ports, 2);
	assert_string_equal(get(conf, "ports.53/udp.timeout").value, "9s");
	assert_string_equal(get(conf, "ports.80.timeout").value, "2s");
	conf_free(conf);
}

/** test_search() - the first folder wins; what is in none is suggested */
static void test_search(void **state)
{
	struct outcome outcome;
	struct conf *conf;

	(void)state;
	profile_write("tw-3g-2013", HEAD);
	conf = using("tw-3g-2013");
	assert_int_equal(conf->nat.policy.timer[NAT_TIMER_TCP_IDLE], 7440000);
	conf_free(conf);
	outcome = parse("profile: us-3g-2031\n"
			"clients: {a: {match: 192.168.77.3, "
			"profile: zzzzzzzz}}\n",
			NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:1:10: no profile \"us-3g-2031\"; did you mean "
			    "\"us-3g-2013\"?\n"
			    "t:2:45: no profile \"zzzzzzzz\"; lapse profile "
			    "list shows them\n");
	outcome_free(&outcome);
}

/** struct listed - what conf_profiles() gave */
struct listed {
	char last[64];
	unsigned n;
	unsigned assumed;
};

/** list_take() - conf_profile_fn: in order, each once, and complete */
static void list_take(const struct conf_profile_info *info, void *arg)
{
	struct listed *listed = arg;

	assert_true(strcmp(listed->last, info->name) < 0);
	snprintf(listed->last, sizeof(listed->last), "%s", info->name);
	listed->n++;
	if (strcmp(info->name, "us-3g-2013") != 0)
		return;
	assert_string_equal(info->date, "2013");
	assert_string_equal(info->path, "conf/profiles/us-3g-2013.yaml");
	assert_int_equal(info->values, 18);
	listed->assumed = info->assumed;
}

/** test_list() - all of them; those with errors are said and left out */
static void test_list(void **state)
{
	struct listed listed = {"", 0, 0};
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	char path[PATH_MAX];

	(void)state;
	profiles_empty();
	profile_write("us-4g", HEAD);
	profile_write("Not-a-name", HEAD);
	profile_write("bad", HEAD "nat: {udp-timeout: 3s}\n");
	/* One that hides a shipped one is listed once. */
	profile_write("tw-3g-2013", HEAD);
	assert_non_null(out);
	assert_int_equal(conf_profiles(list_take, &listed, out), 1);
	fclose(out);
	assert_int_equal(listed.n, 33);
	assert_int_equal(listed.assumed, 18);
	snprintf(path, sizeof(path), "%s/bad.yaml:3:7: ", profile_dir);
	assert_int_equal(strncmp(errors, path, strlen(path)), 0);
	free(errors);
}

/** profile_take() - conf_entry_fn: keep the one of that path, and count */
static void profile_take(const struct conf_entry *entry, void *arg)
{
	assert_true(entry->origin.layer == CONF_DEFAULT ||
		    entry->origin.source);
	assert_null(strstr(entry->path, "lan"));
	wanted_take(entry, arg);
}

/** test_show() - all that a profile says or leaves to the defaults */
static void test_show(void **state)
{
	static const struct {
		const char *path;
		const char *value;
		enum conf_layer layer;
		enum conf_class class;
	} entries[] = {
		{"pool-size", "1", CONF_PROFILE, CONF_ASSUMED},
		{"nat.mapping", "eim", CONF_PROFILE, CONF_MEASURED},
		{"nat.tcp-idle-timeout", "86400s", CONF_PROFILE,
		 CONF_VENDOR_DOC},
		{"nat.refresh", "outbound", CONF_DEFAULT, CONF_MEASURED},
		{"ports.80/tcp.timeout", "60s", CONF_PROFILE, CONF_VENDOR_DOC},
	};
	struct conf *conf = using("home-draytek");
	struct conf_profile_info info;

	(void)state;
	assert_true(conf_profile_about(conf, &info));
	assert_string_equal(info.name, "home-draytek");
	assert_string_equal(info.title, "DrayTek Vigor, its defaults");
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct wanted w = {.path = entries[i].path};

		conf_profile_foreach(conf, profile_take, &w);
		assert_int_equal(w.found, 1);
		assert_string_equal(w.value, entries[i].value);
		assert_int_equal(w.layer, entries[i].layer);
		if (w.layer == CONF_PROFILE)
			assert_int_equal(w.class, entries[i].class);
	}
	conf_free(conf);
	conf = using("default");
	assert_false(conf_profile_about(conf, &info));
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_client_ports),
		cmocka_unit_test(test_override_class),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_show),
	};

	return cmocka_run_group_tests(tests, profiles_setup, profiles_teardown);
}
