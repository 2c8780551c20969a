// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_frame - DHCP's way through IP, UDP and ARP
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/rng.h"
#include "base/wire.h"
#include "gateway/dhcp_frame.h"
#include "tests/unit/unit.h"

#define CLIENT 0xc0a84d32 /* 192.168.77.50 */
#define SERVER 0xc0a84d01

/** struct built - a packet to port 67, as a client would send it */
struct built {
	uint8_t bytes[DHCP_FRAME_MAX];
	size_t len;
};

/** build() - a packet with @len bytes of data, to the server's port */
static void build(struct built *built, size_t len)
{
	uint8_t data[DHCPD_REPLY_MAX];
	const struct dhcpd_reply reply = {
		.bytes = data,
		.len = len,
		.source = CLIENT,
		.destination = SERVER,
		.port = DHCP_SERVER_PORT,
	};

	for (size_t i = 0; i < len; i++)
		/* cppcheck-suppress unreadVariable; the frame's bytes */
		data[i] = (uint8_t)(i * 7 + 1);
	built->len = dhcp_frame_build(&reply, built->bytes);
}

/** mend() - make the IP header's checksum right again */
static void mend(struct built *built)
{
	wire_put16(built->bytes + 10, 0);
	wire_put16(built->bytes + 10,
		   (uint16_t)~checksum_fold(checksum_add(0, built->bytes, 20)));
}

/** parse() - from a buffer of exactly that size, so that a sanitizer sees */
static bool parse(const struct built *built, bool unfinished,
		  struct dhcpd_packet *message)
{
	uint8_t *copy = malloc(built->len ? built->len : 1);
	bool good;

	assert_non_null(copy);
	memcpy(copy, built->bytes, built->len);
	good = dhcp_frame_parse(copy, built->len, unfinished, message);
	if (good) {
		assert_true(message->bytes >= copy);
		assert_true(message->bytes + message->len <= copy + built->len);
	}
	free(copy);
	return good;
}

/** test_there_and_back() - what is built is what is read, at every length */
static void test_there_and_back(void **state)
{
	struct dhcpd_packet message;
	struct built built;

	(void)state;
	for (size_t len = 0; len <= DHCPD_REPLY_MAX; len++) {
		build(&built, len);
		assert_int_equal(built.len, 28 + len);
		assert_true(dhcp_frame_parse(built.bytes, built.len, false,
					     &message));
		assert_int_equal(message.len, len);
		assert_ptr_equal(message.bytes, built.bytes + 28);
		assert_int_equal(message.source, CLIENT);
		assert_int_equal(message.destination, SERVER);
		/* 0 would say that there is none (RFC 768) */
		assert_int_not_equal(wire_get16(built.bytes + 26), 0);
	}
}

/** test_padding() - short Ethernet frames have some at their end */
static void test_padding(void **state)
{
	struct dhcpd_packet message;
	struct built built;

	(void)state;
	build(&built, 10);
	memset(built.bytes + built.len, 0xee, 8);
	built.len += 8;
	assert_true(parse(&built, false, &message));
	assert_int_equal(message.len, 10);
}

/** test_options() - an IP header longer than usual */
static void test_options(void **state)
{
	struct dhcpd_packet message;
	struct built built;

	(void)state;
	build(&built, 30);
	memmove(built.bytes + 24, built.bytes + 20, 38);
	memset(built.bytes + 20, 1, 4);
	built.bytes[0] = 0x46;
	built.len += 4;
	wire_put16(built.bytes + 2, (uint16_t)built.len);
	wire_put16(built.bytes + 10, 0);
	wire_put16(built.bytes + 10,
		   (uint16_t)~checksum_fold(checksum_add(0, built.bytes, 24)));
	assert_true(parse(&built, false, &message));
	assert_int_equal(message.len, 30);
}

/** test_checksums() - a wrong bit anywhere, and what is not finished */
static void test_checksums(void **state)
{
	struct dhcpd_packet message;
	struct built built;

	(void)state;
	for (size_t bit = 0; bit < (28 + 16) * 8; bit++) {
		build(&built, 16);
		built.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(parse(&built, false, &message));
	}
	build(&built, 16);
	wire_put16(built.bytes + 26, 0x1234);
	assert_false(parse(&built, false, &message));
	assert_true(parse(&built, true, &message));
	wire_put16(built.bytes + 26, 0);
	assert_true(parse(&built, false, &message));
}

/** test_others() - what is for somebody else, or in pieces */
static void test_others(void **state)
{
	static const struct {
		size_t at;
		uint16_t value;
	} changes[] = {
		{0, 0x6500}, /* version 6 */
		{0, 0x4400}, /* a header of 16 bytes */
		{2, 27},     /* shorter than its headers */
		{2, 2000},   /* longer than it is */
		{6, 0x2000}, /* more fragments */
		{6, 0x0001}, /* a later one */
		{8, 0x4006}, /* TCP */
		{22, 68},    /* another port */
		{24, 7},     /* a UDP length below its header's */
		{24, 45},    /* and one above what is there */
	};
	struct dhcpd_packet message;
	struct built built;

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		build(&built, 16);
		wire_put16(built.bytes + changes[i].at, changes[i].value);
		mend(&built);
		assert_false(parse(&built, true, &message));
	}
}

/** test_noise() - cut anywhere, and changed at random */
static void test_noise(void **state)
{
	struct dhcpd_packet message;
	struct built built;
	struct rng rng;

	(void)state;
	rng_seed(&rng, unit_seed());
	for (size_t len = 0; len < 44; len++) {
		build(&built, 16);
		built.len = len;
		assert_false(parse(&built, true, &message));
	}
	for (unsigned i = 0; i < 20000; i++) {
		build(&built, rng_below(&rng, 64));
		for (unsigned k = rng_below(&rng, 8) + 1; k--;)
			built.bytes[rng_below(&rng, (uint32_t)built.len)] =
				(uint8_t)rng_next(&rng);
		if (i % 2)
			mend(&built);
		parse(&built, i % 3, &message);
	}
}

/** test_arp() - a probe has no sender's address; others tell theirs */
static void test_arp(void **state)
{
	static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
	static const uint8_t probe[DHCP_ARP_BYTES] = {
		0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0,   0,	0,  1,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 192, 168, 77, 50};
	uint8_t arp[DHCP_ARP_BYTES];
	uint32_t sender = 5;

	(void)state;
	dhcp_arp_probe(arp, mac, CLIENT);
	assert_memory_equal(arp, probe, sizeof(probe));
	assert_false(dhcp_arp_parse(arp, sizeof(arp), &sender));
	wire_put32(arp + 14, CLIENT);
	assert_true(dhcp_arp_parse(arp, sizeof(arp), &sender));
	assert_int_equal(sender, CLIENT);
	wire_put16(arp + 6, 2);
	assert_true(dhcp_arp_parse(arp, sizeof(arp), &sender));
	for (size_t len = 0; len < sizeof(arp); len++)
		assert_false(dhcp_arp_parse(arp, len, &sender));
	for (size_t at = 0; at < 8; at++) {
		arp[at] ^= 0x10;
		assert_false(dhcp_arp_parse(arp, sizeof(arp), &sender));
		arp[at] ^= 0x10;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_checksums),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_arp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
