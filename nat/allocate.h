/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * allocate - external addresses and ports for mappings: choose, take, release
 */
#ifndef NAT_ALLOCATE_H
#define NAT_ALLOCATE_H

#include "nat/engine.h"
#include "nat/packet.h"

/**
 * struct allocation - what a new mapping may have
 * @block:	the port block that it is from, or NAT_NONE
 */
struct allocation {
	struct endpoint external;
	uint32_t block;
};

/**
 * allocate_endpoint() - choose an external endpoint for a new mapping
 * @tuple:	of the packet that needs it
 * @policy:	index
 * @got:	set on success; taken only by allocate_take()
 * @why:	set to the counter of the refusal on failure
 *
 * One of four ways: an address of its own (basic NAT), a computed block (RFC
 * 7422), a port block (RFC 6888 REQ-14), or a port of a shared address.
 */
bool allocate_endpoint(struct nat *nat, struct nat_now now,
		       const struct tuple *tuple, uint16_t policy,
		       struct allocation *got, enum nat_stat *why);

/** allocate_take() - @mapping holds its external endpoint from now on */
void allocate_take(struct nat *nat, const struct mapping *mapping);

/**
 * allocate_release() - @mapping, off the tables already, lets go of it
 * @rest:	whether its port rests as the setting says; else it is free
 */
void allocate_release(struct nat *nat, uint64_t now,
		      const struct mapping *mapping, bool rest);

/** allocate_disown() - @internal is gone: an address of its own is free */
void allocate_disown(struct nat *nat, uint32_t internal);

/**
 * address_shift() - from now on @internal has another address than it would
 *
 * Return: the address to use now: an index.
 */
uint32_t address_shift(struct nat *nat, uint32_t internal);

/**
 * address_choice() - the address to try first for @internal
 * @only:	set: whether no other will do, since the subscriber is paired
 *
 * By the pooling behaviour (RFC 4787 REQ-2). Return: an index.
 */
uint32_t address_choice(struct nat *nat, uint32_t internal,
			const struct nat_policy *policy, bool *only);

#endif /* NAT_ALLOCATE_H */
