/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request_top - the few entries of a large table that come first
 *
 * A table is walked page by page and only the best places are kept: what a
 * screen shows of a million sessions takes no more memory or answer than of
 * twenty.
 */
#ifndef GATEWAY_REQUEST_TOP_H
#define GATEWAY_REQUEST_TOP_H

#include <stdint.h>

/** TOP_MAX - the longest such list */
#define TOP_MAX 200

/**
 * struct top - the best so far, in order; zero-filled it keeps nothing
 * @size:	how many are wanted
 * @n:		how many there are
 * @entry:	key, the smallest first, and index into the engine's table
 */
struct top {
	unsigned size;
	unsigned n;
	struct top_entry {
		uint64_t key;
		uint32_t index;
	} entry[TOP_MAX];
};

/** top_add() - one more, if it is among the best; of equal keys the older */
void top_add(struct top *top, uint64_t key, uint32_t index);

#endif /* GATEWAY_REQUEST_TOP_H */
