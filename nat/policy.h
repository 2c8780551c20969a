/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy - which settings a client, a mapping, a session is under
 *
 * A configuration puts its policies into slots. What was made under a slot
 * refers to it, so that with `apply: new` old sessions keep old timers; a slot
 * goes when nothing refers to it any more.
 */
#ifndef NAT_POLICY_H
#define NAT_POLICY_H

#include "nat/engine.h"

/**
 * policy_configure() - put the policies of @settings in force
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
int policy_configure(struct nat *nat, const struct nat_settings *settings);

/** policy_clean() - release all slots */
void policy_clean(struct nat *nat);

/** policy_of() - the slot that an internal address is under now */
uint16_t policy_of(const struct nat *nat, uint32_t addr, const uint8_t *mac);

/** policy_slot() - the slot of an index */
static inline struct policy_slot *policy_slot(const struct nat *nat,
					      uint16_t index)
{
	return nat->policies[index];
}

/**
 * policy_current() - the slot in force for what was made under @index
 * @addr:	internal address that it was made for
 *
 * Who is known by a MAC is so still; else the address says.
 */
uint16_t policy_current(const struct nat *nat, uint16_t index, uint32_t addr);

/** policy_get() - one reference more to @index */
static inline void policy_get(struct nat *nat, uint16_t index)
{
	nat->policies[index]->refs++;
}

/** policy_put() - one reference less; the slot goes with the last */
void policy_put(struct nat *nat, uint16_t index);

/** policy_behaviour() - the behaviours of a protocol under @index */
static inline const struct nat_behaviour *
policy_behaviour(const struct nat *nat, uint16_t index, uint8_t protocol)
{
	return &nat->policies[index]->policy.by[nat_class_of(protocol)];
}

/** policy_port_rule() - 1 + index of the rule for a remote port, or 0 */
uint16_t policy_port_rule(const struct nat *nat, uint16_t index,
			  uint8_t protocol, uint16_t port);

#endif /* NAT_POLICY_H */
