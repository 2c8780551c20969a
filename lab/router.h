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
 * router_program() - find a program of ours: beside the one that runs, where
 * `make install` puts it, or in the PATH
 *
 * Return: text, the caller's to free(); NULL when memory is out.
 */
char *router_program(const char *name);

#endif /* LAB_ROUTER_H */
