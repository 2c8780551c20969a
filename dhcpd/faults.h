/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faults - the DHCP server's misbehaviour on command: which there are, and
 * what begins and ends them
 */
#ifndef DHCPD_FAULTS_H
#define DHCPD_FAULTS_H

#include "dhcpd/dhcpd.h"

#define DHCPD_FAULT_LIST(X)                                                   \
	X(DHCPD_FAULT_SILENT, "dhcp-silent", "answer nothing")                \
	X(DHCPD_FAULT_SILENT_RENEW, "dhcp-silent-renew",                      \
	  "answer no DHCPREQUEST in RENEWING")                                \
	X(DHCPD_FAULT_SILENT_REBIND, "dhcp-silent-rebind",                    \
	  "answer no DHCPREQUEST in REBINDING")                               \
	X(DHCPD_FAULT_NAK, "dhcp-nak", "refuse to renew")                     \
	X(DHCPD_FAULT_OTHER_ADDRESS, "dhcp-other-address",                    \
	  "answer a renewal with another address")                            \
	X(DHCPD_FAULT_WITHDRAW, "dhcp-withdraw-offer",                        \
	  "offer, and refuse the DHCPREQUEST for it")                         \
	X(DHCPD_FAULT_DELAY, "dhcp-delay", "answer late, by the value in ms") \
	X(DHCPD_FAULT_SHORT_LEASE, "dhcp-short-lease",                        \
	  "end new leases after the value in ms, earlier than was promised")  \
	X(DHCPD_FAULT_EXHAUSTED, "dhcp-exhausted",                            \
	  "have no address for who has none")                                 \
	X(DHCPD_FAULT_ROGUE, "dhcp-rogue",                                    \
	  "send a second server's offer beside ours")                         \
	X(DHCPD_FAULT_EXPIRE, "dhcp-expire", "end leases now, once")

#define DHCPD_FAULT_ENTRY(id, name, help) id,
enum dhcpd_fault_kind { DHCPD_FAULT_LIST(DHCPD_FAULT_ENTRY) };
extern const char *const dhcpd_fault_names[];
extern const char *const dhcpd_fault_help[];

/** enum dhcpd_whom - whom a fault concerns */
enum dhcpd_whom { DHCPD_ALL, DHCPD_BY_MAC, DHCPD_BY_ADDRESS };

/**
 * struct dhcpd_fault - a fault
 * @kind:	what
 * @whom:	which clients
 * @mac:	for DHCPD_BY_MAC
 * @addr, @bits: for DHCPD_BY_ADDRESS: prefix of the address that the client
 *		has, had, or asks for
 * @until:	lapse ms at which it ends, or DHCPD_NEVER
 * @value:	ms of real time for DELAY (at most an hour), of lapse time for
 *		SHORT_LEASE
 * @id:		set by dhcpd_fault_start()
 */
struct dhcpd_fault {
	enum dhcpd_fault_kind kind;
	enum dhcpd_whom whom;
	uint8_t mac[6];
	uint32_t addr;
	unsigned bits;
	uint64_t until;
	uint64_t value;
	uint32_t id;
};

/**
 * dhcpd_fault_start() - begin to misbehave
 *
 * DHCPD_FAULT_EXPIRE is over at once and not kept.
 *
 * Return: its id, greater than 0, or -ENOSPC when there are too many, or
 * -EINVAL.
 */
int dhcpd_fault_start(struct dhcpd *dhcpd, struct dhcpd_now now,
		      const struct dhcpd_fault *fault);

/** dhcpd_fault_clear() - end fault @id, or all for 0; how many that were */
unsigned dhcpd_fault_clear(struct dhcpd *dhcpd, struct dhcpd_now now,
			   uint32_t id);

/** dhcpd_fault_next() - walk over those in force; *@cursor 0 to begin with */
bool dhcpd_fault_next(const struct dhcpd *dhcpd, struct dhcpd_now now,
		      uint32_t *cursor, struct dhcpd_fault *fault);

#endif /* DHCPD_FAULTS_H */
