// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch - the command watch: what goes on, drawn again and again
 *
 * Asks for no more than the screen holds, and again only an interval after the
 * answer has come, so a busy lapsed is asked less often.
 */
#include "cli/watch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/duration.h"
#include "cli/args.h"
#include "cli/connection.h"

/* Real time between two frames. */
#define INTERVAL_MS	1000
#define INTERVAL_MIN_MS 100
#define INTERVAL_MAX_MS 3600000

/* Events are looked at that far back: a filter may leave few of them. */
#define EVENTS_BACK 200

/**
 * struct watch - the command's state
 * @filter:	as given, without the protocol that a key has chosen
 * @now:	the last answer, and @before the one before it
 * @why:	why there was none, or ""
 */
struct watch {
	const struct cli *cli;
	struct link *link;
	json_t *filter;
	const char *protocol;
	enum watch_order order;
	unsigned interval;
	bool once, screen, colour, keys, paused;
	struct watch_answer now, before;
	char why[256];
};

/** real_ns() - a clock for rates */
static uint64_t real_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/** filter_for() - what to ask for; sessions and events know protocols */
static json_t *filter_for(const struct watch *watch, bool flows)
{
	json_t *filter = json_deep_copy(watch->filter);

	if (!flows) {
		json_t *client = json_incref(json_object_get(filter, "client"));

		json_object_clear(filter);
		if (client)
			json_object_set_new(filter, "client", client);
	} else if (watch->protocol) {
		json_object_set_new(filter, "protocol",
				    json_string(watch->protocol));
	}
	return filter;
}

/** ask_for() - the rows of a request; false after setting watch->why */
static bool ask_for(struct watch *watch, json_t *request, json_t **rows)
{
	return link_ask(watch->link, request, rows, watch->why,
			sizeof(watch->why)) == 0;
}

/** ask_one() - the only row of a request without fields */
static bool ask_one(struct watch *watch, const char *name, json_t **row)
{
	json_t *rows = NULL;

	if (!ask_for(watch, json_pack("{s:s}", "request", name), &rows))
		return false;
	*row = json_incref(json_array_get(rows, 0));
	json_decref(rows);
	return true;
}

/** ask_all() - all that a frame shows; false after setting watch->why */
static bool ask_all(struct watch *watch, unsigned height,
		    struct watch_answer *answer)
{
	unsigned wanted = watch_sessions(height);
	json_int_t last;

	answer->at_ns = real_ns();
	if (!ask_one(watch, "status", &answer->status) ||
	    !ask_one(watch, "stats", &answer->stats) ||
	    !ask_for(watch, json_pack("{s:s}", "request", "faults"),
		     &answer->faults) ||
	    !ask_for(watch,
		     json_pack("{s:s, s:o, s:i}", "request", "clients",
			       "filter", filter_for(watch, false), "limit",
			       WATCH_CLIENTS),
		     &answer->clients) ||
	    !ask_for(watch,
		     json_pack("{s:s, s:o, s:i, s:s}", "request", "sessions",
			       "filter", filter_for(watch, true), "limit",
			       wanted < 200 ? (int)wanted : 200, "order",
			       watch_order_names[watch->order]),
		     &answer->sessions))
		return false;
	last = json_integer_value(json_object_get(answer->status, "events"));
	return ask_for(watch,
		       json_pack("{s:s, s:o, s:I}", "request", "events",
				 "filter", filter_for(watch, true), "after",
				 last > EVENTS_BACK ? last - EVENTS_BACK : 0),
		       &answer->events);
}

/** refresh() - a new answer in place of the last; false: there is none */
static bool refresh(struct watch *watch, unsigned height)
{
	struct watch_answer answer = {0};

	if (!ask_all(watch, height, &answer)) {
		watch_answer_clean(&answer);
		return false;
	}
	watch->why[0] = '\0';
	watch_answer_clean(&watch->before);
	watch->before = watch->now;
	watch->now = answer;
	return true;
}

/** show() - the frame of what is known */
static void show(const struct watch *watch, unsigned width, unsigned height)
{
	char gone[512];
	const struct watch_frame frame = {
		.now = &watch->now,
		.before = watch->before.status ? &watch->before : NULL,
		.gone = watch->why[0] ? gone : NULL,
		.order = watch->order,
		.protocol = watch->protocol,
		.paused = watch->paused,
		.keys = watch->keys,
		.colour = watch->colour,
		.width = width,
		.height = height,
	};
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	snprintf(gone, sizeof(gone), "lapsed is gone, waiting (%s)",
		 watch->why);
	if (!watch->screen) {
		watch_render(stdout, &frame);
		fflush(stdout);
		return;
	}
	out = open_memstream(&text, &len);
	if (!out)
		return;
	watch_render(out, &frame);
	fclose(out);
	watch_term_draw(text);
	free(text);
}

/**
 * press() - what a key does
 *
 * Return: false to quit.
 */
static bool press(struct watch *watch, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		return false;
	case 'o':
		watch->order = (watch->order + 1) % WATCH_ORDERS;
		break;
	case 't':
		watch->protocol = "tcp";
		break;
	case 'u':
		watch->protocol = "udp";
		break;
	case 'i':
		watch->protocol = "icmp";
		break;
	case 'a':
		watch->protocol = NULL;
		break;
	case 'p':
		watch->paused = !watch->paused;
		break;
	default:
		break;
	}
	return true;
}

/**
 * linger() - take keys until the next frame is due
 * @due:	real time
 *
 * Return: false to quit.
 */
static bool linger(struct watch *watch, uint64_t due)
{
	uint64_t now = real_ns();
	int key;

	if (due < now)
		due = now;
	key = watch_term_key((unsigned)((due - now) / 1000000) + 1);
	return key >= 0 && (!key || press(watch, key));
}

/** run() - frame after frame; Return: exit code */
static int run(struct watch *watch)
{
	unsigned width, height;
	bool more = true;

	while (more) {
		uint64_t due;

		watch_term_size(&width, &height);
		if (!watch->screen) {
			/* into a pipe or a file there is room */
			width = isatty(STDOUT_FILENO) ? width : 132;
			height = 0;
		}
		if (!watch->paused)
			refresh(watch, height);
		show(watch, width, height);
		if (watch->once || ferror(stdout))
			break;
		due = real_ns() + watch->interval * UINT64_C(1000000);
		do
			more = linger(watch, due);
		while (more && !watch->screen && real_ns() < due);
		if (more && !watch->screen)
			putchar('\n');
	}
	return watch->why[0] ? CLI_FAILED : CLI_OK;
}

/** parse_interval() - `--interval`; Return: exit code */
static int parse_interval(struct watch *watch, const char *text)
{
	uint64_t ms = INTERVAL_MS;

	if (text && (!duration_parse(text, &ms) || ms < INTERVAL_MIN_MS ||
		     ms > INTERVAL_MAX_MS))
		return cli_error(CLI_USAGE,
				 "--interval needs a duration from 100ms to "
				 "1h, not %s",
				 text);
	watch->interval = (unsigned)ms;
	return CLI_OK;
}

/** look_around() - what kind of terminal there is, if any */
static void look_around(struct watch *watch)
{
	const char *term = getenv("TERM");
	const char *no_colour = getenv("NO_COLOR");
	bool dumb = !term || !*term || strcmp(term, "dumb") == 0;

	watch->screen = !watch->once && !dumb && isatty(STDOUT_FILENO);
	watch->keys = watch->screen && isatty(STDIN_FILENO);
	/* no-color.org */
	watch->colour = watch->screen && !(no_colour && *no_colour);
}

/** first() - the first answer: what is wrong with the request is said now */
static int first(struct watch *watch)
{
	struct watch_answer answer = {0};
	int code = CLI_OK;

	/* as any command does, in its words and with its exit code */
	if (!ask_all(watch, 0, &answer)) {
		json_t *request = json_pack("{s:s, s:o}", "request", "sessions",
					    "filter", filter_for(watch, true));

		json_object_set_new(request, "limit", json_integer(1));
		code = ask(watch->cli, request, NULL, NULL, NULL);
		if (!code)
			code = cli_error(CLI_FAILED, "%s", watch->why);
	}
	watch_answer_clean(&answer);
	return code;
}

int cli_watch(struct cli *cli, int argc, char **argv)
{
	struct watch watch = {.cli = cli, .filter = json_object()};
	const char *interval = NULL;
	const struct args_option options[] = {
		{"--interval", &interval, NULL},
		{"--once", NULL, &watch.once},
		{0},
	};
	int code = args_parse(cli, &argc, argv, options);

	if (!code && cli->json)
		code = cli_error(CLI_USAGE, "watch is for people: for JSON ask "
					    "status, sessions, clients and "
					    "events --follow");
	if (!code)
		code = args_filters(watch.filter, argc - 1, argv + 1);
	if (!code)
		code = parse_interval(&watch, interval);
	watch.link = link_open(cli->socket);
	if (!code)
		code = first(&watch);
	if (!code) {
		look_around(&watch);
		if (watch_term_open(watch.screen) < 0)
			code = cli_error(CLI_FAILED, "no signals");
	}
	if (!code)
		code = run(&watch);
	watch_term_close();
	link_close(watch.link);
	watch_answer_clean(&watch.now);
	watch_answer_clean(&watch.before);
	json_decref(watch.filter);
	watch_term_die();
	return code;
}
