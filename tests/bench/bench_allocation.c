// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench_allocation - what the next port costs when most of them are taken
 *
 * For each way of allocation: one external address, all of whose 64 512 ports
 * are given out once, none twice; then engines that are empty, 50 %, 90 %, 99 %
 * and 99.9 % full, side by side. In turns each opens a batch of new mappings,
 * which is timed, and lets them lapse again, which is not: in processor time,
 * so that a machine with other things to do does not count. What matters is
 * the ratio to the empty one in the same round (median, least and greatest),
 * for the rest of the way through the NAT is the same in all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/wire.h"
#include "nat/events.h"
#include "nat/nat.h"
#include "tests/lib/build.h"

#define FIRST_PORT 1024u
#define PORTS	   64512u
#define BATCH	   32u
#define ROUNDS	   301u
#define ROOM	   64u
#define EXTERNAL   0xc6336401u /* 198.51.100.1 */
#define REMOTE	   0xcb007107u /* 203.0.113.7 */
#define LAPSE_MS   1000u

static const unsigned per_mille[] = {0, 500, 900, 990, 999};

#define LEVELS (sizeof(per_mille) / sizeof(per_mille[0]))

/**
 * struct subject - an engine that is filled to some level
 * @now:	its lapse clock in ms
 * @ns:		time of each batch, a mapping's share of it
 */
struct subject {
	struct nat *nat;
	uint64_t now;
	double ns[ROUNDS];
};

/** die() - say what is wrong, and end */
static void die(const char *what)
{
	fprintf(stderr, "bench_allocation: %s\n", what);
	exit(1);
}

/** make() - an engine with one external address, its ports unused */
static struct nat *make(enum nat_allocation allocation)
{
	static const struct nat_pool_range range = {EXTERNAL, EXTERNAL, false};
	static const struct nat_pool pool = {.ranges = &range, .n_ranges = 1};
	/* what is timed lapses, what fills the table does not */
	static struct nat_port_rule rule = {17, 53, LAPSE_MS};
	struct nat_settings settings;
	struct nat *nat;

	nat_settings_default(&settings);
	for (unsigned i = 0; i < NAT_CLASSES; i++)
		settings.policy.by[i].allocation = allocation;
	settings.policy.timer[NAT_TIMER_UDP] = NAT_NEVER;
	settings.policy.timer[NAT_TIMER_UDP_INITIAL] = NAT_NEVER;
	settings.policy.timer[NAT_TIMER_HOLD_DOWN] = 0;
	settings.ports = &rule;
	settings.n_ports = 1;
	nat = nat_alloc(&settings, &pool, 1, (struct nat_now){0, 0});
	if (!nat)
		die("out of memory");
	return nat;
}

/** datagram() - from internal host @host's @port, to @remote_port */
static size_t datagram(uint8_t bytes[static ROOM], uint32_t host, uint16_t port,
		       uint16_t remote_port)
{
	const struct packet packet = {
		.protocol = 17,
		.src = {0x0a000000u + host, port},
		.dst = {REMOTE, remote_port},
		.len = 4,
	};
	uint8_t room[PACKET_MAX];
	size_t len = build_packet(&packet, room);

	if (!len || len > ROOM)
		die("a packet does not fit");
	memcpy(bytes, room, len);
	return len;
}

/** handle() - through the NAT */
static enum nat_verdict handle(struct subject *s, uint8_t *bytes, size_t len)
{
	struct nat_packet packet = {.len = len, .direction = NAT_OUTBOUND};
	struct nat_now now = {s->now, s->now};

	packet.bytes = bytes;
	return nat_handle(s->nat, now, &packet);
}

/** drain() - take the events, as lapsed does */
static void drain(struct subject *s)
{
	struct nat_event event;

	while (nat_event_get(s->nat, &event))
		;
}

/** fill() - @count mappings; internal ports are spread all over */
static void fill(struct subject *s, unsigned count, bool *taken)
{
	uint8_t bytes[ROOM];

	for (unsigned i = 0; i < count; i++) {
		uint16_t port = (uint16_t)(FIRST_PORT + i * 40501u % PORTS);
		size_t len = datagram(bytes, 1 + i / 100, port, 9);
		unsigned at;

		if (handle(s, bytes, len) != NAT_TRANSLATED)
			die("a port was refused too early");
		at = wire_get16(bytes + 20);
		if (taken[at])
			die("a port was given twice");
		taken[at] = true;
		if (i % BATCH == 0)
			drain(s);
	}
	drain(s);
}

/** exhaust() - all ports of an address, and one more that must be refused */
static void exhaust(enum nat_allocation allocation)
{
	struct subject s = {.nat = make(allocation)};
	bool *taken = calloc(65536, sizeof(*taken));
	uint8_t bytes[ROOM];
	size_t len;

	if (!taken)
		die("out of memory");
	fill(&s, PORTS, taken);
	for (unsigned port = FIRST_PORT; port < FIRST_PORT + PORTS; port++)
		if (!taken[port])
			die("a port was never given");
	len = datagram(bytes, 70000, 5000, 9);
	if (handle(&s, bytes, len) != NAT_DROP ||
	    nat_counters(s.nat)[NAT_DROP_PORTS_EXHAUSTED] != 1)
		die("a port more than there are");
	free(taken);
	nat_free(s.nat);
}

/** batch() - time some new mappings; then they lapse */
static void batch(struct subject *s, unsigned round)
{
	static uint8_t bytes[BATCH][ROOM];
	struct timespec from, to;
	size_t len = 0;
	unsigned bad = 0;

	for (unsigned i = 0; i < BATCH; i++) {
		unsigned port = FIRST_PORT + (round * BATCH + i) * 7919 % PORTS;

		len = datagram(bytes[i], 80000 + i, (uint16_t)port, 53);
	}
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (unsigned i = 0; i < BATCH; i++)
		bad += handle(s, bytes[i], len) != NAT_TRANSLATED;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	if (bad)
		die("a port was refused although there are some");
	s->ns[round] = ((double)(to.tv_sec - from.tv_sec) * 1e9 +
			(double)(to.tv_nsec - from.tv_nsec)) /
		       BATCH;
	s->now += LAPSE_MS;
	while (nat_expire(s->nat, (struct nat_now){s->now, s->now}, 1000))
		;
	drain(s);
}

/** compare() - for qsort() */
static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/** report() - one level against the empty engine, round by round */
static void report(const char *name, unsigned level, const struct subject *s,
		   const struct subject *empty)
{
	double ns[ROUNDS], ratio[ROUNDS];

	for (unsigned i = 0; i < ROUNDS; i++) {
		ns[i] = s->ns[i];
		ratio[i] = s->ns[i] / empty->ns[i];
	}
	qsort(ns, ROUNDS, sizeof(*ns), compare);
	qsort(ratio, ROUNDS, sizeof(*ratio), compare);
	printf("%-13s %5.1f %% taken %7.0f ns   ratio %5.2f  (%.2f to %.2f)\n",
	       name, per_mille[level] / 10.0, ns[ROUNDS / 2], ratio[ROUNDS / 2],
	       ratio[0], ratio[ROUNDS - 1]);
}

/** measure() - all levels of one way of allocation */
static void measure(enum nat_allocation allocation)
{
	static struct subject subject[LEVELS];
	struct nat_gauges gauges;

	for (unsigned i = 0; i < LEVELS; i++) {
		bool *taken = calloc(65536, sizeof(*taken));

		if (!taken)
			die("out of memory");
		subject[i] = (struct subject){.nat = make(allocation)};
		fill(&subject[i], PORTS * per_mille[i] / 1000, taken);
		free(taken);
	}
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < LEVELS; i++)
			batch(&subject[i], round);
	for (unsigned i = 0; i < LEVELS; i++) {
		nat_gauges(subject[i].nat, &gauges);
		if (gauges.mappings != PORTS * per_mille[i] / 1000)
			die("a mapping has not lapsed");
		report(nat_allocation_names[allocation], i, &subject[i],
		       &subject[0]);
		nat_free(subject[i].nat);
	}
}

int main(void)
{
	printf("A new UDP mapping on one address of %u ports: median of %u "
	       "batches of %u,\nand its ratio to the empty table (median, "
	       "least to greatest)\n\n",
	       PORTS, ROUNDS, BATCH);
	for (unsigned i = 0; nat_allocation_names[i]; i++) {
		exhaust((enum nat_allocation)i);
		printf("%s: %u mappings, no port twice, none left out\n",
		       nat_allocation_names[i], PORTS);
	}
	putchar('\n');
	for (unsigned i = 0; nat_allocation_names[i]; i++)
		measure((enum nat_allocation)i);
	return 0;
}
