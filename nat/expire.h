/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * expire - the end by a timer, and who is told of it
 */
#ifndef NAT_EXPIRE_H
#define NAT_EXPIRE_H

#include "nat/engine.h"

/** session_lapse() - @session's deadline is over: tell whom the setting says,
 *  count, end it */
void session_lapse(struct nat *nat, uint64_t now, struct session *session);

/** mapping_lapse() - all that keeps this mapping alive is overdue: end it */
void mapping_lapse(struct nat *nat, uint64_t now, uint32_t mapping);

#endif /* NAT_EXPIRE_H */
