// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * profile - finding and reading profiles, in which each value has its source
 */
#include "conf/internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/value.h"

#ifndef LAPSE_PROFILE_DIR
#define LAPSE_PROFILE_DIR "/usr/share/lapse/profiles"
#endif
#ifndef LAPSE_SYSCONF_DIR
#define LAPSE_SYSCONF_DIR "/etc/lapse"
#endif

/* A build tree has its programs in build/ or build/VARIANT/. */
#define BUILD_DEPTH 2

/**
 * own_path() - of the program that runs
 * @path:	set, "" where it is not known
 *
 * Asked for once: in new namespaces of mounts, and below a chroot(), the kernel
 * calls it by a name that leads nowhere.
 */
static void own_path(char path[static PATH_MAX])
{
	static char known[PATH_MAX];

	if (!known[0] &&
	    readlink("/proc/self/exe", known, sizeof(known) - 1) < 0)
		known[0] = '\0';
	memcpy(path, known, sizeof(known));
}

/** build_tree() - the profiles of the tree that the program was built in */
static bool build_tree(profile_dir_fn *fn, void *arg)
{
	char path[PATH_MAX];
	char dir[PATH_MAX + 32];

	own_path(path);
	for (unsigned up = 0; up <= BUILD_DEPTH; up++) {
		char *slash = strrchr(path, '/');

		if (!slash)
			return false;
		*slash = '\0';
		if (!up)
			continue;
		snprintf(dir, sizeof(dir), "%s/conf/profiles", path);
		if (access(dir, R_OK | X_OK) == 0)
			return fn(dir, arg);
	}
	return false;
}

bool profile_dirs_each(profile_dir_fn *fn, void *arg)
{
	const char *list = secure_getenv("LAPSE_PROFILE_PATH");
	char dir[PATH_MAX];

	while (list && *list) {
		size_t len = strcspn(list, ":");

		snprintf(dir, sizeof(dir), "%.*s", (int)len, list);
		if (len && len < sizeof(dir) && fn(dir, arg))
			return true;
		list += len + (list[len] == ':');
	}
	return build_tree(fn, arg) || fn(LAPSE_SYSCONF_DIR "/profiles", arg) ||
	       fn(LAPSE_PROFILE_DIR, arg);
}

/** struct search - a profile looked for */
struct search {
	struct region *region;
	const char *name;
	const char *path;
	struct nearest nearest;
};

/** search_dir() - profile_dir_fn: whether the profile is there */
static bool search_dir(const char *dir, void *arg)
{
	struct search *search = arg;
	const char *path =
		region_print(search->region, "%s/%s.yaml", dir, search->name);

	if (access(path, F_OK) != 0)
		return false;
	search->path = path;
	return true;
}

/** consider() - profile_name_fn: a name that may have been meant */
static void consider(const char *name, void *arg)
{
	struct search *search = arg;

	nearest_offer(&search->nearest, name);
}

/** search_similar() - profile_dir_fn: consider the names of all profiles there
 */
static bool search_similar(const char *dir, void *arg)
{
	struct search *search = arg;

	profile_names_each(dir, search->region, consider, search);
	return false;
}

/* --- sources --- */

/** source_find() - the part @part of the source of @path, or NULL */
static const struct conf_item *source_find(const struct conf_items *sources,
					   const char *path, const char *part)
{
	for (size_t i = 0; i < sources->n; i++) {
		const struct conf_item *item = &sources->item[i];
		const char *last = strrchr(item->path, '.');

		if (item->kind == ITEM_VALUE && !strcmp(item->element, path) &&
		    !strcmp(last + 1, part))
			return item;
	}
	return NULL;
}

/** needs_source() - whether an item is a value that must be founded */
static bool needs_source(const struct conf_item *item)
{
	return (item->kind == ITEM_VALUE || item->kind == ITEM_BAD) &&
	       item->base != BASE_SOURCE &&
	       (!item->key || item->key->base != BASE_PROFILE);
}

/** sources_attach() - give each value its source */
static void sources_attach(struct conf_load *load, struct conf_items *items,
			   const struct conf_items *sources)
{
	for (size_t i = 0; i < items->n; i++) {
		struct conf_item *item = &items->item[i];
		const struct conf_item *class;
		const struct conf_item *text;

		if (!needs_source(item))
			continue;
		class = source_find(sources, item->path, "class");
		text = source_find(sources, item->path, "text");
		if (class && text) {
			item->origin.class =
				(enum conf_class) class->value.number;
			item->origin.source = text->value.text;
		} else if (item->kind == ITEM_VALUE) {
			conf_fail(load, item->origin,
				  "%s has no source; write under sources: %s: "
				  "{class: …, text: …}",
				  item->path, item->path);
		}
	}
}

/** sources_check() - no source without a value, no value twice founded */
static void sources_check(struct conf_load *load,
			  const struct conf_items *items,
			  const struct conf_items *sources)
{
	for (size_t i = 0; i < sources->n; i++) {
		const struct conf_item *source = &sources->item[i];
		bool used = false;

		if (source->kind != ITEM_ELEMENT)
			continue;
		for (size_t j = 0; j < items->n; j++)
			used = used ||
			       (needs_source(&items->item[j]) &&
				!strcmp(items->item[j].path, source->element));
		if (!used)
			conf_fail(load, source->origin,
				  "%.100s is a source without a value; set the "
				  "value, or take the source away",
				  source->element);
	}
}

/** meta_store() - title and date, which every profile has */
static void meta_store(struct conf_load *load, struct conf_profile *profile,
		       struct conf_origin top)
{
	for (size_t i = 0; i < profile->items.n; i++) {
		struct conf_item *item = &profile->items.item[i];

		if (item->kind == ITEM_VALUE && item->key->base == BASE_PROFILE)
			item->key->type->store(item->key, profile,
					       &item->value);
	}
	if (!profile->title)
		conf_fail(load, top, "title is missing; write what it is");
	if (!profile->date)
		conf_fail(load, top,
			  "date is missing; write that of its sources");
}

/** profile_read() - the items of a profile's file */
static void profile_read(struct conf_load *load, struct conf_profile *profile)
{
	struct conf_items all = {0};
	struct conf_items sources = {0};
	struct conf_text source = {
		.load = load,
		.out = &all,
		.rank = RANK_PROFILE,
		.scope = KEY_PROFILE,
	};
	struct conf_origin top;
	char why[CONF_WHY_MAX] = "";
	size_t len = 0;
	char *text = file_read(load->region, profile->path, &len, why);

	source.origin.layer = CONF_PROFILE;
	source.origin.name = profile->path;
	top = source.origin;
	top.line = top.column = 1;
	if (!text) {
		conf_fail(load, source.origin, "cannot be read: %s", why);
		return;
	}
	if (!tree_read(&source, text, len))
		return;
	for (size_t i = 0; i < all.n; i++) {
		bool is_source = all.item[i].base == BASE_SOURCE;

		*items_add(load->region,
			   is_source ? &sources : &profile->items) =
			all.item[i];
	}
	meta_store(load, profile, top);
	sources_attach(load, &profile->items, &sources);
	sources_check(load, &profile->items, &sources);
}

struct conf_profile *profile_get(struct conf_load *load, const char *name,
				 struct conf_origin at)
{
	struct search search = {load->region, name, NULL, nearest_begin(name)};
	struct conf_profile *profile;
	size_t errors = load->n_errors;

	for (profile = load->profiles; profile; profile = profile->next)
		if (!strcmp(profile->name, name))
			return profile;
	profile = region_alloc(load->region, sizeof(*profile));
	profile->next = load->profiles;
	profile->name = name;
	load->profiles = profile;
	if (!strcmp(name, "default")) {
		profile->usable = true;
	} else if (profile_dirs_each(search_dir, &search)) {
		profile->path = search.path;
		profile_read(load, profile);
		profile->usable = load->n_errors == errors;
	} else {
		profile_dirs_each(search_similar, &search);
		conf_fail(load, at,
			  search.nearest.found
				  ? "no profile \"%s\"; did you mean \"%s\"?"
				  : "no profile \"%s\"%s; lapse profile list "
				    "shows them",
			  name,
			  search.nearest.found ? search.nearest.found : "");
	}
	policy_build(load, profile);
	return profile;
}
