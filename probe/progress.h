/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * progress - how far a measurement is, on stderr
 */
#ifndef PROBE_PROGRESS_H
#define PROBE_PROGRESS_H

#include "probe/run.h"

/** progress_every() - ms between two lines: a terminal is written to often */
uint64_t progress_every(void);

/**
 * progress_show() - a line, on a terminal in place of the one before
 * @left:	flows that are not over
 */
void progress_show(struct client *client, size_t left);

/**
 * progress_end() - what follows begins on a line of its own
 *
 * To be called where progress_show() may have been, or after a signal, whose
 * key the terminal shows.
 */
void progress_end(const struct client *client);

#endif /* PROBE_PROGRESS_H */
