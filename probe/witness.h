/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * witness - whether the way to the server and back worked at some time
 *
 * What did not come shows something only if other things did at that time: a
 * server that has died, a tunnel, or a client that was stopped are silence,
 * too. So the server is greeted all the time, and each pause of its answers is
 * noted. All times are ms of one clock. No I/O, no clock.
 */
#ifndef PROBE_WITNESS_H
#define PROBE_WITNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** WITNESS_PAUSE - ms between two answers that are no pause yet */
#define WITNESS_PAUSE 1500

/** WITNESS_PAUSES - how many are remembered: what is asked about at the end may
 *  have been long before */
#define WITNESS_PAUSES 512

/**
 * struct witness - what was heard
 * @last:	when, the last time
 * @since:	remembered from then on
 * @pause:	the last pauses, from one answer to the next; a ring
 * @n:		how many there were
 */
struct witness {
	uint64_t last, since;
	struct {
		uint64_t from, to;
	} pause[WITNESS_PAUSES];
	size_t n;
};

/** witness_start() - as if something were heard at @now */
void witness_start(struct witness *witness, uint64_t now);

/** witness_hear() - something has come from the server */
void witness_hear(struct witness *witness, uint64_t now);

/**
 * witness_saw() - whether the way worked all the time between
 *
 * Return: false also if nothing was heard since @from, or all that is
 * remembered is later.
 */
bool witness_saw(const struct witness *witness, uint64_t from, uint64_t to);

/** witness_silence() - ms since something was heard; 0: that is no pause */
uint64_t witness_silence(const struct witness *witness, uint64_t now);

#endif /* PROBE_WITNESS_H */
