/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * patience - look again and again at what tells of no change, up to a time
 */
#ifndef LAB_PATIENCE_H
#define LAB_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

/** patience_until() - when to give up, if that is in @ms milliseconds */
int64_t patience_until(unsigned ms);

/**
 * patience_lasts() - wait a moment before the next look
 * @until:	patience_until()'s
 *
 * What the looks themselves take counts: some have the kernel load a module.
 *
 * Return: false, at once, when the time is over.
 */
bool patience_lasts(int64_t until);

#endif
