// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * watch_frame - what lapsed has said, as lines of text
 *
 * Knows no terminal: answers in, lines out. Names come from strangers' DHCP
 * messages, so whatever is not printable ASCII becomes a question mark.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "cli/table.h"
#include "cli/watch.h"

/* Lines that a frame needs beside rows: two of header, faults, three titles
 * with an empty line before each, and the keys. */
#define LINES_FIXED 10

/* The narrowest countdown bar, and the widest. */
#define BAR_MIN 5
#define BAR_MAX 40

/* From this width a session's state is shown. */
#define WIDTH_WIDE 100

/* The columns of a session before its bar, and of its state in them. */
#define SESSION_WIDTH 59
#define STATE_WIDTH   15

const char *const watch_order_names[] = {
	[WATCH_LAPSE] = "lapse",
	[WATCH_TRAFFIC] = "traffic",
	[WATCH_NEW] = "new",
};

static const char *const order_titles[] = {
	[WATCH_LAPSE] = "next to lapse",
	[WATCH_TRAFFIC] = "most traffic",
	[WATCH_NEW] = "newest",
};

/** struct page - where the frame is written, and how much is left of it */
struct page {
	FILE *out;
	const struct watch_frame *frame;
	unsigned left; /* lines */
};

/** colour - Select Graphic Rendition of ECMA-48, the eight old colours */
#define PLAIN  ""
#define BOLD   "\033[1m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define END    "\033[0m"

/**
 * put() - one line
 * @from:	column at which @sgr begins
 * @sgr:	colour, or PLAIN
 * @text:	made printable, and cut at the frame's width
 */
static void put(struct page *page, size_t from, const char *sgr, char *text)
{
	size_t width = page->frame->width;
	bool colour = page->frame->colour && *sgr;

	if (!page->left)
		return;
	page->left--;
	if (strlen(text) > width)
		text[width] = '\0';
	for (char *c = text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	if (from > strlen(text))
		from = strlen(text);
	fprintf(page->out, "%.*s%s%s%s\n", (int)from, text, colour ? sgr : "",
		text + from, colour ? END : "");
}

/** line() - one line as printf() makes it */
__attribute__((format(printf, 3, 4))) static void
line(struct page *page, const char *sgr, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		put(page, 0, sgr, text);
	free(text);
}

/** number() - a member of a row, 0 where it is not there */
static double number(const json_t *row, const char *name)
{
	return json_number_value(json_object_get(row, name));
}

/** count_text() - a number for people: "12.3k" */
static const char *count_text(double value, char text[static VALUE_TEXT])
{
	static const char units[] = " kMGTPE";
	size_t unit = 0;

	while (value >= 999.95 && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (unit)
		snprintf(text, VALUE_TEXT, "%.1f%c", value, units[unit]);
	else
		snprintf(text, VALUE_TEXT, "%.0f", value);
	return text;
}

/** seconds_between() - real time between the two answers, or 0 */
static double seconds_between(const struct watch_frame *frame)
{
	if (!frame->before || frame->before->at_ns >= frame->now->at_ns)
		return 0;
	return (double)(frame->now->at_ns - frame->before->at_ns) / 1e9;
}

/**
 * rate_text() - how much a member has grown a second: "12.3k", or "-"
 * @before:	the row as it was, or NULL
 *
 * A count that has fallen began anew: lapsed or the client has.
 */
static const char *rate_text(const struct watch_frame *frame,
			     const json_t *before, const json_t *row,
			     const char *name, char text[static VALUE_TEXT])
{
	double seconds = seconds_between(frame);
	double grown = number(row, name) - number(before, name);

	if (!before || seconds <= 0 || grown < 0) {
		snprintf(text, VALUE_TEXT, "-");
		return text;
	}
	return count_text(grown / seconds, text);
}

/** head() - what it is, and how full */
static void head(struct page *page)
{
	const json_t *status = page->frame->now->status;
	char text[5][VALUE_TEXT];

	line(page, BOLD, "lapse %s   profile %s   up %s   sessions %s of %s",
	     value_text(status, "lapsed", text[0]),
	     value_text(status, "profile", text[1]),
	     value_duration(status, "uptime", "-", text[2]),
	     value_text(status, "sessions", text[3]),
	     value_text(status, "sessions-max", text[4]));
}

/** clock_line() - the lapse clock, and the rates */
static void clock_line(struct page *page)
{
	const struct watch_frame *frame = page->frame;
	const json_t *clock = json_object_get(frame->now->status, "clock");
	const json_t *stats = frame->now->stats;
	const json_t *before = frame->before ? frame->before->stats : NULL;
	bool frozen = json_is_true(json_object_get(clock, "frozen"));
	double scale = number(clock, "scale");
	char state[32] = "";
	char text[4][VALUE_TEXT];

	if (frozen)
		snprintf(state, sizeof(state), " FROZEN");
	else if (scale < 1 || scale > 1)
		snprintf(state, sizeof(state), " x%.6g", scale);
	line(page, *state ? YELLOW : PLAIN,
	     "clock %.1fs%s   out %s packets/s %sB/s   in %s packets/s %sB/s",
	     number(clock, "time"), state,
	     rate_text(frame, before, stats, "outbound-translated", text[0]),
	     rate_text(frame, before, stats, "outbound-bytes", text[1]),
	     rate_text(frame, before, stats, "inbound-translated", text[2]),
	     rate_text(frame, before, stats, "inbound-bytes", text[3]));
}

/** faults() - those in force, in a line */
static void faults(struct page *page)
{
	const json_t *rows = page->frame->now->faults;
	char text[2][VALUE_TEXT];
	char all[512] = "";
	size_t i, len = 0;
	const json_t *row;

	if (!json_array_size(rows))
		return;
	json_array_foreach(rows, i, row)
	{
		const char *who =
			json_string_value(json_object_get(row, "client"));

		int n = snprintf(
			all + len, sizeof(all) - len, "%s %s%s%s, ends in %s",
			i ? ";" : "", value_text(row, "fault", text[0]),
			who ? " of " : "", who ? who : "",
			value_duration(row, "ends-in", "never", text[1]));

		if (n < 0 || (size_t)n >= sizeof(all) - len)
			break;
		len += (size_t)n;
	}
	line(page, RED, "FAULTS%s", all);
}

/** same_client() - the row of that address in an earlier answer, or NULL */
static const json_t *same_client(const struct watch_answer *before,
				 const json_t *client)
{
	const char *address =
		json_string_value(json_object_get(client, "address"));
	const json_t *row;
	size_t i;

	json_array_foreach(before ? before->clients : NULL, i, row)
	{
		const char *other =
			json_string_value(json_object_get(row, "address"));

		if (address && other && strcmp(address, other) == 0)
			return row;
	}
	return NULL;
}

/** share() - how many of @most rows there is room for, sessions come first */
static size_t share(const struct watch_frame *frame, size_t most, size_t rows)
{
	size_t room = frame->height ? frame->height / 6 : most;

	if (room > most)
		room = most;
	return rows < room ? rows : room;
}

/** clients() - who has the most sessions */
static void clients(struct page *page)
{
	const struct watch_frame *frame = page->frame;
	char text[6][VALUE_TEXT], drops[VALUE_TEXT];
	const char *name;
	const json_t *row;
	size_t i;

	line(page, PLAIN, "%s", "");
	line(page, BOLD, "%-15s %-16s %-20s %8s %9s %9s %8s", "CLIENT", "NAME",
	     "PROFILE", "SESSIONS", "OUT B/s", "IN B/s", "DROPS");
	json_array_foreach(frame->now->clients, i, row)
	{
		const json_t *was = same_client(frame->before, row);

		if (i >= share(frame, WATCH_CLIENTS, i + 1))
			break;
		name = json_is_string(json_object_get(row, "hostname"))
			       ? "hostname"
			       : "client";
		snprintf(drops, sizeof(drops), "%.0f",
			 number(row, "drops-out") + number(row, "drops-in"));
		line(page, PLAIN, "%-15s %-16.16s %-20.20s %8s %9s %9s %8s",
		     value_text(row, "address", text[0]),
		     value_text(row, name, text[1]),
		     value_text(row, "profile", text[2]),
		     value_text(row, "sessions", text[3]),
		     rate_text(frame, was, row, "bytes-out", text[4]),
		     rate_text(frame, was, row, "bytes-in", text[5]), drops);
	}
}

/**
 * bar() - "[#####.....]": how much of the timer is left
 * @width:	columns, brackets included
 */
static void bar(char *text, size_t width, double left)
{
	size_t inner = width - 2;
	size_t full = (size_t)(left * (double)inner + 0.5);

	text[0] = '[';
	for (size_t i = 0; i < inner; i++)
		text[1 + i] = i < full ? '#' : '.';
	text[width - 1] = ']';
	text[width] = '\0';
}

/** session() - a line, and how long it has to live */
static void session(struct page *page, const json_t *row)
{
	const json_t *expires = json_object_get(row, "expires-in");
	double left = json_number_value(expires);
	double all = left + number(row, "idle");
	double part = all > 0 ? left / all : 0;
	unsigned width = page->frame->width;
	unsigned state = width >= WIDTH_WIDE ? STATE_WIDTH : 0;
	unsigned at = SESSION_WIDTH + state;
	char text[5][VALUE_TEXT], shown[BAR_MAX + 1] = "";
	char *made;

	if (!json_is_number(expires))
		part = 1;
	if (width >= at + BAR_MIN)
		bar(shown, width - at < BAR_MAX ? width - at : BAR_MAX, part);
	if (asprintf(&made, "%-4.4s %-21s %-21s %-*.*s%9.9s %s",
		     value_text(row, "protocol", text[0]),
		     value_text(row, "internal", text[1]),
		     value_text(row, "remote", text[2]), (int)state,
		     state ? STATE_WIDTH - 1 : 0,
		     value_text(row, "state", text[3]),
		     value_duration(row, "expires-in", "never", text[4]),
		     shown) < 0)
		return;
	put(page, at, part > 0.5 ? GREEN : part > 0.2 ? YELLOW : RED, made);
	free(made);
}

/** sessions() - those that come first */
static void sessions(struct page *page, size_t room)
{
	const struct watch_frame *frame = page->frame;
	bool wide = frame->width >= WIDTH_WIDE;
	const json_t *row;
	size_t i;

	line(page, PLAIN, "%s", "");
	line(page, BOLD, "%-4s %-21s %-21s %-*s%9s %s%s%s%s", "", "INTERNAL",
	     "REMOTE", wide ? STATE_WIDTH : 0, wide ? "STATE" : "", "LEFT",
	     order_titles[frame->order], frame->protocol ? " (" : "",
	     frame->protocol ? frame->protocol : "",
	     frame->protocol ? ")" : "");
	json_array_foreach(frame->now->sessions, i, row)
	{
		if (i >= room)
			break;
		session(page, row);
	}
}

/** events() - the last ones, the newest at the end */
static void events(struct page *page)
{
	static const char *const names[] = {"fault", "protocol", "internal",
					    "external", "address"};
	const json_t *rows = page->frame->now->events;
	size_t n = json_array_size(rows);
	size_t i = n - share(page->frame, WATCH_EVENTS, n);

	line(page, PLAIN, "%s", "");
	line(page, BOLD, "EVENTS");
	for (; i < n; i++) {
		const json_t *row = json_array_get(rows, i);
		char text[2][VALUE_TEXT], about[256] = "";
		size_t len = 0;

		for (size_t m = 0; m < sizeof(names) / sizeof(names[0]); m++) {
			const json_t *value = json_object_get(row, names[m]);

			if (value && !json_is_null(value))
				len += (size_t)snprintf(
					about + len, sizeof(about) - len, " %s",
					value_text(row, names[m], text[0]));
			if (len >= sizeof(about))
				len = sizeof(about) - 1;
		}
		line(page, PLAIN, "%10.1f  %-19s %-14s%s", number(row, "time"),
		     value_text(row, "event", text[0]),
		     value_text(row, "reason", text[1]), about);
	}
}

/** foot() - what is the matter, and the keys */
static void foot(struct page *page)
{
	const struct watch_frame *frame = page->frame;

	page->left++; /* its place was kept */
	if (frame->gone)
		line(page, RED, "%s", frame->gone);
	else if (frame->keys)
		line(page, BOLD,
		     "%sq quit  o order  t tcp  u udp  i icmp  a all  p pause",
		     frame->paused ? "PAUSED  " : "");
}

unsigned watch_sessions(unsigned height)
{
	if (!height)
		return WATCH_SESSIONS;
	return height > LINES_FIXED + 1 ? height - LINES_FIXED : 1;
}

void watch_render(FILE *out, const struct watch_frame *frame)
{
	struct page page = {
		.out = out,
		.frame = frame,
		.left = frame->height ? frame->height - 1 : UINT32_MAX - 2,
	};
	size_t others =
		LINES_FIXED +
		share(frame, WATCH_CLIENTS,
		      json_array_size(frame->now->clients)) +
		share(frame, WATCH_EVENTS, json_array_size(frame->now->events));
	size_t room = WATCH_SESSIONS;

	if (frame->height)
		room = frame->height > others ? frame->height - others : 1;
	if (frame->now->status) {
		head(&page);
		clock_line(&page);
		faults(&page);
		clients(&page);
		sessions(&page, room);
		events(&page);
	}
	foot(&page);
}

void watch_answer_clean(struct watch_answer *answer)
{
	json_decref(answer->status);
	json_decref(answer->stats);
	json_decref(answer->faults);
	json_decref(answer->clients);
	json_decref(answer->sessions);
	json_decref(answer->events);
	*answer = (struct watch_answer){0};
}
