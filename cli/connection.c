// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * connection - connect to lapsed, send a request, read the answer
 */
#include "cli/connection.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "cli/lab.h"
#include "lab/stand.h"

/** connect_error() - what it means that nobody could be reached */
static int connect_error(const char *path, int error)
{
	if (error == EACCES || error == EPERM)
		return cli_error(CLI_PERMISSION,
				 "no permission for %s: be root, or of the "
				 "group of control.group",
				 path);
	if (error == ENOENT || error == ECONNREFUSED)
		return cli_error(CLI_FAILED,
				 "nobody answers on %s: is lapsed running? "
				 "--socket PATH asks elsewhere",
				 path);
	return cli_error(CLI_FAILED, "%s: %s", path, strerror(error));
}

/** connect_stream() - a stream to lapsed, to be closed; 0 or -errno */
static int connect_stream(const char *path, FILE **stream)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
		    0 ||
	    (*stream = fdopen(fd, "r")) == NULL) {
		int error = errno;

		close(fd);
		return -error;
	}
	return 0;
}

/**
 * connect_lab() - a stream to a gateway of a standing lab
 * @which:	of its gateways, "" being the one that clients see
 *
 * Return: as connect_to().
 */
static int connect_lab(const char *name, const char *which, FILE **stream)
{
	struct stand_answer answer;
	char request[64];

	snprintf(request, sizeof(request), "connect %s",
		 *which ? which : "gateway");
	if (stand_ask(name, request, &answer))
		return CLI_FAILED;
	*stream = fdopen(answer.fds[0], "r");
	return *stream ? CLI_OK : cli_error(CLI_FAILED, "out of memory");
}

/**
 * connect_to() - a stream to lapsed
 * @stream:	set on success, to be closed
 *
 * Return: CLI_OK, or an exit code after a message.
 */
static int connect_to(const char *path, FILE **stream)
{
	char lab[LAB_NAME_TEXT];
	const char *which = lab_of_socket(path, lab);
	int error;

	if (which)
		return connect_lab(lab, which, stream);
	error = connect_stream(path, stream);
	return error ? connect_error(path, -error) : CLI_OK;
}

/**
 * send_line() - a request on a line
 *
 * Return: 0 or a negative errno.
 */
static int send_line(FILE *stream, const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len, done = 0;
	int error = 0;

	if (!text)
		return -ENOMEM;
	len = strlen(text);
	text[len++] = '\n'; /* over the NUL */
	while (done < len) {
		ssize_t n = send(fileno(stream), text + done, len - done,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			error = -errno;
			break;
		}
		done += (size_t)n;
	}
	free(text);
	return error;
}

/**
 * send_request() - one line
 *
 * That lapsed has closed already is no error yet: its answer may say why.
 */
static int send_request(FILE *stream, const json_t *request)
{
	int error = send_line(stream, request);

	if (error && error != -EPIPE && error != -ECONNRESET)
		return cli_error(CLI_FAILED, "the request cannot be sent: %s",
				 strerror(-error));
	return CLI_OK;
}

const char *answer_error(const json_t *answer, char *text, size_t size)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	const char *field = json_string_value(json_object_get(answer, "field"));

	snprintf(text, size, "%s%s%s", field ? field : "", field ? ": " : "",
		 error ? error : "unknown error");
	return text;
}

/** report() - say what is wrong; Return: the exit code that it means */
static int report(const json_t *answer)
{
	const char *kind = json_string_value(json_object_get(answer, "kind"));
	char text[8192];
	int code = CLI_FAILED;

	if (kind && strcmp(kind, "usage") == 0)
		code = CLI_USAGE;
	else if (kind && strcmp(kind, "settings") == 0)
		code = CLI_SETTINGS;
	return cli_error(code, "%s", answer_error(answer, text, sizeof(text)));
}

/** is_last() - whether a line is the answer's last one; lapse-control(7) */
static bool is_last(const char *line)
{
	return strncmp(line, "{\"done\":", 8) == 0 ||
	       strncmp(line, "{\"error\":", 9) == 0;
}

/**
 * read_object() - a line that is not only copied
 * @row:	takes it; or NULL: it is the answer's last one
 *
 * Return: CLI_OK, or CLI_FAILED after a message.
 */
static int read_object(const char *line, row_fn *row, void *arg,
		       json_t **answer)
{
	json_t *object = json_loads(line, 0, NULL);

	if (!object)
		return cli_error(CLI_FAILED,
				 "lapsed's answer is no JSON: is its version "
				 "this one?");
	if (!row) {
		*answer = object;
		return CLI_OK;
	}
	row(object, arg);
	json_decref(object);
	return CLI_OK;
}

/**
 * read_answer() - all lines up to the last
 * @answer:	set to the last one on success, to be released
 *
 * Return: CLI_OK, or an exit code after a message.
 */
static int read_answer(const struct cli *cli, FILE *stream, row_fn *row,
		       void *arg, json_t **answer)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int code = CLI_OK;

	*answer = NULL;
	while (!code && !*answer && (len = getline(&line, &size, stream)) > 0) {
		if (is_last(line) || (!cli->json && row))
			code = read_object(line, is_last(line) ? NULL : row,
					   arg, answer);
		else if (cli->json)
			fwrite(line, 1, (size_t)len, stdout);
		/* rows may go on for ever, and for nobody */
		if (!code && !*answer && ferror(stdout))
			code = cli_error(CLI_FAILED,
					 "the output cannot be written");
	}
	free(line);
	if (!code && !*answer)
		code = cli_error(CLI_FAILED, "lapsed has hung up");
	return code;
}

int exchange(const struct cli *cli, json_t *request, row_fn *row, void *arg,
	     json_t **answer)
{
	FILE *stream = NULL;
	int code;

	*answer = NULL;
	if (!request)
		return cli_error(CLI_FAILED, "out of memory");
	code = connect_to(cli->socket, &stream);
	if (!code)
		code = send_request(stream, request);
	if (!code)
		code = read_answer(cli, stream, row, arg, answer);
	json_decref(request);
	if (stream)
		fclose(stream);
	return code;
}

int ask(const struct cli *cli, json_t *request, row_fn *row, void *arg,
	json_t **last)
{
	json_t *answer = NULL;
	int code = exchange(cli, request, row, arg, &answer);

	if (!code && json_object_get(answer, "error"))
		code = report(answer);
	if (last && !code)
		*last = json_incref(answer);
	json_decref(answer);
	return code;
}

int ask_table(const struct cli *cli, json_t *request,
	      const struct table_column *columns, size_t n, row_fn *row)
{
	struct table table;
	int code;

	if (cli->json)
		return ask(cli, request, NULL, NULL, NULL);
	table_begin(&table, stdout, columns, n);
	code = ask(cli, request, row, &table, NULL);
	/* after an error there is no table to be shown */
	if (!code)
		table_end(&table);
	return code;
}

/**
 * struct link - a connection that is kept, and made again when it has broken
 * @path:	of the socket
 * @stream:	NULL while there is none
 * @line, @size: what getline() has
 */
struct link {
	char *path;
	FILE *stream;
	char *line;
	size_t size;
};

struct link *link_open(const char *path)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link)
		link->path = strdup(path);
	return link;
}

void link_close(struct link *link)
{
	if (!link)
		return;
	if (link->stream)
		fclose(link->stream);
	free(link->line);
	free(link->path);
	free(link);
}

/** link_connect() - if it is not yet; 0 or -errno */
static int link_connect(struct link *link)
{
	static const struct timeval patience = {LINK_PATIENCE_S, 0};
	char lab[LAB_NAME_TEXT];
	const char *which;
	int error;

	if (link->stream)
		return 0;
	which = lab_of_socket(link->path, lab);
	if (which)
		error = connect_lab(lab, which, &link->stream) ? -ECONNREFUSED
							       : 0;
	else
		error = connect_stream(link->path, &link->stream);
	if (!error)
		setsockopt(fileno(link->stream), SOL_SOCKET, SO_RCVTIMEO,
			   &patience, sizeof(patience));
	return error;
}

/**
 * link_read() - rows until the last line
 * @last:	set to that, to be released
 *
 * Return: 0 or -errno; then the stream is of no more use.
 */
static int link_read(struct link *link, json_t *rows, json_t **last)
{
	for (;;) {
		json_t *object;

		errno = 0;
		if (getline(&link->line, &link->size, link->stream) <= 0)
			return errno == EAGAIN ? -ETIMEDOUT : -ECONNRESET;
		object = json_loads(link->line, 0, NULL);
		if (!object)
			return -EPROTO;
		if (is_last(link->line)) {
			*last = object;
			return 0;
		}
		json_array_append_new(rows, object);
	}
}

int link_ask(struct link *link, json_t *request, json_t **rows, char *why,
	     size_t len)
{
	json_t *last = NULL, *all = json_array();
	const char *wrong = NULL;
	int error = link && request && all ? link_connect(link) : -ENOMEM;

	if (!error)
		error = send_line(link->stream, request);
	if (!error)
		error = link_read(link, all, &last);
	if (!error)
		wrong = json_string_value(json_object_get(last, "error"));
	if (error || wrong)
		snprintf(why, len, "%s", wrong ? wrong : strerror(-error));
	if (error && link && link->stream) {
		fclose(link->stream);
		link->stream = NULL;
	}
	if (wrong)
		error = -EINVAL;
	if (!error)
		*rows = json_incref(all);
	json_decref(all);
	json_decref(last);
	json_decref(request);
	return error;
}
