/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ladder - idle times to try, and the timer that their outcomes show
 *
 * Every flow is idle once, for a time of its own; a timer is found from which
 * of them were still alive. All times are ms. No I/O, no clock.
 */
#ifndef PROBE_LADDER_H
#define PROBE_LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** LADDER_MAX - rungs at most */
#define LADDER_MAX 512

/**
 * ladder_make() - the times to try
 * @min:	the shortest, not 0
 * @max:	the longest; is always the last one
 * @limit:	how many at most, 2 to LADDER_MAX
 * @rung:	set to the times, ascending; room for @limit
 *
 * Steps are half a second or 4 %, whichever is larger: a timer between two of
 * them is known to within 5 % or 1 s. With fewer flows they are coarser.
 *
 * Return: how many there are.
 */
size_t ladder_make(uint32_t min, uint32_t max, size_t limit, uint32_t *rung);

/** enum ladder_outcome - of a flow */
enum ladder_outcome {
	LADDER_UNKNOWN, /* not yet over, or it never came to its test */
	LADDER_ALIVE,
	LADDER_DEAD,
};

/** struct ladder_try - one flow: how long it was idle, and what came of it */
struct ladder_try {
	uint32_t idle;
	enum ladder_outcome outcome;
};

/**
 * struct ladder_fit - what the tries say of the timer
 * @above:	it is longer than this; 0 if nothing was alive
 * @most:	and not longer than this; 0 if nothing was dead
 * @alive:	how many tries were alive,
 * @dead:	or dead
 * @misfits:	tries that do not fit: lost packets, a timer that varies
 */
struct ladder_fit {
	uint32_t above, most;
	size_t alive, dead, misfits;
};

/**
 * ladder_fit() - the cut between alive and dead with the fewest misfits
 * @tries:	sorted here by their idle time
 * @n:		how many
 *
 * Of equal cuts the latest counts: a lost packet makes a living flow look dead,
 * nothing makes a dead one look alive.
 */
struct ladder_fit ladder_fit(struct ladder_try *tries, size_t n);

/**
 * ladder_value() - the timer as its maker may have written it
 * @above, @most:	of the fit, both not 0
 *
 * Return: the roundest number in the bracket: whole minutes before tens of
 * seconds, before seconds.
 */
uint32_t ladder_value(uint32_t above, uint32_t most);

#endif /* PROBE_LADDER_H */
