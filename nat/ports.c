/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports - bitmaps of taken ports, by parity, with a summary of full words
 */
#include "nat/ports.h"

/** bit() - the bit of @i within its word */
static uint64_t bit(unsigned i)
{
	return (uint64_t)1 << (i % 64);
}

bool port_set_has(const struct port_set *set, uint16_t port)
{
	unsigned i = port >> 1;

	return set->taken[port & 1][i / 64] & bit(i);
}

void port_set_add(struct port_set *set, uint16_t port)
{
	unsigned i = port >> 1;
	uint64_t *word = &set->taken[port & 1][i / 64];

	if (*word & bit(i))
		return;
	*word |= bit(i);
	set->count++;
	if (*word == UINT64_MAX)
		set->full[port & 1][i / 64 / 64] |= bit(i / 64);
}

void port_set_remove(struct port_set *set, uint16_t port)
{
	unsigned i = port >> 1;
	uint64_t *word = &set->taken[port & 1][i / 64];

	if (!(*word & bit(i)))
		return;
	*word &= ~bit(i);
	set->count--;
	set->full[port & 1][i / 64 / 64] &= ~bit(i / 64);
}

/** next_word() - the next word from @word on that is not full */
static unsigned next_word(const struct port_set *set, unsigned odd,
			  unsigned word)
{
	while (word < PORT_WORDS) {
		uint64_t words = ~set->full[odd][word / 64] &
				 (UINT64_MAX << (word % 64));

		if (words)
			return word / 64 * 64 +
			       (unsigned)__builtin_ctzll(words);
		word = (word / 64 + 1) * 64;
	}
	return word;
}

/**
 * find_clear() - first bit clear in both maps of one parity in [@from, @to]
 *
 * Return: its index, or -1.
 */
static int find_clear(const struct port_set *set, const struct port_set *also,
		      unsigned odd, unsigned from, unsigned to)
{
	uint64_t mask = UINT64_MAX << (from % 64);
	unsigned word = from / 64;

	while (word <= to / 64) {
		uint64_t open = ~set->taken[odd][word] & mask;

		if (also)
			open &= ~also->taken[odd][word];
		if (open) {
			unsigned i =
				word * 64 + (unsigned)__builtin_ctzll(open);

			return i <= to ? (int)i : -1;
		}
		mask = UINT64_MAX;
		word = next_word(set, odd, word + 1);
	}
	return -1;
}

/** find_parity() - port_set_find() for one parity */
static int find_parity(const struct port_set *set, const struct port_set *also,
		       unsigned first, unsigned last, unsigned start,
		       unsigned odd)
{
	unsigned low, high, middle;
	int i;

	if ((first & 1) != odd)
		first++;
	if ((last & 1) != odd) {
		if (last == 0)
			return -1;
		last--;
	}
	if (first > last)
		return -1;
	low = first >> 1;
	high = last >> 1;
	middle = start <= first ? low : (start - odd + 1) >> 1;
	if (middle > high)
		middle = low;
	i = find_clear(set, also, odd, middle, high);
	if (i < 0 && middle > low)
		i = find_clear(set, also, odd, low, middle - 1);
	return i < 0 ? -1 : (int)((unsigned)i << 1 | odd);
}

int port_set_find(const struct port_set *set, const struct port_set *also,
		  uint16_t first, uint16_t last, uint16_t start,
		  enum port_parity parity)
{
	unsigned odd = parity == PORT_ANY ? start & 1 : (unsigned)parity;
	int port = find_parity(set, also, first, last, start, odd);

	if (port < 0 && parity == PORT_ANY)
		port = find_parity(set, also, first, last, start, !odd);
	return port;
}

bool port_set_any(const struct port_set *set, uint16_t first, uint16_t last)
{
	for (unsigned odd = 0; odd < 2; odd++) {
		unsigned from = ((unsigned)first + (first % 2u != odd)) / 2;
		unsigned to = ((unsigned)last - (last % 2u != odd)) / 2;

		if (last == 0 && odd)
			break;
		for (unsigned word = from / 64; from <= to && word <= to / 64;
		     word++) {
			uint64_t bits = set->taken[odd][word];

			if (word == from / 64)
				bits &= UINT64_MAX << (from % 64);
			if (word == to / 64)
				bits &= UINT64_MAX >> (63 - to % 64);
			if (bits)
				return true;
		}
	}
	return false;
}
