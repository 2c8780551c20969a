// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_print - what `probe run` has found, for people and for programs
 */
#include "cli/probe.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include "base/duration.h"
#include "cli/table.h"

void probe_print_table(const struct probe_result *result,
		       const struct finding *finding, size_t n)
{
	static const struct table_column columns[] = {
		{"SETTING", false}, {"FOUND", false}, {"HOW", false}};
	struct table table;
	char took[DURATION_TEXT];

	table_begin(&table, stdout, columns, 3);
	for (size_t i = 0; i < n; i++) {
		const char *cells[] = {finding[i].key, finding[i].seen,
				       finding[i].text};

		table_row(&table, cells);
	}
	table_end(&table);
	printf("%s after %s\n", result->interrupted ? "interrupted" : "done",
	       duration_show(result->duration, took));
}

/** json_seconds() - ms as seconds; null for 0 */
static json_t *json_seconds(uint32_t ms)
{
	return ms ? json_real(ms / 1000.0) : json_null();
}

/** add_timer() - the members of a timer's row */
static void add_timer(json_t *row, const struct probe_timer *t)
{
	const char *bound = NULL;

	if (t->fit.above && !t->fit.most)
		bound = "lower";
	if (!t->fit.above && t->fit.most)
		bound = "upper";
	json_object_set_new(row, "above", json_seconds(t->fit.above));
	json_object_set_new(row, "at-most", json_seconds(t->fit.most));
	json_object_set_new(row, "told-by-rst", json_seconds(t->told));
	json_object_set_new(row, "bound",
			    bound ? json_string(bound) : json_null());
	json_object_set_new(row, "flows", json_integer((json_int_t)t->tried));
	json_object_set_new(row, "unanswered",
			    json_integer((json_int_t)t->lost));
	json_object_set_new(row, "unsure", json_integer((json_int_t)t->unsure));
	json_object_set_new(row, "misfits",
			    json_integer((json_int_t)t->fit.misfits));
}

/** add_set() - the behaviours still possible */
static void add_set(json_t *row, const struct finding *f)
{
	json_t *possible = json_array();

	for (size_t i = 0; f->names[i]; i++)
		if (f->set >> i & 1)
			json_array_append_new(possible,
					      json_string(f->names[i]));
	json_object_set_new(row, "possible", possible);
	json_object_set_new(row, "decided", json_boolean(infer_single(f->set)));
}

/** print_row() - one JSON object, which is released */
static void print_row(json_t *row)
{
	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(row);
}

void probe_print_json(const struct probe_result *result,
		      const struct finding *finding, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct finding *f = &finding[i];
		json_t *row = json_pack(
			"{s:s, s:s?, s:s?, s:s?}", "setting", f->key, "value",
			f->class ? f->value : NULL, "class", f->class, "text",
			f->text[0] ? f->text : NULL);

		if (f->timer)
			add_timer(row, f->timer);
		if (f->names)
			add_set(row, f);
		print_row(row);
	}
	print_row(json_pack(
		"{s:s, s:s, s:b, s:b, s:b, s:f, s:i, s:i, s:i}", "date",
		result->date, "server", result->server, "two-addresses",
		result->alternate != 0, "translated", !result->direct,
		"interrupted", result->interrupted, "duration",
		(double)result->duration / 1000.0, "sockets",
		(int)result->sockets, "unanswered", (int)result->unanswered,
		"refused", (int)result->refused));
}

void probe_warn(const struct probe_result *r)
{
	size_t lost = r->unanswered, tried = lost, unsure = 0;

	if (r->direct)
		fputs("lapse: there is no NAT: each socket is seen with its "
		      "own address and port\n",
		      stderr);
	if (r->refused)
		fprintf(stderr,
			"lapse: %zu flows could not be opened here: %s; see "
			"ulimit -n, or give\nfewer --flows\n",
			r->refused, strerror(r->error));
	for (size_t i = 0; i < PROBE_TIMERS; i++) {
		lost += r->timer[i].lost;
		tried += r->timer[i].tried;
		unsure += r->timer[i].unsure;
	}
	if (unsure && !r->interrupted)
		fprintf(stderr,
			"lapse: %zu of %zu flows are left out: the server was "
			"not heard when they were\nto be tested, or the NAT "
			"had forgotten all by then\n",
			unsure, tried);
	if (lost && !r->interrupted)
		fprintf(stderr,
			"lapse: %zu of %zu flows were never answered: the NAT "
			"may limit ports or\nsessions; fewer --flows or a "
			"lower --rate may help\n",
			lost, tried);
}
