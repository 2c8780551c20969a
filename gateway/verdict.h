/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verdict - the messages of a netfilter queue: a packet read, a verdict written
 *
 * Pure: bytes in, bytes out; gateway/queue.c owns the socket.
 */
#ifndef GATEWAY_VERDICT_H
#define GATEWAY_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "nat/nat.h"

/** enum verdict_message - what a message from the kernel turned out to be */
enum verdict_message {
	VERDICT_PACKET,	   /* a whole packet */
	VERDICT_TRUNCATED, /* a packet of which a part is missing: drop it */
	VERDICT_DAMAGED,   /* a packet without what is needed: drop it */
	VERDICT_ERROR,	   /* an answer: `error` holds 0 or a negative errno */
	VERDICT_OTHER,	   /* anything else: nothing to answer */
};

/**
 * struct verdict_packet - a message of the queue, taken apart
 * @id:		the kernel's name for the packet
 * @hook:	NF_INET_PRE_ROUTING or NF_INET_POST_ROUTING
 * @indev:	interface index it came by, or 0
 * @outdev:	interface index it leaves by, or 0
 * @mark:	its mark
 * @partial:	NFQA_SKB_CSUMNOTREADY
 * @gso:	NFQA_SKB_GSO
 * @bytes:	IPv4 header and what follows, inside the message
 * @len:	its length
 * @mac:	source's Ethernet address inside the message, or NULL
 * @error:	of a VERDICT_ERROR
 */
struct verdict_packet {
	uint32_t id;
	uint8_t hook;
	uint32_t indev;
	uint32_t outdev;
	uint32_t mark;
	bool partial;
	bool gso;
	uint8_t *bytes;
	size_t len;
	const uint8_t *mac;
	int error;
};

/** VERDICT_HEADER - bytes before the payload of the longest verdict */
#define VERDICT_HEADER 44

/**
 * verdict_parse() - take one datagram of the queue's socket apart
 * @message:	aligned to 4 bytes; the packet's bytes stay in it
 * @len:	its length as received
 * @packet:	filled in as far as the result says
 */
enum verdict_message verdict_parse(void *message, size_t len,
				   struct verdict_packet *packet);

/**
 * verdict_direction() - where a packet was met, by hook, interface and mark
 * @packet:	the packet
 * @wan:	index of the WAN interface
 * @lan:	indexes of the LAN interfaces; 0 matches none
 * @n_lan:	their number
 * @direction:	set on success
 *
 * Return: false if none of our rules can have sent it.
 */
bool verdict_direction(const struct verdict_packet *packet, unsigned wan,
		       const unsigned *lan, size_t n_lan,
		       enum nat_direction *direction);

/**
 * verdict_build() - the beginning of a verdict message
 * @header:	receives it
 * @queue:	queue number
 * @id:		of the packet
 * @accept:	else drop
 * @mark:	the mark to set, or NULL
 * @payload:	bytes of the packet that follow it, or 0: it stays as it is
 *
 * Whoever sends it appends the payload and pads to 4 bytes.
 *
 * Return: the header's length.
 */
size_t verdict_build(uint8_t header[static VERDICT_HEADER], uint16_t queue,
		     uint32_t id, bool accept, const uint32_t *mark,
		     size_t payload);

#endif /* GATEWAY_VERDICT_H */
