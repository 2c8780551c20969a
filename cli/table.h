/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table - rows of text in aligned columns, and values for people
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <jansson.h>
#include "base/duration.h"

/** TABLE_COLUMNS - how many a table has at most */
#define TABLE_COLUMNS 12

/** TABLE_AHEAD - rows looked at before the widths are chosen */
#define TABLE_AHEAD 200

/** struct table_column - its title; and whether it is aligned to the right */
struct table_column {
	const char *title;
	bool right;
};

/**
 * struct table - a table on its way; the first rows are held to find the widths
 *
 * A longer cell in a later row shifts its row: a dump of a million sessions
 * neither waits nor takes memory.
 */
struct table {
	FILE *out;
	const struct table_column *columns;
	size_t n_columns;
	int width[TABLE_COLUMNS];
	char *cells[TABLE_AHEAD][TABLE_COLUMNS];
	size_t n_rows;
	bool begun;
};

/** table_begin() - a table of @n columns; they and @out stay the caller's */
void table_begin(struct table *table, FILE *out,
		 const struct table_column *columns, size_t n);

/** table_row() - one more row; the cells are copied */
void table_row(struct table *table, const char *const *cells);

/** table_end() - print what is still held, and release it */
void table_end(struct table *table);

/** VALUE_TEXT - bytes that the value_ functions need at most */
#define VALUE_TEXT 64

/*
 * value_NAME() - a member of a row as text; @text has VALUE_TEXT bytes and is
 * what is returned. A member that is not there is "-".
 */
const char *value_text(const json_t *row, const char *name,
		       char text[static VALUE_TEXT]);
/* seconds as "4m 12s"; null is @null */
const char *value_duration(const json_t *row, const char *name,
			   const char *null, char text[static VALUE_TEXT]);
/* bytes as "12.3K" */
const char *value_bytes(const json_t *row, const char *name,
			char text[static VALUE_TEXT]);

#endif /* CLI_TABLE_H */
