/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit - what one subscriber may have (RFC 6888 REQ-4, REQ-5)
 */
#ifndef NAT_LIMIT_H
#define NAT_LIMIT_H

#include "nat/engine.h"

/**
 * limit_session() - whether there may be one session more
 * @subscriber:	whose: index, or NAT_NONE if it has nothing yet
 * @policy:	slot that it is under
 * @why:	set to the counter of the refusal when there may not
 *
 * Asked before anything is made for the session, a mapping included.
 */
bool limit_session(const struct nat *nat, struct nat_now now,
		   uint32_t subscriber, uint16_t policy, enum nat_stat *why);

/** limit_spend() - a session is made that limit_session() allowed */
void limit_spend(struct nat *nat, struct nat_now now, uint32_t subscriber,
		 uint16_t policy);

#endif /* NAT_LIMIT_H */
