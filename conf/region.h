/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * region - memory that is given back all at once
 *
 * Settings are read once, live long and die together: everything that belongs
 * to one struct conf comes from one region.
 */
#ifndef CONF_REGION_H
#define CONF_REGION_H

#include <stddef.h>

struct region;

/** region_new() - an empty region, to be released with region_free() */
struct region *region_new(void);

/** region_free() - release it and all that came from it; NULL is fine */
void region_free(struct region *region);

/**
 * region_alloc() - zeroed memory, aligned for anything
 *
 * Settings are bounded (CONF_FILE_MAX), so running out of memory here means
 * that the machine is at its end: the program aborts.
 *
 * Return: never NULL.
 */
void *region_alloc(struct region *region, size_t size);

/**
 * region_grow() - a larger array, the elements copied, the rest zeroed
 * @region:	where from
 * @old:	array of @n elements, or NULL
 * @n:		elements in use
 * @capacity:	in and out: elements that fit
 * @size:	bytes of an element
 *
 * Return: an array with room for at least one more; @old if it has that.
 */
void *region_grow(struct region *region, void *old, size_t n, size_t *capacity,
		  size_t size);

/** region_text() - a copy of @len bytes as NUL-terminated text */
char *region_text(struct region *region, const char *text, size_t len);

/** region_print() - text as by printf() */
char *region_print(struct region *region, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* CONF_REGION_H */
