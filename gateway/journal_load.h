/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * journal_load - the leases of the last run, from the lease file
 */
#ifndef GATEWAY_JOURNAL_LOAD_H
#define GATEWAY_JOURNAL_LOAD_H

#include "dhcpd/dhcpd.h"
#include "gateway/journal_file.h"

/**
 * journal_load() - open a lease file, take over what is whole, begin it anew
 * @path:	of the file; the caller keeps it
 * @sync:	whether to wait for the disk
 * @engine:	receives the leases
 * @now:	the time
 * @file:	set on success, ready to be appended to
 *
 * Return: 0, or a negative errno with one line logged, see journal_open().
 */
int journal_load(const char *path, bool sync, struct dhcpd *engine,
		 struct dhcpd_now now, struct journal_file *file);

#endif /* GATEWAY_JOURNAL_LOAD_H */
