// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * print - effective settings as a settings file, each with its origin
 */
#include "conf/show.h"

#include <stdlib.h>
#include <string.h>

#include "conf/dhcp.h"

/* Where comments begin, unless the setting is longer. */
#define COMMENT_COLUMN 40

/** profile_name() - the name behind a profile's file */
static const char *profile_name(const struct conf_priv *priv, const char *path)
{
	for (const struct conf_profile *p = priv->profiles; p; p = p->next)
		if (p->path && !strcmp(p->path, path))
			return p->name;
	return path;
}

struct conf_origin item_origin(const struct conf_priv *priv,
			       const struct conf_item *item)
{
	struct conf_origin origin = item->origin;

	if (origin.layer == CONF_PROFILE) {
		origin.name = profile_name(priv, origin.name);
		origin.line = origin.column = 0;
	}
	return origin;
}

void show(const struct shower *shower, const struct conf_key *key,
	  const void *base, const char *path, const char *pattern)
{
	const struct conf_item *item = conf_find(shower->priv, path);
	struct conf_entry entry = {
		.path = path,
		.pattern = pattern,
		.doc = key->doc,
	};
	char text[CONF_VALUE_MAX] = "";

	if (!key->type->format(key, base, text))
		return;
	if (item && item->kind == ITEM_VALUE)
		entry.origin = item_origin(shower->priv, item);
	entry.value = text;
	shower->fn(&entry, shower->arg);
}

/** differs() - whether a class has another behaviour than nat as a whole */
static bool differs(const struct conf_key *key, const struct nat_policy *policy)
{
	size_t in_class = key->offset % sizeof(struct nat_behaviour);

	return memcmp((const unsigned char *)policy + key->offset,
		      (const unsigned char *)policy + in_class, key->size) != 0;
}

/** show_client_nat() - what was set for one client */
static void show_client_nat(const struct shower *shower,
			    const struct nat_client_rule *client)
{
	for (const struct conf_key *key = conf_schema; key->path; key++) {
		char path[CONF_PATH_MAX];
		char pattern[CONF_PATH_MAX];

		if (!(key->flags & KEY_CLIENT))
			continue;
		snprintf(path, sizeof(path), "clients.%s.%s", client->name,
			 key->path);
		snprintf(pattern, sizeof(pattern), "clients.*.%s", key->path);
		if (conf_find(shower->priv, path))
			show(shower, key, &client->policy, path, pattern);
	}
}

/** show_collection() - all elements of the collection that @first is a key of
 */
static void show_collection(const struct shower *shower,
			    const struct conf_key *first)
{
	const struct conf_names *names = &shower->priv->names[first->base];

	for (size_t i = 0; i < names->n; i++) {
		const void *element =
			collection_element(shower->conf, first->base, i);

		for (const struct conf_key *key = first;
		     key->path && key->base == first->base; key++) {
			size_t len = strcspn(key->path, "#*");
			char path[CONF_PATH_MAX];

			if (!(key->flags & shower->scope))
				continue;
			snprintf(path, sizeof(path), "%.*s%s%s", (int)len,
				 key->path, names->name[i],
				 key->path + len + 1);
			if (key->flags & KEY_SECTION)
				show_client_nat(shower, element);
			else
				show(shower, key, element, path, key->path);
		}
	}
}

/** foreach() - every effective setting of the shower's scope */
static void foreach (const struct shower *shower)
{
	const struct conf *conf = shower->conf;
	enum conf_base previous = BASE_CONF;

	for (const struct conf_key *key = conf_schema; key->path; key++) {
		if (dhcp_base(key->base)) {
			if (key->base != previous)
				dhcp_show(shower, key);
		} else if (key->base > BASE_SOURCE) {
			if (key->base != previous)
				show_collection(shower, key);
		} else if (key->type && key->flags & shower->scope &&
			   key->base != BASE_PROFILE &&
			   key->base != BASE_SOURCE) {
			const void *base =
				key->base == BASE_POLICY
					? (const void *)&conf->nat.policy
					: (const void *)conf;

			if ((!(key->flags & KEY_CLASS) ||
			     differs(key, &conf->nat.policy)) &&
			    (strncmp(key->path, "dhcp.", 5) != 0 ||
			     dhcp_shown(shower, key, base, key->path)))
				show(shower, key, base, key->path, key->path);
		}
		previous = key->base;
	}
}

void conf_foreach(const struct conf *conf, conf_entry_fn *fn, void *arg)
{
	foreach (&(struct shower){conf, KEY_FILE, conf->priv, fn, arg})
		;
}

void conf_profile_foreach(const struct conf *conf, conf_entry_fn *fn, void *arg)
{
	foreach (&(struct shower){conf, KEY_PROFILE, conf->priv, fn, arg})
		;
}

/* --- as YAML --- */

/**
 * struct printer - the state of conf_print()
 * @out:	where to
 * @dhcp:	whether there is a server, whose settings count
 * @path:	of the value before, to know what is new
 */
struct printer {
	FILE *out;
	bool dhcp;
	char path[CONF_PATH_MAX];
};

/** print_indent() - two blanks a level */
static void print_indent(FILE *out, size_t depth)
{
	fprintf(out, "%*s", (int)(2 * depth), "");
}

/** print_quoted() - a value, in quotes where YAML could take it amiss */
static int print_quoted(FILE *out, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_./%";
	int n = 2;

	if (value[0] && value[0] != '-' && value[0] != '%' &&
	    strspn(value, plain) == strlen(value))
		return fprintf(out, "%s", value);
	fputc('"', out);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\') {
			fputc('\\', out);
			n++;
		}
		fputc(*value, out);
		n++;
	}
	fputc('"', out);
	return n;
}

/** print_origin() - as a comment, behind @used columns; none for a default */
static void print_origin(FILE *out, const struct conf_origin *origin, int used)
{
	if (origin->layer == CONF_DEFAULT)
		return;
	fprintf(out, "%*s# ", used < COMMENT_COLUMN ? COMMENT_COLUMN - used : 1,
		"");
	if (origin->layer == CONF_PROFILE)
		fprintf(out, "profile %s, %s", origin->name,
			conf_class_names[origin->class]);
	else if (origin->layer == CONF_FILE)
		fprintf(out, "%s:%u", origin->name, origin->line);
	else
		fputs("set", out);
}

/**
 * component_len() - how long the first component of a path is
 * @pattern:	the same path as the schema has it
 *
 * Of a path's dots those that its pattern has not are a chosen name's: it is a
 * CIDR.
 */
static size_t component_len(const char *path, const char *pattern)
{
	size_t len = strlen(path);

	if (*pattern != '*')
		return strcspn(path, ".");
	for (pattern = strchr(pattern, '.'); pattern;
	     pattern = strchr(pattern + 1, '.'))
		while (len && path[--len] != '.')
			;
	return len;
}

/**
 * print_entry() - conf_entry_fn: one value as YAML
 *
 * Of the path only what differs from the one before is new; an index becomes
 * "- " before what follows it.
 */
static void print_entry(const struct conf_entry *entry, void *arg)
{
	struct printer *printer = arg;
	FILE *out = printer->out;
	const char *path = entry->path;
	const char *pattern = entry->pattern;
	bool fresh = false;
	bool inlined = false;
	size_t depth = 0;
	int used = 0;

	if (!printer->dhcp && !strncmp(path, "dhcp.", 5))
		return;
	for (;;) {
		size_t len = component_len(path, pattern);
		size_t upto = (size_t)(path - entry->path) + len;
		bool index = *pattern == '#';
		bool last = !path[len];

		/* The dot behind it is compared as well. */
		fresh = fresh || last ||
			strncmp(entry->path, printer->path, upto + 1) != 0;
		if (fresh && !inlined)
			print_indent(out, depth);
		if (fresh && index)
			fputs("- ", out);
		else if (fresh)
			fprintf(out, "%.*s:%s", (int)len, path,
				last ? " " : "\n");
		inlined = fresh && index;
		used = (int)(2 * depth) + (index ? 2 : (int)len + 2);
		if (last)
			break;
		path += len + 1;
		pattern += strcspn(pattern, ".") + 1;
		depth++;
	}
	if (entry->empty)
		used += fprintf(out, "%s", entry->value);
	else
		used += print_quoted(out, entry->value);
	print_origin(out, &entry->origin, used);
	fputc('\n', out);
	snprintf(printer->path, sizeof(printer->path), "%s", entry->path);
}

void conf_print(const struct conf *conf, FILE *out)
{
	struct printer printer = {.out = out, .dhcp = conf->dhcp_on};
	char *notes = NULL;
	size_t len = 0;
	FILE *memory = open_memstream(&notes, &len);

	conf_foreach(conf, print_entry, &printer);
	if (!memory)
		return;
	conf_notes(conf, memory);
	fclose(memory);
	for (const char *line = notes; line && *line;) {
		size_t n = strcspn(line, "\n");

		fprintf(out, "# %.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
	free(notes);
}
