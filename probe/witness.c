// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * witness - pauses of the server's answers
 */
#include "probe/witness.h"

void witness_start(struct witness *witness, uint64_t now)
{
	*witness = (struct witness){.last = now, .since = now};
}

void witness_hear(struct witness *witness, uint64_t now)
{
	if (now > witness->last + WITNESS_PAUSE) {
		size_t i = witness->n++ % WITNESS_PAUSES;

		if (witness->n > WITNESS_PAUSES)
			witness->since = witness->pause[i].to;
		witness->pause[i].from = witness->last;
		witness->pause[i].to = now;
	}
	witness->last = now;
}

bool witness_saw(const struct witness *witness, uint64_t from, uint64_t to)
{
	if (from < witness->since || witness->last < from ||
	    to > witness->last + WITNESS_PAUSE)
		return false;
	for (size_t i = 0; i < WITNESS_PAUSES && i < witness->n; i++)
		if (from < witness->pause[i].to && to > witness->pause[i].from)
			return false;
	return true;
}

uint64_t witness_silence(const struct witness *witness, uint64_t now)
{
	return now > witness->last + WITNESS_PAUSE ? now - witness->last : 0;
}
