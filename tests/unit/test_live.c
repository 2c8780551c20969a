// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_live - settings that change while sessions live: get, set, unset, reload
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>
#include "tests/unit/control_answer.h"

/** struct fixture - a rig whose settings are in a file */
struct fixture {
	struct rig *rig;
	char path[64];
};

/** write_file() - put other settings into the file */
static void write_file(const char *path, const char *nat)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file,
		"lan: [{interface: eth1, address: 10.0.0.1/24}]\n"
		"wan: {interface: eth0, pool: [192.0.2.1]}\n"
		"clients:\n"
		"  phone: {match: 10.0.0.20}\n"
		"  tablet: {match: '02:00:00:00:00:09'}\n"
		"nat: {max-sessions: 2048%s}\n",
		nat);
	assert_int_equal(fclose(file), 0);
}

/** setup() - the engine goes by the file from the start */
static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct gateway *gateway;
	int fd;

	snprintf(f->path, sizeof(f->path), "/tmp/test_live-XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	close(fd);
	write_file(f->path, "");
	f->rig = rig_new(2048);
	gateway = &f->rig->gateway;
	conf_free(gateway->conf);
	gateway->conf = conf_load(f->path, NULL, 0, stderr);
	assert_non_null(gateway->conf);
	assert_int_equal(nat_configure(gateway->nat, &gateway->conf->nat,
				       gateway_now(gateway), NULL),
			 0);
	*state = f;
	return 0;
}

/** teardown() - the tables must be sound */
static int teardown(void **state)
{
	struct fixture *f = *state;

	assert_true(nat_check(f->rig->gateway.nat));
	rig_free(f->rig);
	unlink(f->path);
	free(f);
	return 0;
}

/** populate() - @n UDP sessions of the clients 10.0.0.@first and up */
static void populate(struct fixture *f, unsigned first, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		assert_int_equal(rig_send(f->rig, first + i, 5000, 53),
				 NAT_TRANSLATED);
	rig_drain(f->rig);
}

/** shows() - whether `get` of one setting shows this value and layer */
static void shows(struct fixture *f, const char *key, const char *value,
		  const char *layer)
{
	json_t *object =
		row_of(f->rig, "{\"request\":\"get\",\"key\":\"%s\"}", key);

	assert_string_equal(TEXT(object, "value"), value);
	assert_string_equal(TEXT(object, "layer"), layer);
	json_decref(object);
}

static void test_set(void **state)
{
	struct fixture *f = *state;
	json_t *object;

	populate(f, 1, 10);
	clock_advance(&f->rig->gateway.clock, gateway_real_ns(), 100000);
	populate(f, 11, 5);
	shows(f, "nat.udp-initial-timeout", "300s", "default");
	object = row_of(f->rig, "{\"request\":\"set\",\"values\":"
				"{\"udp-initial-timeout\":\"60s\"}}");
	assert_true(NUMBER(object, "sooner") == 5);
	assert_true(NUMBER(object, "ended") == 10);
	assert_true(NUMBER(object, "later") == 0);
	assert_string_equal(TEXT(object, "apply"), "all");
	json_decref(object);
	/* those that ended are gone when the answer is there */
	assert_int_equal(rows(f->rig, "{\"request\":\"sessions\"}"), 5);
	shows(f, "udp-initial-timeout", "60s", "set");
	object = row_of(f->rig, "{\"request\":\"set\",\"values\":"
				"{\"udp-initial-timeout\":\"10m\"}}");
	assert_true(NUMBER(object, "later") == 5);
	json_decref(object);
	object = last_row(f->rig, "{\"request\":\"events\",\"filter\":{}}");
	assert_string_equal(TEXT(object, "event"), "settings-changed");
	assert_string_equal(TEXT(object, "reason"), "set");
	json_decref(object);
}

static void test_apply_new(void **state)
{
	struct fixture *f = *state;
	json_t *object;

	populate(f, 1, 3);
	object = row_of(f->rig, "{\"request\":\"set\",\"values\":"
				"{\"apply\":\"new\","
				"\"udp-initial-timeout\":\"10s\"}}");
	assert_true(NUMBER(object, "sooner") == 0);
	assert_string_equal(TEXT(object, "apply"), "new");
	json_decref(object);
	populate(f, 4, 2);
	clock_advance(&f->rig->gateway.clock, gateway_real_ns(), 10000);
	assert_int_equal(rows(f->rig, "{\"request\":\"sessions\"}"), 3);
}

static void test_all_or_nothing(void **state)
{
	struct fixture *f = *state;
	const struct conf *before = f->rig->gateway.conf;
	static const struct {
		const char *values;
		const char *named;
	} table[] = {
		{"{\"udp-timeout\":\"60s\",\"mapping\":\"round\"}", "mapping"},
		{"{\"udp-timeout\":\"60s\",\"no-such\":1}", "no-such"},
		{"{\"nat.max-sessions\":100,\"udp-timeout\":\"60s\"}",
		 "nat.max-sessions"},
		{"{\"wan.interface\":\"eth7\"}", "wan.interface"},
		{"{\"lan.0.address\":\"10.9.0.1/24\"}", "lan"},
		{"{\"queue.number\":7}", "queue.number"},
		{"{\"hold-down-max\":7}", "nat.hold-down-max"},
		{"{\"seed\":7}", "seed"},
		{"{\"profile\":\"no-such\"}", "no-such"},
		{"{\"udp-timeout\":null}", "udp-timeout"},
		{"{\"udp-timeout\":[1,2]}", "udp-timeout"},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *last =
			error_of(f->rig, "{\"request\":\"set\",\"values\":%s}",
				 table[i].values);

		assert_string_equal(TEXT(last, "kind"), "settings");
		if (!strstr(TEXT(last, "error"), table[i].named))
			fail_msg("%s: %s", table[i].values,
				 TEXT(last, "error"));
		json_decref(last);
	}
	assert_ptr_equal(f->rig->gateway.conf, before);
	assert_int_equal(f->rig->gateway.live.n, 0);
	shows(f, "udp-timeout", "300s", "default");
}

static void test_client(void **state)
{
	static const struct {
		const char *who;
		const char *name;
	} table[] = {
		{"phone", "phone"},
		{"10.0.0.20", "phone"},
		{"02:00:00:00:00:09", "tablet"},
		{"10.0.0.77", "10-0-0-77"},
		{"10.0.0.128/25", "10-0-0-128-25"},
		{"02:00:00:00:00:0A", "02-00-00-00-00-0A"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		char key[128];

		json_decref(row_of(f->rig,
				   "{\"request\":\"set\",\"client\":\"%s\","
				   "\"values\":{\"refresh\":\"both\"}}",
				   table[i].who));
		snprintf(key, sizeof(key), "clients.%s.nat.refresh",
			 table[i].name);
		shows(f, key, "both", "set");
	}
	assert_int_equal(f->rig->gateway.conf->nat.n_clients, 5);
	populate(f, 77, 1);
	populate(f, 200, 1);
	assert_int_equal(rows(f->rig, "{\"request\":\"sessions\",\"filter\":"
				      "{\"client\":\"10-0-0-77\"}}"),
			 1);
	assert_int_equal(rows(f->rig, "{\"request\":\"sessions\",\"filter\":"
				      "{\"client\":\"10-0-0-128-25\"}}"),
			 1);
	json_decref(row_of(f->rig, "{\"request\":\"unset\","
				   "\"client\":\"10.0.0.77\"}"));
	assert_int_equal(f->rig->gateway.conf->nat.n_clients, 4);
}

static void test_profile(void **state)
{
	struct fixture *f = *state;
	json_t *object;

	populate(f, 20, 2);
	json_decref(row_of(
		f->rig, "{\"request\":\"set\",\"client\":\"phone\","
			"\"values\":{\"profile\":\"cn-mobile-2g3g-2013\"}}"));
	object = row_of(f->rig, "{\"request\":\"sessions\",\"filter\":"
				"{\"client\":\"10.0.0.20\"}}");
	assert_string_equal(TEXT(object, "profile"), "cn-mobile-2g3g-2013");
	assert_true(NUMBER(object, "expires-in") == 60);
	json_decref(object);
	object = row_of(f->rig, "{\"request\":\"sessions\",\"filter\":"
				"{\"client\":\"10.0.0.21\"}}");
	assert_true(NUMBER(object, "expires-in") == 300);
	json_decref(object);
}

static void test_reload(void **state)
{
	struct fixture *f = *state;
	json_t *object;

	json_decref(row_of(f->rig, "{\"request\":\"set\",\"values\":"
				   "{\"udp-timeout\":\"60s\"}}"));
	write_file(f->path, ", udp-timeout: 90s, icmp-timeout: 45s");
	object = row_of(f->rig, "{\"request\":\"reload\"}");
	assert_non_null(json_object_get(object, "sooner"));
	json_decref(object);
	/* what was set stays on top, until it is taken back */
	shows(f, "udp-timeout", "60s", "set");
	shows(f, "icmp-timeout", "45s", "file");
	json_decref(row_of(f->rig, "{\"request\":\"unset\",\"keys\":"
				   "[\"nat.udp-timeout\"]}"));
	shows(f, "udp-timeout", "90s", "file");
	json_decref(error_of(f->rig, "{\"request\":\"unset\",\"keys\":"
				     "[\"nat.udp-timeout\"]}"));
	write_file(f->path, ", udp-timeout: nonsense");
	json_decref(error_of(f->rig, "{\"request\":\"reload\"}"));
	shows(f, "udp-timeout", "90s", "file");
}

static void test_get(void **state)
{
	struct fixture *f = *state;
	size_t all = rows(f->rig, "{\"request\":\"get\"}");
	size_t nat = rows(f->rig, "{\"request\":\"get\",\"key\":\"nat\"}");
	json_t *last;

	assert_true(nat > 30 && all > nat);
	assert_int_equal(rows(f->rig, "{\"request\":\"get\","
				      "\"key\":\"clients.phone\"}"),
			 1);
	last = error_of(f->rig, "{\"request\":\"get\",\"key\":\"nat.udp\"}");
	assert_string_equal(TEXT(last, "field"), "key");
	json_decref(last);
}

static void test_errors(void **state)
{
	static const struct {
		const char *line;
		const char *field;
	} table[] = {
		{"{\"request\":\"set\"}", "values"},
		{"{\"request\":\"set\",\"values\":{}}", "values"},
		{"{\"request\":\"set\",\"values\":[]}", "values"},
		{"{\"request\":\"set\",\"values\":{\"\":\"1\"}}", "values"},
		{"{\"request\":\"set\",\"values\":{\"a\":\"1\"},"
		 "\"client\":\"nobody\"}",
		 "client"},
		{"{\"request\":\"set\",\"values\":{\"a\":\"1\"},"
		 "\"client\":\"10.0.0.300\"}",
		 "client"},
		{"{\"request\":\"set\",\"values\":{\"a\":\"1\"},"
		 "\"client\":7}",
		 "client"},
		{"{\"request\":\"unset\",\"keys\":\"a\"}", "keys"},
		{"{\"request\":\"unset\",\"keys\":[7]}", "keys"},
		{"{\"request\":\"get\",\"key\":7}", "key"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		json_t *last = error_of(f->rig, "%s", table[i].line);

		if (!json_is_string(json_object_get(last, "field")) ||
		    strcmp(TEXT(last, "field"), table[i].field) != 0)
			fail_msg("another field: %s", table[i].line);
		json_decref(last);
	}
}

static void test_layer(void **state)
{
	struct live live = {0}, copy;
	char key[16];

	(void)state;
	assert_int_equal(live_add(&live, "nat.a", "1"), 0);
	assert_int_equal(live_add(&live, "b.c", "2"), 0);
	assert_int_equal(live_add(&live, "a", "3"), 0);
	assert_int_equal(live.n, 2);
	assert_string_equal(live.item[1].value, "3");
	assert_int_equal(live_copy(&copy, &live), 0);
	assert_int_equal(live_remove(&live, "b"), 1);
	assert_int_equal(live_remove(&live, "b"), 0);
	assert_int_equal(copy.n, 2);
	for (unsigned i = 0; live.n < LIVE_MAX; i++) {
		snprintf(key, sizeof(key), "k%u", i);
		assert_int_equal(live_add(&live, key, ""), 0);
	}
	assert_int_equal(live_add(&live, "more", ""), -ENOSPC);
	live_clean(&live);
	live_clean(&copy);
}

static void test_replace(void **state)
{
	struct fixture *f = *state;
	const char *bad = "{\"request\":\"set\",\"replace\":true,"
			  "\"values\":{\"udp-timeout\":\"soon\"}}";
	json_t *object, *lines;

	json_decref(row_of(f->rig, "{\"request\":\"set\",\"values\":"
				   "{\"udp-timeout\":\"150s\"}}"));
	json_decref(row_of(f->rig,
			   "{\"request\":\"set\",\"client\":\"10.0.0.30\","
			   "\"values\":{\"udp-timeout\":\"130s\"}}"));
	lines = lines_of(f->rig, "{\"request\":\"assignments\"}");
	assert_int_equal(json_array_size(lines), 4);
	object = json_array_get(lines, 0);
	assert_string_equal(TEXT(object, "key"), "udp-timeout");
	assert_string_equal(TEXT(object, "value"), "150s");
	object = json_array_get(lines, 1);
	assert_string_equal(TEXT(object, "key"), "clients.10-0-0-30.match");
	json_decref(lines);

	/* one that fits not leaves all that was set */
	json_decref(error_of(f->rig, "%s", bad));
	assert_int_equal(rows(f->rig, "{\"request\":\"assignments\"}"), 3);
	json_decref(row_of(f->rig,
			   "{\"request\":\"set\",\"replace\":true,\"values\":"
			   "{\"nat.icmp-timeout\":\"90s\"}}"));
	assert_int_equal(rows(f->rig, "{\"request\":\"assignments\"}"), 1);
	shows(f, "nat.udp-timeout", "300s", "default");
	shows(f, "nat.icmp-timeout", "90s", "set");
	json_decref(row_of(f->rig, "{\"request\":\"unset\"}"));
	assert_int_equal(rows(f->rig, "{\"request\":\"assignments\"}"), 0);
}

static void test_pool_in_use(void **state)
{
	struct fixture *f = *state;
	const char *smaller = "{\"request\":\"set\",\"values\":"
			      "{\"wan.pool\":[\"192.0.2.2\"]}}";
	json_t *object;

	populate(f, 1, 10);
	object = error_of(f->rig, "%s", smaller);
	assert_string_equal(TEXT(object, "kind"), "settings");
	assert_non_null(
		strstr(TEXT(object, "error"), "wan.pool: 192.0.2.1 is in use"));
	assert_non_null(strstr(TEXT(object, "error"), "lapse kill external="));
	json_decref(object);
	/* nothing of it is in force */
	assert_int_equal(rows(f->rig, "{\"request\":\"sessions\"}"), 10);
	assert_int_equal(rows(f->rig, "{\"request\":\"assignments\"}"), 0);
	/* a larger pool is no harm, and where nothing is in use, no pool is */
	json_decref(row_of(f->rig, "{\"request\":\"set\",\"values\":"
				   "{\"wan.pool\":[\"192.0.2.0/30\"]}}"));
	assert_int_equal(rows(f->rig, "{\"request\":\"sessions\"}"), 10);
	json_decref(row_of(f->rig, "{\"request\":\"flush\"}"));
	json_decref(row_of(f->rig, "%s", smaller));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_set),
		TEST(test_apply_new),
		TEST(test_all_or_nothing),
		TEST(test_client),
		TEST(test_profile),
		TEST(test_reload),
		TEST(test_get),
		TEST(test_errors),
		TEST(test_replace),
		TEST(test_pool_in_use),
		cmocka_unit_test(test_layer),
	};

	setenv("LAPSE_PROFILE_PATH", "conf/profiles", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
