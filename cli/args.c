// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * args - parse options and filters
 */
#include "cli/args.h"

#include <string.h>

/**
 * find_option() - the option that @arg is
 * @value:	set to what stands behind its "=", or NULL
 */
static const struct args_option *find_option(const struct args_option *options,
					     const char *arg,
					     const char **value)
{
	size_t len = strcspn(arg, "=");

	*value = arg[len] ? arg + len + 1 : NULL;
	for (; options->name; options++)
		if (strlen(options->name) == len &&
		    strncmp(options->name, arg, len) == 0)
			return options;
	return NULL;
}

/** find_list() - the option that may be given again that @arg is, or NULL */
static struct args_list *find_list(struct args_list *lists, size_t n,
				   const char *arg)
{
	size_t len = strcspn(arg, "=");

	for (size_t i = 0; i < n; i++)
		if (strlen(lists[i].name) == len &&
		    strncmp(lists[i].name, arg, len) == 0)
			return &lists[i];
	return NULL;
}

/** add_value() - one more of a list; CLI_OK, or CLI_USAGE after a message */
static int add_value(struct args_list *list, const char *value)
{
	if (list->n == ARGS_LIST)
		return cli_error(CLI_USAGE, "%s is given more than %d times",
				 list->name, ARGS_LIST);
	list->item[list->n++] = value;
	return CLI_OK;
}

/**
 * struct parse - what an argument is looked for in
 * @i:		the argument
 * @list, @n_lists: of args_leading()
 */
struct parse {
	struct cli *cli;
	int argc;
	char **argv;
	int i;
	const struct args_option *options;
	struct args_list *lists;
	size_t n_lists;
};

/** no_option() - the command, or this part of it, has none such; CLI_USAGE */
static int no_option(const struct parse *parse, const char *arg)
{
	const char *part = parse->argv[0], *whole = parse->cli->whole;

	return cli_error(CLI_USAGE,
			 "%s%s%s has no option %s; see lapse help %s",
			 whole ? whole : "", whole ? " " : "", part, arg,
			 whole ? whole : part);
}

/** take_option() - the next; CLI_OK, CLI_HELP, or CLI_USAGE after a message */
static int take_option(struct parse *parse)
{
	const struct args_option common[] = {
		{"--json", NULL, &parse->cli->json}, {0}};
	char **argv = parse->argv;
	const char *arg = argv[parse->i], *value;
	const struct args_option *option = find_option(common, arg, &value);
	struct args_list *list = NULL;

	if (strcmp(arg, "--help") == 0)
		return CLI_HELP;
	if (!option)
		option = find_option(parse->options, arg, &value);
	if (!option)
		list = find_list(parse->lists, parse->n_lists, arg);
	if (!option && !list)
		return no_option(parse, arg);
	if (option && option->flag) {
		if (value)
			return cli_error(CLI_USAGE, "%s takes no value",
					 option->name);
		*option->flag = true;
		return CLI_OK;
	}
	if (!value && ++parse->i < parse->argc)
		value = argv[parse->i];
	if (!value)
		return cli_error(CLI_USAGE, "%s needs a value",
				 option ? option->name : list->name);
	if (list)
		return add_value(list, value);
	if (option->value)
		*option->value = value;
	return CLI_OK;
}

/** is_option() - and not "-", which is a file's name */
static bool is_option(const char *arg)
{
	return arg[0] == '-' && arg[1];
}

/** run() - @leading: stop at the first that is no option */
static int run(struct parse *parse, int *argc, bool leading)
{
	char **argv = parse->argv;
	int left = 1, i, error;

	for (i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		if (is_option(argv[i])) {
			parse->i = i;
			error = take_option(parse);
			if (error)
				return error;
			i = parse->i;
		} else if (leading) {
			break;
		} else {
			argv[left++] = argv[i];
		}
	}
	/* what stands behind the "--", if there is one */
	if (i < *argc && strcmp(argv[i], "--") == 0)
		i++;
	for (; i < *argc; i++)
		argv[left++] = argv[i];
	*argc = left;
	return CLI_OK;
}

int args_parse(struct cli *cli, int *argc, char **argv,
	       const struct args_option *options)
{
	struct parse parse = {
		.cli = cli, .argc = *argc, .argv = argv, .options = options};

	return run(&parse, argc, false);
}

int args_leading(struct cli *cli, int *argc, char **argv,
		 const struct args_option *options, struct args_list *lists,
		 size_t n_lists)
{
	struct parse parse = {
		.cli = cli,
		.argc = *argc,
		.argv = argv,
		.options = options,
		.lists = lists,
		.n_lists = n_lists,
	};

	return run(&parse, argc, true);
}

int args_plain(struct cli *cli, int argc, char **argv)
{
	static const struct args_option none[] = {{0}};
	int error = args_parse(cli, &argc, argv, none);

	if (error)
		return error;
	if (argc > 1)
		return cli_error(CLI_USAGE, "%s takes no argument: %s", argv[0],
				 argv[1]);
	return CLI_OK;
}

int args_filter(json_t *filter, const char *argument)
{
	const char *equals = strchr(argument, '=');
	char key[32];
	size_t len;

	len = equals ? (size_t)(equals - argument) : sizeof(key);
	if (!len || len >= sizeof(key) || !equals[1])
		return cli_error(CLI_USAGE,
				 "\"%s\" is no filter: give client=, "
				 "protocol=, internal=, external= or remote= "
				 "and a value",
				 argument);
	memcpy(key, argument, len);
	key[len] = '\0';
	if (json_object_get(filter, key))
		return cli_error(CLI_USAGE, "%s= is given twice", key);
	if (json_object_set_new(filter, key, json_string(equals + 1)) < 0)
		return cli_error(CLI_USAGE, "\"%s\" is not UTF-8", argument);
	return CLI_OK;
}

int args_filters(json_t *filter, int n, char **arguments)
{
	for (int i = 0; i < n; i++) {
		int error = args_filter(filter, arguments[i]);

		if (error)
			return error;
	}
	return CLI_OK;
}
