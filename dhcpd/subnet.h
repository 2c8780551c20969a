/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * subnet - which addresses there are, and which of them may be given to whom
 */
#ifndef DHCPD_SUBNET_H
#define DHCPD_SUBNET_H

#include "dhcpd/engine.h"

/**
 * struct subnets - what settings come to, before they are in force
 */
struct subnets {
	struct subnet *subnets;
	size_t n;
	struct reserved *by_address, *by_id;
	struct bucket *buckets;
};

/**
 * dhcp_subnets_make() - work the settings out; 0 or -ENOMEM
 * @subnets:	to be handed to dhcp_subnets_take() or dhcp_subnets_free()
 */
int dhcp_subnets_make(const struct dhcpd *dhcpd,
		      const struct dhcpd_settings *settings,
		      struct subnets *subnets);

/** dhcp_subnets_take() - put them in force; all leases find their new subnet */
void dhcp_subnets_take(struct dhcpd *dhcpd,
		       const struct dhcpd_settings *settings,
		       struct subnets *subnets);

/** dhcp_subnets_free() - release them */
void dhcp_subnets_free(struct subnets *subnets);

/** dhcp_subnets_clean() - release those in force */
void dhcp_subnets_clean(struct dhcpd *dhcpd);

/** dhcp_subnet_of() - index of the subnet of an address, or SUBNET_NONE */
uint32_t dhcp_subnet_of(const struct dhcpd *dhcpd, uint32_t address);

/** dhcp_subnet_on() - index of a LAN's subnet, or SUBNET_NONE */
uint32_t dhcp_subnet_on(const struct dhcpd *dhcpd, unsigned lan);

/** dhcp_address_own() - whether an address is the gateway's */
bool dhcp_address_own(const struct dhcpd *dhcpd, uint32_t address);

/** dhcp_address_host() - whether a client could have it: in the subnet, neither
 * its network nor broadcast address nor a gateway's */
bool dhcp_address_host(const struct dhcpd *dhcpd, uint32_t subnet,
		       uint32_t address);

/** dhcp_address_pooled() - whether it may be given to who has no reservation */
bool dhcp_address_pooled(const struct dhcpd *dhcpd, uint32_t subnet,
			 uint32_t address);

/** dhcp_address_fresh() - the next that was never given out, or 0 */
uint32_t dhcp_address_fresh(struct dhcpd *dhcpd, uint32_t subnet);

/**
 * dhcp_reservation_of() - a client's reservation in a subnet, or NULL
 * @mac:	its Ethernet address, or NULL
 * @id:		its option 61, or NULL
 */
const struct dhcpd_reservation *
dhcp_reservation_of(const struct dhcpd *dhcpd, uint32_t subnet,
		    const uint8_t *mac, const uint8_t *id, size_t id_len);

#endif /* DHCPD_SUBNET_H */
