// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_checks - the checks one after another, and their judgements; pure
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "cli/doctor_check.h"

void doctor_put(struct doctor_finding *finding, enum doctor_state state,
		const char *format, ...)
{
	va_list args;

	finding->state = state;
	va_start(args, format);
	vsnprintf(finding->found, sizeof(finding->found), format, args);
	va_end(args);
}

const struct doctor_tried *doctor_tried_as(const struct doctor_facts *facts,
					   enum doctor_use use,
					   enum doctor_trial trial)
{
	const struct doctor_tried *user = &facts->as_user.trial[trial];
	const struct doctor_tried *root = &facts->as_root.trial[trial];

	if (use == DOCTOR_EXEC_USER)
		return user;
	return !root->tried && user->works ? user : root;
}

bool doctor_works(const struct doctor_facts *facts, enum doctor_use use,
		  enum doctor_trial trial)
{
	return doctor_tried_as(facts, use, trial)->works;
}

void doctor_by_trial(struct doctor_finding *finding,
		     const struct doctor_tried *trial,
		     enum doctor_state without)
{
	if (trial->works)
		doctor_put(finding, DOCTOR_OK, "works");
	else if (trial->tried)
		doctor_put(finding, without, "%s", trial->why);
	else
		doctor_put(finding, DOCTOR_UNTRIED, "not tried");
}

const struct doctor_check *doctor_check_at(size_t i)
{
	static const struct doctor_check *const tables[] = {
		doctor_check_rights,
		doctor_check_packets,
		doctor_check_lab,
	};

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct doctor_check *c = tables[t]; c->name; c++)
			if (!i--)
				return c;
	return NULL;
}

void doctor_judge(const struct doctor_check *check,
		  const struct doctor_facts *facts, enum doctor_use use,
		  struct doctor_finding *finding)
{
	memset(finding, 0, sizeof(*finding));
	if (check->judge)
		check->judge(facts, use, finding);
	else if (check->without[use] != DOCTOR_UNUSED)
		doctor_by_trial(finding,
				doctor_tried_as(facts, use, check->trial),
				check->without[use]);
	if (finding->state < DOCTOR_LIMITED)
		finding->remedy = NULL;
	else if (!finding->remedy)
		finding->remedy = check->remedy;
}

const char *doctor_state_name(enum doctor_state state)
{
	static const char *const names[] = {
		[DOCTOR_UNUSED] = "-",	      [DOCTOR_OK] = "ok",
		[DOCTOR_UNTRIED] = "untried", [DOCTOR_LIMITED] = "limited",
		[DOCTOR_MISSING] = "missing",
	};

	return names[state];
}

enum doctor_state doctor_verdict(const struct doctor_facts *facts,
				 enum doctor_use use)
{
	enum doctor_state worst = DOCTOR_OK;
	const struct doctor_check *check;
	struct doctor_finding finding;

	for (size_t i = 0; (check = doctor_check_at(i)); i++) {
		doctor_judge(check, facts, use, &finding);
		if (finding.state > worst)
			worst = finding.state;
	}
	return worst;
}
