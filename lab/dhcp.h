/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp - let a client of a lab ask for its address, by a client of Debian's
 */
#ifndef LAB_DHCP_H
#define LAB_DHCP_H

#include "lab/lab.h"

/**
 * dhcp_start() - start dhclient or udhcpc on all clients, wait for addresses
 *
 * They run on, renew and rebind as they do elsewhere; with a script of ours,
 * for theirs would write the host's files.
 *
 * Return: 0, or a negative errno after a message.
 */
int dhcp_start(const struct lab *lab);

#endif /* LAB_DHCP_H */
