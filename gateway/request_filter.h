/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request_filter - which sessions, mappings and events a request means
 */
#ifndef GATEWAY_REQUEST_FILTER_H
#define GATEWAY_REQUEST_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <jansson.h>
#include "base/endpoint.h"
#include "conf/conf.h"
#include "gateway/control_ring.h"
#include "nat/report.h"

/** FILTER_NAME - bytes of a client's name at most, NUL included */
#define FILTER_NAME 64

/**
 * struct filter_endpoint - an address, a prefix, or an endpoint
 * @given:	false: everything matches
 * @addr:	host order, host bits zero
 * @mask:	netmask, host order
 * @port:	port or query identifier, if @has_port
 */
struct filter_endpoint {
	bool given;
	bool has_port;
	uint16_t port;
	uint32_t addr;
	uint32_t mask;
};

/**
 * struct filter - all that is given must match; zero-filled all matches
 * @client:	by internal address
 * @name:	by the name of the client's policy; "" if not given
 */
struct filter {
	bool has_protocol;
	uint8_t protocol;
	struct filter_endpoint client, internal, external, remote;
	char name[FILTER_NAME];
};

/**
 * struct filter_error - what is wrong with a filter
 * @field:	which field, a constant, as in "filter.client"
 * @text:	what, and what would be right
 */
struct filter_error {
	const char *field;
	char text[256];
};

/**
 * filter_parse() - from the JSON object of a request
 * @object:	any JSON; the caller's
 * @conf:	whose clients may be named
 * @filter:	filled in on success
 * @error:	filled in on failure
 *
 * Return: whether it is one.
 */
bool filter_parse(json_t *object, const struct conf *conf,
		  struct filter *filter, struct filter_error *error);

/**
 * filter_by_address() - turn a client's name into its address or prefix
 *
 * For mappings and events, which know no policy.
 *
 * Return: false if the client is known by its MAC only.
 */
bool filter_by_address(struct filter *filter, const struct conf *conf,
		       struct filter_error *error);

/** filter_empty() - whether it lets everything through */
bool filter_empty(const struct filter *filter);

/** filter_session() - whether a session matches */
bool filter_session(const struct filter *filter,
		    const struct nat_session_info *info);

/**
 * filter_mapping() - whether a mapping matches
 *
 * A mapping has no remote endpoint and no policy: these are not looked at.
 */
bool filter_mapping(const struct filter *filter,
		    const struct nat_mapping_info *info);

/** filter_history() - whether a flow does; its policy is not looked at */
bool filter_history(const struct filter *filter,
		    const struct nat_history_info *info);

/**
 * filter_client() - whether an internal address is the client asked for
 * @name:	of its policy's client, or NULL
 */
bool filter_client(const struct filter *filter, uint32_t addr,
		   const char *name);

/** filter_event() - whether an event matches; its policy is not looked at */
bool filter_event(const struct filter *filter, const struct ring_entry *entry);

/** protocol_parse() - "tcp", "udp", "icmp" or a number from 0 to 255 */
bool protocol_parse(const char *text, uint8_t *protocol);

#endif /* GATEWAY_REQUEST_FILTER_H */
