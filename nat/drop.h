/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * drop - count what is dropped, for its client too; for the files of nat/ only
 */
#ifndef NAT_DROP_H
#define NAT_DROP_H

#include "nat/engine.h"

/**
 * drop_count() - a packet is dropped that has no struct step any more
 * @stat:	why
 * @client:	internal address, host order; 0: not known. Counted for it only
 *		while it has a mapping, so that spoofed sources take no memory.
 * @side:	who sent it
 */
void drop_count(struct nat *nat, enum nat_stat stat, uint32_t client,
		enum side side);

#endif /* NAT_DROP_H */
