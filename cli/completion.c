// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * completion - shell code that completes lapse's command line
 *
 * Made from the table of commands: what a usage line has as a word in small
 * letters is a word to complete, what begins with dashes an option; so is what
 * begins a line of the details.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include "cli/args.h"
#include "cli/command.h"
#include "cli/names.h"

/* What separates the words of a usage line. */
#define SEPARATORS " \n[]|()."

/** is_word() - whether a piece of a usage line is to be typed as it stands */
static bool is_word(const char *piece, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!islower((unsigned char)piece[i]) && piece[i] != '-' &&
		    !isdigit((unsigned char)piece[i]))
			return false;
	return len > 1;
}

/**
 * struct words - of a command
 * @text:	each once, with a blank before and behind it; " " for none
 */
struct words {
	char text[2048];
};

/** add_word() - unless it is there; @end: what it ends with, "" or "=" */
static void add_word(struct words *words, const char *word, size_t len,
		     const char *end)
{
	char piece[64];
	size_t used = strlen(words->text);

	snprintf(piece, sizeof(piece), " %.*s%s ", (int)len, word, end);
	/* the blank behind the last is the one before the next */
	if (!strstr(words->text, piece))
		snprintf(words->text + used, sizeof(words->text) - used, "%s",
			 piece + 1);
}

/** detail_words() - options that the lines of its details begin with */
static void detail_words(struct words *words, const struct command *command)
{
	const char *line = command->details;

	while (line && *line) {
		if (strncmp(line, "--", 2) == 0)
			add_word(words, line, strcspn(line, SEPARATORS), "");
		line += strcspn(line, "\n");
		line += strspn(line, "\n");
	}
}

/** usage_words() - what a command's usage line has to be typed */
static void usage_words(struct words *words, const struct command *command)
{
	const char *usage = command->usage;

	for (;;) {
		size_t len, word;

		usage += strspn(usage, SEPARATORS);
		len = strcspn(usage, SEPARATORS);
		if (!len)
			return;
		/* further lines repeat the command's own name */
		word = strcspn(usage, SEPARATORS "=");
		if (is_word(usage, word) &&
		    strncmp(usage, "lapse", word) != 0 &&
		    (strlen(command->name) != word ||
		     strncmp(usage, command->name, word) != 0))
			add_word(words, usage, word, word < len ? "=" : "");
		usage += len;
	}
}

/** list() - print names, up to NULL */
static void list(const char *const *names)
{
	for (; *names; names++)
		printf(" %s", *names);
}

/** names() - print all commands' names */
static void names(void)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++)
		printf(" %s", command->name);
}

/** words_of() - print the words of a command */
static void words_of(const struct command *command)
{
	struct words words = {" "};

	add_word(&words, "--json", strlen("--json"), "");
	usage_words(&words, command);
	detail_words(&words, command);
	/* the blanks at the ends do no harm in either shell */
	fputs(words.text, stdout);
	if (strstr(command->usage, "FILTER"))
		fputs(" client= protocol= internal= external= remote=", stdout);
	if (strcmp(command->name, "fault") == 0) {
		list(names_faults);
	} else if (strcmp(command->name, "wait") == 0) {
		list(names_events);
	} else if (strcmp(command->name, "help") == 0) {
		names();
	}
}

/** cases() - a branch for each command, which sets the words */
static void cases(const char *assign, const char *end)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)) != NULL; i++) {
		printf("\t%s) %s", command->name, assign);
		words_of(command);
		printf("%s ;;\n", end);
	}
}

/** bash() - a function for complete -F */
static void bash(void)
{
	fputs("_lapse()\n{\n"
	      "\tlocal word=${COMP_WORDS[COMP_CWORD]} i words=\"\"\n"
	      "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	      "\t\tcase ${COMP_WORDS[i]} in\n"
	      "\t\t--socket) ((i++)) ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) words=${COMP_WORDS[i]}; break ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\tcase $words in\n"
	      "\t'') words=\"--socket --json --version --help",
	      stdout);
	names();
	fputs("\" ;;\n", stdout);
	cases("words=\"", "\"");
	fputs("\tesac\n"
	      "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
	      "}\n"
	      "complete -o default -F _lapse lapse\n",
	      stdout);
}

/** zsh() - the same for compdef */
static void zsh(void)
{
	fputs("#compdef lapse\n_lapse()\n{\n"
	      "\tlocal i command=''\n"
	      "\tlocal -a list\n"
	      "\tfor ((i = 2; i < CURRENT; i++)); do\n"
	      "\t\tcase ${words[i]} in\n"
	      "\t\t--socket) ((i++)) ;;\n"
	      "\t\t-*) ;;\n"
	      "\t\t*) command=${words[i]}; break ;;\n"
	      "\t\tesac\n"
	      "\tdone\n"
	      "\tcase $command in\n"
	      "\t'') list=(--socket --json --version --help",
	      stdout);
	names();
	fputs(") ;;\n", stdout);
	cases("list=(", ")");
	fputs("\tesac\n"
	      "\tcompadd -- $list\n"
	      "}\n"
	      "compdef _lapse lapse\n",
	      stdout);
}

int cli_completion(struct cli *cli, int argc, char **argv)
{
	static const struct args_option none[] = {{0}};
	int code = args_parse(cli, &argc, argv, none);

	if (code)
		return code;
	if (argc == 2 && strcmp(argv[1], "bash") == 0)
		bash();
	else if (argc == 2 && strcmp(argv[1], "zsh") == 0)
		zsh();
	else
		return cli_error(CLI_USAGE, "give completion bash or "
					    "completion zsh");
	return CLI_OK;
}
