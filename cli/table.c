// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * table - print aligned columns
 */
#include "cli/table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void table_begin(struct table *table, FILE *out,
		 const struct table_column *columns, size_t n)
{
	memset(table, 0, sizeof(*table));
	table->out = out;
	table->columns = columns;
	table->n_columns = n;
	for (size_t i = 0; i < n; i++)
		table->width[i] = (int)strlen(columns[i].title);
}

/** print() - one row; nothing hangs over its end */
static void print(const struct table *table, const char *const *cells)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const char *space = i ? "  " : "";

		if (table->columns[i].right)
			fprintf(table->out, "%s%*s", space, table->width[i],
				cells[i]);
		else if (i + 1 < table->n_columns)
			fprintf(table->out, "%s%-*s", space, table->width[i],
				cells[i]);
		else
			fprintf(table->out, "%s%s", space, cells[i]);
	}
	fputc('\n', table->out);
}

/** print_held() - the titles, and the rows held so far */
static void print_held(struct table *table)
{
	const char *titles[TABLE_COLUMNS];

	for (size_t i = 0; i < table->n_columns; i++)
		titles[i] = table->columns[i].title;
	print(table, titles);
	for (size_t r = 0; r < table->n_rows; r++) {
		print(table, (const char *const *)table->cells[r]);
		for (size_t i = 0; i < table->n_columns; i++)
			free(table->cells[r][i]);
	}
	table->n_rows = 0;
	table->begun = true;
}

void table_row(struct table *table, const char *const *cells)
{
	if (!table->begun && table->n_rows == TABLE_AHEAD)
		print_held(table);
	if (table->begun) {
		print(table, cells);
		return;
	}
	for (size_t i = 0; i < table->n_columns; i++) {
		char *copy = strdup(cells[i]);

		if (!copy) {
			perror("lapse");
			exit(EXIT_FAILURE);
		}
		table->cells[table->n_rows][i] = copy;
		if (strlen(copy) > (size_t)table->width[i])
			table->width[i] = (int)strlen(copy);
	}
	table->n_rows++;
}

void table_end(struct table *table)
{
	if (!table->begun)
		print_held(table);
}

/** disarm() - a name may not steer the terminal */
static void disarm(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

const char *value_text(const json_t *row, const char *name,
		       char text[static VALUE_TEXT])
{
	const json_t *value = json_object_get(row, name);

	if (json_is_string(value))
		snprintf(text, VALUE_TEXT, "%s", json_string_value(value));
	else if (json_is_integer(value))
		snprintf(text, VALUE_TEXT, "%" PRId64,
			 (int64_t)json_integer_value(value));
	else if (json_is_real(value))
		snprintf(text, VALUE_TEXT, "%.15g", json_real_value(value));
	else if (json_is_boolean(value))
		snprintf(text, VALUE_TEXT, "%s",
			 json_is_true(value) ? "yes" : "no");
	else
		snprintf(text, VALUE_TEXT, "-");
	disarm(text);
	return text;
}

const char *value_duration(const json_t *row, const char *name,
			   const char *null, char text[static VALUE_TEXT])
{
	const json_t *value = json_object_get(row, name);
	char duration[DURATION_TEXT];
	double seconds;

	if (!json_is_number(value)) {
		snprintf(text, VALUE_TEXT, "%s", value ? null : "-");
		return text;
	}
	seconds = json_number_value(value);
	if (!(seconds >= 0 && seconds < 1e15))
		seconds = 0;
	/* half a millisecond: 0.3 may be a little below 0.3 */
	duration_show((uint64_t)(seconds * 1000 + 0.5), duration);
	snprintf(text, VALUE_TEXT, "%s", duration);
	return text;
}

const char *value_bytes(const json_t *row, const char *name,
			char text[static VALUE_TEXT])
{
	static const char units[] = "KMGTPE";
	const json_t *value = json_object_get(row, name);
	double bytes = json_number_value(value);
	size_t unit = 0;

	if (!json_is_number(value) || bytes < 1000)
		return value_text(row, name, text);
	for (bytes /= 1000; bytes >= 999.95 && units[unit + 1]; unit++)
		bytes /= 1000;
	snprintf(text, VALUE_TEXT, "%.1f%c", bytes, units[unit]);
	return text;
}
