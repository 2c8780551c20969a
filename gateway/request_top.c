// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_top - keep the best of many
 */
#include "gateway/request_top.h"

#include <string.h>

void top_add(struct top *top, uint64_t key, uint32_t index)
{
	unsigned at = top->n;

	while (at && top->entry[at - 1].key > key)
		at--;
	if (at >= top->size)
		return;
	if (top->n == top->size)
		top->n--;
	memmove(&top->entry[at + 1], &top->entry[at],
		(top->n - at) * sizeof(top->entry[0]));
	top->entry[at] = (struct top_entry){key, index};
	top->n++;
}
