// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcpplay_engine - what a scenario does to the engine, and asks of it
 */
#include "tests/lib/dhcpplay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/endpoint.h"

bool play_time(struct play *play)
{
	uint64_t ms;

	if (play->n < 2 || !play_duration(play, play->word[1], &ms))
		return play_fail(play, "%s DURATION", play->word[0]);
	play->used[1] = true;
	dhcprig_time(play->rig, strcmp(play->word[0], "real") ? ms : 0,
		     strcmp(play->word[0], "lapse") ? ms : 0);
	return true;
}

bool play_probe(struct play *play)
{
	struct dhcprig *rig = play->rig;
	char text[ADDRESS_TEXT];
	uint32_t address;

	play->used[1] = play->used[2] = true;
	if (strcmp(play->word[1], "none") == 0)
		return !rig->n_probes ||
		       play_fail(play, "a probe of %s",
				 address_format(rig->probes[0].address, text));
	if (!play_address(play, play->word[1], &address))
		return false;
	if (play->n > 2) {
		dhcpd_probe_result(rig->d, rig->now, address,
				   strcmp(play->word[2], "taken") == 0);
		dhcprig_settle(rig);
		return true;
	}
	if (!rig->n_probes || rig->probes[0].address != address)
		return play_fail(play, "no probe of %s", play->word[1]);
	rig->n_probes--;
	memmove(rig->probes, rig->probes + 1,
		rig->n_probes * sizeof(rig->probes[0]));
	return true;
}

/** event_is() - whether an event is what the line says */
static bool event_is(struct play *play, const struct dhcpd_event *event)
{
	const char *reason = play_get(play, "reason");
	const char *address = play_get(play, "address");
	const char *client = play_get(play, "client");
	const char *fault = play_get(play, "fault");
	const char *hostname = play_get(play, "hostname");
	char text[ADDRESS_TEXT];
	uint8_t mac[6] = {0};

	if (client)
		play_mac(*client, mac);
	return strcmp(dhcpd_event_names[event->type], play->word[1]) == 0 &&
	       (!reason ||
		strcmp(dhcpd_reason_names[event->reason], reason) == 0) &&
	       (!address ||
		strcmp(address_format(event->address, text), address) == 0) &&
	       (!client || memcmp(event->chaddr, mac, 6) == 0) &&
	       (!fault ||
		strcmp(dhcpd_fault_names[event->fault], fault) == 0) &&
	       (!hostname || strcmp(event->hostname, hostname) == 0);
}

bool play_event(struct play *play)
{
	struct dhcprig *rig = play->rig;
	bool wanted = strcmp(play->word[0], "event") == 0;

	play->used[1] = true;
	for (size_t i = 0; i < rig->n_events; i++) {
		if (!event_is(play, &rig->events[i]))
			continue;
		if (!wanted)
			return play_fail(play, "event %s", play->word[1]);
		rig->n_events -= i + 1;
		memmove(rig->events, rig->events + i + 1,
			rig->n_events * sizeof(rig->events[0]));
		return true;
	}
	return !wanted ||
	       play_fail(play, "no event %s like this", play->word[1]);
}

bool play_lease(struct play *play)
{
	struct dhcprig *rig = play->rig;
	struct dhcpd_lease_info info;
	const char *value, *state;
	uint32_t address;
	uint64_t ms;
	bool there;

	if (play->n < 3 || !play_address(play, play->word[1], &address))
		return play_fail(play, "lease ADDRESS STATE");
	play->used[1] = play->used[2] = true;
	there = dhcpd_lease_get(rig->d, rig->now, address, &info);
	state = there ? dhcpd_state_names[info.state] : "none";
	if (strcmp(state, play->word[2]) != 0)
		return play_fail(play, "expected %s, it is %s", play->word[2],
				 state);
	value = play_get(play, "hostname");
	if (value && strcmp(info.hostname, value) != 0)
		return play_fail(play, "hostname %s", info.hostname);
	value = play_get(play, "expires");
	if (value &&
	    (!play_duration(play, value, &ms) || info.expires_in != ms))
		return play_fail(play, "expires in %llu ms",
				 (unsigned long long)info.expires_in);
	value = play_get(play, "renew");
	if (value && (!play_duration(play, value, &ms) || info.renew_in != ms))
		return play_fail(play, "renews in %llu ms",
				 (unsigned long long)info.renew_in);
	return true;
}

bool play_valid(struct play *play)
{
	struct dhcprig *rig = play->rig;
	bool wanted = strcmp(play->word[0], "valid") == 0;
	uint32_t address;

	if (play->n < 2 || !play_address(play, play->word[1], &address))
		return false;
	play->used[1] = true;
	return dhcpd_lease_valid(rig->d, rig->now, address) == wanted ||
	       play_fail(play, "it is %s", wanted ? "not" : "valid");
}

bool play_counter(struct play *play)
{
	const uint64_t *counters = dhcpd_counters(play->rig->d);
	uint64_t wanted;

	if (play->n < 3 || !play_number(play, play->word[2], &wanted))
		return play_fail(play, "counter NAME N");
	play->used[1] = play->used[2] = true;
	for (size_t i = 0; i < DHCPD_STATS; i++)
		if (strcmp(dhcpd_stat_names[i], play->word[1]) == 0)
			return counters[i] == wanted ||
			       play_fail(play, "it is %llu",
					 (unsigned long long)counters[i]);
	return play_fail(play, "no counter %s", play->word[1]);
}

bool play_operate(struct play *play)
{
	struct dhcprig *rig = play->rig;
	const char *wanted = play_get(play, "error"), *verb = play->word[0];
	uint32_t address, to = 0;
	int rc;

	if (play->n < 2 || !play_address(play, play->word[1], &address))
		return play_fail(play, "%s ADDRESS", verb);
	play->used[1] = true;
	if (play_get(play, "to") &&
	    !play_address(play, play_get(play, "to"), &to))
		return false;
	if (strcmp(verb, "expire") == 0)
		rc = dhcpd_lease_expire(rig->d, rig->now, address);
	else if (strcmp(verb, "release") == 0)
		rc = dhcpd_lease_release(rig->d, rig->now, address);
	else if (strcmp(verb, "nak") == 0)
		rc = dhcpd_lease_nak(rig->d, rig->now, address);
	else
		rc = dhcpd_lease_move(rig->d, rig->now, address, &to);
	dhcprig_settle(rig);
	if (!wanted)
		return !rc || play_fail(play, "error %d", -rc);
	return rc == -(strcmp(wanted, "ENOENT") == 0	   ? ENOENT
		       : strcmp(wanted, "EADDRINUSE") == 0 ? EADDRINUSE
							   : EADDRNOTAVAIL) ||
	       play_fail(play, "result %d", rc);
}

bool play_fault(struct play *play)
{
	struct dhcprig *rig = play->rig;
	struct dhcpd_fault fault = {.until = DHCPD_NEVER};
	const char *value;
	uint64_t ms;
	int kind = 0;

	play->used[1] = true;
	if (strcmp(play->word[1], "clear") == 0) {
		dhcpd_fault_clear(rig->d, rig->now, 0);
		dhcprig_settle(rig);
		return true;
	}
	while (dhcpd_fault_names[kind] &&
	       strcmp(dhcpd_fault_names[kind], play->word[1]) != 0)
		kind++;
	if (!dhcpd_fault_names[kind])
		return play_fail(play, "no fault %s", play->word[1]);
	fault.kind = (enum dhcpd_fault_kind)kind;
	value = play_get(play, "for");
	if (value && play_duration(play, value, &ms))
		fault.until = rig->now.lapse + ms;
	value = play_get(play, "value");
	if (value && !play_duration(play, value, &fault.value))
		return false;
	value = play_get(play, "client");
	if (value) {
		fault.whom = DHCPD_BY_MAC;
		play_mac(*value, fault.mac);
	}
	value = play_get(play, "at");
	if (value) {
		fault.whom = DHCPD_BY_ADDRESS;
		if (!prefix_parse(value, &fault.addr, &fault.bits))
			return play_fail(play, "no prefix: %s", value);
	}
	if (dhcpd_fault_start(rig->d, rig->now, &fault) <= 0)
		return play_fail(play, "it was refused");
	dhcprig_settle(rig);
	return true;
}

bool play_restart(struct play *play)
{
	const char *down = play_get(play, "down");
	const char *back = play_get(play, "back");
	uint64_t ms = 0;

	if ((down && !play_duration(play, down, &ms)) ||
	    (back && !play_duration(play, back, &ms)))
		return false;
	return dhcprig_restart(play->rig, play->rig->journal_len,
			       back ? -(int64_t)ms : (int64_t)ms) >= 0 ||
	       play_fail(play, "a record was refused");
}

bool play_violation(struct play *play)
{
	const char *client = play_get(play, "client");
	uint8_t mac[6];
	uint32_t address;

	if (play->n < 2 || !play_address(play, play->word[1], &address))
		return false;
	play->used[1] = true;
	if (client)
		play_mac(*client, mac);
	dhcpd_violation(play->rig->d, play->rig->now, address,
			client ? mac : NULL);
	dhcprig_settle(play->rig);
	return true;
}
