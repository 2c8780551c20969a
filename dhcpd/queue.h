/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * queue - the replies that wait to be fetched
 */
#ifndef DHCPD_QUEUE_H
#define DHCPD_QUEUE_H

#include "dhcpd/engine.h"

/** dhcp_replies_alloc() - their slots; 0 or -ENOMEM */
int dhcp_replies_alloc(struct dhcpd *dhcpd, struct dhcpd_now now);

/** dhcp_replies_free() - release them */
void dhcp_replies_free(struct dhcpd *dhcpd);

/**
 * dhcp_reply_slot() - room for a reply
 *
 * Return: NULL if there is none, which is counted.
 */
struct reply_slot *dhcp_reply_slot(struct dhcpd *dhcpd);

/** dhcp_reply_queue() - a slot is filled in: to be fetched from @due (real ms)
 */
void dhcp_reply_queue(struct dhcpd *dhcpd, struct dhcpd_now now,
		      struct reply_slot *slot, uint64_t due);

/** dhcp_reply_release() - let one go that was held back; false: none is due */
bool dhcp_reply_release(struct dhcpd *dhcpd, struct dhcpd_now now);

#endif /* DHCPD_QUEUE_H */
