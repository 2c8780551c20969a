/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hold - freed ports that rest, and ports that are the host's
 *
 * A port is in an address's set of taken ones while a mapping holds it, while
 * it rests after that (RFC 6888 REQ-8), or while it is reserved for the host.
 */
#ifndef NAT_HOLD_H
#define NAT_HOLD_H

#include "nat/engine.h"

/** hold_alloc() - take the memory; 0 or -ENOMEM */
int hold_alloc(struct nat *nat, uint64_t now);

/**
 * hold_port() - nobody maps to this port any more
 * @rest:	lapse ms that it rests; 0: free at once
 */
void hold_port(struct nat *nat, uint64_t now, uint64_t rest, uint32_t address,
	       enum port_class class, uint16_t port);

/** hold_expire() - free the ports that have rested by @now (lapse ms) */
void hold_expire(struct nat *nat, uint64_t now);

/** hold_forget() - ports of address @index no longer rest: it is gone */
void hold_forget(struct nat *nat, uint32_t index);

#endif /* NAT_HOLD_H */
