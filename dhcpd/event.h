/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event - the bounded ring of what happened
 */
#ifndef DHCPD_EVENT_H
#define DHCPD_EVENT_H

#include "dhcpd/engine.h"

/** dhcp_event_put() - into the ring; a full ring loses it and counts that */
void dhcp_event_put(struct dhcpd *dhcpd, const struct dhcpd_event *event);

/** dhcp_event_lease() - something about a lease and its client */
void dhcp_event_lease(struct dhcpd *dhcpd, struct dhcpd_now now,
		      enum dhcpd_event_type type, enum dhcpd_reason reason,
		      const struct lease *lease);

/** dhcp_seconds() - ms as option 51 tells them */
uint32_t dhcp_seconds(uint64_t ms);

#endif /* DHCPD_EVENT_H */
