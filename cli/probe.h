/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * probe - what the files of the command probe share
 */
#ifndef CLI_PROBE_H
#define CLI_PROBE_H

#include <stddef.h>
#include "probe/finding.h"

/** probe_print_table() - @n findings for people, to standard output */
void probe_print_table(const struct probe_result *result,
		       const struct finding *finding, size_t n);

/** probe_print_json() - an object a setting, and one about the run, likewise */
void probe_print_json(const struct probe_result *result,
		      const struct finding *finding, size_t n);

/** probe_warn() - what makes the figures doubtful, to standard error */
void probe_warn(const struct probe_result *result);

#endif /* CLI_PROBE_H */
