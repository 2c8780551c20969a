/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link - interfaces of a lab: pairs of veths, a bridge, addresses, routes
 *
 * All work in the network namespace that the caller is in.
 */
#ifndef LAB_LINK_H
#define LAB_LINK_H

#include <stdint.h>

/**
 * struct link_pair - a cable
 * @name:	its end here
 * @index:	of that end; not the peer's, or the kernel takes up to a second
 *		to see that there is a carrier (linkwatch_urgent_event())
 * @peer:	its end in the namespace @peer_ns, a descriptor
 * @peer_mac:	of that end, 6 bytes, or NULL: random
 * @gso_max:	largest superpacket in bytes, 0: the kernel's own limit
 * @mtu:	of both ends, 0: the kernel's own
 */
struct link_pair {
	const char *name;
	unsigned index;
	const char *peer;
	int peer_ns;
	const uint8_t *peer_mac;
	uint32_t gso_max;
	uint32_t mtu;
};

/** link_pair() - lay a cable; both ends are down. 0 or a negative errno */
int link_pair(const struct link_pair *pair);

/** link_bridge() - make a bridge, down; 0 or a negative errno */
int link_bridge(const char *name);

/** link_up() - an interface; into @bridge first unless that is NULL */
int link_up(const char *name, const char *bridge);

/** link_address() - give an interface an address, host order */
int link_address(const char *name, uint32_t address, unsigned bits);

/** link_delete() - take an interface away; of a cable, both ends */
int link_delete(unsigned index);

/** link_default() - everything else goes by @via, host order */
int link_default(uint32_t via);

#endif /* LAB_LINK_H */
