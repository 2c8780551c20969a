/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request_row - write one JSON object as a line
 *
 * A dump may have a million rows and packets wait meanwhile, so rows are not
 * built as trees of json_t: they are printed, in order, into a buffer.
 */
#ifndef GATEWAY_REQUEST_ROW_H
#define GATEWAY_REQUEST_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"

struct evbuffer;

/**
 * struct row - an object on its way
 * @out:	where it goes
 * @comma:	whether the next member needs one before it
 * @len:	bytes of @text in use
 * @text:	what was not handed to @out yet
 */
struct row {
	struct evbuffer *out;
	bool comma;
	size_t len;
	char text[512];
};

/** row_begin() - open the object */
void row_begin(struct row *row, struct evbuffer *out);

/** row_end() - close the object and the line */
void row_end(struct row *row);

/*
 * row_NAME() - a member of the object; inside an array @name is NULL
 *
 * Text is escaped; where it is not UTF-8, what is beyond ASCII becomes '?'.
 * NULL is null. Seconds are given in ms, NAT_NEVER is null. An endpoint is
 * "address:port".
 */
void row_text(struct row *row, const char *name, const char *value);
void row_number(struct row *row, const char *name, uint64_t value);
void row_real(struct row *row, const char *name, double value);
void row_bool(struct row *row, const char *name, bool value);
void row_seconds(struct row *row, const char *name, uint64_t ms);
void row_endpoint(struct row *row, const char *name, struct endpoint e);
void row_protocol(struct row *row, const char *name, uint8_t protocol);

/** row_open() - begin an array ('[') or object ('{') inside this one */
void row_open(struct row *row, const char *name, char bracket);

/** row_close() - end it, with ']' or '}' */
void row_close(struct row *row, char bracket);

#endif /* GATEWAY_REQUEST_ROW_H */
