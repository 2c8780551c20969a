/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ports - a set of 65536 ports that finds a free one in O(1), however full
 *
 * Two bitmaps, one per parity, so that "the next free even port" needs no
 * filter; above each, a bit a word that says it is full. All-zero memory is the
 * empty set, so a pool of many addresses costs only what is used of it.
 */
#ifndef NAT_PORTS_H
#define NAT_PORTS_H

#include <stdbool.h>
#include <stdint.h>

/** enum port_class - number spaces of their own */
enum port_class {
	PORT_CLASS_TCP,
	PORT_CLASS_UDP,
	PORT_CLASS_ICMP,
	PORT_CLASSES
};

/** enum port_parity - which ports will do (RFC 4787 REQ-4) */
enum port_parity { PORT_EVEN, PORT_ODD, PORT_ANY };

#define PORT_WORDS (32768 / 64)

/** struct port_set - ports taken */
struct port_set {
	uint64_t taken[2][PORT_WORDS];
	uint64_t full[2][PORT_WORDS / 64];
	uint32_t count;
};

/** port_set_has() - whether @port is in the set */
bool port_set_has(const struct port_set *set, uint16_t port);

/** port_set_add() - put @port in; nothing happens if it is in already */
void port_set_add(struct port_set *set, uint16_t port);

/** port_set_remove() - take @port out; nothing happens if it is not in */
void port_set_remove(struct port_set *set, uint16_t port);

/** port_set_any() - whether the set has one of the ports @first to @last */
bool port_set_any(const struct port_set *set, uint16_t first, uint16_t last);

/**
 * port_set_find() - the first port not in the set from @start on
 * @set:	the set
 * @also:	a second set that the port may not be in either, or NULL
 * @first:	lowest port that will do
 * @last:	highest port that will do, not below @first
 * @start:	where to begin, wrapping round from @last to @first
 * @parity:	which ones will do
 *
 * With PORT_ANY the ports of @start's parity are looked at first.
 *
 * Return: the port, or -1 if all of them are in the set.
 */
int port_set_find(const struct port_set *set, const struct port_set *also,
		  uint16_t first, uint16_t last, uint16_t start,
		  enum port_parity parity);

#endif /* NAT_PORTS_H */
