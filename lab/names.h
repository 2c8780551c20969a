/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names - what the hosts of a lab are called, and whom they ask for others
 */
#ifndef LAB_NAMES_H
#define LAB_NAMES_H

#include "lab/lab.h"

/**
 * names_write() - the lab's /etc/hosts and /etc/resolv.conf
 * @lab:	its hosts are named
 *
 * NAME and NAME.lab, but for those hosts that get their addresses later.
 *
 * Return: 0, or a negative errno after a message.
 */
int names_write(const struct lab *lab);

#endif /* LAB_NAMES_H */
