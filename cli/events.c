// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * events - the commands events and wait
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** event_row() - one line; it has no table around it, for it may go on */
static void event_row(json_t *row, void *arg)
{
	static const char *const names[] = {
		"fault",  "protocol", "internal", "external", "ports",
		"remote", "address",  "mac",	  "hostname",
	};
	const json_t *time = json_object_get(row, "time");
	char text[VALUE_TEXT], reason[VALUE_TEXT];

	(void)arg;
	if (json_object_get(row, "count")) {
		printf("%12.3f  (%s events are not kept any more)\n",
		       json_number_value(time), value_text(row, "count", text));
		return;
	}
	printf("%12.3f  %-19s %-16s", json_number_value(time),
	       value_text(row, "event", text),
	       value_text(row, "reason", reason));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const json_t *value = json_object_get(row, names[i]);

		if (value && !json_is_null(value))
			printf(" %s", value_text(row, names[i], text));
	}
	if (json_object_get(row, "late"))
		printf(" %s too late", value_duration(row, "late", "-", text));
	putchar('\n');
}

/** add_number() - `--after`; Return: exit code */
static int add_number(json_t *request, const char *text)
{
	unsigned long long number;
	char *end;

	if (!text)
		return CLI_OK;
	errno = 0;
	number = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || number > INT64_MAX)
		return cli_error(CLI_USAGE, "--after needs a number, not %s",
				 text);
	json_object_set_new(request, "after", json_integer((json_int_t)number));
	return CLI_OK;
}

/**
 * finish() - send the request, with the filter in it
 * @filter:	its reference is taken
 */
static int finish(const struct cli *cli, json_t *request, json_t *filter,
		  json_t **last)
{
	json_object_set_new(request, "filter", filter);
	/* a line at a time also into a pipe: somebody waits for it */
	setvbuf(stdout, NULL, _IOLBF, 0);
	return ask(cli, request, event_row, NULL, last);
}

int cli_events(struct cli *cli, int argc, char **argv)
{
	const char *after = NULL;
	bool follow = false, destinations = false;
	const struct args_option options[] = {
		{"--after", &after, NULL},
		{"--follow", NULL, &follow},
		{"--destinations", NULL, &destinations},
		{0},
	};
	int code = args_parse(cli, &argc, argv, options);
	json_t *request =
		json_pack("{s:s, s:b, s:b}", "request", "events", "follow",
			  follow, "destinations", destinations);
	json_t *filter = json_object();

	if (!code)
		code = add_number(request, after);
	if (!code)
		code = args_filters(filter, argc - 1, argv + 1);
	if (!code)
		return finish(cli, request, filter, NULL);
	json_decref(filter);
	json_decref(request);
	return code;
}

/** wait_arguments() - what `wait` was given, into the request and its filter */
static int wait_arguments(struct cli *cli, int argc, char **argv,
			  json_t *request, json_t *filter)
{
	const char *after = NULL, *client = NULL, *reason = NULL;
	const char *timeout = NULL;
	bool destinations = false;
	const struct args_option options[] = {
		{"--after", &after, NULL},
		{"--client", &client, NULL},
		{"--reason", &reason, NULL},
		{"--timeout", &timeout, NULL},
		{"--destinations", NULL, &destinations},
		{0},
	};
	int code = args_parse(cli, &argc, argv, options);

	if (!code && argc < 2)
		code = cli_error(CLI_USAGE, "wait needs an event, such as "
					    "session-deleted");
	if (code)
		return code;
	json_object_set_new(request, "event", json_string(argv[1]));
	json_object_set_new(request, "destinations",
			    json_boolean(destinations));
	if (timeout)
		json_object_set_new(request, "timeout", json_string(timeout));
	if (reason)
		json_object_set_new(request, "reason", json_string(reason));
	if (client)
		json_object_set_new(filter, "client", json_string(client));
	code = add_number(request, after);
	return code ? code : args_filters(filter, argc - 2, argv + 2);
}

int cli_wait(struct cli *cli, int argc, char **argv)
{
	json_t *request = json_pack("{s:s}", "request", "wait");
	json_t *filter = json_object();
	int code = wait_arguments(cli, argc, argv, request, filter);
	char event[VALUE_TEXT];
	json_t *last = NULL;

	if (code) {
		json_decref(filter);
		json_decref(request);
		return code;
	}
	value_text(request, "event", event);
	code = finish(cli, request, filter, &last);
	if (!code && !json_is_true(json_object_get(last, "met")))
		code = cli_error(CLI_UNMET, "no %s within the time-out", event);
	json_decref(last);
	return code;
}
