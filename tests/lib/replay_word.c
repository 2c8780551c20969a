/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_word - the words of a line: numbers, durations, endpoints, patterns
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/duration.h"
#include "tests/lib/replay.h"

bool replay_fail(struct replay *r, const char *format, ...)
{
	va_list args;
	int n;

	if (*r->error)
		return false;
	n = snprintf(r->error, REPLAY_ERROR, "%s:%u: ", r->path, r->line);
	if (n < 0 || n >= REPLAY_ERROR)
		return false;
	va_start(args, format);
	vsnprintf(r->error + n, REPLAY_ERROR - (size_t)n, format, args);
	va_end(args);
	return false;
}

const char *replay_next(struct replay *r)
{
	return r->at < r->n_words ? r->word[r->at++] : NULL;
}

bool replay_take(struct replay *r, const char *word)
{
	if (r->at == r->n_words || strcmp(r->word[r->at], word) != 0)
		return false;
	r->at++;
	return true;
}

bool replay_done(struct replay *r)
{
	if (r->at == r->n_words)
		return true;
	return replay_fail(r, "cannot make sense of '%s'", r->word[r->at]);
}

bool replay_number(struct replay *r, uint64_t max, uint64_t *number)
{
	const char *word = replay_next(r);
	char *end;

	errno = 0;
	if (!word)
		return replay_fail(r, "a number is missing");
	*number = strtoull(word, &end, 0);
	if (errno || end == word || *end || *number > max)
		return replay_fail(r, "'%s' is no number up to %llu", word,
				   (unsigned long long)max);
	return true;
}

bool replay_duration(struct replay *r, uint64_t *ms)
{
	const char *word = replay_next(r);

	if (word && duration_parse(word + (*word == '+'), ms))
		return true;
	return replay_fail(r, "'%s' is no duration", word ? word : "");
}

/** find_name() - a named endpoint, or NULL; @len bytes of @name count */
static struct replay_name *find_name(struct replay *r, const char *name,
				     size_t len)
{
	for (size_t i = 0; i < r->n_names; i++)
		if (strlen(r->names[i].name) == len &&
		    !strncmp(r->names[i].name, name, len))
			return &r->names[i];
	return NULL;
}

/** give_name() - name an endpoint */
static bool give_name(struct replay *r, const char *name, size_t len,
		      struct endpoint e)
{
	struct replay_name *n = &r->names[r->n_names];

	if (r->n_names == REPLAY_NAMES || len >= sizeof(n->name))
		return replay_fail(r, "no room for the name %s", name);
	memcpy(n->name, name, len);
	n->name[len] = '\0';
	n->endpoint = e;
	r->n_names++;
	return true;
}

/** port_parse() - all of @text as a port */
static bool port_parse(const char *text, uint16_t *port)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n > 65535)
		return false;
	*port = (uint16_t)n;
	return true;
}

bool replay_endpoint(struct replay *r, const char *word,
		     struct endpoint *endpoint)
{
	const struct replay_name *name;
	const char *colon;
	size_t len;

	if (!word)
		return replay_fail(r, "an endpoint is missing");
	if (*word != '$') {
		endpoint->port = 0;
		if (endpoint_parse(word, endpoint) ||
		    address_parse(word, &endpoint->addr))
			return true;
		return replay_fail(r, "'%s' is no endpoint", word);
	}
	colon = strchr(word, ':');
	len = colon ? (size_t)(colon - word) : strlen(word);
	name = find_name(r, word, len);
	if (!name)
		return replay_fail(r, "%s has no value yet", word);
	*endpoint = name->endpoint;
	if (colon && !port_parse(colon + 1, &endpoint->port))
		return replay_fail(r, "'%s' is no port", colon + 1);
	return true;
}

/** half_matches() - match_term() for `A:*`, `*:P`, `$x:*` and `*:$x` */
static bool half_matches(struct replay *r, const char *term, struct endpoint e,
			 bool *matches)
{
	struct endpoint other = {0, 0};
	char text[32];

	if (!strncmp(term, "*:", 2)) {
		if (term[2] == '$' ? !replay_endpoint(r, term + 2, &other)
				   : !port_parse(term + 2, &other.port))
			return replay_fail(r, "'%s' is no pattern", term);
		*matches = e.port == other.port;
		return true;
	}
	snprintf(text, sizeof(text), "%.*s", (int)strlen(term) - 2, term);
	if (!replay_endpoint(r, text, &other))
		return false;
	*matches = e.addr == other.addr;
	return true;
}

/** in_pool() - whether an address is one of the scenario's pool */
static bool in_pool(const struct replay *r, uint32_t addr)
{
	for (size_t i = 0; i < r->n_ranges; i++)
		if (addr >= r->ranges[i].first && addr <= r->ranges[i].last)
			return true;
	return false;
}

/** match_term() - one term of a pattern; false: it makes no sense */
static bool match_term(struct replay *r, const char *term, struct endpoint e,
		       bool *matches)
{
	struct endpoint other = {0, 0};
	size_t len = strlen(term);

	*matches = true;
	if (!strcmp(term, "even") || !strcmp(term, "odd")) {
		*matches = (e.port & 1) == (*term == 'o');
	} else if (!strcmp(term, "low") || !strcmp(term, "high")) {
		*matches = (e.port < 1024) == (*term == 'l');
	} else if (!strcmp(term, "pool")) {
		*matches = in_pool(r, e.addr);
	} else if (!strncmp(term, "*:", 2) ||
		   (len > 2 && !strcmp(term + len - 2, ":*"))) {
		return half_matches(r, term, e, matches);
	} else if (*term == '$' && !strchr(term, ':') &&
		   !find_name(r, term, len)) {
		return give_name(r, term, len, e);
	} else {
		if (!replay_endpoint(r, term, &other))
			return false;
		*matches = e.addr == other.addr &&
			   (e.port == other.port ||
			    (*term != '$' && !strchr(term, ':')));
	}
	return true;
}

bool replay_match(struct replay *r, const char *pattern, struct endpoint e,
		  const char *what)
{
	char text[ENDPOINT_TEXT], value[ENDPOINT_TEXT] = "";
	char terms[128], *save = NULL, *term;
	const struct replay_name *name;
	bool matches, negated;

	if (strlen(pattern) >= sizeof(terms))
		return replay_fail(r, "pattern too long");
	memcpy(terms, pattern, strlen(pattern) + 1);
	for (term = strtok_r(terms, ",", &save); term;
	     term = strtok_r(NULL, ",", &save)) {
		negated = *term == '!';
		if (negated && term[1] == '$' && !strchr(term, ':') &&
		    !find_name(r, term + 1, strlen(term + 1)))
			return replay_fail(r, "%s has no value yet", term + 1);
		if (!match_term(r, term + negated, e, &matches))
			return false;
		if (matches != negated)
			continue;
		name = *term == '$' ? find_name(r, term, strcspn(term, ":"))
				    : NULL;
		if (name)
			endpoint_format(name->endpoint, value);
		return replay_fail(r, "expected %s %s%s%s, got %s", what, term,
				   name ? " = " : "", value,
				   endpoint_format(e, text));
	}
	return true;
}

int replay_protocol(const char *word)
{
	static const struct {
		const char *name;
		int number;
	} names[] = {{"icmp", 1}, {"tcp", 6},  {"udp", 17},   {"dccp", 33},
		     {"gre", 47}, {"esp", 50}, {"sctp", 132}, {"udplite", 136}};
	char *end;
	unsigned long n;

	if (!word)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, word))
			return names[i].number;
	n = strtoul(word, &end, 10);
	return end == word || *end || n > 255 ? -1 : (int)n;
}
