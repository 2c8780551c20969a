/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service - what runs on the server of a lab, and whether it serves
 */
#ifndef LAB_SERVICE_H
#define LAB_SERVICE_H

#include <stdbool.h>
#include "lab/lab.h"

/** service_listens() - whether a socket waits for clients; called there */
bool service_listens(void);

/**
 * service_lives() - whether a process of the lab runs on a host
 *
 * Called by process 1: it sees those of the lab in its /proc, and is not one.
 */
bool service_lives(const struct lab_host *host);

#endif /* LAB_SERVICE_H */
