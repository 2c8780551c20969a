/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * live - the settings that were set while lapsed runs, a layer of their own
 *
 * Assignments in the order in which they came; of the same key only the last.
 * The layer is never changed in place: a copy is, and takes its place once the
 * settings that follow from it are in force.
 */
#ifndef GATEWAY_LIVE_H
#define GATEWAY_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include "conf/conf.h"

/** LIVE_MAX - assignments at most */
#define LIVE_MAX 1024

/**
 * struct live - the layer; zero-filled it is empty
 * @item:	keys and values, owned
 */
struct live {
	struct conf_override *item;
	size_t n;
};

/** live_clean() - release what it owns; it is empty then */
void live_clean(struct live *live);

/** live_copy() - 0, or -ENOMEM with @to empty */
int live_copy(struct live *to, const struct live *from);

/**
 * live_add() - one more assignment, in place of an earlier one of the key
 * @key:	copied, as is
 * @value:	that is
 *
 * Return: 0, -ENOMEM, or -ENOSPC beyond LIVE_MAX.
 */
int live_add(struct live *live, const char *key, const char *value);

/**
 * live_remove() - take back what was set at a key, or below it
 * @key:	dotted path, or a bare name, which means "nat."
 *
 * Return: how many assignments that were.
 */
size_t live_remove(struct live *live, const char *key);

#endif /* GATEWAY_LIVE_H */
