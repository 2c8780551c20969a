/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * router - lapsed on the gateways of a lab
 */
#ifndef LAB_ROUTER_H
#define LAB_ROUTER_H

#include "lab/lab.h"

/** ROUTER_SOCKET, ROUTER_CARRIER_SOCKET - control sockets of the two */
#define ROUTER_SOCKET	      "/run/lapse/control.sock"
#define ROUTER_CARRIER_SOCKET "/run/lapse/carrier/control.sock"

/**
 * router_start() - start lapsed on all gateways, and wait until they serve
 * @lab:	its lapsed and outer_lapsed are set
 *
 * Return: 0, or a negative errno after a message.
 */
int router_start(struct lab *lab);

/**
 * router_locate() - remember where we are, and lapsed with us
 *
 * Called before there are namespaces: in those of mounts, and below a chroot(),
 * the kernel calls us by a name that leads nowhere.
 */
void router_locate(void);

#endif /* LAB_ROUTER_H */
