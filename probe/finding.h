/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finding - a result, setting by setting, and as a profile
 */
#ifndef PROBE_FINDING_H
#define PROBE_FINDING_H

#include <stdio.h>
#include "probe/result.h"

/** FINDINGS - how many there are */
#define FINDINGS 13

/** FINDING_TEXT - bytes of a text at most, NUL included */
#define FINDING_TEXT 320

/**
 * struct finding - about one setting of lapse.yaml(5)
 * @key:	its path, or pool-size
 * @value:	what a profile should say; "": nothing is known
 * @seen:	what was found, for people
 * @class:	"measured"; "assumed": one of several still possible; NULL:
 *		not known
 * @text:	how it was found
 * @set:	behaviours still possible,
 * @names:	and the names of the bits; NULL: this is no set
 * @timer:	the timer, or NULL
 */
struct finding {
	const char *key;
	char value[32];
	char seen[128];
	const char *class;
	char text[FINDING_TEXT];
	unsigned set;
	const char *const *names;
	const struct probe_timer *timer;
};

/**
 * finding_list() - all that @result says
 * @finding:	set; they point into @result
 *
 * Return: how many.
 */
size_t finding_list(const struct probe_result *result,
		    struct finding finding[static FINDINGS]);

/**
 * finding_profile() - a profile that lapsed can load
 * @out:	where it is written; the caller looks at its errors
 *
 * What is not known is left out, and so is as the defaults have it.
 */
void finding_profile(const struct probe_result *result, FILE *out);

#endif /* PROBE_FINDING_H */
