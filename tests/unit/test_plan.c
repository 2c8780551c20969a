// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_plan - external addresses from settings and the host's addresses
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "tests/unit/unit.h"

#include "gateway/plan.h"

#define WAN 3
#define LAN 5
#define A(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))

static const unsigned lan_index[] = {LAN};
static struct conf_lan lans[] = {
	{.interface = "lan0", .address = A(192, 168, 77, 1), .bits = 24}};

/** settings() - one LAN and a pool */
static struct conf settings(struct conf_pool_entry *pool, size_t n)
{
	return (struct conf){
		.lan = lans,
		.n_lan = 1,
		.wan_interface = "wan0",
		.pool = pool,
		.n_pool = n,
	};
}

/** assert_range() - one range of a plan */
static void assert_range(const struct plan *plan, size_t i, uint32_t first,
			 uint32_t last, bool host)
{
	assert_true(i < plan->n_range);
	assert_int_equal(plan->range[i].first, first);
	assert_int_equal(plan->range[i].last, last);
	assert_int_equal(plan->range[i].host, host);
}

/** has() - whether a list holds an address */
static bool has(const uint32_t *list, size_t n, uint32_t addr)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (list[i] == addr)
			return true;
	return false;
}

static void test_interface(void **state)
{
	struct conf_pool_entry pool[] = {{.interface = true}};
	struct conf conf = settings(pool, 1);
	const struct plan_address host[] = {
		{A(127, 0, 0, 1), 8, 1, false},
		{A(203, 0, 113, 9), 24, WAN, true},
		{A(203, 0, 113, 1), 24, WAN, false},
		{A(192, 168, 77, 1), 24, LAN, false},
		{A(172, 17, 0, 1), 16, 7, false},
		{A(198, 51, 100, 1), 32, 8, false},
	};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&plan, &conf, WAN, lan_index, host, 6), 0);
	assert_int_equal(plan.n_range, 1);
	/* the primary address, though it comes later */
	assert_range(&plan, 0, A(203, 0, 113, 1), A(203, 0, 113, 1), true);
	assert_int_equal(plan.n_own, 1);
	assert_int_equal(plan.n_local, 0);

	/* the WAN's and public ones are the host's own sources; neither a
	 * LAN's nor a bridge's private one may show outside */
	assert_int_equal(plan.n_source, 3);
	assert_true(has(plan.source, 3, A(203, 0, 113, 1)));
	assert_true(has(plan.source, 3, A(203, 0, 113, 9)));
	assert_true(has(plan.source, 3, A(198, 51, 100, 1)));
	assert_int_equal(plan.n_host, 5);
	assert_false(has(plan.host, 5, A(127, 0, 0, 1)));
	plan_clean(&plan);
}

static void test_private_wan(void **state)
{
	struct conf_pool_entry pool[] = {{.interface = true}};
	struct conf conf = settings(pool, 1);
	const struct plan_address host[] = {
		{A(10, 0, 0, 2), 24, WAN, false},
		{A(192, 168, 77, 1), 24, LAN, false},
	};
	struct plan plan;

	(void)state;
	/* behind another NAT the WAN's address is private and still ours */
	assert_int_equal(plan_make(&plan, &conf, WAN, lan_index, host, 2), 0);
	assert_int_equal(plan.n_source, 1);
	assert_int_equal(plan.source[0], A(10, 0, 0, 2));
	plan_clean(&plan);
}

static void test_no_address(void **state)
{
	struct conf_pool_entry pool[] = {{.interface = true}};
	struct conf conf = settings(pool, 1);
	const struct plan_address host[] = {
		{A(192, 168, 77, 1), 24, LAN, false}};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&plan, &conf, WAN, lan_index, host, 1), 0);
	assert_int_equal(plan.n_range, 0);
	assert_int_equal(plan.n_source, 0);
	plan_clean(&plan);
	/* nor with an index of 0, the interface being gone */
	assert_int_equal(plan_make(&plan, &conf, 0, lan_index, host, 0), 0);
	assert_int_equal(plan.n_range, 0);
	plan_clean(&plan);
}

static void test_ranges(void **state)
{
	struct conf_pool_entry pool[] = {
		{.interface = true},
		{.first = A(203, 0, 113, 0), .last = A(203, 0, 113, 7)},
		{.first = A(203, 0, 113, 6), .last = A(203, 0, 113, 8)},
		{.first = A(198, 51, 100, 0), .last = A(198, 51, 100, 3)},
		{.first = UINT32_MAX - 1, .last = UINT32_MAX},
	};
	struct conf conf = settings(pool, 5);
	const struct plan_address host[] = {
		{A(203, 0, 113, 1), 24, WAN, false},
		{A(203, 0, 113, 4), 24, WAN, true},
	};
	struct plan plan;
	size_t i;

	(void)state;
	assert_int_equal(plan_make(&plan, &conf, WAN, lan_index, host, 2), 0);
	assert_int_equal(plan.n_range, 8);
	assert_range(&plan, 0, A(203, 0, 113, 1), A(203, 0, 113, 1), true);
	assert_range(&plan, 1, A(203, 0, 113, 0), A(203, 0, 113, 0), false);
	assert_range(&plan, 2, A(203, 0, 113, 2), A(203, 0, 113, 3), false);
	assert_range(&plan, 3, A(203, 0, 113, 4), A(203, 0, 113, 4), true);
	assert_range(&plan, 4, A(203, 0, 113, 5), A(203, 0, 113, 7), false);
	assert_range(&plan, 5, A(203, 0, 113, 8), A(203, 0, 113, 8), false);
	assert_range(&plan, 6, A(198, 51, 100, 0), A(198, 51, 100, 3), false);
	assert_range(&plan, 7, UINT32_MAX - 1, UINT32_MAX, false);
	assert_int_equal(plan.n_own, 2);

	/* ARP: inside the WAN's subnet, not the host's, not the network's */
	assert_int_equal(plan.n_local, 6);
	for (i = 0; i < 6; i++)
		assert_int_equal(plan.local[i] >> 8, A(0, 203, 0, 113));
	assert_false(has(plan.local, 6, A(203, 0, 113, 0)));
	assert_false(plan.cut);
	plan_clean(&plan);
}

static void test_large(void **state)
{
	struct conf_pool_entry pool[] = {
		{.first = A(10, 0, 0, 0), .last = A(10, 0, 255, 255)}};
	struct conf conf = settings(pool, 1);
	const struct plan_address host[] = {{A(10, 0, 0, 1), 8, WAN, false}};
	struct plan plan;

	(void)state;
	assert_int_equal(plan_make(&plan, &conf, WAN, lan_index, host, 1), 0);
	assert_int_equal(plan.n_local, PLAN_LOCAL_MAX);
	assert_true(plan.cut);
	plan_clean(&plan);
}

static void test_same_pool(void **state)
{
	struct conf_pool_entry pool[] = {{.interface = true}};
	struct conf conf = settings(pool, 1);
	struct plan_address host[] = {{A(203, 0, 113, 1), 24, WAN, false},
				      {A(198, 51, 100, 1), 24, 9, false}};
	struct plan a, b;

	(void)state;
	assert_int_equal(plan_make(&a, &conf, WAN, lan_index, host, 1), 0);
	assert_int_equal(plan_make(&b, &conf, WAN, lan_index, host, 1), 0);
	assert_true(plan_same_pool(&a, &b));
	plan_clean(&b);
	/* one more address of the host: the engine must know it */
	assert_int_equal(plan_make(&b, &conf, WAN, lan_index, host, 2), 0);
	assert_false(plan_same_pool(&a, &b));
	plan_clean(&b);
	host[0].addr++;
	assert_int_equal(plan_make(&b, &conf, WAN, lan_index, host, 1), 0);
	assert_false(plan_same_pool(&a, &b));
	plan_clean(&b);
	plan_clean(&a);
}

static void test_overlap(void **state)
{
	struct conf conf = settings(NULL, 0);
	struct plan_address host[] = {
		{A(192, 168, 77, 1), 24, LAN, false},
		{A(192, 168, 78, 5), 24, WAN, false},
	};
	size_t which = 9;

	(void)state;
	assert_null(plan_overlap(&conf, WAN, host, 2, &which));
	/* the wider of the two decides, whichever it is */
	host[1].bits = 16;
	assert_ptr_equal(plan_overlap(&conf, WAN, host, 2, &which), &host[1]);
	assert_int_equal(which, 0);
	host[1].bits = 32;
	host[1].addr = A(192, 168, 77, 9);
	assert_ptr_equal(plan_overlap(&conf, WAN, host, 2, &which), &host[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_private_wan),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_same_pool),
		cmocka_unit_test(test_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
