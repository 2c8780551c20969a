// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * event_row - an event as members of a JSON object
 */
#include "gateway/event_row.h"

#include <stdio.h>
#include "gateway/lease_row.h"

/** ports() - the member of that name: those of a block */
static void ports(struct row *row, const struct ring_entry *entry)
{
	char text[sizeof("65535-65535")];

	snprintf(text, sizeof(text), "%u-%u", entry->external.port,
		 entry->last_port);
	row_text(row, "ports", text);
}

void event_members(struct row *row, const struct ring_entry *entry, bool remote)
{
	row_text(row, "event", entry->event);
	if (entry->reason[0])
		row_text(row, "reason", entry->reason);
	if (entry->fault)
		row_text(row, "fault", entry->fault);
	if (entry->protocol)
		row_protocol(row, "protocol", entry->protocol);
	if (entry->lease)
		lease_event_members(row, entry->lease);
	else if (entry->internal.addr)
		row_endpoint(row, "internal", entry->internal);
	if (entry->external.addr)
		row_endpoint(row, "external", entry->external);
	if (entry->last_port)
		ports(row, entry);
	if (entry->remote.addr && remote)
		row_endpoint(row, "remote", entry->remote);
	if (entry->is_late)
		row_seconds(row, "late", entry->late);
}
