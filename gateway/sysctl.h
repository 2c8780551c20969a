/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sysctl - the kernel's switches that a router needs, saved and put back
 */
#ifndef GATEWAY_SYSCTL_H
#define GATEWAY_SYSCTL_H

#include "gateway/gateway.h"
#include "gateway/rundir.h"

/**
 * sysctl_set() - forwarding on, redirects off, as the settings want it
 *
 * What is changed is saved first; what an earlier lapsed saved is kept.
 *
 * Return: 0, or a negative errno with one line logged.
 */
int sysctl_set(struct gateway *gateway);

/**
 * sysctl_host_ports() - keep 61000-65535 for the host's own connections
 *
 * Called once the pool is known to hold an address of the host; a second call
 * does nothing.
 */
void sysctl_host_ports(struct gateway *gateway);

/** sysctl_stop_forwarding() - until the next sysctl_set() */
void sysctl_stop_forwarding(struct gateway *gateway);

/** sysctl_restore_forwarding() - the first step of a stop */
void sysctl_restore_forwarding(struct rundir *rundir);

/**
 * sysctl_restore() - put everything back and forget what was saved
 *
 * Return: whether the machine forwards packets after it.
 */
bool sysctl_restore(struct rundir *rundir);

#endif /* GATEWAY_SYSCTL_H */
