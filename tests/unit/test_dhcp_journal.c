// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_dhcp_journal - records, damage, and recovery from every prefix
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/wire.h"
#include "dhcpd/crc32.h"
#include "dhcpd/journal.h"
#include "tests/unit/unit.h"

#define ENTRIES 40

/**
 * struct sample - a journal and where its records are
 * @at:		offset of each record, and of the end
 */
struct sample {
	uint8_t bytes[JOURNAL_HEADER + ENTRIES * JOURNAL_RECORD];
	size_t at[ENTRIES + 1];
	uint8_t ids[ENTRIES][255];
	struct journal_entry entry[ENTRIES];
};

static struct sample sample;

/** sample_make() - records of all sorts */
static void sample_make(struct rng *rng)
{
	size_t at = JOURNAL_HEADER;

	journal_header(sample.bytes);
	for (unsigned i = 0; i < ENTRIES; i++) {
		struct journal_entry *e = &sample.entry[i];

		for (unsigned k = 0; k < 255; k++)
			sample.ids[i][k] = (uint8_t)rng_next(rng);
		*e = (struct journal_entry){
			.address = (uint32_t)rng_next(rng),
			.state = (enum journal_state)rng_below(rng,
							       JOURNAL_STATES),
			.flags = (uint8_t)rng_below(rng, 2),
			.wall = rng_next(rng),
			.length = rng_next(rng),
			.left = i % 3 ? rng_next(rng) : JOURNAL_NEVER,
			.renew_left = rng_next(rng),
			.rebind_left = rng_next(rng),
			.partner = (uint32_t)rng_next(rng),
			.htype = 1,
			.hlen = (uint8_t)rng_below(rng, 17),
			.id = sample.ids[i],
			.id_len = i ? rng_below(rng, 256) : 255,
			.hostname = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO"
				    "PQRSTUVWXYZ0123456789-",
			.hostname_len = i ? rng_below(rng, 64) : 63,
		};
		memcpy(e->chaddr, sample.ids[i], 16);
		sample.at[i] = at;
		at += journal_encode(e, sample.bytes + at);
	}
	sample.at[ENTRIES] = at;
}

/** same() - whether a record was read as it was written */
static void same(const struct journal_entry *a, const struct journal_entry *b)
{
	assert_int_equal(a->address, b->address);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->wall, b->wall);
	assert_int_equal(a->length, b->length);
	assert_int_equal(a->left, b->left);
	assert_int_equal(a->renew_left, b->renew_left);
	assert_int_equal(a->rebind_left, b->rebind_left);
	assert_int_equal(a->partner, b->partner);
	assert_int_equal(a->htype, b->htype);
	assert_int_equal(a->hlen, b->hlen);
	assert_memory_equal(a->chaddr, b->chaddr, 16);
	assert_int_equal(a->id_len, b->id_len);
	assert_memory_equal(a->id, b->id, a->id_len);
	assert_int_equal(a->hostname_len, b->hostname_len);
	assert_memory_equal(a->hostname, b->hostname, a->hostname_len);
}

/** read_all() - walk through; entries found into @seen, damaged bytes summed */
static unsigned read_all(const uint8_t *bytes, size_t len, bool seen[ENTRIES],
			 size_t *damaged, unsigned *pieces)
{
	struct journal_reader reader = {.bytes = bytes, .len = len};
	struct journal_entry entry;
	enum journal_found found;
	unsigned n = 0;
	size_t last = 0;

	memset(seen, 0, ENTRIES * sizeof(*seen));
	*damaged = 0;
	*pieces = 0;
	while ((found = journal_next(&reader, &entry)) != JOURNAL_END) {
		if (found != JOURNAL_ENTRY) {
			assert_true(reader.damaged_at >= last);
			last = reader.damaged_at + reader.damaged_len;
			assert_true(last <= len && last == reader.at);
			*damaged += reader.damaged_len;
			++*pieces;
			continue;
		}
		for (unsigned i = 0; i < ENTRIES; i++) {
			if (sample.entry[i].wall != entry.wall)
				continue;
			same(&entry, &sample.entry[i]);
			seen[i] = true;
			n++;
		}
	}
	return n;
}

/** test_crc() - the check value that all catalogues of CRCs give */
static void test_crc(void **state)
{
	(void)state;
	assert_int_equal(crc32_of((const uint8_t *)"123456789", 9), 0xcbf43926);
	assert_int_equal(crc32_of(NULL, 0), 0);
}

/** test_form() - the bytes of a header and a record, for they are for ever */
static void test_form(void **state)
{
	static const uint8_t header[JOURNAL_HEADER] = {
		'L', 'A', 'P', 'S', 'E',  'L',	'S',  'E',
		0,   1,	  0,   16,  0x4f, 0x1b, 0x05, 0x7d,
	};
	/* mark, length; state, flags, htype, hlen; address; partner; chaddr;
	 * wall
	 */
	static const char head[] = "\x7e\x1e\xa5\xe5\0\x49"
				   "\1\0\1\6"
				   "\xc0\xa8\x4d\x32"
				   "\0\0\0\0"
				   "\2\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0"
				   "\0\0\0\1\xa3\x18\0";
	const struct journal_entry entry = {
		.address = 0xc0a84d32,
		.state = JOURNAL_BOUND,
		.wall = 0x1a3180000,
		.htype = 1,
		.hlen = 6,
		.chaddr = {2, 0, 0, 0, 0, 1},
		.id = (const uint8_t *)"\1\2",
		.id_len = 2,
		.hostname = "h",
		.hostname_len = 1,
	};
	uint8_t bytes[JOURNAL_RECORD], right[JOURNAL_HEADER];

	(void)state;
	journal_header(right);
	assert_memory_equal(right, header, sizeof(header));
	assert_int_equal(journal_encode(&entry, bytes), 6 + 73 + 4);
	assert_memory_equal(bytes, head, sizeof(head));
	assert_memory_equal(bytes + 6 + 68, "\2\1\1\2h", 5);
	assert_int_equal(wire_get32(bytes + 79), crc32_of(bytes, 79));
}

/** test_prefixes() - cut anywhere, all whole records come back */
static void test_prefixes(void **state)
{
	bool seen[ENTRIES];
	struct rng rng;

	(void)state;
	rng_seed(&rng, unit_seed());
	sample_make(&rng);
	for (size_t len = 0; len <= sample.at[ENTRIES]; len++) {
		uint8_t *exact = malloc(len ? len : 1);
		unsigned whole = 0, pieces;
		size_t damaged, end;

		assert_non_null(exact);
		memcpy(exact, sample.bytes, len);
		while (whole < ENTRIES && sample.at[whole + 1] <= len)
			whole++;
		assert_int_equal(read_all(exact, len, seen, &damaged, &pieces),
				 whole);
		for (unsigned i = 0; i < ENTRIES; i++)
			assert_int_equal(seen[i], i < whole);
		end = len < JOURNAL_HEADER ? 0 : sample.at[whole];
		assert_int_equal(damaged, len - end);
		assert_int_equal(pieces, len != end);
		free(exact);
	}
}

/** test_damage() - a byte changed anywhere costs at most its own record */
static void test_damage(void **state)
{
	size_t len, damaged;
	bool seen[ENTRIES];
	unsigned pieces;
	struct rng rng;

	(void)state;
	rng_seed(&rng, unit_seed());
	sample_make(&rng);
	len = sample.at[ENTRIES];
	for (size_t at = 0; at < len; at++) {
		uint8_t was = sample.bytes[at];
		unsigned hit = 0;

		sample.bytes[at] ^= (uint8_t)(1 + rng_below(&rng, 255));
		read_all(sample.bytes, len, seen, &damaged, &pieces);
		while (hit < ENTRIES && sample.at[hit + 1] <= at)
			hit++;
		for (unsigned i = 0; i < ENTRIES; i++)
			assert_int_equal(seen[i],
					 at < JOURNAL_HEADER || i != hit);
		assert_int_equal(pieces, 1);
		assert_int_equal(damaged,
				 at < JOURNAL_HEADER
					 ? JOURNAL_HEADER
					 : sample.at[hit + 1] - sample.at[hit]);
		sample.bytes[at] = was;
	}
}

/** test_hole() - a lost block in the middle: both ends are kept */
static void test_hole(void **state)
{
	size_t len, damaged;
	bool seen[ENTRIES];
	unsigned pieces;
	struct rng rng;

	(void)state;
	rng_seed(&rng, unit_seed());
	sample_make(&rng);
	len = sample.at[ENTRIES];
	memset(sample.bytes + sample.at[10] + 3, 0,
	       sample.at[20] - sample.at[10]);
	assert_int_equal(read_all(sample.bytes, len, seen, &damaged, &pieces),
			 ENTRIES - 11);
	assert_int_equal(damaged, sample.at[21] - sample.at[10]);
	assert_int_equal(pieces, 1);
}

/** foreign() - whether a file is refused as a whole */
static bool foreign(const uint8_t *bytes, size_t len)
{
	struct journal_reader reader = {.bytes = bytes, .len = len};
	struct journal_entry entry;
	enum journal_found first = journal_next(&reader, &entry);

	/* and nothing of it is handed out after that */
	return first == JOURNAL_FOREIGN &&
	       journal_next(&reader, &entry) == JOURNAL_END;
}

/** test_foreign() - other files, other versions */
static void test_foreign(void **state)
{
	static const char text[] = "lease 192.168.77.50 {\n  starts 4 ...\n}\n";
	struct rng rng;
	size_t len;

	(void)state;
	assert_true(foreign((const uint8_t *)text, sizeof(text)));
	assert_true(foreign((const uint8_t *)"x", 1));
	rng_seed(&rng, 1);
	sample_make(&rng);
	len = sample.at[ENTRIES];
	assert_false(foreign(sample.bytes, len));
	/* the next version, whose records may look the same */
	wire_put16(sample.bytes + 8, JOURNAL_VERSION + 1);
	wire_put32(sample.bytes + 12, crc32_of(sample.bytes, 12));
	assert_true(foreign(sample.bytes, len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crc),	 cmocka_unit_test(test_form),
		cmocka_unit_test(test_prefixes), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_hole),	 cmocka_unit_test(test_foreign),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
