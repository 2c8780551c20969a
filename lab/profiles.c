// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * profiles - those that a lab is asked for, by name or as a file
 */
#include "lab/profiles.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "conf/value.h"
#include "lab/say.h"

char *profiles_environment(void)
{
	const char *old = getenv("LAPSE_PROFILE_PATH");
	char *text;

	if (asprintf(&text, "LAPSE_PROFILE_PATH%s%s", old ? "=" : "",
		     old ? old : "") < 0)
		return NULL;
	return text;
}

/** begins_with() - whether a search path has @dir as its first folder */
static bool begins_with(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return path && strncmp(path, dir, len) == 0 &&
	       (path[len] == ':' || !path[len]);
}

/**
 * split() - the name in what was given as a profile, and the folder of a file
 * @dir:	"" for a profile that is given by its name
 * @len:	of the name
 */
static const char *split(const char *given, char dir[static PATH_MAX],
			 size_t *len)
{
	const char *slash = strrchr(given, '/');
	const char *name = slash ? slash + 1 : given;
	bool is_file = slash != NULL;

	*len = strlen(name);
	if (*len > 5 && strcmp(name + *len - 5, ".yaml") == 0) {
		*len -= 5;
		is_file = true;
	}
	snprintf(dir, PATH_MAX, "%.*s",
		 !is_file ? 0
		 : slash  ? (int)(slash - given) + 1
			  : 1,
		 slash ? given : ".");
	return name;
}

json_t *profiles_name(const char *given)
{
	const char *old = getenv("LAPSE_PROFILE_PATH");
	char path[2 * PATH_MAX], dir[PATH_MAX], real[PATH_MAX];
	size_t len;
	const char *name = split(given, dir, &len);

	if (*dir && realpath(dir, real) && !begins_with(old, real)) {
		snprintf(path, sizeof(path), "%s%s%s", real, old ? ":" : "",
			 old ? old : "");
		setenv("LAPSE_PROFILE_PATH", path, 1);
	}
	return json_stringn(name, len);
}

/**
 * file_is_none() - why a file that was given cannot be it, after a message
 * @dir:	as split() has it
 * @real:	the same, absolute, or NULL
 *
 * It is looked for by its name, in a path with colons between the folders, so
 * that without this a namesake would stand for one that is not there.
 */
static bool file_is_none(const char *given, const char *dir, const char *real,
			 const char *name)
{
	char path[2 * PATH_MAX];

	snprintf(path, sizeof(path), "%s/%.*s.yaml", dir, NAME_MAX, name);
	if (access(given, F_OK) < 0 && access(path, F_OK) < 0)
		say_error("profile %s: %s", given, strerror(errno));
	else if (access(path, F_OK) < 0)
		say_error("profile %s: the file's name must end in .yaml, as "
			  "%s.yaml",
			  given, name);
	else if (!profile_name_valid(name))
		say_error("profile %s: the file's name, without .yaml, is the "
			  "profile's; it may have small letters, digits and -",
			  given);
	else if (real && strchr(real, ':'))
		say_error("profile %s: its folder, %s, must not have a colon "
			  "in its name",
			  given, real);
	else
		return false;
	return true;
}

/** struct file - a profile that was given; @dir NULL: by its name alone */
struct file {
	char name[NAME_MAX + 1];
	char *dir;
};

/**
 * clash() - whether two of @n files have one name, after a message
 *
 * A profile is looked for by its name, in one folder after the other.
 */
static bool clash(const struct file *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			const char *a = files[i].dir, *b = files[k].dir;

			if (strcmp(files[i].name, files[k].name) != 0 ||
			    (a && b ? strcmp(a, b) == 0 : a == b))
				continue;
			say_error("two profiles are called %s: %s%s and %s%s; "
				  "give one of them another name",
				  files[i].name, b ? "that of " : "",
				  b ? b : "the one of this name",
				  a ? "that of " : "",
				  a ? a : "the one of this name");
			return true;
		}
	return false;
}

int profiles_check(const struct lab_spec *spec)
{
	struct file files[LAB_CLIENTS_MAX + 2] = {{.dir = NULL}};
	const char *given[LAB_CLIENTS_MAX + 2];
	size_t n = 0;
	bool bad = false;

	given[n++] = spec->profile;
	if (spec->behind)
		given[n++] = spec->behind;
	for (unsigned i = 0; i < spec->clients; i++)
		if (spec->client_profile[i])
			given[n++] = spec->client_profile[i];
	for (size_t i = 0; i < n; i++) {
		char dir[PATH_MAX];
		size_t len;
		const char *name = split(given[i], dir, &len);

		snprintf(files[i].name, sizeof(files[i].name), "%.*s", (int)len,
			 name);
		files[i].dir = *dir ? realpath(dir, NULL) : NULL;
		bad |= *dir &&
		       file_is_none(given[i], dir, files[i].dir, files[i].name);
	}
	bad = bad || clash(files, n);
	for (size_t i = 0; i < n; i++)
		free(files[i].dir);
	return bad ? -EINVAL : 0;
}
