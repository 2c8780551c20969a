// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal - records to bytes and back
 *
 * A body: u8 state, u8 flags, u8 htype, u8 hlen, u32 address, u32 partner,
 * 16 bytes chaddr, u64 wall, length, left, renew left, rebind left, u8 length
 * of the identity, u8 length of the host name, then these two.
 */
#include "dhcpd/journal.h"

#include <string.h>
#include "base/wire.h"
#include "dhcpd/crc32.h"

#define MAGIC_LEN  8
#define MARK	   UINT32_C(0x7e1ea5e5)
#define MARK_LEN   4
#define HEAD_LEN   6 /* mark and body length */
#define CRC_LEN	   4
#define BODY_FIXED 70
#define HOST_MAX   63

_Static_assert(HEAD_LEN + BODY_FIXED + 255 + HOST_MAX + CRC_LEN <=
		       JOURNAL_RECORD,
	       "the longest record fits");

/* How every version begins. */
static const uint8_t magic[MAGIC_LEN] = {'L', 'A', 'P', 'S',
					 'E', 'L', 'S', 'E'};

void journal_header(uint8_t header[static JOURNAL_HEADER])
{
	memcpy(header, magic, MAGIC_LEN);
	wire_put16(header + MAGIC_LEN, JOURNAL_VERSION);
	wire_put16(header + MAGIC_LEN + 2, JOURNAL_HEADER);
	wire_put32(header + JOURNAL_HEADER - CRC_LEN,
		   crc32_of(header, JOURNAL_HEADER - CRC_LEN));
}

size_t journal_encode(const struct journal_entry *entry,
		      uint8_t record[static JOURNAL_RECORD])
{
	size_t body = BODY_FIXED + entry->id_len + entry->hostname_len;
	uint8_t *p = record + HEAD_LEN;

	wire_put32(record, MARK);
	wire_put16(record + MARK_LEN, (uint16_t)body);
	p[0] = (uint8_t)entry->state;
	p[1] = entry->flags;
	p[2] = entry->htype;
	p[3] = entry->hlen;
	wire_put32(p + 4, entry->address);
	wire_put32(p + 8, entry->partner);
	memcpy(p + 12, entry->chaddr, sizeof(entry->chaddr));
	wire_put64(p + 28, entry->wall);
	wire_put64(p + 36, entry->length);
	wire_put64(p + 44, entry->left);
	wire_put64(p + 52, entry->renew_left);
	wire_put64(p + 60, entry->rebind_left);
	p[68] = (uint8_t)entry->id_len;
	p[69] = (uint8_t)entry->hostname_len;
	if (entry->id_len)
		memcpy(p + BODY_FIXED, entry->id, entry->id_len);
	if (entry->hostname_len)
		memcpy(p + BODY_FIXED + entry->id_len, entry->hostname,
		       entry->hostname_len);
	wire_put32(p + body, crc32_of(record, HEAD_LEN + body));
	return HEAD_LEN + body + CRC_LEN;
}

/**
 * record_len() - length of the whole record at @p
 * @p:		begins there
 * @len:	bytes to the end of the file
 *
 * Return: 0 if there is none, or it is damaged.
 */
static size_t record_len(const uint8_t *p, size_t len)
{
	size_t body;

	if (len < HEAD_LEN + BODY_FIXED + CRC_LEN || wire_get32(p) != MARK)
		return 0;
	body = wire_get16(p + MARK_LEN);
	if (body < BODY_FIXED || body > JOURNAL_RECORD - HEAD_LEN - CRC_LEN ||
	    len < HEAD_LEN + body + CRC_LEN ||
	    wire_get32(p + HEAD_LEN + body) != crc32_of(p, HEAD_LEN + body))
		return 0;
	p += HEAD_LEN;
	if (p[0] >= JOURNAL_STATES || p[3] > 16 || p[69] > HOST_MAX ||
	    body != (size_t)BODY_FIXED + p[68] + p[69])
		return 0;
	return HEAD_LEN + body + CRC_LEN;
}

/** decode() - a body whose lengths are right */
static void decode(const uint8_t *p, struct journal_entry *entry)
{
	*entry = (struct journal_entry){
		.state = (enum journal_state)p[0],
		.flags = p[1],
		.htype = p[2],
		.hlen = p[3],
		.address = wire_get32(p + 4),
		.partner = wire_get32(p + 8),
		.wall = wire_get64(p + 28),
		.length = wire_get64(p + 36),
		.left = wire_get64(p + 44),
		.renew_left = wire_get64(p + 52),
		.rebind_left = wire_get64(p + 60),
		.id = p + BODY_FIXED,
		.id_len = p[68],
		.hostname = (const char *)(p + BODY_FIXED + p[68]),
		.hostname_len = p[69],
	};
	memcpy(entry->chaddr, p + 12, sizeof(entry->chaddr));
}

/** header_good() - whether this version's header begins so, as far as it goes
 */
static bool header_good(const struct journal_reader *reader)
{
	uint8_t right[JOURNAL_HEADER];
	size_t len = reader->len;

	journal_header(right);
	if (len > sizeof(right))
		len = sizeof(right);
	return memcmp(reader->bytes, right, len) == 0;
}

/** header_other() - whether it begins with another version's, undamaged */
static bool header_other(const struct journal_reader *reader)
{
	const uint8_t *p = reader->bytes;

	return reader->len >= JOURNAL_HEADER &&
	       memcmp(p, magic, MAGIC_LEN) == 0 &&
	       wire_get16(p + MAGIC_LEN) != JOURNAL_VERSION &&
	       wire_get32(p + JOURNAL_HEADER - CRC_LEN) ==
		       crc32_of(p, JOURNAL_HEADER - CRC_LEN);
}

/** damaged() - skip to the next whole record, or the end */
static enum journal_found damaged(struct journal_reader *reader)
{
	size_t from = reader->at, at = from;

	do
		at++;
	while (at < reader->len &&
	       !record_len(reader->bytes + at, reader->len - at));
	reader->at = at;
	reader->damaged_at = from;
	reader->damaged_len = at - from;
	return JOURNAL_DAMAGED;
}

/** begin() - look at the header; JOURNAL_END when all is well */
static enum journal_found begin(struct journal_reader *reader)
{
	if (header_good(reader)) {
		if (reader->len < JOURNAL_HEADER)
			return damaged(reader);
		reader->at = JOURNAL_HEADER;
		return JOURNAL_END;
	}
	if (!header_other(reader)) {
		/* The first record may be whole although the header is not. */
		damaged(reader);
		if (reader->at < reader->len)
			return JOURNAL_DAMAGED;
	}
	reader->damaged_at = 0;
	reader->damaged_len = reader->at = reader->len;
	return JOURNAL_FOREIGN;
}

enum journal_found journal_next(struct journal_reader *reader,
				struct journal_entry *entry)
{
	enum journal_found found;
	size_t len;

	if (!reader->at && reader->len) {
		found = begin(reader);
		if (found != JOURNAL_END)
			return found;
	}
	if (reader->at >= reader->len)
		return JOURNAL_END;
	len = record_len(reader->bytes + reader->at, reader->len - reader->at);
	if (!len)
		return damaged(reader);
	decode(reader->bytes + reader->at + HEAD_LEN, entry);
	reader->at += len;
	return JOURNAL_ENTRY;
}
