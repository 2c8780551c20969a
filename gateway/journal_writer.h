/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_writer - the thread that writes the lease file
 *
 * journal.c fills batches and hands them over; here they are written and
 * synced, one after the other, and what has become of them is told by a
 * report. Nothing here logs or touches the loop: it only sees an eventfd.
 */
#ifndef GATEWAY_JOURNAL_WRITER_H
#define GATEWAY_JOURNAL_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gateway/journal_file.h"

/* Bytes of a batch's part; a record more fits in any case. */
#define JOURNAL_BATCH_BYTES ((size_t)1 << 20)

/** struct journal_bytes - JOURNAL_BATCH_BYTES and room for one record */
struct journal_bytes {
	uint8_t *data;
	size_t len;
};

/**
 * struct journal_batch - what is written at once
 * @changes:	records, and
 * @sequence:	the last one's number
 * @snapshot:	records of a compaction
 * @begin:	a compaction begins with this batch
 * @end:	and it ends with this one
 */
struct journal_batch {
	struct journal_bytes changes, snapshot;
	uint64_t sequence;
	bool begin, end;
};

/**
 * struct journal_report - what the thread tells
 * @durable:	sequence number
 * @size:	of the file
 * @error:	why the disk takes nothing, or 0
 * @compact_error: why the last compaction failed, or 0
 * @compactions: how many have ended, well or not
 */
struct journal_report {
	uint64_t durable;
	uint64_t size;
	int error;
	int compact_error;
	unsigned compactions;
};

struct journal_writer;

/** journal_batch_alloc() - its buffers; journal_batch_free() releases them */
bool journal_batch_alloc(struct journal_batch *batch);

/** journal_batch_free() - release its buffers */
void journal_batch_free(struct journal_batch *batch);

/** journal_batch_has() - whether there is anything in a batch */
bool journal_batch_has(const struct journal_batch *batch);

/**
 * journal_writer_alloc() - a writer without a file and without a thread
 * @path:	of the file; the caller keeps it until the writer is freed
 * @sync:	whether "durable" is what it says; false for measurements
 *
 * Return: NULL without memory or descriptors.
 */
struct journal_writer *journal_writer_alloc(const char *path, bool sync);

/** journal_writer_file() - to be opened before the thread runs */
struct journal_file *journal_writer_file(struct journal_writer *writer);

/** journal_writer_fd() - readable when there is a new report */
int journal_writer_fd(const struct journal_writer *writer);

/**
 * journal_writer_start() - begin to write
 *
 * Return: 0, or a negative errno.
 */
int journal_writer_start(struct journal_writer *writer);

/**
 * journal_writer_hand() - hand a batch over, if there is room for it
 * @batch:	then it is empty; else it stays as it is, to grow further
 */
void journal_writer_hand(struct journal_writer *writer,
			 struct journal_batch *batch);

/** journal_writer_report() - the last report */
struct journal_report journal_writer_report(struct journal_writer *writer);

/**
 * journal_writer_free() - write what there is, end the thread, close the file
 * @writer:	NULL is fine
 * @rest:	a last batch, behind those that were handed over; emptied if it
 *		is written; it is not if the thread was never started
 *
 * Return: 0, or why not all could be written.
 */
int journal_writer_free(struct journal_writer *writer,
			struct journal_batch *rest);

#endif /* GATEWAY_JOURNAL_WRITER_H */
