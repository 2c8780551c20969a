// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * settings - the defaults, and the words of the settings
 */
#include "dhcpd/settings.h"

#define NAME(id, name) name,

const char *const dhcpd_allocation_names[] = {DHCPD_ALLOCATION_LIST(NAME) NULL};

void dhcpd_settings_default(struct dhcpd_settings *settings)
{
	*settings = (struct dhcpd_settings){
		.conflict_probe = true,
		.decline_time = 600000,
		.offer_time = 60000,
		.probe_time = 500,
		.rate_limit = 500,
		.max_leases = 65536,
	};
}

void dhcpd_subnet_default(struct dhcpd_subnet *subnet)
{
	*subnet = (struct dhcpd_subnet){
		.lan = DHCPD_NO_LAN,
		.allocation = DHCPD_ALLOCATE_DYNAMIC,
		.lease_time = 3600000,
	};
}
