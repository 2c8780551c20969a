/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings - everything that tells one NAT from another, as plain data
 *
 * The settings file's `nat`, `ports`, `clients`, `forwards` and `exempt`, fully
 * resolved: profile, defaults and overrides are already merged. The lists with
 * an X are the enum, its words in the settings file, and the man page's order
 * in one place.
 */
#ifndef NAT_SETTINGS_H
#define NAT_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/endpoint.h"

/** NAT_NEVER - a duration or deadline that does not come */
#define NAT_NEVER UINT64_MAX

/** NAT_NO_LIMIT - a limit that is "none" */
#define NAT_NO_LIMIT UINT32_MAX

/* Mapping behaviour, RFC 4787 section 4.1: what a mapping depends on. */
#define NAT_MAPPING_LIST(X)   \
	X(NAT_MAP_EIM, "eim") \
	X(NAT_MAP_ADM, "adm") \
	X(NAT_MAP_APDM, "apdm")

/* Filtering behaviour, RFC 4787 section 5: who may answer through it. */
#define NAT_FILTERING_LIST(X)    \
	X(NAT_FILTER_EIF, "eif") \
	X(NAT_FILTER_ADF, "adf") \
	X(NAT_FILTER_APDF, "apdf")

/* Address pooling, RFC 4787 REQ-2. */
#define NAT_POOLING_LIST(X)          \
	X(NAT_POOL_PAIRED, "paired") \
	X(NAT_POOL_ARBITRARY, "arbitrary")

/* Port allocation, RFC 4787 section 4.2, RFC 6056. */
#define NAT_ALLOCATION_LIST(X)                    \
	X(NAT_ALLOC_PRESERVATION, "preservation") \
	X(NAT_ALLOC_RANDOM, "random")             \
	X(NAT_ALLOC_SEQUENTIAL, "sequential")     \
	X(NAT_ALLOC_PARITY, "parity")

/* Hairpinning, RFC 4787 REQ-9: which source the peer sees. */
#define NAT_HAIRPIN_LIST(X)                 \
	X(NAT_HAIRPIN_EXTERNAL, "external") \
	X(NAT_HAIRPIN_INTERNAL, "internal") \
	X(NAT_HAIRPIN_OFF, "off")

/* Mapping refresh, RFC 4787 REQ-6: packets of which direction renew a timer. */
#define NAT_REFRESH_LIST(X)                 \
	X(NAT_REFRESH_OUTBOUND, "outbound") \
	X(NAT_REFRESH_INBOUND, "inbound")   \
	X(NAT_REFRESH_BOTH, "both")         \
	X(NAT_REFRESH_NONE, "none")

/* Who is told by a TCP RST that a session has lapsed. */
#define NAT_NOTIFY_LIST(X)                 \
	X(NAT_NOTIFY_NONE, "none")         \
	X(NAT_NOTIFY_INTERNAL, "internal") \
	X(NAT_NOTIFY_EXTERNAL, "external") \
	X(NAT_NOTIFY_BOTH, "both")

/* An outbound TCP segment that belongs to no session and opens none. */
#define NAT_STRAY_OUT_LIST(X)       \
	X(NAT_STRAY_REMAP, "remap") \
	X(NAT_STRAY_DROP, "drop")   \
	X(NAT_STRAY_RST, "rst")     \
	X(NAT_STRAY_ICMP, "icmp")

/* An inbound packet for which there is no mapping or no permission. */
#define NAT_STRAY_IN_LIST(X)         \
	X(NAT_STRAY_IN_DROP, "drop") \
	X(NAT_STRAY_IN_RST, "rst")   \
	X(NAT_STRAY_IN_ICMP, "icmp") \
	X(NAT_STRAY_IN_HOST, "host")

/* What a packet meets that needs a new mapping or session and gets none. */
#define NAT_EXHAUSTION_LIST(X)                            \
	X(NAT_EXHAUST_ICMP_HOST, "icmp-host")             \
	X(NAT_EXHAUST_ICMP_PROHIBITED, "icmp-prohibited") \
	X(NAT_EXHAUST_DROP, "drop")                       \
	X(NAT_EXHAUST_EVICT, "evict-oldest")

/* Whom a changed timer reaches. */
#define NAT_APPLY_LIST(X)       \
	X(NAT_APPLY_ALL, "all") \
	X(NAT_APPLY_NEW, "new")

/*
 * The idle timers: identifier, settings name, default in ms. Those before
 * NAT_TIMER_FRAGMENT are classes that a session can be in.
 */
#define NAT_TIMER_LIST(X)                                               \
	X(NAT_TIMER_UDP_INITIAL, "udp-initial-timeout", 300000)         \
	X(NAT_TIMER_UDP, "udp-timeout", 300000)                         \
	X(NAT_TIMER_TCP_TRANS_OPEN, "tcp-trans-open-timeout", 240000)   \
	X(NAT_TIMER_TCP_IDLE, "tcp-idle-timeout", 7440000)              \
	X(NAT_TIMER_TCP_TRANS_CLOSE, "tcp-trans-close-timeout", 240000) \
	X(NAT_TIMER_TCP_RST, "tcp-rst-timeout", 240000)                 \
	X(NAT_TIMER_ICMP, "icmp-timeout", 60000)                        \
	X(NAT_TIMER_OTHER, "other-timeout", 60000)                      \
	X(NAT_TIMER_TCP_IN_SYN, "tcp-in-syn-timeout", 6000)             \
	X(NAT_TIMER_FRAGMENT, "fragment-min-timeout", 2000)             \
	X(NAT_TIMER_HOLD_DOWN, "hold-down-timeout", 120000)

#define NAT_ENUM_ENTRY(id, name)      id,
#define NAT_TIMER_ENTRY(id, name, ms) id,
enum nat_mapping_behaviour { NAT_MAPPING_LIST(NAT_ENUM_ENTRY) };
enum nat_filtering { NAT_FILTERING_LIST(NAT_ENUM_ENTRY) };
enum nat_pooling { NAT_POOLING_LIST(NAT_ENUM_ENTRY) };
enum nat_allocation { NAT_ALLOCATION_LIST(NAT_ENUM_ENTRY) };
enum nat_hairpin { NAT_HAIRPIN_LIST(NAT_ENUM_ENTRY) };
enum nat_refresh { NAT_REFRESH_LIST(NAT_ENUM_ENTRY) };
enum nat_notify { NAT_NOTIFY_LIST(NAT_ENUM_ENTRY) };
enum nat_stray_out { NAT_STRAY_OUT_LIST(NAT_ENUM_ENTRY) };
enum nat_stray_in { NAT_STRAY_IN_LIST(NAT_ENUM_ENTRY) };
enum nat_exhaustion { NAT_EXHAUSTION_LIST(NAT_ENUM_ENTRY) };
enum nat_apply { NAT_APPLY_LIST(NAT_ENUM_ENTRY) };
enum nat_timer { NAT_TIMER_LIST(NAT_TIMER_ENTRY) NAT_TIMERS };

/** enum nat_class - what may differ between protocols; ICMP is OTHER */
enum nat_class { NAT_CLASS_OTHER, NAT_CLASS_TCP, NAT_CLASS_UDP, NAT_CLASSES };

/**
 * struct nat_behaviour - the behaviours that `tcp:` and `udp:` may override
 */
struct nat_behaviour {
	enum nat_mapping_behaviour mapping;
	enum nat_filtering filtering;
	enum nat_allocation allocation;
	enum nat_hairpin hairpin;
	enum nat_refresh refresh;
	bool port_overloading; /* one port for several internal endpoints, told
				* apart by their remote endpoints; not with EIM
				* (RFC 7857 section 3) */
};

/**
 * struct nat_policy - how one client's traffic is treated
 *
 * Durations in ms of the lapse clock or NAT_NEVER, limits or NAT_NO_LIMIT.
 */
struct nat_policy {
	struct nat_behaviour by[NAT_CLASSES];
	uint64_t timer[NAT_TIMERS];
	uint64_t max_lifetime;	/* of a session, whatever its traffic */
	unsigned expiry_jitter; /* percent, 0 to 100: a session's timer
				 * is its setting more or less this */
	enum nat_pooling pooling;
	enum nat_notify expiry_notify;
	enum nat_stray_out stray_outbound;
	enum nat_stray_in stray_inbound;
	enum nat_exhaustion on_exhaustion;
	bool address_only; /* basic NAT: ports stay (RFC 2663) */
	uint32_t sessions_per_subscriber;
	uint32_t ports_per_subscriber;	  /* per protocol (RFC 6888 REQ-4) */
	uint32_t new_sessions_per_second; /* per subscriber, real time */
	uint32_t port_block_size;	  /* 0: no blocks */
	uint32_t port_blocks_per_subscriber;
	uint64_t port_block_idle_timeout;
	bool deterministic; /* RFC 7422 */
};

/**
 * struct nat_port_rule - `ports`: an idle timeout by destination port
 * @protocol:	6, 17, … or 0 for every protocol
 * @port:	the remote port
 * @timeout:	ms or NAT_NEVER: the timer of the session once both sides have
 *		spoken or, for UDP, at once
 */
struct nat_port_rule {
	uint8_t protocol;
	uint16_t port;
	uint64_t timeout;
};

/**
 * struct nat_client_rule - `clients`: a policy for some internal addresses
 * @name:	as in the settings
 * @profile:	its profile's name, or NULL: the global one
 * @by_mac:	whether @mac rather than @addr and @bits says who
 * @addr:	IPv4 address or prefix
 * @bits:	prefix length
 * @mac:	Ethernet address
 * @policy:	complete, nothing left to merge
 * @ports:	its port rules, in place of the global ones; may be the same
 * @n_ports:	their number
 */
struct nat_client_rule {
	const char *name;
	const char *profile;
	bool by_mac;
	uint32_t addr;
	unsigned bits;
	uint8_t mac[6];
	struct nat_policy policy;
	struct nat_port_rule *ports;
	size_t n_ports;
};

/**
 * struct nat_forward - `forwards`: a static mapping
 * @protocol:	6 or 17; 0: all of the address, one to one, ports untouched
 * @external:	address (0: the first of the pool) and first port
 * @internal:	address and first port
 * @count:	how many ports in a row
 */
struct nat_forward {
	const char *name;
	uint8_t protocol;
	struct endpoint external;
	struct endpoint internal;
	unsigned count;
};

/**
 * struct nat_exempt - `exempt`: what is not translated (RFC 6888 REQ-6)
 * @addr:	destination prefix
 * @bits:	its length
 * @port:	destination port, or 0: all
 */
struct nat_exempt {
	uint32_t addr;
	unsigned bits;
	uint16_t port;
};

/** struct nat_prefix - an IPv4 prefix; @addr in host order, host bits kept */
struct nat_prefix {
	uint32_t addr;
	unsigned bits;
};

/**
 * struct nat_settings - the whole of it; arrays belong to who made it
 */
struct nat_settings {
	struct nat_policy policy; /* of everyone not named in clients */
	struct nat_client_rule *clients;
	size_t n_clients;
	struct nat_port_rule *ports; /* likewise */
	size_t n_ports;
	struct nat_forward *forwards;
	size_t n_forwards;
	struct nat_exempt *exempt;
	size_t n_exempt;
	struct nat_prefix *inside; /* the subnets of the LANs, in order: whom
				    * deterministic NAT counts */
	size_t n_inside;
	uint16_t port_first; /* wan.port-range */
	uint16_t port_last;
	uint32_t max_sessions;
	uint32_t hold_down_max;
	enum nat_apply apply;
};

/* The words of each enum, in its order; NULL at the end. */
extern const char *const nat_mapping_names[];
extern const char *const nat_filtering_names[];
extern const char *const nat_pooling_names[];
extern const char *const nat_allocation_names[];
extern const char *const nat_hairpin_names[];
extern const char *const nat_refresh_names[];
extern const char *const nat_notify_names[];
extern const char *const nat_stray_out_names[];
extern const char *const nat_stray_in_names[];
extern const char *const nat_exhaustion_names[];
extern const char *const nat_apply_names[];
extern const char *const nat_timer_names[];

/**
 * nat_settings_default() - the defaults of design.md, which keep to the RFCs
 * @settings:	to fill in, all of it
 */
void nat_settings_default(struct nat_settings *settings);

/**
 * nat_class_of() - the behaviours that an IP protocol follows
 * @protocol:	IP protocol number
 */
static inline enum nat_class nat_class_of(uint8_t protocol)
{
	return protocol == 6	? NAT_CLASS_TCP
	       : protocol == 17 ? NAT_CLASS_UDP
				: NAT_CLASS_OTHER;
}

#endif /* NAT_SETTINGS_H */
