// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schema - the table of every key
 */
#include "conf/schema.h"

#include "conf/dhcp_schema.h"
#include "conf/internal.h"
#include "conf/value.h"

#define NAME(id, name) name,

const char *const conf_class_names[] = {CONF_CLASS_LIST(NAME) NULL};
static const char *const level_names[] = {"error", "warning", "info", "debug",
					  NULL};
static const char *const backend_names[] = {"auto", "nft", "iptables", NULL};

/* Where keys may stand: of the daemon; of a NAT; of a client's NAT too. */
#define F   KEY_FILE
#define FN  (KEY_FILE | KEY_NEEDED)
#define FP  (KEY_FILE | KEY_PROFILE)
#define FPC (KEY_FILE | KEY_PROFILE | KEY_CLIENT)

/* NOLINTBEGIN(bugprone-macro-parentheses): types and fields take none */
#define AT(b, type, field)                            \
	.base = (b), .offset = offsetof(type, field), \
	.size = sizeof(((type *)0)->field)
#define IN_CONF(field)	  AT(BASE_CONF, struct conf, field)
#define IN_POLICY(field)  AT(BASE_POLICY, struct nat_policy, field)
#define IN_PROFILE(field) AT(BASE_PROFILE, struct conf_profile, field)
#define IN_LAN(field)	  AT(BASE_LAN, struct conf_lan, field)
#define IN_PORT(field)	  AT(BASE_PORT, struct nat_port_rule, field)
#define IN_CLIENT(field)  AT(BASE_CLIENT, struct nat_client_rule, field)

/* A timer of at least @shortest ms. */
#define TIMER(id, name, shortest, text)                                \
	{                                                              \
		.path = "nat." name, .type = &type_duration,           \
		IN_POLICY(timer[id]), .min = (shortest), .flags = FPC, \
		.doc = text                                            \
	}

/* A limit, or none. */
#define LIMIT(name, field, largest, nothing, text)                          \
	{                                                                   \
		.path = "nat." name, .type = &type_count, IN_POLICY(field), \
		.min = 1, .max = (largest), .none = (nothing),              \
		.flags = KEY_FILE | KEY_PROFILE | KEY_CLIENT | KEY_NONE,    \
		.doc = text                                                 \
	}

/* A word of every session. */
#define WORD(name, field, list, text)                                      \
	{                                                                  \
		.path = "nat." name, .type = &type_enum, IN_POLICY(field), \
		.words = (list), .flags = FPC, .doc = text                 \
	}

/* A behaviour: under nat for every class of protocols, then for one class. */
#define BEHAVIOUR(prefix, class, kind, name, field, list, flag, text) \
	{                                                             \
		.path = prefix name, .type = &(kind),                 \
		IN_POLICY(by[class].field), .words = (list),          \
		.flags = FPC | (flag), .doc = text                    \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

/* clang-format off: a table */
#define BEHAVIOURS(prefix, class, flag)                                        \
	BEHAVIOUR(prefix, class, type_enum, "mapping", mapping,                \
		  nat_mapping_names, flag,                                     \
		  "what a mapping depends on (RFC 4787 REQ-1)"),               \
		BEHAVIOUR(                                                     \
			prefix, class, type_enum, "filtering", filtering,      \
			nat_filtering_names, flag,                             \
			"who may answer through a mapping (RFC 4787 REQ-8)"),  \
		BEHAVIOUR(prefix, class, type_enum, "port-allocation",         \
			  allocation, nat_allocation_names, flag,              \
			  "how an external port is chosen (RFC 4787 4.2)"),    \
		BEHAVIOUR(prefix, class, type_bool, "port-overloading",        \
			  port_overloading, NULL, flag,                        \
			  "one port for several clients, told apart by their " \
			  "remote endpoints (RFC 7857 3)"),                    \
		BEHAVIOUR(                                                     \
			prefix, class, type_enum, "hairpin", hairpin,          \
			nat_hairpin_names, flag,                               \
			"which source a client sees that another reaches by "  \
			"its external endpoint (RFC 4787 REQ-9)"),             \
		BEHAVIOUR(prefix, class, type_enum, "refresh", refresh,        \
			  nat_refresh_names, flag,                             \
			  "packets of which direction renew a timer "          \
			  "(RFC 4787 REQ-6)")
/* clang-format on */

const struct conf_key conf_schema[] = {
	{.path = "title",
	 .type = &type_text,
	 IN_PROFILE(title),
	 .min = 1,
	 .max = 200,
	 .flags = KEY_PROFILE,
	 .doc = "what the profile is"},
	{.path = "date",
	 .type = &type_date,
	 IN_PROFILE(date),
	 .flags = KEY_PROFILE,
	 .doc = "year, month or day of its sources"},
	{.path = "profile",
	 .type = &type_profile,
	 IN_CONF(profile),
	 .flags = F,
	 .fallback = "default",
	 .doc = "which NAT this is; what is set below overrides it"},
	{.path = "pool-size",
	 .type = &type_count,
	 IN_CONF(pool_size),
	 .min = 1,
	 .max = 65536,
	 .flags = KEY_PROFILE,
	 .doc = "how many external addresses it has"},

	{.path = "lan.#.interface",
	 .type = &type_interface,
	 IN_LAN(interface),
	 .flags = FN,
	 .doc = "an interface of the internal realm"},
	{.path = "lan.#.address",
	 .type = &type_lan_address,
	 IN_LAN(address),
	 .flags = FN,
	 .doc = "the gateway's address there, such as 192.168.77.1/24"},

	{.path = "wan.interface",
	 .type = &type_interface,
	 IN_CONF(wan_interface),
	 .flags = F,
	 .doc = "interface of the external realm"},
	{.path = "wan.pool.#",
	 .type = &type_pool,
	 .base = BASE_POOL,
	 .flags = F,
	 .doc = "external addresses"},
	{.path = "wan.port-range",
	 .type = &type_port_range,
	 .base = BASE_CONF,
	 .flags = FP,
	 .doc = "external ports"},

	BEHAVIOURS("nat.", NAT_CLASS_OTHER, KEY_GENERAL),
	BEHAVIOURS("nat.tcp.", NAT_CLASS_TCP, KEY_CLASS),
	BEHAVIOURS("nat.udp.", NAT_CLASS_UDP, KEY_CLASS),
	WORD("address-pooling", pooling, nat_pooling_names,
	     "whether a client keeps one external address (RFC 4787 REQ-2)"),
	{.path = "nat.address-only",
	 .type = &type_bool,
	 IN_POLICY(address_only),
	 .flags = FPC,
	 .doc = "basic NAT: addresses one to one, ports untouched (RFC 2663)"},
	LIMIT("port-block-size", port_block_size, 64512, 0,
	      "ports given to a client at a time (RFC 6888)"),
	{.path = "nat.port-blocks-per-subscriber",
	 .type = &type_count,
	 IN_POLICY(port_blocks_per_subscriber),
	 .min = 1,
	 .max = 65535,
	 .flags = FPC,
	 .doc = "how many blocks a client may have"},
	{.path = "nat.port-block-idle-timeout",
	 .type = &type_duration,
	 IN_POLICY(port_block_idle_timeout),
	 .flags = FPC,
	 .doc = "how long an unused block stays with its client"},
	{.path = "nat.deterministic",
	 .type = &type_bool,
	 IN_POLICY(deterministic),
	 .flags = FPC,
	 .doc = "blocks computed from the internal address (RFC 7422)"},
	TIMER(NAT_TIMER_UDP_INITIAL, "udp-initial-timeout", 1,
	      "UDP until the remote side has answered"),
	TIMER(NAT_TIMER_UDP, "udp-timeout", 1, "UDP (RFC 4787 REQ-5)"),
	TIMER(NAT_TIMER_TCP_TRANS_OPEN, "tcp-trans-open-timeout", 1,
	      "TCP until it is established (RFC 5382 REQ-5)"),
	TIMER(NAT_TIMER_TCP_IDLE, "tcp-idle-timeout", 1,
	      "established TCP (RFC 5382 REQ-5)"),
	TIMER(NAT_TIMER_TCP_TRANS_CLOSE, "tcp-trans-close-timeout", 0,
	      "TCP after FINs in both directions"),
	TIMER(NAT_TIMER_TCP_RST, "tcp-rst-timeout", 0,
	      "TCP after an RST (RFC 7857 2)"),
	TIMER(NAT_TIMER_TCP_IN_SYN, "tcp-in-syn-timeout", 0,
	      "how long an unsolicited SYN waits (RFC 5382 REQ-4)"),
	TIMER(NAT_TIMER_ICMP, "icmp-timeout", 1,
	      "ICMP queries (RFC 5508 REQ-2)"),
	TIMER(NAT_TIMER_OTHER, "other-timeout", 1, "every other protocol"),
	TIMER(NAT_TIMER_FRAGMENT, "fragment-min-timeout", 0,
	      "how long fragments wait for the first one"),
	TIMER(NAT_TIMER_HOLD_DOWN, "hold-down-timeout", 0,
	      "how long a freed port stays unused (RFC 6888 REQ-8)"),
	{.path = "nat.hold-down-max",
	 .type = &type_count,
	 IN_CONF(nat.hold_down_max),
	 .max = 1048576,
	 .flags = FP,
	 .doc = "how many freed ports are held at most"},
	{.path = "nat.max-lifetime",
	 .type = &type_duration,
	 IN_POLICY(max_lifetime),
	 .min = 1,
	 .flags = FPC,
	 .doc = "age at which a session ends, whatever its traffic"},
	{.path = "nat.expiry-jitter",
	 .type = &type_percent,
	 IN_POLICY(expiry_jitter),
	 .max = 100,
	 .flags = FPC,
	 .doc = "timers vary by so much"},
	WORD("expiry-notify", expiry_notify, nat_notify_names,
	     "who gets a TCP RST at the moment of expiry"),
	WORD("stray-outbound", stray_outbound, nat_stray_out_names,
	     "a client's TCP segment that belongs to no session"),
	WORD("stray-inbound", stray_inbound, nat_stray_in_names,
	     "a packet from outside that nobody waits for"),
	{.path = "nat.max-sessions",
	 .type = &type_count,
	 IN_CONF(nat.max_sessions),
	 .min = 1,
	 .max = 4194304,
	 .flags = FP,
	 .doc = "sessions of all clients; memory for them is taken at start"},
	LIMIT("sessions-per-subscriber", sessions_per_subscriber, 4194304,
	      NAT_NO_LIMIT, "sessions of one client"),
	LIMIT("ports-per-subscriber", ports_per_subscriber, 65535, NAT_NO_LIMIT,
	      "external ports of one client and protocol (RFC 6888 REQ-4)"),
	LIMIT("new-sessions-per-second", new_sessions_per_second, 1000000,
	      NAT_NO_LIMIT, "new sessions of one client, in real time"),
	WORD("on-exhaustion", on_exhaustion, nat_exhaustion_names,
	     "what a packet meets that needs a session and gets none"),
	{.path = "nat.apply",
	 .type = &type_enum,
	 IN_CONF(nat.apply),
	 .words = nat_apply_names,
	 .flags = F,
	 .doc = "whom a changed timer reaches"},

	{.path = "ports.*.timeout",
	 .type = &type_duration,
	 IN_PORT(timeout),
	 .min = 1,
	 .flags = KEY_FILE | KEY_PROFILE | KEY_NEEDED,
	 .doc = "an idle timeout for this destination port"},

	{.path = "clients.*.match",
	 .type = &type_match,
	 .base = BASE_CLIENT,
	 .flags = FN,
	 .doc = "an address, a CIDR or a MAC"},
	{.path = "clients.*.profile",
	 .type = &type_profile,
	 IN_CLIENT(profile),
	 .flags = F,
	 .doc = "its own profile, in place of all of the global nat"},
	{.path = "clients.*.nat",
	 .base = BASE_CLIENT,
	 .flags = KEY_FILE | KEY_SECTION,
	 .doc = "its own settings of nat"},

	{.path = "forwards.*.protocol",
	 .type = &type_protocol,
	 .base = BASE_FORWARD,
	 .flags = FN,
	 .doc = "tcp, udp, or all: one to one"},
	{.path = "forwards.*.external-address",
	 .type = &type_external,
	 .base = BASE_FORWARD,
	 .flags = F,
	 .doc = "of the pool; else, but with all, the first of it"},
	{.path = "forwards.*.external-port",
	 .type = &type_external_port,
	 .base = BASE_FORWARD,
	 .flags = F,
	 .doc = "a port or range of ports"},
	{.path = "forwards.*.internal",
	 .type = &type_internal,
	 .base = BASE_FORWARD,
	 .flags = FN,
	 .doc = "a host and, but with all, its first port, such as "
		"192.168.77.9:80"},

	{.path = "exempt.#.destination",
	 .type = &type_prefix,
	 .base = BASE_EXEMPT,
	 .flags = FN,
	 .doc = "an address or CIDR that is not translated"},
	{.path = "exempt.#.port",
	 .type = &type_port,
	 .base = BASE_EXEMPT,
	 .flags = F,
	 .doc = "destination port; else every one"},

	/* NOLINTNEXTLINE(bugprone-sizeof-expression): of pointers as well */
	DHCP_ROWS,

	{.path = "control.socket",
	 .type = &type_path,
	 IN_CONF(control_socket),
	 .min = 2,
	 .max = 107,
	 .flags = F,
	 .fallback = "/run/lapse/control.sock",
	 .doc = "where lapse finds lapsed"},
	{.path = "control.group",
	 .type = &type_text,
	 IN_CONF(control_group),
	 .min = 1,
	 .max = 32,
	 .flags = F,
	 .doc = "who may use it besides root"},
	{.path = "control.http", .flags = KEY_FILE | KEY_NOT_YET},
	{.path = "control.token", .flags = KEY_FILE | KEY_NOT_YET},

	{.path = "log.level",
	 .type = &type_enum,
	 IN_CONF(log_level),
	 .words = level_names,
	 .flags = F,
	 .fallback = "info",
	 .doc = "least severe messages that are shown"},
	{.path = "log.events",
	 .type = &type_path,
	 IN_CONF(log_events),
	 .min = 2,
	 .max = 1000,
	 .flags = F,
	 .doc = "file for events, NDJSON"},
	{.path = "log.destinations",
	 .type = &type_bool,
	 IN_CONF(log_destinations),
	 .flags = F,
	 .doc = "remote endpoints in events (RFC 6888 REQ-12)"},

	{.path = "seed",
	 .type = &type_seed,
	 .base = BASE_CONF,
	 .flags = F,
	 .doc = "of random choices: the same one repeats a run"},

	{.path = "queue.number",
	 .type = &type_count,
	 IN_CONF(queue_number),
	 .max = 65535,
	 .flags = F,
	 .fallback = "76",
	 .doc = "netfilter queue"},
	{.path = "queue.gso",
	 .type = &type_bool,
	 IN_CONF(queue_gso),
	 .flags = F,
	 .fallback = "true",
	 .doc = "take superpackets of up to 64 KiB"},
	{.path = "queue.rules",
	 .type = &type_enum,
	 IN_CONF(backend),
	 .words = backend_names,
	 .flags = F,
	 .fallback = "auto",
	 .doc = "which tool writes the rules"},

	{.path = "sources.*.class",
	 .type = &type_enum,
	 .base = BASE_SOURCE,
	 .words = conf_class_names,
	 .flags = KEY_PROFILE,
	 .doc = "how a value is known"},
	{.path = "sources.*.text",
	 .type = &type_text,
	 .base = BASE_SOURCE,
	 .min = 1,
	 .max = 1000,
	 .flags = KEY_PROFILE,
	 .doc = "from where, in words"},
	{.path = NULL},
};
