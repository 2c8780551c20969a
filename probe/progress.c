// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * progress - how far a measurement is, on stderr
 */
#include "probe/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define EVERY	   1000	 /* ms between two lines on a terminal, */
#define EVERY_FILE 10000 /* and elsewhere */

/* Of a terminal that does not say how wide it is. */
#define COLUMNS 80

/** can_redraw() - whether a line may take the place of another */
static bool can_redraw(void)
{
	const char *term = getenv("TERM");

	return term && *term && strcmp(term, "dumb") != 0 &&
	       isatty(STDERR_FILENO);
}

/** columns() - of the terminal */
static int columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return COLUMNS;
	return size.ws_col;
}

/** show_timer() - what is known of a timer by now */
static void show_timer(char *text, size_t size, const char *name,
		       const struct probe_timer *t)
{
	double above = t->fit.above / 1000.0, most = t->fit.most / 1000.0;

	if (t->fit.above && t->fit.most)
		snprintf(text, size, "; %s %g to %g s", name, above, most);
	else if (t->fit.above)
		snprintf(text, size, "; %s >%g s", name, above);
	else
		snprintf(text, size, "; %s ?", name);
}

uint64_t progress_every(void)
{
	return can_redraw() ? EVERY : EVERY_FILE;
}

void progress_show(struct client *client, size_t left)
{
	static const char *const names[PROBE_TIMERS] = {"udp-initial", "udp",
							"tcp"};
	char timer[PROBE_TIMERS][64], silent[48] = "", line[320];
	uint64_t now = measure_now();
	uint64_t silence = witness_silence(&client->witness, now);

	conclude_timers(client);
	if (silence)
		snprintf(silent, sizeof(silent),
			 "; no answer for %" PRIu64 " s", silence / 1000);
	for (size_t i = 0; i < PROBE_TIMERS; i++)
		show_timer(timer[i], sizeof(timer[i]), names[i],
			   &client->result->timer[i]);
	/* what may be cut off is what changes least */
	snprintf(line, sizeof(line), "probe: %" PRIu64 " s, %zu left%s%s%s%s",
		 (now - client->began) / 1000, left, silent, timer[0], timer[1],
		 timer[2]);
	/* a longer one would not be gone over by the next, but scroll */
	if (can_redraw())
		fprintf(stderr, "\r\033[K%.*s", columns() - 1, line);
	else
		fprintf(stderr, "%s\n", line);
}

void progress_end(const struct client *client)
{
	bool open = can_redraw() && client->n_flows && !client->options->quiet;
	bool key = client->result->interrupted && isatty(STDERR_FILENO);

	if (open || key)
		fputc('\n', stderr);
}
