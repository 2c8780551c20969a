// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * explain - the command explain: what follows from the settings
 *
 * Deterministic NAT needs no log, for the settings of the time say who had a
 * port (RFC 7422). So this reads them itself: lapsed need not run, and FILE
 * may be an old one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/args.h"
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

int cli_explain(struct cli *cli, int argc, char **argv)
{
	struct question question = {.path = CONF_PATH};
	const char *own = NULL;
	const struct args_option options[] = {
		{"-c", &question.path, NULL}, {"--address", &own, NULL}, {0}};
	int code = args_parse(cli, &argc, argv, options);

	if (code)
		return code;
	if (argc != 3 || strcmp(argv[1], "block") != 0)
		return cli_error(CLI_USAGE,
				 "give explain block ADDRESS, or explain block "
				 "ADDRESS:PORT");
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
