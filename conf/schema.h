/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * schema - every key that settings may have, in one table
 *
 * A row says how a key is written, parsed, stored, printed and explained. A new
 * setting is a new row, and a field for its value.
 *
 * Paths are dotted. "#" stands for an index into a list, "*" for a name that
 * the user chooses. The rows of one section stand together.
 */
#ifndef CONF_SCHEMA_H
#define CONF_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/endpoint.h"

/** CONF_PATH_MAX - bytes of the longest dotted path, NUL included */
#define CONF_PATH_MAX 192

/** CONF_VALUE_MAX - bytes of the longest value, NUL included */
#define CONF_VALUE_MAX 1024

/** CONF_WHY_MAX - bytes of what a parser has to say, NUL included */
#define CONF_WHY_MAX 256

/** enum conf_base - which structure a row's offset counts from */
enum conf_base {
	BASE_CONF,    /* struct conf */
	BASE_POLICY,  /* struct nat_policy: the global one, or a client's */
	BASE_PROFILE, /* struct conf_profile, which only a profile has */
	BASE_DHCP,    /* struct conf_words: those of `dhcp` itself */
	BASE_SOURCE,  /* none: profile.c takes these itself */
	BASE_LAN,     /* from here on: an element of a collection */
	BASE_POOL,
	BASE_PORT,
	BASE_CLIENT,
	BASE_FORWARD,
	BASE_EXEMPT,
	BASE_SUBNET, /* from here on: by conf_dhcp_build() */
	BASE_OPTION,
	BASE_SUBNET_OPTION,
	BASE_RESERVATION,
	BASES
};

/* Where a key may stand, and what is special about it. */
#define KEY_FILE    1u	 /* in the settings file, and in assignments */
#define KEY_PROFILE 2u	 /* in a profile */
#define KEY_CLIENT  4u	 /* under clients.NAME.nat */
#define KEY_GENERAL 8u	 /* a behaviour of every class of protocols */
#define KEY_CLASS   16u	 /* the same of one class, under tcp or udp */
#define KEY_NOT_YET 32u	 /* designed, not made */
#define KEY_SECTION 64u	 /* no value: what is below it stands elsewhere */
#define KEY_NONE    128u /* takes the word "none" */
#define KEY_NEEDED  256u /* an element of its collection needs it */

/** union conf_value - a parsed value, before it is stored */
union conf_value {
	uint64_t number;
	const char *text;
	struct endpoint endpoint;
	struct {
		uint32_t first;
		uint32_t last;
		bool interface;
	} range;
	struct {
		uint32_t addr;
		unsigned bits;
		bool by_mac;
		uint8_t mac[6];
	} who;
	struct {
		uint32_t addr;
		unsigned bits;
		uint32_t router;
	} route;
	struct {
		const void *array;
		size_t n;
		const struct conf_origin *at; /* of each element */
	} list;
};

struct conf_key;
struct conf_origin;

/**
 * struct conf_type - how values of one kind are written
 * @parse:	from text to value; false with the reason in @why, which goes on
 *		after the quoted text: "is not …; write …". @text outlives the
 *		value.
 * @store:	value into the structure that the key's offset counts from
 * @format:	back to text; false if there is nothing to print (it is off)
 * @element:	bytes of an element if this is a list of values, else 0. Then
 *		@parse is of one element, @store of @list, and @format of the
 *		element at its base.
 * @put:	of a list: a parsed value into an element
 */
struct conf_type {
	bool (*parse)(const struct conf_key *key, const char *text,
		      union conf_value *value, char why[static CONF_WHY_MAX]);
	void (*store)(const struct conf_key *key, void *base,
		      const union conf_value *value);
	bool (*format)(const struct conf_key *key, const void *base,
		       char text[static CONF_VALUE_MAX]);
	size_t element;
	void (*put)(void *element, const union conf_value *value);
};

/**
 * struct conf_key - a row of the schema
 * @path:	dotted, with # and *
 * @type:	how its values are written; NULL: it has none of its own
 * @base:	what @offset counts from
 * @flags:	KEY_…
 * @offset:	of the field, bytes
 * @size:	of the field, bytes
 * @words:	the words of an enum, in its order, NULL at the end
 * @min:	smallest number, or shortest text
 * @max:	largest number, longest text, or most elements
 * @none:	with KEY_NONE, the number that the word "none" stands for
 * @fallback:	default as text, or NULL: nat_settings_default()'s, or 0
 * @doc:	what it is, one line
 */
struct conf_key {
	const char *path;
	const struct conf_type *type;
	enum conf_base base;
	unsigned flags;
	size_t offset;
	size_t size;
	const char *const *words;
	uint64_t min;
	uint64_t max;
	uint64_t none;
	const char *fallback;
	const char *doc;
};

/** conf_schema - the table; the last row's path is NULL */
extern const struct conf_key conf_schema[];

/** struct conf_at - a place in the schema while walking down */
struct conf_at {
	char pattern[CONF_PATH_MAX];
	unsigned scope; /* KEY_FILE, KEY_PROFILE or KEY_CLIENT */
};

/** enum conf_child - what schema_child() found */
enum conf_child {
	CHILD_FOUND,
	CHILD_UNKNOWN,
	CHILD_MISPLACED, /* known, but not here: see the scope */
	CHILD_NOT_YET
};

/** schema_leaf() - the row of exactly this pattern, or NULL */
const struct conf_key *schema_leaf(const struct conf_at *at);

/** schema_is_list() - whether lists stand here */
bool schema_is_list(const struct conf_at *at);

/** schema_names() - whether the user chooses the names below */
bool schema_names(const struct conf_at *at);

/** schema_base() - the base of the rows below here */
enum conf_base schema_base(const struct conf_at *at);

/**
 * schema_child() - one step down
 * @at:		where from; changed to where it leads only if found
 * @name:	the component: a key, a chosen name, an index for a list
 */
enum conf_child schema_child(struct conf_at *at, const char *name);

/**
 * schema_suggest() - the key that somebody may have meant
 * @at:		where @name was written
 * @name:	the unknown component
 * @text:	set to ` did you mean "…"?` or a list of the possible keys
 */
void schema_suggest(const struct conf_at *at, const char *name,
		    char text[static CONF_WHY_MAX]);

/**
 * struct nearest - search for the word that resembles another the most
 * @word:	what was written
 * @found:	the best so far, or NULL
 * @distance:	its distance; to begin with, one more than is a resemblance
 */
struct nearest {
	const char *word;
	const char *found;
	size_t distance;
};

/** nearest_begin() - a search for @word */
struct nearest nearest_begin(const char *word);

/** nearest_offer() - consider @candidate, which must outlive the search */
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif /* CONF_SCHEMA_H */
