// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_command - read which program a step runs
 */
#include "cli/scenario_step.h"

#include <string.h>
#include "cli/scenario_host.h"

/** run_words() - a list of words, or a line for the shell, into argv */
static bool run_words(struct step_text *text, const yaml_node_t *node)
{
	struct scenario_command *command = &text->step->command;
	struct reader *reader = text->reader;
	size_t n = 3, used = 0;

	if (node->type == YAML_SEQUENCE_NODE)
		n = (size_t)(node->data.sequence.items.top -
			     node->data.sequence.items.start);
	if (!n || n > SCENARIO_WORDS_MAX) {
		reader_fail(reader, node,
			    "a command has from 1 to %d words; write longer "
			    "ones into a script",
			    SCENARIO_WORDS_MAX);
		return false;
	}
	command->argv =
		region_alloc(reader->load.region, (n + 1) * sizeof(char *));
	if (node->type != YAML_SEQUENCE_NODE) {
		command->argv[0] = "/bin/sh";
		command->argv[1] = "-c";
		command->argv[2] = reader_text(reader, node, "command");
		return command->argv[2] != NULL;
	}
	for (; used < n; used++) {
		const yaml_node_t *word = yaml_document_get_node(
			reader->source.document,
			node->data.sequence.items.start[used]);

		/* an argument may be empty, the program's name may not */
		if (used && word->type == YAML_SCALAR_NODE &&
		    !word->data.scalar.length)
			command->argv[used] = "";
		else
			command->argv[used] =
				reader_text(reader, word, "command");
		if (!command->argv[used])
			return false;
	}
	return true;
}

/** run_name() - what the program is called unless it is said */
static const char *run_name(struct step_text *text, bool shell)
{
	const char *const *argv = text->step->command.argv;
	const char *word = argv[shell ? 2 : 0];
	size_t len = shell ? strcspn(word, " \t\n") : strlen(word);
	const char *name = region_text(text->reader->load.region, word, len);
	const char *slash = strrchr(name, '/');

	return slash && slash[1] ? slash + 1 : name;
}

/** run_said() - the program in words */
static const char *run_said(struct step_text *text, bool shell)
{
	const struct scenario_command *command = &text->step->command;
	const char *said = "run";

	for (size_t i = shell ? 2 : 0; command->argv[i]; i++)
		said = step_print(text, "%s %.80s", said, command->argv[i]);
	if (command->host)
		said = step_print(text, "%s, in %s", said, command->host);
	if (command->background)
		said = step_print(text, "%s, as %s in the background", said,
				  command->name);
	return said;
}

/** run_named() - its name, which must be no other's */
static void run_named(struct step_text *text, const yaml_node_t *node)
{
	const char *name = reader_text(text->reader, node, "name");

	if (!name)
		return;
	text->step->command.name = name;
	for (size_t i = 0; i < text->n; i++)
		if (text->before[i].command.name &&
		    strcmp(text->before[i].command.name, name) == 0)
			reader_fail(text->reader, node,
				    "the program of line %u is %s already; "
				    "give another name",
				    text->before[i].line, name);
}

/** run_host() - where */
static void run_host(struct step_text *text, const yaml_node_t *node)
{
	const char *host = reader_text(text->reader, node, "in");

	if (host && !host_valid(host))
		reader_fail(text->reader, node,
			    "in: \"%.60s\" is no host; give the name of a "
			    "network namespace, as ip netns list shows them, "
			    "or the number of a process in it",
			    host);
	text->step->command.host = host;
}

void step_run(struct step_text *text, yaml_node_t *node)
{
	struct reader_field fields[] = {
		{.name = "command"}, {.name = "in"},   {.name = "background"},
		{.name = "name"},    {.name = "code"}, {0},
	};
	struct scenario_command *command = &text->step->command;
	const yaml_node_t *words = node;
	bool shell;

	text->step->kind = SCENARIO_RUN;
	if (node->type == YAML_MAPPING_NODE) {
		if (!reader_map(text->reader, node, "run", fields))
			return;
		words = fields[0].value;
	}
	if (!words) {
		if (!text->reader->strange)
			reader_fail(text->reader, node, "run needs a command");
		return;
	}
	shell = words->type != YAML_SEQUENCE_NODE;
	if (!run_words(text, words))
		return;
	if (fields[1].value)
		run_host(text, fields[1].value);
	if (fields[2].value)
		reader_bool(text->reader, fields[2].value, "background",
			    &command->background);
	if (fields[4].value)
		reader_number(text->reader, fields[4].value, "code", 255,
			      &command->code);
	if (command->background && fields[4].value)
		reader_fail(text->reader, fields[4].key,
			    "code is of a program that is waited for; write "
			    "assert: {exit: NAME, is: CODE} where this one has "
			    "ended");
	if (fields[3].value)
		run_named(text, fields[3].value);
	else
		command->name = run_name(text, shell);
	if (command->name)
		text->step->what = run_said(text, shell);
}

const struct scenario_step *
step_program(struct step_text *text, const yaml_node_t *node, const char *name)
{
	for (size_t i = text->n; i-- > 0;)
		if (text->before[i].command.name &&
		    strcmp(text->before[i].command.name, name) == 0)
			return &text->before[i];
	reader_fail(text->reader, node,
		    "no step before this one runs a program called %.60s; "
		    "run: {name: ...} calls it so",
		    name);
	return NULL;
}
