/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deterministic - RFC 7422's map between internal addresses and port blocks
 *
 * Pure arithmetic both ways, so that the one who has the settings and a time
 * can tell who had a port without any log.
 */
#include "nat/block.h"

/** prefix_size() - addresses in a prefix, network and broadcast included */
static uint64_t prefix_size(const struct nat_prefix *prefix)
{
	return UINT64_C(1) << (32 - prefix->bits);
}

uint64_t block_hosts(const struct nat_prefix *inside, size_t n_inside)
{
	uint64_t n = 0;

	for (size_t i = 0; i < n_inside; i++)
		n += prefix_size(&inside[i]);
	return n;
}

bool block_compute(const struct nat_prefix *inside, size_t n_inside,
		   uint32_t n_addresses, uint16_t first, uint16_t last,
		   uint32_t size, uint32_t addr, uint32_t *index,
		   uint16_t *port)
{
	uint32_t per_address = ((uint32_t)(last - first) + 1) / size;
	uint64_t n = 0;

	for (size_t i = 0; per_address && i < n_inside; i++) {
		uint32_t base = inside[i].addr & prefix_mask(inside[i].bits);

		if ((addr & prefix_mask(inside[i].bits)) != base) {
			n += prefix_size(&inside[i]);
			continue;
		}
		n += addr - base;
		if (n / per_address >= n_addresses)
			return false;
		*index = (uint32_t)(n / per_address);
		*port = (uint16_t)(first + n % per_address * size);
		return true;
	}
	return false;
}

bool block_owner(const struct nat_prefix *inside, size_t n_inside,
		 uint16_t first, uint16_t last, uint32_t size, uint32_t index,
		 uint16_t port, uint32_t *addr)
{
	uint32_t per_address = ((uint32_t)(last - first) + 1) / size;
	uint64_t n;

	if (port < first || port > last ||
	    (uint32_t)(port - first) / size >= per_address)
		return false;
	n = (uint64_t)index * per_address + (uint32_t)(port - first) / size;
	for (size_t i = 0; i < n_inside; i++) {
		if (n < prefix_size(&inside[i])) {
			*addr = (inside[i].addr & prefix_mask(inside[i].bits)) +
				(uint32_t)n;
			return true;
		}
		n -= prefix_size(&inside[i]);
	}
	return false;
}
