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
 * What the disk refuses is tried again each second, at the same place in the
 * file; the loop takes no further changes out of the engine when the batch is
 * full, where they need no room: they are marks on leases.
 *
 * While the file is being compacted, the thread writes two: changes to the old
 * one, which they are durable by, and snapshot and changes to the new one,
 * until that takes the old one's place. A batch's snapshot goes before its
 * changes: a lease of the snapshot is at least as new as all changes that were
 * taken before it.
 */
#include "gateway/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "gateway/dhcp.h"
#include "gateway/journal_file.h"
#include "gateway/journal_load.h"

/* Bytes of a batch; a record more fits in any case. */
#define BATCH_BYTES ((size_t)1 << 20)

/* Seconds until the disk is tried again. */
#define RETRY_S 1

/* A file smaller than that is not worth compacting; see also GROWTH. */
#define COMPACT_BYTES ((uint64_t)256 << 10)

/* Compacted when so many times as large as after the last time. */
#define GROWTH 4

/** struct bytes - a buffer of BATCH_BYTES and one record */
struct bytes {
	uint8_t *data;
	size_t len;
};

/**
 * struct batch - what is written at once
 * @changes:	records, and
 * @sequence:	the last one's number
 * @snapshot:	records of a compaction
 * @begin:	a compaction begins with this batch
 * @end:	and it ends with this one
 */
struct batch {
	struct bytes changes, snapshot;
	uint64_t sequence;
	bool begin, end;
};

/**
 * struct report - what the thread tells
 * @durable:	sequence number
 * @size:	of the file
 * @error:	why the disk takes nothing, or 0
 * @compact_error: why the last compaction failed, or 0
 * @compactions: how many have ended, well or not
 */
struct report {
	uint64_t durable;
	uint64_t size;
	int error;
	int compact_error;
	unsigned compactions;
};

/**
 * struct journal - the file and both sides of it
 * @sync:	whether "durable" is what it says; false for measurements
 * @filling:	the loop's
 * @ready:	handed over, if @handed
 * @work:	the thread's
 * @file:	the thread's, once it runs
 * @next:	the file that is to replace it, while compacting
 * @seen:	the loop's copy of @report
 * @compacting:	a compaction is under way, as the loop knows
 * @base:	size of the file after the last compaction
 * @stop:	the thread is to end when all is written
 */
struct journal {
	struct gateway *gateway;
	char *path;
	bool sync;
	struct batch filling;
	struct report seen;
	bool compacting;
	uint64_t base;
	struct event *wakeup;
	int event_fd;
	pthread_t thread;
	bool running;

	pthread_mutex_t lock;
	pthread_cond_t change;
	struct batch ready;
	bool handed;
	bool stop;
	struct report report;

	struct batch work;
	struct journal_file file, next;
};

/* --- the thread --- */

/** tell() - publish a report and wake the loop */
static void tell(struct journal *journal, const struct report *report)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&journal->lock);
	journal->report = *report;
	pthread_mutex_unlock(&journal->lock);
	/* it can only fail by a counter at its end, and then the loop is awake
	 */
	if (write(journal->event_fd, &one, sizeof(one)) < 0)
		return;
}

/** pause_writing() - until the disk is tried again; true if it is to stop */
static bool pause_writing(struct journal *journal)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RETRY_S;
	pthread_mutex_lock(&journal->lock);
	while (!journal->stop &&
	       pthread_cond_timedwait(&journal->change, &journal->lock,
				      &until) != ETIMEDOUT)
		;
	stop = journal->stop;
	pthread_mutex_unlock(&journal->lock);
	return stop;
}

/** write_changes() - to the file, durably; false: not, and no time is left */
static bool write_changes(struct journal *journal, struct report *report)
{
	const struct bytes *changes = &journal->work.changes;
	const uint64_t size = journal->file.size;

	for (;;) {
		report->error = journal_file_write(&journal->file,
						   changes->data, changes->len);
		if (!report->error && journal->sync)
			report->error = journal_file_sync(&journal->file);
		if (!report->error)
			break;
		/* what was not synced is to be written again: the kernel may
		 * have thrown it away */
		journal->file.size = size;
		tell(journal, report);
		if (pause_writing(journal))
			return false;
	}
	report->durable = journal->work.sequence;
	report->size = journal->file.size;
	return true;
}

/** compact() - this batch's part of a new file */
static int compact(struct journal *journal)
{
	const struct batch *work = &journal->work;
	struct journal_file *next = &journal->next;
	int error = 0;

	if (work->begin)
		error = journal_file_create(journal->path, next);
	if (error || next->fd < 0)
		return error;
	error = journal_file_write(next, work->snapshot.data,
				   work->snapshot.len);
	if (!error)
		error = journal_file_write(next, work->changes.data,
					   work->changes.len);
	if (error) {
		journal_file_discard(journal->path, next);
		return error;
	}
	if (!work->end)
		return 0;
	error = journal_file_replace(journal->path, next, &journal->file,
				     journal->sync);
	if (!error && journal->sync && journal_file_sync(&journal->file))
		return 0; /* the next sync tries again and tells */
	return error;
}

/** write_batch() - all of it; false: stopped before it could be written */
static bool write_batch(struct journal *journal, struct report *report)
{
	const struct batch *work = &journal->work;
	int error;

	if (work->changes.len) {
		if (!write_changes(journal, report))
			return false;
		tell(journal, report);
	}
	error = compact(journal);
	if (error)
		report->compact_error = error;
	if (work->end) {
		report->compactions++;
		report->size = journal->file.size;
	}
	if (work->begin || work->snapshot.len || work->end)
		tell(journal, report);
	if (work->end)
		report->compact_error = 0;
	return true;
}

/** has() - whether there is anything in a batch */
static bool has(const struct batch *batch)
{
	return batch->changes.len || batch->snapshot.len || batch->begin ||
	       batch->end;
}

/** clear() - an empty batch */
static void clear(struct batch *batch)
{
	batch->changes.len = batch->snapshot.len = 0;
	batch->begin = batch->end = false;
}

/** swap() - exchange two batches */
static void swap(struct batch *a, struct batch *b)
{
	struct batch c = *a;

	*a = *b;
	*b = c;
}

/** writer() - the thread */
static void *writer(void *arg)
{
	struct journal *journal = arg;
	struct report report = journal->report;
	bool going = true;

	while (going) {
		pthread_mutex_lock(&journal->lock);
		while (!journal->handed && !journal->stop)
			pthread_cond_wait(&journal->change, &journal->lock);
		if (journal->handed)
			swap(&journal->ready, &journal->work);
		else /* the loop waits for our end, and leaves us its own */
			swap(&journal->filling, &journal->work);
		journal->handed = false;
		pthread_mutex_unlock(&journal->lock);
		going = has(&journal->work);
		if (going)
			going = write_batch(journal, &report);
		clear(&journal->work);
	}
	return NULL;
}

/* --- the loop --- */

void journal_commit(struct journal *journal)
{
	if (!has(&journal->filling))
		return;
	pthread_mutex_lock(&journal->lock);
	if (!journal->handed) {
		swap(&journal->filling, &journal->ready);
		journal->handed = true;
		pthread_cond_signal(&journal->change);
	}
	pthread_mutex_unlock(&journal->lock);
}

bool journal_room(const struct journal *journal)
{
	return journal->filling.changes.len < BATCH_BYTES &&
	       journal->filling.snapshot.len < BATCH_BYTES;
}

/** put() - behind what is there */
static void put(struct bytes *bytes, const uint8_t *record, size_t len)
{
	base_assert(bytes->len < BATCH_BYTES && len <= JOURNAL_RECORD);
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
static void take_report(struct journal *journal, const struct report *report)
{
	const struct report *old = &journal->seen;

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
	struct report report;
	uint64_t count;

	(void)what;
	if (read(fd, &count, sizeof(count)) < 0)
		return;
	pthread_mutex_lock(&journal->lock);
	report = journal->report;
	pthread_mutex_unlock(&journal->lock);
	take_report(journal, &report);
	gateway_settle(journal->gateway);
}

/** alloc_batch() - its buffers */
static bool alloc_batch(struct batch *batch)
{
	batch->changes.data = malloc(BATCH_BYTES + JOURNAL_RECORD);
	batch->snapshot.data = malloc(BATCH_BYTES + JOURNAL_RECORD);
	return batch->changes.data && batch->snapshot.data;
}

/** free_batch() - release them */
static void free_batch(struct batch *batch)
{
	free(batch->changes.data);
	free(batch->snapshot.data);
}

/** make() - a journal without a file */
static struct journal *make(struct gateway *gateway, const char *path,
			    bool sync)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	pthread_condattr_t attr;

	if (!journal)
		return NULL;
	journal->gateway = gateway;
	journal->path = strdup(path);
	journal->sync = sync;
	journal->file.fd = journal->next.fd = -1;
	pthread_mutex_init(&journal->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&journal->change, &attr);
	pthread_condattr_destroy(&attr);
	journal->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (journal->event_fd >= 0)
		journal->wakeup =
			event_new(gateway->loop, journal->event_fd,
				  EV_READ | EV_PERSIST, on_wakeup, journal);
	if (!journal->path || !alloc_batch(&journal->filling) ||
	    !alloc_batch(&journal->ready) || !alloc_batch(&journal->work) ||
	    !journal->wakeup || event_add(journal->wakeup, NULL) < 0) {
		journal_close(journal);
		return NULL;
	}
	return journal;
}

int journal_open(struct gateway *gateway, const char *path, bool sync,
		 struct dhcpd *engine, struct journal **out)
{
	struct journal *journal = make(gateway, path, sync);
	int error;

	if (!journal)
		return -ENOMEM;
	error = journal_load(journal->path, journal->sync, engine,
			     dhcp_now(gateway), &journal->file);
	if (error) {
		journal_close(journal);
		return error;
	}
	journal->report.size = journal->base = journal->file.size;
	journal->seen = journal->report;
	*out = journal;
	return 0;
}

int journal_start(struct journal *journal)
{
	sigset_t all, old;
	int error;

	/* signals are the loop's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&journal->thread, NULL, writer, journal);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (error) {
		log_error("the lease file's thread: %s", strerror(error));
		return -error;
	}
	journal->running = true;
	return 0;
}

/** stop_thread() - let it write what there is */
static void stop_thread(struct journal *journal)
{
	pthread_mutex_lock(&journal->lock);
	journal->stop = true;
	pthread_cond_signal(&journal->change);
	pthread_mutex_unlock(&journal->lock);
	pthread_join(journal->thread, NULL);
	journal->running = false;
	if (journal->report.error)
		log_error("the lease file %s could not be written to its end: "
			  "%s",
			  journal->path, strerror(-journal->report.error));
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	if (journal->running)
		stop_thread(journal);
	if (journal->wakeup)
		event_free(journal->wakeup);
	if (journal->event_fd >= 0)
		close(journal->event_fd);
	if (journal->next.fd >= 0)
		journal_file_discard(journal->path, &journal->next);
	journal_file_close(&journal->file);
	pthread_mutex_destroy(&journal->lock);
	pthread_cond_destroy(&journal->change);
	free_batch(&journal->filling);
	free_batch(&journal->ready);
	free_batch(&journal->work);
	free(journal->path);
	free(journal);
}
