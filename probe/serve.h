/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * serve - what the files of the server share
 */
#ifndef PROBE_SERVE_H
#define PROBE_SERVE_H

#include <stddef.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include "base/siphash.h"
#include "probe/message.h"
#include "probe/quota.h"
#include "probe/server.h"

#define SERVE_JOBS	  131072 /* of all clients, some 400 each */
#define SERVE_CONNECTIONS 16384
#define SERVE_SHARE	  256	 /* connections that one address may have */
#define SERVE_BUCKETS	  32768	 /* of the hash of jobs */
#define SERVE_LINGER	  120000 /* ms that a done job is remembered */
#define SERVE_AGAIN	  300	 /* ms from a DATA to the same once more */
#define SERVE_FILES	  32	 /* open ones that are no connections */
#define SERVE_FIRST	  10000	 /* ms until a connection must have spoken */

/** SERVE_STATS - counters: what came, and what became of it */
#define SERVE_STATS(X)                                                     \
	X(RECEIVED, "received", "messages that came")                      \
	X(SENT, "sent", "messages that went")                              \
	X(BAD, "bad", "not a message of this version")                     \
	X(WRONG_WAY, "wrong-way", "messages that only a server sends")     \
	X(UNPROVEN, "unproven", "asked for something without a proof")     \
	X(TOO_FAST, "too-fast", "over an address's quota of messages")     \
	X(TOO_MANY, "too-many", "over a quota of jobs or connections")     \
	X(UNSENDABLE, "unsendable", "messages that the kernel refused")    \
	X(NO_ENDPOINT, "no-endpoint", "the asked-for endpoint is missing") \
	X(ACCEPTED, "accepted", "connections")                             \
	X(RESET, "reset", "connections that were reset")

#define SERVE_ID(id, name, help) SERVE_##id,
enum serve_stat { SERVE_STATS(SERVE_ID) SERVE_COUNT };

/**
 * struct job - a flow that has asked for something
 * @asked:	when, monotonic ms
 * @target:	where it was seen
 * @from:	the endpoint that sends
 * @stream:	the flow is of TCP, sent on @connection, if that is still there
 * @flags:	PROBE_KNOWN, PROBE_SENT, PROBE_WAS_RST
 * @sent:	how many DATA have gone, of TCP two for each
 * @reset_after:	ms from @asked
 * @next:	in its bucket or in the free list
 */
struct job {
	struct server *server;
	struct event timer;
	uint64_t run;
	uint32_t flow, delay, second, reset_after;
	uint64_t asked;
	struct endpoint target;
	uint8_t from;
	bool stream;
	unsigned sent;
	uint16_t flags;
	struct connection *connection;
	struct job *next;
};

/** struct connection - of TCP; @job NULL until it has asked for something */
struct connection {
	struct server *server;
	int fd;
	struct event readable, deadline;
	struct endpoint remote;
	struct job *job;
	struct connection *previous, *next;
	size_t filled;
	uint8_t bytes[PROBE_SIZE];
};

/** struct port - one of the server's endpoints, fd -1: there is none */
struct port {
	struct server *server;
	struct endpoint local;
	uint8_t from;
	int udp, tcp;
	struct event *udp_readable, *tcp_readable;
};

/**
 * struct server - all of it; large, allocated once
 * @bare:	the kernel takes no socket filter from us
 * @n_jobs:	how many of @jobs were ever used; the others are no memory yet
 * @max_connections:	at a time: what may be open, without what else is
 */
struct server {
	struct event_base *base;
	struct probe_serve options;
	struct siphash_key secret;
	struct quota quota;
	bool bare;
	struct port port[PROBE_ENDPOINTS];
	struct job *jobs, *free_jobs, *bucket[SERVE_BUCKETS];
	size_t n_jobs;
	struct connection *connections;
	size_t n_connections, max_connections;
	uint64_t stats[SERVE_COUNT];
};

/** serve_now() - monotonic ms */
uint64_t serve_now(void);

/** serve_proof() - what only a receiver at @addr can know */
uint64_t serve_proof(const struct server *server, uint32_t addr);

/** serve_is_proven() - whether @message has the proof for @addr */
bool serve_is_proven(const struct server *server,
		     const struct probe_message *message, uint32_t addr);

/** serve_timer() - let @event fire in @ms */
void serve_timer(struct event *event, uint64_t ms);

/** serve_send() - a datagram to @remote, from one of our endpoints */
void serve_send(struct port *port, struct endpoint remote,
		const struct probe_message *message);

/**
 * serve_answer() - the answer to HELLO or STATUS, UDP and TCP alike
 * @remote:	who asked
 * @answer:	set if there is one
 *
 * Return: false if there is none; counted.
 */
bool serve_answer(struct server *server, struct endpoint remote,
		  const struct probe_message *message,
		  struct probe_message *answer);

/** serve_udp_open() - bind and watch; 0 or negative errno */
int serve_udp_open(struct port *port);

/** serve_tcp_open() - listen and watch; 0 or negative errno */
int serve_tcp_open(struct port *port);

/** serve_tcp_clean() - close all connections */
void serve_tcp_clean(struct server *server);

/** serve_tcp_push() - send a job's DATA on its connection */
void serve_tcp_push(struct connection *connection,
		    const struct probe_message *message);

/**
 * job_ask() - take an ASK; one for the same flow replaces it
 * @connection:	of TCP, else NULL
 *
 * Return: the job, or NULL; counted.
 */
struct job *job_ask(struct server *server, const struct probe_message *message,
		    struct endpoint remote, struct connection *connection);

/** job_find() - the job of a flow, or NULL */
struct job *job_find(const struct server *server, uint64_t run, uint32_t flow,
		     bool stream);

/** job_was_reset() - its connection met a RST */
void job_was_reset(struct job *job);

/** job_init() - all free */
int job_init(struct server *server);

/** job_clean() - end all */
void job_clean(struct server *server);

#endif /* PROBE_SERVE_H */
