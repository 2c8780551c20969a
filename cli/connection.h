/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * connection - ask lapsed
 */
#ifndef CLI_CONNECTION_H
#define CLI_CONNECTION_H

#include "cli/cli.h"

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

#endif /* CLI_CONNECTION_H */
