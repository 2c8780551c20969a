// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * clock - the command clock
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** clock_row() - what the clock shows */
static void clock_row(json_t *row, void *arg)
{
	char time[VALUE_TEXT], offset[VALUE_TEXT], scale[VALUE_TEXT];
	json_int_t expired =
		json_integer_value(json_object_get(row, "expired"));

	(void)arg;
	printf("lapse time %s, of that %s by advance; scale %s, %s\n",
	       value_duration(row, "time", "-", time),
	       value_duration(row, "offset", "-", offset),
	       value_text(row, "scale", scale),
	       json_is_true(json_object_get(row, "frozen")) ? "frozen"
							    : "running");
	if (expired)
		printf("sessions lapsed by that: %" JSON_INTEGER_FORMAT "\n",
		       expired);
}

/** scale_request() - `clock scale N` */
static int scale_request(const char *text, json_t **request)
{
	char *end;
	double scale = strtod(text, &end);

	if (end == text || *end || !isfinite(scale))
		return cli_error(CLI_USAGE,
				 "\"%s\" is no number: scale 60 lets a minute "
				 "pass in each second",
				 text);
	*request = json_pack("{s:s, s:f}", "request", "clock-scale", "scale",
			     scale);
	return CLI_OK;
}

/** make_request() - from the words after `clock` */
static int make_request(int argc, char **argv, json_t **request)
{
	static const char *const plain[] = {"freeze", "resume", "reset"};
	const char *action = argc > 1 ? argv[1] : "show";
	char name[32];

	if (strcmp(action, "show") == 0 && argc <= 2) {
		*request = json_pack("{s:s}", "request", "clock");
		return CLI_OK;
	}
	if (strcmp(action, "advance") == 0 && argc == 3) {
		*request = json_pack("{s:s, s:s}", "request", "clock-advance",
				     "by", argv[2]);
		return CLI_OK;
	}
	if (strcmp(action, "scale") == 0 && argc == 3)
		return scale_request(argv[2], request);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strcmp(action, plain[i]) != 0 || argc != 2)
			continue;
		snprintf(name, sizeof(name), "clock-%s", action);
		*request = json_pack("{s:s}", "request", name);
		return CLI_OK;
	}
	return cli_error(CLI_USAGE,
			 "give clock show, advance DURATION, scale N, freeze, "
			 "resume or reset");
}

int cli_clock(struct cli *cli, int argc, char **argv)
{
	static const struct args_option none[] = {{0}};
	int code = args_parse(cli, &argc, argv, none);
	json_t *request = NULL;

	if (!code)
		code = make_request(argc, argv, &request);
	return code ? code : ask(cli, request, clock_row, NULL, NULL);
}
