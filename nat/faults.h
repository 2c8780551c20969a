/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * faults - the NAT's misbehaviour on command: which there are, and what
 * begins and ends them
 */
#ifndef NAT_FAULTS_H
#define NAT_FAULTS_H

#include "nat/nat.h"

#define NAT_FAULT_LIST(X)                                                 \
	X(NAT_FAULT_REBOOT, "reboot", "lose all mappings and sessions")   \
	X(NAT_FAULT_NEW_ADDRESS, "new-address",                           \
	  "another external address, the old one dead")                   \
	X(NAT_FAULT_REBIND, "rebind", "new external ports, same address") \
	X(NAT_FAULT_RST, "rst", "reset all live TCP connections")         \
	X(NAT_FAULT_EXHAUST_PORTS, "exhaust-ports",                       \
	  "no external port for anything new")                            \
	X(NAT_FAULT_BLACKHOLE, "blackhole", "drop everything")            \
	X(NAT_FAULT_BLACKHOLE_IN, "blackhole-in", "drop what comes in")   \
	X(NAT_FAULT_BLACKHOLE_OUT, "blackhole-out", "drop what goes out") \
	X(NAT_FAULT_UNPLUG, "unplug", "drop everything, DHCP too")        \
	X(NAT_FAULT_SLOW_SERVER, "slow-server",                           \
	  "drop all data from outside: TCP lives, the service is dead")

#define NAT_FAULT_ENTRY(id, name, help) id,
enum nat_fault_kind { NAT_FAULT_LIST(NAT_FAULT_ENTRY) };
extern const char *const nat_fault_names[];
extern const char *const nat_fault_help[];

/**
 * struct nat_fault - a fault
 * @kind:	what
 * @addr, @bits: which clients: internal prefix; 0/0 is all
 * @until:	lapse ms at which it ends, or NAT_NEVER; the first four kinds
 *		happen once, at the start
 * @id:		set by nat_fault_start()
 */
struct nat_fault {
	enum nat_fault_kind kind;
	uint32_t addr;
	unsigned bits;
	uint64_t until;
	uint32_t id;
};

/**
 * nat_fault_start() - begin to misbehave
 *
 * Return: its id, greater than 0; -ENOSPC when there are too many;
 * -EADDRNOTAVAIL where a new address is wanted of a pool of one.
 */
int nat_fault_start(struct nat *nat, struct nat_now now,
		    const struct nat_fault *fault);

/** nat_fault_clear() - end fault @id, or all for 0; how many that were */
unsigned nat_fault_clear(struct nat *nat, struct nat_now now, uint32_t id);

/** nat_fault_next() - walk over those in force; *@cursor 0 to begin with */
bool nat_fault_next(const struct nat *nat, uint32_t *cursor,
		    struct nat_fault *fault);

#endif /* NAT_FAULTS_H */
