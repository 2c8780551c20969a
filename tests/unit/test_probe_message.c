// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_probe_message - the codec of lapse probe, and the server's quotas
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "base/rng.h"
#include "probe/message.h"
#include "probe/quota.h"
#include "tests/unit/unit.h"

/** sample() - a message with something in every field */
static struct probe_message sample(enum probe_type type)
{
	struct probe_message m = {
		.type = type,
		.from = PROBE_OTHER_PORT | PROBE_OTHER_ADDRESS,
		.flags = PROBE_QUIET | PROBE_SENT,
		.run = 0x0102030405060708,
		.flow = 0x11121314,
		.delay = 1000,
		.second = 1250,
		.seen = {0xc6336401, 50000},
		.alternate = 0xc6336408,
	};

	for (unsigned i = 0; i < PROBE_PROOFS; i++)
		m.proof[i] = 0x1000000000000000u * (i + 1);
	return m;
}

/** same() - field by field */
static void same(const struct probe_message *a, const struct probe_message *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->from, b->from);
	assert_int_equal(a->flags, b->flags);
	assert_true(a->run == b->run);
	assert_int_equal(a->flow, b->flow);
	assert_int_equal(a->delay, b->delay);
	assert_int_equal(a->second, b->second);
	assert_true(endpoint_equal(a->seen, b->seen));
	assert_int_equal(a->alternate, b->alternate);
	assert_memory_equal(a->proof, b->proof, sizeof(a->proof));
}

/** test_round_trip() - every type comes back as it was */
static void test_round_trip(void **state)
{
	uint8_t bytes[PROBE_SIZE];

	(void)state;
	for (unsigned t = 1; t < PROBE_TYPES; t++) {
		struct probe_message m = sample((enum probe_type)t), got;

		probe_build(&m, bytes);
		assert_true(probe_parse(bytes, sizeof(bytes), &got));
		same(&m, &got);
	}
}

/** test_layout() - as lapse-probe(7) has it */
static void test_layout(void **state)
{
	static const uint8_t head[40] = {
		0x4c, 0x50, 0x52, 0x31, 3, 3, 0x02, 0x01, 1,	2,
		3,    4,    5,	  6,	7, 8, 0x11, 0x12, 0x13, 0x14,
		0,    0,    0x03, 0xe8, 0, 0, 0x04, 0xe2, 0xc6, 0x33,
		0x64, 0x01, 0xc3, 0x50, 0, 0, 0xc6, 0x33, 0x64, 0x08};
	struct probe_message m = sample(PROBE_ASK);
	uint8_t bytes[PROBE_SIZE];

	(void)state;
	probe_build(&m, bytes);
	assert_memory_equal(bytes, head, sizeof(head));
	assert_int_equal(bytes[40], 0x10);
	assert_int_equal(bytes[96], 0x80);
	m = sample(PROBE_STRAY);
	probe_build(&m, bytes);
	assert_memory_equal(bytes, "LPRS", 4);
}

/** test_refused() - one wrong byte each */
static void test_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {
		{0, 'l'},   {3, 'S'},	{4, 0},	   {4, PROBE_TYPES},
		{4, 255},   {5, 4},	{6, 0x80}, {7, 0x10},
		{20, 0x20}, {24, 0x20}, {34, 1},   {35, 1},
	};
	struct probe_message m = sample(PROBE_ASK), got = {.flow = 77};
	uint8_t bytes[PROBE_SIZE + 1] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		probe_build(&m, bytes);
		bytes[wrong[i].at] = wrong[i].value;
		assert_false(probe_parse(bytes, PROBE_SIZE, &got));
	}
	probe_build(&m, bytes);
	assert_false(probe_parse(bytes, PROBE_SIZE - 1, &got));
	assert_false(probe_parse(bytes, PROBE_SIZE + 1, &got));
	assert_false(probe_parse(bytes, 0, &got));
	m.second = m.delay; /* the second one must come later */
	probe_build(&m, bytes);
	assert_false(probe_parse(bytes, PROBE_SIZE, &got));
	m.type = PROBE_STRAY; /* its magic is another */
	probe_build(&m, bytes);
	bytes[3] = '1';
	assert_false(probe_parse(bytes, PROBE_SIZE, &got));
	assert_int_equal(got.flow, 77);
}

/** new_quota() - an empty table */
static struct quota *new_quota(void)
{
	struct quota *q = calloc(1, sizeof(*q));

	assert_non_null(q);
	q->key = (struct siphash_key){1, 2};
	return q;
}

/** test_rate() - a burst, then so many a second, each address for itself */
static void test_rate(void **state)
{
	struct quota *q = new_quota();
	unsigned n = 0;

	(void)state;
	while (quota_take(q, 1, 5))
		n++;
	assert_int_equal(n, QUOTA_BURST);
	assert_true(quota_take(q, 2, 5));
	assert_false(quota_take(q, 1, 5));
	for (n = 0; quota_take(q, 1, 5 + 100); n++)
		;
	assert_int_equal(n, QUOTA_PER_SECOND / 10);
	for (n = 0; quota_take(q, 1, UINT64_MAX - 1); n++)
		;
	assert_int_equal(n, QUOTA_BURST);
	assert_false(quota_take(q, 0, 5));
	free(q);
}

/** test_jobs() - so many, and one more for each that ends */
static void test_jobs(void **state)
{
	struct quota *q = new_quota();

	(void)state;
	assert_false(quota_hold(q, 9)); /* not known yet */
	assert_true(quota_take(q, 9, 0));
	for (unsigned i = 0; i < QUOTA_JOBS; i++)
		assert_true(quota_hold(q, 9));
	assert_false(quota_hold(q, 9));
	quota_release(q, 9);
	assert_true(quota_hold(q, 9));
	free(q);
}

/** test_connections() - an address's own, and they count as jobs */
static void test_connections(void **state)
{
	struct quota *q = new_quota();

	(void)state;
	assert_false(quota_connect(q, 9, 2)); /* not known yet */
	assert_true(quota_take(q, 9, 0));
	assert_true(quota_take(q, 8, 0));
	assert_true(quota_connect(q, 9, 2));
	assert_true(quota_connect(q, 9, 2));
	assert_false(quota_connect(q, 9, 2));
	assert_true(quota_connect(q, 8, 2));
	quota_disconnect(q, 9);
	assert_true(quota_connect(q, 9, 2));
	for (unsigned i = 2; i < QUOTA_JOBS; i++)
		assert_true(quota_hold(q, 9));
	assert_false(quota_connect(q, 9, 9));
	quota_release(q, 9);
	assert_true(quota_connect(q, 9, 9));
	free(q);
}

/** release_unheld() - for test_release() */
static void release_unheld(void *arg)
{
	quota_release(arg, 9);
}

/** test_release() - what was not held cannot be released: asserted */
static void test_release(void **state)
{
	struct quota *q = new_quota();

	(void)state;
	assert_true(quota_take(q, 9, 0));
	assert_true(unit_aborts(release_unheld, q));
	free(q);
}

/** test_many() - more addresses than fit: who has jobs stays */
static void test_many(void **state)
{
	struct quota *q = new_quota();
	unsigned refused = 0;

	(void)state;
	for (uint32_t a = 1; a <= 8; a++) {
		assert_true(quota_take(q, a, 0));
		assert_true(quota_hold(q, a));
	}
	for (uint32_t a = 100; a < 100 + 3 * QUOTA_ADDRESSES; a++)
		refused += !quota_take(q, a, a);
	for (uint32_t a = 1; a <= 8; a++)
		quota_release(q, a);
	/* only if all ways of a set have jobs: not with 8 in all of it */
	assert_int_equal(refused, 0);
	free(q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_jobs),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
