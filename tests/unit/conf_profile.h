/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_profile - a folder for profiles that a test writes, before the shipped
 * ones
 */
#ifndef TESTS_UNIT_CONF_PROFILE_H
#define TESTS_UNIT_CONF_PROFILE_H

#include <dirent.h>
#include "tests/unit/test_conf_util.h"

/* What each profile has to begin with. */
#define HEAD "title: t\ndate: 2020\n"

/* A folder of the test's own. */
static char profile_dir[] = "/tmp/test_conf_profile.XXXXXX";

/** profile_write() - a profile of that name in the test's folder */
static inline void profile_write(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.yaml", profile_dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/** profiles_setup() - the folder, and the shipped profiles behind it */
static inline int profiles_setup(void **state)
{
	char search[PATH_MAX];

	(void)state;
	source_tree();
	if (!mkdtemp(profile_dir))
		return -1;
	snprintf(search, sizeof(search), "%s:conf/profiles", profile_dir);
	return setenv("LAPSE_PROFILE_PATH", search, 1);
}

/** profiles_empty() - take away what was written so far */
static inline void profiles_empty(void)
{
	DIR *d = opendir(profile_dir);
	struct dirent *entry;

	/* cppcheck-suppress readdirCalled ; there is one thread */
	while (d && (entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
}

/** profiles_teardown() - nothing stays behind */
static inline int profiles_teardown(void **state)
{
	(void)state;
	profiles_empty();
	return rmdir(profile_dir);
}

/** using() - settings with that profile and nothing else */
static inline struct conf *using(const char *name)
{
	const struct conf_override set = {"profile", name};

	return parsed("", &set, 1);
}

#endif /* TESTS_UNIT_CONF_PROFILE_H */
