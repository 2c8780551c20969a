/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * capture - record both sides of the NAT into one pcapng file
 *
 * tcpdump takes one interface of one network namespace; here are several, and
 * with their packets in one file one sees what the NAT made of each.
 */
#ifndef LAB_CAPTURE_H
#define LAB_CAPTURE_H

#include "lab/lab.h"

/**
 * capture_start() - record the gateway's lan and wan, and the carrier's wan
 * @fd:		file to write to; a process of its own has it from here on
 * @stop:	set to a descriptor that ends the recording when it is closed
 *
 * Return: the process that records, or a negative errno after a message.
 */
pid_t capture_start(const struct lab *lab, int fd, int *stop);

#endif /* LAB_CAPTURE_H */
