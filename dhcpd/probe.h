/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe - offers that wait until it is known that nobody uses the address
 */
#ifndef DHCPD_PROBE_H
#define DHCPD_PROBE_H

#include "dhcpd/engine.h"

/**
 * dhcp_probe_start() - offer a lease, but ask for its address first
 * @lease:	the client's
 * @packet:	its DHCPDISCOVER, which is copied: it is handled again then
 *
 * If this very lease is being probed, the newer DHCPDISCOVER replaces the one
 * that waits.
 *
 * Return: false if too many are under way.
 */
bool dhcp_probe_start(struct dhcpd *dhcpd, struct dhcpd_now now,
		      struct lease *lease, const struct dhcpd_packet *packet);

/** dhcp_probe_finish() - go on with the DHCPDISCOVER that waited for it */
void dhcp_probe_finish(struct dhcpd *dhcpd, struct dhcpd_now now,
		       struct lease *lease, bool taken);

/** dhcp_probe_give_up() - forget the DHCPDISCOVER, if one waits */
void dhcp_probe_give_up(struct dhcpd *dhcpd, struct lease *lease);

#endif /* DHCPD_PROBE_H */
