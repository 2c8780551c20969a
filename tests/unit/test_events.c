// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_events - what an event says, to clients and in the log
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>
#include "gateway/event_row.h"
#include "gateway/eventlog.h"
#include "tests/unit/control_rig.h"

#define TEXT(object, name) json_string_value(json_object_get(object, name))

/** members() - an engine's event as the object that clients get */
static json_t *members(const struct nat_event *event)
{
	const struct ring_entry entry = ring_entry_nat(event);
	struct evbuffer *out = evbuffer_new();
	struct row row;
	json_t *object;
	char *text;

	row_begin(&row, out);
	event_members(&row, &entry, false);
	row_end(&row);
	text = evbuffer_readln(out, NULL, EVBUFFER_EOL_LF);
	object = json_loads(text, 0, NULL);
	assert_non_null(object);
	free(text);
	evbuffer_free(out);
	return object;
}

static void test_block(void **state)
{
	const struct nat_event event = {
		.type = NAT_EVENT_BLOCK_ALLOCATED,
		.internal = {RIG_CLIENT + 1, 0},
		.external = {RIG_EXTERNAL, 4096},
		.last_port = 4159,
		.late = NAT_NEVER,
	};
	json_t *object = members(&event);

	(void)state;
	assert_string_equal(TEXT(object, "ports"), "4096-4159");
	assert_null(json_object_get(object, "late"));
	assert_null(json_object_get(object, "fault"));
	json_decref(object);
}

static void test_fault(void **state)
{
	struct nat_event event = {
		.type = NAT_EVENT_FAULT_STARTED,
		.reason = NAT_REASON_FAULT,
		.late = NAT_NEVER,
		.fault = NAT_FAULT_SLOW_SERVER,
	};
	json_t *object = members(&event);

	(void)state;
	assert_string_equal(TEXT(object, "fault"), "slow-server");
	json_decref(object);
	/* the field means nothing in other events */
	event.type = NAT_EVENT_SESSION_DELETED;
	object = members(&event);
	assert_null(json_object_get(object, "fault"));
	assert_null(json_object_get(object, "ports"));
	json_decref(object);
}

static void test_late(void **state)
{
	const struct nat_event event = {
		.type = NAT_EVENT_STRAY_OUTBOUND,
		.reason = NAT_REASON_NO_SESSION,
		.protocol = 6,
		.internal = {RIG_CLIENT + 1, 5000},
		.late = 12300,
	};
	json_t *object = members(&event);

	(void)state;
	assert_true(json_number_value(json_object_get(object, "late")) == 12.3);
	json_decref(object);
}

/** logged() - how many lines a file has; it must be there */
static unsigned logged(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned n = 0;
	int c;

	assert_non_null(file);
	while ((c = getc(file)) != EOF)
		n += c == '\n';
	fclose(file);
	return n;
}

static void test_reopen(void **state)
{
	const struct ring_entry entry =
		ring_entry_own(1500, RING_SETTINGS_CHANGED, "set");
	char dir[] = "/tmp/test_events-XXXXXX";
	struct eventlog *log = NULL;
	char path[64], aside[64], kept[64];

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/events", dir);
	snprintf(aside, sizeof(aside), "%s/events.1", dir);
	snprintf(kept, sizeof(kept), "%s-kept", dir);
	assert_int_equal(eventlog_open(path, &log), 0);
	eventlog_add(log, &entry, true);
	assert_int_equal(rename(path, aside), 0);
	eventlog_add(log, &entry, true);
	eventlog_reopen(log);
	eventlog_add(log, &entry, true);
	eventlog_flush(log);
	assert_int_equal(logged(aside), 2);
	assert_int_equal(logged(path), 1);
	/* where the folder is gone, the file that is open goes on */
	unlink(aside);
	assert_int_equal(rename(path, kept), 0);
	assert_int_equal(rmdir(dir), 0);
	eventlog_reopen(log);
	eventlog_add(log, &entry, true);
	eventlog_close(log);
	assert_int_equal(logged(kept), 2);
	unlink(kept);
	eventlog_reopen(NULL);
}

static void test_names(void **state)
{
	(void)state;
	assert_non_null(ring_event_name("address-changed"));
	assert_non_null(ring_event_name("settings-changed"));
	assert_non_null(ring_reason_name("set"));
	assert_null(ring_event_name("no-such-event"));
	assert_string_equal(
		ring_entry_own(1, RING_ADDRESS_CHANGED, NULL).reason, "");
}

static void test_note(void **state)
{
	struct rig *rig = rig_new(16);

	(void)state;
	gateway_note(&rig->gateway, RING_SETTINGS_CHANGED, "reload");
	assert_int_equal(rig->ring.last, 1);
	assert_string_equal(ring_get(&rig->ring, 1)->event, "settings-changed");
	/* nobody listens yet */
	rig->gateway.ring = NULL;
	gateway_note(&rig->gateway, RING_SETTINGS_CHANGED, "reload");
	assert_int_equal(rig->ring.last, 1);
	rig_free(rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_block), cmocka_unit_test(test_fault),
		cmocka_unit_test(test_late),  cmocka_unit_test(test_reopen),
		cmocka_unit_test(test_names), cmocka_unit_test(test_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
