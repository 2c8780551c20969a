/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_lan - the DHCP server's sockets on one LAN
 *
 * A packet socket, because a client without an address sends from 0.0.0.0 and
 * cannot answer ARP; another one for ARP probes; and a UDP socket on port 67
 * that is only drained: were the port unbound, the kernel would answer a
 * unicast DHCPREQUEST with ICMP 3/3.
 */
#ifndef GATEWAY_DHCP_LAN_H
#define GATEWAY_DHCP_LAN_H

#include "gateway/dhcp.h"

struct dhcp_lan;

/**
 * dhcp_lan_open() - open the sockets of a LAN; nothing is bound to it yet
 * @dhcp:	who takes what comes; outlives the LAN
 * @number:	by which the engine knows it: index in conf->dhcp_lan
 * @out:	set on success; dhcp_lan_close() releases it
 *
 * Return: 0, or a negative errno with one line logged; -EADDRINUSE when
 * another server has port 67.
 */
int dhcp_lan_open(struct dhcp *dhcp, unsigned number, struct dhcp_lan **out);

/** dhcp_lan_bind() - follow the interface to the index that it has now */
void dhcp_lan_bind(struct dhcp_lan *lan);

/** dhcp_lan_send() - send a reply, the way that it says */
void dhcp_lan_send(struct dhcp_lan *lan, const struct dhcpd_reply *reply);

/** dhcp_lan_probe() - ask by ARP who has an address */
void dhcp_lan_probe(struct dhcp_lan *lan, uint32_t address);

/** dhcp_lan_close() - NULL is fine */
void dhcp_lan_close(struct dhcp_lan *lan);

#endif /* GATEWAY_DHCP_LAN_H */
