// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_settings - what the DHCP engine is told: the settings, and what only
 * the machine knows
 */
#include "gateway/dhcp_settings.h"

#include <stdlib.h>
#include <string.h>
#include "gateway/resolvers.h"

void dhcp_settings_dns(struct conf *conf)
{
	uint32_t list[RESOLVERS_MAX];
	size_t n;

	if (!conf->dhcp_dns_open)
		return;
	n = resolvers_read(list);
	if (!n)
		log_warning("DHCP: no resolver for the clients is known: set "
			    "dhcp.dns");
	conf_dhcp_dns(conf, list, n);
}

struct dhcp_settings *dhcp_settings_make(const struct conf *conf,
					 const struct plan *plan)
{
	struct dhcp_settings *settings = calloc(1, sizeof(*settings));
	const struct dhcpd_addresses *own = &conf->dhcp.own;
	size_t n = own->n + plan->n_host;

	if (!settings)
		return NULL;
	settings->own = calloc(n + 1, sizeof(*settings->own));
	if (!settings->own) {
		free(settings);
		return NULL;
	}
	settings->dhcpd = conf->dhcp;
	for (size_t i = 0; i < own->n; i++)
		settings->own[i] = own->list[i];
	for (size_t i = 0; i < plan->n_host; i++)
		settings->own[own->n + i] = plan->host[i];
	settings->dhcpd.own.list = settings->own;
	settings->dhcpd.own.n = n;
	return settings;
}

bool dhcp_settings_same(const struct dhcp_settings *a,
			const struct dhcp_settings *b)
{
	return a->dhcpd.own.n == b->dhcpd.own.n &&
	       memcmp(a->own, b->own, a->dhcpd.own.n * sizeof(*a->own)) == 0;
}

void dhcp_settings_free(struct dhcp_settings *settings)
{
	if (!settings)
		return;
	free(settings->own);
	free(settings);
}
