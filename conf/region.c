// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * region - memory that is given back all at once
 */
#include "conf/region.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* Large enough that small settings take one block. */
#define BLOCK_BYTES 16384

/**
 * struct block - a piece of a region
 * @next:	the one before it
 * @used:	bytes given out
 * @size:	bytes of @memory
 * @memory:	given out from the front
 */
struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(max_align_t) unsigned char memory[];
};

struct region {
	struct block *blocks;
};

/** checked() - @p, which is not NULL */
static void *checked(void *p)
{
	if (!p) {
		log_error("out of memory for the settings");
		abort();
	}
	return p;
}

struct region *region_new(void)
{
	return checked(calloc(1, sizeof(struct region)));
}

void region_free(struct region *region)
{
	if (!region)
		return;
	while (region->blocks) {
		struct block *next = region->blocks->next;

		free(region->blocks);
		region->blocks = next;
	}
	free(region);
}

void *region_alloc(struct region *region, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	struct block *block = region->blocks;
	void *p;

	size = (size + align - 1) / align * align;
	if (!block || size > block->size - block->used) {
		size_t bytes = size > BLOCK_BYTES ? size : BLOCK_BYTES;

		block = checked(calloc(1, sizeof(*block) + bytes));
		block->size = bytes;
		block->next = region->blocks;
		region->blocks = block;
	}
	p = block->memory + block->used;
	block->used += size;
	return p;
}

void *region_grow(struct region *region, void *old, size_t n, size_t *capacity,
		  size_t size)
{
	void *array;

	if (n < *capacity)
		return old;
	*capacity = *capacity ? 2 * *capacity : 8;
	array = region_alloc(region, *capacity * size);
	if (n)
		memcpy(array, old, n * size);
	return array;
}

char *region_text(struct region *region, const char *text, size_t len)
{
	char *copy = region_alloc(region, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *region_print(struct region *region, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		len = 0;
	text = region_alloc(region, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	return text;
}
