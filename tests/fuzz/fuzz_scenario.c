// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_scenario - scenario files: errors with a place, or steps to be run
 *
 * What is accepted must be whole: whoever runs it relies on that.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scenario.h"
#include "cli/scenario_host.h"
#include "tests/fuzz/fuzz.h"

/** is_request() - whether it is a request that can be sent on one line */
static bool is_request(const json_t *request)
{
	char *text = json_dumps(request, JSON_COMPACT);
	bool good = text && !strchr(text, '\n') &&
		    json_is_string(json_object_get(request, "request"));

	free(text);
	return good;
}

/** check_command() - a program can be started */
static void check_command(const struct scenario_command *command)
{
	demand(command->argv && command->argv[0] && *command->argv[0] &&
		       command->name,
	       "a program has words and a name");
	demand(!command->host || host_valid(command->host), "its host is one");
}

/** check_step() - what the runner takes for granted */
static void check_step(const struct scenario_step *step)
{
	const struct scenario_check *check = &step->check;

	demand(step->line && step->what && *step->what, "a step is described");
	demand(!step->on || is_request(step->on), "on is a request");
	switch (step->kind) {
	case SCENARIO_SET:
	case SCENARIO_CLOCK:
	case SCENARIO_WAIT_EVENT:
		demand(is_request(step->request), "a request");
		break;
	case SCENARIO_FAULT:
		demand(is_request(step->request) && step->target, "a fault");
		break;
	case SCENARIO_CLEAR:
	case SCENARIO_WAIT_EXIT:
		demand(step->target != NULL, "a target");
		break;
	case SCENARIO_RUN:
		check_command(&step->command);
		break;
	case SCENARIO_ASSERT:
		demand(check->request ? is_request(check->request)
				      : check->name != NULL,
		       "something to be looked at");
		demand(check->subject == SUBJECT_ROWS || check->name,
		       "its name");
		demand(check->text || (check->subject != SUBJECT_MATCHES &&
				       check->subject != SUBJECT_SETTING &&
				       check->subject != SUBJECT_OUTPUT),
		       "its text");
		break;
	case SCENARIO_CLOCK_TO:
	case SCENARIO_WAIT_FOR:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	struct scenario *scenario;

	if (!out || setenv("LAPSE_PROFILE_PATH", "conf/profiles", 1))
		abort();
	scenario = scenario_parse((const char *)data, size, "fuzz", out);
	fclose(out);
	demand(!scenario == !!errors[0], "errors and a scenario at once");
	demand(!scenario || (scenario->n && scenario->n <= SCENARIO_STEPS_MAX),
	       "steps");
	for (size_t i = 0; scenario && i < scenario->n; i++) {
		check_step(&scenario->step[i]);
		demand(!i || scenario->step[i].earliest >=
				       scenario->step[i - 1].earliest,
		       "time never runs backwards");
	}
	scenario_free(scenario);
	free(errors);
	return 0;
}
