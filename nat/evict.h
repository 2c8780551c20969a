/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evict - `on-exhaustion: evict-oldest`: end a session to make room
 *
 * Against RFC 6888 REQ-11d, which is why it is never done unless the setting
 * says so. The oldest is the session that was silent for longest.
 */
#ifndef NAT_EVICT_H
#define NAT_EVICT_H

#include "nat/engine.h"

/**
 * evict_oldest() - end the session that stands in the way of a new one
 * @internal:	internal address that wants one
 * @why:	the limit that it met
 *
 * At a limit of its own a subscriber loses one of its own sessions, else
 * anybody's goes. No rate is made room for.
 *
 * Return: whether one was ended.
 */
bool evict_oldest(struct nat *nat, uint64_t now, uint32_t internal,
		  enum nat_stat why);

#endif /* NAT_EVICT_H */
