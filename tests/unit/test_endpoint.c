// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_endpoint - addresses, endpoints and prefixes as text
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/endpoint.h"
#include "base/rng.h"
#include "tests/unit/unit.h"

/** test_format() - texts of known addresses and endpoints */
static void test_format(void **state)
{
	char address[ADDRESS_TEXT], text[ENDPOINT_TEXT];

	(void)state;
	assert_string_equal(address_format(0, address), "0.0.0.0");
	assert_string_equal(address_format(0xc0000201, address), "192.0.2.1");
	assert_string_equal(address_format(UINT32_MAX, address),
			    "255.255.255.255");
	assert_string_equal(
		endpoint_format((struct endpoint){0x0a090063, 0}, text),
		"10.9.0.99:0");
	assert_string_equal(
		endpoint_format((struct endpoint){UINT32_MAX, 65535}, text),
		"255.255.255.255:65535");
	assert_ptr_equal(address_format(1, address), address);
	assert_ptr_equal(endpoint_format((struct endpoint){1, 2}, text), text);
}

/** test_round_trip() - what is printed is read back as the same */
static void test_round_trip(void **state)
{
	char text[ENDPOINT_TEXT];
	struct endpoint e, back;
	uint32_t addr;
	struct rng rng;
	int i;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (i = 0; i < 20000; i++) {
		e.addr = (uint32_t)rng_next(&rng) >> rng_below(&rng, 32);
		e.port = (uint16_t)rng_next(&rng);
		assert_true(endpoint_parse(endpoint_format(e, text), &back));
		assert_true(endpoint_equal(e, back));
		assert_true(address_parse(address_format(e.addr, text), &addr));
		assert_int_equal(addr, e.addr);
	}
}

/** test_equal() - address and port both count */
static void test_equal(void **state)
{
	const struct endpoint e = {1, 2};

	(void)state;
	assert_true(endpoint_equal(e, (struct endpoint){1, 2}));
	assert_false(endpoint_equal(e, (struct endpoint){1, 3}));
	assert_false(endpoint_equal(e, (struct endpoint){2, 2}));
}

/** test_address_bad() - near misses are refused and leave the output alone */
static void test_address_bad(void **state)
{
	static const char *const bad[] = {
		"",
		"1",
		"1.2.3",
		"1.2.3.",
		"1.2.3.4.",
		"1.2.3.4.5",
		".1.2.3.4",
		"1..2.3",
		"256.1.1.1",
		"1.1.1.256",
		"1.2.3.4 ",
		" 1.2.3.4",
		"1.2.3.04",
		"010.0.0.1",
		"00.0.0.0",
		"1.2.3.-4",
		"+1.2.3.4",
		"1.2.3.4a",
		"0x1.2.3.4",
		"1.2.3.4:5",
		"1.2.3.4/24",
		"1,2,3,4",
		"99999999999.1.1.1",
		"4294967297.1.1.1",
		"1.2.3.4294967300",
	};
	uint32_t addr = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (address_parse(bad[i], &addr))
			fail_msg("taken for an address: '%s'", bad[i]);
		assert_int_equal(addr, 42);
	}
	assert_true(address_parse("0.0.0.0", &addr));
	assert_int_equal(addr, 0);
	assert_true(address_parse("203.0.113.250", &addr));
	assert_int_equal(addr, 0xcb0071fa);
}

/** test_endpoint_parse() - the port's limits, and near misses */
static void test_endpoint_parse(void **state)
{
	static const char *const bad[] = {
		"",
		"1.2.3.4",
		"1.2.3.4:",
		"1.2.3.4:65536",
		"1.2.3.4:01",
		"1.2.3.4:-1",
		"1.2.3.4: 1",
		"1.2.3.4:1 ",
		":80",
		"1.2.3:80",
		"1.2.3.4::80",
		"1.2.3.4:80:",
		"1.2.3.4;80",
		"1.2.3.4:00",
		"1.2.3.4:4294967376",
		"1.2.3.4:99999999999999999999",
	};
	struct endpoint e = {42, 43};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (endpoint_parse(bad[i], &e))
			fail_msg("taken for an endpoint: '%s'", bad[i]);
		assert_int_equal(e.addr, 42);
		assert_int_equal(e.port, 43);
	}
	assert_true(endpoint_parse("192.0.2.1:0", &e));
	assert_int_equal(e.addr, 0xc0000201);
	assert_int_equal(e.port, 0);
	assert_true(endpoint_parse("192.0.2.1:65535", &e));
	assert_int_equal(e.port, 65535);
}

/** test_prefix() - lengths, the plain address, near misses, the mask */
static void test_prefix(void **state)
{
	static const char *const bad[] = {
		"",	      "1.2.3.4/",   "1.2.3.4/33",  "1.2.3.4/024",
		"1.2.3.4/-1", "1.2.3.4/a",  "1.2.3.4/24 ", "1.2.3/24",
		"1.2.3.4//8", "1.2.3.4:24", "/24",	   "1.2.3.4/8/8",
	};
	uint32_t addr = 42;
	unsigned bits = 43;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (prefix_parse(bad[i], &addr, &bits))
			fail_msg("taken for a prefix: '%s'", bad[i]);
		assert_int_equal(addr, 42);
		assert_int_equal(bits, 43);
	}
	assert_true(prefix_parse("192.168.77.9/24", &addr, &bits));
	assert_int_equal(addr, 0xc0a84d09);
	assert_int_equal(bits, 24);
	assert_true(prefix_parse("0.0.0.0/0", &addr, &bits));
	assert_int_equal(bits, 0);
	assert_true(prefix_parse("10.0.0.1", &addr, &bits));
	assert_int_equal(addr, 0x0a000001);
	assert_int_equal(bits, 32);
	assert_int_equal(prefix_mask(0), 0);
	assert_int_equal(prefix_mask(1), 0x80000000);
	assert_int_equal(prefix_mask(24), 0xffffff00);
	assert_int_equal(prefix_mask(32), UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_address_bad),
		cmocka_unit_test(test_endpoint_parse),
		cmocka_unit_test(test_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
