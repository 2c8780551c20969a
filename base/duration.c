// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * duration - parse and print lengths of time
 */
#include "base/duration.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* Largest first: the order in which a text may name them. */
static const struct unit {
	const char *name;
	uint64_t ms;
} units[] = {
	{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1},
};

#define UNITS (sizeof(units) / sizeof(units[0]))

/**
 * parse_number() - decimal digits, no leading zeros
 * @p:		moved behind them on success
 * @number:	set on success
 */
static enum duration_read parse_number(const char **p, uint64_t *number)
{
	const char *s = *p;
	uint64_t n = 0;

	if (*s < '0' || *s > '9')
		return DURATION_NONE;
	if (*s == '0' && s[1] >= '0' && s[1] <= '9')
		return DURATION_ZEROS;
	for (; *s >= '0' && *s <= '9'; s++) {
		unsigned digit = (unsigned)(*s - '0');

		if (n > (UINT64_MAX - digit) / 10)
			return DURATION_LONG;
		n = n * 10 + digit;
	}
	*p = s;
	*number = n;
	return DURATION_GOOD;
}

/**
 * parse_fraction() - a point and up to 9 digits, if there is a point
 * @p:		moved behind them on success
 * @rest:	set on success: the digits as a number, 0 without a point
 * @scale:	set on success: 10 to the power of how many they are
 */
static bool parse_fraction(const char **p, uint64_t *rest, uint64_t *scale)
{
	const char *s = *p;

	*rest = 0;
	*scale = 1;
	if (*s != '.')
		return true;
	for (s++; *s >= '0' && *s <= '9' && *scale < 1000000000; s++) {
		*rest = *rest * 10 + (uint64_t)(*s - '0');
		*scale *= 10;
	}
	*p = s;
	return *scale > 1;
}

/**
 * parse_unit() - letters that name a unit
 * @p:		moved behind them on success
 * @next:	the first unit allowed; set to the one after on success
 *
 * Return: the unit in ms, or 0.
 */
static uint64_t parse_unit(const char **p, size_t *next)
{
	size_t len = strspn(*p, "abcdefghijklmnopqrstuvwxyz");

	for (size_t i = *next; i < UNITS; i++) {
		if (strlen(units[i].name) != len ||
		    strncmp(*p, units[i].name, len) != 0)
			continue;
		*p += len;
		*next = i + 1;
		return units[i].ms;
	}
	return 0;
}

/**
 * add_part() - a number and its unit
 * @p:		moved behind them on success
 * @next:	the first unit allowed, as parse_unit() has it
 * @total:	added to on success
 */
static enum duration_read add_part(const char **p, size_t *next,
				   uint64_t *total)
{
	uint64_t number, rest, scale, unit;
	bool alone = *next == 0;
	enum duration_read error = parse_number(p, &number);

	if (error)
		return error;
	if (!**p)
		return alone ? DURATION_UNITLESS : DURATION_NONE;
	if (!parse_fraction(p, &rest, &scale))
		return DURATION_BROKEN;
	unit = parse_unit(p, next);
	if (!unit)
		return DURATION_NONE;
	if (number > (DURATION_NEVER - 1 - *total) / unit)
		return DURATION_LONG;
	*total += number * unit;
	/* less than 10^9 days: no product here overflows */
	rest *= unit;
	if (rest % scale)
		return DURATION_BROKEN;
	if (rest / scale > DURATION_NEVER - 1 - *total)
		return DURATION_LONG;
	*total += rest / scale;
	return DURATION_GOOD;
}

enum duration_read duration_read(const char *text, uint64_t *ms)
{
	uint64_t total = 0;
	size_t next = 0;

	if (strcmp(text, "never") == 0) {
		*ms = DURATION_NEVER;
		return DURATION_GOOD;
	}
	do {
		enum duration_read error = add_part(&text, &next, &total);

		if (error)
			return error;
	} while (*text);
	*ms = total;
	return DURATION_GOOD;
}

bool duration_parse(const char *text, uint64_t *ms)
{
	return duration_read(text, ms) == DURATION_GOOD;
}

const char *duration_show(uint64_t ms, char text[static DURATION_TEXT])
{
	size_t i = 0;

	if (ms == DURATION_NEVER) {
		memcpy(text, "never", sizeof("never"));
		return text;
	}
	if (ms < 10000) {
		snprintf(text, DURATION_TEXT, "%u.%us", (unsigned)(ms / 1000),
			 (unsigned)(ms % 1000 / 100));
		return text;
	}
	while (ms < units[i].ms)
		i++;
	if (units[i].ms == 1000)
		snprintf(text, DURATION_TEXT, "%" PRIu64 "s", ms / 1000);
	else
		snprintf(text, DURATION_TEXT, "%" PRIu64 "%s %u%s",
			 ms / units[i].ms, units[i].name,
			 (unsigned)(ms % units[i].ms / units[i + 1].ms),
			 units[i + 1].name);
	return text;
}
