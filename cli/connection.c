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
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char lab[LAB_NAME_TEXT];
	const char *which = lab_of_socket(path, lab);
	int fd;

	if (which)
		return connect_lab(lab, which, stream);

	if (strlen(path) >= sizeof(address.sun_path))
		return connect_error(path, ENAMETOOLONG);
	memcpy(address.sun_path, path, strlen(path) + 1);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return connect_error(path, errno);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) <
		    0 ||
	    (*stream = fdopen(fd, "r")) == NULL) {
		int error = errno;

		close(fd);
		return connect_error(path, error);
	}
	return CLI_OK;
}

/**
 * send_request() - one line
 *
 * That lapsed has closed already is no error yet: its answer may say why.
 */
static int send_request(FILE *stream, const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	size_t len, done = 0;

	if (!text)
		return cli_error(CLI_FAILED, "out of memory");
	len = strlen(text);
	text[len++] = '\n'; /* over the NUL */
	while (done < len) {
		ssize_t n = send(fileno(stream), text + done, len - done,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		done += (size_t)n;
	}
	free(text);
	if (done < len && errno != EPIPE && errno != ECONNRESET)
		return cli_error(CLI_FAILED, "the request cannot be sent: %s",
				 strerror(errno));
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
		bool last = is_last(line);
		json_t *object;

		if (!last && (cli->json || !row)) {
			if (cli->json)
				fwrite(line, 1, (size_t)len, stdout);
			continue;
		}
		object = json_loads(line, 0, NULL);
		if (!object) {
			code = cli_error(CLI_FAILED,
					 "lapsed's answer is no JSON: is its "
					 "version this one?");
		} else if (last) {
			*answer = object;
		} else {
			row(object, arg);
			json_decref(object);
		}
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
