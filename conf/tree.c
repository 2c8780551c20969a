// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tree - from a tree of YAML to items, by the schema
 *
 * Walks the tree and the schema side by side. What the schema does not know is
 * never descended into, so the schema bounds the recursion.
 */
#include "conf/internal.h"

#include <stdlib.h>
#include <string.h>

#include "conf/dhcp.h"
#include "conf/value.h"

/**
 * struct place - where the walk is
 * @at:		in the schema
 * @path:	dotted, as chosen by the user
 * @base:	collection that it is in, or BASE_CONF
 * @element:	of the collection, or NULL
 * @origin:	of the key that led here
 */
struct place {
	struct conf_at at;
	const char *path;
	enum conf_base base;
	const char *element;
	struct conf_origin origin;
};

static void walk(struct conf_text *source, const struct place *place,
		 yaml_node_t *node);

/** emit() - add an item for this place */
static struct conf_item *emit(struct conf_text *source,
			      const struct place *place,
			      enum conf_item_kind kind)
{
	struct conf_item *item = items_add(source->load->region, source->out);

	item->kind = kind;
	item->path = place->path;
	item->base = place->base;
	item->element = place->element;
	item->origin = place->origin;
	item->rank = source->rank;
	return item;
}

/** scalar_text() - a copy of a scalar */
static const char *scalar_text(struct conf_text *source,
			       const yaml_node_t *node)
{
	return region_text(source->load->region,
			   (const char *)node->data.scalar.value,
			   node->data.scalar.length);
}

/** is_empty() - whether nothing was written after the key */
static bool is_empty(const yaml_node_t *node)
{
	return node->type == YAML_SCALAR_NODE && !node->data.scalar.length &&
	       node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/** join() - a path with one more component */
static const char *join(struct conf_text *source, const char *path,
			const char *component)
{
	return region_print(source->load->region, "%s%s%s", path,
			    path[0] ? "." : "", component);
}

/** scalar_read() - a value alone into @value; false after an error */
static bool scalar_read(struct conf_text *source, const char *path,
			const struct conf_key *key, const yaml_node_t *node,
			union conf_value *value)
{
	struct conf_origin at = yaml_at(source, node->start_mark);
	char why[CONF_WHY_MAX] = "";
	const char *text;

	if (node->type != YAML_SCALAR_NODE) {
		conf_fail(source->load, at,
			  "%s: a %s where one value belongs; write that "
			  "value alone",
			  path,
			  node->type == YAML_SEQUENCE_NODE ? "list" : "map");
		return false;
	}
	text = scalar_text(source, node);
	if (key->type->parse(key, text, value, why))
		return true;
	conf_fail(source->load, at, "%s: \"%.60s%s\" %s", path, text,
		  strlen(text) > 60 ? "…" : "", why);
	return false;
}

/** walk_value() - a scalar or list where the schema has a value */
static void walk_value(struct conf_text *source, const struct place *place,
		       const struct conf_key *key, yaml_node_t *node)
{
	union conf_value value = {0};
	struct conf_item *item;
	bool good = false;

	if (is_empty(node) && !(key->flags & KEY_NONE))
		conf_fail(source->load, place->origin,
			  "%s has no value; write one, or take the key away",
			  place->path);
	else if (key->type->element)
		good = list_read(source, place->path, key, node, &value);
	else
		good = scalar_read(source, place->path, key, node, &value);
	item = emit(source, place, good ? ITEM_VALUE : ITEM_BAD);
	if (!good)
		return;
	item->key = key;
	item->value = value;
	item->value_at = yaml_at(source, node->start_mark);
}

/** element_enter() - make @place one of the element @name of a collection */
static void element_enter(struct conf_text *source, struct place *place,
			  const char *name)
{
	enum conf_base base = schema_base(&place->at);

	if (base < BASE_SOURCE)
		return;
	/* An option of a subnet: both of their names. */
	if (base == BASE_SUBNET_OPTION)
		name = join(source, place->element, name);
	place->base = base;
	place->element = name;
	emit(source, place, ITEM_ELEMENT);
}

/** walk_list() - a list where the schema has one */
static void walk_list(struct conf_text *source, const struct place *place,
		      yaml_node_t *node)
{
	struct conf_at below = place->at;
	bool values;
	size_t n = 1;

	/* Not found is impossible: a list has elements. */
	schema_child(&below, "0");
	values = schema_leaf(&below) != NULL;
	if (node->type != YAML_SEQUENCE_NODE &&
	    (!values || node->type != YAML_SCALAR_NODE || is_empty(node))) {
		conf_fail(source->load, yaml_at(source, node->start_mark),
			  "%s wants a list; %s", place->path,
			  values ? "write it in [ ]"
				 : "begin each element with -");
		emit(source, place, ITEM_BAD);
		return;
	}
	emit(source, place, ITEM_RESET);
	if (node->type == YAML_SEQUENCE_NODE)
		n = (size_t)(node->data.sequence.items.top -
			     node->data.sequence.items.start);
	for (size_t i = 0; i < n; i++) {
		struct place element = *place;
		yaml_node_t *child = node;

		if (node->type == YAML_SEQUENCE_NODE)
			child = yaml_document_get_node(
				source->document,
				node->data.sequence.items.start[i]);
		element.at = below;
		element.path = region_print(source->load->region, "%s.%zu",
					    place->path, i);
		element.origin = yaml_at(source, child->start_mark);
		element.base = schema_base(&place->at);
		element.element = region_print(source->load->region, "%zu", i);
		emit(source, &element, ITEM_ELEMENT);
		walk(source, &element, child);
	}
}

/** name_check() - whether the user may choose this name here */
static bool name_check(struct conf_text *source, const struct place *place,
		       struct conf_origin at, const char *name)
{
	enum conf_base base = schema_base(&place->at);
	char why[CONF_WHY_MAX] = "";
	uint8_t protocol;
	uint16_t port;

	if (base == BASE_SOURCE)
		return true;
	if (dhcp_base(base)) {
		if (dhcp_name_check(base, name, why))
			return true;
		conf_fail(source->load, at, "%s: \"%.40s\" %s", place->path,
			  name, why);
		return false;
	}
	if (base == BASE_PORT && !port_rule_parse(name, &protocol, &port)) {
		conf_fail(source->load, at,
			  "%s: \"%.40s\" is not a port; write one such as 53, "
			  "53/udp or 443/tcp",
			  place->path, name);
		return false;
	}
	if (base != BASE_PORT && !name_valid(name)) {
		conf_fail(source->load, at,
			  "%s: \"%.40s\" is not a name; write up to 31 "
			  "letters, digits, - and _",
			  place->path, name);
		return false;
	}
	return true;
}

/** step() - go down to @name; false after an error */
static bool step(struct conf_text *source, struct place *place,
		 struct conf_origin at, const char *name)
{
	bool chosen = schema_names(&place->at);
	struct conf_at from = place->at;
	char text[CONF_WHY_MAX];

	if (chosen && !name_check(source, place, at, name))
		return false;
	switch (schema_child(&place->at, name)) {
	case CHILD_FOUND:
		place->path = join(source, place->path, name);
		place->origin = at;
		if (chosen)
			element_enter(source, place, name);
		return true;
	case CHILD_NOT_YET:
		conf_fail(source->load, at,
			  "%s is not supported yet; take it away",
			  join(source, place->path, name));
		return false;
	case CHILD_MISPLACED:
		conf_fail(source->load, at, "%s %s",
			  join(source, place->path, name),
			  from.scope == KEY_CLIENT
				  ? "concerns all clients; write it under nat"
			  : from.scope == KEY_PROFILE
				  ? "has no place in a profile; write it into "
				    "the settings"
				  : "belongs into a profile; take it away");
		return false;
	case CHILD_UNKNOWN:
	default:
		schema_suggest(&from, name, text);
		conf_fail(source->load, at, "unknown key \"%.60s\"%s%s%s", name,
			  place->path[0] ? " in " : "", place->path, text);
		return false;
	}
}

/** struct pair - a key of a map, to find those given twice */
struct pair {
	const char *name;
	yaml_node_t *key;
	yaml_node_t *value;
	size_t order;
	const struct pair *first;
};

/** compare_name() - by name, then as written */
static int compare_name(const void *left, const void *right)
{
	const struct pair *const *a = left;
	const struct pair *const *b = right;
	int names = strcmp((*a)->name, (*b)->name);

	if (names)
		return names;
	return (*a)->order < (*b)->order ? -1 : (*a)->order > (*b)->order;
}

/** pairs_get() - the pairs of a map, each knowing of what it repeats */
static struct pair *pairs_get(struct conf_text *source, const yaml_node_t *node,
			      size_t n)
{
	struct region *region = source->load->region;
	struct pair *pairs = region_alloc(region, n * sizeof(*pairs));
	struct pair **sorted = region_alloc(region, n * sizeof(void *));

	for (size_t i = 0; i < n; i++) {
		const yaml_node_pair_t *p = &node->data.mapping.pairs.start[i];
		struct pair *pair = &pairs[i];

		pair->key = yaml_document_get_node(source->document, p->key);
		pair->value =
			yaml_document_get_node(source->document, p->value);
		pair->name = pair->key->type == YAML_SCALAR_NODE
				     ? scalar_text(source, pair->key)
				     : "";
		pair->order = i;
		sorted[i] = pair;
	}
	qsort(sorted, n, sizeof(void *), compare_name);
	for (size_t i = 1; i < n; i++)
		if (!strcmp(sorted[i]->name, sorted[i - 1]->name))
			sorted[i]->first = sorted[i - 1]->first
						   ? sorted[i - 1]->first
						   : sorted[i - 1];
	return pairs;
}

/** map_empty() - remember a section that is there but says nothing */
static void map_empty(struct conf_text *source, const struct place *place)
{
	if (place->base == BASE_CONF && place->path[0])
		emit(source, place, ITEM_ELEMENT);
}

/** walk_map() - a map where the schema has one */
static void walk_map(struct conf_text *source, const struct place *place,
		     yaml_node_t *node)
{
	struct pair *pairs;
	size_t n;

	if (is_empty(node)) {
		map_empty(source, place);
		return;
	}
	if (node->type != YAML_MAPPING_NODE) {
		conf_fail(source->load, yaml_at(source, node->start_mark),
			  "%s wants keys with values; write them as key: value",
			  place->path[0] ? place->path : "the file");
		return;
	}
	n = (size_t)(node->data.mapping.pairs.top -
		     node->data.mapping.pairs.start);
	if (!n)
		map_empty(source, place);
	pairs = pairs_get(source, node, n);
	for (size_t i = 0; i < n; i++) {
		struct conf_origin at =
			yaml_at(source, pairs[i].key->start_mark);
		struct place child = *place;

		if (pairs[i].key->type != YAML_SCALAR_NODE) {
			conf_fail(source->load, at,
				  "a key must be a word, not a list or map");
			continue;
		}
		if (pairs[i].first)
			conf_fail(source->load, at,
				  "\"%.60s\" is given twice; it stands in line "
				  "%zu already",
				  pairs[i].name,
				  pairs[i].first->key->start_mark.line + 1);
		else if (step(source, &child, at, pairs[i].name))
			walk(source, &child, pairs[i].value);
	}
}

/** walk() - whatever the schema has here */
static void walk(struct conf_text *source, const struct place *place,
		 yaml_node_t *node)
{
	const struct conf_key *key = schema_leaf(&place->at);

	if (key)
		walk_value(source, place, key, node);
	else if (schema_is_list(&place->at))
		walk_list(source, place, node);
	else
		walk_map(source, place, node);
}

bool tree_read(struct conf_text *source, const char *text, size_t len)
{
	struct place top = {.path = "", .origin = source->origin};
	yaml_document_t document;
	yaml_node_t *root;

	if (!yaml_open(source, text, len, &document))
		return false;
	source->document = &document;
	top.at.scope = source->scope;
	root = yaml_document_get_root_node(&document);
	if (root)
		walk(source, &top, root);
	yaml_document_delete(&document);
	source->document = NULL;
	return true;
}

/** path_walk() - follow a dotted path; false after an error */
static bool path_walk(struct conf_text *source, struct place *place,
		      const char *path)
{
	while (*path) {
		size_t len = dhcp_name_len(schema_names(&place->at)
						   ? schema_base(&place->at)
						   : BASE_CONF,
					   path);
		const char *name = region_text(source->load->region, path, len);
		uint64_t index;

		path += len + (path[len] == '.');
		if (schema_is_list(&place->at)) {
			if (!number_parse(name, len, &index)) {
				conf_fail(source->load, source->origin,
					  "%s wants an index; write 0 for its "
					  "first element",
					  place->path);
				return false;
			}
			place->base = schema_base(&place->at);
			place->element = name;
			place->path = join(source, place->path, name);
			schema_child(&place->at, name);
			emit(source, place, ITEM_ELEMENT);
		} else if (schema_leaf(&place->at)) {
			conf_fail(source->load, source->origin,
				  "%s has nothing below it; take \".%.60s\" "
				  "away",
				  place->path, name);
			return false;
		} else if (!step(source, place, source->origin, name)) {
			return false;
		}
	}
	return true;
}

void tree_assign(struct conf_text *source, const char *key, const char *value)
{
	struct place place = {.path = "", .origin = source->origin};
	struct conf_at top = {"", source->scope};
	yaml_document_t document;
	yaml_node_t *root;

	place.at.scope = source->scope;
	/* A bare name, or anything else not known at the top, is nat's. */
	if (schema_child(&top, region_text(source->load->region, key,
					   strcspn(key, "."))) == CHILD_UNKNOWN)
		key = region_print(source->load->region, "nat.%s", key);
	if (strlen(key) >= CONF_PATH_MAX) {
		conf_fail(source->load, source->origin, "too long a key");
		return;
	}
	if (!path_walk(source, &place, key) ||
	    !yaml_open(source, value, strlen(value), &document))
		return;
	source->document = &document;
	root = yaml_document_get_root_node(&document);
	if (root)
		walk(source, &place, root);
	else
		conf_fail(source->load, source->origin,
			  "%s has no value; write one", place.path);
	yaml_document_delete(&document);
	source->document = NULL;
}
