// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * word - booleans, words out of a list, names and texts in settings
 */
#include "conf/value.h"

#include <stdio.h>
#include <string.h>

/** parse_bool() - conf_type's parse */
static bool parse_bool(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	(void)key;
	if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
		return refuse(why, "is neither true nor false; write one of "
				   "these two");
	value->number = text[0] == 't';
	return true;
}

/** store_bool() - conf_type's store */
static void store_bool(const struct conf_key *key, void *base,
		       const union conf_value *value)
{
	bool yes = value->number != 0;

	memcpy((unsigned char *)base + key->offset, &yes, sizeof(yes));
}

/** format_bool() - conf_type's format */
static bool format_bool(const struct conf_key *key, const void *base,
			char text[static CONF_VALUE_MAX])
{
	bool yes;

	memcpy(&yes, (const unsigned char *)base + key->offset, sizeof(yes));
	snprintf(text, CONF_VALUE_MAX, "%s", yes ? "true" : "false");
	return true;
}

const struct conf_type type_bool = {
	.parse = parse_bool,
	.store = store_bool,
	.format = format_bool,
};

/** parse_enum() - conf_type's parse */
static bool parse_enum(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	int used;

	for (unsigned i = 0; key->words[i]; i++) {
		if (strcmp(text, key->words[i]) != 0)
			continue;
		value->number = i;
		return true;
	}
	used = snprintf(why, CONF_WHY_MAX, "is unknown here; write");
	for (unsigned i = 0; key->words[i]; i++) {
		const char *comma = !i ? "" : key->words[i + 1] ? "," : " or";

		if (used < 0 || used >= CONF_WHY_MAX)
			break;
		used += snprintf(why + used, (size_t)(CONF_WHY_MAX - used),
				 "%s %s", comma, key->words[i]);
	}
	return false;
}

/** store_enum() - conf_type's store */
static void store_enum(const struct conf_key *key, void *base,
		       const union conf_value *value)
{
	unsigned word = (unsigned)value->number;

	memcpy((unsigned char *)base + key->offset, &word, sizeof(word));
}

/** format_enum() - conf_type's format */
static bool format_enum(const struct conf_key *key, const void *base,
			char text[static CONF_VALUE_MAX])
{
	unsigned word;

	memcpy(&word, (const unsigned char *)base + key->offset, sizeof(word));
	snprintf(text, CONF_VALUE_MAX, "%s", key->words[word]);
	return true;
}

const struct conf_type type_enum = {
	.parse = parse_enum,
	.store = store_enum,
	.format = format_enum,
};

bool text_check(const struct conf_key *key, const char *text,
		char why[static CONF_WHY_MAX])
{
	size_t len = strlen(text);

	if (len < key->min || len > key->max) {
		snprintf(why, CONF_WHY_MAX,
			 "has %zu characters; write %llu to %llu", len,
			 (unsigned long long)key->min,
			 (unsigned long long)key->max);
		return false;
	}
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return refuse(why, "holds a control character; write "
					   "one line of plain text");
	return true;
}

/** parse_text() - conf_type's parse */
static bool parse_text(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	if (!text_check(key, text, why))
		return false;
	value->text = text;
	return true;
}

void text_store(const struct conf_key *key, void *base,
		const union conf_value *value)
{
	memcpy((unsigned char *)base + key->offset, &value->text,
	       sizeof(value->text));
}

bool text_format(const struct conf_key *key, const void *base,
		 char text[static CONF_VALUE_MAX])
{
	const char *field;

	memcpy(&field, (const unsigned char *)base + key->offset,
	       sizeof(field));
	if (field)
		snprintf(text, CONF_VALUE_MAX, "%s", field);
	return field != NULL;
}

const struct conf_type type_text = {
	.parse = parse_text,
	.store = text_store,
	.format = text_format,
};

/** parse_path() - conf_type's parse */
static bool parse_path(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	if (text[0] != '/')
		return refuse(why, "is not an absolute path; write one that "
				   "begins with /");
	return parse_text(key, text, value, why);
}

const struct conf_type type_path = {
	.parse = parse_path,
	.store = text_store,
	.format = text_format,
};

/** parse_profile() - conf_type's parse */
static bool parse_profile(const struct conf_key *key, const char *text,
			  union conf_value *value,
			  char why[static CONF_WHY_MAX])
{
	(void)key;
	if (!profile_name_valid(text))
		return refuse(why, "is no name of a profile; write small "
				   "letters, digits and -");
	value->text = text;
	return true;
}

const struct conf_type type_profile = {
	.parse = parse_profile,
	.store = text_store,
	.format = text_format,
};

/** parse_date() - conf_type's parse: a year, a month or a day */
static bool parse_date(const struct conf_key *key, const char *text,
		       union conf_value *value, char why[static CONF_WHY_MAX])
{
	static const char form[] = "dddd-dd-dd";
	size_t len = strlen(text);

	(void)key;
	if (len != 4 && len != 7 && len != 10)
		return refuse(why, "is not a date; write 2013, 2013-05 or "
				   "2013-05-31");
	for (size_t i = 0; i < len; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (form[i] == 'd' ? !digit : text[i] != '-')
			return refuse(why, "is not a date; write 2013, "
					   "2013-05 or 2013-05-31");
	}
	value->text = text;
	return true;
}

const struct conf_type type_date = {
	.parse = parse_date,
	.store = text_store,
	.format = text_format,
};

bool name_valid(const char *name)
{
	size_t len = strlen(name);

	return len && len <= 31 && name[0] != '-' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == len;
}

bool profile_name_valid(const char *name)
{
	size_t len = strlen(name);

	return len && len <= 63 &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}
