// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_message - reading messages, building replies, encoding options
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/wire.h"
#include "dhcpd/build.h"
#include "dhcpd/options.h"
#include "tests/lib/dhcpmsg.h"
#include "tests/unit/unit.h"

static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};

/** test_parse() - the header's fields and some options */
static void test_parse(void **state)
{
	struct dhcp_message m;
	struct dhcpmsg msg;
	uint32_t value = 0;
	size_t len = 0;

	(void)state;
	dhcpmsg_begin(&msg, 3, mac, 0xa1b2c3d4);
	wire_put16(msg.bytes + 10, 0x8000);
	dhcpmsg_field32(&msg, 12, 0x0a000001);
	dhcpmsg_field32(&msg, 24, 0x0a0000fe);
	dhcpmsg_u32(&msg, 50, 0xc0a84d32);
	dhcpmsg_option(&msg, 80, NULL, 0);
	dhcpmsg_option(&msg, 82, (const uint8_t *)"\5\4\1\2\3\4\13\2\7\7", 10);
	dhcpmsg_end(&msg);
	assert_int_equal(dhcp_message_parse(msg.bytes, msg.len, &m),
			 MESSAGE_OK);
	assert_int_equal(m.type, DHCPREQUEST);
	assert_int_equal(m.xid, 0xa1b2c3d4);
	assert_int_equal(m.flags, FLAG_BROADCAST);
	assert_int_equal(m.ciaddr, 0x0a000001);
	assert_int_equal(m.giaddr, 0x0a0000fe);
	assert_int_equal(m.hlen, 6);
	assert_memory_equal(m.chaddr, mac, 6);
	assert_int_equal(dhcp_option_u32(&m, 50), 0xc0a84d32);
	assert_int_equal(dhcp_option_u32(&m, 54), 0);
	assert_true(dhcp_option_has(&m, 80));
	assert_non_null(dhcp_option(&m, 80, &len));
	assert_int_equal(len, 0);
	assert_null(dhcp_option(&m, 81, &len));
	assert_true(dhcp_suboption_u32(&m, 5, &value));
	assert_int_equal(value, 0x01020304);
	assert_false(dhcp_suboption_u32(&m, 11, &value));
	assert_false(dhcp_suboption_u32(&m, 1, &value));
}

/** test_lengths() - every length from 0 on is refused or read, never beyond */
static void test_lengths(void **state)
{
	struct dhcp_message m;
	struct dhcpmsg msg;

	(void)state;
	dhcpmsg_begin(&msg, 1, mac, 1);
	dhcpmsg_option(&msg, 61, (const uint8_t *)"abcdef", 6);
	dhcpmsg_end(&msg);
	for (size_t len = 0; len <= msg.len; len++) {
		uint8_t *exact = malloc(len ? len : 1);
		int rc;

		assert_non_null(exact);
		memcpy(exact, msg.bytes, len);
		rc = dhcp_message_parse(exact, len, &m);
		if (len < 236)
			assert_int_equal(rc, DHCPD_DROP_TRUNCATED);
		else if (len < 241)
			assert_int_equal(rc, DHCPD_DROP_BOOTP);
		else if (len == 243 || len >= 251)
			assert_int_equal(rc, MESSAGE_OK);
		else
			assert_int_equal(rc, DHCPD_DROP_BAD_OPTION);
		free(exact);
	}
}

/** build_one() - a reply with random options; what came out must hold them */
static void build_one(struct rng *rng)
{
	static uint8_t values[40][700], out[1472], came[1500];
	uint8_t codes[40] = {53};
	size_t lens[40] = {1}, n = 1 + rng_below(rng, 39), max, len, used = 1;
	static struct build build;
	struct dhcp_message m = {.htype = 1, .hlen = 6};
	unsigned cut = 0, missing = 0;

	memset(&build, 0, sizeof(build));
	build.request = &m;
	build.overload = rng_below(rng, 4);
	max = 548 + rng_below(rng, sizeof(out) - 547);
	values[0][0] = 2;
	dhcp_build_add(&build, 53, values[0], 1);
	for (size_t i = 1; i < n; i++) {
		codes[i] = (uint8_t)(100 + i);
		lens[i] = rng_below(rng, 8) ? rng_below(rng, 60)
					    : rng_below(rng, 700);
		for (size_t k = 0; k < lens[i]; k++)
			values[i][k] = (uint8_t)rng_next(rng);
		dhcp_build_add(&build, codes[i], values[i], lens[i]);
		used += lens[i];
	}
	if (rng_below(rng, 2))
		build.relay = (struct build_item){
			.value = values[1], .len = 20, .code = 82};
	memset(out, 0xee, sizeof(out));
	len = dhcp_build(&build, out, max, &cut);
	assert_true(len >= 300 && len <= max);
	for (size_t i = 0; i < n; i++) {
		int got = dhcpmsg_get(out, len, codes[i], came);

		assert_int_not_equal(got, -2);
		if (got < 0) {
			missing++;
			continue;
		}
		assert_int_equal(got, lens[i]);
		assert_memory_equal(came, values[i], lens[i]);
	}
	if (build.relay.value) {
		int got = dhcpmsg_get(out, len, 82, came);
		uint8_t all[512];

		missing += got < 0;
		if (got >= 0)
			assert_int_equal(all[dhcpmsg_codes(out, len, all) - 1],
					 82);
	}
	/* what is not there was counted, and was not left out for nothing */
	assert_int_equal(missing, cut);
	if (used + 8 * n + 40 < max - 240)
		assert_int_equal(cut, 0);
	if (!build.overload)
		assert_int_equal(dhcpmsg_get(out, len, 52, came), -1);
}

/** test_build() - layouts of all sorts read back */
static void test_build(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (int i = 0; i < 20000; i++)
		build_one(&rng);
}

/** test_routes() - RFC 3442's own examples */
static void test_routes(void **state)
{
	static const struct dhcpd_route routes[] = {
		{0x00000000, 0, 1},  {0x0a000000, 8, 2},  {0x0a000000, 24, 3},
		{0x0a110000, 16, 4}, {0x0a1b8100, 24, 5}, {0x0ae50080, 25, 6},
		{0xc6c0e5ff, 32, 7},
	};
	static const uint8_t right[] = {
		0,  0,	0,  0,	 1,  8,	  10,  0,   0,	 0,  2,	  24, 10,
		0,  0,	0,  0,	 0,  3,	  16,  10,  17,	 0,  0,	  0,  4,
		24, 10, 27, 129, 0,  0,	  0,   5,   25,	 10, 229, 0,  128,
		0,  0,	0,  6,	 32, 198, 192, 229, 255, 0,  0,	  0,  7,
	};
	uint8_t bytes[100];

	(void)state;
	assert_int_equal(option_routes(routes, 7, 9, bytes, sizeof(bytes)),
			 sizeof(right));
	assert_memory_equal(bytes, right, sizeof(right));
	for (size_t size = 0; size < sizeof(right); size++)
		assert_true(option_routes(routes, 7, 9, bytes, size) <= size);
}

/** test_search() - names that are too long, empty, or have no room */
static void test_search(void **state)
{
	char label[65], name[300];
	const char *names[] = {label, name, "", ".", ".a", "a.", "ok.example"};
	uint8_t bytes[300];

	(void)state;
	memset(label, 'x', 64);
	label[64] = '\0';
	memset(name, 'y', sizeof(name));
	for (size_t i = 50; i < sizeof(name); i += 50)
		name[i] = '.';
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(option_search(names, 7, bytes, sizeof(bytes)), 12);
	assert_memory_equal(bytes, "\2ok\7example\0", 12);
	label[63] = '\0';
	assert_int_equal(option_search(names, 1, bytes, sizeof(bytes)), 65);
	for (size_t size = 0; size < 65; size++)
		assert_int_equal(option_search(names, 1, bytes, size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),  cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_build),  cmocka_unit_test(test_routes),
		cmocka_unit_test(test_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
