// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_clients - who is there: subscribers, their traffic, their policy
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include "tests/unit/control_answer.h"

/** send() - a packet that must pass */
static void send_one(struct rig *rig, unsigned client, uint16_t port)
{
	assert_int_equal(rig_send(rig, client, port, 53), NAT_TRANSLATED);
}

static void test_row(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	send_one(rig, 20, 5000);
	send_one(rig, 20, 5000);
	send_one(rig, 20, 5001);
	object = row_of(rig, "{\"request\":\"clients\"}");
	assert_string_equal(TEXT(object, "address"), "10.0.0.20");
	assert_string_equal(TEXT(object, "client"), "phone");
	assert_string_equal(TEXT(object, "profile"), "rfc-compliant");
	assert_string_equal(TEXT(object, "external"), "192.0.2.1");
	assert_true(NUMBER(object, "sessions") == 2);
	assert_true(NUMBER(json_object_get(object, "ports"), "udp") == 2);
	assert_true(NUMBER(json_object_get(object, "ports"), "tcp") == 0);
	assert_true(NUMBER(object, "packets-out") == 3);
	assert_true(NUMBER(object, "bytes-out") == 96);
	assert_true(NUMBER(object, "drops-out") == 0);
	assert_true(NUMBER(object, "drops-in") == 0);
	json_decref(object);
}

/** Traffic stays with the client when a session ends, and goes with it. */
static void test_ended(void **state)
{
	struct rig *rig = *state;
	json_t *object;

	send_one(rig, 1, 5000);
	send_one(rig, 1, 5001);
	json_decref(row_of(rig, "{\"request\":\"kill\",\"filter\":"
				"{\"internal\":\"10.0.0.1:5000\"}}"));
	object = row_of(rig, "{\"request\":\"clients\"}");
	assert_true(NUMBER(object, "sessions") == 1);
	assert_true(NUMBER(object, "packets-out") == 2);
	json_decref(object);
	json_decref(row_of(rig, "{\"request\":\"flush\"}"));
	assert_int_equal(rows(rig, "{\"request\":\"clients\"}"), 0);
	send_one(rig, 1, 5000);
	object = row_of(rig, "{\"request\":\"clients\"}");
	assert_true(NUMBER(object, "packets-out") == 1);
	json_decref(object);
}

static void test_filter(void **state)
{
	struct rig *rig = *state;

	for (unsigned i = 1; i <= 40; i++)
		send_one(rig, i, 5000);
	assert_int_equal(rows(rig, "{\"request\":\"clients\"}"), 40);
	assert_int_equal(rows(rig, "{\"request\":\"clients\",\"filter\":"
				   "{\"client\":\"10.0.0.16/28\"}}"),
			 16);
	assert_int_equal(rows(rig, "{\"request\":\"clients\",\"filter\":"
				   "{\"client\":\"phone\"}}"),
			 1);
	json_decref(error_of(rig, "{\"request\":\"clients\",\"filter\":"
				  "{\"protocol\":\"tcp\"}}"));
}

/** mac_of() - that of the tablet, for everyone */
static const uint8_t *mac_of(uint32_t addr, void *arg)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};

	(void)addr;
	(void)arg;
	return mac;
}

static void test_by_mac(void **state)
{
	struct rig *rig = *state;
	struct nat_subscriber_info info;
	uint32_t cursor = 0;

	send_one(rig, 20, 5000);
	assert_true(nat_subscriber_next(rig->gateway.nat, &cursor, mac_of, NULL,
					&info));
	assert_string_equal(info.client, "tablet");
	assert_false(nat_subscriber_next(rig->gateway.nat, &cursor, mac_of,
					 NULL, &info));
}

/** Of several clients that match, the one that says it most exactly counts. */
static void test_most_specific(void **state)
{
	struct rig *rig = *state;
	struct nat_client_rule rules[3] = {
		{.name = "lan", .addr = RIG_CLIENT, .bits = 24},
		{.name = "few", .addr = RIG_CLIENT + 16, .bits = 28},
		{.name = "one", .addr = RIG_CLIENT + 20, .bits = 32},
	};
	static const char *const wanted[] = {"lan", "few", "one"};
	const unsigned client[] = {1, 17, 20};

	for (size_t i = 0; i < 3; i++)
		rules[i].policy = rig->conf.nat.policy;
	rig->conf.nat.clients = rules;
	rig->conf.nat.n_clients = 3;
	assert_int_equal(nat_configure(rig->gateway.nat, &rig->conf.nat,
				       gateway_now(&rig->gateway), NULL),
			 0);
	for (size_t i = 0; i < 3; i++) {
		json_t *object;

		send_one(rig, client[i], 5000);
		object = row_of(rig,
				"{\"request\":\"clients\",\"filter\":"
				"{\"client\":\"10.0.0.%u\"}}",
				client[i]);
		assert_string_equal(TEXT(object, "client"), wanted[i]);
		json_decref(object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RIG_TEST(test_row),	      RIG_TEST(test_ended),
		RIG_TEST(test_filter),	      RIG_TEST(test_by_mac),
		RIG_TEST(test_most_specific),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
