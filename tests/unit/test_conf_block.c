// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_block - blocks computed from settings: those that the engine uses
 */
#include "test_conf_util.h"

#include <errno.h>

#include "base/wire.h"
#include "nat/nat.h"
#include "tests/lib/build.h"

#define OWN    0xcb007105u /* 203.0.113.5 */
#define CLIENT 0xc0a84d00u /* 192.168.77.0 */
#define OTHER  0x0a090000u /* 10.9.0.0 */

#define LANS                                               \
	"lan: [{interface: a, address: 192.168.77.1/24}, " \
	"{interface: b, address: 10.9.0.1/28}]\n"

/* Not in order, so that an order by the settings would show. */
static const char pooled[] =
	LANS "wan: {interface: w, pool: [198.51.100.9-198.51.100.12, "
	     "198.51.100.1, 198.51.100.2, 198.51.100.16/30]}\n"
	     "nat: {deterministic: true, port-block-size: 1000}\n"
	     "forwards: {f: {protocol: all, external-address: 198.51.100.19, "
	     "internal: 192.168.77.9}}\n";

static const char own[] =
	LANS "wan: {interface: w, pool: [interface], port-range: 10-65535}\n"
	     "nat: {deterministic: true, port-block-size: 200}\n";

/** engine_of() - a NAT with these settings */
static struct nat *engine_of(const struct conf *conf)
{
	struct nat_pool_range ranges[8];
	struct nat_pool pool = {ranges, conf->n_pool, NULL, 0};
	struct nat *nat;

	assert_true(conf->n_pool <= 8);
	for (size_t i = 0; i < conf->n_pool; i++) {
		const struct conf_pool_entry *e = &conf->pool[i];

		/* cppcheck-suppress unreadVariable ; read by way of @pool */
		ranges[i] = (struct nat_pool_range){
			e->interface ? OWN : e->first,
			e->interface ? OWN : e->last, e->interface};
	}
	nat = nat_alloc(&conf->nat, &pool, 7, (struct nat_now){1, 1});
	assert_non_null(nat);
	return nat;
}

/** mapped() - the external endpoint that the NAT gives a client */
static struct endpoint mapped(struct nat *nat, uint32_t client, uint16_t port)
{
	const struct packet packet = {
		.protocol = 17,
		.src = {client, port},
		.dst = {0xcb007107, 53},
		.len = 4,
	};
	uint8_t bytes[PACKET_MAX];
	struct nat_packet p = {.bytes = bytes, .direction = NAT_OUTBOUND};

	p.len = build_packet(&packet, bytes);
	assert_int_equal(nat_handle(nat, (struct nat_now){1, 1}, &p),
			 NAT_TRANSLATED);
	return (struct endpoint){wire_get32(bytes + 12),
				 wire_get16(bytes + 20)};
}

/** check_client() - both ways for one client, against the engine */
static void check_client(const struct conf *conf, struct nat *nat,
			 uint32_t client)
{
	struct conf_block block, back;

	assert_int_equal(conf_block_of(conf, OWN, client, &block), 0);
	assert_int_equal(block.internal, client);
	for (uint16_t port = 2000; port < 2005; port++) {
		struct endpoint e = mapped(nat, client, port);

		assert_int_equal(e.addr, block.external);
		assert_in_range(e.port, block.first, block.last);
		assert_int_equal(conf_block_at(conf, OWN, e, &back), 0);
		assert_int_equal(back.internal, client);
		assert_int_equal(back.first, block.first);
		assert_int_equal(back.last, block.last);
	}
}

/** check_engine() - every host of both lans */
static void check_engine(const char *text)
{
	struct conf *conf = parsed(text, NULL, 0);
	struct nat *nat = engine_of(conf);

	for (uint32_t i = 2; i < 255; i++)
		check_client(conf, nat, CLIENT + i);
	for (uint32_t i = 2; i < 15; i++)
		check_client(conf, nat, OTHER + i);
	nat_free(nat);
	conf_free(conf);
}

/** test_pool() - a pool in no order; and a client with all of an address */
static void test_pool(void **state)
{
	(void)state;
	check_engine(pooled);
}

/** test_own() - the interface's own address, of which not all ports are ours */
static void test_own(void **state)
{
	(void)state;
	check_engine(own);
}

/** test_by_hand() - so that both being wrong would show */
static void test_by_hand(void **state)
{
	struct conf *conf = parsed(own, NULL, 0);
	struct conf_block block;

	(void)state;
	assert_int_equal(conf_block_of(conf, OWN, CLIENT + 20, &block), 0);
	assert_int_equal(block.external, OWN);
	assert_int_equal(block.first, 1024 + 20 * 200);
	assert_int_equal(block.last, 1024 + 21 * 200 - 1);
	assert_int_equal(conf_block_of(conf, OWN, OTHER + 1, &block), 0);
	assert_int_equal(block.first, 1024 + 257 * 200);
	conf_free(conf);
	conf = parsed(pooled, NULL, 0);
	/* 64 blocks an address; the second lowest address is 198.51.100.2 */
	assert_int_equal(conf_block_of(conf, 0, CLIENT + 65, &block), 0);
	assert_int_equal(block.external, 0xc6336402);
	assert_int_equal(block.first, 2024);
	assert_null(block.forward);
	conf_free(conf);
}

/** test_forward() - who has all of an address has no block besides */
static void test_forward(void **state)
{
	struct conf *conf = parsed(pooled, NULL, 0);
	struct conf_block block;

	(void)state;
	assert_int_equal(conf_block_of(conf, 0, CLIENT + 9, &block), 0);
	assert_int_equal(block.external, 0xc6336413);
	assert_int_equal(block.first, 0);
	assert_int_equal(block.last, 65535);
	assert_string_equal(block.forward, "f");
	assert_int_equal(conf_block_at(conf, 0,
				       (struct endpoint){0xc6336413, 5},
				       &block),
			 0);
	assert_int_equal(block.internal, CLIENT + 9);
	assert_int_equal(conf_block_at(conf, 0,
				       (struct endpoint){0xc6336401, 10024},
				       &block),
			 -ENOENT);
	assert_int_equal(conf_block_at(conf, 0,
				       (struct endpoint){0xc6336401, 9024},
				       &block),
			 0);
	assert_int_equal(block.internal, CLIENT + 8);
	conf_free(conf);
}

/** test_none() - what cannot be computed */
static void test_none(void **state)
{
	struct conf *conf = parsed(own, NULL, 0);
	struct conf_block block;

	(void)state;
	assert_int_equal(conf_block_of(conf, 0, CLIENT + 20, &block),
			 -EDESTADDRREQ);
	assert_int_equal(conf_block_of(conf, OWN, 0x08080808, &block), -ENOENT);
	assert_int_equal(
		conf_block_at(conf, OWN, (struct endpoint){OWN, 1023}, &block),
		-ENOENT);
	assert_int_equal(conf_block_at(conf, OWN,
				       (struct endpoint){OWN + 1, 2000},
				       &block),
			 -ENOENT);
	/* 272 blocks end at 55423 */
	assert_int_equal(
		conf_block_at(conf, OWN, (struct endpoint){OWN, 55424}, &block),
		-ENOENT);
	conf_free(conf);
	conf = parsed(LANS "nat: {port-block-size: 9}\n", NULL, 0);
	assert_int_equal(conf_block_of(conf, OWN, CLIENT + 20, &block),
			 -EOPNOTSUPP);
	conf_free(conf);
}

/** noted() - whether the notes on settings say @words */
static bool noted(const char *text, const char *words)
{
	struct conf *conf = parsed(text, NULL, 0);
	char *notes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&notes, &len);
	bool found;

	assert_non_null(out);
	conf_notes(conf, out);
	fclose(out);
	found = strstr(notes, words) != NULL;
	free(notes);
	conf_free(conf);
	return found;
}

/** test_notes() - allowed, but said: not enough addresses */
static void test_notes(void **state)
{
	static const char few[] = "address-only: wan.pool has 8 addresses for "
				  "up to 256 clients;";
	static const char none[] = "nobody else gets out";

	(void)state;
	assert_true(noted("lan: [{interface: a, address: 192.168.77.1/24}]\n"
			  "wan: {interface: w, pool: [198.51.100.0/29]}\n"
			  "nat: {address-only: true}\n",
			  few));
	assert_false(noted("lan: [{interface: a, address: 192.168.77.1/30}]\n"
			   "wan: {interface: w, pool: [198.51.100.0/29]}\n"
			   "nat: {address-only: true}\n",
			   "address-only"));
	assert_true(noted("wan: {pool: [198.51.100.1]}\nforwards: {a: "
			  "{protocol: all, external-address: 198.51.100.1, "
			  "internal: 192.168.77.9}}\n",
			  none));
	assert_false(noted("wan: {pool: [198.51.100.1, 198.51.100.2]}\n"
			   "forwards: {a: {protocol: all, external-address: "
			   "198.51.100.1, internal: 192.168.77.9}}\n",
			   none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool),	cmocka_unit_test(test_own),
		cmocka_unit_test(test_by_hand), cmocka_unit_test(test_forward),
		cmocka_unit_test(test_none),	cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
