// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcprig - a DHCP engine with a clock, a journal, and what came out of it
 */
#include "tests/lib/dhcprig.h"

#include <stdlib.h>
#include <string.h>

#define LAN_ADDRESS 0xc0a84d01 /* 192.168.77.1 */
#define LAN_2	    0xc0a84e01 /* 192.168.78.1 */
#define WALL_BEGIN  UINT64_C(1800000000000)

void dhcprig_default(struct rig_settings *settings)
{
	struct dhcpd_subnet *subnet = &settings->subnets[0];
	struct rig_subnet *own = &settings->own[0];

	memset(settings, 0, sizeof(*settings));
	dhcpd_settings_default(&settings->s);
	settings->lans[0].address = LAN_ADDRESS;
	settings->lans[1].address = LAN_2;
	settings->s.lans = settings->lans;
	settings->s.n_lans = 2;
	settings->s.subnets = settings->subnets;
	settings->s.n_subnets = 1;
	settings->s.reservations = settings->reservations;
	settings->s.own.list = settings->addresses;
	settings->s.conflict_probe = false;
	settings->s.max_leases = 256;
	dhcpd_subnet_default(subnet);
	subnet->addr = LAN_ADDRESS & 0xffffff00;
	subnet->bits = 24;
	subnet->lan = 0;
	own->ranges[0].first = subnet->addr + 50;
	own->ranges[0].last = subnet->addr + 52;
	subnet->ranges = own->ranges;
	subnet->n_ranges = 1;
	own->router[0] = LAN_ADDRESS;
	subnet->router.list = own->router;
	subnet->router.n = 1;
	own->dns[0] = 0xc0000235; /* 192.0.2.53 */
	subnet->dns.list = own->dns;
	subnet->dns.n = 1;
}

struct rig_settings *dhcprig_settings(struct dhcprig *rig)
{
	return rig->settings[1];
}

struct dhcprig *dhcprig_alloc(void)
{
	struct dhcprig *rig = calloc(1, sizeof(*rig));

	if (!rig)
		return NULL;
	rig->settings[0] = calloc(1, sizeof(*rig->settings[0]));
	rig->settings[1] = calloc(1, sizeof(*rig->settings[1]));
	if (!rig->settings[0] || !rig->settings[1]) {
		dhcprig_free(rig);
		return NULL;
	}
	rig->now = (struct dhcpd_now){1000000, 5000000};
	rig->wall = WALL_BEGIN;
	dhcprig_default(rig->settings[1]);
	return rig;
}

void dhcprig_free(struct dhcprig *rig)
{
	if (!rig)
		return;
	dhcpd_free(rig->d);
	free(rig->settings[0]);
	free(rig->settings[1]);
	free(rig->journal);
	free(rig);
}

/** repoint() - a pointer into @from, as one into its copy @to */
#define repoint(to, from, p)                       \
	((p) = (const void *)((const char *)(to) + \
			      ((const char *)(p) - (const char *)(from))))

/** settings_copy() - settings with pointers into themselves */
static void settings_copy(struct rig_settings *to,
			  const struct rig_settings *from)
{
	*to = *from;
	to->s.lans = to->lans;
	to->s.subnets = to->subnets;
	to->s.reservations = to->reservations;
	to->s.own.list = to->addresses;
	for (size_t i = 0; i < to->s.n_subnets; i++) {
		struct dhcpd_subnet *s = &to->subnets[i];
		struct rig_subnet *own = &to->own[i];

		s->ranges = own->ranges;
		s->exclude = own->exclude;
		s->router.list = own->router;
		s->dns.list = own->dns;
		s->ntp.list = own->ntp;
		s->search = own->search;
		s->routes = own->routes;
		s->options = own->options;
		if (s->domain)
			repoint(to, from, s->domain);
		for (size_t k = 0; k < s->n_search; k++)
			repoint(to, from, own->search[k]);
		for (size_t k = 0; k < s->n_options; k++)
			repoint(to, from, own->options[k].value);
	}
	for (size_t i = 0; i < to->s.n_reservations; i++) {
		struct dhcpd_reservation *r = &to->reservations[i];

		if (r->id)
			r->id = to->ids[i];
		if (r->hostname)
			r->hostname = to->hostnames[i];
	}
}

void dhcprig_append(struct dhcprig *rig, const uint8_t *bytes, size_t len)
{
	if (rig->journal_size - rig->journal_len < len) {
		rig->journal_size = 2 * rig->journal_size + len + 4096;
		rig->journal = realloc(rig->journal, rig->journal_size);
		if (!rig->journal)
			abort();
	}
	memcpy(rig->journal + rig->journal_len, bytes, len);
	rig->journal_len += len;
}

/** journal_begin() - an empty one */
static void journal_begin(struct dhcprig *rig)
{
	uint8_t header[JOURNAL_HEADER];

	rig->journal_len = 0;
	journal_header(header);
	dhcprig_append(rig, header, sizeof(header));
}

void dhcprig_settle(struct dhcprig *rig)
{
	uint8_t record[JOURNAL_RECORD];
	struct dhcpd_event event;
	struct dhcpd_probe probe;
	struct dhcpd_reply reply;
	uint64_t durable = 0;
	size_t len;

	while ((len = dhcpd_change_get(rig->d, rig->now, rig->wall, record,
				       &durable)))
		dhcprig_append(rig, record, len);
	while (dhcpd_reply_get(rig->d, &reply)) {
		struct rig_reply *r = &rig->replies[rig->n_replies];

		/* what nothing durable stands behind must not be sent */
		if (reply.journal > durable)
			rig->broken = true;
		if (rig->n_replies == RIG_QUEUE)
			continue;
		r->reply = reply;
		memcpy(r->bytes, reply.bytes, reply.len);
		r->reply.bytes = r->bytes;
		rig->n_replies++;
	}
	while (dhcpd_probe_get(rig->d, &probe))
		if (rig->n_probes < RIG_QUEUE)
			rig->probes[rig->n_probes++] = probe;
	while (dhcpd_event_get(rig->d, &event))
		if (rig->n_events < RIG_QUEUE)
			rig->events[rig->n_events++] = event;
	if (!dhcpd_check(rig->d))
		rig->broken = true;
}

/** engine() - a new engine with the next settings */
static void engine(struct dhcprig *rig)
{
	dhcpd_free(rig->d);
	settings_copy(rig->settings[0], rig->settings[1]);
	rig->d = dhcpd_alloc(&rig->settings[0]->s, 7, rig->now);
	if (!rig->d)
		abort();
	rig->n_replies = rig->n_probes = rig->n_events = 0;
}

void dhcprig_start(struct dhcprig *rig)
{
	engine(rig);
	journal_begin(rig);
}

void dhcprig_configure(struct dhcprig *rig)
{
	struct rig_settings *next = calloc(1, sizeof(*next));

	if (!next)
		abort();
	settings_copy(next, rig->settings[1]);
	if (dhcpd_configure(rig->d, &next->s, rig->now) < 0)
		abort();
	free(rig->settings[0]);
	rig->settings[0] = next;
	dhcprig_settle(rig);
}

int dhcprig_restart(struct dhcprig *rig, size_t len, int64_t wall_ms)
{
	struct journal_reader reader = {.len = len};
	struct journal_entry entry;
	enum journal_found found;
	/* of its very size: a read beyond is seen */
	uint8_t *copy = malloc(len ? len : 1);
	int records = 0;

	if (!copy)
		abort();
	if (len)
		memcpy(copy, rig->journal, len);
	reader.bytes = copy;
	rig->wall += (uint64_t)wall_ms;
	engine(rig);
	while ((found = journal_next(&reader, &entry)) != JOURNAL_END) {
		if (found != JOURNAL_ENTRY)
			continue;
		if (dhcpd_restore(rig->d, rig->now, rig->wall, &entry, NULL) <
		    0)
			records = -1;
		records += records >= 0;
	}
	free(copy);
	dhcprig_compact(rig);
	return records;
}

void dhcprig_tear(struct dhcprig *rig, size_t len)
{
	const struct journal_entry entry = {.address = LAN_ADDRESS + 49};
	uint8_t record[JOURNAL_RECORD];

	journal_encode(&entry, record);
	dhcprig_append(rig, record, len);
}

void dhcprig_compact(struct dhcprig *rig)
{
	uint8_t record[JOURNAL_RECORD];
	uint32_t cursor = 0;
	size_t len;

	journal_begin(rig);
	while ((len = dhcpd_snapshot_next(rig->d, rig->now, rig->wall, &cursor,
					  record)))
		dhcprig_append(rig, record, len);
	dhcprig_settle(rig);
}

void dhcprig_send(struct dhcprig *rig, const uint8_t *bytes, size_t len,
		  unsigned lan, uint32_t source, uint32_t destination)
{
	const struct dhcpd_packet packet = {
		.bytes = bytes,
		.len = len,
		.lan = lan,
		.source = source,
		.destination = destination,
	};

	dhcpd_handle(rig->d, rig->now, &packet);
	dhcprig_settle(rig);
}

void dhcprig_time(struct dhcprig *rig, uint64_t lapse, uint64_t real)
{
	rig->now.lapse += lapse;
	rig->now.real += real;
	rig->wall += real;
	while (dhcpd_expire(rig->d, rig->now, 7))
		dhcprig_settle(rig);
	dhcprig_settle(rig);
}
