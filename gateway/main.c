// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * main - lapsed's command line
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/gateway.h"
#include "gateway/logging.h"

/* Exit codes, the same for lapse; see lapsed(8). */
enum {
	EXIT_RUN = 1,
	EXIT_USAGE = 2,
	EXIT_SETTINGS = 3,
	EXIT_MACHINE = 4,
};

/** struct options - the command line */
struct options {
	const char *path;
	bool check;
	bool cleanup;
	struct conf_override *overrides;
	size_t n_overrides;
};

/** usage() - to @out */
static void usage(FILE *out)
{
	fputs("usage: lapsed [-c FILE] [--set KEY=VALUE]... [--check]\n"
	      "       lapsed --cleanup | --version | --help\n",
	      out);
}

/** add_override() - "--set K=V"; false if it is not that */
static bool add_override(struct options *options, char *text)
{
	struct conf_override *more;
	char *value = strchr(text, '=');

	if (!value || value == text) {
		fprintf(stderr, "lapsed: --set wants KEY=VALUE, not '%s'\n",
			text);
		return false;
	}
	more = realloc(options->overrides,
		       (options->n_overrides + 1) * sizeof(*more));
	if (!more)
		return false;
	*value++ = '\0';
	more[options->n_overrides++] = (struct conf_override){text, value};
	options->overrides = more;
	return true;
}

/**
 * parse() - the command line
 *
 * Return: -1 to go on, or an exit code.
 */
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{"config", required_argument, NULL, 'c'},
		{"check", no_argument, NULL, 'k'},
		{"cleanup", no_argument, NULL, 'u'},
		{"set", required_argument, NULL, 's'},
		{"version", no_argument, NULL, 'V'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:h", names, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->path = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case 'u':
			options->cleanup = true;
			break;
		case 's':
			if (!add_override(options, optarg))
				return EXIT_USAGE;
			break;
		case 'V':
			puts("lapsed " LAPSE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			usage(stdout);
			return EXIT_SUCCESS;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "lapsed: unexpected argument '%s'\n",
			argv[optind]);
		usage(stderr);
		return EXIT_USAGE;
	}
	return -1;
}

/** exit_code() - what an errno of a start means to the caller */
static int exit_code(int error)
{
	switch (error) {
	case 0:
		return EXIT_SUCCESS;
	case -EINVAL:
		return EXIT_SETTINGS;
	case -ENOMEM:
		return EXIT_RUN;
	default:
		return EXIT_MACHINE;
	}
}

/** serve() - start, run, stop */
static int serve(struct conf *conf, const struct options *options)
{
	struct gateway gateway = {
		.conf = conf,
		.overrides = options->overrides,
		.n_overrides = options->n_overrides,
	};
	int error = gateway_start(&gateway);
	int code = exit_code(error);

	if (error == -ENOMEM)
		log_error("out of memory");
	if (!error && gateway_run(&gateway))
		code = EXIT_RUN;
	gateway_stop(&gateway);
	return code;
}

int main(int argc, char **argv)
{
	struct options options = {.path = CONF_PATH};
	struct conf *conf;
	int code;

	logging_init();
	code = parse(argc, argv, &options);
	if (code >= 0)
		goto out;
	if (options.cleanup) {
		code = exit_code(gateway_cleanup());
		goto out;
	}

	conf = conf_load(options.path, options.overrides, options.n_overrides,
			 stderr);
	if (!conf) {
		code = EXIT_SETTINGS;
	} else if (options.check) {
		conf_print(conf, stdout);
		conf_free(conf);
		code = fflush(stdout) ? EXIT_RUN : EXIT_SUCCESS;
	} else {
		code = serve(conf, &options);
	}
out:
	free(options.overrides);
	return code;
}
