/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * allocate - external addresses and ports: choose, take, let rest, free
 *
 * A port is taken while a mapping holds it, while it rests after that
 * (hold-down), or while it is reserved for the host.
 */
#ifndef NAT_ALLOCATE_H
#define NAT_ALLOCATE_H

#include "nat/engine.h"
#include "nat/packet.h"

/**
 * allocate_endpoint() - choose an external endpoint for a new mapping
 * @tuple:	of the packet that needs it
 * @policy:	index
 * @external:	set on success; taken only by allocate_take()
 * @why:	set to the counter of the refusal on failure
 *
 * Address by the pooling behaviour (RFC 4787 REQ-2), port by the allocation
 * behaviour (REQ-3, 3a, 4; RFC 6056 for random).
 */
bool allocate_endpoint(struct nat *nat, struct nat_now now,
		       const struct tuple *tuple, uint16_t policy,
		       struct endpoint *external, enum nat_stat *why);

/** allocate_take() - @mapping holds its external endpoint from now on */
void allocate_take(struct nat *nat, const struct mapping *mapping);

/** allocate_release() - @mapping, off the tables already, lets go of it */
void allocate_release(struct nat *nat, uint64_t now,
		      const struct mapping *mapping);

/** hold_expire() - free the ports that have rested by @now (lapse ms) */
void hold_expire(struct nat *nat, uint64_t now);

#endif /* NAT_ALLOCATE_H */
