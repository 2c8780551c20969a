/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcpplay - scenarios of the DHCP engine; the language is described in
 * tests/replay/DHCP.md
 */
#ifndef TESTS_LIB_DHCPPLAY_H
#define TESTS_LIB_DHCPPLAY_H

#include "tests/lib/dhcpmsg.h"
#include "tests/lib/dhcprig.h"

#define PLAY_ERROR 1024
#define PLAY_WORDS 64

/**
 * dhcpplay_run() - run one scenario
 * @path:	its file
 * @error:	set to "file:line: what is wrong" on failure
 *
 * Return: whether everything expected came, and nothing else.
 */
bool dhcpplay_run(const char *path, char error[static PLAY_ERROR]);

/* --- for the files of the runner only --- */

/**
 * struct play - a scenario while it runs
 * @word:	the words of the line; KEY=VALUE are cut at the =
 * @value:	behind the =, or NULL
 * @n:		their number
 * @used:	which of them were understood
 * @last:	the last message sent, for what replies copy
 */
struct play {
	struct dhcprig *rig;
	bool started;
	char *word[PLAY_WORDS];
	char *value[PLAY_WORDS];
	bool used[PLAY_WORDS];
	size_t n;
	struct dhcpmsg last;
	uint32_t xid;
	char *error;
	const char *path;
	unsigned line;
	const char *title;
};

/** play_fail() - say what is wrong, the first time only; false */
bool play_fail(struct play *play, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** play_get() - the value of KEY=VALUE, or NULL if the line has none */
const char *play_get(struct play *play, const char *key);

/** play_hex() - hexadecimal digits as bytes; their number, or -1 */
int play_hex(const char *text, uint8_t *bytes, size_t size);

/** play_addresses() - addresses with commas between; their number, or -1 */
int play_addresses(const char *text, uint32_t *list, size_t size);

/** play_number() - a number, decimal; fails if it is none */
bool play_number(struct play *play, const char *text, uint64_t *number);

/** play_int() - a number of a header field: no more than its beginning */
int play_int(const char *text);

/** play_duration() - a time in ms; fails if it is none */
bool play_duration(struct play *play, const char *text, uint64_t *ms);

/** play_address() - one address; fails if it is none */
bool play_address(struct play *play, const char *text, uint32_t *address);

/** play_mac() - the MAC of a client by its letter */
void play_mac(char letter, uint8_t mac[6]);

/** play_set() - `set` and `subnet`: words as settings of a subnet */
bool play_set(struct play *play, size_t index);

/** play_subnet() - `subnet PREFIX …`: one more, for relays */
bool play_subnet(struct play *play);

/** play_reserve() - `reserve …` */
bool play_reserve(struct play *play);

/** play_send() - `CLIENT TYPE …` */
bool play_send(struct play *play);

/** play_expect() - `expect offer|ack|nak …`: the oldest reply is this */
bool play_expect(struct play *play);

/** play_time() - `time D`, `lapse D`, `real D` */
bool play_time(struct play *play);

/** play_probe() - `probe ADDRESS`, `probe ADDRESS free|taken`, `probe none` */
bool play_probe(struct play *play);

/** play_event() - `event NAME …`: it came, since the last; `no-event NAME` */
bool play_event(struct play *play);

/** play_lease() - `lease ADDRESS STATE|none …`: what the list shows */
bool play_lease(struct play *play);

/** play_valid() - `valid ADDRESS`, `invalid ADDRESS` */
bool play_valid(struct play *play);

/** play_counter() - `counter NAME N` */
bool play_counter(struct play *play);

/** play_operate() - `expire|release|nak ADDRESS`, `move ADDRESS [TO]` and what
 * it is answered: nothing, or -NAME of the error */
bool play_operate(struct play *play);

/** play_fault() - `fault NAME [for=D] [value=D] [client=A] [at=PREFIX]`, or
 * `fault clear` */
bool play_fault(struct play *play);

/** play_restart() - `restart [down=D] [back=D]`: a crash; the wall clock moves
 */
bool play_restart(struct play *play);

/** play_violation() - `violation ADDRESS`: traffic without a lease */
bool play_violation(struct play *play);

#endif /* TESTS_LIB_DHCPPLAY_H */
