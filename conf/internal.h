/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * internal - what the files of conf/ share
 *
 * Nobody else sees it, but who reads YAML as settings are read: scenarios.
 *
 * Theory of operation. A file, a profile and an assignment each become a flat
 * list of items, {dotted path, parsed value, origin} (tree.c). The lists are
 * joined and each path keeps the item of the highest rank (merge.c). What is
 * left is stored over the defaults (build.c) and checked as a whole (check.c).
 * The items stay: they tell later where a value came from.
 */
#ifndef CONF_INTERNAL_H
#define CONF_INTERNAL_H

#include <stdarg.h>
#include <yaml.h>

#include "conf/conf.h"
#include "conf/region.h"
#include "conf/schema.h"

/** CONF_FILE_MAX - bytes of the longest settings file or profile */
#define CONF_FILE_MAX 1048576

/** CONF_DEPTH_MAX - how deep lists and maps may nest */
#define CONF_DEPTH_MAX 16

/** CONF_NODES_MAX - how many values, keys, lists and maps a file may have */
#define CONF_NODES_MAX 65536

/** CONF_ELEMENTS_MAX - how many elements a collection may have */
#define CONF_ELEMENTS_MAX 4096

/* Ranks of items: a file wins over a profile, assignments over both, and the
 * later assignment over the earlier. */
#define RANK_PROFILE 0u
#define RANK_FILE    1u
#define RANK_SET     2u

/** enum conf_item_kind - what an item says */
enum conf_item_kind {
	ITEM_VALUE,   /* the key has this value */
	ITEM_BAD,     /* it has one, but a wrong one; the error is known */
	ITEM_ELEMENT, /* this element of a collection exists */
	ITEM_RESET,   /* a list begins: what lower ranks put into it is void */
};

/**
 * struct conf_item - one thing said by a file, profile or assignment
 * @kind:	what is said
 * @key:	row of the schema; NULL unless a value
 * @path:	dotted, as chosen: "clients.phone.nat.refresh"
 * @base:	BASE_POLICY or a collection, even for a client's values
 * @element:	of a collection: which one, "phone" or "0"; else NULL
 * @value:	parsed
 * @origin:	of the key
 * @value_at:	of the value
 * @rank:	the higher wins
 * @order:	position in the joined list
 * @dead:	lost against another
 */
struct conf_item {
	enum conf_item_kind kind;
	const struct conf_key *key;
	const char *path;
	enum conf_base base;
	const char *element;
	union conf_value value;
	struct conf_origin origin;
	struct conf_origin value_at;
	unsigned rank;
	size_t order;
	bool dead;
};

/** struct conf_items - a growing list of them, the region's */
struct conf_items {
	struct conf_item *item;
	size_t n;
	size_t capacity;
};

/**
 * struct conf_profile - a profile that was read
 * @next:	another one
 * @name:	its name
 * @title:	what it is, in words
 * @date:	of the newest source
 * @path:	of its file
 * @items:	what it says, without the sources
 * @policy:	the policy of a client that has this profile
 * @ports:	its port rules
 * @n_ports:	their number
 * @usable:	false if errors were found in it, or it was not found
 */
struct conf_profile {
	struct conf_profile *next;
	const char *name;
	const char *title;
	const char *date;
	const char *path;
	struct conf_items items;
	struct nat_policy policy;
	struct nat_port_rule *ports;
	size_t n_ports;
	bool usable;
};

/** struct conf_error - one error, until all are known */
struct conf_error {
	struct conf_origin at;
	size_t order;
	const char *text;
};

/**
 * struct conf_load - the state while settings are loaded
 * @region:	where everything comes from
 * @items:	joined list
 * @profiles:	those read so far
 * @errors:	found so far
 */
struct conf_load {
	struct region *region;
	struct conf_items items;
	struct conf_profile *profiles;
	struct conf_error *errors;
	size_t n_errors;
	size_t errors_capacity;
};

/**
 * struct conf_names - the names of a collection's elements, in their order
 */
struct conf_names {
	const char **name;
	size_t n;
	size_t capacity;
};

/**
 * struct conf_priv - what settings keep for conf_foreach() and the checks
 * @region:	holds all of it, struct conf as well
 * @sorted:	living items by path
 * @n_sorted:	their number
 * @names:	by collection
 * @profiles:	those that were read
 * @profile:	the global one, or NULL: defaults
 * @dhcp:	`dhcp` as it was said
 */
struct conf_priv {
	struct region *region;
	const struct conf_item **sorted;
	size_t n_sorted;
	struct conf_names names[BASES];
	struct conf_profile *profiles;
	struct conf_profile *profile;
	struct conf_dhcp *dhcp;
};

/**
 * struct conf_text - a text that items are read from
 * @load:	the state
 * @out:	where items go
 * @origin:	layer and name of all of them
 * @rank:	rank of all of them
 * @scope:	KEY_FILE or KEY_PROFILE
 * @document:	while it is walked
 */
struct conf_text {
	struct conf_load *load;
	struct conf_items *out;
	struct conf_origin origin;
	unsigned rank;
	unsigned scope;
	yaml_document_t *document;
};

/* catalog.c */

/** profile_info() - what is to be said about a profile as a whole */
struct conf_profile_info profile_info(const struct conf_profile *profile);

/* notes.c */

/** profile_find() - a profile that was read, by its name; or NULL */
const struct conf_profile *profile_find(const struct conf_priv *priv,
					const char *name);

/* print.c */

/** item_origin() - an item's origin as users see it: a profile by its name */
struct conf_origin item_origin(const struct conf_priv *priv,
			       const struct conf_item *item);

/* error.c */

/** conf_fail() - add an error at @at: what, and what would be right */
void conf_fail(struct conf_load *load, struct conf_origin at,
	       const char *format, ...) __attribute__((format(printf, 3, 4)));

/** conf_errors_write() - all of them, in order of place, a line each */
void conf_errors_write(const struct conf_load *load, FILE *out);

/* yaml.c */

/**
 * yaml_open() - the tree of a text, checked to be plain
 * @source:	where errors go
 * @text:	UTF-8
 * @len:	its length
 * @document:	to be released with yaml_document_delete()
 *
 * Refuses what settings have no use for: anchors, aliases, tags, several
 * documents; and what is too deep or too much.
 *
 * Return: true, or false after at least one error.
 */
bool yaml_open(struct conf_text *source, const char *text, size_t len,
	       yaml_document_t *document);

/** yaml_at() - the origin of a mark in @source */
struct conf_origin yaml_at(const struct conf_text *source, yaml_mark_t mark);

/* tree.c */

/**
 * tree_read() - the items of a whole file; errors go to source->load
 *
 * Return: false if it is no YAML that can be read.
 */
bool tree_read(struct conf_text *source, const char *text, size_t len);

/** tree_assign() - the items of one assignment of @value to the path @key */
void tree_assign(struct conf_text *source, const char *key, const char *value);

/* profile.c */

/**
 * profile_get() - a profile by name, read at most once a load
 * @load:	the state; errors are added
 * @name:	valid
 * @at:		where it was asked for
 *
 * Return: never NULL, but not always usable.
 */
struct conf_profile *profile_get(struct conf_load *load, const char *name,
				 struct conf_origin at);

/** profile_dir_fn - takes one folder of profiles; true to stop */
typedef bool profile_dir_fn(const char *dir, void *arg);

/**
 * profile_dirs_each() - the folders of profiles, in order of precedence
 *
 * Return: whether @fn stopped it.
 */
bool profile_dirs_each(profile_dir_fn *fn, void *arg);

/** profile_name_fn - takes the name of a profile; it is the region's */
typedef void profile_name_fn(const char *name, void *arg);

/** profile_names_each() - the names of all profiles in a folder, if there is */
void profile_names_each(const char *dir, struct region *region,
			profile_name_fn *fn, void *arg);

/** file_read() - a file into the region; NULL with @why set */
char *file_read(struct region *region, const char *path, size_t *len,
		char why[static CONF_WHY_MAX]);

/* merge.c */

/** items_add() - a zeroed item at the end */
struct conf_item *items_add(struct region *region, struct conf_items *items);

/** items_join() - copies of @from at the end of @to */
void items_join(struct region *region, struct conf_items *to,
		const struct conf_items *from);

/**
 * items_merge() - mark as dead what others override; sort the rest by path
 * @sorted:	set to the living items, by path
 *
 * Return: their number.
 */
size_t items_merge(struct region *region, struct conf_items *items,
		   const struct conf_item ***sorted);

/* build.c */

/** conf_build() - store all items over the defaults; then check nothing yet */
struct conf *conf_build(struct conf_load *load);

/** policy_build() - a profile's policy, over the defaults, and port rules */
void policy_build(struct conf_load *load, struct conf_profile *profile);

/** collection_element() - element @i of a collection of @conf */
void *collection_element(const struct conf *conf, enum conf_base base,
			 size_t i);

/** conf_find() - the living item of exactly this path, or NULL */
const struct conf_item *conf_find(const struct conf_priv *priv,
				  const char *path);

/** conf_find_below() - some living item below "path.", or NULL */
const struct conf_item *conf_find_below(const struct conf_priv *priv,
					const char *path);

/* check.c and policy.c */

/**
 * conf_check() - whether settings make sense as a whole; errors are added
 * @conf:	built
 * @load:	the state
 * @top:	where to point to for what is missing
 * @links:	whether lan and wan must be there
 */
void conf_check(const struct conf *conf, struct conf_load *load,
		struct conf_origin top, bool links);

/** check_policies() - the part of it that is about behaviours and ports */
void check_policies(const struct conf *conf, struct conf_load *load,
		    struct conf_origin top);

/** pool_count() - addresses in the pool; "interface" counts as one */
uint64_t pool_count(const struct conf *conf);

/* block.c */

/** PORT_WELL_KNOWN - lower ports of its own address stay with the host */
#define PORT_WELL_KNOWN 1024u

/** struct port_span - ports in a row; none if @first is more than @last */
struct port_span {
	unsigned first;
	unsigned last;
};

/** pool_has_own() - whether the wan interface's own address is in the pool */
bool pool_has_own(const struct conf *conf);

/**
 * port_span() - the ports of an address that may be given out
 * @own:	it is the host's, which keeps some for itself
 */
struct port_span port_span(const struct conf *conf, bool own);

/**
 * pool_index() - how many addresses of the pool are lower than @addr
 * @own:	address of "interface", or 0
 * @index:	set if @addr is in the pool
 *
 * Return: whether it is.
 */
bool pool_index(const struct conf *conf, uint32_t own, uint32_t addr,
		uint32_t *index);

#endif /* CONF_INTERNAL_H */
