/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pcapng - write the file format that Wireshark and tcpdump read
 *
 * draft-ietf-opsawg-pcapng: blocks of 32-bit words in the writer's byte order.
 */
#ifndef LAB_PCAPNG_H
#define LAB_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** pcapng_begin() - the section header; errors stay in the stream's ferror() */
void pcapng_begin(FILE *file);

/**
 * pcapng_interface() - declare an Ethernet interface; the first is number 0
 * @name:	shown beside each packet; at most 255 bytes
 */
void pcapng_interface(FILE *file, const char *name);

/**
 * struct pcapng_packet - a frame
 * @interface:	number
 * @outgoing:	seen as it left, else as it came
 * @ns:		since 1970
 * @len:	bytes that @bytes has
 * @wire:	and that the frame had
 */
struct pcapng_packet {
	uint32_t interface;
	bool outgoing;
	uint64_t ns;
	const uint8_t *bytes;
	size_t len;
	size_t wire;
};

/** pcapng_packet() - one frame */
void pcapng_packet(FILE *file, const struct pcapng_packet *packet);

#endif /* LAB_PCAPNG_H */
