// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_explain - which settings a flow follows, and who set them
 */
#include "test_conf_util.h"

#include "tests/unit/control_rig.h"

#define SESSIONS 64

/* The rig's clients are 10.0.0.0 and up; 10.0.0.20 is the phone. */
static const char settings[] =
	"profile: cisco-ios-nat\n"
	"nat:\n"
	"  max-sessions: 64\n"
	"  refresh: both\n"
	"  udp: {filtering: eif}\n"
	"ports: {443: {timeout: 9s}}\n"
	"clients:\n"
	"  phone:\n"
	"    match: 10.0.0.20\n"
	"    profile: home-draytek\n"
	"    nat: {refresh: none, udp: {mapping: adm}}\n"
	"  few: {match: 10.0.0.0/30, nat: {filtering: adf}}\n"
	"  mac: {match: 02:00:00:00:00:09}\n";

/** setup() - a rig with these settings */
static int setup(void **state)
{
	static const struct conf_override set = {"nat.icmp-timeout", "7s"};
	struct rig *rig = rig_new(SESSIONS);
	struct nat_change change;

	source_tree();
	if (setenv("LAPSE_PROFILE_PATH", "conf/profiles", 1))
		return -1;
	conf_free(rig->gateway.conf);
	rig->gateway.conf = parsed(settings, &set, 1);
	*state = rig;
	return nat_configure(rig->gateway.nat, &rig->gateway.conf->nat,
			     gateway_now(&rig->gateway), &change);
}

/** teardown() - release it */
static int teardown(void **state)
{
	rig_free(*state);
	return 0;
}

/** asked() - the lines of an answer, the last one included */
static json_t *asked(struct rig *rig, const char *protocol,
		     const char *internal, const char *remote)
{
	json_t *request = json_pack("{s:s, s:{s:s, s:s, s:s}}", "request",
				    "explain", "filter", "protocol", protocol,
				    "internal", internal, "remote", remote);
	json_t *lines = json_array();
	char *text = json_dumps(request, 0);
	enum request_result result =
		request_line(&rig->request, text, strlen(text));
	size_t len;

	json_decref(request);
	free(text);
	while (result == REQUEST_MORE)
		result = request_continue(&rig->request);
	assert_int_equal(result, REQUEST_DONE);
	while ((text = evbuffer_readln(rig->request.out, &len,
				       EVBUFFER_EOL_LF)) != NULL) {
		json_array_append_new(lines, json_loadb(text, len, 0, NULL));
		free(text);
	}
	return lines;
}

/** text_of() - a member that is text, "" for null */
static const char *text_of(const json_t *row, const char *name)
{
	const char *text = json_string_value(json_object_get(row, name));

	return text ? text : "";
}

/** said() - "value layer path class" of a setting; "" if it is not there */
static const char *said(const json_t *lines, const char *setting)
{
	static char text[256];

	for (size_t i = 1; i < json_array_size(lines); i++) {
		const json_t *row = json_array_get(lines, i);

		if (strcmp(text_of(row, "setting"), setting) != 0)
			continue;
		snprintf(text, sizeof(text), "%s %s %s %s",
			 text_of(row, "value"), text_of(row, "layer"),
			 text_of(row, "path"), text_of(row, "class"));
		return text;
	}
	return "";
}

/** test_global() - a client without an entry: file over profile over default */
static void test_global(void **state)
{
	json_t *lines = asked(*state, "udp", "10.0.0.9:5000", "203.0.113.7:53");
	const json_t *head = json_array_get(lines, 0);

	assert_string_equal(text_of(head, "profile"), "cisco-ios-nat");
	assert_true(json_is_null(json_object_get(head, "client")));
	assert_true(json_is_null(json_object_get(head, "external")));
	assert_string_equal(said(lines, "nat.refresh"),
			    "both file nat.refresh ");
	assert_string_equal(said(lines, "nat.filtering"),
			    "eif file nat.udp.filtering ");
	assert_string_equal(said(lines, "nat.mapping"),
			    "apdm profile nat.mapping assumed");
	assert_string_equal(said(lines, "nat.udp-timeout"),
			    "300s profile nat.udp-timeout vendor-doc");
	assert_string_equal(said(lines, "nat.max-lifetime"), "never default  ");
	assert_string_equal(said(lines, "ports.*.timeout"),
			    "60s profile ports.53/udp.timeout vendor-doc");
	/* What is about other protocols is left out. */
	assert_string_equal(said(lines, "nat.tcp-idle-timeout"), "");
	assert_string_equal(said(lines, "nat.icmp-timeout"), "");
	assert_string_equal(said(lines, "nat.other-timeout"), "");
	json_decref(lines);
	lines = asked(*state, "icmp", "10.0.0.9:7", "203.0.113.7:7");
	assert_string_equal(said(lines, "nat.icmp-timeout"),
			    "7s set nat.icmp-timeout ");
	assert_string_equal(said(lines, "nat.udp-timeout"), "");
	json_decref(lines);
}

/** test_class() - what was set for udp is not tcp's */
static void test_class(void **state)
{
	json_t *lines = asked(*state, "tcp", "10.0.0.9:1", "203.0.113.7:443");

	assert_string_equal(said(lines, "nat.filtering"),
			    "apdf profile nat.filtering assumed");
	assert_string_equal(said(lines, "ports.*.timeout"),
			    "9s file ports.443.timeout ");
	json_decref(lines);
}

/** test_client() - with a profile of its own, and without one */
static void test_client(void **state)
{
	json_t *lines = asked(*state, "udp", "10.0.0.20:1", "203.0.113.7:443");
	const json_t *head = json_array_get(lines, 0);

	assert_string_equal(text_of(head, "client"), "phone");
	assert_string_equal(text_of(head, "profile"), "home-draytek");
	assert_string_equal(said(lines, "nat.refresh"),
			    "none file clients.phone.nat.refresh ");
	assert_string_equal(said(lines, "nat.mapping"),
			    "adm file clients.phone.nat.udp.mapping ");
	assert_string_equal(said(lines, "nat.udp-timeout"),
			    "180s profile nat.udp-timeout vendor-doc");
	/* Neither what the file says for all nor the global port rules. */
	assert_string_equal(said(lines, "nat.filtering"),
			    "apdf profile nat.filtering assumed");
	assert_string_equal(said(lines, "ports.*.timeout"), "");
	json_decref(lines);
	lines = asked(*state, "tcp", "10.0.0.20:1", "203.0.113.7:443");
	assert_string_equal(said(lines, "nat.mapping"),
			    "eim profile nat.mapping measured");
	assert_string_equal(said(lines, "ports.*.timeout"),
			    "60s profile ports.443/tcp.timeout vendor-doc");
	json_decref(lines);
	/* Its general word wins over the global one on udp. */
	lines = asked(*state, "udp", "10.0.0.2:1", "203.0.113.7:443");
	assert_string_equal(said(lines, "nat.filtering"),
			    "adf file clients.few.nat.filtering ");
	assert_string_equal(said(lines, "ports.*.timeout"),
			    "9s file ports.443.timeout ");
	json_decref(lines);
}

/** test_values() - what is said is what the engine has, for every client */
static void test_values(void **state)
{
	static const char *const clients[] = {"10.0.0.2:1", "10.0.0.20:1",
					      "10.0.0.9:1"};
	struct rig *rig = *state;
	const struct nat_settings *nat = &rig->gateway.conf->nat;
	const struct nat_policy *policies[] = {
		&nat->clients[1].policy, &nat->clients[0].policy, &nat->policy};

	for (unsigned i = 0; i < 3; i++) {
		const struct nat_behaviour *by =
			&policies[i]->by[NAT_CLASS_UDP];
		json_t *lines = asked(rig, "udp", clients[i], "203.0.113.7:9");
		const struct {
			const char *setting;
			const char *word;
		} words[] = {
			{"nat.mapping", nat_mapping_names[by->mapping]},
			{"nat.filtering", nat_filtering_names[by->filtering]},
			{"nat.refresh", nat_refresh_names[by->refresh]},
			{"nat.hairpin", nat_hairpin_names[by->hairpin]},
		};

		for (unsigned w = 0; w < 4; w++)
			assert_int_equal(strncmp(said(lines, words[w].setting),
						 words[w].word,
						 strlen(words[w].word)),
					 0);
		json_decref(lines);
	}
}

/** test_session() - a flow that is there */
static void test_session(void **state)
{
	struct rig *rig = *state;
	json_t *lines;
	const json_t *head;

	for (unsigned i = 0; i < SESSIONS - 4; i++)
		assert_int_equal(rig_send(rig, 9, (uint16_t)(5000 + i), 99),
				 NAT_TRANSLATED);
	lines = asked(rig, "udp", "10.0.0.9:5055", "203.0.113.7:99");
	head = json_array_get(lines, 0);
	assert_string_equal(text_of(head, "internal"), "10.0.0.9:5055");
	assert_int_equal(strncmp(text_of(head, "external"), "192.0.2.1:", 10),
			 0);
	assert_string_equal(text_of(head, "timer"), "udp-initial-timeout");
	assert_true(json_number_value(json_object_get(head, "expires-in")) > 0);
	json_decref(lines);
}

/** test_errors() - a flow is a protocol and two whole endpoints */
static void test_errors(void **state)
{
	static const struct {
		const char *line;
		const char *field;
	} bad[] = {
		{"{\"request\":\"explain\"}", "filter"},
		{"{\"request\":\"explain\",\"filter\":{}}", "filter.protocol"},
		{"{\"request\":\"explain\",\"filter\":{\"protocol\":\"tcp\"}}",
		 "filter.internal"},
		{"{\"request\":\"explain\",\"filter\":{\"protocol\":\"tcp\","
		 "\"internal\":\"10.0.0.1\",\"remote\":\"10.0.0.1:1\"}}",
		 "filter.internal"},
		{"{\"request\":\"explain\",\"filter\":{\"protocol\":\"tcp\","
		 "\"internal\":\"10.0.0.1:1\",\"remote\":\"10.0.0.0/8\"}}",
		 "filter.remote"},
	};
	struct rig *rig = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *error;
		size_t len;
		char *text;

		assert_int_equal(request_line(&rig->request, bad[i].line,
					      strlen(bad[i].line)),
				 REQUEST_DONE);
		text = evbuffer_readln(rig->request.out, &len, EVBUFFER_EOL_LF);
		error = json_loadb(text, len, 0, NULL);
		assert_string_equal(text_of(error, "kind"), "usage");
		assert_string_equal(text_of(error, "field"), bad[i].field);
		json_decref(error);
		free(text);
	}
}

/** test_by_hand() - settings without origins: all of it is a default */
static void test_by_hand(void **state)
{
	struct rig *rig = rig_new(SESSIONS);
	json_t *lines = asked(rig, "udp", "10.0.0.20:1", "203.0.113.7:53");

	(void)state;
	assert_string_equal(said(lines, "nat.mapping"), "eim default  ");
	json_decref(lines);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_global, setup, teardown),
		cmocka_unit_test_setup_teardown(test_class, setup, teardown),
		cmocka_unit_test_setup_teardown(test_client, setup, teardown),
		cmocka_unit_test_setup_teardown(test_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_session, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test(test_by_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
