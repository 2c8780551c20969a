/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * lease_row - leases, and events about them, as members of a JSON object
 */
#ifndef GATEWAY_LEASE_ROW_H
#define GATEWAY_LEASE_ROW_H

#include "dhcpd/events.h"
#include "dhcpd/report.h"
#include "gateway/request_row.h"

/** MAC_TEXT - bytes of an Ethernet address as text, NUL included */
#define MAC_TEXT sizeof("02:00:00:00:00:01")

/** mac_format() - "02:00:00:00:00:01"; Return: @text */
const char *mac_format(const uint8_t mac[static 6], char text[static MAC_TEXT]);

/** lease_members() - address, client-id, mac, hostname, state, times */
void lease_members(struct row *row, const struct dhcpd_lease_info *info);

/** lease_event_members() - what is known of the lease that an event is about */
void lease_event_members(struct row *row, const struct dhcpd_event *event);

#endif /* GATEWAY_LEASE_ROW_H */
