/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal - the lease file's form: a header, then records, append-only
 *
 *	header	"LAPSELSE"  u16 version  u16 header length  u32 CRC
 *	record	u32 mark  u16 body length  body  u32 CRC of all before it
 *
 * Everything is big-endian. A record is the whole state of one address, so a
 * later record of an address replaces an earlier one, and a record twice does
 * no harm. What is damaged (a torn end, a bad block in the middle) is skipped
 * up to the next mark whose record has a right CRC, and reported with its
 * offset: what is whole is kept.
 */
#ifndef DHCPD_JOURNAL_H
#define DHCPD_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** JOURNAL_VERSION - of what is written; others are not read */
#define JOURNAL_VERSION 1

/** JOURNAL_HEADER - bytes of the header */
#define JOURNAL_HEADER 16

/** JOURNAL_RECORD - bytes of the longest record */
#define JOURNAL_RECORD 512

/** JOURNAL_NEVER - a time that does not come */
#define JOURNAL_NEVER UINT64_MAX

/** enum journal_state - what is known of an address; numbers are for ever */
enum journal_state {
	JOURNAL_FREE = 0,	 /* nothing any more */
	JOURNAL_BOUND = 1,	 /* leased to the client */
	JOURNAL_EXPIRED = 2,	 /* was leased to it until it lapsed */
	JOURNAL_RELEASED = 3,	 /* was leased to it until it gave it back */
	JOURNAL_QUARANTINED = 4, /* in conflict: nobody's for a while */
	JOURNAL_MOVED = 5,	 /* its holder is to get another one */
	JOURNAL_STATES
};

/**
 * struct journal_entry - a record
 * @address:	which address
 * @state:	what of it
 * @flags:	JOURNAL_ flags
 * @wall:	ms since 1970 when it was written
 * @length:	ms of the lease as it was granted, or JOURNAL_NEVER
 * @left:	ms of the lapse clock left of the state then, or JOURNAL_NEVER
 * @renew_left:	ms left to T1, 0 if it was past, or JOURNAL_NEVER
 * @rebind_left: ms left to T2, likewise
 * @partner:	of JOURNAL_MOVED the address that its holder is to get, of that
 *		one the former; or 0
 * @htype, @hlen, @chaddr: hardware address
 * @id:		client identity; when read, in the file's bytes
 * @id_len:	its length, 0 to 255
 * @hostname:	no NUL at the end; when read, in the file's bytes
 * @hostname_len: its length, 0 to 63
 */
struct journal_entry {
	uint32_t address;
	enum journal_state state;
	uint8_t flags;
	uint64_t wall;
	uint64_t length;
	uint64_t left;
	uint64_t renew_left;
	uint64_t rebind_left;
	uint32_t partner;
	uint8_t htype, hlen;
	uint8_t chaddr[16];
	const uint8_t *id;
	size_t id_len;
	const char *hostname;
	size_t hostname_len;
};

/** JOURNAL_NAK - the client's next DHCPREQUEST is to be refused */
#define JOURNAL_NAK 1

/** journal_header() - write the header */
void journal_header(uint8_t header[static JOURNAL_HEADER]);

/** journal_encode() - write a record; its length */
size_t journal_encode(const struct journal_entry *entry,
		      uint8_t record[static JOURNAL_RECORD]);

/** enum journal_found - what journal_next() came to */
enum journal_found {
	JOURNAL_ENTRY,	 /* a record */
	JOURNAL_DAMAGED, /* bytes that are none */
	JOURNAL_FOREIGN, /* no journal of this version at all: nothing of it
			  * may be used, and nothing follows */
	JOURNAL_END,
};

/**
 * struct journal_reader - a walk through a journal
 * @bytes:	the whole file, the caller's
 * @len:	its length; 0 is an empty journal
 * @at:		how far it was read; 0 to begin with
 * @damaged_at:	offset of what JOURNAL_DAMAGED was said about
 * @damaged_len: its length in bytes
 */
struct journal_reader {
	const uint8_t *bytes;
	size_t len;
	size_t at;
	size_t damaged_at;
	size_t damaged_len;
};

/**
 * journal_next() - the next piece of a journal
 * @entry:	set with JOURNAL_ENTRY; points into the reader's bytes
 *
 * A damaged header is JOURNAL_DAMAGED if a record follows, else
 * JOURNAL_FOREIGN. A file cut anywhere yields all its whole records, and at
 * most one JOURNAL_DAMAGED, at its end.
 */
enum journal_found journal_next(struct journal_reader *reader,
				struct journal_entry *entry);

#endif /* DHCPD_JOURNAL_H */
