/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * infer - the behaviours that are still possible after what was observed
 *
 * Each function takes observations and returns a set of behaviours, one bit
 * each: one bit left is a decision, all bits mean that nothing is known. The
 * words are RFC 4787's; the bits' names are the settings' of lapse.yaml(5).
 * No I/O, no clock.
 */
#ifndef PROBE_INFER_H
#define PROBE_INFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"
#include "probe/message.h"

/* Bits of the sets; infer_names has their names in this order. */
enum { MAP_EIM = 1, MAP_ADM = 2, MAP_APDM = 4, MAP_ALL = 7 };
enum { FILTER_EIF = 1, FILTER_ADF = 2, FILTER_APDF = 4, FILTER_ALL = 7 };
enum { HAIRPIN_EXTERNAL = 1, HAIRPIN_OFF = 2, HAIRPIN_INTERNAL = 4 };
enum { HAIRPIN_ALL = 7 };
enum { ALLOC_PRESERVATION = 1, ALLOC_SEQUENTIAL = 2 };
enum { ALLOC_PARITY = 4, ALLOC_RANDOM = 8, ALLOC_ALL = 15 };
enum { POOL_PAIRED = 1, POOL_ARBITRARY = 2, POOL_ALL = 3 };
enum { REFRESH_OUTBOUND = 1, REFRESH_INBOUND = 2 };
enum { REFRESH_BOTH = 4, REFRESH_NONE = 8, REFRESH_ALL = 15 };
enum { NOTIFY_NONE = 1, NOTIFY_INTERNAL = 2, NOTIFY_EXTERNAL = 4 };
enum { NOTIFY_BOTH = 8, NOTIFY_ALL = 15 };
enum { STRAY_REMAP = 1, STRAY_DROP = 2, STRAY_RST = 4, STRAY_ICMP = 8 };
enum { STRAY_ALL = 15 };

/** INFER_NAMES - most behaviours in a set, and the NULL behind */
#define INFER_NAMES 5

/** infer_names_NAME - names of the bits, NULL-terminated */
extern const char *const infer_names_mapping[INFER_NAMES];
extern const char *const infer_names_filtering[INFER_NAMES];
extern const char *const infer_names_hairpin[INFER_NAMES];
extern const char *const infer_names_allocation[INFER_NAMES];
extern const char *const infer_names_pooling[INFER_NAMES];
extern const char *const infer_names_refresh[INFER_NAMES];
extern const char *const infer_names_notify[INFER_NAMES];
extern const char *const infer_names_stray[INFER_NAMES];

/**
 * struct infer_socket - what a UDP socket of the client has seen
 * @local:	its own endpoint
 * @external:	how each endpoint of the server saw it, by `from`
 * @seen:	bit N: external[N] is known
 * @heard:	bit N: it heard from that endpoint without having sent there
 * @asked:	bit N: and that one, which works, was asked to send, and said
 *		several times that it would
 */
struct infer_socket {
	struct endpoint local;
	struct endpoint external[PROBE_ENDPOINTS];
	unsigned seen, heard, asked;
};

/**
 * infer_mapping() - MAP_ bits (RFC 4787 REQ-1)
 * @sockets:	what each saw at one time: a mapping that has expired between
 *		two questions looks like another one. A socket may come again
 *
 * A NAT that keeps the port makes the same external endpoint to all, whatever
 * its mapping is: only sockets whose port was not kept tell ADM and APDM from
 * EIM then, and it takes two of them.
 */
unsigned infer_mapping(const struct infer_socket *sockets, size_t n);

/** infer_filtering() - FILTER_ bits (RFC 4787 REQ-8) */
unsigned infer_filtering(const struct infer_socket *sockets, size_t n);

/** infer_allocation() - ALLOC_ bits, from sockets opened one after another */
unsigned infer_allocation(const struct infer_socket *sockets, size_t n);

/**
 * infer_pooling() - POOL_ bits (RFC 4787 REQ-2); the sockets are on one address
 *
 * @sockets:	in the order in which they were opened
 *
 * One external address of a few sockets may be chance, so many are needed. One
 * change may be the NAT's, which has got another address.
 */
unsigned infer_pooling(const struct infer_socket *sockets, size_t n);

/** infer_direct() - whether every external endpoint seen is the internal one:
 *  nothing is translated */
bool infer_direct(const struct infer_socket *sockets, size_t n);

/** infer_kept() - whether every external port seen is the internal one */
bool infer_kept(const struct infer_socket *sockets, size_t n);

/**
 * struct infer_hairpin - what two sockets heard of each other
 * @tried:	both knew each other's external endpoint, sent there, and there
 *		was time enough for it to come; more than once
 * @external:	something came with an external source address
 * @internal:	something came with the other's internal source address
 * @watched:	that would have been seen: the kernel drops what comes from an
 *		own address, but a packet socket is shown it
 * @kept:	their external ports are the internal ones
 */
struct infer_hairpin {
	bool tried, external, internal, watched, kept;
};

/**
 * infer_hairpin() - HAIRPIN_ bits (RFC 4787 REQ-9)
 * @mapping:	its set, and
 * @filtering:	that of the filter: where neither is endpoint-independent, and
 *		ports are not kept, silence shows nothing
 */
unsigned infer_hairpin(struct infer_hairpin seen, unsigned mapping,
		       unsigned filtering);

/** enum infer_answer - of a question that may stay open */
enum infer_answer { ANSWER_OPEN, ANSWER_NO, ANSWER_YES };

/**
 * infer_weigh() - whether there is what @yes have met, and @no have not
 * @least:	it takes so many of these to say that there is not, and few of
 *		the others: packets are lost, none are made
 */
enum infer_answer infer_weigh(unsigned yes, unsigned no, unsigned least);

/** infer_refresh() - REFRESH_ bits (RFC 4787 REQ-6) */
unsigned infer_refresh(enum infer_answer outbound, enum infer_answer inbound);

/**
 * struct infer_expiry - what became of TCP connections that have expired
 * @dead:	how many
 * @told_inside:	of these, the client met a RST while it was silent
 * @told_outside:	the server did, before it sent
 * @untold_inside:	the client met none, though the way worked then
 * @untold_outside:	the server met none, likewise
 * @silent:		the next segment met nothing, by the server's port:
 *			[0] keeps such a segment from its stack, [1] does not
 * @reset:		it met a RST, likewise
 * @unreachable:	or an ICMP error
 * @healed:		or went on as if nothing were
 */
struct infer_expiry {
	unsigned dead, told_inside, told_outside;
	unsigned untold_inside, untold_outside;
	unsigned silent[2], reset[2], unreachable, healed;
};

/**
 * infer_notify() - NOTIFY_ bits
 *
 * A RST is sent once: that a few have met none shows nothing.
 */
unsigned infer_notify(const struct infer_expiry *seen);

/**
 * infer_stray() - STRAY_ bits
 *
 * A RST may be the NAT's, or the server's: its stack answers a segment of a
 * connection that has a new external port. At one of its two ports the server
 * lets no such segment reach its stack, so the second kind is missing there.
 * That one alone met nothing shows nothing.
 */
unsigned infer_stray(const struct infer_expiry *seen);

/** infer_single() - whether a set has come down to one behaviour */
static inline bool infer_single(unsigned set)
{
	return set && !(set & (set - 1));
}

#endif /* PROBE_INFER_H */
