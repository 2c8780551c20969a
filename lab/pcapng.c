// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pcapng - write the file format that Wireshark and tcpdump read
 */
#include "lab/pcapng.h"

#include <string.h>

/* Numbers of the format. */
enum {
	SECTION_HEADER = 0x0a0d0d0a,
	BYTE_ORDER = 0x1a2b3c4d,
	INTERFACE = 1,
	ENHANCED_PACKET = 6,
	LINKTYPE_ETHERNET = 1,
	OPTION_END = 0,
	OPTION_IF_NAME = 2,
	OPTION_IF_TSRESOL = 9,
	OPTION_EPB_FLAGS = 2,
	FLAG_INBOUND = 1,
	FLAG_OUTBOUND = 2,
	TSRESOL_NS = 9,
};

/** put16(), put32(), put_padded() - in our byte order, as the header says */
static void put16(FILE *file, unsigned value)
{
	uint16_t word = (uint16_t)value;

	fwrite(&word, sizeof(word), 1, file);
}

static void put32(FILE *file, size_t value)
{
	uint32_t word = (uint32_t)value;

	fwrite(&word, sizeof(word), 1, file);
}

static void put_padded(FILE *file, const void *bytes, size_t len)
{
	static const uint8_t zero[4];

	fwrite(bytes, 1, len, file);
	fwrite(zero, 1, -len & 3, file);
}

/** padded() - a length with what put_padded() adds */
static size_t padded(size_t len)
{
	return len + (-len & 3);
}

/** put_option() - code, length, value */
static void put_option(FILE *file, unsigned code, const void *value, size_t len)
{
	put16(file, code);
	put16(file, (unsigned)len);
	put_padded(file, value, len);
}

void pcapng_begin(FILE *file)
{
	const size_t total = 28;

	put32(file, SECTION_HEADER);
	put32(file, total);
	put32(file, BYTE_ORDER);
	put16(file, 1); /* version 1.0 */
	put16(file, 0);
	put32(file, UINT32_MAX); /* the section's length is not known */
	put32(file, UINT32_MAX);
	put32(file, total);
}

void pcapng_interface(FILE *file, const char *name)
{
	const uint8_t resolution = TSRESOL_NS;
	size_t len = strlen(name);
	size_t total = 20 + (4 + padded(len)) + (4 + 4) + 4;

	put32(file, INTERFACE);
	put32(file, total);
	put16(file, LINKTYPE_ETHERNET);
	put16(file, 0);
	put32(file, 0); /* no limit to a packet's length */
	put_option(file, OPTION_IF_NAME, name, len);
	put_option(file, OPTION_IF_TSRESOL, &resolution, 1);
	put_option(file, OPTION_END, "", 0);
	put32(file, total);
}

void pcapng_packet(FILE *file, const struct pcapng_packet *packet)
{
	const uint32_t flags = packet->outgoing ? FLAG_OUTBOUND : FLAG_INBOUND;
	size_t total = 32 + padded(packet->len) + (4 + 4) + 4;

	put32(file, ENHANCED_PACKET);
	put32(file, total);
	put32(file, packet->interface);
	put32(file, packet->ns >> 32);
	put32(file, packet->ns & UINT32_MAX);
	put32(file, packet->len);
	put32(file, packet->wire);
	put_padded(file, packet->bytes, packet->len);
	put_option(file, OPTION_EPB_FLAGS, &flags, sizeof(flags));
	put_option(file, OPTION_END, "", 0);
	put32(file, total);
}
