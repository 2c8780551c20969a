/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * event_row - an event as members of a JSON object, for clients and the log
 */
#ifndef GATEWAY_EVENT_ROW_H
#define GATEWAY_EVENT_ROW_H

#include "gateway/control_ring.h"
#include "gateway/request_row.h"

/**
 * event_members() - what the event is, and what it is about
 * @remote:	also the remote endpoint (RFC 6888 REQ-12: only for who asks)
 */
void event_members(struct row *row, const struct ring_entry *entry,
		   bool remote);

#endif /* GATEWAY_EVENT_ROW_H */
