/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * watch - a live view: what a frame shows, and the terminal it is shown on
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <jansson.h>

/** enum watch_order - which sessions come first, as `sessions` knows it */
enum watch_order { WATCH_LAPSE, WATCH_TRAFFIC, WATCH_NEW, WATCH_ORDERS };

/* By enum watch_order. */
extern const char *const watch_order_names[];

/**
 * struct watch_answer - what lapsed has said
 * @at_ns:	real time at which it was asked
 * @status:	the row of `status`, and so on; NULL where there is none
 */
struct watch_answer {
	uint64_t at_ns;
	json_t *status;
	json_t *stats;
	json_t *faults; /* arrays of rows */
	json_t *clients;
	json_t *sessions;
	json_t *events;
};

/**
 * struct watch_frame - one picture
 * @now:	what is shown, or what was when lapsed went away
 * @before:	the answer before it, for rates; or NULL
 * @gone:	why there is no answer, or NULL
 * @order:	of the sessions
 * @protocol:	only these are shown, or NULL
 * @paused:	nothing is asked
 * @keys:	whether there is a keyboard
 * @colour:	whether colours may be used
 * @width:	columns
 * @height:	lines; 0: as many as it takes
 */
struct watch_frame {
	const struct watch_answer *now;
	const struct watch_answer *before;
	const char *gone;
	enum watch_order order;
	const char *protocol;
	bool paused;
	bool keys;
	bool colour;
	unsigned width, height;
};

/* How much is asked for; what does not fit is left out. */
#define WATCH_CLIENTS  8
#define WATCH_EVENTS   6
#define WATCH_SESSIONS 20 /* where the height is not known */

/**
 * watch_sessions() - how many sessions there is room for
 *
 * Everything else at its largest, so that what is asked for is enough.
 */
unsigned watch_sessions(unsigned height);

/**
 * watch_render() - a frame as lines of text
 * @out:	where to; ASCII, each line at most @frame->width columns, no
 *		control characters but newlines and, with colour, SGR
 */
void watch_render(FILE *out, const struct watch_frame *frame);

/** watch_answer_clean() - release the rows */
void watch_answer_clean(struct watch_answer *answer);

/* --- the terminal (watch_term.c) --- */

/**
 * watch_term_open() - take the terminal: signals, keys at once, a clean screen
 * @screen:	whether frames are drawn over each other; else only signals are
 *		looked at
 *
 * Return: 0 or a negative errno.
 */
int watch_term_open(bool screen);

/** watch_term_close() - give it back as it was; may be called twice */
void watch_term_close(void);

/** watch_term_size() - what it has now; 80 x 24 if it does not say */
void watch_term_size(unsigned *width, unsigned *height);

/** watch_term_draw() - a frame over the last one; @text is lines */
void watch_term_draw(const char *text);

/**
 * watch_term_key() - wait for a key
 * @ms:		at most so long
 *
 * Return: the key; 0 when the time is over or the size has changed; -1 when
 * it is time to end.
 */
int watch_term_key(unsigned ms);

/** watch_term_die() - end by the signal that came, if one did */
void watch_term_die(void);

#endif /* CLI_WATCH_H */
