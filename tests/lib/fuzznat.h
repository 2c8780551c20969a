/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzznat - an engine with sessions for the fuzzers to talk to
 *
 * What must hold whatever the bytes are is checked after each packet; what does
 * not ends in abort(), so that the fuzzer keeps the input.
 */
#ifndef TESTS_LIB_FUZZNAT_H
#define TESTS_LIB_FUZZNAT_H

#include "nat/nat.h"
#include "tests/lib/build.h"

/** struct fuzznat - the engine, and its time */
struct fuzznat {
	struct nat *nat;
	struct nat_now now;
};

/**
 * fuzznat_open() - an engine with sessions of UDP, TCP, ICMP, GRE and DCCP
 * @kind:	chooses its settings
 *
 * 192.168.77.2 and .3 talk to 203.0.113.7, with ports preserved: UDP 5000 to
 * 53, TCP 5000 to 80, echo identifier 5000; 198.51.100.1 and .2 are outside.
 */
void fuzznat_open(struct fuzznat *f, uint8_t kind);

/** fuzznat_close() - release it */
void fuzznat_close(struct fuzznat *f);

/**
 * fuzznat_packet() - one packet through it, and a look at what became of it
 * @bytes:	PACKET_MAX of room, rewritten
 * @len:	how many of them are the packet
 * @how:	bits: 0-1 direction, 2 partial, 3 gso, 4 make the IP header's
 *sum and length right, 5 the ICMP checksum too, 6 time passes
 */
void fuzznat_packet(struct fuzznat *f, uint8_t *bytes, size_t len, uint8_t how);

#endif /* TESTS_LIB_FUZZNAT_H */
