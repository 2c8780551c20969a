// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * value - numbers and words in settings
 *
 * Every scalar arrives as text, so that 010, off and 1e3 are judged here and by
 * no rule of YAML's.
 */
#include "conf/value.h"

#include <stdio.h>
#include <string.h>

#include "base/duration.h"
#include "base/log.h"
#include "conf/conf.h"

/* A century is enough, and sums of it and any clock do not overflow. */
#define DURATION_MAX_DAYS 36500
#define DAY_MS		  UINT64_C(86400000)

bool refuse(char why[static CONF_WHY_MAX], const char *text)
{
	snprintf(why, CONF_WHY_MAX, "%s", text);
	return false;
}

bool number_parse(const char *text, size_t len, uint64_t *number)
{
	uint64_t n = 0;

	if (!len || (text[0] == '0' && len > 1))
		return false;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(text[i] - '0');

		if (text[i] < '0' || text[i] > '9' ||
		    n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*number = n;
	return true;
}

/** store_number() - the number into a field of the key's size */
static void store_number(const struct conf_key *key, void *base,
			 const union conf_value *value)
{
	unsigned char *field = (unsigned char *)base + key->offset;
	uint8_t u8 = (uint8_t)value->number;
	uint16_t u16 = (uint16_t)value->number;
	uint32_t u32 = (uint32_t)value->number;

	switch (key->size) {
	case sizeof(u8):
		memcpy(field, &u8, sizeof(u8));
		break;
	case sizeof(u16):
		memcpy(field, &u16, sizeof(u16));
		break;
	case sizeof(u32):
		memcpy(field, &u32, sizeof(u32));
		break;
	default:
		base_assert(key->size == sizeof(value->number));
		memcpy(field, &value->number, sizeof(value->number));
		break;
	}
}

/** load_number() - the number in a field of the key's size */
static uint64_t load_number(const struct conf_key *key, const void *base)
{
	const unsigned char *field = (const unsigned char *)base + key->offset;
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (key->size) {
	case sizeof(u8):
		memcpy(&u8, field, sizeof(u8));
		return u8;
	case sizeof(u16):
		memcpy(&u16, field, sizeof(u16));
		return u16;
	case sizeof(u32):
		memcpy(&u32, field, sizeof(u32));
		return u32;
	default:
		base_assert(key->size == sizeof(u64));
		memcpy(&u64, field, sizeof(u64));
		return u64;
	}
}

/* --- durations --- */

/** parse_duration() - conf_type's parse */
static bool parse_duration(const struct conf_key *key, const char *text,
			   union conf_value *value,
			   char why[static CONF_WHY_MAX])
{
	uint64_t ms = 0;
	enum duration_read error = duration_read(text, &ms);

	_Static_assert(DURATION_NEVER == NAT_NEVER, "one never");
	if (!error && ms != DURATION_NEVER && ms > DURATION_MAX_DAYS * DAY_MS)
		error = DURATION_LONG;
	switch (error) {
	case DURATION_GOOD:
		break;
	case DURATION_UNITLESS:
		snprintf(why, CONF_WHY_MAX, "has no unit; write %.20ss or %s",
			 text, "another of ms, m, h, d");
		return false;
	case DURATION_ZEROS:
		return refuse(why, "begins with 0; leave that away");
	case DURATION_BROKEN:
		return refuse(why, "is no whole number of milliseconds; write "
				   "fewer digits");
	case DURATION_LONG:
		return refuse(why, "is too long; the longest are 36500d and "
				   "never");
	case DURATION_NONE:
		return refuse(why, "is not a duration; write one such as "
				   "250ms, 30s, 1.5h, 1h30m, 1d or never");
	}
	if (ms < key->min) {
		char least[CONF_VALUE_MAX];

		duration_format(key->min, least);
		snprintf(why, CONF_WHY_MAX,
			 "is too short; the shortest is %.40s", least);
		return false;
	}
	value->number = ms;
	return true;
}

void duration_format(uint64_t ms, char text[static CONF_VALUE_MAX])
{
	if (ms == NAT_NEVER)
		snprintf(text, CONF_VALUE_MAX, "never");
	else if (ms % 1000)
		snprintf(text, CONF_VALUE_MAX, "%llums",
			 (unsigned long long)ms);
	else
		snprintf(text, CONF_VALUE_MAX, "%llus",
			 (unsigned long long)(ms / 1000));
}

/** format_duration() - conf_type's format */
static bool format_duration(const struct conf_key *key, const void *base,
			    char text[static CONF_VALUE_MAX])
{
	duration_format(load_number(key, base), text);
	return true;
}

const struct conf_type type_duration = {
	.parse = parse_duration,
	.store = store_number,
	.format = format_duration,
};

/* --- counts --- */

/**
 * parse_count() - conf_type's parse
 *
 * A key without a value is "none" where that is a value, so that a list of
 * settings can name it.
 */
static bool parse_count(const struct conf_key *key, const char *text,
			union conf_value *value, char why[static CONF_WHY_MAX])
{
	uint64_t n;

	if ((key->flags & KEY_NONE) && (!strcmp(text, "none") || !text[0])) {
		value->number = key->none;
		return true;
	}
	if (!number_parse(text, strlen(text), &n) || n < key->min ||
	    n > key->max) {
		snprintf(why, CONF_WHY_MAX,
			 "is not a number from %llu to %llu%s; write it in "
			 "plain digits",
			 (unsigned long long)key->min,
			 (unsigned long long)key->max,
			 (key->flags & KEY_NONE) ? ", or none" : "");
		return false;
	}
	value->number = n;
	return true;
}

/** format_count() - conf_type's format */
static bool format_count(const struct conf_key *key, const void *base,
			 char text[static CONF_VALUE_MAX])
{
	uint64_t n = load_number(key, base);

	if ((key->flags & KEY_NONE) && n == key->none)
		snprintf(text, CONF_VALUE_MAX, "none");
	else
		snprintf(text, CONF_VALUE_MAX, "%llu", (unsigned long long)n);
	return true;
}

const struct conf_type type_count = {
	.parse = parse_count,
	.store = store_number,
	.format = format_count,
};

/** parse_percent() - conf_type's parse */
static bool parse_percent(const struct conf_key *key, const char *text,
			  union conf_value *value,
			  char why[static CONF_WHY_MAX])
{
	size_t len = strlen(text);
	uint64_t n;

	if (!len || text[len - 1] != '%' || !number_parse(text, len - 1, &n) ||
	    n > key->max)
		return refuse(why, "is not a percentage; write one from 0% to "
				   "100%");
	value->number = n;
	return true;
}

/** format_percent() - conf_type's format */
static bool format_percent(const struct conf_key *key, const void *base,
			   char text[static CONF_VALUE_MAX])
{
	snprintf(text, CONF_VALUE_MAX, "%u%%",
		 (unsigned)load_number(key, base));
	return true;
}

const struct conf_type type_percent = {
	.parse = parse_percent,
	.store = store_number,
	.format = format_percent,
};

/** parse_seed() - conf_type's parse; the text tells "random" from a number */
static bool parse_seed(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	uint64_t n;

	(void)key;
	if (!strcmp(text, "random")) {
		value->text = NULL;
		return true;
	}
	if (!number_parse(text, strlen(text), &n))
		return refuse(why, "is not a seed; write a number in plain "
				   "digits, or random");
	value->text = text;
	return true;
}

/** store_seed() - conf_type's store, into two fields */
static void store_seed(const struct conf_key *key, void *base,
		       const union conf_value *value)
{
	struct conf *conf = base;

	(void)key;
	conf->seed_given = value->text != NULL;
	if (value->text)
		number_parse(value->text, strlen(value->text), &conf->seed);
}

/** format_seed() - conf_type's format */
static bool format_seed(const struct conf_key *key, const void *base,
			char text[static CONF_VALUE_MAX])
{
	const struct conf *conf = base;

	(void)key;
	if (conf->seed_given)
		snprintf(text, CONF_VALUE_MAX, "%llu",
			 (unsigned long long)conf->seed);
	else
		snprintf(text, CONF_VALUE_MAX, "random");
	return true;
}

const struct conf_type type_seed = {
	.parse = parse_seed,
	.store = store_seed,
	.format = format_seed,
};
