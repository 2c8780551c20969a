// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_dhcp - DHCP messages, one after another: the tables stay sound, no
 * address is promised twice, every reply can be read
 *
 * The input is pieces: a byte that says what, for messages two bytes length and
 * the message, in which the addresses of the LAN need not be guessed because
 * the corpus has them. 0 to 127: a message (bit 0: sent to us alone; bits 1, 2:
 * the LAN); from 128 on: time, probes, faults, a crash.
 */
#include <stdio.h>
#include <string.h>
#include "base/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/dhcpmsg.h"
#include "tests/lib/dhcprig.h"

#define SERVER 0xc0a84d01

/** check_reply() - a reply that any client can read */
static void check_reply(const struct dhcprig *rig, const struct rig_reply *r)
{
	uint8_t type[1500] = {0}, value[1500];
	uint32_t yiaddr = wire_get32(r->bytes + 16);
	struct dhcpd_lease_info info;

	demand(r->reply.len >= 300 && r->reply.len <= DHCPD_REPLY_MAX,
	       "a reply's length");
	demand(dhcpmsg_get(r->bytes, r->reply.len, 52, value) != -2,
	       "options are whole");
	demand(dhcpmsg_get(r->bytes, r->reply.len, 53, type) == 1,
	       "a message type");
	demand(type[0] == 2 || type[0] == 5 || type[0] == 6, "a server's");
	demand(dhcpmsg_get(r->bytes, r->reply.len, 54, value) == 4,
	       "a server identifier");
	if (type[0] == 6)
		demand(!yiaddr && !wire_get32(r->bytes + 12) &&
			       dhcpmsg_get(r->bytes, r->reply.len, 51, value) ==
				       -1,
		       "NAK gives nothing");
	if (type[0] == 5 && yiaddr)
		demand(dhcpd_lease_get(rig->d, rig->now, yiaddr, &info) &&
			       info.state == DHCPD_BOUND,
		       "an ACK is a lease");
}

/** settle() - judge and throw away what came out */
static void settle(struct dhcprig *rig)
{
	demand(!rig->broken, "invariants");
	for (size_t i = 0; i < rig->n_replies; i++)
		check_reply(rig, &rig->replies[i]);
	rig->n_replies = rig->n_events = 0;
}

/** other() - something that is no message */
static void other(struct dhcprig *rig, uint8_t what)
{
	struct dhcpd_fault fault = {.until = rig->now.lapse + 100000,
				    .value = 1500};
	uint32_t address = SERVER + 49 + what % 8, to = 0;

	if (what < 160) {
		dhcprig_time(rig, (uint64_t)(what - 127) * 60000,
			     (uint64_t)(what - 127) * 100);
	} else if (what < 176) {
		for (size_t i = 0; i < rig->n_probes; i++)
			dhcpd_probe_result(rig->d, rig->now,
					   rig->probes[i].address,
					   what % 4 == 0);
		rig->n_probes = 0;
	} else if (what < 192) {
		fault.kind = (enum dhcpd_fault_kind)(what % 11);
		dhcpd_fault_start(rig->d, rig->now, &fault);
	} else if (what < 200) {
		dhcpd_lease_move(rig->d, rig->now, address, &to);
	} else if (what < 208) {
		dhcpd_lease_expire(rig->d, rig->now, address);
	} else if (what < 216) {
		dhcpd_lease_nak(rig->d, rig->now, address);
	} else if (what < 220) {
		demand(dhcprig_restart(rig, rig->journal_len, what) >= 0,
		       "its own journal is read");
	} else {
		dhcprig_settings(rig)->s.conflict_probe = what & 1;
		dhcprig_settings(rig)->s.authoritative = what & 2;
		dhcprig_configure(rig);
	}
	dhcprig_settle(rig);
}

/** subnet_add() - one behind a relay, with much to say */
static void subnet_add(struct rig_settings *settings)
{
	struct rig_subnet *own = &settings->own[1];
	struct dhcpd_subnet *s = &settings->subnets[1];

	dhcpd_subnet_default(s);
	s->addr = 0x0a020000;
	s->bits = 24;
	own->ranges[0] = (struct dhcpd_range){0x0a020000, 0x0a020007};
	s->ranges = own->ranges;
	s->n_ranges = 1;
	settings->s.n_subnets = 2;
	snprintf(own->text, sizeof(own->text), "a.example");
	own->search[0] = s->domain = own->text;
	s->search = own->search;
	s->n_search = 1;
	own->routes[0] = (struct dhcpd_route){0x0a000000, 8, SERVER};
	s->routes = own->routes;
	s->n_routes = 1;
	own->options[0] = (struct dhcpd_option){43, own->values, 300};
	s->options = own->options;
	s->n_options = 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcprig *rig = dhcprig_alloc();

	demand(rig != NULL, "memory");
	subnet_add(dhcprig_settings(rig));
	dhcprig_settings(rig)->s.max_leases = 6;
	dhcprig_start(rig);
	while (size) {
		uint8_t what = *data++;
		size_t len;

		size--;
		if (what >= 128) {
			other(rig, what);
			settle(rig);
			continue;
		}
		if (size < 2)
			break;
		len = wire_get16(data);
		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		dhcprig_send(rig, data, len, what >> 1 & 3, 0,
			     what & 1 ? SERVER : UINT32_MAX);
		settle(rig);
		data += len;
		size -= len;
	}
	dhcprig_free(rig);
	return 0;
}
