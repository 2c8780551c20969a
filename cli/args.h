/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * args - options and filters of a command
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/cli.h"

/** ARGS_LIST - how often an option may be given that can be given again */
#define ARGS_LIST 64

/**
 * struct args_list - such an option
 * @name:	with its dashes
 * @item:	set to the values, @n of them
 */
struct args_list {
	const char *name;
	const char *item[ARGS_LIST];
	size_t n;
};

/**
 * struct args_option - an option of a command
 * @name:	with its dashes; NULL ends the list
 * @value:	set to what follows it ("--name VALUE" or "--name=VALUE"), or
 * @flag:	set to true when it is there
 */
struct args_option {
	const char *name;
	const char **value;
	bool *flag;
};

/**
 * args_parse() - take the options out of the arguments
 * @cli:	--json is known to every command, and set here
 * @argc:	becomes the number of what is left, the command's name included
 * @argv:	reordered; behind "--" nothing is an option
 * @options:	those of the command
 *
 * Return: CLI_OK, CLI_HELP, or CLI_USAGE after a message.
 */
int args_parse(struct cli *cli, int *argc, char **argv,
	       const struct args_option *options);

/**
 * args_leading() - the same, but only before the first that is no option
 * @lists:	those that may be given again, @n_lists of them
 *
 * For a command in whose arguments there is another command with its own.
 */
int args_leading(struct cli *cli, int *argc, char **argv,
		 const struct args_option *options, struct args_list *lists,
		 size_t n_lists);

/** args_plain() - args_parse() for a command without arguments */
int args_plain(struct cli *cli, int argc, char **argv);

/**
 * args_filter() - add a FILTER argument, KEY=VALUE, to a request's filter
 * @filter:	JSON object; which keys there are is for lapsed to say
 *
 * Return: CLI_OK, or CLI_USAGE after a message.
 */
int args_filter(json_t *filter, const char *argument);

/** args_filters() - the same for @n arguments */
int args_filters(json_t *filter, int n, char **arguments);

#endif /* CLI_ARGS_H */
