// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * who - the command who: whose was this external endpoint?
 */
#include <stdio.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"

/** who_row() - one answer */
static void who_row(json_t *row, void *arg)
{
	char text[3][VALUE_TEXT];
	bool *any = arg;

	*any = true;
	printf("%s%s%s is ", value_text(row, "external", text[0]),
	       json_is_null(json_object_get(row, "protocol")) ? "" : " ",
	       json_is_null(json_object_get(row, "protocol"))
		       ? ""
		       : value_text(row, "protocol", text[1]));
	if (json_is_null(json_object_get(row, "internal")))
		fputs(value_text(row, "address", text[2]), stdout);
	else
		fputs(value_text(row, "internal", text[2]), stdout);
	if (json_is_string(json_object_get(row, "client")))
		printf(" (%s)", value_text(row, "client", text[2]));
	printf(", by %s", value_text(row, "source", text[2]));
	if (json_is_number(json_object_get(row, "from")))
		printf(", from %.3f s",
		       json_number_value(json_object_get(row, "from")));
	if (json_is_number(json_object_get(row, "until")))
		printf(", until %.3f s",
		       json_number_value(json_object_get(row, "until")));
	putchar('\n');
}

int cli_who(struct cli *cli, int argc, char **argv)
{
	const char *protocol = NULL, *at = NULL;
	const struct args_option options[] = {
		{"--protocol", &protocol, NULL}, {"--at", &at, NULL}, {0}};
	int code = args_parse(cli, &argc, argv, options);
	bool any = false;

	if (!code && argc != 2)
		code = cli_error(CLI_USAGE, "who needs an external endpoint, "
					    "such as 203.0.113.5:40001");
	if (code)
		return code;
	code = ask(cli,
		   json_pack("{s:s, s:s, s:s*, s:s*}", "request", "who",
			     "external", argv[1], "protocol", protocol, "at",
			     at),
		   who_row, &any, NULL);
	if (!code && !any && !cli->json)
		printf("%s: nobody\n", argv[1]);
	return code;
}
