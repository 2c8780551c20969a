// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * live - a list of assignments
 */
#include "gateway/live.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** drop() - forget item @i */
static void drop(struct live *live, size_t i)
{
	free((void *)(uintptr_t)live->item[i].key);
	free((void *)(uintptr_t)live->item[i].value);
	live->n--;
	memmove(&live->item[i], &live->item[i + 1],
		(live->n - i) * sizeof(*live->item));
}

void live_clean(struct live *live)
{
	while (live->n)
		drop(live, live->n - 1);
	free(live->item);
	live->item = NULL;
}

/** append() - a copy of one assignment at the end; 0 or -ENOMEM */
static int append(struct live *live, const char *key, const char *value)
{
	struct conf_override copy = {strdup(key), strdup(value)};
	struct conf_override *item =
		realloc(live->item, (live->n + 1) * sizeof(*item));

	if (item)
		live->item = item;
	if (!item || !copy.key || !copy.value) {
		free((void *)(uintptr_t)copy.key);
		free((void *)(uintptr_t)copy.value);
		return -ENOMEM;
	}
	item[live->n++] = copy;
	return 0;
}

int live_copy(struct live *to, const struct live *from)
{
	*to = (struct live){0};
	for (size_t i = 0; i < from->n; i++)
		if (append(to, from->item[i].key, from->item[i].value) < 0) {
			live_clean(to);
			return -ENOMEM;
		}
	return 0;
}

/** bare() - a key without the "nat." that may be left out */
static const char *bare(const char *key)
{
	return strncmp(key, "nat.", 4) == 0 ? key + 4 : key;
}

int live_add(struct live *live, const char *key, const char *value)
{
	for (size_t i = live->n; i-- > 0;)
		if (strcmp(bare(live->item[i].key), bare(key)) == 0)
			drop(live, i);
	return live->n < LIVE_MAX ? append(live, key, value) : -ENOSPC;
}

size_t live_remove(struct live *live, const char *key)
{
	size_t len = strlen(bare(key)), removed = 0;

	for (size_t i = live->n; i-- > 0;) {
		const char *have = bare(live->item[i].key);

		if (strncmp(have, bare(key), len) != 0 ||
		    (have[len] && have[len] != '.'))
			continue;
		drop(live, i);
		removed++;
	}
	return removed;
}
