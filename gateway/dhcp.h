/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp - the DHCP server's place in the daemon: engine, sockets, lease journal
 *
 * Every function takes NULL for "no DHCP in the settings".
 */
#ifndef GATEWAY_DHCP_H
#define GATEWAY_DHCP_H

#include "dhcpd/dhcpd.h"
#include "gateway/gateway.h"

struct dhcp;

/**
 * dhcp_open() - make the engine, take over the leases, open the sockets
 * @gateway:	outlives it; its loop, conf and monitor are used
 * @out:	set on success: to NULL if the settings have no DHCP;
 *dhcp_close() releases it
 *
 * Return: 0, or a negative errno with one line logged (but for -ENOMEM).
 */
int dhcp_open(struct gateway *gateway, struct dhcp **out);

/**
 * dhcp_start() - begin to write the journal, in its own thread
 *
 * After privileges were dropped: those of a thread are its own.
 */
int dhcp_start(struct dhcp *dhcp);

/** dhcp_engine() - the engine; NULL: there is none */
struct dhcpd *dhcp_engine(const struct dhcp *dhcp);

/** dhcp_gateway() - whose it is */
struct gateway *dhcp_gateway(const struct dhcp *dhcp);

/** dhcp_now() - the time for an engine call */
struct dhcpd_now dhcp_now(const struct gateway *gateway);

/**
 * dhcp_settle() - after the engine was called or the clock moved
 *
 * Its share of gateway_settle(): does what is due, in slices; hands changes to
 * the journal, sends replies, or holds them until their change is durable;
 * sends probes; tells of events.
 *
 * Return: true if more is due.
 */
bool dhcp_settle(struct dhcp *dhcp);

/**
 * dhcp_next() - when dhcp_settle() is due by itself
 * @lapse:	set to lapse ms, or DHCPD_NEVER
 * @real:	set to real ms, or DHCPD_NEVER
 */
void dhcp_next(const struct dhcp *dhcp, uint64_t *lapse, uint64_t *real);

/** dhcp_is_due() - whether something has lapsed that was not seen to yet */
bool dhcp_is_due(const struct dhcp *dhcp);

/** dhcp_refresh() - interfaces or addresses of the host have changed */
void dhcp_refresh(struct dhcp *dhcp);

/**
 * dhcp_configure() - put other settings in force
 * @conf:	outlives them
 *
 * Whether there is DHCP, its LANs, lease file and size of table are what they
 * were: only a restart can change them.
 *
 * Return: 0, or a negative errno with nothing changed.
 */
int dhcp_configure(struct dhcp *dhcp, struct conf *conf);

/**
 * dhcp_refuses() - whether `enforce-leases` drops a client's packet
 * @source:	its internal source address
 * @mac:	its Ethernet source, or NULL
 *
 * The lease must be valid, and where the client is on the link also its own:
 * else who keeps using an expired lease would share the next holder's address.
 * One hash look-up. The violation is noted.
 */
bool dhcp_refuses(struct dhcp *dhcp, struct nat_now now, uint32_t source,
		  const uint8_t *mac);

/** dhcp_close() - write what is to be written, release all */
void dhcp_close(struct dhcp *dhcp);

#endif /* GATEWAY_DHCP_H */
