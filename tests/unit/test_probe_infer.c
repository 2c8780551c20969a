// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_probe_infer - what observations leave possible
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/infer.h"

#define EXT 0xc6336401u

/**
 * seen() - a socket on port @local, seen as these ports
 * @a, @b, @c:	by (A,P), (A,P+1) and (B,P); 0: not at all
 */
static struct infer_socket seen(uint16_t local, uint16_t a, uint16_t b,
				uint16_t c)
{
	const uint16_t port[3] = {a, b, c};
	struct infer_socket s = {.local = {0x0a000001, local}};

	for (unsigned i = 0; i < 3; i++) {
		if (!port[i])
			continue;
		s.external[i] = (struct endpoint){EXT, port[i]};
		s.seen |= 1u << i;
	}
	return s;
}

/** test_mapping() - some sockets, and the set they leave */
static void test_mapping(void **state)
{
	const struct {
		struct infer_socket s[3];
		unsigned set;
	} cases[] = {
		{{seen(1000, 0, 0, 0)}, MAP_ALL},
		{{seen(1000, 5000, 0, 0)}, MAP_ALL},
		/* one address: EIM and ADM look alike */
		{{seen(1000, 5000, 5000, 0)}, MAP_EIM | MAP_ADM},
		{{seen(1000, 5000, 5001, 0)}, MAP_APDM},
		/* two */
		{{seen(1000, 5000, 5000, 5000)}, MAP_EIM},
		{{seen(1000, 5000, 5000, 6000)}, MAP_ADM},
		{{seen(1000, 5000, 6000, 7000)}, MAP_APDM},
		{{seen(1000, 5000, 0, 5000)}, MAP_EIM},
		{{seen(1000, 5000, 0, 6000)}, MAP_ADM | MAP_APDM},
		/* kept ports look like EIM, whatever it is */
		{{seen(1000, 1000, 1000, 1000)}, MAP_ALL},
		{{seen(1000, 1000, 1000, 0)}, MAP_ALL},
		/* unless another socket wanted the same one */
		{{seen(1000, 1000, 1000, 1000), seen(1000, 7000, 1000, 1000)},
		 MAP_APDM},
		/* and it does not stay with one that it gave in its place */
		{{seen(1000, 1000, 1000, 1000), seen(2000, 7000, 7000, 7000)},
		 MAP_ALL},
		{{seen(1000, 1000, 1000, 1000), seen(2000, 7000, 7000, 8000)},
		 MAP_ADM | MAP_APDM},
		{{seen(1000, 1000, 1000, 1000), seen(2000, 7000, 7000, 7000),
		  seen(2000, 7000, 7000, 7000)},
		 MAP_ALL},
		{{seen(1000, 1000, 1000, 1000), seen(2000, 7000, 7000, 7000),
		  seen(3000, 8000, 8000, 8000)},
		 MAP_EIM},
		{{seen(1000, 1000, 1000, 1000), seen(2000, 7000, 7000, 9000),
		  seen(3000, 8000, 8000, 6000)},
		 MAP_ADM},
		{{seen(1000, 1000, 1000, 0), seen(2000, 7000, 7000, 0),
		  seen(3000, 8000, 8000, 0)},
		 MAP_EIM | MAP_ADM},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(infer_mapping(cases[i].s, 3), cases[i].set);
}

/** test_filtering() - who was asked to send, and who was heard */
static void test_filtering(void **state)
{
	static const struct {
		unsigned asked, heard, set;
	} cases[] = {
		{0, 0, FILTER_ALL},
		{2, 0, FILTER_APDF},
		{2, 2, FILTER_EIF | FILTER_ADF},
		{14, 14, FILTER_EIF},
		{14, 2, FILTER_ADF},
		{14, 0, FILTER_APDF},
		{14, 8, FILTER_EIF},
		{14, 4, FILTER_EIF},
		{12, 0, FILTER_ALL}, /* it may yet let the other port in */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct infer_socket s = {.asked = cases[i].asked,
					 .heard = cases[i].heard};

		assert_int_equal(infer_filtering(&s, 1), cases[i].set);
	}
}

/** test_allocation() - internal and external ports in a row */
static void test_allocation(void **state)
{
	static const struct {
		uint16_t local[8], external[8];
		unsigned set;
	} cases[] = {
		{{0}, {0}, ALLOC_ALL},
		{{1, 2}, {1, 2}, ALLOC_ALL}, /* too few */
		{{11, 22, 33, 44}, {11, 22, 33, 44}, ALLOC_PRESERVATION},
		{{11, 22, 33, 44}, {11, 22, 33, 99}, ALLOC_PRESERVATION},
		{{11, 22, 33, 44}, {71, 72, 73, 74}, ALLOC_SEQUENTIAL},
		{{11, 22, 33, 44}, {71, 75, 79, 90}, ALLOC_SEQUENTIAL},
		{{11, 22, 33, 44, 55},
		 {65534, 65535, 1024, 1025, 1026},
		 ALLOC_SEQUENTIAL},
		{{11, 22, 33, 44}, {9071, 505, 40000, 301}, ALLOC_RANDOM},
		{{11, 22, 33, 44},
		 {9071, 504, 40001, 300},
		 ALLOC_PARITY | ALLOC_RANDOM},
		{{11, 22, 33, 44, 55, 66, 77, 88},
		 {9071, 504, 40001, 300, 999, 12, 8887, 6},
		 ALLOC_PARITY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct infer_socket s[8];

		for (size_t k = 0; k < 8; k++)
			s[k] = seen(cases[i].local[k], cases[i].external[k], 0,
				    0);
		assert_int_equal(infer_allocation(s, 8), cases[i].set);
	}
}

/** test_allocation_by_address() - a NAT counts on each of its addresses */
static void test_allocation_by_address(void **state)
{
	struct infer_socket s[8];

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		s[i] = seen((uint16_t)(1000 + 8 * i),
			    (uint16_t)(i & 1 ? 5000 + i : 40000 + i), 0, 0);
		s[i].external[0].addr += i & 1;
	}
	assert_int_equal(infer_allocation(s, 8), ALLOC_SEQUENTIAL);
	/* an address each: nothing to compare */
	for (unsigned i = 0; i < 8; i++)
		s[i].external[0].addr = EXT + i;
	assert_int_equal(infer_allocation(s, 7),
			 ALLOC_RANDOM | ALLOC_SEQUENTIAL);
}

/** test_pooling() - one address of a few sockets is no pairing yet */
static void test_pooling(void **state)
{
	struct infer_socket s[14];

	(void)state;
	for (size_t i = 0; i < 14; i++)
		s[i] = seen((uint16_t)(1000 + i), (uint16_t)(5000 + i), 0, 0);
	assert_int_equal(infer_pooling(s, 0), POOL_ALL);
	assert_int_equal(infer_pooling(s, 1), POOL_ALL);
	assert_int_equal(infer_pooling(s, 7), POOL_ALL);
	assert_int_equal(infer_pooling(s, 14), POOL_PAIRED);
	s[1].external[0].addr++;
	assert_int_equal(infer_pooling(s, 3), POOL_ARBITRARY);
	/* from there on: the NAT may have got another address */
	assert_int_equal(infer_pooling(s, 2), POOL_ALL);
	for (size_t i = 2; i < 14; i++)
		s[i].external[0].addr++;
	assert_int_equal(infer_pooling(s, 14), POOL_ALL);
	s[13].external[0].addr--;
	assert_int_equal(infer_pooling(s, 14), POOL_ARBITRARY);
	for (size_t i = 2; i < 13; i++)
		s[i].external[0].addr--;
	s[1].seen = 0; /* never answered */
	assert_int_equal(infer_pooling(s, 14), POOL_PAIRED);
}

/** test_direct() - no NAT, only if all sockets say so */
static void test_direct(void **state)
{
	struct infer_socket s[3] = {seen(1000, 1000, 0, 0), seen(1001, 0, 0, 0),
				    seen(1002, 1002, 0, 0)};

	(void)state;
	assert_false(infer_direct(s, 3)); /* another address */
	for (size_t i = 0; i < 3; i++)
		s[i].local.addr = EXT;
	assert_true(infer_direct(s, 3));
	s[2].external[0].port++;
	assert_false(infer_direct(s, 3));
	assert_false(infer_direct(&s[1], 1)); /* nothing is known */
}

/** test_hairpin() - what was heard, and what silence may mean */
static void test_hairpin(void **state)
{
	static const struct {
		struct infer_hairpin seen;
		unsigned mapping, filtering, set;
	} cases[] = {
		{{0}, MAP_EIM, FILTER_EIF, HAIRPIN_ALL},
		{{.tried = true, .external = true},
		 MAP_APDM,
		 FILTER_APDF,
		 HAIRPIN_EXTERNAL},
		{{.tried = true, .internal = true},
		 MAP_EIM,
		 FILTER_EIF,
		 HAIRPIN_INTERNAL},
		{{.tried = true, .watched = true},
		 MAP_EIM,
		 FILTER_APDF,
		 HAIRPIN_OFF},
		{{.tried = true},
		 MAP_EIM,
		 FILTER_APDF,
		 HAIRPIN_OFF | HAIRPIN_INTERNAL},
		{{.tried = true, .watched = true},
		 MAP_APDM,
		 FILTER_EIF,
		 HAIRPIN_OFF},
		{{.tried = true, .watched = true},
		 MAP_APDM,
		 FILTER_APDF,
		 HAIRPIN_ALL},
		{{.tried = true, .watched = true, .kept = true},
		 MAP_APDM,
		 FILTER_APDF,
		 HAIRPIN_OFF},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(infer_hairpin(cases[i].seen, cases[i].mapping,
					       cases[i].filtering),
				 cases[i].set);
}

/** test_weigh() - one answer may be a loss, and some of many may be */
static void test_weigh(void **state)
{
	(void)state;
	assert_int_equal(infer_weigh(0, 0, 2), ANSWER_OPEN);
	assert_int_equal(infer_weigh(0, 1, 2), ANSWER_OPEN);
	assert_int_equal(infer_weigh(0, 2, 2), ANSWER_NO);
	assert_int_equal(infer_weigh(1, 0, 2), ANSWER_YES);
	assert_int_equal(infer_weigh(1, 1, 2), ANSWER_OPEN);
	assert_int_equal(infer_weigh(2, 3, 2), ANSWER_OPEN);
	assert_int_equal(infer_weigh(1, 4, 2), ANSWER_NO);
	assert_int_equal(infer_weigh(3, 2, 2), ANSWER_YES);
}

/** test_refresh() - two questions, four behaviours */
static void test_refresh(void **state)
{
	(void)state;
	assert_int_equal(infer_refresh(ANSWER_OPEN, ANSWER_OPEN), REFRESH_ALL);
	assert_int_equal(infer_refresh(ANSWER_YES, ANSWER_NO),
			 REFRESH_OUTBOUND);
	assert_int_equal(infer_refresh(ANSWER_NO, ANSWER_YES), REFRESH_INBOUND);
	assert_int_equal(infer_refresh(ANSWER_YES, ANSWER_YES), REFRESH_BOTH);
	assert_int_equal(infer_refresh(ANSWER_NO, ANSWER_NO), REFRESH_NONE);
	assert_int_equal(infer_refresh(ANSWER_YES, ANSWER_OPEN),
			 REFRESH_OUTBOUND | REFRESH_BOTH);
	assert_int_equal(infer_refresh(ANSWER_OPEN, ANSWER_NO),
			 REFRESH_OUTBOUND | REFRESH_NONE);
}

/* Enough have met no RST. */
#define UNTOLD .untold_inside = 4, .untold_outside = 4

/** test_expiry() - whom a RST told, and what the next segment met */
static void test_expiry(void **state)
{
	static const struct {
		struct infer_expiry seen;
		unsigned notify, stray;
	} cases[] = {
		{{0}, NOTIFY_ALL, STRAY_ALL},
		{{.dead = 4, UNTOLD, .silent = {2, 2}},
		 NOTIFY_NONE,
		 STRAY_DROP},
		/* a RST at both ports is the NAT's */
		{{.dead = 4, UNTOLD, .reset = {2, 2}}, NOTIFY_NONE, STRAY_RST},
		/* where the server's stack may not answer, there is none */
		{{.dead = 4, UNTOLD, .silent = {2, 0}, .reset = {0, 2}},
		 NOTIFY_NONE,
		 STRAY_REMAP},
		{{.dead = 4, UNTOLD, .healed = 4}, NOTIFY_NONE, STRAY_REMAP},
		{{.dead = 4, UNTOLD, .unreachable = 4},
		 NOTIFY_NONE,
		 STRAY_ICMP},
		{{.dead = 4, .told_inside = 4, .untold_outside = 4},
		 NOTIFY_INTERNAL,
		 STRAY_ALL},
		{{.dead = 4,
		  .untold_inside = 4,
		  .told_outside = 4,
		  .silent = {2, 2}},
		 NOTIFY_EXTERNAL,
		 STRAY_DROP},
		{{.dead = 4, .told_inside = 4, .told_outside = 4},
		 NOTIFY_BOTH,
		 STRAY_ALL},
		/* one port is not enough */
		{{.dead = 2, UNTOLD, .silent = {2, 0}},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_DROP},
		{{.dead = 2, UNTOLD, .reset = {0, 2}},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_RST},
		{{.dead = 2, UNTOLD, .silent = {0, 2}},
		 NOTIFY_NONE,
		 STRAY_DROP},
		{{.dead = 2, UNTOLD, .reset = {2, 0}}, NOTIFY_NONE, STRAY_RST},
		/* the odd one out does not decide */
		{{.dead = 7, UNTOLD, .silent = {3, 3}, .reset = {1, 0}},
		 NOTIFY_NONE,
		 STRAY_DROP},
		/* a RST that many have met is there, even if a bad way has lost
		 * it for others */
		{{.dead = 4, UNTOLD, .silent = {2, 1}, .reset = {0, 1}},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_DROP},
		{{.dead = 4, UNTOLD, .silent = {1, 0}, .reset = {1, 2}},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_RST},
		{{.dead = 4, UNTOLD, .silent = {1, 1}, .reset = {1, 1}},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_DROP | STRAY_RST},
		/* no NAT does that */
		{{.dead = 4, UNTOLD, .silent = {0, 2}, .reset = {2, 0}},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_DROP | STRAY_RST},
		/* nor both of these, but it was not the way */
		{{.dead = 6, UNTOLD, .silent = {2, 2}, .healed = 2},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_DROP},
		{{.dead = 6, UNTOLD, .silent = {2, 2}, .unreachable = 2},
		 NOTIFY_NONE,
		 STRAY_ICMP | STRAY_DROP},
		/* what is lost is no RST that was not sent: one silence may be
		 * a loss */
		{{.dead = 2, UNTOLD, .silent = {1, 1}},
		 NOTIFY_NONE,
		 STRAY_REMAP | STRAY_DROP | STRAY_RST},
		{{.dead = 2, UNTOLD, .silent = {0, 1}, .reset = {1, 0}},
		 NOTIFY_NONE,
		 STRAY_RST},
		/* one that went on is the NAT's, which gave it the same port;
		 * others of it had to have another one */
		{{.dead = 11,
		  UNTOLD,
		  .silent = {1, 0},
		  .reset = {0, 5},
		  .healed = 5},
		 NOTIFY_NONE,
		 STRAY_REMAP},
		/* nor are these, as the way did not work when it came */
		{{.dead = 9, .silent = {3, 3}}, NOTIFY_ALL, STRAY_DROP},
		{{.dead = 9, .untold_inside = 2, .untold_outside = 2},
		 NOTIFY_ALL,
		 STRAY_ALL},
		{{.dead = 9, .untold_inside = 4},
		 NOTIFY_NONE | NOTIFY_EXTERNAL,
		 STRAY_ALL},
		{{.dead = 9, .told_inside = 2, .untold_outside = 9},
		 NOTIFY_INTERNAL,
		 STRAY_ALL},
		{{.dead = 9,
		  .told_inside = 3,
		  .untold_inside = 6,
		  .told_outside = 9},
		 NOTIFY_EXTERNAL | NOTIFY_BOTH,
		 STRAY_ALL},
		{{.dead = 9,
		  .told_inside = 1,
		  .untold_inside = 8,
		  .told_outside = 9},
		 NOTIFY_EXTERNAL,
		 STRAY_ALL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(infer_notify(&cases[i].seen), cases[i].notify);
		assert_int_equal(infer_stray(&cases[i].seen), cases[i].stray);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mapping),
		cmocka_unit_test(test_filtering),
		cmocka_unit_test(test_allocation),
		cmocka_unit_test(test_allocation_by_address),
		cmocka_unit_test(test_pooling),
		cmocka_unit_test(test_direct),
		cmocka_unit_test(test_hairpin),
		cmocka_unit_test(test_weigh),
		cmocka_unit_test(test_refresh),
		cmocka_unit_test(test_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
