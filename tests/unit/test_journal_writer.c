// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_journal_writer - batches that come while the thread is busy; compaction
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dhcpd/journal.h"
#include "gateway/journal_writer.h"

/**
 * struct rig - a writer, its file, and the loop's batch
 * @put:	records so far: each is of the address that is its number
 */
struct rig {
	char folder[64];
	char path[96];
	struct journal_writer *writer;
	struct journal_batch batch;
	uint32_t put;
};

static int setup(void **state)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	uint8_t header[JOURNAL_HEADER];
	struct journal_file *file;

	assert_non_null(rig);
	snprintf(rig->folder, sizeof(rig->folder), "/tmp/lapse-unit-XXXXXX");
	assert_non_null(mkdtemp(rig->folder));
	snprintf(rig->path, sizeof(rig->path), "%s/leases", rig->folder);
	assert_true(journal_batch_alloc(&rig->batch));
	rig->writer = journal_writer_alloc(rig->path, true);
	assert_non_null(rig->writer);
	file = journal_writer_file(rig->writer);
	assert_int_equal(journal_file_open(rig->path, file), 0);
	journal_header(header);
	assert_int_equal(journal_file_write(file, header, sizeof(header)), 0);
	*state = rig;
	return 0;
}

static int teardown(void **state)
{
	struct rig *rig = *state;

	journal_writer_free(rig->writer, &rig->batch);
	journal_batch_free(&rig->batch);
	unlink(rig->path);
	assert_int_equal(rmdir(rig->folder), 0);
	free(rig);
	return 0;
}

/** add() - a record more into a part of the loop's batch */
static void add(struct rig *rig, struct journal_bytes *to, uint32_t address)
{
	const struct journal_entry entry = {.address = address,
					    .state = JOURNAL_FREE};

	to->len += journal_encode(&entry, to->data + to->len);
	if (to == &rig->batch.changes)
		rig->batch.sequence = address;
}

/** put() - so many changes */
static void put(struct rig *rig, unsigned n)
{
	while (n--)
		add(rig, &rig->batch.changes, ++rig->put);
}

/** hand() - hand over; whether it was taken */
static bool hand(struct rig *rig)
{
	journal_writer_hand(rig->writer, &rig->batch);
	return !journal_batch_has(&rig->batch);
}

/** wait_for() - until a change is durable, and compactions have ended */
static struct journal_report wait_for(struct rig *rig, uint64_t sequence,
				      unsigned compactions)
{
	struct pollfd fd = {.fd = journal_writer_fd(rig->writer),
			    .events = POLLIN};
	struct journal_report report;
	uint64_t count;

	for (;;) {
		report = journal_writer_report(rig->writer);
		if (report.durable >= sequence &&
		    report.compactions >= compactions)
			return report;
		assert_int_equal(poll(&fd, 1, 10000), 1);
		assert_int_equal(read(fd.fd, &count, sizeof(count)),
				 sizeof(count));
	}
}

/** holds() - the file's records are these, and no other */
static void holds(const struct rig *rig, const uint32_t *addresses, size_t n)
{
	struct journal_reader reader = {0};
	struct journal_file file;
	struct journal_entry entry;
	uint8_t *bytes;

	assert_int_equal(journal_file_open(rig->path, &file), 0);
	assert_int_equal(journal_file_read(&file, &bytes, &reader.len), 0);
	reader.bytes = bytes;
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(journal_next(&reader, &entry), JOURNAL_ENTRY);
		assert_int_equal(entry.address, addresses[i]);
	}
	assert_int_equal(journal_next(&reader, &entry), JOURNAL_END);
	free(bytes);
	journal_file_close(&file);
}

/** end() - write all, and let go of the file */
static void end(struct rig *rig)
{
	assert_int_equal(journal_writer_free(rig->writer, &rig->batch), 0);
	rig->writer = NULL;
}

/* While one batch waits for the thread, others join it, in their order. */
static void test_batches_join(void **state)
{
	const uint32_t all[] = {1, 2, 3, 4, 5, 6, 7};
	struct rig *rig = *state;

	for (unsigned n = 1; n <= 3; n++) {
		put(rig, n);
		assert_true(hand(rig));
	}
	assert_int_equal(journal_writer_start(rig->writer), 0);
	assert_int_equal(wait_for(rig, 6, 0).durable, 6);
	/* and what nobody handed over is not lost at the end */
	put(rig, 1);
	end(rig);
	holds(rig, all, 7);
}

/* A batch is full when it is: what does not fit stays the loop's. */
static void test_a_full_batch(void **state)
{
	struct rig *rig = *state;
	uint32_t *all, half;

	while (rig->batch.changes.len <= JOURNAL_BATCH_BYTES / 2)
		put(rig, 1);
	half = rig->put;
	assert_true(hand(rig));
	put(rig, half);
	assert_false(hand(rig));
	assert_int_equal(rig->batch.sequence, 2 * half);

	assert_int_equal(journal_writer_start(rig->writer), 0);
	wait_for(rig, half, 0);
	assert_true(hand(rig));
	wait_for(rig, 2 * (uint64_t)half, 0);
	end(rig);
	all = calloc(rig->put, sizeof(*all));
	assert_non_null(all);
	for (uint32_t i = 0; i < rig->put; i++)
		all[i] = i + 1;
	holds(rig, all, rig->put);
	free(all);
}

/*
 * A compaction's batches are not joined: a change from before a snapshot
 * would come to stand behind it, and undo what is newer.
 */
static void test_compaction(void **state)
{
	const uint32_t all[] = {100, 101, 3, 4};
	struct rig *rig = *state;

	put(rig, 2);
	assert_true(hand(rig));
	rig->batch.begin = true;
	add(rig, &rig->batch.snapshot, 100);
	assert_false(hand(rig));

	assert_int_equal(journal_writer_start(rig->writer), 0);
	wait_for(rig, 2, 0);
	add(rig, &rig->batch.snapshot, 101);
	put(rig, 1);
	rig->batch.end = true;
	assert_true(hand(rig));
	assert_int_equal(wait_for(rig, 3, 1).compact_error, 0);
	put(rig, 1);
	end(rig);
	holds(rig, all, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_batches_join, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_a_full_batch, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_compaction, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
