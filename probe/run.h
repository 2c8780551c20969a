/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run - what the files of the client share
 */
#ifndef PROBE_RUN_H
#define PROBE_RUN_H

#include <stddef.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include "base/rng.h"
#include "probe/client.h"
#include "probe/message.h"
#include "probe/witness.h"

#define RUN_ADDRESSES 64   /* external ones that are told apart */
#define RUN_RETRY     500  /* ms until something is asked again */
#define RUN_TRIES     4	   /* how often */
#define RUN_GRACE     2000 /* ms that an answer may be late */
#define RUN_BEAT      250  /* ms between greetings, see witness.h */
#define RUN_GREETINGS 64   /* so many are remembered */
/** RUN_SLACK - ms that a flow is idle beyond its nominal time: timers are round
 *  numbers, and so are the nominal times; late ACKs and the way to the server
 *  shall not decide */
#define RUN_SLACK 150

struct client;
struct udp;

/**
 * udp_fn() - a message has come
 * @from:	which of the server's endpoints sent it; -1: none of them
 */
typedef void udp_fn(struct udp *udp, int from, struct endpoint remote,
		    const struct probe_message *message);

/**
 * struct udp - a socket of UDP
 * @handle:	gets what comes
 * @flow:	its number
 * @owner:	of @handle's
 */
struct udp {
	struct client *client;
	udp_fn *handle;
	void *owner;
	uint32_t flow;
	int fd;
	struct event readable;
	struct endpoint local;
};

/** CANARIES - see canary.c */
#define CANARIES 2

/**
 * struct canary - a socket that is never idle; times are monotonic ms
 * @seen:	how it looks from the server, address 0: not known yet
 * @sent, @answered: numbers of its last HELLO, and of the last WELCOME
 * @began:	when it was first seen so,
 * @heard:	and last
 * @moved:	when it was first seen otherwise than before; 0: never
 * @kept:	when it was last seen as before that,
 * @age:	and for how long it had been by then, ms
 */
struct canary {
	struct udp udp;
	struct endpoint seen;
	uint32_t sent, answered;
	uint64_t began, heard, moved, kept, age;
};

/** enum flow_kind - what a flow finds out */
enum flow_kind {
	FLOW_INITIAL, /* UDP, after one packet */
	FLOW_UDP,  /* UDP, after packets both ways; perhaps one more inbound */
	FLOW_KEEP, /* UDP, with one packet outbound in between */
	FLOW_TCP,  /* an established connection */
};

/** enum flow_stage - how far it has come */
enum flow_stage {
	FLOW_PLANNED,
	FLOW_OPENING, /* TCP: it connects, greets and asks */
	FLOW_WARMING, /* UDP: it exchanges packets for a while */
	FLOW_ASKING,
	FLOW_IDLE,
	FLOW_SECOND,  /* alive; waits for the second */
	FLOW_LOOKING, /* nothing came: asks the server whether it has sent */
	FLOW_STRAY,   /* TCP: expired; has sent a segment more */
	FLOW_DONE,
};

/**
 * struct flow - one of many
 * @idle:	how long it is to be idle, ms
 * @second:	when the server sends (once more), ms; 0: it does not
 * @tries:	of what the stage does
 * @began:	when it began, and
 * @asked:	when it fell silent, monotonic ms, and
 * @quiet:	when the answer to that had come; 0: never
 * @outcome:	of its idle time
 * @again:	whether it lived at its second
 * @lost:	never answered
 * @unsure:	its test came to nothing: nobody knows whether the server has
 *		sent, or the way did not work then
 * @ended:	when it came to its end, and
 * @forgotten:	the NAT forgot all before that: no timer may have run out
 * @kept:	when KEEP was sent, of FLOW_KEEP
 * @proof:	for the address that it was seen with, if known
 * @told:	ms from @quiet to a RST while it was silent; 0: none
 * @port:	1: it is with the server's port P + 1
 * @spoke:	when it sent a segment after its expiry
 * @silent:	nothing met that, though the way worked
 */
struct flow {
	struct client *client;
	struct udp udp;
	struct event timer;
	enum flow_kind kind;
	enum flow_stage stage;
	uint32_t idle, second;
	unsigned tries, welcomes;
	uint64_t began, asked, quiet;
	enum ladder_outcome outcome;
	enum infer_answer again;
	bool lost, unsure, forgotten;
	uint64_t ended;
	uint64_t kept, proof;
	/* TCP */
	unsigned port;
	int fd;
	struct event event;
	uint8_t bytes[PROBE_SIZE];
	size_t filled;
	uint32_t told;
	bool told_outside;
	uint64_t spoke;
	bool silent, reset, unreachable, healed;
};

/**
 * struct client - the measurement
 * @address:	own address towards the server
 * @server:	its endpoints by `from`, address 0: there is none
 * @proof:	what it gave, to be shown to it
 * @external:	external addresses seen
 * @witness:	when the way to the server worked
 * @greeted:	when the last greetings went, monotonic ms, a ring, and
 * @n_greeted:	how many have
 * @rtt:	ms that an answer to one takes, of late
 * @unrenewed:	the canaries' mappings end one by one: they tell of no more
 * @bare:	the server cannot keep strays from its stack
 * @stop:	a signal came
 */
struct client {
	struct event_base *base;
	const struct probe_run *options;
	struct probe_result *result;
	struct rng rng;
	uint64_t run, began;
	uint32_t address;
	struct endpoint server[PROBE_ENDPOINTS];
	uint64_t proof[PROBE_PROOFS];
	size_t n_proofs;
	uint32_t external[RUN_ADDRESSES];
	struct event wait, signal[2];
	struct udp control;
	struct canary canary[CANARIES];
	struct witness witness;
	uint64_t greeted[RUN_GREETINGS];
	uint32_t n_greeted, rtt;
	bool stop, reached, unrenewed, bare;
	struct flow *flows;
	size_t n_flows, n_planned;
};

/* --- client.c --- */

/** measure_now() - monotonic ms, those of a suspended machine included */
uint64_t measure_now(void);

/** run_timer() - let @event fire in @ms */
void run_timer(struct event *event, uint64_t ms);

/** measure_until() - serve events until @true is, a signal or @ms; Return:
 * @true */
bool measure_until(struct client *client, bool (*true_fn)(const void *arg),
		   const void *arg, uint64_t ms);

/** run_message() - a message of this run, with the proofs there are */
struct probe_message run_message(const struct client *client,
				 enum probe_type type, uint32_t flow);

/** run_seen() - take in what a WELCOME says; @first: of its socket */
void run_seen(struct client *client, const struct probe_message *welcome,
	      bool first);

/** udp_open() - a socket on @local (0: any); 0 or negative errno */
int udp_open(struct udp *udp, struct client *client, struct endpoint local,
	     udp_fn *handle);

/** udp_close() - if it is open */
void udp_close(struct udp *udp);

/** udp_say() - to one of the server's endpoints */
void udp_say(struct udp *udp, unsigned from,
	     const struct probe_message *message);

/** run_greet() - HELLO from the control socket; its answer is timed */
void run_greet(struct client *client);

/** run_wait() - @ms, and the time that an answer is on its way */
uint64_t run_wait(const struct client *client, uint64_t ms);

/** udp_hello() - HELLO to one of them */
void udp_hello(struct udp *udp, unsigned from);

/* --- behaviour.c --- */

/** behaviour_run() - mapping, filtering, ports, hairpin: a few seconds */
int behaviour_run(struct client *client);

/* --- flow.c --- */

/** flow_run() - the timers, all at once; 0 or negative errno */
int flow_run(struct client *client);

/** flow_clean() - close all */
void flow_clean(struct client *client);

/** flow_done() - one has come to its end */
void flow_done(struct flow *flow);

/** flow_refused() - it could not even be opened here; @error: negative errno */
void flow_refused(struct flow *flow, int error);

/** flow_unsure() - it has come to its end, and shows nothing */
void flow_unsure(struct flow *flow);

/** flow_forgotten() - the NAT has forgotten all, @since that time or later */
void flow_forgotten(struct client *client, uint64_t since);

/** flow_remembered() - it has not, it was chance */
void flow_remembered(struct client *client);

/** flow_saw() - whether the way worked when the server was to send, @after ms
 *  of silence */
bool flow_saw(const struct flow *flow, uint32_t after);

/** flow_message() - a message of this flow, with its own proof */
struct probe_message flow_message(const struct flow *flow,
				  enum probe_type type);

/** flow_look() - ask the server what became of it, on the control socket */
void flow_look(struct flow *flow);

/** flow_state() - what the server answered */
void flow_state(struct client *client, const struct probe_message *state);

/* --- canary.c --- */

/** canary_beat() - each sends a greeting */
void canary_beat(struct client *client);

/** canary_close() - close all */
void canary_close(struct client *client);

/* --- udp_flow.c --- */

/** udp_flow_start() - begin a flow of UDP */
void udp_flow_start(struct flow *flow);

/** udp_flow_state() - the server knows it, and has sent, or not */
void udp_flow_state(struct flow *flow, const struct probe_message *state);

/* --- tcp_flow.c --- */

/** tcp_flow_start() - begin a flow of TCP */
void tcp_flow_start(struct flow *flow);

/** tcp_flow_state() - whether the server met a RST, and when */
void tcp_flow_state(struct flow *flow, const struct probe_message *state);

/* --- conclude.c --- */

/** conclude_timers() - what the flows have shown so far */
void conclude_timers(struct client *client);

/** conclude_settled() - whether more flows of a timer would show no more */
bool conclude_settled(const struct client *client, enum flow_kind kind);

#endif /* PROBE_RUN_H */
