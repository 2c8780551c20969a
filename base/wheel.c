// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wheel - a hierarchical timing wheel; see wheel.h for how it works
 *
 * Invariant: every entry on level L has the deadline digits (base 64) of the
 * wheel's time above L, and a greater digit at L. So within a level nothing
 * wraps around, all of a level is earlier than all of the levels above it, and
 * the lowest bit of the lowest bitmap names the slot that comes next.
 */
#include "base/wheel.h"

#include "base/log.h"

#define DIGIT_BITS 6
#define DIGIT_MASK (WHEEL_SLOTS - 1)

/** PLACE_DUE - place of the entries on the due list */
#define PLACE_DUE (1 + WHEEL_LEVELS * WHEEL_SLOTS)

_Static_assert(1 << DIGIT_BITS == WHEEL_SLOTS, "a slot per digit");
_Static_assert(UINT64_C(1) << DIGIT_BITS * WHEEL_LEVELS == WHEEL_END + 1,
	       "the levels span all deadlines");
_Static_assert(PLACE_DUE <= 0xffff, "a place has 16 bits");

/** link_of() - the link of entry @index */
static struct wheel_link *link_of(const struct wheel *wheel, uint32_t index)
{
	return (void *)(wheel->links + (size_t)index * wheel->stride);
}

/** head_of() - the list that a place names */
static uint32_t *head_of(struct wheel *wheel, unsigned place)
{
	if (place == PLACE_DUE)
		return &wheel->due;
	return &wheel->head[(place - 1) / WHEEL_SLOTS]
			   [(place - 1) % WHEEL_SLOTS];
}

/** place_of() - where a deadline belongs, by the wheel's present time */
static unsigned place_of(const struct wheel *wheel, uint64_t deadline)
{
	unsigned level;

	if (deadline <= wheel->now)
		return PLACE_DUE;
	level = (63 - (unsigned)__builtin_clzll(deadline ^ wheel->now)) /
		DIGIT_BITS;
	return 1 + level * WHEEL_SLOTS +
	       (unsigned)(deadline >> level * DIGIT_BITS & DIGIT_MASK);
}

/** slot_start() - the earliest time that belongs to a slot of @level */
static uint64_t slot_start(const struct wheel *wheel, unsigned level,
			   unsigned slot)
{
	unsigned shift = level * DIGIT_BITS;
	uint64_t above = wheel->now >> shift >> DIGIT_BITS;

	return (above << DIGIT_BITS | slot) << shift;
}

/**
 * slot_first() - the occupied slot that comes next
 * @wheel:	the wheel
 * @level:	its level, set on success only
 * @slot:	the slot, set on success only
 *
 * Return: false if all slots are empty.
 */
static bool slot_first(const struct wheel *wheel, unsigned *level,
		       unsigned *slot)
{
	unsigned i;

	for (i = 0; i < WHEEL_LEVELS; i++) {
		if (!wheel->occupied[i])
			continue;
		*level = i;
		*slot = (unsigned)__builtin_ctzll(wheel->occupied[i]);
		return true;
	}
	return false;
}

/** file() - put an entry where its deadline belongs now */
static void file(struct wheel *wheel, uint32_t index, uint64_t deadline)
{
	unsigned place = place_of(wheel, deadline);
	struct wheel_link *link = link_of(wheel, index);
	uint32_t *head = head_of(wheel, place);

	link->when = deadline << 16 | place;
	link->prev = WHEEL_NONE;
	link->next = *head;
	if (*head != WHEEL_NONE)
		link_of(wheel, *head)->prev = index;
	*head = index;
	if (place != PLACE_DUE)
		wheel->occupied[(place - 1) / WHEEL_SLOTS] |=
			UINT64_C(1) << (place - 1) % WHEEL_SLOTS;
}

/**
 * turn() - move the time to the start of a slot and file its entries anew
 * @wheel:	nothing may be due before that slot
 * @level:	the slot's level
 * @slot:	the slot
 *
 * Those whose deadline is that very time become due, the others fall to lower
 * levels.
 */
static void turn(struct wheel *wheel, unsigned level, unsigned slot)
{
	uint32_t index = wheel->head[level][slot], next;
	const struct wheel_link *link;

	wheel->now = slot_start(wheel, level, slot);
	wheel->head[level][slot] = WHEEL_NONE;
	wheel->occupied[level] &= ~(UINT64_C(1) << slot);
	for (; index != WHEEL_NONE; index = next) {
		link = link_of(wheel, index);
		next = link->next;
		file(wheel, index, wheel_link_deadline(link));
	}
}

void wheel_init(struct wheel *wheel, struct wheel_link *links, size_t stride,
		uint64_t now)
{
	unsigned level, slot;

	*wheel = (struct wheel){
		.now = now < WHEEL_END ? now : WHEEL_END - 1,
		.links = (uint8_t *)links,
		.stride = stride,
		.due = WHEEL_NONE,
	};
	for (level = 0; level < WHEEL_LEVELS; level++)
		for (slot = 0; slot < WHEEL_SLOTS; slot++)
			wheel->head[level][slot] = WHEEL_NONE;
}

void wheel_add(struct wheel *wheel, uint32_t index, uint64_t deadline)
{
	base_assert(!wheel_link_on(link_of(wheel, index)));
	if (deadline == WHEEL_NEVER)
		return;
	file(wheel, index, deadline < WHEEL_END ? deadline : WHEEL_END);
	wheel->count++;
}

void wheel_del(struct wheel *wheel, uint32_t index)
{
	struct wheel_link *link = link_of(wheel, index);
	unsigned place = (unsigned)(link->when & 0xffff);
	uint32_t *head;

	if (!place)
		return;
	head = head_of(wheel, place);
	if (link->next != WHEEL_NONE)
		link_of(wheel, link->next)->prev = link->prev;
	if (link->prev != WHEEL_NONE)
		link_of(wheel, link->prev)->next = link->next;
	else
		*head = link->next;
	if (*head == WHEEL_NONE && place != PLACE_DUE)
		wheel->occupied[(place - 1) / WHEEL_SLOTS] &=
			~(UINT64_C(1) << (place - 1) % WHEEL_SLOTS);
	link->when &= ~UINT64_C(0xffff);
	wheel->count--;
}

uint32_t wheel_pop(struct wheel *wheel, uint64_t now)
{
	unsigned level, slot;
	uint32_t index;

	if (now >= WHEEL_END)
		now = WHEEL_END - 1;
	while (wheel->due == WHEEL_NONE) {
		if (!slot_first(wheel, &level, &slot) ||
		    slot_start(wheel, level, slot) > now) {
			/* nothing lies between: no entry's place changes */
			if (wheel->now < now)
				wheel->now = now;
			return WHEEL_NONE;
		}
		turn(wheel, level, slot);
	}
	index = wheel->due;
	wheel_del(wheel, index);
	return index;
}

uint64_t wheel_next(const struct wheel *wheel)
{
	unsigned level, slot;
	uint64_t start;

	if (wheel->due != WHEEL_NONE)
		return wheel->now;
	if (!slot_first(wheel, &level, &slot))
		return WHEEL_NEVER;
	start = slot_start(wheel, level, slot);
	return start < WHEEL_END ? start : WHEEL_NEVER;
}

/**
 * list_check() - verify one list, for wheel_check()
 * @wheel:	the wheel
 * @place:	the list's place
 * @index:	its first entry or WHEEL_NONE
 * @entries:	number of entries in the caller's array
 * @left:	how many more entries the wheel may have, counted down
 *
 * Return: whether it is linked well and all on it belong there.
 */
static bool list_check(const struct wheel *wheel, unsigned place,
		       uint32_t index, uint32_t entries, uint32_t *left)
{
	uint32_t prev = WHEEL_NONE;
	const struct wheel_link *link;

	for (; index != WHEEL_NONE; prev = index, index = link->next) {
		if (index >= entries || !(*left)--)
			return false;
		link = link_of(wheel, index);
		if (link->prev != prev || (link->when & 0xffff) != place ||
		    place_of(wheel, wheel_link_deadline(link)) != place)
			return false;
	}
	return true;
}

bool wheel_check(const struct wheel *wheel, uint32_t entries)
{
	uint32_t left = wheel->count, on = 0, i, head;
	unsigned level, slot;

	if (wheel->now >= WHEEL_END ||
	    !list_check(wheel, PLACE_DUE, wheel->due, entries, &left))
		return false;
	for (level = 0; level < WHEEL_LEVELS; level++) {
		for (slot = 0; slot < WHEEL_SLOTS; slot++) {
			head = wheel->head[level][slot];
			if ((wheel->occupied[level] >> slot & 1) !=
			    (head != WHEEL_NONE))
				return false;
			if (!list_check(wheel, 1 + level * WHEEL_SLOTS + slot,
					head, entries, &left))
				return false;
		}
	}
	for (i = 0; i < entries; i++)
		on += wheel_link_on(link_of(wheel, i));
	return !left && on == wheel->count;
}
