/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * names - what lapsed calls its events, their reasons, and its faults
 *
 * Each list ends with NULL; a name that both engines know may be there twice.
 */
#ifndef CLI_NAMES_H
#define CLI_NAMES_H

extern const char *const names_events[];
extern const char *const names_reasons[];
extern const char *const names_faults[];

#endif /* CLI_NAMES_H */
