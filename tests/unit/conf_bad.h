/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_bad - tables of settings with mistakes, and what is said about them
 */
#ifndef TESTS_UNIT_CONF_BAD_H
#define TESTS_UNIT_CONF_BAD_H

#include "tests/unit/test_conf_util.h"

/** struct bad - a text and exactly what is to be said about it */
struct bad {
	const char *text;
	const char *errors;
};

/**
 * check_table() - each text has exactly these errors, and no settings
 * @n:	texts in @table
 */
static inline void check_table(const struct bad *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct outcome outcome = parse(table[i].text, NULL, 0);

		if (outcome.conf ||
		    strcmp(outcome.errors, table[i].errors) != 0)
			fail_msg("of\n%s\nwanted\n%sbut got\n%s", table[i].text,
				 table[i].errors, outcome.errors);
		outcome_free(&outcome);
	}
}

/** CHECK() - all of a table that is an array */
#define CHECK(table) check_table(table, sizeof(table) / sizeof((table)[0]))

#endif /* TESTS_UNIT_CONF_BAD_H */
