// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * journal_writer - the thread that writes the lease file
 *
 * What the disk refuses is tried again each second, at the same place in the
 * file. Who comes first is written at once; under load, what comes within a
 * millisecond is synced together.
 *
 * While the file is being compacted, the thread writes two: changes to the old
 * one, which they are durable by, and snapshot and changes to the new one,
 * until that takes the old one's place. A batch's snapshot goes before its
 * changes: a lease of the snapshot is at least as new as all changes that were
 * taken before it.
 */
#include "gateway/journal_writer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "dhcpd/journal.h"

/* Seconds until the disk is tried again. */
#define RETRY_S 1

/* From one sync to the next at least. A disk that is faster than that would be
 * kept busy with a record or two at a time, and the processor with it. */
#define SYNC_GAP_NS 1000000

/**
 * struct journal_writer - both sides of it
 * @path:	of the file
 * @event_fd:	wakes the loop
 * @lock:	guards what follows it
 * @ready:	handed over, if @handed
 * @rest:	at the end: the loop's own batch, the last one
 * @stop:	the thread is to end when all is written
 * @work:	the thread's
 * @not_before:	when the next sync may begin, by the monotonic clock
 * @file:	the thread's, once it runs
 * @next:	the file that is to replace it, while compacting
 */
struct journal_writer {
	const char *path;
	bool sync;
	int event_fd;
	pthread_t thread;
	bool running;

	pthread_mutex_t lock;
	pthread_cond_t change;
	struct journal_batch ready, *rest;
	bool handed;
	bool stop;
	struct journal_report report;

	struct journal_batch work;
	struct timespec not_before;
	struct journal_file file, next;
};

/* --- batches --- */

bool journal_batch_alloc(struct journal_batch *batch)
{
	batch->changes.data = malloc(JOURNAL_BATCH_BYTES + JOURNAL_RECORD);
	batch->snapshot.data = malloc(JOURNAL_BATCH_BYTES + JOURNAL_RECORD);
	return batch->changes.data && batch->snapshot.data;
}

void journal_batch_free(struct journal_batch *batch)
{
	free(batch->changes.data);
	free(batch->snapshot.data);
}

bool journal_batch_has(const struct journal_batch *batch)
{
	return batch->changes.len || batch->snapshot.len || batch->begin ||
	       batch->end;
}

/** clear() - an empty batch */
static void clear(struct journal_batch *batch)
{
	batch->changes.len = batch->snapshot.len = 0;
	batch->begin = batch->end = false;
}

/** swap() - exchange two batches */
static void swap(struct journal_batch *a, struct journal_batch *b)
{
	struct journal_batch c = *a;

	*a = *b;
	*b = c;
}

/** merge() - append changes to a batch that was handed over; false: not so */
static bool merge(struct journal_batch *to, struct journal_batch *from)
{
	if (to->snapshot.len || to->begin || to->end || from->snapshot.len ||
	    from->begin || from->end ||
	    to->changes.len + from->changes.len > JOURNAL_BATCH_BYTES)
		return false;
	memcpy(to->changes.data + to->changes.len, from->changes.data,
	       from->changes.len);
	to->changes.len += from->changes.len;
	to->sequence = from->sequence;
	clear(from);
	return true;
}

/* --- the thread --- */

/** tell() - publish a report and wake the loop */
static void tell(struct journal_writer *writer,
		 const struct journal_report *report)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&writer->lock);
	writer->report = *report;
	pthread_mutex_unlock(&writer->lock);
	/* it can only fail by a counter at its end, and then the loop is awake
	 */
	if (write(writer->event_fd, &one, sizeof(one)) < 0)
		return;
}

/** pause_writing() - until the disk is tried again; true if it is to stop */
static bool pause_writing(struct journal_writer *writer)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RETRY_S;
	pthread_mutex_lock(&writer->lock);
	while (!writer->stop &&
	       pthread_cond_timedwait(&writer->change, &writer->lock, &until) !=
		       ETIMEDOUT)
		;
	stop = writer->stop;
	pthread_mutex_unlock(&writer->lock);
	return stop;
}

/** write_changes() - to the file, durably; false: not, and no time is left */
static bool write_changes(struct journal_writer *writer,
			  struct journal_report *report)
{
	const struct journal_bytes *changes = &writer->work.changes;
	const uint64_t size = writer->file.size;

	for (;;) {
		report->error = journal_file_write(&writer->file, changes->data,
						   changes->len);
		if (!report->error && writer->sync)
			report->error = journal_file_sync(&writer->file);
		if (!report->error)
			break;
		/* what was not synced is to be written again: the kernel may
		 * have thrown it away */
		writer->file.size = size;
		tell(writer, report);
		if (pause_writing(writer))
			return false;
	}
	report->durable = writer->work.sequence;
	report->size = writer->file.size;
	return true;
}

/** compact() - this batch's part of a new file */
static int compact(struct journal_writer *writer)
{
	const struct journal_batch *work = &writer->work;
	struct journal_file *next = &writer->next;
	int error = 0;

	if (work->begin)
		error = journal_file_create(writer->path, next);
	if (error || next->fd < 0)
		return error;
	error = journal_file_write(next, work->snapshot.data,
				   work->snapshot.len);
	if (!error)
		error = journal_file_write(next, work->changes.data,
					   work->changes.len);
	if (error) {
		journal_file_discard(writer->path, next);
		return error;
	}
	if (!work->end)
		return 0;
	error = journal_file_replace(writer->path, next, &writer->file,
				     writer->sync);
	if (!error && writer->sync && journal_file_sync(&writer->file))
		return 0; /* the next sync tries again and tells */
	return error;
}

/** write_batch() - all of it; false: stopped before it could be written */
static bool write_batch(struct journal_writer *writer,
			struct journal_report *report)
{
	const struct journal_batch *work = &writer->work;
	int error;

	if (work->changes.len) {
		if (!write_changes(writer, report))
			return false;
		tell(writer, report);
	}
	error = compact(writer);
	if (error)
		report->compact_error = error;
	if (work->end) {
		report->compactions++;
		report->size = writer->file.size;
	}
	if (work->begin || work->snapshot.len || work->end)
		tell(writer, report);
	if (work->end)
		report->compact_error = 0;
	return true;
}

/** wait_for_more() - until a sync may begin; the lock is left meanwhile */
static void wait_for_more(struct journal_writer *writer)
{
	pthread_mutex_unlock(&writer->lock);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME,
			       &writer->not_before, NULL) == EINTR)
		;
	clock_gettime(CLOCK_MONOTONIC, &writer->not_before);
	writer->not_before.tv_nsec += SYNC_GAP_NS;
	if (writer->not_before.tv_nsec >= 1000000000) {
		writer->not_before.tv_nsec -= 1000000000;
		writer->not_before.tv_sec++;
	}
	pthread_mutex_lock(&writer->lock);
}

/** writer_run() - the thread */
static void *writer_run(void *arg)
{
	struct journal_writer *writer = arg;
	struct journal_report report = writer->report;
	bool going = true;

	while (going) {
		pthread_mutex_lock(&writer->lock);
		while (!writer->handed && !writer->stop)
			pthread_cond_wait(&writer->change, &writer->lock);
		if (writer->sync)
			wait_for_more(writer);
		if (writer->handed)
			swap(&writer->ready, &writer->work);
		else /* the loop waits for our end, and leaves us its own */
			swap(writer->rest, &writer->work);
		writer->handed = false;
		pthread_mutex_unlock(&writer->lock);
		going = journal_batch_has(&writer->work);
		if (going)
			going = write_batch(writer, &report);
		clear(&writer->work);
	}
	return NULL;
}

/* --- the loop's side --- */

struct journal_writer *journal_writer_alloc(const char *path, bool sync)
{
	struct journal_writer *writer = calloc(1, sizeof(*writer));
	pthread_condattr_t attr;

	if (!writer)
		return NULL;
	writer->path = path;
	writer->sync = sync;
	writer->file.fd = writer->next.fd = -1;
	pthread_mutex_init(&writer->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->change, &attr);
	pthread_condattr_destroy(&attr);
	writer->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (writer->event_fd < 0 || !journal_batch_alloc(&writer->ready) ||
	    !journal_batch_alloc(&writer->work)) {
		journal_writer_free(writer, NULL);
		return NULL;
	}
	return writer;
}

struct journal_file *journal_writer_file(struct journal_writer *writer)
{
	return &writer->file;
}

int journal_writer_fd(const struct journal_writer *writer)
{
	return writer->event_fd;
}

int journal_writer_start(struct journal_writer *writer)
{
	sigset_t all, old;
	int error;

	writer->report.size = writer->file.size;
	/* signals are the loop's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&writer->thread, NULL, writer_run, writer);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	writer->running = !error;
	return -error;
}

void journal_writer_hand(struct journal_writer *writer,
			 struct journal_batch *batch)
{
	pthread_mutex_lock(&writer->lock);
	if (!writer->handed) {
		swap(batch, &writer->ready);
		writer->handed = true;
		pthread_cond_signal(&writer->change);
	} else {
		merge(&writer->ready, batch);
	}
	pthread_mutex_unlock(&writer->lock);
}

struct journal_report journal_writer_report(struct journal_writer *writer)
{
	struct journal_report report;

	pthread_mutex_lock(&writer->lock);
	report = writer->report;
	pthread_mutex_unlock(&writer->lock);
	return report;
}

/** stop_thread() - let it write what there is; how that went */
static int stop_thread(struct journal_writer *writer,
		       struct journal_batch *rest)
{
	pthread_mutex_lock(&writer->lock);
	writer->rest = rest;
	writer->stop = true;
	pthread_cond_signal(&writer->change);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	return writer->report.error;
}

int journal_writer_free(struct journal_writer *writer,
			struct journal_batch *rest)
{
	int error = 0;

	if (!writer)
		return 0;
	if (writer->running)
		error = stop_thread(writer, rest);
	if (writer->event_fd >= 0)
		close(writer->event_fd);
	if (writer->next.fd >= 0)
		journal_file_discard(writer->path, &writer->next);
	journal_file_close(&writer->file);
	pthread_mutex_destroy(&writer->lock);
	pthread_cond_destroy(&writer->change);
	journal_batch_free(&writer->ready);
	journal_batch_free(&writer->work);
	free(writer);
	return error;
}
