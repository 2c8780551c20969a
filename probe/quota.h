/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * quota - what one address may ask of the server
 *
 * A bounded table of addresses, each with a bucket of messages and a number of
 * jobs. `now` is an argument, in ms. No I/O.
 */
#ifndef PROBE_QUOTA_H
#define PROBE_QUOTA_H

#include <stdbool.h>
#include <stdint.h>
#include "base/siphash.h"

#define QUOTA_ADDRESSES	 4096  /* remembered at a time */
#define QUOTA_WAYS	 8     /* places where an address may be */
#define QUOTA_JOBS	 4096  /* delayed sends and connections of one */
#define QUOTA_PER_SECOND 5000  /* messages of one, on average */
#define QUOTA_BURST	 10000 /* and at once */

/** struct quota_entry - an address; addr 0: unused; a connection is a job,
 *  too */
struct quota_entry {
	uint32_t addr;
	uint32_t jobs;
	uint32_t connections;
	uint64_t millitokens;
	uint64_t last;
};

/** struct quota - the table; the key keeps others from choosing the places */
struct quota {
	struct siphash_key key;
	struct quota_entry entry[QUOTA_ADDRESSES];
};

/**
 * quota_take() - one message from @addr
 *
 * Return: false if it came too fast, or there is no room for its address.
 */
bool quota_take(struct quota *quota, uint32_t addr, uint64_t now);

/** quota_hold() - one job more of @addr; false if it has its share */
bool quota_hold(struct quota *quota, uint32_t addr);

/** quota_release() - one that quota_hold() granted is over */
void quota_release(struct quota *quota, uint32_t addr);

/** quota_connect() - one connection more of @addr; false if it has @most, or
 *  its share */
bool quota_connect(struct quota *quota, uint32_t addr, uint32_t most);

/** quota_disconnect() - one that quota_connect() granted is over */
void quota_disconnect(struct quota *quota, uint32_t addr);

#endif /* PROBE_QUOTA_H */
