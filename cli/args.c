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

int args_parse(struct cli *cli, int *argc, char **argv,
	       const struct args_option *options)
{
	const struct args_option common[] = {{"--json", NULL, &cli->json}, {0}};
	int left = 1, i;

	for (i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		const struct args_option *option;
		const char *value;

		if (argv[i][0] != '-' || !argv[i][1]) {
			argv[left++] = argv[i];
			continue;
		}
		option = find_option(common, argv[i], &value);
		if (!option)
			option = find_option(options, argv[i], &value);
		if (!option)
			return cli_error(CLI_USAGE,
					 "%s has no option %s; see lapse help "
					 "%s",
					 argv[0], argv[i], argv[0]);
		if (option->flag) {
			if (value)
				return cli_error(CLI_USAGE, "%s takes no value",
						 option->name);
			*option->flag = true;
			continue;
		}
		if (!value && ++i < *argc)
			value = argv[i];
		if (!value)
			return cli_error(CLI_USAGE, "%s needs a value",
					 option->name);
		if (option->value)
			*option->value = value;
	}
	/* what stands behind the "--", if there is one */
	for (i++; i < *argc; i++)
		argv[left++] = argv[i];
	*argc = left;
	return CLI_OK;
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
