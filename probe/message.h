/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * message - what lapse probe and its server say to each other
 *
 * One fixed form over UDP (a datagram each) and TCP (one after another), so
 * that no answer is ever longer than its question. lapse-probe(7) has the
 * layout and the rules. No I/O here.
 */
#ifndef PROBE_MESSAGE_H
#define PROBE_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"

/** PROBE_SIZE - bytes of every message */
#define PROBE_SIZE 104

/** PROBE_PROOFS - proofs that a message can carry, one an external address */
#define PROBE_PROOFS 8

/** PROBE_PORT - where the server listens unless told otherwise, and the next */
#define PROBE_PORT 7177

/** PROBE_MAGIC - how a message begins */
#define PROBE_MAGIC 0x4c505231u

/** PROBE_STRAY_MAGIC - how one begins that shall meet an expired session; the
 *  server's filter knows it */
#define PROBE_STRAY_MAGIC 0x4c505253u

/** PROBE_DELAY_MAX - longest delay that may be asked for: 2 days, in ms */
#define PROBE_DELAY_MAX 172800000u

/** enum probe_type - what is said, and by whom */
enum probe_type {
	PROBE_HELLO = 1, /* client: who am I? */
	PROBE_WELCOME,	 /* server: so you look, and here is your proof */
	PROBE_ASK,	 /* client: send to me after a delay */
	PROBE_ACK,	 /* server: I shall */
	PROBE_DATA,	 /* server: what was asked for */
	PROBE_KEEP,	 /* client: nothing, but it crosses the NAT */
	PROBE_STATUS,	 /* client: what became of this flow? */
	PROBE_STATE,	 /* server: this */
	PROBE_STRAY,	 /* client: are you still there? TCP, after expiry */
	PROBE_ECHO,	 /* server: I am */
	PROBE_HAIRPIN,	 /* client to itself, through the NAT */
	PROBE_TYPES,
};

/** PROBE_QUIET - flag of ASK: no ACK, the flow shall have seen no answer */
#define PROBE_QUIET 1u
/** PROBE_STREAM - flag of STATUS and STATE: a flow of TCP */
#define PROBE_STREAM 2u
/** PROBE_SECOND - flag of DATA: the second one that was asked for */
#define PROBE_SECOND 4u
/** PROBE_BARE - flag of WELCOME: at port P, too, strays reach the server's
 *  stack, which answers them by a RST */
#define PROBE_BARE 8u

/** PROBE_KNOWN - bits of STATE: the server knows of the flow */
#define PROBE_KNOWN    0x100u
#define PROBE_SENT     0x200u /* it has sent what was asked for */
#define PROBE_WAS_RST  0x400u /* the connection was reset, at `delay` */
#define PROBE_FLAG_SET 0x70fu

/** PROBE_OTHER_PORT - bits of `from`: the server's port P + 1, not P */
#define PROBE_OTHER_PORT 1u
/** PROBE_OTHER_ADDRESS - its alternate address */
#define PROBE_OTHER_ADDRESS 2u
/** PROBE_ENDPOINTS - how many endpoints `from` can name */
#define PROBE_ENDPOINTS 4

/**
 * struct probe_message - one message
 * @from:	which of the server's endpoints shall send
 * @flags:	PROBE_QUIET and the others
 * @run:	random number of this measurement
 * @flow:	number of the flow in it
 * @delay:	ASK: ms until the server sends; STATE: ms from ASK to the RST
 * @second:	ASK: ms until it sends once more, more than @delay; 0: never
 * @seen:	answers: the source that the server saw, of the flow's ASK in
 *		STATE
 * @alternate:	WELCOME: the server's second address, or 0
 * @proof:	HELLO: none; WELCOME: one for the seen address; ASK and STATUS:
 *		those that were received, 0 if fewer
 */
struct probe_message {
	enum probe_type type;
	uint8_t from;
	uint16_t flags;
	uint64_t run;
	uint32_t flow;
	uint32_t delay;
	uint32_t second;
	struct endpoint seen;
	uint32_t alternate;
	uint64_t proof[PROBE_PROOFS];
};

/** probe_build() - @message as PROBE_SIZE @bytes, the caller's */
void probe_build(const struct probe_message *message,
		 uint8_t bytes[static PROBE_SIZE]);

/**
 * probe_parse() - @bytes as a message
 * @len:	must be PROBE_SIZE
 * @message:	set on success only
 *
 * Return: false if any field is not as this version has it.
 */
bool probe_parse(const uint8_t *bytes, size_t len,
		 struct probe_message *message);

#endif /* PROBE_MESSAGE_H */
