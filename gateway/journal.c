// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal - the lease file, written by the one helper thread
 *
 * Theory of operation. Records are gathered in a batch that only the loop
 * touches. At a commit the batch is handed over, if the thread has taken the
 * last one; if not, it goes on to grow, and is handed over when the thread has
 * said that it is done. So a slow disk makes larger batches and not more
 * syncs, and the lock is held for the exchange of pointers only.
 *
 * When a batch is full, because the disk takes nothing, the loop takes no
 * further changes out of the engine, where they need no room: they are marks on
 * leases. What the thread does is in journal_writer.c.
 */
#include "gateway/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "gateway/dhcp.h"
#include "gateway/journal_file.h"
#include "gateway/journal_load.h"
#include "gateway/journal_writer.h"

/* A file smaller than that is not worth compacting; see also GROWTH. */
#define COMPACT_BYTES ((uint64_t)256 << 10)

/* Compacted when so many times as large as after the last time. */
#define GROWTH 4

/**
 * struct journal - the loop's side of the file
 * @filling:	what the thread is to write next
 * @seen:	its last report that was looked at
 * @compacting:	a compaction is under way
 * @base:	size of the file after the last compaction
 */
struct journal {
	struct gateway *gateway;
	char *path;
	struct journal_writer *writer;
	struct event *wakeup;
	struct journal_batch filling;
	struct journal_report seen;
	bool compacting;
	uint64_t base;
};

void journal_commit(struct journal *journal)
{
	if (journal_batch_has(&journal->filling))
		journal_writer_hand(journal->writer, &journal->filling);
}

bool journal_room(const struct journal *journal)
{
	return journal->filling.changes.len < JOURNAL_BATCH_BYTES &&
	       journal->filling.snapshot.len < JOURNAL_BATCH_BYTES;
}

/** put() - behind what is there */
static void put(struct journal_bytes *bytes, const uint8_t *record, size_t len)
{
	base_assert(bytes->len < JOURNAL_BATCH_BYTES && len <= JOURNAL_RECORD);
	memcpy(bytes->data + bytes->len, record, len);
	bytes->len += len;
}

void journal_append(struct journal *journal, const uint8_t *record, size_t len,
		    uint64_t sequence)
{
	put(&journal->filling.changes, record, len);
	journal->filling.sequence = sequence;
}

uint64_t journal_durable(const struct journal *journal)
{
	return journal->seen.durable;
}

bool journal_failing(const struct journal *journal)
{
	return journal->seen.error != 0;
}

bool journal_compact_due(const struct journal *journal)
{
	return !journal->compacting && !journal->seen.error &&
	       journal->seen.size > COMPACT_BYTES &&
	       journal->seen.size > GROWTH * journal->base;
}

void journal_compact_begin(struct journal *journal)
{
	journal->compacting = true;
	journal->filling.begin = true;
}

void journal_compact_add(struct journal *journal, const uint8_t *record,
			 size_t len)
{
	put(&journal->filling.snapshot, record, len);
}

void journal_compact_end(struct journal *journal)
{
	journal->filling.end = true;
}

/** take_report() - what is new; says what goes wrong, and when it is over */
static void take_report(struct journal *journal,
			const struct journal_report *report)
{
	const struct journal_report *old = &journal->seen;

	if (report->error && report->error != old->error)
		log_error("the lease file %s cannot be written: %s; leases "
			  "are not granted until it can",
			  journal->path, strerror(-report->error));
	if (!report->error && old->error)
		log_info("the lease file can be written again");
	if (report->compact_error && !old->compact_error)
		log_warning("the lease file %s cannot be compacted: %s; it "
			    "goes on to grow",
			    journal->path, strerror(-report->compact_error));
	if (report->compactions != old->compactions) {
		if (!report->compact_error)
			log_debug("lease file compacted: %" PRIu64 " bytes",
				  report->size);
		/* also after a failure: not again before it has grown */
		journal->base = report->size;
		journal->compacting = false;
	}
	journal->seen = *report;
}

/** on_wakeup() - the thread has something to tell */
static void on_wakeup(evutil_socket_t fd, short what, void *arg)
{
	struct journal *journal = arg;
	struct journal_report report;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	report = journal_writer_report(journal->writer);
	take_report(journal, &report);
	gateway_settle(journal->gateway);
}

/** make() - a journal without a file */
static struct journal *make(struct gateway *gateway, const char *path,
			    bool sync)
{
	struct journal *journal = calloc(1, sizeof(*journal));

	if (!journal)
		return NULL;
	journal->gateway = gateway;
	journal->path = journal_file_path(path);
	if (journal->path)
		journal->writer = journal_writer_alloc(journal->path, sync);
	if (journal->writer)
		journal->wakeup = event_new(
			gateway->loop, journal_writer_fd(journal->writer),
			EV_READ | EV_PERSIST, on_wakeup, journal);
	if (!journal_batch_alloc(&journal->filling) || !journal->wakeup ||
	    event_add(journal->wakeup, NULL) < 0) {
		journal_close(journal);
		return NULL;
	}
	return journal;
}

int journal_open(struct gateway *gateway, const char *path, bool sync,
		 struct dhcpd *engine, struct journal **out)
{
	struct journal *journal = make(gateway, path, sync);
	struct journal_file *file;
	int error;

	if (!journal)
		return -ENOMEM;
	file = journal_writer_file(journal->writer);
	error = journal_load(journal->path, sync, engine, dhcp_now(gateway),
			     file);
	if (error) {
		journal_close(journal);
		return error;
	}
	journal->seen.size = journal->base = file->size;
	*out = journal;
	return 0;
}

int journal_start(struct journal *journal)
{
	int error = journal_writer_start(journal->writer);

	if (error)
		log_error("the lease file's thread: %s", strerror(-error));
	return error;
}

void journal_close(struct journal *journal)
{
	int error;

	if (!journal)
		return;
	if (journal->wakeup)
		event_free(journal->wakeup);
	error = journal_writer_free(journal->writer, &journal->filling);
	if (error)
		log_error("the lease file %s could not be written to its end: "
			  "%s",
			  journal->path, strerror(-error));
	journal_batch_free(&journal->filling);
	free(journal->path);
	free(journal);
}
