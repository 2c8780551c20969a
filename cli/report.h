/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - the heartbeat verdict in words
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>
#include <jansson.h>
#include "cli/command.h"

/**
 * report_flow_text() - print what became of a flow, for who never heard of NAT
 * @row:	a row of the request report
 */
void report_flow_text(const json_t *row);

/**
 * report_print() - ask a gateway for its report, and print it
 * @filter:	which flows; released
 * @profiles:	also what would be safe under each profile
 *
 * Return: an exit code, after a message if it is not CLI_OK.
 */
int report_print(const struct cli *cli, json_t *filter, bool profiles);

#endif /* CLI_REPORT_H */
