// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_lease_file - leases from the lease file: whole, cut anywhere, damaged
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "dhcpd/journal.h"
#include "dhcpd/report.h"
#include "gateway/journal_load.h"

#define LEASES 8
#define FIRST  0xc0a84d32 /* 192.168.77.50 */

/**
 * struct rig - a folder, and what a lease file has
 * @end:	where each record ends
 */
struct rig {
	char folder[64];
	char path[96];
	uint8_t bytes[JOURNAL_HEADER + LEASES * JOURNAL_RECORD];
	size_t end[LEASES + 1];
};

static const struct dhcpd_now now = {.lapse = 1000, .real = 1000};

/** engine() - one without any lease */
static struct dhcpd *engine(void)
{
	static const struct dhcpd_lan lan = {0xc0a84d01};
	static const struct dhcpd_range range = {FIRST, FIRST + LEASES - 1};
	static struct dhcpd_subnet subnet;
	static struct dhcpd_settings settings;
	struct dhcpd *d;

	dhcpd_subnet_default(&subnet);
	subnet.addr = lan.address;
	subnet.bits = 24;
	subnet.lan = 0;
	subnet.ranges = &range;
	subnet.n_ranges = 1;
	dhcpd_settings_default(&settings);
	settings.lans = &lan;
	settings.n_lans = 1;
	settings.subnets = &subnet;
	settings.n_subnets = 1;
	settings.max_leases = 64;
	d = dhcpd_alloc(&settings, 1, now);
	assert_non_null(d);
	return d;
}

/** make_bytes() - a record a lease */
static void make_bytes(struct rig *rig)
{
	size_t at = JOURNAL_HEADER;

	journal_header(rig->bytes);
	rig->end[0] = at;
	for (uint8_t i = 0; i < LEASES; i++) {
		const uint8_t id[7] = {1, 2, 0, 0, 0, 0, i};
		struct journal_entry entry = {
			.address = FIRST + i,
			.state = JOURNAL_BOUND,
			.wall = (uint64_t)time(NULL) * 1000,
			.length = 3600000,
			.left = 3600000,
			.renew_left = 1800000,
			.rebind_left = 3150000,
			.htype = 1,
			.hlen = 6,
			.id = id,
			.id_len = sizeof(id),
			.hostname = "phone",
			.hostname_len = 5,
		};

		memcpy(entry.chaddr, id + 1, 6);
		at += journal_encode(&entry, rig->bytes + at);
		rig->end[i + 1] = at;
	}
}

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	snprintf(rig->folder, sizeof(rig->folder),
		 "/tmp/lapse-lease-file-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	snprintf(rig->path, sizeof(rig->path), "%s/leases", rig->folder);
	make_bytes(rig);
	*state = rig;
	return 0;
}

/** remove_all() - the lease file and its copies */
static void remove_all(const struct rig *rig)
{
	char name[128];

	unlink(rig->path);
	for (int i = 1; i < 5; i++) {
		snprintf(name, sizeof(name), "%s.damaged-%d", rig->path, i);
		unlink(name);
	}
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	remove_all(rig);
	assert_int_equal(rmdir(rig->folder), 0);
	free(rig);
	return 0;
}

/** put() - a file with these bytes */
static void put(const char *path, const uint8_t *bytes, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	close(fd);
}

/** load() - into a new engine; how many of the leases, in order, it has */
static unsigned load(const struct rig *rig)
{
	struct journal_file file = {.fd = -1};
	struct dhcpd *d = engine();
	struct dhcpd_gauges gauges;
	unsigned n = 0;

	assert_int_equal(journal_load(rig->path, false, d, now, &file), 0);
	while (dhcpd_lease_valid(d, now, FIRST + n))
		n++;
	dhcpd_gauges(d, &gauges);
	assert_int_equal(gauges.leases, n);
	assert_true(dhcpd_check(d));
	journal_file_close(&file);
	dhcpd_free(d);
	return n;
}

/** aside() - whether there is a copy of the damaged file */
static bool aside(const struct rig *rig)
{
	char name[128];

	snprintf(name, sizeof(name), "%s.damaged-1", rig->path);
	return access(name, F_OK) == 0;
}

/** test_every_prefix() - all whole records, and never anything else */
static void test_every_prefix(void **state)
{
	const struct rig *rig = *state;
	unsigned whole = 0;

	for (size_t len = 0; len <= rig->end[LEASES]; len++) {
		put(rig->path, rig->bytes, len);
		if (whole < LEASES && len >= rig->end[whole + 1])
			whole++;
		assert_int_equal(load(rig), whole);
		/* an empty file is none; a cut between records is no damage */
		assert_int_equal(aside(rig), len && len != rig->end[whole]);
		/* the start has mended it */
		remove_all(rig);
	}
}

/** test_mended() - what a start has written, the next one reads */
static void test_mended(void **state)
{
	const struct rig *rig = *state;

	put(rig->path, rig->bytes, rig->end[LEASES] - 1);
	assert_int_equal(load(rig), LEASES - 1);
	assert_true(aside(rig));
	remove_all(rig);
	put(rig->path, rig->bytes, rig->end[LEASES]);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(load(rig), LEASES);
	assert_false(aside(rig));
}

/** test_damage() - one byte anywhere costs one record at most */
static void test_damage(void **state)
{
	struct rig *rig = *state;
	struct dhcpd_gauges gauges;
	struct journal_file file;

	for (size_t at = 0; at < rig->end[LEASES]; at++) {
		struct dhcpd *d = engine();

		rig->bytes[at] ^= 0x40;
		put(rig->path, rig->bytes, rig->end[LEASES]);
		rig->bytes[at] ^= 0x40;
		assert_int_equal(journal_load(rig->path, false, d, now, &file),
				 0);
		dhcpd_gauges(d, &gauges);
		assert_true(gauges.leases >= LEASES - 1);
		assert_true(aside(rig));
		journal_file_close(&file);
		dhcpd_free(d);
		remove_all(rig);
	}
}

/** test_lock() - two at once do not write the same file */
static void test_lock(void **state)
{
	const struct rig *rig = *state;
	struct journal_file first, second;
	struct dhcpd *d = engine();

	assert_int_equal(journal_load(rig->path, false, d, now, &first), 0);
	assert_int_equal(journal_load(rig->path, false, d, now, &second),
			 -EBUSY);
	journal_file_close(&first);
	assert_int_equal(journal_load(rig->path, false, d, now, &second), 0);
	journal_file_close(&second);
	dhcpd_free(d);
}

/** test_link() - what is replaced is the file, not a link that leads to it */
static void test_link(void **state)
{
	const struct rig *rig = *state;
	char link[sizeof(rig->folder) + 8], far[sizeof(rig->folder) + 8];
	struct journal_file file;
	struct dhcpd *d = engine();
	struct stat st;
	char *path;

	snprintf(link, sizeof(link), "%s/link", rig->folder);
	snprintf(far, sizeof(far), "%s/far", rig->folder);
	/* nothing is there: that is where it shall be */
	path = journal_file_path(link);
	assert_string_equal(path, link);
	free(path);
	assert_int_equal(symlink("far", link), 0);
	for (int round = 0; round < 2; round++) {
		path = journal_file_path(link);
		assert_string_equal(path, far);
		assert_int_equal(journal_load(path, false, d, now, &file), 0);
		journal_file_close(&file);
		free(path);
		assert_int_equal(lstat(link, &st), 0);
		assert_true(S_ISLNK(st.st_mode));
		assert_int_equal(lstat(far, &st), 0);
		assert_true(S_ISREG(st.st_mode));
	}
	unlink(link);
	unlink(far);
	dhcpd_free(d);
}

/** test_no_file() - a folder, a path too long, no permission to make it */
static void test_no_file(void **state)
{
	const struct rig *rig = *state;
	struct journal_file file;
	struct dhcpd *d = engine();
	char path[PATH_MAX + 16];

	assert_int_equal(journal_load(rig->folder, false, d, now, &file),
			 -EINVAL);
	assert_int_equal(
		journal_load("/proc/lapse/leases", false, d, now, &file),
		-EINVAL);
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(journal_load(path, false, d, now, &file), -EINVAL);
	dhcpd_free(d);
}

/** test_set_aside() - each copy has a name of its own */
static void test_set_aside(void **state)
{
	const struct rig *rig = *state;
	char copy[PATH_MAX], last[PATH_MAX] = "";
	struct stat st;

	for (int i = 1; i < 4; i++) {
		assert_int_equal(journal_file_set_aside(rig->path, rig->bytes,
							100, copy),
				 0);
		assert_string_not_equal(copy, last);
		memcpy(last, copy, strlen(copy) + 1);
		assert_int_equal(stat(copy, &st), 0);
		assert_int_equal(st.st_size, 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_prefix, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_mended, setup, teardown),
		cmocka_unit_test_setup_teardown(test_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lock, setup, teardown),
		cmocka_unit_test_setup_teardown(test_link, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_file, setup, teardown),
		cmocka_unit_test_setup_teardown(test_set_aside, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
