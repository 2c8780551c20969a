/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario_host - where a program of a scenario runs
 *
 * A host is a network namespace. This is the one place that knows what names
 * hosts have.
 */
#ifndef CLI_SCENARIO_HOST_H
#define CLI_SCENARIO_HOST_H

#include <stdbool.h>
#include <stddef.h>

/** host_valid() - whether a host can have this name */
bool host_valid(const char *name);

/**
 * host_open() - the network namespace of a host
 * @name:	valid: one of `ip netns`, or the number of a process
 * @why:	on failure, what is wrong and what would help
 * @size:	bytes of @why
 *
 * Return: a file descriptor for setns(), to be closed, which no program
 * inherits; -1 on failure.
 */
int host_open(const char *name, char *why, size_t size);

#endif /* CLI_SCENARIO_HOST_H */
