// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * catalog - which profiles there are, and what one says
 */
#include "conf/internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "conf/value.h"

/** struct catalog - the names found so far */
struct catalog {
	struct region *region;
	const char **name;
	size_t n;
	size_t capacity;
};

/** compare_name() - for qsort() */
static int compare_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void profile_names_each(const char *dir, struct region *region,
			profile_name_fn *fn, void *arg)
{
	struct dirent *entry;
	DIR *d = opendir(dir);

	/* cppcheck-suppress readdirCalled ; no thread but this has @d */
	while (d && (entry = readdir(d)) != NULL) {
		const char *dot = strrchr(entry->d_name, '.');
		const char *name;

		if (!dot || strcmp(dot, ".yaml") != 0)
			continue;
		name = region_text(region, entry->d_name,
				   (size_t)(dot - entry->d_name));
		if (profile_name_valid(name))
			fn(name, arg);
	}
	if (d)
		closedir(d);
}

/**
 * take_name() - profile_name_fn: unless an earlier folder had it, which wins
 */
static void take_name(const char *name, void *arg)
{
	struct catalog *catalog = arg;

	for (size_t i = 0; i < catalog->n; i++)
		if (!strcmp(catalog->name[i], name))
			return;
	catalog->name = region_grow(catalog->region, catalog->name, catalog->n,
				    &catalog->capacity, sizeof(*catalog->name));
	catalog->name[catalog->n++] = name;
}

/** take_dir() - profile_dir_fn: the names of all profiles there */
static bool take_dir(const char *dir, void *arg)
{
	struct catalog *catalog = arg;

	profile_names_each(dir, catalog->region, take_name, catalog);
	return false;
}

struct conf_profile_info profile_info(const struct conf_profile *profile)
{
	struct conf_profile_info info = {
		.name = profile->name,
		.title = profile->title,
		.date = profile->date,
		.path = profile->path,
	};

	for (size_t i = 0; i < profile->items.n; i++) {
		const struct conf_item *item = &profile->items.item[i];

		if (item->kind != ITEM_VALUE || item->key->base == BASE_PROFILE)
			continue;
		info.values++;
		info.assumed += item->origin.class == CONF_ASSUMED;
	}
	return info;
}

size_t conf_profiles(conf_profile_fn *fn, void *arg, FILE *errors)
{
	struct conf_load load = {.region = region_new()};
	struct catalog catalog = {.region = load.region};
	const struct conf_origin nowhere = {.layer = CONF_FILE,
					    .name = "profiles"};
	size_t bad = 0;

	profile_dirs_each(take_dir, &catalog);
	if (catalog.n)
		qsort(catalog.name, catalog.n, sizeof(*catalog.name),
		      compare_name);
	for (size_t i = 0; i < catalog.n; i++) {
		const struct conf_profile *profile =
			profile_get(&load, catalog.name[i], nowhere);
		struct conf_profile_info info = profile_info(profile);

		if (profile->usable)
			fn(&info, arg);
		else
			bad++;
	}
	if (load.n_errors)
		conf_errors_write(&load, errors);
	region_free(load.region);
	return bad;
}

bool conf_profile_about(const struct conf *conf, struct conf_profile_info *info)
{
	const struct conf_priv *priv = conf->priv;

	if (!priv->profile)
		return false;
	*info = profile_info(priv->profile);
	return true;
}
