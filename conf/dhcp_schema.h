/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_schema - the rows of `dhcp`, for schema.c
 */
#ifndef CONF_DHCP_SCHEMA_H
#define CONF_DHCP_SCHEMA_H

#include "conf/dhcp.h"

/* clang-format off: a table */
/* NOLINTBEGIN(bugprone-macro-parentheses): names of fields cannot have them */
#define DHCP_FP (KEY_FILE | KEY_PROFILE)

#define DHCP_WORD(name, kind, in, b, field, may, text)                        \
	{                                                                     \
		.path = name, .type = &(kind), .base = (b), .flags = (may),   \
		.offset = offsetof(struct conf_words, field),                 \
		.size = sizeof(((struct conf_words *)0)->field), .doc = text, \
		DHCP_##in                                                     \
	}
/* Bounds of words. */
#define DHCP_ANY    /* whatever the type takes */
#define DHCP_RANGES .max = CONF_ELEMENTS_MAX
#define DHCP_LIST   .max = DHCP_LIST_MAX
#define DHCP_NAMES  .max = 32
#define DHCP_ROUTES .max = 64
#define DHCP_LEASE  .min = 1000
#define DHCP_TIME   .min = 1000
#define DHCP_V6ONLY .min = 300000
#define DHCP_MTU    .min = 68, .max = 65535
#define DHCP_ALLOC  .words = dhcpd_allocation_names

/* What `dhcp` and its subnets may say; a profile may say the first. */
#define DHCP_WORDS(p, b, may)                                                  \
	DHCP_WORD(p "lease-time", type_duration, LEASE, b, s.lease_time, may,  \
		  "how long a client may keep its address"),                   \
		DHCP_WORD(p "max-lease-time", type_duration, LEASE, b,         \
			  s.max_lease_time, may,                               \
			  "the longest that a client may ask for; else "       \
			  "lease-time"),                                       \
		DHCP_WORD(                                                     \
			p "renew-time", type_duration, TIME, b, s.renew_time,  \
			may,                                                   \
			"T1: when a client asks its server; else half of the " \
			"lease (RFC 2131 4.4.5)"),                             \
		DHCP_WORD(p "rebind-time", type_duration, TIME, b,             \
			  s.rebind_time, may,                                  \
			  "T2: when it asks every server; else 7/8 of the "    \
			  "lease"),                                            \
		DHCP_WORD(p "allocation", type_enum, ALLOC, b, s.allocation,   \
			  may,                                                 \
			  "whether leases end, or are for ever (RFC 2131 1)"), \
		DHCP_WORD(p "range", type_ranges, RANGES, b, s.ranges,         \
			  KEY_FILE, "addresses to give out"),                  \
		DHCP_WORD(p "exclude", type_ranges, RANGES, b, s.exclude,      \
			  KEY_FILE, "addresses out of range to leave alone"),  \
		DHCP_WORD(p "router", type_addresses, LIST, b, s.router,       \
			  KEY_FILE, "option 3; else the lan's address"),       \
		DHCP_WORD(p "dns", type_addresses, LIST, b, s.dns, KEY_FILE,   \
			  "option 6; else the host's own resolvers"),          \
		DHCP_WORD(p "ntp", type_addresses, LIST, b, s.ntp, KEY_FILE,   \
			  "option 42"),                                        \
		DHCP_WORD(p "domain", type_domain, ANY, b, s.domain, KEY_FILE, \
			  "option 15"),                                        \
		DHCP_WORD(p "search", type_domains, NAMES, b, s.search,        \
			  KEY_FILE, "domains of option 119 (RFC 3397)"),       \
		DHCP_WORD(p "routes", type_routes, ROUTES, b, s.routes,        \
			  KEY_FILE,                                            \
			  "option 121 (RFC 3442), such as 10.0.0.0/8 via "     \
			  "192.168.77.2"),                                     \
		DHCP_WORD(p "mtu", type_count, MTU, b, s.mtu, KEY_FILE,        \
			  "option 26"),                                        \
		DHCP_WORD(                                                     \
			p "v6-only", type_duration, V6ONLY, b, v6_only,        \
			KEY_FILE,                                              \
			"option 108: how long to do without IPv4 (RFC 8925)"), \
		DHCP_WORD(p "next-server", type_address, ANY, b,               \
			  s.next_server, KEY_FILE,                             \
			  "siaddr: where a client boots from")

/* Of the server as a whole. */
#define DHCP_SERVER(name, kind, field, may, text)                          \
	{                                                                  \
		.path = "dhcp." name, .type = &(kind), .base = BASE_CONF,  \
		.offset = offsetof(struct conf, field),                    \
		.size = sizeof(((struct conf *)0)->field), .flags = (may), \
		.doc = text
#define DHCP_OPTION(p, b)                                                      \
	{.path = p "options.*.type",                                           \
	 .type = &type_enum,                                                   \
	 .base = (b),                                                          \
	 .offset = offsetof(struct conf_option, type),                         \
	 .size = sizeof(enum conf_option_type),                                \
	 .words = conf_option_names,                                           \
	 .flags = KEY_FILE,                                                    \
	 .doc = "how the option's value is written"},                          \
	{                                                                      \
		.path = p "options.*.value", .type = &type_texts, .base = (b), \
		.offset = offsetof(struct conf_option, value),                 \
		.size = sizeof(void *), .max = DHCP_OPTION_MAX / 4,            \
		.flags = KEY_FILE,                                             \
		.doc = "the option's value, or a list of them"                 \
	}
#define DHCP_RESERVATION(name, kind, field, text)                      \
	{                                                              \
		.path = "dhcp.reservations.*." name, .type = &(kind),  \
		.base = BASE_RESERVATION,                              \
		.offset = offsetof(struct conf_reservation, field),    \
		.size = sizeof(((struct conf_reservation *)0)->field), \
		.flags = KEY_FILE, .doc = text                         \
	}

/* NOLINTEND(bugprone-macro-parentheses) */

#define DHCP_ROWS                                                              \
	DHCP_WORDS("dhcp.", BASE_DHCP, DHCP_FP),                               \
		DHCP_SERVER("authoritative", type_bool, dhcp.authoritative,    \
			    DHCP_FP,                                           \
			    "refuse what another server might know (RFC 2131 " \
			    "4.3.2)")                                          \
	}                                                                      \
	, DHCP_SERVER("conflict-probe", type_bool, dhcp.conflict_probe,        \
		      DHCP_FP,                                                 \
		      "ask for an address by ARP before it is given out")      \
	}                                                                      \
	,                                                                      \
		DHCP_SERVER("decline-time", type_duration, dhcp.decline_time,  \
			    DHCP_FP,                                           \
			    "how long nobody gets an address that is in use"), \
		.min = 1                                                       \
	}                                                                      \
	, DHCP_SERVER("enforce-leases", type_bool, dhcp.enforce_leases,        \
		      DHCP_FP,                                                 \
		      "drop what comes from an address without a lease")       \
	}                                                                      \
	, DHCP_SERVER("ignore-link-selection", type_bool,                      \
		      dhcp.ignore_link_selection, KEY_FILE,                    \
		      "choose a subnet by giaddr alone (not RFC 3527)")        \
	}                                                                      \
	,                                                                      \
		DHCP_SERVER("rate-limit", type_count, dhcp.rate_limit,         \
			    KEY_FILE | KEY_NONE,                               \
			    "messages a second on a lan of clients without a " \
			    "lease"),                                          \
		.min = 1, .max = 1000000, .none = DHCPD_NO_LIMIT               \
	}                                                                      \
	,                                                                      \
		DHCP_SERVER(                                                   \
			"max-leases", type_count, dhcp.max_leases, KEY_FILE,   \
			"leases at most; memory for them is taken at start"),  \
		.min = 1, .max = 1048576                                       \
	}                                                                      \
	,                                                                      \
		DHCP_SERVER("lease-file", type_path, lease_file, KEY_FILE,     \
			    "where leases are kept"),                          \
		.min = 2, .max = 1000, .fallback = "/var/lib/lapse/leases"     \
	}                                                                      \
	,                                                                      \
		DHCP_SERVER("lease-sync", type_bool, lease_sync, KEY_FILE,     \
			    "grant a lease only when it is on the disk"),      \
		.fallback = "true"                                             \
	}                                                                      \
	, DHCP_OPTION("dhcp.", BASE_OPTION),                                   \
		DHCP_RESERVATION("mac", type_mac, r.mac,                       \
				 "whose it is: a MAC"),                        \
		DHCP_RESERVATION("client-id", type_client_id, id,              \
				 "or a client identifier in hex (option 61)"), \
		DHCP_RESERVATION("address", type_address, r.address,           \
				 "an address in a lan or subnet"),             \
		DHCP_RESERVATION("hostname", type_domain, r.hostname,          \
				 "option 12"),                                 \
		DHCP_WORDS("dhcp.subnets.*.", BASE_SUBNET, KEY_FILE),          \
		DHCP_OPTION("dhcp.subnets.*.", BASE_SUBNET_OPTION)
/* clang-format on */

#endif /* CONF_DHCP_SCHEMA_H */
