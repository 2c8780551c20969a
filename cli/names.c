// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names - the engines' lists, and what the daemon adds to them
 */
#include "cli/names.h"

#include <stddef.h>
#include "dhcpd/events.h"
#include "gateway/control_ring.h"
#include "nat/events.h"

#define NAME(id, name)	      name,
#define FAULT(id, name, help) name,

const char *const names_events[] = {
	NAT_EVENT_LIST(NAME) DHCPD_EVENT_LIST(NAME) RING_OWN_EVENTS, NULL};

const char *const names_reasons[] = {
	NAT_REASON_LIST(NAME) DHCPD_REASON_LIST(NAME) RING_OWN_REASONS, NULL};

const char *const names_faults[] = {NAT_FAULT_LIST(FAULT)
					    DHCPD_FAULT_LIST(FAULT) NULL};
