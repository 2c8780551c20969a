// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hostports - ports on which the host itself has sockets
 *
 * Once a second all sockets are read by sock_diag. A socket counts if it is
 * bound to an own address of the pool or to none, IPv6 ones that also take
 * IPv4 included. A port that a mapping holds already stays the mapping's.
 */
#include "gateway/hostports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/monitor.h"
#include "gateway/rules.h"
#include "gateway/sockets.h"

enum { TCP, UDP, PROTOCOLS };
static const uint8_t protocol_number[PROTOCOLS] = {6, 17};

/**
 * struct hostports - by protocol, bitmaps of ports
 * @used:	reserved in the engine
 * @excluded:	left out by the rules: used, and not a mapping's
 * @failed:	it was said that sockets cannot be read
 */
struct hostports {
	struct gateway *gateway;
	struct event *timer;
	uint8_t used[PROTOCOLS][RULESET_PORTS];
	uint8_t excluded[PROTOCOLS][RULESET_PORTS];
	bool failed;
};

/** reserve() - tell the engine of every bit that differs */
static void reserve(struct hostports *hostports, const struct plan *plan,
		    int protocol, const uint8_t *before, const uint8_t *after)
{
	struct endpoint e;
	unsigned i, port;
	size_t j;

	for (i = 0; i < RULESET_PORTS; i++) {
		if (before[i] == after[i])
			continue;
		for (port = i * 8; port < i * 8 + 8; port++) {
			unsigned bit = 1u << (port % 8);

			if (!((before[i] ^ after[i]) & bit))
				continue;
			for (j = 0; j < plan->n_own; j++) {
				e.addr = plan->own[j];
				e.port = (uint16_t)port;
				nat_port_reserve(hostports->gateway->nat,
						 protocol_number[protocol], e,
						 after[i] & bit);
			}
		}
	}
}

/** is_mapped() - whether a mapping holds a port on any own address */
static bool is_mapped(const struct hostports *hostports, int protocol,
		      unsigned port)
{
	const struct plan *plan = monitor_plan(hostports->gateway->monitor);
	struct endpoint e = {.port = (uint16_t)port};
	size_t i;

	for (i = 0; i < plan->n_own; i++) {
		e.addr = plan->own[i];
		if (nat_port_mapped(hostports->gateway->nat,
				    protocol_number[protocol], e))
			return true;
	}
	return false;
}

/** exclude() - work out what the rules leave out; true if it has changed */
static bool exclude(struct hostports *hostports, int protocol)
{
	const uint8_t *used = hostports->used[protocol];
	uint8_t wanted[RULESET_PORTS];
	unsigned i, port;

	memcpy(wanted, used, sizeof(wanted));
	/* the rules leave the rest to the host in any case */
	memset(wanted, 0, 1024 / 8);
	memset(wanted + NAT_HOST_PORT_FIRST / 8, 0,
	       sizeof(wanted) - NAT_HOST_PORT_FIRST / 8);
	for (i = 0; i < NAT_HOST_PORT_FIRST; i++) {
		if (!wanted[i / 8]) {
			i |= 7;
			continue;
		}
		port = i;
		if (wanted[port / 8] >> (port % 8) & 1 &&
		    is_mapped(hostports, protocol, port))
			wanted[port / 8] &= (uint8_t) ~(1u << (port % 8));
	}
	if (memcmp(wanted, hostports->excluded[protocol], sizeof(wanted)) == 0)
		return false;
	memcpy(hostports->excluded[protocol], wanted, sizeof(wanted));
	return true;
}

/** read_sockets() - look, reserve; true if the rules must change */
static bool read_sockets(struct hostports *hostports)
{
	const struct plan *plan = monitor_plan(hostports->gateway->monitor);
	uint8_t found[PROTOCOLS][RULESET_PORTS];
	bool changed = false;
	int protocol, error;

	if (!plan->n_own)
		return false;
	memset(found, 0, sizeof(found));
	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		error = sockets_read(protocol_number[protocol], plan->own,
				     plan->n_own, found[protocol]);
		if (error) {
			if (!hostports->failed)
				log_warning("cannot read the host's sockets: "
					    "%s; their ports may be given to "
					    "mappings",
					    strerror(-error));
			hostports->failed = true;
			return false;
		}
		reserve(hostports, plan, protocol, hostports->used[protocol],
			found[protocol]);
		memcpy(hostports->used[protocol], found[protocol],
		       RULESET_PORTS);
		changed |= exclude(hostports, protocol);
	}
	hostports->failed = false;
	return changed;
}

void hostports_update_rules(struct hostports *hostports)
{
	struct gateway *gateway = hostports->gateway;
	struct ruleset_input input;

	monitor_rules_input(gateway->monitor, &input);
	input.tcp = hostports->excluded[TCP];
	input.udp = hostports->excluded[UDP];
	rules_update(gateway->rules, &input);
}

void hostports_renew(struct hostports *hostports, const struct plan *old)
{
	static const uint8_t none[RULESET_PORTS];
	const struct plan *plan = monitor_plan(hostports->gateway->monitor);
	int protocol;

	for (protocol = 0; protocol < PROTOCOLS; protocol++) {
		reserve(hostports, old, protocol, hostports->used[protocol],
			none);
		reserve(hostports, plan, protocol, none,
			hostports->used[protocol]);
	}
	read_sockets(hostports);
}

/** on_second() - timer */
static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct hostports *hostports = arg;

	(void)fd;
	(void)what;
	if (read_sockets(hostports))
		hostports_update_rules(hostports);
}

int hostports_open(struct gateway *gateway, struct hostports **out)
{
	struct hostports *hostports = calloc(1, sizeof(*hostports));

	if (!hostports)
		return -ENOMEM;
	hostports->gateway = gateway;
	read_sockets(hostports);
	*out = hostports;
	return 0;
}

int hostports_follow(struct hostports *hostports)
{
	const struct timeval second = {1, 0};

	hostports->timer = event_new(hostports->gateway->loop, -1, EV_PERSIST,
				     on_second, hostports);
	if (!hostports->timer || event_add(hostports->timer, &second) < 0)
		return -ENOMEM;
	return 0;
}

const uint8_t *hostports_tcp(const struct hostports *hostports)
{
	return hostports->excluded[TCP];
}

const uint8_t *hostports_udp(const struct hostports *hostports)
{
	return hostports->excluded[UDP];
}

void hostports_close(struct hostports *hostports)
{
	if (!hostports)
		return;
	if (hostports->timer)
		event_free(hostports->timer);
	free(hostports);
}
