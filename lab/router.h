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
 * router_environment() - what undoes, as spawn()'s environment, what a
 * router_check() changes in ours
 *
 * Return: text, the caller's to free(); NULL when memory is out.
 */
char *router_environment(void);

/**
 * router_check() - whether the settings are right, before anything is made
 *
 * Return: 0; -EINVAL after messages that say what would be right; -ENOMEM.
 */
int router_check(const struct lab_spec *spec);

/**
 * router_start() - start lapsed on all gateways, and wait until they serve
 * @pid:	set to the gateway's lapsed
 *
 * Return: 0, or a negative errno after a message.
 */
int router_start(const struct lab *lab, pid_t *pid);

/**
 * router_program() - find a program of ours: beside the one that runs, where
 * `make install` puts it, or in the PATH
 *
 * Return: text, the caller's to free(); NULL when memory is out.
 */
char *router_program(const char *name);

#endif /* LAB_ROUTER_H */
