// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_scenario - scenario files: what is read, and what is refused where
 */
#include "tests/unit/test_conf_util.h"

#include <signal.h>
#include <time.h>
#include "base/duration.h"
#include "cli/scenario.h"
#include "cli/scenario_host.h"
#include "cli/scenario_program.h"

/** take() - a scenario that is right, called "t" */
static struct scenario *take(const char *text)
{
	struct scenario *scenario =
		scenario_parse(text, strlen(text), "t", stderr);

	if (!scenario)
		fail_msg("refused: %s", text);
	return scenario;
}

/** errors_of() - the errors of one that is wrong, to be freed */
static char *errors_of(const char *text)
{
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	struct scenario *scenario;

	assert_non_null(out);
	scenario = scenario_parse(text, strlen(text), "t", out);
	assert_int_equal(fclose(out), 0);
	if (scenario)
		fail_msg("accepted: %s", text);
	return errors;
}

/** is_request() - whether a request is this JSON */
static void is_request(const json_t *request, const char *text)
{
	json_t *wanted = json_loads(text, 0, NULL);
	char *got = json_dumps(request, 0);

	assert_non_null(wanted);
	if (!json_equal(request, wanted))
		fail_msg("%s is not %s", got, text);
	json_decref(wanted);
	free(got);
}

/** request_of() - what a step of one line asks of lapsed */
static void request_of(const char *step, const char *request)
{
	char text[512];
	struct scenario *scenario;

	snprintf(text, sizeof(text), "steps:\n  - {%s}\n", step);
	scenario = take(text);
	assert_int_equal(scenario->n, 1);
	assert_int_equal(scenario->step[0].line, 2);
	is_request(scenario->step[0].request ? scenario->step[0].request
					     : scenario->step[0].check.request,
		   request);
	scenario_free(scenario);
}

static void test_requests(void **state)
{
	(void)state;
	request_of("set: {nat.udp-timeout: 30s, apply: new}",
		   "{\"request\": \"set\", \"values\": {\"nat.udp-timeout\": "
		   "\"30s\", \"apply\": \"new\"}}");
	request_of("set: {refresh: both}, client: 192.168.77.20",
		   "{\"request\": \"set\", \"client\": \"192.168.77.20\", "
		   "\"values\": {\"refresh\": \"both\"}}");
	request_of("set: {wan.pool: [198.51.100.20, 198.51.100.21]}",
		   "{\"request\": \"set\", \"values\": {\"wan.pool\": "
		   "[\"198.51.100.20\", \"198.51.100.21\"]}}");
	request_of("profile: us-3g-2013, client: phone",
		   "{\"request\": \"set\", \"client\": \"phone\", "
		   "\"values\": {\"profile\": \"us-3g-2013\"}}");
	request_of("fault: rst",
		   "{\"request\": \"fault\", \"fault\": \"rst\"}");
	request_of("fault: {name: dhcp-delay, value: 2s, for: 1m}, client: a",
		   "{\"request\": \"fault\", \"fault\": \"dhcp-delay\", "
		   "\"for\": \"1m\", \"value\": \"2s\", \"client\": \"a\"}");
	request_of("clock: {advance: 5m}",
		   "{\"request\": \"clock-advance\", \"by\": \"5m\"}");
	request_of("clock: {scale: 60}",
		   "{\"request\": \"clock-scale\", \"scale\": 60.0}");
	request_of("clock: freeze", "{\"request\": \"clock-freeze\"}");
	request_of("wait: session-deleted reason=idle client=10.0.0.0/8 "
		   "remote=1.2.3.4:80",
		   "{\"request\": \"wait\", \"event\": \"session-deleted\", "
		   "\"reason\": \"idle\", \"filter\": {\"client\": "
		   "\"10.0.0.0/8\", \"remote\": \"1.2.3.4:80\"}}");
	request_of("wait: lease-bound, client: phone",
		   "{\"request\": \"wait\", \"event\": \"lease-bound\", "
		   "\"filter\": {\"client\": \"phone\"}}");
	request_of("assert: {sessions: 1, protocol: tcp}, client: a",
		   "{\"request\": \"sessions\", \"filter\": {\"client\": "
		   "\"a\", \"protocol\": \"tcp\"}}");
	request_of("assert: {leases: 1, state: bound}, client: a",
		   "{\"request\": \"leases\", \"client\": \"a\"}");
	request_of("assert: {stat: drop-fault, is: 0}",
		   "{\"request\": \"stats\"}");
	request_of("assert: {setting: refresh, is: both}",
		   "{\"request\": \"get\", \"key\": \"refresh\"}");
}

static void test_steps(void **state)
{
	struct scenario *s =
		take("title: it\n"
		     "steps:\n"
		     "- {run: 'echo $HOME', at: 1m}\n"
		     "- name: app starts\n"
		     "  run: {command: [./app, '', -v], in: c1,\n"
		     "        background: true, name: app}\n"
		     "- {run: [/bin/x], timeout: 5s}\n"
		     "- {clock: {advance: 30s}}\n"
		     "- {on: clock-changed, clock: {to: 2m}}\n"
		     "- {wait: {for: 1s}}\n"
		     "- {at: 2m1s, wait: {exit: app}}\n"
		     "- {assert: {report: died}}\n"
		     "- {assert: {exit: x, is: at-most 3},\n"
		     "   timeout: 1s}\n"
		     "- {assert: {output: app, contains: 'a b'}}\n");

	(void)state;
	assert_string_equal(s->title, "it");
	assert_int_equal(s->n, 10);
	assert_string_equal(s->step[0].command.argv[0], "/bin/sh");
	assert_string_equal(s->step[0].command.argv[2], "echo $HOME");
	assert_string_equal(s->step[0].command.name, "echo");
	assert_null(s->step[0].command.argv[3]);
	assert_true(s->step[0].has_at && s->step[0].at == 60000);
	assert_int_equal(s->step[0].timeout, SCENARIO_TIMEOUT_MS);
	assert_string_equal(s->step[1].name, "app starts");
	assert_string_equal(s->step[1].command.argv[1], "");
	assert_string_equal(s->step[1].command.host, "c1");
	assert_true(s->step[1].command.background);
	assert_string_equal(s->step[2].command.name, "x");
	assert_int_equal(s->step[2].timeout, 5000);
	assert_int_equal(s->step[3].earliest, 90000);
	is_request(s->step[4].on, "{\"request\": \"wait\", \"event\": "
				  "\"clock-changed\", \"filter\": {}}");
	assert_int_equal(s->step[4].kind, SCENARIO_CLOCK_TO);
	assert_int_equal(s->step[4].earliest, 120000);
	assert_int_equal(s->step[5].length, 1000);
	assert_int_equal(s->step[6].kind, SCENARIO_WAIT_EXIT);
	assert_int_equal(s->step[7].check.relation, SCENARIO_AT_LEAST);
	assert_int_equal(s->step[7].check.number, 1);
	assert_int_equal(s->step[7].timeout, 0);
	assert_int_equal(s->step[8].check.relation, SCENARIO_AT_MOST);
	assert_int_equal(s->step[8].check.number, 3);
	assert_int_equal(s->step[8].timeout, 1000);
	assert_string_equal(s->step[9].check.text, "a b");
	scenario_free(s);
}

/* What is wrong, and how its error begins behind "t:". */
static const struct {
	const char *text;
	const char *error;
} wrong[] = {
	{"", " is empty"},
	{"- x\n", "1:1: a scenario wants keys"},
	{"title: x\n", "1:1: steps is missing"},
	{"steps: []\n", "1:8: steps wants a list"},
	{"steps: {}\n", "1:8: steps wants a list"},
	{"stepz: []\n", "1:1: a scenario has no key \"stepz\"; did you mean"},
	{"steps:\n- x\n", "2:3: a step wants keys"},
	{"steps:\n- {at: 1s}\n", "2:3: a step needs one of set, profile"},
	{"steps:\n- {[a]: 1s}\n", "2:4: a key must be a word"},
	{"steps:\n- {clock: freeze, run: x}\n",
	 "2:19: a step has clock already"},
	{"steps:\n- {run: x, run: y}\n", "2:12: \"run\" is given twice"},
	{"steps:\n- &a {run: x}\n", "2:3: anchors (&) are not supported"},
	{"steps:\n- {run: x\n", "3:1: bad YAML"},
	/* when */
	{"steps:\n- {at: 1, run: x}\n", "2:8: at: \"1\" is not a duration"},
	{"steps:\n- {at: never, run: x}\n", "2:8: at: \"never\" is not a dur"},
	{"steps:\n- {at: 2s, run: x}\n- {at: 1s, run: x}\n",
	 "3:8: at 1s is past"},
	{"steps:\n- {clock: {advance: 2s}}\n- {at: 1s, run: x}\n",
	 "3:8: at 1s is past"},
	{"steps:\n- {wait: {for: 2s}}\n- {clock: {to: 1s}}\n",
	 "3:16: to 1s is past"},
	{"steps:\n- {on: sunset, run: x}\n", "2:8: no event \"sunset\""},
	{"steps:\n- {timeout: 1s, clock: freeze}\n",
	 "2:4: timeout is for on, wait"},
	{"steps:\n- {timeout: 1s, run: {command: x, background: true}}\n",
	 "2:4: timeout is for on, wait"},
	/* settings: by the schema, with what else is in force left aside */
	{"steps:\n- {set: {udp-timeot: 30s}}\n",
	 "2:10: unknown key \"udp-timeot\" in nat; did you mean"},
	{"steps:\n- {set: {udp-timeout: soon}}\n", "2:10: nat.udp-timeout: "},
	{"steps:\n- {set: {lan.x.address: 1}}\n", "2:10: lan wants an index"},
	{"steps:\n- {set: {refresh: both, refresh: none}}\n",
	 "2:25: \"refresh\" is given twice"},
	{"steps:\n- {set: x}\n", "2:9: set wants keys"},
	{"steps:\n- {set: {max-sessions: 9}, client: c}\n",
	 "2:10: clients.client.nat.max-sessions concerns all clients"},
	{"steps:\n- {profile: nonsense}\n", "2:13: no profile \"nonsense\""},
	{"steps:\n- {set: {profile: nonsense}}\n", "2:10: no profile"},
	{"steps:\n- {profile: nonsense, client: c}\n", "2:13: no profile"},
	/* faults and the clock */
	{"steps:\n- {fault: rsy}\n", "2:11: no fault \"rsy\"; did you mean"},
	{"steps:\n- {fault: {for: 1s}}\n", "2:11: fault wants a name"},
	{"steps:\n- {fault: {name: rst, for: x}}\n", "2:28: for: \"x\""},
	{"steps:\n- {fault: {clear: rst}}\n", "2:19: no step before"},
	{"steps:\n- {fault: {clear: all, name: rst}}\n", "2:11: fault wants"},
	{"steps:\n- {clock: melt}\n", "2:11: clock: \"melt\" is none of"},
	{"steps:\n- {clock: {scale: 0}}\n", "2:19: scale: \"0\" is not"},
	{"steps:\n- {clock: {scale: inf}}\n", "2:19: scale: \"inf\" is not"},
	{"steps:\n- {clock: {advance: 1s, scale: 2}}\n", "2:25: clock has"},
	{"steps:\n- {clock: freeze, client: c}\n", "2:19: client: this clock"},
	/* programs */
	{"steps:\n- {run: []}\n", "2:9: a command has from 1"},
	{"steps:\n- {run: [a, [b]]}\n", "2:13: command: a list"},
	{"steps:\n- {run: ['']}\n", "2:10: command has no value"},
	{"steps:\n- {run: {name: a}}\n", "2:9: run needs a command"},
	{"steps:\n- {run: {command: a, in: ../b}}\n",
	 "2:26: in: \"../b\" is no"},
	{"steps:\n- {run: {command: a, background: 1}}\n", "2:34: background:"},
	{"steps:\n- {run: {command: a, code: 256}}\n", "2:28: code: \"256\""},
	{"steps:\n- {run: {command: a, code: 1, background: true}}\n",
	 "2:22: code is of a program"},
	{"steps:\n- {run: {command: a, name: n}}\n"
	 "- {run: {command: b, name: n}}\n",
	 "3:28: the program of line 2 is n already"},
	/* waits */
	{"steps:\n- {wait: {}}\n", "2:10: wait needs one of for, exit"},
	{"steps:\n- {wait: {exit: app}}\n", "2:17: no step before this one"},
	{"steps:\n- {wait: session-created idle}\n",
	 "2:10: \"idle\" is no fil"},
	{"steps:\n- {wait: session-created reason=}\n", "2:10: \"reason=\" is"},
	{"steps:\n- {wait: session-created colour=red}\n", "2:10: no filter"},
	{"steps:\n- {wait: session-created reason=tired}\n", "2:10: no reason"},
	{"steps:\n- {wait: session-created remote=x}\n", "2:10: remote: \"x\""},
	{"steps:\n- {wait: session-created protocol=256}\n", "2:10: protocol:"},
	{"steps:\n- {wait: fault-ended client=a, client: a}\n",
	 "2:10: client= is given twice"},
	/* assertions */
	{"steps:\n- {assert: {}}\n", "2:12: assert needs one of sessions"},
	{"steps:\n- {assert: {sessions: -1}}\n", "2:23: sessions: \"-1\""},
	{"steps:\n- {assert: {sessions: at-least}}\n", "2:23: sessions:"},
	{"steps:\n- {assert: {sessions: 1, is: 1}}\n", "2:26: sessions has no"},
	{"steps:\n- {assert: {sessions: 1, state: bound}}\n",
	 "2:33: no state \"bound\""},
	{"steps:\n- {assert: {report: dead}}\n", "2:21: no verdict \"dead\""},
	{"steps:\n- {assert: {setting: refresh}}\n", "2:12: setting needs is"},
	{"steps:\n- {run: a}\n- {assert: {output: a}}\n",
	 "3:12: output needs contains"},
	{"steps:\n- {assert: {exit: a, is: 0}}\n", "2:19: no step before"},
	{"steps:\n- {assert: {stat: a, is: 0}, client: c}\n",
	 "2:30: client: this assert"},
};

static void test_errors(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *errors = errors_of(wrong[i].text);
		const char *wanted = wrong[i].error;

		if (strncmp(errors, "t:", 2) != 0 ||
		    strncmp(errors + 2, wanted, strlen(wanted)) != 0)
			fail_msg("%s: %s is not t:%s", wrong[i].text, errors,
				 wanted);
		/* one mistake, one error */
		if (strchr(errors, '\n') != errors + strlen(errors) - 1)
			fail_msg("%s: more than one: %s", wrong[i].text,
				 errors);
		free(errors);
	}
}

static void test_all_in_one_go(void **state)
{
	char *errors = errors_of("steps:\n"
				 "- {wait: sunset}\n"
				 "- {fault: rsy, colour: red}\n"
				 "- {set: {a: 1, b: 2}}\n"
				 "foot: note\n");
	size_t n = 0;

	(void)state;
	for (const char *p = errors; *p; p++)
		n += *p == '\n';
	assert_int_equal(n, 6);
	assert_non_null(strstr(errors, "t:2:10: "));
	assert_non_null(strstr(errors, "t:3:11: "));
	assert_non_null(strstr(errors, "t:3:16: "));
	assert_non_null(strstr(errors, "t:4:10: "));
	assert_non_null(strstr(errors, "t:4:16: "));
	assert_non_null(strstr(errors, "t:5:1: "));
	free(errors);
}

static void test_too_many(void **state)
{
	char *text = NULL, *errors;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	fputs("steps:\n", out);
	for (unsigned i = 0; i <= SCENARIO_STEPS_MAX; i++)
		fputs("- {clock: freeze}\n", out);
	fclose(out);
	errors = errors_of(text);
	assert_non_null(strstr(errors, "t:2:1: more than 1000 steps"));
	free(errors);
	free(text);
}

static void test_no_file(void **state)
{
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);

	(void)state;
	assert_null(scenario_load("/nonexistent/s.yaml", out));
	fclose(out);
	assert_string_equal(errors, "/nonexistent/s.yaml: cannot be read: No "
				    "such file or directory\n");
	free(errors);
}

static void test_hosts(void **state)
{
	static const char *const bad[] = {"", ".", "..", "a/b", "a b", "a\n"};
	char why[256] = "";
	int fd;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(host_valid(bad[i]));
	assert_true(host_valid("client1") && host_valid("4711"));
	snprintf(why, sizeof(why), "%d", (int)getpid());
	fd = host_open(why, why, sizeof(why));
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(host_open("no-such-host", why, sizeof(why)), -1);
	assert_non_null(strstr(why, "no host no-such-host"));
}

/** pause_ms() - until something may have changed */
static void pause_ms(void)
{
	const struct timespec ms = {.tv_nsec = 1000000};

	nanosleep(&ms, NULL);
}

/** start() - a program of the shell */
static struct program *start(struct programs *programs,
			     struct scenario_command *command,
			     const char *argv[static 4], const char *line)
{
	char why[256] = "";
	struct program *program;

	argv[0] = "/bin/sh";
	argv[1] = "-c";
	argv[2] = line;
	argv[3] = NULL;
	*command = (struct scenario_command){.argv = argv, .name = "p"};
	program = program_start(programs, command, why, sizeof(why));
	if (!program)
		fail_msg("%s", why);
	return program;
}

static void test_programs(void **state)
{
	struct programs programs = {0};
	struct scenario_command command[2];
	const char *argv[2][4];
	struct program *program;
	char why[256] = "", *text;
	size_t len = 0;
	pid_t group;

	(void)state;
	program = start(&programs, &command[0], argv[0],
			"echo out; echo err >&2; exit 5");
	while (!program_ended(program))
		pause_ms();
	assert_int_equal(program->code, 5);
	text = program_output(program, SIZE_MAX, &len);
	assert_string_equal(text, "out\nerr\n");
	free(text);
	text = program_output(program, 4, &len);
	assert_string_equal(text, "err\n");
	free(text);
	/* it, and a child that does not hear SIGTERM, in its group */
	program = start(&programs, &command[1], argv[1],
			"(trap '' TERM; sleep 1000) & sleep 1000");
	group = program->pid;
	assert_ptr_equal(programs_find(&programs, "p"), program);
	assert_null(programs_find(&programs, "q"));
	assert_false(program_ended(program));
	assert_int_equal(kill(-group, 0), 0);
	programs_end(&programs);
	/* nobody may be left but those whom init has not looked at yet */
	for (unsigned i = 0; i < 2000 && kill(-group, 0) == 0; i++)
		pause_ms();
	assert_int_equal(kill(-group, 0), -1);
	argv[0][0] = "/nonexistent/program";
	assert_null(program_start(&programs, &command[0], why, sizeof(why)));
	assert_string_equal(why, "/nonexistent/program: No such file or "
				 "directory");
	programs_end(&programs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_all_in_one_go),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_no_file),
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_programs),
	};

	source_profiles();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
