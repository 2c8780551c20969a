/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report - the heartbeat verdict in words
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <jansson.h>

/**
 * report_flow_text() - print what became of a flow, for who never heard of NAT
 * @row:	a row of the request report
 */
void report_flow_text(const json_t *row);

#endif /* CLI_REPORT_H */
