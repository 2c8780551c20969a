// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * error - errors in settings, gathered until all are known
 */
#include "conf/internal.h"

#include <stdlib.h>
#include <string.h>

void conf_fail(struct conf_load *load, struct conf_origin at,
	       const char *format, ...)
{
	struct conf_error *error;
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	load->errors =
		region_grow(load->region, load->errors, load->n_errors,
			    &load->errors_capacity, sizeof(*load->errors));
	error = &load->errors[load->n_errors];
	error->at = at;
	error->order = load->n_errors++;
	error->text = region_text(load->region, text, strlen(text));
}

/** compare() - by layer from the file on, then by place, then as found */
static int compare(const void *left, const void *right)
{
	const struct conf_error *a = left;
	const struct conf_error *b = right;
	int names = strcmp(a->at.name ? a->at.name : "",
			   b->at.name ? b->at.name : "");

	if (a->at.layer != b->at.layer)
		return a->at.layer < b->at.layer ? -1 : 1;
	/* Assignments in their own order, which is the one of finding. */
	if (a->at.layer != CONF_SET) {
		if (names)
			return names;
		if (a->at.line != b->at.line)
			return a->at.line < b->at.line ? -1 : 1;
		if (a->at.column != b->at.column)
			return a->at.column < b->at.column ? -1 : 1;
	}
	return a->order < b->order ? -1 : a->order > b->order;
}

void conf_errors_write(const struct conf_load *load, FILE *out)
{
	qsort(load->errors, load->n_errors, sizeof(*load->errors), compare);
	for (size_t i = 0; i < load->n_errors; i++) {
		const struct conf_error *error = &load->errors[i];
		char *line;

		line = error->at.line
			       ? region_print(load->region, "%s:%u:%u: %s",
					      error->at.name, error->at.line,
					      error->at.column, error->text)
			       : region_print(load->region, "%s: %s",
					      error->at.name, error->text);
		/* What was quoted may hold anything; a line stays a line. */
		for (char *p = line; *p; p++)
			if ((unsigned char)*p < ' ' || *p == 0x7f)
				*p = '?';
		fprintf(out, "%s\n", line);
	}
}
