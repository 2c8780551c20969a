// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lookup - finding one's way in the schema, and what somebody may have meant
 */
#include "conf/schema.h"

#include <stdio.h>
#include <string.h>

/* More keys than this are not listed in a message. */
#define LISTED_MAX 12

/** below() - what follows @pattern in @path, or NULL if it is not below it */
static const char *below(const char *path, const char *pattern)
{
	size_t len = strlen(pattern);

	if (!len)
		return path;
	if (strncmp(path, pattern, len) != 0 || path[len] != '.')
		return NULL;
	return path + len + 1;
}

/** component_is() - whether the first component of @path is @name */
static bool component_is(const char *path, const char *name)
{
	size_t len = strcspn(path, ".");

	return len == strlen(name) && !strncmp(path, name, len);
}

const struct conf_key *schema_leaf(const struct conf_at *at)
{
	for (const struct conf_key *key = conf_schema; key->path; key++)
		if (key->type && !strcmp(key->path, at->pattern))
			return key;
	return NULL;
}

/** has_below() - whether the component @name stands below @at */
static bool has_below(const struct conf_at *at, const char *name)
{
	for (const struct conf_key *key = conf_schema; key->path; key++) {
		const char *rest = below(key->path, at->pattern);

		if (rest && component_is(rest, name))
			return true;
	}
	return false;
}

bool schema_is_list(const struct conf_at *at)
{
	return has_below(at, "#");
}

bool schema_names(const struct conf_at *at)
{
	return has_below(at, "*");
}

enum conf_base schema_base(const struct conf_at *at)
{
	for (const struct conf_key *key = conf_schema; key->path; key++)
		if (below(key->path, at->pattern))
			return key->base;
	return BASE_CONF;
}

enum conf_child schema_child(struct conf_at *at, const char *name)
{
	enum conf_child result = CHILD_UNKNOWN;
	const char *component = schema_is_list(at) ? "#"
				: schema_names(at) ? "*"
						   : name;
	char path[CONF_PATH_MAX];

	for (const struct conf_key *key = conf_schema; key->path; key++) {
		const char *rest = below(key->path, at->pattern);
		int len;

		if (!rest || !component_is(rest, component))
			continue;
		result = CHILD_MISPLACED;
		if (!(key->flags & at->scope))
			continue;
		if (key->flags & KEY_NOT_YET && !strchr(rest, '.'))
			return CHILD_NOT_YET;
		if (key->flags & KEY_SECTION && !strchr(rest, '.')) {
			*at = (struct conf_at){"nat", KEY_CLIENT};
			return CHILD_FOUND;
		}
		len = snprintf(path, sizeof(path), "%s%s%s", at->pattern,
			       at->pattern[0] ? "." : "", component);
		if (len < 0 || (size_t)len >= sizeof(path))
			return CHILD_UNKNOWN;
		memcpy(at->pattern, path, (size_t)len + 1);
		return CHILD_FOUND;
	}
	return result;
}

/* --- what somebody may have meant --- */

/**
 * distance() - how many letters to add, take away or change, at most @limit
 * @a:		shorter than 64, or the limit is returned
 * @b:		likewise
 *
 * Levenshtein's, by one row. "_" for "-" and the case of letters cost nothing.
 */
static size_t distance(const char *a, const char *b, size_t limit)
{
	size_t la = strlen(a);
	size_t lb = strlen(b);
	size_t row[64];

	if (la >= 64 || lb >= 64)
		return limit;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			int x = a[i - 1] == '_' ? '-' : a[i - 1];
			size_t best;

			if (x >= 'A' && x <= 'Z')
				x += 'a' - 'A';
			best = diagonal + (x != b[j - 1]);
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[lb] < limit ? row[lb] : limit;
}

struct nearest nearest_begin(const char *word)
{
	return (struct nearest){word, NULL, 1 + (strlen(word) + 2) / 4};
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
	size_t d = distance(nearest->word, candidate, nearest->distance);

	if (d < nearest->distance) {
		nearest->distance = d;
		nearest->found = candidate;
	}
}

/** suggest_elsewhere() - the path of a key of the name @name, or NULL */
static const char *suggest_elsewhere(const struct conf_at *at, const char *name)
{
	for (const struct conf_key *key = conf_schema; key->path; key++) {
		const char *last = strrchr(key->path, '.');

		if (last && !strcmp(last + 1, name) && key->flags & at->scope &&
		    !(key->flags & (KEY_NOT_YET | KEY_CLASS)) &&
		    !strpbrk(key->path, "*#"))
			return key->path;
	}
	return NULL;
}

void schema_suggest(const struct conf_at *at, const char *name,
		    char text[static CONF_WHY_MAX])
{
	static char component[LISTED_MAX + 40][64];
	struct nearest nearest = nearest_begin(name);
	const char *elsewhere = suggest_elsewhere(at, name);
	const char *previous = "";
	size_t n = 0;
	int used;

	for (const struct conf_key *key = conf_schema; key->path; key++) {
		const char *rest = below(key->path, at->pattern);
		size_t len = rest ? strcspn(rest, ".") : 0;

		if (!rest || !(key->flags & at->scope) ||
		    key->flags & KEY_NOT_YET || component_is(rest, previous) ||
		    n == sizeof(component) / sizeof(component[0]))
			continue;
		snprintf(component[n], sizeof(component[n]), "%.*s", (int)len,
			 rest);
		previous = component[n++];
		nearest_offer(&nearest, previous);
	}
	if (nearest.found) {
		snprintf(text, CONF_WHY_MAX, "; did you mean \"%s\"?",
			 nearest.found);
		return;
	}
	if (elsewhere) {
		snprintf(text, CONF_WHY_MAX, "; did you mean \"%s\"?",
			 elsewhere);
		return;
	}
	if (n > LISTED_MAX) {
		snprintf(text, CONF_WHY_MAX, "; lapse.yaml(5) lists the keys");
		return;
	}
	used = snprintf(text, CONF_WHY_MAX, "; write one of");
	for (size_t i = 0; i < n && used > 0 && used < CONF_WHY_MAX; i++)
		used += snprintf(text + used, (size_t)(CONF_WHY_MAX - used),
				 "%s %s", i ? "," : "", component[i]);
}
