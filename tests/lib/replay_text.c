/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_text - a scenario's lines: words, loops, blocks
 *
 * `for NAME in WORD…` or `for NAME FIRST LAST [STEP]` up to `done` repeats what
 * is between, with every `%NAME` replaced; `settings` up to `end` is YAML.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/duration.h"
#include "tests/lib/replay.h"

#define LINES	  2000
#define LINE_TEXT 1000
#define VARIABLES 8

/** struct variable - a loop's variable and what it stands for just now */
struct variable {
	const char *name;
	const char *value;
};

/** struct text - the lines of a file, and the loops around the current one */
struct text {
	struct replay *r;
	char *line[LINES]; /* owned; continued lines are joined */
	unsigned number[LINES];
	size_t n;
	struct variable variable[VARIABLES];
	size_t n_variables;
};

/** substitute() - a copy of a line with its %NAMEs replaced; or false */
static bool substitute(const struct text *t, const char *from,
		       char to[static LINE_TEXT])
{
	size_t used = 0;

	while (*from) {
		const char *value = NULL;
		size_t len = 1;

		for (size_t i = 0; *from == '%' && i < t->n_variables; i++) {
			size_t name = strlen(t->variable[i].name);

			if (strncmp(from + 1, t->variable[i].name, name) != 0)
				continue;
			value = t->variable[i].value;
			len = 1 + name;
		}
		if (used + (value ? strlen(value) : 1) + 1 > LINE_TEXT)
			return false;
		if (value) {
			memcpy(to + used, value, strlen(value));
			used += strlen(value);
		} else {
			to[used++] = *from;
		}
		from += len;
	}
	to[used] = '\0';
	return true;
}

/** split() - cut a line into words in place; braces are words of their own */
static bool split(struct replay *r, char *text)
{
	char *save = NULL;

	r->n_words = 0;
	r->at = 0;
	for (char *w = strtok_r(text, " \t", &save); w;
	     w = strtok_r(NULL, " \t", &save)) {
		if (*w == '#')
			break;
		if (r->n_words == REPLAY_WORDS)
			return replay_fail(r, "more than %d words",
					   REPLAY_WORDS);
		r->word[r->n_words++] = w;
	}
	return true;
}

/** first_is() - whether a line's first word is @word */
static bool first_is(const char *line, const char *word)
{
	size_t n = strlen(word);

	line += strspn(line, " \t");
	return !strncmp(line, word, n) && strchr(" \t#", line[n]);
}

/** block_end() - the line that closes the block which @begin opens */
static size_t block_end(const struct text *t, size_t begin, const char *open,
			const char *close)
{
	unsigned depth = 0;

	for (size_t i = begin; i < t->n; i++) {
		depth += first_is(t->line[i], open);
		if (first_is(t->line[i], close) && !--depth)
			return i;
	}
	return t->n;
}

static bool run(struct text *t, size_t first, size_t last);

/** loop() - the lines between `for` at @first and `done` at @last */
static bool loop(struct text *t, size_t first, size_t last)
{
	struct variable *v = &t->variable[t->n_variables];
	char words[LINE_TEXT], value[24], name[24];
	struct replay *r = t->r;
	uint64_t from, to, step = 1;
	char *list[REPLAY_WORDS];
	size_t n = 0;

	if (!substitute(t, t->line[first], words) || !split(r, words))
		return false;
	if (r->n_words < 4 || t->n_variables == VARIABLES)
		return replay_fail(r, "for NAME in WORD... or FIRST LAST");
	snprintf(name, sizeof(name), "%s", r->word[1]);
	v->name = name;
	r->at = 2;
	t->n_variables++;
	if (replay_take(r, "in")) {
		for (; r->at < r->n_words; r->at++)
			list[n++] = r->word[r->at];
		for (size_t i = 0; i < n; i++) {
			v->value = list[i];
			if (!run(t, first + 1, last))
				return false;
		}
	} else {
		if (!replay_number(r, UINT32_MAX, &from) ||
		    !replay_number(r, UINT32_MAX, &to) ||
		    (r->at < r->n_words &&
		     (!replay_number(r, UINT32_MAX, &step) || !step)))
			return false;
		v->value = value;
		for (; from <= to; from += step) {
			snprintf(value, sizeof(value), "%llu",
				 (unsigned long long)from);
			if (!run(t, first + 1, last))
				return false;
		}
	}
	t->n_variables--;
	return true;
}

/** yaml() - keep the lines of a `settings` block and put them in force */
static bool yaml(struct text *t, size_t first, size_t last)
{
	char words[] = "settings";
	struct replay *r = t->r;
	size_t len = 1;

	for (size_t i = first + 1; i < last; i++)
		len += strlen(t->line[i]) + 1;
	free(r->yaml);
	r->yaml = calloc(1, len);
	if (!r->yaml)
		return replay_fail(r, "out of memory");
	len = 0;
	for (size_t i = first + 1; i < last; i++) {
		size_t n = strlen(t->line[i]);

		memcpy(r->yaml + len, t->line[i], n);
		r->yaml[len + n] = '\n';
		len += n + 1;
	}
	return split(r, words) && replay_line(r);
}

/** run() - execute the lines from @first up to, not including, @last */
static bool run(struct text *t, size_t first, size_t last)
{
	char words[LINE_TEXT];
	struct replay *r = t->r;
	bool is_for, is_yaml;
	size_t end;

	for (size_t i = first; i < last; i++) {
		r->line = t->number[i];
		is_for = first_is(t->line[i], "for");
		is_yaml = first_is(t->line[i], "settings");
		if (is_for || is_yaml) {
			end = is_for ? block_end(t, i, "for", "done")
				     : block_end(t, i, "settings", "end");
			if (end >= last)
				return replay_fail(r, "block without end");
			if (!(is_for ? loop(t, i, end) : yaml(t, i, end)))
				return false;
			i = end;
			continue;
		}
		if (!substitute(t, t->line[i], words))
			return replay_fail(r, "line too long");
		if (!split(r, words) || (r->n_words && !replay_line(r)))
			return false;
	}
	return true;
}

/** load() - read all lines of a file; one that ends in \ goes on in the next */
static bool load(struct text *t, FILE *file)
{
	char buffer[LINE_TEXT], joined[LINE_TEXT] = "";
	unsigned number = 0, begun = 1;
	size_t used = 0;

	while (fgets(buffer, sizeof(buffer), file)) {
		size_t len = strcspn(buffer, "\n");
		bool more = len && buffer[len - 1] == '\\';

		number++;
		buffer[more ? len - 1 : len] = '\0';
		t->r->line = number;
		len = strlen(buffer);
		if (used + len + 1 > sizeof(joined) || t->n == LINES)
			return replay_fail(t->r, "too long");
		memcpy(joined + used, buffer, len + 1);
		used += len;
		if (more)
			continue;
		t->line[t->n] = strdup(joined);
		t->number[t->n] = begun;
		if (!t->line[t->n++])
			return replay_fail(t->r, "out of memory");
		joined[0] = '\0';
		used = 0;
		begun = number + 1;
	}
	return true;
}

/** release() - everything that a run took */
static void release(struct replay *r)
{
	replay_restart(r);
	for (size_t i = 0; i < r->n_set; i++) {
		free((void *)(uintptr_t)r->set[i].key);
		free((void *)(uintptr_t)r->set[i].value);
	}
	free(r->yaml);
	free(r->sent);
	free(r->events);
	free(r);
}

bool replay_run(const char *path, char error[static REPLAY_ERROR])
{
	struct text *t = calloc(1, sizeof(*t));
	struct replay *r = calloc(1, sizeof(*r));
	FILE *file = fopen(path, "re");
	bool ok = false;

	*error = '\0';
	if (!t || !r || !file) {
		snprintf(error, REPLAY_ERROR, "%s: %s", path, strerror(errno));
	} else {
		t->r = r;
		r->path = path;
		r->error = error;
		r->seed = 1;
		ok = load(t, file) && run(t, 0, t->n);
	}
	for (size_t i = 0; t && i < t->n; i++)
		free(t->line[i]);
	free(t);
	if (r)
		release(r);
	if (file)
		fclose(file);
	return ok;
}
