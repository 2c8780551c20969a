/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connection - ask lapsed
 */
#ifndef CLI_CONNECTION_H
#define CLI_CONNECTION_H

#include "cli/cli.h"
#include "cli/table.h"

struct link;

/** row_fn() - takes one row of an answer; the row stays the caller's */
typedef void row_fn(json_t *row, void *arg);

/**
 * ask() - send one request and read the answer
 * @cli:	where to, and how to print
 * @request:	JSON object; its reference is taken, NULL is "out of memory"
 * @row:	called for each row, unless --json: then rows go to stdout as
 *		they come
 * @arg:	for @row
 * @last:	set to the answer's last line where it is not NULL; to be
 *		released with json_decref()
 *
 * What goes wrong is said on stderr.
 *
 * Return: CLI_OK, or the exit code that belongs to the error.
 */
int ask(const struct cli *cli, json_t *request, row_fn *row, void *arg,
	json_t **last);

/**
 * ask_table() - ask(), with the rows in a table
 * @columns:	@n of them
 * @row:	adds a row to the table, which is its argument
 */
int ask_table(const struct cli *cli, json_t *request,
	      const struct table_column *columns, size_t n, row_fn *row);

/**
 * exchange() - ask(), but what lapsed refuses is the caller's to say
 * @answer:	set to the answer's last line, which may be an error; to be
 *		released with json_decref()
 *
 * Return: CLI_OK when there is an answer; else an exit code after a message.
 */
int exchange(const struct cli *cli, json_t *request, row_fn *row, void *arg,
	     json_t **answer);

/** answer_error() - "FIELD: ERROR" of an answer that is one; Return: @text */
const char *answer_error(const json_t *answer, char *text, size_t size);

/** LINK_PATIENCE_S - seconds without a byte after which nobody answers */
#define LINK_PATIENCE_S 5

/**
 * link_open() - a connection for request after request, made when needed
 * @path:	of the socket, copied
 *
 * Return: to be closed; NULL, out of memory, is taken by the others.
 */
struct link *link_open(const char *path);

/** link_close() - release it */
void link_close(struct link *link);

/**
 * link_ask() - send a request, read the answer; says nothing on stderr
 * @request:	JSON object; its reference is taken, NULL is "out of memory"
 * @rows:	set on success to an array, to be released
 * @why:	on failure set to what is the matter; @len bytes
 *
 * After a failure the next one connects anew.
 *
 * Return: 0; -EINVAL if lapsed answered with an error; another negative errno.
 */
int link_ask(struct link *link, json_t *request, json_t **rows, char *why,
	     size_t len);

#endif /* CLI_CONNECTION_H */
