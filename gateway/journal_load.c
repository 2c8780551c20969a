// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal_load - the leases of the last run, from the lease file
 */
#include "gateway/journal_load.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "dhcpd/journal.h"

/* More damaged parts than that are counted, not named. */
#define NAMED_MAX 10

/**
 * struct found - what a file came to
 * @entries:	records taken over
 * @damaged:	parts that are none
 * @foreign:	no lease file at all
 * @jumped:	records from a time that cannot be
 * @full:	records for which the table had no room
 */
struct found {
	size_t entries;
	size_t damaged;
	bool foreign;
	size_t jumped;
	size_t full;
};

/** wall_ms() - ms since 1970 */
static uint64_t wall_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/** restore() - one record to the engine */
static void restore(struct dhcpd *engine, struct dhcpd_now now, uint64_t wall,
		    const struct journal_entry *entry, struct found *found)
{
	bool jumped = false;

	found->entries++;
	if (dhcpd_restore(engine, now, wall, entry, &jumped))
		found->full++;
	found->jumped += jumped;
}

/** damaged() - a part that is no record */
static void damaged(const char *path, const struct journal_reader *reader,
		    struct found *found)
{
	if (found->damaged++ < NAMED_MAX)
		log_error("lease file %s: %zu damaged bytes at offset %zu, "
			  "skipped",
			  path, reader->damaged_len, reader->damaged_at);
}

/** walk() - through the whole file */
static void walk(const char *path, const uint8_t *bytes, size_t len,
		 struct dhcpd *engine, struct dhcpd_now now,
		 struct found *found)
{
	struct journal_reader reader = {.bytes = bytes, .len = len};
	const uint64_t wall = wall_ms();
	struct journal_entry entry;

	for (;;) {
		switch (journal_next(&reader, &entry)) {
		case JOURNAL_ENTRY:
			restore(engine, now, wall, &entry, found);
			break;
		case JOURNAL_DAMAGED:
			damaged(path, &reader, found);
			break;
		case JOURNAL_FOREIGN:
			found->foreign = true;
			return;
		case JOURNAL_END:
			return;
		}
	}
}

/**
 * set_aside() - keep what could not be read
 *
 * Return: 0, or -errno: then the file is not to be touched if it is foreign.
 */
static int set_aside(const char *path, const uint8_t *bytes, size_t len)
{
	char copy[PATH_MAX];
	int error = journal_file_set_aside(path, bytes, len, copy);

	if (error)
		log_error("lease file %s: it cannot be copied: %s", path,
			  strerror(-error));
	else
		log_error("lease file %s: copied to %s", path, copy);
	return error;
}

/** tell() - what the file came to */
static void tell(const char *path, const struct found *found)
{
	if (found->damaged > NAMED_MAX)
		log_error("lease file %s: %zu damaged parts in all", path,
			  found->damaged);
	if (found->jumped)
		log_warning("lease file %s: %zu leases were written in the "
			    "future, or too long ago: the wall clock was set; "
			    "their time goes on where it stood",
			    path, found->jumped);
	if (found->full)
		log_error("lease file %s: no room for %zu records: set "
			  "dhcp.max-leases higher",
			  path, found->full);
	if (found->entries)
		log_info("lease file %s: %zu records", path, found->entries);
}

/** rewrite() - what the engine knows, as a new file in the old one's place */
static int rewrite(const char *path, bool sync, const struct dhcpd *engine,
		   struct dhcpd_now now, struct journal_file *file)
{
	struct journal_file next = {.fd = -1};
	const uint64_t wall = wall_ms();
	uint8_t record[JOURNAL_RECORD];
	uint32_t cursor = 0;
	size_t len;
	int error;

	error = journal_file_create(path, &next);
	if (error)
		return error;
	while ((len = dhcpd_snapshot_next(engine, now, wall, &cursor,
					  record)) != 0) {
		error = journal_file_write(&next, record, len);
		if (error) {
			journal_file_discard(path, &next);
			return error;
		}
	}
	error = journal_file_replace(path, &next, file, sync);
	if (!error && sync)
		error = journal_file_sync(file);
	return error;
}

/** explain() - why a lease file cannot be used */
static int explain(const char *path, int error)
{
	if (error == -ENOMEM)
		return error;
	if (error == -EBUSY) {
		log_error("dhcp.lease-file: another lapsed has %s", path);
		return error;
	}
	log_error("dhcp.lease-file: cannot use %s: %s", path, strerror(-error));
	return -EINVAL;
}

int journal_load(const char *path, bool sync, struct dhcpd *engine,
		 struct dhcpd_now now, struct journal_file *file)
{
	struct journal_file old;
	struct found found = {0};
	uint8_t *bytes = NULL;
	size_t len = 0;
	int error;

	error = journal_file_open(path, &old);
	if (error)
		return explain(path, error);
	error = journal_file_read(&old, &bytes, &len);
	if (error)
		goto fail;
	walk(path, bytes, len, engine, now, &found);
	if (found.foreign)
		log_error("lease file %s: it is no lease file of this version: "
			  "begun anew",
			  path);
	if (found.foreign || found.damaged) {
		error = set_aside(path, bytes, len);
		/* whatever that file is, it is not ours to throw away */
		if (error && found.foreign)
			goto fail;
	}
	tell(path, &found);

	error = rewrite(path, sync, engine, now, &old);
	/* its end may be torn: the reader skips that */
	if (error && !found.foreign && len >= JOURNAL_HEADER) {
		log_error("lease file %s: %s; it goes on to grow", path,
			  strerror(-error));
		error = 0;
	}
	if (error)
		goto fail;
	free(bytes);
	*file = old;
	return 0;

fail:
	free(bytes);
	journal_file_close(&old);
	return explain(path, error);
}
