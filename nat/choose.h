/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choose - a port of one external address, by the allocation behaviour
 */
#ifndef NAT_CHOOSE_H
#define NAT_CHOOSE_H

#include "nat/engine.h"
#include "nat/packet.h"

/**
 * struct request - what is asked of an external address
 * @class:	number space; PORT_CLASSES for a protocol without ports
 * @first, @last: ports that may be given out
 * @block:	they are the subscriber's own block
 */
struct request {
	const struct tuple *tuple;
	const struct nat_behaviour *behaviour;
	enum port_class class;
	uint16_t first, last;
	bool block;
};

/** port_class_of() - a protocol's number space, or PORT_CLASSES: no ports */
enum port_class port_class_of(uint8_t protocol);

/**
 * choose_range() - the ports of an address that may be given out at all
 *
 * RFC 4787 REQ-3a: a port below 1024 stays below, one above stays above, as
 * far as the configured range has both. On the host's own address the host
 * keeps the well-known ports and those of its own connections.
 *
 * Return: false if there are none.
 */
bool choose_range(const struct nat *nat, const struct external_address *a,
		  struct request *r);

/** choose_port() - a port within the request's range, or -1 */
int choose_port(struct nat *nat, struct external_address *a,
		const struct request *r);

/** choose_available() - whether a port of an address fits the request */
bool choose_available(struct nat *nat, const struct external_address *a,
		      const struct request *r, uint16_t port);

/** choose_bare() - whether an address has room for a protocol without ports */
bool choose_bare(struct nat *nat, const struct external_address *a,
		 const struct request *r);

#endif /* NAT_CHOOSE_H */
