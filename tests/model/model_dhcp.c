// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * model_dhcp - random clients, clocks, crashes and settings against what every
 * DHCP server must keep
 *
 * Theory of operation. The model believes only what the wire says. It notes
 * each DHCPACK as a promise: this client, this address, until then. While a
 * promise holds, nobody else may be offered or given the address, the client
 * must not be refused it (unless it gave it back, declined it, or an operator
 * or a fault took it), and a crash may not change that: the journal is cut at
 * a random place behind the last record that a reply waited for.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/rng.h"
#include "base/wire.h"
#include "tests/lib/dhcpmsg.h"
#include "tests/lib/dhcprig.h"
#include "tests/unit/unit.h"

#define CLIENTS	   12
#define OPERATIONS 60000
#define SERVER	   0xc0a84d01
#define FIRST	   0xc0a84d32
#define ADDRESSES  10

/**
 * struct promise - what the wire said of an address
 * @client:	who was ACKed it, or -1
 * @moved:	it is to get another one: nobody may be offered this one
 * @until:	lapse ms; DHCPD_NEVER
 * @wall:	when the journal last heard of it, by the wall clock
 * @left:	what was left of it then
 */
struct promise {
	int client;
	bool moved;
	uint64_t until;
	uint64_t wall;
	uint64_t left;
};

/** struct model - the promises, and what each client was last offered */
struct model {
	struct dhcprig *rig;
	struct rng rng;
	struct promise promise[ADDRESSES];
	uint32_t offered[CLIENTS];
	uint32_t has[CLIENTS]; /* what the client uses, or 0 */
	uint64_t acks, offers, naks, crashes;
};

/** mac_of() - a client's address */
static void mac_of(int client, uint8_t mac[6])
{
	const uint8_t bytes[6] = {2, 0, 0, 0, 1, (uint8_t)client};

	memcpy(mac, bytes, 6);
}

/** holder() - who holds an address now, CLIENTS if he has to move, or -1 */
static int holder(const struct model *m, uint32_t address)
{
	const struct promise *p = &m->promise[address - FIRST];

	if (p->client < 0 || p->until <= m->rig->now.lapse)
		return -1;
	return p->moved ? CLIENTS : p->client;
}

/** in_pool() - whether an address may be given at all */
static bool in_pool(uint32_t address)
{
	return address >= FIRST && address < FIRST + ADDRESSES;
}

/** held() - whether a client holds an address, and may keep it */
static bool held(const struct model *m, uint32_t address)
{
	int who = in_pool(address) ? holder(m, address) : -1;

	return who >= 0 && who < CLIENTS;
}

/** forget() - a promise is over: given back, declined, taken */
static void forget(struct model *m, uint32_t address)
{
	m->promise[address - FIRST].client = -1;
}

/** forget_client() - all that was promised to a client but for @address */
static void forget_client(struct model *m, int client, uint32_t address)
{
	for (uint32_t i = 0; i < ADDRESSES; i++)
		if (m->promise[i].client == client && FIRST + i != address)
			m->promise[i].client = -1;
}

/** journaled() - a promise's record is written now */
static void journaled(const struct model *m, struct promise *p)
{
	uint64_t now = m->rig->now.lapse;

	p->wall = m->rig->wall;
	p->left = p->until == DHCPD_NEVER ? DHCPD_NEVER
		  : p->until > now	  ? p->until - now
					  : 0;
}

/** reply_seen() - judge one reply */
static void reply_seen(struct model *m, const struct dhcpd_reply *r)
{
	uint32_t address = wire_get32(r->bytes + 16), seconds;
	int client = r->bytes[28 + 5], who;
	struct promise *promise;
	uint8_t type[1500] = {0};

	assert_int_equal(dhcpmsg_get(r->bytes, r->len, 53, type), 1);
	if (type[0] == 6) {
		m->naks++;
		return;
	}
	if (!address)
		return; /* of DHCPINFORM */
	assert_true(in_pool(address));
	who = holder(m, address);
	assert_true(who < 0 || who == client);
	if (type[0] == 2) {
		m->offers++;
		m->offered[client] = address;
		return;
	}
	m->acks++;
	seconds = dhcpmsg_get32(r->bytes, r->len, 51);
	assert_int_not_equal(seconds, 0);
	assert_int_not_equal(r->journal, 0);
	assert_true(dhcpd_lease_valid(m->rig->d, m->rig->now, address));
	forget_client(m, client, address);
	promise = &m->promise[address - FIRST];
	promise->client = client;
	promise->moved = false;
	promise->until = seconds == UINT32_MAX
				 ? DHCPD_NEVER
				 : m->rig->now.lapse + seconds * UINT64_C(1000);
	journaled(m, promise);
	m->has[client] = address;
}

/** collect() - judge all that came out; whether a NAK was among it */
static bool collect(struct model *m)
{
	uint64_t naks = m->naks;

	assert_false(m->rig->broken);
	for (size_t i = 0; i < m->rig->n_replies; i++) {
		m->rig->replies[i].reply.bytes = m->rig->replies[i].bytes;
		reply_seen(m, &m->rig->replies[i].reply);
	}
	m->rig->n_replies = m->rig->n_events = 0;
	return m->naks != naks;
}

/** any_address() - one of the pool's, rarely another */
static uint32_t any_address(struct model *m)
{
	return FIRST + rng_below(&m->rng, ADDRESSES + !rng_below(&m->rng, 9));
}

/** discover() - a client begins anew */
static void discover(struct model *m, int client)
{
	struct dhcpmsg msg;
	uint8_t mac[6];

	mac_of(client, mac);
	dhcpmsg_begin(&msg, 1, mac, (uint32_t)rng_next(&m->rng));
	if (rng_below(&m->rng, 2))
		dhcpmsg_u32(&msg, 50, any_address(m));
	dhcpmsg_end(&msg);
	dhcprig_send(m->rig, msg.bytes, msg.len, 0, 0, UINT32_MAX);
}

/** request() - in any of the four states, for a right or a wrong address */
static void request(struct model *m, int client)
{
	uint32_t kind = rng_below(&m->rng, 4), destination = UINT32_MAX;
	uint32_t address = m->has[client];
	struct dhcpmsg msg;
	bool naked, mine;
	uint8_t mac[6];

	if (kind == 0)
		address = m->offered[client];
	if (!address || !rng_below(&m->rng, 12))
		address = any_address(m);
	mac_of(client, mac);
	dhcpmsg_begin(&msg, 3, mac, 1);
	if (kind == 0)
		dhcpmsg_u32(&msg, 54,
			    rng_below(&m->rng, 10) ? SERVER : SERVER + 1);
	if (kind <= 1)
		dhcpmsg_u32(&msg, 50, address);
	else
		dhcpmsg_field32(&msg, 12, address);
	if (kind == 2)
		destination = SERVER;
	if (!rng_below(&m->rng, 4))
		dhcpmsg_u32(&msg, 51, rng_below(&m->rng, 200));
	dhcpmsg_end(&msg);
	mine = in_pool(address) && holder(m, address) == client;
	dhcprig_send(m->rig, msg.bytes, msg.len, 0, 0, destination);
	naked = collect(m);
	/* what was promised may not be refused */
	assert_false(mine && naked);
}

/** give_back() - RELEASE or DECLINE of what a client has, or of another's */
static void give_back(struct model *m, int client, bool decline)
{
	uint32_t address = m->has[client];
	struct dhcpmsg msg;
	uint8_t mac[6];

	if (!address || !rng_below(&m->rng, 5))
		address = any_address(m);
	mac_of(client, mac);
	dhcpmsg_begin(&msg, decline ? 4 : 7, mac, 1);
	dhcpmsg_u32(&msg, 54, SERVER);
	if (decline)
		dhcpmsg_u32(&msg, 50, address);
	else
		dhcpmsg_field32(&msg, 12, address);
	dhcpmsg_end(&msg);
	dhcprig_send(m->rig, msg.bytes, msg.len, 0, address, SERVER);
	if (in_pool(address) && holder(m, address) == client)
		forget(m, address);
}

/** operate() - what `lapse lease` does */
static void operate(struct model *m)
{
	uint32_t address = any_address(m), to = 0;
	struct dhcprig *rig = m->rig;
	bool was = held(m, address);
	int rc;

	if (rng_below(&m->rng, 2))
		rc = dhcpd_lease_expire(rig->d, rig->now, address);
	else
		rc = dhcpd_lease_release(rig->d, rig->now, address);
	assert_true(!was || !rc);
	if (was)
		forget(m, address);
	address = any_address(m);
	if (!rng_below(&m->rng, 4) &&
	    !dhcpd_lease_move(rig->d, rig->now, address, &to)) {
		/* nobody else's while the old promise holds */
		assert_true(in_pool(to) && holder(m, to) < 0);
		assert_true(dhcpd_lease_valid(rig->d, rig->now, address));
		m->promise[address - FIRST].moved = true;
		journaled(m, &m->promise[address - FIRST]);
	}
	dhcprig_settle(rig);
}

/**
 * after_crash() - what is left of a promise
 *
 * The time since its record was written counts by the wall clock. If that is
 * more than the lease, the server takes it as none; the model does not insist.
 */
static void after_crash(const struct model *m, struct promise *p)
{
	uint64_t passed = m->rig->wall - p->wall;

	if (p->until <= m->rig->now.lapse)
		p->client = -1;
	if (p->client < 0 || p->left == DHCPD_NEVER)
		return;
	p->until =
		m->rig->now.lapse + (p->left > passed ? p->left - passed : 0);
	journaled(m, p);
}

/**
 * crash() - the machine dies; all that was sent was durable before
 *
 * The rig sends nothing before its record is written, so the whole journal is
 * there; behind it may be a piece of a record that nobody waited for.
 */
static void crash(struct model *m)
{
	struct dhcprig *rig = m->rig;
	uint64_t down = rng_below(&m->rng, 3) ? 0 : rng_below(&m->rng, 20000);

	m->crashes++;
	if (!rng_below(&m->rng, 4)) {
		dhcprig_compact(rig);
		for (uint32_t i = 0; i < ADDRESSES; i++)
			journaled(m, &m->promise[i]);
	}
	dhcprig_tear(rig, rng_below(&m->rng, 60));
	assert_true(dhcprig_restart(rig, rig->journal_len, (int64_t)down) >= 0);
	assert_false(rig->broken);
	for (uint32_t i = 0; i < ADDRESSES; i++)
		after_crash(m, &m->promise[i]);
	memset(m->offered, 0, sizeof(m->offered));
}

/** reconfigure() - other settings, that leave the pool as it is */
static void reconfigure(struct model *m)
{
	struct rig_settings *settings = dhcprig_settings(m->rig);

	settings->s.authoritative = rng_below(&m->rng, 2);
	settings->s.conflict_probe = rng_below(&m->rng, 2);
	settings->subnets[0].lease_time = 1000 + rng_below(&m->rng, 300000);
	settings->subnets[0].max_lease_time =
		rng_below(&m->rng, 3) ? 0 : DHCPD_NEVER;
	dhcprig_configure(m->rig);
}

/** probes() - some are answered, some are not */
static void probes(struct model *m)
{
	struct dhcprig *rig = m->rig;

	for (size_t i = 0; i < rig->n_probes; i++) {
		uint32_t kind = rng_below(&m->rng, 12);

		if (kind < 6) {
			dhcpd_probe_result(rig->d, rig->now,
					   rig->probes[i].address, kind == 0);
			dhcprig_settle(rig);
		}
	}
	rig->n_probes = 0;
}

/** step() - one random thing */
static void step(struct model *m)
{
	int client = (int)rng_below(&m->rng, CLIENTS);
	uint32_t what = rng_below(&m->rng, 1000);

	if (what < 350)
		discover(m, client);
	else if (what < 800)
		request(m, client);
	else if (what < 830)
		give_back(m, client, false);
	else if (what < 840)
		give_back(m, client, true);
	else if (what < 940)
		dhcprig_time(m->rig, rng_below(&m->rng, 30000),
			     rng_below(&m->rng, 3000));
	else if (what < 960)
		operate(m);
	else if (what < 970)
		crash(m);
	else if (what < 980)
		reconfigure(m);
	else if (what < 982)
		dhcprig_time(m->rig, 600000, 70000);
	probes(m);
	collect(m);
}

/** test_model() - promises are kept */
static void test_model(void **state)
{
	struct rig_settings *settings;
	static struct model m;

	(void)state;
	rng_seed(&m.rng, unit_seed());
	m.rig = dhcprig_alloc();
	assert_non_null(m.rig);
	settings = dhcprig_settings(m.rig);
	settings->own[0].ranges[0].first = FIRST;
	settings->own[0].ranges[0].last = FIRST + ADDRESSES - 1;
	settings->s.rate_limit = DHCPD_NO_LIMIT;
	settings->s.max_leases = 16;
	settings->subnets[0].lease_time = 100000;
	for (size_t i = 0; i < ADDRESSES; i++)
		m.promise[i].client = -1;
	dhcprig_start(m.rig);
	for (unsigned i = 0; i < OPERATIONS; i++)
		step(&m);
	print_message("%llu offers, %llu acks, %llu naks, %llu crashes\n",
		      (unsigned long long)m.offers, (unsigned long long)m.acks,
		      (unsigned long long)m.naks,
		      (unsigned long long)m.crashes);
	/* it was no idle walk */
	assert_true(m.offers > 1000 && m.acks > 1000 && m.naks > 1000);
	dhcprig_free(m.rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
