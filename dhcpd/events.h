/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events - what the DHCP server tells of as it happens, and why it happened
 */
#ifndef DHCPD_EVENTS_H
#define DHCPD_EVENTS_H

#include "dhcpd/faults.h"
#include "dhcpd/report.h"

/* What the events tell of; the names are the ones in `lapse wait`. */
#define DHCPD_EVENT_LIST(X)                             \
	X(DHCPD_EVENT_OFFERED, "lease-offered")         \
	X(DHCPD_EVENT_BOUND, "lease-bound")             \
	X(DHCPD_EVENT_RENEWED, "lease-renewed")         \
	X(DHCPD_EVENT_REBOUND, "lease-rebound")         \
	X(DHCPD_EVENT_NAK, "lease-nak")                 \
	X(DHCPD_EVENT_DECLINED, "lease-declined")       \
	X(DHCPD_EVENT_RELEASED, "lease-released")       \
	X(DHCPD_EVENT_EXPIRED, "lease-expired")         \
	X(DHCPD_EVENT_VIOLATION, "lease-violation")     \
	X(DHCPD_EVENT_EXHAUSTED, "addresses-exhausted") \
	X(DHCPD_EVENT_FAULT_STARTED, "fault-started")   \
	X(DHCPD_EVENT_FAULT_ENDED, "fault-ended")

/* Why; "" where there is only one reason. A fault's event has its name. */
#define DHCPD_REASON_LIST(X)                           \
	X(DHCPD_REASON_NONE, "")                       \
	X(DHCPD_REASON_SELECTING, "selecting")         \
	X(DHCPD_REASON_INIT_REBOOT, "init-reboot")     \
	X(DHCPD_REASON_RENEWING, "renewing")           \
	X(DHCPD_REASON_REBINDING, "rebinding")         \
	X(DHCPD_REASON_TIME, "time")                   \
	X(DHCPD_REASON_CLIENT, "client")               \
	X(DHCPD_REASON_OPERATOR, "operator")           \
	X(DHCPD_REASON_MOVED, "moved")                 \
	X(DHCPD_REASON_CONFLICT, "conflict")           \
	X(DHCPD_REASON_FAULT, "fault")                 \
	X(DHCPD_REASON_NO_OFFER, "no-offer")           \
	X(DHCPD_REASON_WRONG_SUBNET, "wrong-subnet")   \
	X(DHCPD_REASON_OTHER_ADDRESS, "other-address") \
	X(DHCPD_REASON_UNKNOWN, "unknown-client")

enum dhcpd_event_type { DHCPD_EVENT_LIST(DHCPD_ENUM_ENTRY) };
enum dhcpd_reason { DHCPD_REASON_LIST(DHCPD_ENUM_ENTRY) };
extern const char *const dhcpd_event_names[];
extern const char *const dhcpd_reason_names[];

/**
 * struct dhcpd_event - something that happened
 * @at:		lapse time in ms
 * @type:	what
 * @reason:	why, or as which kind of DHCPREQUEST
 * @fault:	which one, for the events of faults
 * @address:	the address it is about, or 0
 * @seconds:	of a bound lease, what its client was told; else 0
 * @htype, @hlen, @chaddr: hardware address, hlen 0 if unknown
 * @id, @id_len: client identity, length 0 if unknown
 * @hostname:	the client's, or ""
 */
struct dhcpd_event {
	uint64_t at;
	enum dhcpd_event_type type;
	enum dhcpd_reason reason;
	enum dhcpd_fault_kind fault;
	uint32_t address;
	uint32_t seconds;
	uint8_t htype, hlen;
	uint8_t chaddr[16];
	uint8_t id_len;
	uint8_t id[255];
	char hostname[DHCPD_HOSTNAME];
};

/**
 * dhcpd_event_get() - take the oldest event out of the engine's ring
 *
 * The ring is bounded; what did not fit is counted in dhcp-events-lost.
 *
 * Return: false when there is none.
 */
bool dhcpd_event_get(struct dhcpd *dhcpd, struct dhcpd_event *event);

#endif /* DHCPD_EVENTS_H */
