/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address - the pool of external addresses
 */
#ifndef NAT_ADDRESS_H
#define NAT_ADDRESS_H

#include "nat/engine.h"

/** address_index() - index of an address of the pool, or NAT_NONE */
uint32_t address_index(const struct nat *nat, uint32_t addr);

/** address_own() - whether @addr is one of the gateway's, not internal */
bool address_own(const struct nat *nat, uint32_t addr);

/**
 * addresses_free() - release a list of addresses
 * @nat:	engine whose own addresses keep what they share with @list, or
 *		NULL
 */
void addresses_free(const struct nat *nat, struct external_address *list,
		    uint32_t n);

#endif /* NAT_ADDRESS_H */
