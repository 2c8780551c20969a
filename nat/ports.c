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

/**
 * find_clear() - first clear bit of one parity's map in [@from, @to]
 *
 * Return: its index, or -1.
 */
static int find_clear(const struct port_set *set, unsigned odd, unsigned from,
		      unsigned to)
{
	unsigned word = from / 64;
	uint64_t open = ~set->taken[odd][word] & (UINT64_MAX << (from % 64));
	int i;

	if (!open) {
		unsigned next = word + 1;
		unsigned group = next / 64;
		uint64_t words;

		if (next >= PORT_WORDS)
			return -1;
		words = ~set->full[odd][group] & (UINT64_MAX << (next % 64));
		while (!words) {
			if (++group == PORT_WORDS / 64)
				return -1;
			words = ~set->full[odd][group];
		}
		word = group * 64 + (unsigned)__builtin_ctzll(words);
		open = ~set->taken[odd][word];
	}
	i = (int)(word * 64 + (unsigned)__builtin_ctzll(open));
	return i <= (int)to ? i : -1;
}

/** find_parity() - port_set_find() for one parity */
static int find_parity(const struct port_set *set, unsigned first,
		       unsigned last, unsigned start, unsigned odd)
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
	i = find_clear(set, odd, middle, high);
	if (i < 0 && middle > low)
		i = find_clear(set, odd, low, middle - 1);
	return i < 0 ? -1 : (int)((unsigned)i << 1 | odd);
}

int port_set_find(const struct port_set *set, uint16_t first, uint16_t last,
		  uint16_t start, enum port_parity parity)
{
	unsigned odd = parity == PORT_ANY ? start & 1 : (unsigned)parity;
	int port = find_parity(set, first, last, start, odd);

	if (port < 0 && parity == PORT_ANY)
		port = find_parity(set, first, last, start, !odd);
	return port;
}
