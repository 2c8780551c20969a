/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hold - hold-down of freed ports, in a ring: the oldest makes room
 */
#include "nat/hold.h"

#include <errno.h>
#include "nat/address.h"
#include "nat/choose.h"
#include "nat/table.h"

int hold_alloc(struct nat *nat, uint64_t now)
{
	nat->held = nat_calloc(nat, nat->hold_down_max, sizeof(*nat->held));
	if (!nat->held)
		return -ENOMEM;
	for (uint32_t i = 0; i < nat->hold_down_max; i++)
		nat->held[i].address = NAT_NONE;
	wheel_init(&nat->held_wheel, &nat->held->link, sizeof(*nat->held), now);
	return 0;
}

/**
 * free_port() - the port is nobody's any more, unless the host wants it, or a
 * forward was put on it while it rested
 */
static void free_port(struct nat *nat, uint32_t index, enum port_class class,
		      uint16_t port)
{
	static const uint8_t protocols[] = {
		[PORT_CLASS_TCP] = PROTO_TCP,
		[PORT_CLASS_UDP] = PROTO_UDP,
		[PORT_CLASS_ICMP] = PROTO_ICMP,
	};
	struct external_address *a = &nat->addresses[index];
	struct endpoint external = {a->addr, port};

	if ((a->reserved && port_set_has(&a->reserved[class], port)) ||
	    mapping_holds(nat, protocols[class], external))
		return;
	port_set_remove(&a->ports[class], port);
}

/** release() - free a resting port now */
static void release(struct nat *nat, uint32_t slot)
{
	struct held_port *h = &nat->held[slot];

	wheel_del(&nat->held_wheel, slot);
	free_port(nat, h->address, h->class, h->port);
	h->address = NAT_NONE;
	nat->held_count--;
}

void hold_expire(struct nat *nat, uint64_t now)
{
	uint32_t slot;

	while ((slot = wheel_pop(&nat->held_wheel, now)) != WHEEL_NONE)
		release(nat, slot);
}

void hold_port(struct nat *nat, uint64_t now, uint64_t rest, uint32_t address,
	       enum port_class class, uint16_t port)
{
	uint32_t slot = nat->held_next;
	struct held_port *h = &nat->held[slot];

	if (!rest || !nat->hold_down_max) {
		free_port(nat, address, class, port);
		return;
	}
	if (h->address != NAT_NONE)
		release(nat, slot);
	h->address = address;
	h->port = port;
	h->class = (uint8_t) class;
	wheel_add(&nat->held_wheel, slot,
		  rest > NAT_NEVER - 1 - now ? NAT_NEVER - 1 : now + rest);
	nat->held_count++;
	nat->held_next = (slot + 1) % nat->hold_down_max;
}

void hold_forget(struct nat *nat, uint32_t index)
{
	for (uint32_t i = 0; i < nat->hold_down_max; i++)
		if (nat->held[i].address == index)
			release(nat, i);
}

/** resting() - whether a port is in the ring */
static bool resting(const struct nat *nat, uint32_t address,
		    enum port_class class, uint16_t port)
{
	for (uint32_t i = 0; nat->held_count && i < nat->hold_down_max; i++)
		if (nat->held[i].address == address &&
		    nat->held[i].class == class && nat->held[i].port == port)
			return true;
	return false;
}

void nat_port_reserve(struct nat *nat, uint8_t protocol,
		      struct endpoint external, bool reserve)
{
	enum port_class class = port_class_of(protocol);
	uint32_t index = address_index(nat, external.addr);
	struct external_address *a;

	if (class == PORT_CLASSES || index == NAT_NONE ||
	    !nat->addresses[index].reserved)
		return;
	a = &nat->addresses[index];
	if (reserve) {
		port_set_add(&a->reserved[class], external.port);
		port_set_add(&a->ports[class], external.port);
		return;
	}
	port_set_remove(&a->reserved[class], external.port);
	if (!mapping_holds(nat, protocol, external) &&
	    !resting(nat, index, class, external.port))
		port_set_remove(&a->ports[class], external.port);
}

bool nat_port_mapped(const struct nat *nat, uint8_t protocol,
		     struct endpoint external)
{
	return mapping_holds(nat, protocol, external);
}
