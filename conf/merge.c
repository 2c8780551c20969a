// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * merge - which of the items said about the same thing counts
 *
 * Of one path the highest rank counts. A list is replaced as a whole, a map is
 * not. A behaviour set under nat also voids what lower ranks set for it under
 * tcp and udp: whoever says `mapping: eim` over a profile means it.
 */
#include "conf/internal.h"

#include <stdlib.h>
#include <string.h>

struct conf_item *items_add(struct region *region, struct conf_items *items)
{
	struct conf_item *item;

	items->item = region_grow(region, items->item, items->n,
				  &items->capacity, sizeof(*items->item));
	item = &items->item[items->n];
	memset(item, 0, sizeof(*item));
	item->order = items->n++;
	return item;
}

void items_join(struct region *region, struct conf_items *to,
		const struct conf_items *from)
{
	for (size_t i = 0; i < from->n; i++) {
		struct conf_item *item = items_add(region, to);
		size_t order = item->order;

		*item = from->item[i];
		item->order = order;
	}
}

/** compare_path() - by path, kind, rank, and as joined */
static int compare_path(const void *left, const void *right)
{
	const struct conf_item *a = *(const struct conf_item *const *)left;
	const struct conf_item *b = *(const struct conf_item *const *)right;
	int paths = strcmp(a->path, b->path);

	if (paths)
		return paths;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/** lower_bound() - the first item whose path is not below @path in order */
static size_t lower_bound(struct conf_item *const *sorted, size_t n,
			  const char *path)
{
	size_t low = 0;

	while (n) {
		size_t half = n / 2;

		if (strcmp(sorted[low + half]->path, path) < 0) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

/** kill_below() - void what lower ranks say below a list's path */
static void kill_below(struct region *region, struct conf_item **sorted,
		       size_t n, const struct conf_item *reset)
{
	const char *prefix = region_print(region, "%s.", reset->path);
	size_t len = strlen(prefix);

	for (size_t i = lower_bound(sorted, n, prefix);
	     i < n && !strncmp(sorted[i]->path, prefix, len); i++)
		if (sorted[i]->rank < reset->rank)
			sorted[i]->dead = true;
}

/** kill_class() - void what lower ranks say of one class of protocols */
static void kill_class(struct region *region, struct conf_item **sorted,
		       size_t n, const struct conf_item *general,
		       const char *class)
{
	const char *dot = strrchr(general->path, '.');
	const char *path =
		region_print(region, "%.*s.%s%s", (int)(dot - general->path),
			     general->path, class, dot);

	for (size_t i = lower_bound(sorted, n, path);
	     i < n && !strcmp(sorted[i]->path, path); i++)
		if (sorted[i]->rank < general->rank)
			sorted[i]->dead = true;
}

size_t items_merge(struct region *region, struct conf_items *items,
		   const struct conf_item ***sorted)
{
	struct conf_item **all;
	const struct conf_item **living;
	size_t n = items->n;
	size_t n_living = 0;

	all = region_alloc(region, (n + 1) * sizeof(void *));
	living = region_alloc(region, (n + 1) * sizeof(void *));
	for (size_t i = 0; i < n; i++)
		all[i] = &items->item[i];
	if (n)
		qsort(all, n, sizeof(void *), compare_path);
	for (size_t i = 0; i < n; i++) {
		const struct conf_item *item = all[i];

		if (item->kind == ITEM_RESET)
			kill_below(region, all, n, item);
		if (item->kind != ITEM_VALUE)
			continue;
		if (i + 1 < n && all[i + 1]->kind == ITEM_VALUE &&
		    !strcmp(all[i + 1]->path, item->path))
			all[i]->dead = true;
		if (item->key->flags & KEY_GENERAL) {
			kill_class(region, all, n, item, "tcp");
			kill_class(region, all, n, item, "udp");
		}
	}
	for (size_t i = 0; i < n; i++)
		if (!all[i]->dead)
			living[n_living++] = all[i];
	*sorted = living;
	return n_living;
}
