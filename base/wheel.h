/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wheel - a hierarchical timing wheel over entries named by index
 *
 * Theory of operation: WHEEL_LEVELS wheels of 64 slots. Level 0 turns in steps
 * of one tick (milliseconds, as @now), each level above in steps of 64 times
 * the one below. An entry lies in the slot that the highest differing bits of
 * its deadline and the wheel's time name, and falls to lower levels as time
 * comes near. A bitmap per level tells the occupied slots, so that advancing
 * over a long silence costs a few bit operations, not a step a tick. Entries
 * are handed out in order of deadline, unless filed at or behind its time.
 *
 * Never early: an entry is handed out by wheel_pop() only when its deadline is
 * at or before the wheel's time. Adding, removing and finding the next
 * deadline are O(1); an entry moves at most WHEEL_LEVELS times. Entries with
 * the same deadline come out in no promised order, but the same operations
 * give the same order.
 *
 * The links live in the caller's entries (struct wheel_link), reached by base
 * address and stride, so an entry stays one flat piece of memory.
 */
#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WHEEL_LEVELS 8 /* 64^8 ms: 8925 years */
#define WHEEL_SLOTS  64
#define WHEEL_NONE   UINT32_MAX
#define WHEEL_NEVER  UINT64_MAX

/**
 * WHEEL_END - deadlines from here on wait here and never come due
 *
 * The wheel's time stops one tick before, so that even they are never early and
 * a caller that files them again and again cannot keep wheel_pop() busy.
 */
#define WHEEL_END ((UINT64_C(1) << 48) - 1)

/**
 * struct wheel_link - an entry's place; zero-filled means "not on the wheel"
 * @when:	deadline in ticks << 16 | place, where place is
 *		1 + level * WHEEL_SLOTS + slot, one more than the last of these
 *		for the list of what is due, or 0 when not on the wheel. One
 *		word, because a session has 128 bytes for everything; deadlines
 *		are cut at WHEEL_END.
 * @next:	next entry in the slot, or WHEEL_NONE
 * @prev:	previous entry, or WHEEL_NONE for the first
 */
struct wheel_link {
	uint64_t when;
	uint32_t next;
	uint32_t prev;
};

/**
 * struct wheel - the wheels
 * @now:	the time advanced to, in ticks, below WHEEL_END
 * @links:	first entry's struct wheel_link, in the caller's array
 * @stride:	distance between two entries' links in bytes
 * @count:	entries on the wheel
 * @occupied:	a bit for each slot in use, per level
 * @head:	first entry of each slot, or WHEEL_NONE
 * @due:	first entry that is due and not popped yet, or WHEEL_NONE
 */
struct wheel {
	uint64_t now;
	uint8_t *links;
	size_t stride;
	uint32_t count;
	uint64_t occupied[WHEEL_LEVELS];
	uint32_t head[WHEEL_LEVELS][WHEEL_SLOTS];
	uint32_t due;
};

/**
 * wheel_init() - an empty wheel
 * @wheel:	to initialise
 * @links:	the struct wheel_link of entry 0; the array is the caller's and
 *		outlives the wheel
 * @stride:	sizeof one entry
 * @now:	its time to begin with, in ticks
 */
void wheel_init(struct wheel *wheel, struct wheel_link *links, size_t stride,
		uint64_t now);

/**
 * wheel_add() - file @index at @deadline; it must not be on the wheel
 *
 * A deadline at or before the wheel's time is due at once. WHEEL_NEVER leaves
 * the entry off the wheel.
 */
void wheel_add(struct wheel *wheel, uint32_t index, uint64_t deadline);

/** wheel_del() - take @index off the wheel; nothing happens if it is not on */
void wheel_del(struct wheel *wheel, uint32_t index);

/**
 * wheel_pop() - the next entry whose deadline is at or before @now
 * @wheel:	the wheel; its time moves on to the deadline of what it hands
 *		out, and to @now (never back) once nothing earlier is left
 * @now:	in ticks; earlier than the wheel's time counts as that time
 *
 * Amortised O(1), however far @now jumps.
 *
 * The entry is off the wheel then; the caller files it again if it is not done
 * with it.
 *
 * Return: its index, or WHEEL_NONE when nothing is due.
 */
uint32_t wheel_pop(struct wheel *wheel, uint64_t now);

/**
 * wheel_next() - when wheel_pop() wants to be called next
 *
 * Return: the wheel's own time when something is due; else a later time, at or
 * before the earliest deadline; WHEEL_NEVER when nothing will ever come due.
 * Calling wheel_pop() then either yields an entry or brings the time nearer.
 */
uint64_t wheel_next(const struct wheel *wheel);

/** wheel_link_on() - whether the entry of @link is on a wheel */
static inline bool wheel_link_on(const struct wheel_link *link)
{
	return (link->when & 0xffff) != 0;
}

/**
 * wheel_link_deadline() - the deadline that wheel_add() was told, in ticks
 *
 * Cut at WHEEL_END; still there after the entry was popped or deleted.
 */
static inline uint64_t wheel_link_deadline(const struct wheel_link *link)
{
	return link->when >> 16;
}

/** wheel_check() - verify all invariants, for tests: whether they hold */
bool wheel_check(const struct wheel *wheel, uint32_t entries);

#endif /* BASE_WHEEL_H */
