// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp - the DHCP server's place in the daemon: engine, sockets, lease journal
 *
 * Theory of operation. Whatever calls the engine (a packet, an ARP answer, a
 * request, the clock) ends in gateway_settle(), and that in dhcp_settle(),
 * which takes out of the engine what has come of it. A lease change goes to
 * the journal; the reply that tells of it is held until the journal's thread
 * reports the change as durable, and its report ends in gateway_settle(), too.
 *
 * With `enforce-leases`, when a lease ends its sessions end: else what comes
 * in for them would reach the next holder of the address. Thousands of leases
 * may end at once and the table be large, so a sweep walks it in pages, and
 * ends all sessions of whom no valid lease stands for.
 */
#include "gateway/dhcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include "gateway/control_ring.h"
#include "gateway/dhcp_held.h"
#include "gateway/dhcp_lan.h"
#include "gateway/dhcp_settings.h"
#include "gateway/journal.h"
#include "gateway/monitor.h"
#include "nat/report.h"

/* What is due in the engine is done in such slices, each drained at once: the
 * engine holds 256 replies. */
#define EXPIRE_SLICE 64

/* Records of a snapshot, or sessions of a sweep, a turn of the loop. */
#define PAGE 256

/**
 * struct dhcp - all of it
 * @lans:	by the number that the engine knows them by
 * @cursor:	of the snapshot for compaction
 * @snapshot:	it is under way
 * @sweep:	cursor of the sweep
 * @sweeping:	it is under way
 * @again:	a lease has ended since it began
 */
struct dhcp {
	struct gateway *gateway;
	struct dhcpd *engine;
	struct dhcp_settings *settings;
	struct journal *journal;
	struct dhcp_lan **lans;
	size_t n_lans;
	struct held held;
	uint32_t cursor;
	bool snapshot;
	uint32_t sweep;
	bool sweeping, again;
};

struct dhcpd *dhcp_engine(const struct dhcp *dhcp)
{
	return dhcp ? dhcp->engine : NULL;
}

struct gateway *dhcp_gateway(const struct dhcp *dhcp)
{
	return dhcp->gateway;
}

struct dhcpd_now dhcp_now(const struct gateway *gateway)
{
	struct nat_now now = gateway_now(gateway);

	return (struct dhcpd_now){.lapse = now.lapse, .real = now.real};
}

/** wall_ms() - ms since 1970 */
static uint64_t wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* --- what comes out of the engine --- */

/** drain_changes() - to the journal, as far as it has room */
static void drain_changes(struct dhcp *dhcp, struct dhcpd_now now)
{
	const uint64_t wall = wall_ms();
	uint8_t record[JOURNAL_RECORD];
	uint64_t sequence;
	size_t len;

	while (!dhcp->journal || journal_room(dhcp->journal)) {
		len = dhcpd_change_get(dhcp->engine, now, wall, record,
				       &sequence);
		if (!len)
			break;
		if (dhcp->journal)
			journal_append(dhcp->journal, record, len, sequence);
	}
}

/** send_reply() - by the LAN that it belongs to */
static void send_reply(struct dhcp *dhcp, const struct dhcpd_reply *reply)
{
	if (reply->lan < dhcp->n_lans)
		dhcp_lan_send(dhcp->lans[reply->lan], reply);
}

/** release_held() - send what has become durable; or nothing will */
static void release_held(struct dhcp *dhcp)
{
	uint64_t *counters = dhcp->gateway->counters;
	const struct dhcpd_reply *reply;

	if (!dhcp->journal)
		return;
	while ((reply = held_get(&dhcp->held, journal_durable(dhcp->journal))))
		send_reply(dhcp, reply);
	if (!journal_failing(dhcp->journal))
		return;
	/* what cannot be kept is not promised; the client will ask again */
	while (held_get(&dhcp->held, UINT64_MAX))
		counters[GATEWAY_DHCP_UNWRITTEN]++;
}

/** drain_replies() - send, or hold */
static void drain_replies(struct dhcp *dhcp)
{
	uint64_t *counters = dhcp->gateway->counters;
	struct dhcpd_reply reply;

	while (dhcpd_reply_get(dhcp->engine, &reply)) {
		if (!dhcp->journal ||
		    reply.journal <= journal_durable(dhcp->journal))
			send_reply(dhcp, &reply);
		else if (journal_failing(dhcp->journal) ||
			 !held_put(&dhcp->held, &reply))
			counters[GATEWAY_DHCP_UNWRITTEN]++;
	}
}

/** drain_probes() - ask by ARP */
static void drain_probes(struct dhcp *dhcp)
{
	struct dhcpd_probe probe;

	while (dhcpd_probe_get(dhcp->engine, &probe))
		if (probe.lan < dhcp->n_lans)
			dhcp_lan_probe(dhcp->lans[probe.lan], probe.address);
}

/** ends_lease() - whether an event says that an address is nobody's now */
static bool ends_lease(const struct dhcpd_event *event)
{
	return event->type == DHCPD_EVENT_EXPIRED ||
	       event->type == DHCPD_EVENT_RELEASED ||
	       event->type == DHCPD_EVENT_DECLINED;
}

/** drain_events() - to whoever listens */
static void drain_events(struct dhcp *dhcp)
{
	struct gateway *gateway = dhcp->gateway;
	struct dhcpd_event event;

	while (dhcpd_event_get(dhcp->engine, &event)) {
		const struct ring_entry entry = ring_entry_dhcp(&event);

		gateway_event(gateway, &entry);
		if (dhcp->settings->dhcpd.enforce_leases &&
		    ends_lease(&event)) {
			dhcp->again = dhcp->sweeping;
			dhcp->sweeping = true;
		}
	}
}

/** drain() - all of it, changes first: replies wait for them */
static void drain(struct dhcp *dhcp, struct dhcpd_now now)
{
	drain_changes(dhcp, now);
	if (dhcp->journal)
		journal_commit(dhcp->journal);
	drain_replies(dhcp);
	drain_probes(dhcp);
	drain_events(dhcp);
}

/** compact() - a page of a snapshot; true if the next can follow at once */
static bool compact(struct dhcp *dhcp, struct dhcpd_now now)
{
	struct journal *journal = dhcp->journal;
	const uint64_t wall = wall_ms();
	uint8_t record[JOURNAL_RECORD];
	unsigned i;
	size_t len;

	if (!journal)
		return false;
	if (!dhcp->snapshot) {
		if (!journal_compact_due(journal))
			return false;
		journal_compact_begin(journal);
		dhcp->snapshot = true;
		dhcp->cursor = 0;
	}
	for (i = 0; i < PAGE && journal_room(journal); i++) {
		len = dhcpd_snapshot_next(dhcp->engine, now, wall,
					  &dhcp->cursor, record);
		if (!len) {
			journal_compact_end(journal);
			dhcp->snapshot = false;
			break;
		}
		journal_compact_add(journal, record, len);
	}
	journal_commit(journal);
	/* without room it goes on when the thread has made some */
	return i == PAGE;
}

/* --- enforce-leases --- */

/** served() - whether an address is one that we lease, and not the gateway's */
static bool served(const struct dhcp *dhcp, uint32_t address, bool *on_link)
{
	const struct dhcpd_settings *settings = &dhcp->settings->dhcpd;
	size_t i;

	for (i = 0; i < settings->n_subnets; i++) {
		const struct dhcpd_subnet *s = &settings->subnets[i];

		if (((address ^ s->addr) & prefix_mask(s->bits)) == 0)
			break;
	}
	if (i == settings->n_subnets)
		return false;
	*on_link = settings->subnets[i].lan != DHCPD_NO_LAN;
	for (i = 0; i < settings->n_lans; i++)
		if (settings->lans[i].address == address)
			return false;
	for (i = 0; i < settings->own.n; i++)
		if (settings->own.list[i] == address)
			return false;
	return true;
}

/** holds() - whether a lease is valid, and that of who sends */
static bool holds(const struct dhcp *dhcp, struct dhcpd_now now,
		  uint32_t address, const uint8_t *mac)
{
	struct dhcpd_lease_info info;

	if (!mac)
		return dhcpd_lease_valid(dhcp->engine, now, address);
	return dhcpd_lease_valid(dhcp->engine, now, address) &&
	       dhcpd_lease_get(dhcp->engine, now, address, &info) &&
	       (info.htype != 1 || info.hlen != 6 ||
		memcmp(info.chaddr, mac, 6) == 0);
}

bool dhcp_refuses(struct dhcp *dhcp, struct nat_now now, uint32_t source,
		  const uint8_t *mac)
{
	struct dhcpd_now time = {.lapse = now.lapse, .real = now.real};
	bool on_link;

	if (!dhcp || !dhcp->settings->dhcpd.enforce_leases ||
	    !served(dhcp, source, &on_link) ||
	    holds(dhcp, time, source, on_link ? mac : NULL))
		return false;
	dhcpd_violation(dhcp->engine, time, source, on_link ? mac : NULL);
	return true;
}

/** sweep() - end sessions without a lease, a page; true if there is more */
static bool sweep(struct dhcp *dhcp, struct dhcpd_now now)
{
	struct gateway *gateway = dhcp->gateway;
	const struct nat_now time = {.lapse = now.lapse, .real = now.real};
	struct nat_session_info info;
	bool on_link;

	if (!dhcp->sweeping)
		return false;
	for (unsigned i = 0; i < PAGE; i++) {
		if (!nat_session_next(gateway->nat, time, &dhcp->sweep,
				      &info)) {
			dhcp->sweep = 0;
			dhcp->sweeping = dhcp->again;
			dhcp->again = false;
			break;
		}
		if (served(dhcp, info.internal.addr, &on_link) &&
		    !dhcpd_lease_valid(dhcp->engine, now, info.internal.addr))
			nat_session_end(gateway->nat, time, info.index,
					NAT_REASON_KILLED);
	}
	return dhcp->sweeping;
}

/* --- the loop's side --- */

bool dhcp_settle(struct dhcp *dhcp)
{
	struct dhcpd_now now;
	bool more;

	if (!dhcp)
		return false;
	now = dhcp_now(dhcp->gateway);
	/* first what was there: expiring may make as much again */
	drain(dhcp, now);
	more = dhcpd_expire(dhcp->engine, now, EXPIRE_SLICE);
	drain(dhcp, now);
	release_held(dhcp);
	more |= compact(dhcp, now);
	more |= sweep(dhcp, now);
	return more;
}

void dhcp_next(const struct dhcp *dhcp, uint64_t *lapse, uint64_t *real)
{
	*lapse = dhcp ? dhcpd_next(dhcp->engine) : DHCPD_NEVER;
	*real = dhcp ? dhcpd_next_real(dhcp->engine) : DHCPD_NEVER;
}

/** put_in_force() - other settings, which are ours then if it succeeds */
static int put_in_force(struct dhcp *dhcp, struct dhcp_settings *settings)
{
	struct dhcp_settings *old = dhcp->settings;
	int error = dhcpd_configure(dhcp->engine, &settings->dhcpd,
				    dhcp_now(dhcp->gateway));

	if (error)
		return error;
	dhcp->settings = settings;
	dhcp_settings_free(old);
	return 0;
}

bool dhcp_is_due(const struct dhcp *dhcp)
{
	return dhcp &&
	       (dhcp->sweeping ||
		dhcpd_next(dhcp->engine) <= dhcp_now(dhcp->gateway).lapse);
}

int dhcp_configure(struct dhcp *dhcp, struct conf *conf)
{
	struct dhcp_settings *settings;
	int error;

	if (!dhcp)
		return 0;
	dhcp_settings_dns(conf);
	settings =
		dhcp_settings_make(conf, monitor_plan(dhcp->gateway->monitor));
	if (!settings)
		return -ENOMEM;
	error = put_in_force(dhcp, settings);
	if (error)
		dhcp_settings_free(settings);
	return error;
}

void dhcp_refresh(struct dhcp *dhcp)
{
	struct dhcp_settings *settings;

	if (!dhcp)
		return;
	for (size_t i = 0; i < dhcp->n_lans; i++)
		dhcp_lan_bind(dhcp->lans[i]);
	settings = dhcp_settings_make(dhcp->gateway->conf,
				      monitor_plan(dhcp->gateway->monitor));
	if (!settings)
		return;
	if (dhcp_settings_same(settings, dhcp->settings) ||
	    put_in_force(dhcp, settings))
		dhcp_settings_free(settings);
}

/* --- start and stop --- */

/** make_engine() - without any lease yet */
static int make_engine(struct dhcp *dhcp)
{
	struct conf *conf = dhcp->gateway->conf;
	uint64_t seed = conf->seed;

	if (!conf->seed_given &&
	    getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	dhcp_settings_dns(conf);
	dhcp->settings =
		dhcp_settings_make(conf, monitor_plan(dhcp->gateway->monitor));
	if (!dhcp->settings)
		return -ENOMEM;
	dhcp->engine = dhcpd_alloc(&dhcp->settings->dhcpd, seed,
				   dhcp_now(dhcp->gateway));
	if (!dhcp->engine)
		return -ENOMEM;
	log_info("DHCP: %u leases at most, %zu MiB",
		 dhcp->settings->dhcpd.max_leases,
		 (dhcpd_memory(dhcp->engine) + 0xfffff) >> 20);
	return 0;
}

/** open_lans() - sockets for each LAN that is served */
static int open_lans(struct dhcp *dhcp)
{
	int error;

	dhcp->n_lans = dhcp->settings->dhcpd.n_lans;
	dhcp->lans = calloc(dhcp->n_lans + 1, sizeof(struct dhcp_lan *));
	if (!dhcp->lans)
		return -ENOMEM;
	for (size_t i = 0; i < dhcp->n_lans; i++) {
		error = dhcp_lan_open(dhcp, (unsigned)i, &dhcp->lans[i]);
		if (error)
			return error;
	}
	return 0;
}

int dhcp_open(struct gateway *gateway, struct dhcp **out)
{
	struct dhcp *dhcp;
	int error;

	*out = NULL;
	if (!gateway->conf->dhcp_on)
		return 0;
	dhcp = calloc(1, sizeof(*dhcp));
	if (!dhcp)
		return -ENOMEM;
	dhcp->gateway = gateway;
	error = make_engine(dhcp);
	if (!error)
		error = held_alloc(&dhcp->held);
	if (!error)
		error = journal_open(gateway, gateway->conf->lease_file,
				     gateway->conf->lease_sync, dhcp->engine,
				     &dhcp->journal);
	if (!error)
		error = open_lans(dhcp);
	if (error) {
		dhcp_close(dhcp);
		return error;
	}
	*out = dhcp;
	return 0;
}

int dhcp_start(struct dhcp *dhcp)
{
	return dhcp && dhcp->journal ? journal_start(dhcp->journal) : 0;
}

void dhcp_close(struct dhcp *dhcp)
{
	if (!dhcp)
		return;
	for (size_t i = 0; dhcp->lans && i < dhcp->n_lans; i++)
		dhcp_lan_close(dhcp->lans[i]);
	free(dhcp->lans);
	if (dhcp->engine && dhcp->journal)
		drain_changes(dhcp, dhcp_now(dhcp->gateway));
	journal_close(dhcp->journal);
	held_free(&dhcp->held);
	dhcpd_free(dhcp->engine);
	dhcp_settings_free(dhcp->settings);
	free(dhcp);
}
