/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * limit - what one subscriber may have (RFC 6888 REQ-4, REQ-5)
 */
#ifndef NAT_LIMIT_H
#define NAT_LIMIT_H

#include "nat/engine.h"

/**
 * limit_session() - whether a subscriber may have one session more
 * @why:	set to the counter of the refusal when it may not
 */
bool limit_session(struct nat *nat, struct nat_now now, uint32_t subscriber,
		   uint16_t policy, enum nat_stat *why);

#endif /* NAT_LIMIT_H */
