/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_settings - what the DHCP engine is told: the settings, and what only
 * the machine knows
 */
#ifndef GATEWAY_DHCP_SETTINGS_H
#define GATEWAY_DHCP_SETTINGS_H

#include "conf/conf.h"
#include "dhcpd/settings.h"
#include "gateway/plan.h"

/**
 * struct dhcp_settings - complete
 * @dhcpd:	for the engine; its arrays are the conf's, but for @own
 * @own:	the host's addresses, ours to free
 */
struct dhcp_settings {
	struct dhcpd_settings dhcpd;
	uint32_t *own;
};

/**
 * dhcp_settings_dns() - give clients the host's resolvers where nothing is said
 *
 * Once for a conf, before its settings are made.
 */
void dhcp_settings_dns(struct conf *conf);

/**
 * dhcp_settings_make() - put them together
 * @conf:	keeps what is its own, and outlives them
 * @plan:	the host's addresses
 *
 * Return: the settings, to be released by dhcp_settings_free(); NULL when out
 * of memory.
 */
struct dhcp_settings *dhcp_settings_make(const struct conf *conf,
					 const struct plan *plan);

/** dhcp_settings_same() - whether two differ in nothing the machine knows */
bool dhcp_settings_same(const struct dhcp_settings *a,
			const struct dhcp_settings *b);

/** dhcp_settings_free() - release what is not the conf's; NULL is fine */
void dhcp_settings_free(struct dhcp_settings *settings);

#endif /* GATEWAY_DHCP_SETTINGS_H */
