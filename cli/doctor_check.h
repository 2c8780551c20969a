/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_check - what the files of checks share
 *
 * A new check is an entry of one of the tables: by one trial alone, or with a
 * judge of its own. The manual lapse(1) lists their names.
 */
#ifndef CLI_DOCTOR_CHECK_H
#define CLI_DOCTOR_CHECK_H

#include "cli/doctor.h"

/* For @without of what only exec and lab need. */
#define MISSING_FOR_EXEC                                      \
	{                                                     \
		DOCTOR_UNUSED, DOCTOR_MISSING, DOCTOR_MISSING \
	}
#define LIMITS_EXEC                                           \
	{                                                     \
		DOCTOR_UNUSED, DOCTOR_LIMITED, DOCTOR_LIMITED \
	}

/* --- doctor_checks.c: for judges --- */

/** doctor_put() - what was found, as printf() does */
void doctor_put(struct doctor_finding *finding, enum doctor_state state,
		const char *format, ...) __attribute__((format(printf, 3, 4)));

/**
 * doctor_tried_as() - a trial as this use would have made it
 *
 * What works in an ordinary user's namespace is in the kernel for root, too.
 */
const struct doctor_tried *doctor_tried_as(const struct doctor_facts *facts,
					   enum doctor_use use,
					   enum doctor_trial trial);

/** doctor_works() - whether it did */
bool doctor_works(const struct doctor_facts *facts, enum doctor_use use,
		  enum doctor_trial trial);

/** doctor_by_trial() - a finding from one trial; @without: when it fails */
void doctor_by_trial(struct doctor_finding *finding,
		     const struct doctor_tried *trial,
		     enum doctor_state without);

/* --- the tables, each to an entry without a name --- */

extern const struct doctor_check doctor_check_rights[];
extern const struct doctor_check doctor_check_packets[];
extern const struct doctor_check doctor_check_lab[];

#endif /* CLI_DOCTOR_CHECK_H */
