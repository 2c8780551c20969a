/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal - the lease file, written by the one helper thread
 *
 * fdatasync() takes up to half a second on an SD card, and packets cannot wait
 * for it. So the loop hands records over, the thread writes and syncs them, as
 * many at once as have come meanwhile, and then wakes the loop.
 *
 * All functions are the loop's.
 */
#ifndef GATEWAY_JOURNAL_H
#define GATEWAY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dhcpd/dhcpd.h"
#include "gateway/gateway.h"

struct journal;

/**
 * journal_open() - open the lease file and take over the leases in it
 * @gateway:	its loop is used, and settled when something became durable
 * @path:	of the file; copied
 * @sync:	whether to wait for the disk; false is for measurements
 * @engine:	receives the leases; before any message
 * @out:	set on success; journal_close() releases it
 *
 * What is damaged is said, with its offset, and the file is copied to
 * FILE.damaged-N; a file of another kind is copied whole and begun anew.
 *
 * Return: 0, or a negative errno with one line logged (but for -ENOMEM):
 * -EINVAL when the file cannot be used, -EBUSY when another lapsed has it.
 */
int journal_open(struct gateway *gateway, const char *path, bool sync,
		 struct dhcpd *engine, struct journal **out);

/** journal_start() - start the thread; until then records are kept */
int journal_start(struct journal *journal);

/** journal_room() - whether there is room for a record; else wait */
bool journal_room(const struct journal *journal);

/**
 * journal_append() - one more record, if there is room
 * @sequence:	its change's; not smaller than that of the last one
 */
void journal_append(struct journal *journal, const uint8_t *record, size_t len,
		    uint64_t sequence);

/** journal_commit() - hand over what was appended */
void journal_commit(struct journal *journal);

/** journal_durable() - sequence number of the last change that is on the disk
 */
uint64_t journal_durable(const struct journal *journal);

/** journal_failing() - whether the disk takes nothing at present */
bool journal_failing(const struct journal *journal);

/**
 * journal_compact_due() - whether the file is several times what it need be
 *
 * If so: journal_compact_begin(), then every record of a walk by
 * dhcpd_snapshot_next() with journal_compact_add(), as room allows, then
 * journal_compact_end(). Changes go on to be appended meanwhile, and are in
 * the new file as well.
 */
bool journal_compact_due(const struct journal *journal);
void journal_compact_begin(struct journal *journal);
void journal_compact_add(struct journal *journal, const uint8_t *record,
			 size_t len);
void journal_compact_end(struct journal *journal);

/** journal_close() - write the rest, end the thread; NULL is fine */
void journal_close(struct journal *journal);

#endif /* GATEWAY_JOURNAL_H */
