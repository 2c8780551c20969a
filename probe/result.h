/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * result - what a measurement found
 */
#ifndef PROBE_RESULT_H
#define PROBE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"
#include "probe/infer.h"
#include "probe/ladder.h"

/** enum probe_timer_id - the timers that are measured */
enum probe_timer_id {
	PROBE_TIMER_INITIAL, /* UDP, one packet, not answered */
	PROBE_TIMER_UDP,     /* UDP, both ways */
	PROBE_TIMER_TCP,     /* TCP, established */
	PROBE_TIMERS,
};

/**
 * struct probe_timer - one timer; times in ms
 * @tried:	flows that set out to test it
 * @lost:	of these, those that were never answered,
 * @unsure:	or whose test showed nothing, as the server was not heard then
 * @longest:	the longest time that was tried
 * @fit:	what the others show
 * @told:	TCP: how long after the last segment a RST told of the expiry
 *		(median), 0: none did
 * @age:	it runs from the flow's start, so so much was added to the fit
 * @late:	answers took so long that this much is uncertain, else 0
 */
struct probe_timer {
	size_t tried, lost, unsure;
	uint32_t longest;
	struct ladder_fit fit;
	uint32_t told, age, late;
};

/**
 * struct probe_result - all of it; sets are those of infer.h
 * @date:	such as 2026-11-22
 * @server:	its address
 * @alternate:	its second one, 0: none
 * @interrupted:	it did not run to its end
 * @kept:	external ports are the internal ones
 * @direct:	and so are the addresses: there is no NAT
 * @addresses:	external addresses seen,
 * @sockets:	by so many UDP sockets
 * @port_low:	lowest external UDP port seen, and
 * @port_high:	the highest
 * @unanswered:	sockets of the first part that were never answered
 * @refused:	flows that could not be opened here,
 * @error:	and the last reason, an errno
 * @duration:	ms
 */
struct probe_result {
	char date[16];
	char server[ADDRESS_TEXT];
	uint32_t alternate;
	bool interrupted, kept, direct;
	unsigned mapping, filtering, hairpin, allocation, pooling, refresh;
	unsigned notify, stray;
	size_t addresses, sockets, unanswered, refused;
	int error;
	uint16_t port_low, port_high;
	struct probe_timer timer[PROBE_TIMERS];
	struct infer_expiry expiry;
	uint64_t duration;
};

#endif /* PROBE_RESULT_H */
