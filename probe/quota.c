// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * quota - token buckets in a set-associative table
 */
#include "probe/quota.h"

#include "base/log.h"

#define BURST_MILLI ((uint64_t)QUOTA_BURST * 1000)

/** ways() - the places where @addr may be */
static struct quota_entry *ways(struct quota *quota, uint32_t addr)
{
	uint64_t hash = siphash13_words(&quota->key, addr, 0);

	return &quota->entry[hash % (QUOTA_ADDRESSES / QUOTA_WAYS) *
			     QUOTA_WAYS];
}

/** find() - the entry of @addr, or NULL */
static struct quota_entry *find(struct quota *quota, uint32_t addr)
{
	struct quota_entry *way = ways(quota, addr);

	for (unsigned i = 0; i < QUOTA_WAYS; i++)
		if (way[i].addr == addr)
			return &way[i];
	return NULL;
}

/** make() - a new entry, in place of the one idle for longest; or NULL */
static struct quota_entry *make(struct quota *quota, uint32_t addr,
				uint64_t now)
{
	struct quota_entry *way = ways(quota, addr), *oldest = NULL;

	for (unsigned i = 0; i < QUOTA_WAYS; i++)
		if (!way[i].jobs && (!oldest || way[i].last < oldest->last))
			oldest = &way[i];
	if (oldest)
		*oldest = (struct quota_entry){
			.addr = addr, .millitokens = BURST_MILLI, .last = now};
	return oldest;
}

bool quota_take(struct quota *quota, uint32_t addr, uint64_t now)
{
	struct quota_entry *e = addr ? find(quota, addr) : NULL;
	uint64_t passed;

	if (!e && addr)
		e = make(quota, addr, now);
	if (!e)
		return false;
	passed = now - e->last;
	e->last = now;
	/* a bucket is full after two seconds, and must not overflow */
	e->millitokens += (passed < 10000 ? passed : 10000) * QUOTA_PER_SECOND;
	if (e->millitokens > BURST_MILLI)
		e->millitokens = BURST_MILLI;
	if (e->millitokens < 1000)
		return false;
	e->millitokens -= 1000;
	return true;
}

bool quota_hold(struct quota *quota, uint32_t addr)
{
	struct quota_entry *e = find(quota, addr);

	if (!e || e->jobs >= QUOTA_JOBS)
		return false;
	e->jobs++;
	return true;
}

void quota_release(struct quota *quota, uint32_t addr)
{
	struct quota_entry *e = find(quota, addr);

	/* An entry with jobs is never given to another address. */
	if (e && e->jobs)
		e->jobs--;
	else
		base_assert(false);
}

bool quota_connect(struct quota *quota, uint32_t addr, uint32_t most)
{
	struct quota_entry *e = find(quota, addr);

	if (!e || e->connections >= most || !quota_hold(quota, addr))
		return false;
	e->connections++;
	return true;
}

void quota_disconnect(struct quota *quota, uint32_t addr)
{
	struct quota_entry *e = find(quota, addr);

	if (e && e->connections)
		e->connections--;
	else
		base_assert(false);
	quota_release(quota, addr);
}
