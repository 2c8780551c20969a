/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gateway - what the parts of lapsed share: the engine, the clock, the loop
 */
#ifndef GATEWAY_GATEWAY_H
#define GATEWAY_GATEWAY_H

#include <stdbool.h>
#include <event2/event.h>
#include "conf/conf.h"
#include "gateway/clock.h"
#include "gateway/live.h"
#include "nat/nat.h"

struct control;
struct dhcp;
struct eventlog;
struct hostports;
struct monitor;
struct queue;
struct ring;
struct ring_entry;
struct rules;
struct rulewatch;
struct rundir;

/* What lapsed itself counts, beside the engine's counters. */
#define GATEWAY_STAT_LIST(X)                                                  \
	X(QUEUE_PACKETS, "queue-packets", "packets taken from the queue")     \
	X(QUEUE_MALFORMED, "queue-malformed",                                 \
	  "messages from the queue that could not be read")                   \
	X(QUEUE_TRUNCATED, "queue-truncated",                                 \
	  "packets dropped because the kernel handed over a part only")       \
	X(QUEUE_STRANGE, "queue-strange",                                     \
	  "packets dropped because of the interface they were met at")        \
	X(QUEUE_LOST, "queue-lost",                                           \
	  "packets dropped by the kernel, queue or socket being full")        \
	X(OUTBOUND_BYTES, "outbound-bytes",                                   \
	  "bytes of packets that were translated on their way out")           \
	X(INBOUND_BYTES, "inbound-bytes",                                     \
	  "bytes of packets that were translated on their way in")            \
	X(VERDICTS_LOST, "verdicts-lost", "verdicts the kernel refused")      \
	X(DROP_NO_LEASE, "drop-no-lease",                                     \
	  "packets from addresses without a valid lease")                     \
	X(DHCP_PACKETS, "dhcp-packets", "packets to the DHCP server")         \
	X(DHCP_BAD_PACKET, "dhcp-bad-packet",                                 \
	  "of these, broken ones: length or checksum")                        \
	X(DHCP_NOT_OURS, "dhcp-not-ours", "and those for another host")       \
	X(DHCP_SENT, "dhcp-sent", "DHCP replies that were sent")              \
	X(DHCP_SEND_FAILED, "dhcp-send-failed", "DHCP replies that were not") \
	X(DHCP_UNWRITTEN, "dhcp-unwritten",                                   \
	  "DHCP replies given up: their lease could not be written")          \
	X(SENT, "sent", "packets of our own that were sent")                  \
	X(SEND_FAILED, "send-failed", "packets of our own that were not")

#define GATEWAY_STAT_ENTRY(id, name, help) GATEWAY_##id,
enum gateway_stat { GATEWAY_STAT_LIST(GATEWAY_STAT_ENTRY) GATEWAY_STATS };

/* By enum gateway_stat. */
extern const char *const gateway_stat_names[];
extern const char *const gateway_stat_help[];

/**
 * struct gateway - the daemon's state; one, made in gateway/daemon.c
 * @loop:	libevent's
 * @conf:	settings in force
 * @nat:	engine
 * @clock:	lapse clock
 * @dhcp:	DHCP server, or NULL
 * @overrides:	assignments of the command line, the caller's
 * @live:	assignments made while it runs, on top of those
 * @lan_index:	interface index of each conf->lan, 0: it is not there
 * @wan_index:	the same for the WAN
 * @ring:	the last events, the control's; NULL before it is open
 * @counters:	by enum gateway_stat
 * @backend:	name of the tool that holds the rules, "nft" or "iptables"
 * @ready:	queues bound and rules in place
 */
struct gateway {
	struct event_base *loop;
	struct conf *conf;
	struct nat *nat;
	struct dhcp *dhcp;
	struct lapse_clock clock;
	const struct conf_override *overrides;
	size_t n_overrides;
	struct live live;
	struct rundir *rundir;
	struct queue *queue;
	struct rules *rules;
	struct monitor *monitor;
	struct hostports *hostports;
	struct rulewatch *rulewatch;
	struct eventlog *eventlog;
	struct control *control;
	struct ring *ring;
	struct event *expiry; /* the one timer: the engine's next deadline */
	struct event *signals[4];
	unsigned *lan_index;
	unsigned wan_index;
	int raw_socket;	     /* for the engine's own packets */
	uint64_t started_ns; /* real */
	uint64_t counters[GATEWAY_STATS];
	const char *backend;
	bool ready;
};

/**
 * gateway_start() - from settings to the first packet
 * @gateway:	zeroed by the caller except conf, which it now owns, and
 *		overrides
 *
 * Return: 0, or a negative errno with one line logged that says what is wrong
 * and how to mend it: -EINVAL for what the settings can mend, -ENOMEM, else
 * what the machine lacks. In every case gateway_stop() is due.
 */
int gateway_start(struct gateway *gateway);

/** gateway_run() - until SIGTERM or SIGINT; 0 or a negative errno */
int gateway_run(struct gateway *gateway);

/**
 * gateway_stop() - leave the machine as gateway_start() found it
 *
 * Also after a start that failed half-way.
 */
void gateway_stop(struct gateway *gateway);

/**
 * gateway_cleanup() - do what the stop of a killed lapsed would have done
 *
 * Return: 0, or a negative errno with one line logged.
 */
int gateway_cleanup(void);

/** gateway_real_ns() - CLOCK_MONOTONIC in ns; the daemon's only clock read */
uint64_t gateway_real_ns(void);

/** gateway_now() - the time for an engine call, read once a wake-up */
struct nat_now gateway_now(const struct gateway *gateway);

/**
 * gateway_settle() - after the engine was called or the clock moved
 *
 * Expires what is due (in slices, packets never wait long), sends the packets
 * that the engine made, drains its events to whoever listens, arms the timer at
 * the next deadline. Called after each batch of packets and each request.
 */
void gateway_settle(struct gateway *gateway);

/**
 * gateway_event() - something happened: tell all who listen
 * @entry:	what; copied, its number is set
 *
 * That is the ring, its followers, and the event log.
 */
void gateway_event(struct gateway *gateway, const struct ring_entry *entry);

/** gateway_note() - the same for an event of our own, see ring_entry_own() */
void gateway_note(struct gateway *gateway, const char *event,
		  const char *reason);

/**
 * gateway_reload() - read the settings file again (SIGHUP)
 * @change:	what that did to live sessions, or NULL
 * @errors:	receives what is wrong with it; then nothing has changed
 *
 * What was set while lapsed runs stays on top.
 *
 * Return: 0, or a negative errno.
 */
int gateway_reload(struct gateway *gateway, struct nat_change *change,
		   FILE *errors);

/**
 * gateway_set() - the same with another layer of live settings
 * @live:	taken over on success, and then empty
 */
int gateway_set(struct gateway *gateway, struct live *live,
		struct nat_change *change, FILE *errors);

#endif /* GATEWAY_GATEWAY_H */
