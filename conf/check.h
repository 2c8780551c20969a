/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check - what the checks of settings share
 */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "conf/internal.h"

/**
 * struct check - the state of the checks
 * @conf:	what is checked
 * @priv:	its items
 * @load:	where errors go
 * @top:	where to point to for what was not written at all
 */
struct check {
	const struct conf *conf;
	const struct conf_priv *priv;
	struct conf_load *load;
	struct conf_origin top;
};

/** check_at() - origin of what is said about @path, or about what it is in */
struct conf_origin check_at(const struct check *check, const char *path);

/**
 * check_path() - the path of a key of a collection's element
 * @collection:	its name
 * @base:	the same
 * @i:		index of the element
 * @key:	or NULL: the path of the element itself
 *
 * Return: text of the region's, such as "lan.0.address".
 */
const char *check_path(const struct check *check, const char *collection,
		       enum conf_base base, size_t i, const char *key);

/** check_has() - whether this value was given, and is one */
bool check_has(const struct check *check, const char *path);

/** check_forwards() - each, and that none is in another's way */
void check_forwards(const struct check *check);

#endif /* CONF_CHECK_H */
