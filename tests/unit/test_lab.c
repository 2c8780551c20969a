// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lab - a lab's hosts by name, its profiles, and its gateways' settings
 */
#include "test_conf_util.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <jansson.h>
#include "lab/lab.h"
#include "lab/outside.h"
#include "lab/profiles.h"
#include "lab/settings.h"

/* A folder of this test's own, with two folders in it. */
static char dir[] = "/tmp/test_lab.XXXXXX";

/** path_of() - of a file in it; the text lives until the next but three */
static const char *path_of(const char *name)
{
	static char text[4][PATH_MAX];
	static unsigned turn;
	char *path = text[turn++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", dir, name);
	return path;
}

/** write_profile() - with a pool of that size */
static void write_profile(const char *name, unsigned pool_size)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	fprintf(file,
		"title: \"a test's\"\n"
		"date: 2026\n"
		"pool-size: %u\n"
		"sources:\n"
		"  pool-size: {class: assumed, text: \"a test\"}\n",
		pool_size);
	assert_int_equal(fclose(file), 0);
}

static int setup(void **state)
{
	(void)state;
	source_tree();
	if (!mkdtemp(dir) || mkdir(path_of("a"), 0755) < 0 ||
	    mkdir(path_of("b"), 0755) < 0)
		return -1;
	write_profile("a/one.yaml", 3);
	write_profile("b/one.yaml", 4);
	write_profile("b/many.yaml", 65536);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path_of("a/one.yaml"));
	unlink(path_of("b/one.yaml"));
	unlink(path_of("b/many.yaml"));
	return rmdir(path_of("a")) || rmdir(path_of("b")) || rmdir(dir);
}

/** each() - where the shipped profiles are, before each test */
static int each(void **state)
{
	(void)state;
	return setenv("LAPSE_PROFILE_PATH", "conf/profiles", 1);
}

/** silence() - standard error to nowhere; Return: what speak() needs */
static int silence(void)
{
	int old = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	fflush(stderr);
	assert_true(old >= 0 && null >= 0);
	dup2(null, STDERR_FILENO);
	close(null);
	return old;
}

/** speak() - standard error as it was */
static void speak(int old)
{
	fflush(stderr);
	dup2(old, STDERR_FILENO);
	close(old);
}

/** settings_of() - a gateway's, read; the caller's to json_decref() */
static json_t *settings_of(const struct lab_spec *spec, bool outer)
{
	json_t *root;
	char *text;

	assert_int_equal(settings_text(spec, outer, &text), 0);
	root = json_loads(text, 0, NULL);
	assert_non_null(root);
	free(text);
	return root;
}

/** at() - the text at a path of three keys at most; NULL where none is */
static const char *at(const json_t *root, const char *a, const char *b,
		      const char *c)
{
	const char *const keys[] = {a, b, c};

	for (size_t i = 0; i < 3 && keys[i]; i++)
		root = json_is_array(root)
			       ? json_array_get(root,
						strtoul(keys[i], NULL, 10))
			       : json_object_get(root, keys[i]);
	return json_string_value(root);
}

static void test_hosts(void **state)
{
	struct lab lab = {.n_hosts = 3};
	uint8_t mac[6];

	(void)state;
	snprintf(lab.host[0].name, LAB_NAME, "client1");
	snprintf(lab.host[1].name, LAB_NAME, "client2");
	snprintf(lab.host[2].name, LAB_NAME, "gateway");
	assert_ptr_equal(lab_host(&lab, "client"), &lab.host[0]);
	assert_ptr_equal(lab_host(&lab, "client2"), &lab.host[1]);
	assert_ptr_equal(lab_host(&lab, "gateway"), &lab.host[2]);
	assert_null(lab_host(&lab, "client3"));
	assert_null(lab_host(&lab, ""));
	lab_mac(0xc0a84d02, mac);
	assert_memory_equal(mac, "\x02\x00\xc0\xa8\x4d\x02", 6);
}

static void test_plain(void **state)
{
	const struct lab_spec spec = {
		.clients = 1, .profile = "us-3g-2013", .seed = "7"};
	json_t *root = settings_of(&spec, false);

	(void)state;
	assert_string_equal(at(root, "profile", NULL, NULL), "us-3g-2013");
	assert_string_equal(at(root, "seed", NULL, NULL), "7");
	assert_string_equal(at(root, "lan", "0", "address"), "192.168.77.1/24");
	assert_string_equal(at(root, "wan", "pool", "0"),
			    "198.51.100.16-198.51.100.16");
	assert_string_equal(at(root, "control", "socket", NULL),
			    "/run/lapse/control.sock");
	assert_string_equal(at(root, "log", "level", NULL), "warning");
	assert_null(json_object_get(root, "dhcp"));
	json_decref(root);
}

/* As many addresses as the profile hints at, within the lab's network. */
static void test_pool(void **state)
{
	struct lab_spec spec = {.clients = 1};
	json_t *root;

	(void)state;
	spec.profile = path_of("a/one.yaml");
	root = settings_of(&spec, false);
	assert_string_equal(at(root, "profile", NULL, NULL), "one");
	assert_string_equal(at(root, "wan", "pool", "0"),
			    "198.51.100.16-198.51.100.18");
	json_decref(root);
	spec.profile = path_of("b/many.yaml");
	root = settings_of(&spec, false);
	assert_string_equal(at(root, "wan", "pool", "0"),
			    "198.51.100.16-198.51.100.143");
	json_decref(root);
}

/* Whoever turns DHCP on by a setting gets no leases from the host's file. */
static void test_leases(void **state)
{
	char key[] = "dhcp.range", value[] = "[192.168.77.50-192.168.77.60]";
	struct lab_setting set = {key, value};
	struct lab_spec spec = {.clients = 1,
				.profile = "rfc-compliant",
				.set = &set,
				.n_set = 1};
	json_t *root = settings_of(&spec, false);

	(void)state;
	assert_string_equal(at(root, "dhcp", "lease-file", NULL),
			    "/run/lapse/leases");
	assert_null(at(root, "dhcp", "range", "0"));
	json_decref(root);
	spec.n_set = 0;
	spec.dhcp = true;
	root = settings_of(&spec, false);
	assert_string_equal(at(root, "dhcp", "lease-file", NULL),
			    "/run/lapse/leases");
	assert_string_equal(at(root, "dhcp", "range", "0"),
			    "192.168.77.100-192.168.77.250");
	json_decref(root);
}

static void test_behind(void **state)
{
	struct lab_spec spec = {.clients = 2,
				.profile = "rfc-compliant",
				.behind = "us-3g-2013",
				.client_profile = {NULL, "cell-2011-rst255"},
				.dhcp = true};
	json_t *root = settings_of(&spec, true);

	(void)state;
	assert_string_equal(at(root, "profile", NULL, NULL), "us-3g-2013");
	assert_string_equal(at(root, "lan", "0", "address"), "100.64.0.1/24");
	assert_string_equal(at(root, "control", "socket", NULL),
			    "/run/lapse/carrier/control.sock");
	assert_null(json_object_get(root, "clients"));
	assert_null(json_object_get(root, "dhcp"));
	json_decref(root);
	root = settings_of(&spec, false);
	assert_string_equal(at(root, "wan", "pool", "0"),
			    "100.64.0.16-100.64.0.16");
	assert_null(at(root, "clients", "client1", "profile"));
	assert_string_equal(at(root, "clients", "client2", "profile"),
			    "cell-2011-rst255");
	/* its address is not known before it has asked for one */
	assert_string_equal(at(root, "clients", "client2", "match"),
			    "02:00:c0:a8:4d:03");
	json_decref(root);
	spec.dhcp = false;
	root = settings_of(&spec, false);
	assert_string_equal(at(root, "clients", "client2", "match"),
			    "192.168.77.3");
	json_decref(root);
}

static void test_outside(void **state)
{
	const struct outside outside = {.network = OUTSIDE_NETWORK + 0x500};
	struct lab_spec spec = {
		.clients = 1, .profile = "rfc-compliant", .wan_host = true};
	json_t *root = settings_of(&spec, false);

	(void)state;
	/* a helper's: whatever it gives */
	assert_string_equal(at(root, "wan", "pool", "0"), "interface");
	json_decref(root);
	spec.outside = &outside;
	root = settings_of(&spec, false);
	assert_string_equal(at(root, "wan", "pool", "0"),
			    "198.18.5.16-198.18.5.16");
	json_decref(root);
}

static void test_wrong(void **state)
{
	char key[] = "nat.udp-timeout", value[] = "soon";
	struct lab_setting set = {key, value};
	struct lab_spec spec = {.clients = 1, .profile = "no-such-profile"};
	char *text;
	int old = silence();

	(void)state;
	assert_int_equal(settings_check(&spec), -EINVAL);
	spec.profile = "rfc-compliant";
	spec.behind = "no-such-profile";
	assert_int_equal(settings_check(&spec), -EINVAL);
	spec.behind = NULL;
	spec.seed = "\xff";
	assert_int_equal(settings_check(&spec), -ENOMEM);
	spec.seed = NULL;
	spec.set = &set;
	spec.n_set = 1;
	assert_int_equal(settings_text(&spec, false, &text), -EINVAL);
	assert_null(text);
	speak(old);
}

/* What is outside has a way back to its own network alone. */
static void test_pool_elsewhere(void **state)
{
	static const char *const bad[] = {
		"[203.0.113.5]", "[198.51.100.250-198.51.101.2]",
		/* the server's own */
		"[198.51.100.7]", "[interface, 198.51.100.8-198.51.100.9]",
		"[198.51.100.0/28]"};
	struct lab_setting set = {"wan.pool",
				  "[interface, 198.51.100.200-198.51.100.250]"};
	struct lab_spec spec = {.clients = 1,
				.profile = "rfc-compliant",
				.set = &set,
				.n_set = 1};
	char *text;
	int old;

	(void)state;
	assert_int_equal(settings_text(&spec, false, &text), 0);
	free(text);
	old = silence();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set.value = bad[i];
		assert_int_equal(settings_text(&spec, false, &text), -EINVAL);
		assert_null(text);
	}
	speak(old);
}

/* A profile is found by its name: another of the same must not stand for it. */
static void test_same_names(void **state)
{
	struct lab_spec spec = {.clients = 2};
	char around[PATH_MAX];
	int old = silence();

	(void)state;
	spec.profile = path_of("a/one.yaml");
	spec.behind = path_of("b/one.yaml");
	assert_int_equal(profiles_check(&spec), -EINVAL);
	spec.behind = "one";
	assert_int_equal(profiles_check(&spec), -EINVAL);
	spec.behind = NULL;
	spec.client_profile[1] = path_of("b/one.yaml");
	assert_int_equal(profiles_check(&spec), -EINVAL);
	speak(old);
	/* one folder, by two ways */
	snprintf(around, sizeof(around), "%s/b/../a/one", dir);
	spec.client_profile[1] = around;
	assert_int_equal(profiles_check(&spec), 0);
	spec.client_profile[1] = path_of("b/many.yaml");
	assert_int_equal(profiles_check(&spec), 0);
}

static void test_environment(void **state)
{
	json_t *name;
	char *undo, here[PATH_MAX];

	(void)state;
	undo = profiles_environment();
	assert_string_equal(undo, "LAPSE_PROFILE_PATH=conf/profiles");
	free(undo);
	name = profiles_name(path_of("a/one.yaml"));
	assert_string_equal(json_string_value(name), "one");
	json_decref(name);
	snprintf(here, sizeof(here), "%s:conf/profiles", path_of("a"));
	assert_string_equal(getenv("LAPSE_PROFILE_PATH"), here);
	/* a name alone changes nothing */
	name = profiles_name("us-3g-2013");
	assert_string_equal(json_string_value(name), "us-3g-2013");
	json_decref(name);
	assert_string_equal(getenv("LAPSE_PROFILE_PATH"), here);
	unsetenv("LAPSE_PROFILE_PATH");
	undo = profiles_environment();
	assert_string_equal(undo, "LAPSE_PROFILE_PATH");
	free(undo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test_setup(test_plain, each),
		cmocka_unit_test_setup(test_pool, each),
		cmocka_unit_test_setup(test_leases, each),
		cmocka_unit_test_setup(test_behind, each),
		cmocka_unit_test_setup(test_outside, each),
		cmocka_unit_test_setup(test_wrong, each),
		cmocka_unit_test_setup(test_pool_elsewhere, each),
		cmocka_unit_test_setup(test_same_names, each),
		cmocka_unit_test_setup(test_environment, each),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
