/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request_fault_nat - the faults of the NAT, as request_fault.c has those of
 * DHCP
 */
#ifndef GATEWAY_REQUEST_FAULT_NAT_H
#define GATEWAY_REQUEST_FAULT_NAT_H

#include "gateway/request.h"

/** fault_nat_find() - a kind by its name; false: there is none */
bool fault_nat_find(const char *name, enum nat_fault_kind *kind);

/** fault_nat_start() - begin to misbehave; answers */
enum request_result fault_nat_start(struct request *request,
				    enum nat_fault_kind kind);

/** fault_nat_rows() - those in force, a line each */
void fault_nat_rows(struct request *request);

/**
 * fault_nat_clear() - end fault @id of the NAT's, or all for 0
 *
 * What an unplug keeps from the DHCP server ends with it.
 *
 * Return: how many.
 */
unsigned fault_nat_clear(struct gateway *gateway, uint32_t id);

/*
 * Each engine numbers its faults from 1; to whoever asks, those of the NAT are
 * the odd numbers, and those of DHCP the even ones.
 */
static inline uint64_t fault_nat_id(uint32_t id)
{
	return UINT64_C(2) * id - 1;
}

static inline uint64_t fault_dhcp_id(uint32_t id)
{
	return UINT64_C(2) * id;
}

#endif /* GATEWAY_REQUEST_FAULT_NAT_H */
