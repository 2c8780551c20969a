/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings - change the settings of a running lapsed
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include "cli/cli.h"

/**
 * settings_change() - send a request that changes settings, say what it did
 * @request:	its reference is taken, NULL is "out of memory"
 *
 * Return: exit code.
 */
int settings_change(const struct cli *cli, json_t *request);

/**
 * settings_profile() - put a profile in force
 * @client:	for whom, or NULL: for all that have none of their own
 *
 * Return: exit code.
 */
int settings_profile(const struct cli *cli, const char *name,
		     const char *client);

#endif /* CLI_SETTINGS_H */
