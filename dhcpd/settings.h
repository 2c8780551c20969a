/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings - what the DHCP server gives out, and to whom, as plain data
 *
 * The settings file's `dhcp`, fully resolved: a subnet of a LAN and one behind
 * a relay look the same, each complete. Addresses are in host order, lengths of
 * time in ms. All arrays and texts belong to who made them.
 */
#ifndef DHCPD_SETTINGS_H
#define DHCPD_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** DHCPD_NEVER - a length of time or a deadline that does not come */
#define DHCPD_NEVER UINT64_MAX

/** DHCPD_NO_LIMIT - a limit that is "none" */
#define DHCPD_NO_LIMIT UINT32_MAX

/** DHCPD_NO_LAN - of a subnet that only relays know */
#define DHCPD_NO_LAN UINT32_MAX

/* How an address is given for which there is no reservation, RFC 2131 1. */
#define DHCPD_ALLOCATION_LIST(X)             \
	X(DHCPD_ALLOCATE_DYNAMIC, "dynamic") \
	X(DHCPD_ALLOCATE_AUTOMATIC, "automatic")

#define DHCPD_ENUM_ENTRY(id, name) id,

enum dhcpd_allocation { DHCPD_ALLOCATION_LIST(DHCPD_ENUM_ENTRY) };

/** struct dhcpd_range - addresses from @first to @last, both included */
struct dhcpd_range {
	uint32_t first;
	uint32_t last;
};

/** struct dhcpd_route - a static route of option 121 (RFC 3442) */
struct dhcpd_route {
	uint32_t addr;
	unsigned bits;
	uint32_t router;
};

/**
 * struct dhcpd_option - an entry of `options`
 * @code:	1 to 254; what the protocol itself is made of (50 to 59 without
 *		56, 61, 82) is not taken from here
 * @value:	as it goes onto the wire
 * @len:	its length; over 255 bytes go as several (RFC 3396)
 */
struct dhcpd_option {
	uint8_t code;
	const uint8_t *value;
	size_t len;
};

/** struct dhcpd_addresses - a list of addresses */
struct dhcpd_addresses {
	const uint32_t *list;
	size_t n;
};

/**
 * struct dhcpd_subnet - a network and what its clients are given
 * @addr:	its prefix; host bits do not matter
 * @bits:	prefix length
 * @lan:	index of the LAN whose subnet it is, or DHCPD_NO_LAN
 * @ranges:	`range`: what may be given out without a reservation
 * @exclude:	not these
 * @allocation:	automatic: leases never end
 * @lease_time:	for who asks for nothing else; at least 1000, or DHCPD_NEVER
 * @max_lease_time: the longest that a client may ask for; 0: @lease_time
 * @renew_time:	T1; 0, or not before T2: half of the lease
 * @rebind_time: T2; 0, or not before the lease's end: 7/8 of it
 * @router:	option 3; conf puts the LAN's address where nothing is said
 * @dns:	option 6
 * @ntp:	option 42
 * @domain:	option 15, or NULL
 * @mtu:	option 26, or 0
 * @next_server: siaddr, or 0
 * @search:	names of option 119
 * @routes:	option 121; a default route by the first @router is added
 *		where there is none, as the clients ignore option 3 then
 * @options:	the others; one for a code of the above goes first
 */
struct dhcpd_subnet {
	uint32_t addr;
	unsigned bits;
	unsigned lan;
	const struct dhcpd_range *ranges;
	size_t n_ranges;
	const struct dhcpd_range *exclude;
	size_t n_exclude;
	enum dhcpd_allocation allocation;
	uint64_t lease_time;
	uint64_t max_lease_time;
	uint64_t renew_time;
	uint64_t rebind_time;
	struct dhcpd_addresses router;
	struct dhcpd_addresses dns;
	struct dhcpd_addresses ntp;
	const char *domain;
	uint16_t mtu;
	uint32_t next_server;
	const char *const *search;
	size_t n_search;
	const struct dhcpd_route *routes;
	size_t n_routes;
	const struct dhcpd_option *options;
	size_t n_options;
};

/**
 * struct dhcpd_reservation - manual allocation
 * @name:	as in the settings
 * @by_mac:	whether @mac rather than @id says who
 * @mac:	Ethernet address; the client's option 61 does not matter then
 * @id:		client identifier (option 61)
 * @id_len:	its length, 1 to 255
 * @address:	in a subnet, in a range of it or not
 * @hostname:	option 12, or NULL
 */
struct dhcpd_reservation {
	const char *name;
	bool by_mac;
	uint8_t mac[6];
	const uint8_t *id;
	size_t id_len;
	uint32_t address;
	const char *hostname;
};

/** struct dhcpd_lan - an interface that is served: the gateway's address */
struct dhcpd_lan {
	uint32_t address;
};

/**
 * struct dhcpd_settings - the whole of it
 * @lans:	by the index that messages come with
 * @own:	further addresses of the gateway: accepted as option 54 and
 *		never given out
 * @authoritative: NAK what other servers might know better
 * @conflict_probe: ask for an ARP probe before an address has a new holder
 * @ignore_link_selection: choose the subnet by giaddr alone (no RFC 3527)
 * @enforce_leases: for the gateway; the engine does not look at it
 * @decline_time: how long nobody gets an address in conflict, lapse time
 * @offer_time:	how long an offer stands, real time
 * @probe_time:	how long an ARP probe waits for an answer, real time
 * @rate_limit:	messages a second from clients without a lease, on each LAN, or
 *		DHCPD_NO_LIMIT
 * @max_leases:	size of the table; fixed for an engine's life
 */
struct dhcpd_settings {
	const struct dhcpd_lan *lans;
	size_t n_lans;
	const struct dhcpd_subnet *subnets;
	size_t n_subnets;
	const struct dhcpd_reservation *reservations;
	size_t n_reservations;
	struct dhcpd_addresses own;
	bool authoritative;
	bool conflict_probe;
	bool ignore_link_selection;
	bool enforce_leases;
	uint64_t decline_time;
	uint64_t offer_time;
	uint64_t probe_time;
	uint32_t rate_limit;
	uint32_t max_leases;
};

/* The words of enum dhcpd_allocation; NULL at the end. */
extern const char *const dhcpd_allocation_names[];

/** dhcpd_settings_default() - the defaults of all but the arrays: none */
void dhcpd_settings_default(struct dhcpd_settings *settings);

/** dhcpd_subnet_default() - the defaults of a subnet, without any address */
void dhcpd_subnet_default(struct dhcpd_subnet *subnet);

#endif /* DHCPD_SETTINGS_H */
