/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request - a line of JSON in, lines of JSON out
 *
 * Knows no socket: the answer goes to an evbuffer, and what takes long is done
 * in turns, so that packets never wait for it. See lapse-control(7).
 */
#ifndef GATEWAY_REQUEST_H
#define GATEWAY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <event2/buffer.h>
#include <jansson.h>
#include "gateway/control_ring.h"
#include "gateway/gateway.h"
#include "gateway/request_filter.h"
#include "gateway/request_top.h"
#include "gateway/request_whom.h"

/** REQUEST_VERSION - of the protocol; grows when a client must know */
#define REQUEST_VERSION 1

/** REQUEST_LINE_MAX - bytes of a request, its newline not counted */
#define REQUEST_LINE_MAX 65536

/** REQUEST_PAGE - sessions looked at, or rows written, a turn of the loop */
#define REQUEST_PAGE 64

/** enum request_result - how far an answer has got */
enum request_result {
	REQUEST_DONE, /* complete: the next line may come */
	REQUEST_MORE, /* request_continue() at the next turn of the loop, once
		       * the client has read most of what there is */
	REQUEST_WAIT, /* request_continue() after an event, or at deadline_ns */
};

/** enum request_order - what is wanted first of a table */
enum request_order {
	ORDER_LAPSE,   /* who is the soonest to lapse */
	ORDER_TRAFFIC, /* who has carried the most bytes */
	ORDER_NEW,     /* who is the youngest */
};

struct request;
typedef enum request_result request_fn(struct request *request);
typedef int lease_act_fn(struct dhcpd *dhcpd, struct dhcpd_now now,
			 uint32_t address);

/**
 * struct request - a client's request and how far its answer has got
 * @gateway:	whom it is about
 * @ring:	events kept
 * @out:	where the answer goes
 * @kind:	its entry in the table; NULL between requests
 * @args:	the JSON object, valid during the first call of its handler only
 * @more:	what request_continue() calls
 * @filter:	the field of that name, or everything
 * @whom:	the field `client` of a request about DHCP
 * @act:	what is to be done to each of its leases
 * @cursor:	of a walk over a table
 * @rows:	written, or sessions ended, so far
 * @number:	next event to look at
 * @event:	`wait`: the event's name, a constant
 * @reason:	`wait`: its reason, a constant, or NULL
 * @deadline_ns: real time, or UINT64_MAX
 * @before:	a counter's value when the request began
 * @remote:	whether events show remote endpoints
 * @follow:	whether `events` goes on with those to come
 * @change:	what other settings did to live sessions
 * @order:	which of many come first
 * @top:	those, where there is a limit
 *
 * Those from @kind on belong to the request under way.
 */
struct request {
	struct gateway *gateway;
	struct ring *ring;
	struct evbuffer *out;
	const struct request_kind *kind;
	json_t *args;
	request_fn *more;
	struct filter filter;
	struct whom whom;
	lease_act_fn *act;
	uint32_t cursor;
	uint64_t rows;
	uint64_t number;
	const char *event;
	const char *reason;
	uint64_t deadline_ns;
	uint64_t before;
	bool remote;
	bool follow;
	struct nat_change change;
	enum request_order order;
	struct top top;
};

/** enum field_type - what the value of a request's field must be */
enum field_type {
	FIELD_TEXT,
	FIELD_BOOL,
	FIELD_COUNT,	/* a whole number from 0 up */
	FIELD_SCALE,	/* a number above 0 */
	FIELD_DURATION, /* "5m", or a number of seconds */
	FIELD_FILTER,
	FIELD_VALUES, /* an object */
	FIELD_TEXTS,  /* an array of strings */
};

/** struct request_field - one field of a request */
struct request_field {
	const char *name;
	enum field_type type;
	bool required;
};

/**
 * struct request_kind - a request, as the table has it
 * @name:	the word in "request"
 * @handler:	called with everything checked but the fields' meaning
 * @writes:	whether it changes anything
 * @fields:	those it takes, a NULL name at the end
 * @help:	what it does
 */
struct request_kind {
	const char *name;
	request_fn *handler;
	bool writes;
	const struct request_field *fields;
	const char *help;
};

/**
 * request_init() - be ready for the first line
 * @request:	to fill in; nothing in it needs to be released
 */
void request_init(struct request *request, struct gateway *gateway,
		  struct ring *ring, struct evbuffer *out);

/**
 * request_line() - begin to answer a line
 * @line:	without its newline; need not be terminated
 * @len:	its length
 *
 * Whatever the line is, the answer is complete JSON.
 */
enum request_result request_line(struct request *request, const char *line,
				 size_t len);

/** request_continue() - go on with an answer that was not complete */
enum request_result request_continue(struct request *request);

/** enum request_error - what went wrong, and so the command's exit code */
enum request_error {
	REQUEST_USAGE,	  /* the request: 2 */
	REQUEST_FAILED,	  /* at run time: 1 */
	REQUEST_SETTINGS, /* the settings: 3 */
};

/**
 * request_fail() - answer with an error
 * @field:	which field of the request, or NULL
 *
 * Return: REQUEST_DONE.
 */
enum request_result request_fail(struct request *request,
				 enum request_error error, const char *field,
				 const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/** request_done() - the last line of an answer; Return: REQUEST_DONE */
enum request_result request_done(struct request *request);

/**
 * request_duration() - a field of FIELD_DURATION
 * @ms:		untouched if the request does not have it
 */
void request_duration(const struct request *request, const char *name,
		      uint64_t *ms);

/** request_limit() - take the field `limit`, which is there, into top.size;
 * false after an error was answered */
bool request_limit(struct request *request);

/** request_whom() - take the field `client`; false after an error was answered
 */
bool request_whom(struct request *request);

/* The handlers, by file. */
request_fn request_status, request_stats, request_help;
request_fn request_clients, request_report, request_who, request_metrics;
request_fn request_get, request_set, request_unset, request_reload;
request_fn request_assignments;
request_fn request_sessions, request_mappings, request_kill, request_flush;
request_fn request_explain;
request_fn request_clock_show, request_clock_advance, request_clock_scale;
request_fn request_clock_freeze, request_clock_resume, request_clock_reset;
request_fn request_leases, request_lease_expire, request_lease_release;
request_fn request_lease_nak, request_lease_move;
request_fn request_fault, request_faults, request_fault_clear;
request_fn request_events, request_wait;

/** request_kind_at() - the table, one by one; NULL at the end */
const struct request_kind *request_kind_at(size_t i);

#endif /* GATEWAY_REQUEST_H */
