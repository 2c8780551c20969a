/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * command - the table of commands, for who goes through it
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/cli.h"

/** command_at() - the table of cli/main.c, one by one; NULL at the end */
const struct command *command_at(size_t i);

#endif /* CLI_COMMAND_H */
