// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * explain - the command explain: what follows from the settings
 *
 * Of a flow lapsed tells it. Blocks are computed here: deterministic NAT needs
 * no log, for the settings of the time say who had a port (RFC 7422). So lapsed
 * need not run, and FILE may be an old one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/table.h"
#include "conf/conf.h"

/** struct question - what is asked */
struct question {
	const char *text;
	const char *path;
	bool inward;
	struct endpoint endpoint;
	uint32_t own;
};

/** explain_error() - why there is no answer */
static int explain_error(const struct question *question, int error)
{
	if (error == -EOPNOTSUPP)
		return cli_error(CLI_SETTINGS,
				 "%s: nat.deterministic is off, so nothing can "
				 "be computed; the events block-allocated and "
				 "mapping-created tell who had a port",
				 question->path);
	if (error == -EDESTADDRREQ)
		return cli_error(CLI_USAGE,
				 "wan.pool has the interface's own address, "
				 "which %s does not say; add --address ADDRESS",
				 question->path);
	return cli_error(CLI_FAILED,
			 question->inward
				 ? "%s is in nobody's block"
				 : "%s is in no lan, and so has no block",
			 question->text);
}

/** answer_json() - one row */
static void answer_json(const struct conf_block *block)
{
	char internal[ADDRESS_TEXT], external[ADDRESS_TEXT];
	json_t *row =
		json_pack("{s:s, s:s, s:i, s:i, s:s?}", "internal",
			  address_format(block->internal, internal), "external",
			  address_format(block->external, external),
			  "first-port", (int)block->first, "last-port",
			  (int)block->last, "forward", block->forward);

	json_dumpf(row, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(row);
}

/** answer_text() - a sentence */
static void answer_text(const struct conf_block *block)
{
	char internal[ADDRESS_TEXT], external[ADDRESS_TEXT];

	address_format(block->internal, internal);
	address_format(block->external, external);
	if (block->forward)
		printf("%s has all of %s, by forwards.%s\n", internal, external,
		       block->forward);
	else
		printf("%s has ports %u-%u of %s\n", internal, block->first,
		       block->last, external);
}

/** explain_block() - the answer, from the settings */
static int explain_block(const struct cli *cli, const struct question *question)
{
	struct conf *conf = conf_load(question->path, NULL, 0, stderr);
	struct conf_block block;
	int error;

	if (!conf)
		return CLI_SETTINGS;
	error = question->inward
			? conf_block_at(conf, question->own, question->endpoint,
					&block)
			: conf_block_of(conf, question->own,
					question->endpoint.addr, &block);
	if (!error && cli->json)
		answer_json(&block);
	else if (!error)
		answer_text(&block);
	conf_free(conf);
	return error ? explain_error(question, error) : CLI_OK;
}

/** flow_head() - the first row: the flow itself */
static void flow_head(const json_t *row)
{
	char text[5][VALUE_TEXT];

	printf("%s %s to %s: ", value_text(row, "protocol", text[0]),
	       value_text(row, "internal", text[1]),
	       value_text(row, "remote", text[2]));
	if (json_is_string(json_object_get(row, "external")))
		printf("%s, as %s, expires in %s by %s\n",
		       value_text(row, "state", text[0]),
		       value_text(row, "external", text[1]),
		       value_duration(row, "expires-in", "never", text[2]),
		       value_text(row, "timer", text[3]));
	else
		puts("no session; it would follow");
	if (json_is_string(json_object_get(row, "client")))
		printf("clients.%s, ", value_text(row, "client", text[0]));
	printf("profile %s\n\n", value_text(row, "profile", text[1]));
}

/** from_text() - who set a value */
static void from_text(const json_t *row, char *from, size_t size)
{
	const char *layer = json_string_value(json_object_get(row, "layer"));
	const char *name = json_string_value(json_object_get(row, "name"));
	const char *class = json_string_value(json_object_get(row, "class"));
	json_int_t line = json_integer_value(json_object_get(row, "line"));

	if (layer && name && !strcmp(layer, "profile"))
		snprintf(from, size, "profile %s, %s", name,
			 class ? class : "-");
	else if (layer && name && !strcmp(layer, "file"))
		snprintf(from, size, "%s:%" JSON_INTEGER_FORMAT, name, line);
	else if (name)
		snprintf(from, size, "%s", name);
	else
		snprintf(from, size, "%s", layer ? layer : "-");
}

/** flow_row() - the flow, or a setting that it follows */
static void flow_row(json_t *row, void *table)
{
	const char *source = json_string_value(json_object_get(row, "source"));
	char text[2][VALUE_TEXT], from[256];
	const char *const cells[] = {value_text(row, "setting", text[0]),
				     value_text(row, "value", text[1]), from,
				     source ? source : ""};

	if (!json_object_get(row, "setting")) {
		flow_head(row);
		return;
	}
	from_text(row, from, sizeof(from));
	table_row(table, cells);
}

/** explain_flow() - ask lapsed */
static int explain_flow(const struct cli *cli, char **flow)
{
	static const struct table_column columns[] = {{"SETTING", false},
						      {"VALUE", false},
						      {"FROM", false},
						      {"SOURCE", false}};
	json_t *request = json_pack("{s:s, s:{s:s, s:s, s:s}}", "request",
				    "explain", "filter", "protocol", flow[0],
				    "internal", flow[1], "remote", flow[2]);

	return ask_table(cli, request, columns, 4, flow_row);
}

int cli_explain(struct cli *cli, int argc, char **argv)
{
	struct question question = {.path = CONF_PATH};
	const char *own = NULL;
	const struct args_option options[] = {
		{"-c", &question.path, NULL}, {"--address", &own, NULL}, {0}};
	int code = args_parse(cli, &argc, argv, options);

	if (code)
		return code;
	if (argc == 4 && strcmp(argv[1], "block") != 0)
		return explain_flow(cli, argv + 1);
	if (argc != 3 || strcmp(argv[1], "block") != 0)
		return cli_error(CLI_USAGE,
				 "give explain PROTOCOL ADDRESS:PORT "
				 "ADDRESS:PORT, explain block ADDRESS, or "
				 "explain block ADDRESS:PORT");
	question.text = argv[2];
	question.inward = endpoint_parse(argv[2], &question.endpoint);
	if (!question.inward &&
	    !address_parse(argv[2], &question.endpoint.addr))
		return cli_error(CLI_USAGE,
				 "\"%s\" is neither an internal address such "
				 "as 192.168.77.20 nor an external endpoint "
				 "such as 198.51.100.2:40001",
				 argv[2]);
	if (own && !address_parse(own, &question.own))
		return cli_error(CLI_USAGE, "--address: \"%s\" is no address",
				 own);
	return explain_block(cli, &question);
}
