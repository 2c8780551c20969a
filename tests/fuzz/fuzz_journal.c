// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_journal - whatever a lease file holds: read to its end, no lease twice,
 * and what was taken from it is written and read again the same
 */
#include <stdlib.h>
#include <string.h>
#include "tests/fuzz/fuzz.h"
#include "tests/lib/dhcprig.h"

/** check_pieces() - the reader's pieces are in order and cover the file */
static void check_pieces(const uint8_t *data, size_t size)
{
	struct journal_reader reader = {.bytes = data, .len = size};
	struct journal_entry entry;
	enum journal_found found;
	uint8_t again[JOURNAL_RECORD];
	size_t before = 0;
	bool header;

	journal_header(again);
	header = size > JOURNAL_HEADER &&
		 memcmp(data, again, JOURNAL_HEADER) == 0;
	while ((found = journal_next(&reader, &entry)) != JOURNAL_END) {
		demand(reader.at > before && reader.at <= size, "it goes on");
		if (found == JOURNAL_ENTRY) {
			size_t len = journal_encode(&entry, again);

			demand(memcmp(data + reader.at - len, again, len) == 0,
			       "a record is written as it was read");
		} else {
			demand(reader.damaged_at ==
					       (before || !header
							? before
							: JOURNAL_HEADER) &&
				       reader.damaged_at + reader.damaged_len ==
					       reader.at,
			       "damage is where it was said");
		}
		before = reader.at;
	}
	demand(reader.at >= size, "all of it was looked at");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcprig *rig = dhcprig_alloc();
	uint8_t *first;
	size_t len;

	demand(rig != NULL, "memory");
	check_pieces(data, size);
	dhcprig_settings(rig)->s.max_leases = 8;
	dhcprig_start(rig);
	rig->journal_len = 0;
	dhcprig_append(rig, data, size);
	dhcprig_restart(rig, rig->journal_len, 0);
	demand(!rig->broken, "invariants");
	/* what came of it is a journal, and stands for itself */
	dhcprig_compact(rig);
	len = rig->journal_len;
	first = malloc(len);
	demand(first != NULL, "memory");
	memcpy(first, rig->journal, len);
	demand(dhcprig_restart(rig, len, 0) >= 0, "our own is read");
	demand(!rig->broken, "invariants");
	demand(rig->journal_len == len, "the same leases");
	free(first);
	dhcprig_time(rig, 1000000000, 1000000000);
	demand(!rig->broken, "invariants");
	dhcprig_free(rig);
	return 0;
}
