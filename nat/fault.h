/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault - misbehaviour on command, for all clients or some, for a while
 */
#ifndef NAT_FAULT_H
#define NAT_FAULT_H

#include "nat/step.h"

/** fault_drops() - whether a fault swallows this packet (then counted)
 * @client:	internal address that it is from or for; 0 if nobody's
 * @side:	who sent it
 */
bool fault_drops(struct step *step, uint32_t client, enum side side);

/** fault_exhausts() - whether a client finds all ports taken */
bool fault_exhausts(const struct nat *nat, uint32_t client);

/** fault_expire() - end the faults whose time is over */
void fault_expire(struct nat *nat, uint64_t now);

/** fault_next() - when fault_expire() is due, lapse ms, or NAT_NEVER */
uint64_t fault_next(const struct nat *nat);

#endif /* NAT_FAULT_H */
