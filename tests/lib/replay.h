/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay - scenarios: packets, times and what is expected, run on the engine
 *
 * The language is described in tests/replay/README.md. One file is one
 * scenario; it is read into lines, whose words are executed one after another.
 */
#ifndef TESTS_LIB_REPLAY_H
#define TESTS_LIB_REPLAY_H

#include "conf/conf.h"
#include "nat/events.h"
#include "nat/nat.h"
#include "tests/lib/build.h"

#define REPLAY_WORDS 64
#define REPLAY_ERROR 1024
#define REPLAY_NAMES 128
#define REPLAY_SENT  64
#define REPLAY_POOL  16

/**
 * replay_run() - run one scenario
 * @path:	its file
 * @error:	set to "file:line: what was expected and what came" on failure
 *
 * Return: whether everything expected came.
 */
bool replay_run(const char *path, char error[static REPLAY_ERROR]);

/* --- for the files of the runner only --- */

/** struct replay_name - an endpoint that was given a name: `$x` */
struct replay_name {
	char name[16];
	struct endpoint endpoint;
};

/** struct replay_sent - a packet that the engine sent of its own */
struct replay_sent {
	uint8_t bytes[PACKET_MAX];
	size_t len;
	bool seen; /* an `expect sent` has taken it */
};

/** struct replay_event - an event, and whether an `expect event` took it */
struct replay_event {
	struct nat_event event;
	bool seen;
};

/**
 * struct replay - a scenario being run
 * @path, @line: where it is, for messages
 * @error:	the first failure; empty: none yet
 * @word, @n_words: the words of the line being executed
 * @at:		the word that is looked at
 * @names:	endpoints by name
 * @set:	`set` lines so far, owned
 * @yaml:	text of the last `settings` block, owned, or NULL
 * @ranges, @own: the pool
 * @now:	the clocks
 * @packet:	the last packet as its sender sent it, @packet_len of it
 * @before:	the counters before it
 */
struct replay {
	const char *path;
	unsigned line;
	char *error;
	char *word[REPLAY_WORDS];
	size_t n_words, at;
	struct replay_name names[REPLAY_NAMES];
	size_t n_names;
	struct conf_override set[REPLAY_NAMES];
	size_t n_set;
	char *yaml;
	struct nat_pool_range ranges[REPLAY_POOL];
	size_t n_ranges;
	uint32_t own[REPLAY_POOL];
	size_t n_own;
	struct nat *nat;
	struct nat_now now;
	uint64_t seed;
	uint8_t packet[PACKET_MAX];
	size_t packet_len;
	uint64_t before[NAT_STATS];
	struct replay_sent *sent;
	size_t n_sent;
	struct replay_event *events;
	size_t n_events, room_events;
};

/** replay_fail() - note a failure, the first one only; always false */
bool replay_fail(struct replay *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** replay_next() - the next word of the line, or NULL at its end */
const char *replay_next(struct replay *r);

/** replay_take() - whether the next word is @word; it is taken then */
bool replay_take(struct replay *r, const char *word);

/** replay_done() - false and a failure when words are left over */
bool replay_done(struct replay *r);

/** replay_number() - the next word as a number, 0x… or decimal */
bool replay_number(struct replay *r, uint64_t max, uint64_t *number);

/** replay_duration() - the next word as a duration, "+" before it or not */
bool replay_duration(struct replay *r, uint64_t *ms);

/** replay_endpoint() - `A:P`, `A`, `$x`, `$x:P` as an endpoint */
bool replay_endpoint(struct replay *r, const char *word,
		     struct endpoint *endpoint);

/**
 * replay_match() - whether an endpoint is as a pattern says
 * @pattern:	`A:P`, `A:*`, `*:P`, `A`, `$x` (named now if it is new), `$x:*`,
 *		`*:$x`, any of these after `!`, `even`, `odd`, `low`, `high`,
 *		`pool`; several with commas between
 * @what:	what it is, for the message
 */
bool replay_match(struct replay *r, const char *pattern, struct endpoint e,
		  const char *what);

/**
 * replay_spec() - words up to the end of a packet's description, as a packet
 * @spec:	filled in
 * @bytes:	the packet, PACKET_MAX of room
 * @len:	its length
 *
 * Begins at the protocol; ends before `expect`, `}` or the line's end. Into
 * @nat go how it is handed to the engine (partial, gso, mac).
 */
bool replay_spec(struct replay *r, struct nat_packet *nat, uint8_t *bytes,
		 size_t *len);

/** replay_protocol() - a protocol's name or number; -1: none */
int replay_protocol(const char *word);

/** replay_engine() - make the engine unless there is one */
bool replay_engine(struct replay *r);

/** replay_setting() - the lines `set`, `settings`, `pool`, `own`, `seed` */
bool replay_setting(struct replay *r, const char *command);

/** replay_restart() - drop the engine and all names; settings stay */
void replay_restart(struct replay *r);

/** replay_after() - after every step: fetch what came, check the tables */
bool replay_after(struct replay *r);

/** replay_packet() - a line `out`, `in`, `hairpin` or `local` */
bool replay_packet(struct replay *r, const char *command);

/** replay_expect() - a line that begins with `expect` */
bool replay_expect(struct replay *r);

/** replay_line() - execute the words of one line; not `for` and `settings` */
bool replay_line(struct replay *r);

#endif /* TESTS_LIB_REPLAY_H */
