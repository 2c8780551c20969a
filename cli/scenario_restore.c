// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_restore - put back what a scenario has changed
 */
#include "cli/scenario_run.h"

#include <string.h>

bool run_clear(struct run *run, const char *name, struct run_result *result)
{
	bool good = true;
	size_t kept = 0;

	for (size_t i = 0; i < run->n_faults; i++) {
		const struct run_fault *fault = &run->fault[i];

		if (strcmp(name, "all") != 0 &&
		    strcmp(name, fault->name) != 0) {
			run->fault[kept++] = *fault;
			continue;
		}
		/* one that has ended by itself is no mistake */
		if (!run_ask(run,
			     json_pack("{s:s, s:I}", "request", "fault-clear",
				       "id", fault->id),
			     NULL, NULL, NULL, result) &&
		    run->lost)
			good = false;
	}
	run->n_faults = kept;
	return good;
}

/** restore_settings() - what was set, as it was */
static bool restore_settings(struct run *run, struct run_result *result)
{
	json_t *request;

	if (json_object_size(run->assignments))
		request = json_pack("{s:s, s:b, s:O}", "request", "set",
				    "replace", 1, "values", run->assignments);
	else
		request = json_pack("{s:s}", "request", "unset");
	return run_ask(run, request, NULL, NULL, NULL, result);
}

/** restore_clock() - its scale, and whether it runs; never its time */
static bool restore_clock(struct run *run, struct run_result *result)
{
	return run_ask(run,
		       json_pack("{s:s, s:f}", "request", "clock-scale",
				 "scale", run->scale),
		       NULL, NULL, NULL, result) &&
	       run_ask(run,
		       json_pack("{s:s}", "request",
				 run->frozen ? "clock-freeze" : "clock-resume"),
		       NULL, NULL, NULL, result);
}

void run_restore(struct run *run)
{
	struct run_result result = {0};
	bool good = true;

	/* who does not answer any more has said so */
	if (!run->lost)
		good = run_clear(run, "all", &result);
	if (!run->lost && run->is_set)
		good = restore_settings(run, &result) && good;
	if (!run->lost && run->is_timed)
		good = restore_clock(run, &result) && good;
	if (good)
		return;
	cli_error(CLI_FAILED, "what the scenario changed is not put back: %s",
		  result.got);
	if (run->code == CLI_OK)
		run->code = CLI_FAILED;
}
