/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * duration - lengths of time as people write them: 300s, 1.5h, 1h30m, never
 */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/** DURATION_NEVER - what "never" is in ms */
#define DURATION_NEVER UINT64_MAX

/** DURATION_TEXT - bytes that duration_show() needs at most, NUL included */
#define DURATION_TEXT 32

/** enum duration_read - what duration_read() finds a text to be */
enum duration_read {
	DURATION_GOOD,
	DURATION_NONE,	   /* nothing of the kind */
	DURATION_UNITLESS, /* a number alone */
	DURATION_ZEROS,	   /* a number begins with one that says nothing */
	DURATION_BROKEN,   /* no whole number of milliseconds */
	DURATION_LONG,	   /* as long as DURATION_NEVER, or longer */
};

/**
 * duration_read() - duration_parse(), for who has to say what is wrong
 * @ms:		set where it is DURATION_GOOD
 */
enum duration_read duration_read(const char *text, uint64_t *ms);

/**
 * duration_parse() - numbers with units, or "never"
 * @text:	NUL-terminated; numbers, each with one of the units d, h, m, s,
 *		ms behind it, larger units first, no spaces; a fraction must
 *		come to whole milliseconds
 * @ms:		set on success only: milliseconds, or DURATION_NEVER
 *
 * A number without a unit is refused, 0 too: it is a guess what it means.
 *
 * Return: true if all of @text is a duration below DURATION_NEVER, or "never".
 */
bool duration_parse(const char *text, uint64_t *ms);

/**
 * duration_show() - for people: "4m 12s", "7.3s", "never"
 * @ms:		milliseconds or DURATION_NEVER
 * @text:	DURATION_TEXT bytes, the caller's
 *
 * The two largest units, cut off, not rounded: a countdown never shows more
 * than is left.
 *
 * Return: @text.
 */
const char *duration_show(uint64_t ms, char text[static DURATION_TEXT]);

#endif /* BASE_DURATION_H */
