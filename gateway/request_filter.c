// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_filter - parse and apply filters
 */
#include "gateway/request_filter.h"

#include <stdio.h>
#include <string.h>

bool protocol_parse(const char *text, uint8_t *protocol)
{
	unsigned number = 0;

	if (strcmp(text, "tcp") == 0) {
		*protocol = 6;
		return true;
	}
	if (strcmp(text, "udp") == 0) {
		*protocol = 17;
		return true;
	}
	if (strcmp(text, "icmp") == 0) {
		*protocol = 1;
		return true;
	}
	if (!*text || strlen(text) > 3)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		number = number * 10 + (unsigned)(*text - '0');
	}
	if (number > 255)
		return false;
	*protocol = (uint8_t)number;
	return true;
}

/** set_prefix() - @want is the prefix @addr / @bits */
static void set_prefix(struct filter_endpoint *want, uint32_t addr,
		       unsigned bits)
{
	want->given = true;
	want->has_port = false;
	want->mask = prefix_mask(bits);
	want->addr = addr & want->mask;
}

/** endpoint_filter() - "a.b.c.d:port", "a.b.c.d" or "a.b.c.d/len" */
static bool endpoint_filter(const char *text, struct filter_endpoint *want)
{
	struct endpoint e;
	uint32_t addr;
	unsigned bits;

	if (prefix_parse(text, &addr, &bits)) {
		set_prefix(want, addr, bits);
		return true;
	}
	if (!endpoint_parse(text, &e))
		return false;
	set_prefix(want, e.addr, 32);
	want->has_port = true;
	want->port = e.port;
	return true;
}

/**
 * fail() - say what is wrong
 * @value:	what the request said, quoted in the text as far as it fits
 *
 * Return: false.
 */
static bool fail(struct filter_error *error, const char *field,
		 const char *value, const char *remedy)
{
	error->field = field;
	snprintf(error->text, sizeof(error->text), "\"%.64s\": %s", value,
		 remedy);
	return false;
}

/** parse_protocol() - the field of that name */
static bool parse_protocol(const char *value, const struct conf *conf,
			   struct filter *filter, struct filter_error *error)
{
	(void)conf;
	filter->has_protocol = true;
	if (protocol_parse(value, &filter->protocol))
		return true;
	return fail(error, "filter.protocol", value,
		    "give tcp, udp, icmp or a number from 0 to 255");
}

/** parse_internal() - the field of that name */
static bool parse_internal(const char *value, const struct conf *conf,
			   struct filter *filter, struct filter_error *error)
{
	(void)conf;
	if (endpoint_filter(value, &filter->internal))
		return true;
	return fail(error, "filter.internal", value,
		    "give ADDRESS:PORT, ADDRESS or ADDRESS/BITS");
}

/** parse_external() - the field of that name */
static bool parse_external(const char *value, const struct conf *conf,
			   struct filter *filter, struct filter_error *error)
{
	(void)conf;
	if (endpoint_filter(value, &filter->external))
		return true;
	return fail(error, "filter.external", value,
		    "give ADDRESS:PORT, ADDRESS or ADDRESS/BITS");
}

/** parse_remote() - the field of that name */
static bool parse_remote(const char *value, const struct conf *conf,
			 struct filter *filter, struct filter_error *error)
{
	(void)conf;
	if (endpoint_filter(value, &filter->remote))
		return true;
	return fail(error, "filter.remote", value,
		    "give ADDRESS:PORT, ADDRESS or ADDRESS/BITS");
}

/** parse_client() - an internal address, a prefix, or a name in the settings */
static bool parse_client(const char *value, const struct conf *conf,
			 struct filter *filter, struct filter_error *error)
{
	uint32_t addr;
	unsigned bits;

	if (prefix_parse(value, &addr, &bits)) {
		set_prefix(&filter->client, addr, bits);
		return true;
	}
	for (size_t i = 0; i < conf->nat.n_clients; i++) {
		if (strcmp(conf->nat.clients[i].name, value) != 0)
			continue;
		if (strlen(value) >= sizeof(filter->name))
			return fail(error, "filter.client", value,
				    "name too long here, give an address");
		memcpy(filter->name, value, strlen(value) + 1);
		return true;
	}
	return fail(error, "filter.client", value,
		    "no client of that name in the settings: give an internal "
		    "address, a prefix, or a name from `clients`");
}

typedef bool parse_fn(const char *value, const struct conf *conf,
		      struct filter *filter, struct filter_error *error);

static const struct filter_field {
	const char *name;
	const char *field; /* as an error names it */
	parse_fn *parse;
} fields[] = {
	{"client", "filter.client", parse_client},
	{"protocol", "filter.protocol", parse_protocol},
	{"internal", "filter.internal", parse_internal},
	{"external", "filter.external", parse_external},
	{"remote", "filter.remote", parse_remote},
};

/** parse_field() - one member of the object */
static bool parse_field(const char *name, const json_t *value,
			const struct conf *conf, struct filter *filter,
			struct filter_error *error)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		char number[24];

		if (strcmp(fields[i].name, name) != 0)
			continue;
		if (json_is_string(value))
			return fields[i].parse(json_string_value(value), conf,
					       filter, error);
		/* what a session's "protocol" is may be asked for as it is */
		if (json_is_integer(value) &&
		    fields[i].parse == parse_protocol) {
			snprintf(number, sizeof(number), "%lld",
				 (long long)json_integer_value(value));
			return parse_protocol(number, conf, filter, error);
		}
		error->field = fields[i].field;
		snprintf(error->text, sizeof(error->text), "must be a string");
		return false;
	}
	return fail(error, "filter", name,
		    "unknown field: a filter has client, protocol, internal, "
		    "external and remote");
}

bool filter_parse(json_t *object, const struct conf *conf,
		  struct filter *filter, struct filter_error *error)
{
	struct filter parsed = {0};

	if (!json_is_object(object)) {
		error->field = "filter";
		snprintf(error->text, sizeof(error->text),
			 "must be an object, such as {\"protocol\":\"tcp\"}");
		return false;
	}
	for (void *i = json_object_iter(object); i;
	     i = json_object_iter_next(object, i))
		if (!parse_field(json_object_iter_key(i),
				 json_object_iter_value(i), conf, &parsed,
				 error))
			return false;
	*filter = parsed;
	return true;
}

bool filter_by_address(struct filter *filter, const struct conf *conf,
		       struct filter_error *error)
{
	for (size_t i = 0; filter->name[0] && i < conf->nat.n_clients; i++) {
		const struct nat_client_rule *rule = &conf->nat.clients[i];

		if (strcmp(rule->name, filter->name) != 0)
			continue;
		if (rule->by_mac)
			return fail(error, "filter.client", filter->name,
				    "known by its MAC: give its address");
		set_prefix(&filter->client, rule->addr, rule->bits);
		filter->name[0] = '\0';
	}
	return true;
}

bool filter_empty(const struct filter *filter)
{
	return !filter->has_protocol && !filter->client.given &&
	       !filter->internal.given && !filter->external.given &&
	       !filter->remote.given && !filter->name[0];
}

/** matches() - whether an endpoint is the one, or one of those, wanted */
static bool matches(const struct filter_endpoint *want, struct endpoint e)
{
	return !want->given || ((e.addr & want->mask) == want->addr &&
				(!want->has_port || want->port == e.port));
}

/** matches_flow() - what sessions, mappings and events have in common */
static bool matches_flow(const struct filter *filter, uint8_t protocol,
			 struct endpoint internal, struct endpoint external)
{
	return (!filter->has_protocol || filter->protocol == protocol) &&
	       matches(&filter->client, internal) &&
	       matches(&filter->internal, internal) &&
	       matches(&filter->external, external);
}

bool filter_session(const struct filter *filter,
		    const struct nat_session_info *info)
{
	return matches_flow(filter, info->protocol, info->internal,
			    info->external) &&
	       matches(&filter->remote, info->remote) &&
	       (!filter->name[0] ||
		(info->client && strcmp(filter->name, info->client) == 0));
}

bool filter_mapping(const struct filter *filter,
		    const struct nat_mapping_info *info)
{
	return matches_flow(filter, info->protocol, info->internal,
			    info->external);
}

bool filter_history(const struct filter *filter,
		    const struct nat_history_info *info)
{
	return matches_flow(filter, info->protocol, info->internal,
			    info->external) &&
	       matches(&filter->remote, info->remote);
}

bool filter_client(const struct filter *filter, uint32_t addr, const char *name)
{
	const struct endpoint internal = {addr, 0};

	return matches(&filter->client, internal) &&
	       (!filter->name[0] || (name && strcmp(filter->name, name) == 0));
}

bool filter_event(const struct filter *filter, const struct ring_entry *entry)
{
	return matches_flow(filter, entry->protocol, entry->internal,
			    entry->external) &&
	       matches(&filter->remote, entry->remote);
}
