// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_whom - which DHCP clients a request means
 */
#include "gateway/request_whom.h"

#include <string.h>
#include "base/endpoint.h"
#include "conf/value.h"

/* Ethernet's number as a hardware type (RFC 1700). */
#define HTYPE_ETHERNET 1

/** by_name() - a client of the settings; false if there is none */
static bool by_name(const char *text, const struct conf *conf,
		    struct whom *whom)
{
	for (size_t i = 0; i < conf->nat.n_clients; i++) {
		const struct nat_client_rule *rule = &conf->nat.clients[i];

		if (strcmp(rule->name, text) != 0)
			continue;
		whom->kind = rule->by_mac ? DHCPD_BY_MAC : DHCPD_BY_ADDRESS;
		memcpy(whom->mac, rule->mac, sizeof(whom->mac));
		whom->addr = rule->addr;
		whom->bits = rule->bits;
		return true;
	}
	return false;
}

bool whom_parse(const char *text, const struct conf *conf, struct whom *whom)
{
	*whom = (struct whom){.kind = DHCPD_ALL};
	if (!text)
		return true;
	if (prefix_parse(text, &whom->addr, &whom->bits)) {
		whom->kind = DHCPD_BY_ADDRESS;
		return true;
	}
	if (mac_parse(text, whom->mac)) {
		whom->kind = DHCPD_BY_MAC;
		return true;
	}
	return by_name(text, conf, whom);
}

bool whom_lease(const struct whom *whom, const struct dhcpd_lease_info *info)
{
	switch (whom->kind) {
	case DHCPD_BY_MAC:
		return info->htype == HTYPE_ETHERNET && info->hlen == 6 &&
		       memcmp(info->chaddr, whom->mac, 6) == 0;
	case DHCPD_BY_ADDRESS:
		return ((info->address ^ whom->addr) &
			prefix_mask(whom->bits)) == 0;
	case DHCPD_ALL:
		break;
	}
	return true;
}
