/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats - the NAT's counters: identifier, name, meaning, in one list
 *
 * Every way out of nat_handle() that does not translate has its counter here.
 */
#ifndef NAT_STATS_H
#define NAT_STATS_H

#include <stdint.h>

#define NAT_STAT_LIST(X)                                                       \
	/* what was done */                                                    \
	X(OUTBOUND_TRANSLATED, "outbound-translated",                          \
	  "packets translated from internal to external")                      \
	X(INBOUND_TRANSLATED, "inbound-translated",                            \
	  "packets translated from external to internal")                      \
	X(HAIRPIN_TRANSLATED, "hairpin-translated",                            \
	  "packets between two internal hosts by an external address")         \
	X(ICMP_ERRORS_TRANSLATED, "icmp-errors-translated",                    \
	  "ICMP errors translated with the packet they quote")                 \
	X(PASSED_HOST, "passed-host",                                          \
	  "inbound packets left to the gateway's own stack")                   \
	X(PASSED_EXEMPT, "passed-exempt",                                      \
	  "outbound packets that an exemption leaves untranslated")            \
	X(MAPPINGS_CREATED, "mappings-created", "mappings made")               \
	X(MAPPINGS_DELETED, "mappings-deleted", "mappings gone")               \
	X(SESSIONS_CREATED, "sessions-created", "sessions made")               \
	X(SESSIONS_DELETED, "sessions-deleted", "sessions gone")               \
	X(SESSIONS_LAPSED, "sessions-lapsed",                                  \
	  "sessions that ended by an idle timer")                              \
	X(RST_SENT, "rst-sent", "TCP resets made by the NAT")                  \
	X(ICMP_SENT, "icmp-sent", "ICMP errors made by the NAT")               \
	X(FRAGMENTS_TRANSLATED, "fragments-translated",                        \
	  "fragments translated by their first one")                           \
	X(FRAGMENTS_HELD, "fragments-held",                                    \
	  "fragments that waited for their first one")                         \
	/* what was dropped, and why */                                        \
	X(DROP_TRUNCATED, "drop-truncated", "shorter than its headers say")    \
	X(DROP_BAD_HEADER, "drop-bad-header",                                  \
	  "not IPv4, or an impossible header or total length")                 \
	X(DROP_BAD_CHECKSUM, "drop-bad-checksum",                              \
	  "wrong IPv4 header or ICMP checksum")                                \
	X(DROP_BAD_TCP, "drop-bad-tcp",                                        \
	  "TCP header length or flags that no stack sends")                    \
	X(DROP_BAD_UDP, "drop-bad-udp", "impossible UDP length")               \
	X(DROP_SOURCE_ROUTE, "drop-source-route", "IPv4 source route option")  \
	X(DROP_MARTIAN, "drop-martian",                                        \
	  "source or destination that may not be routed")                      \
	X(DROP_SPOOFED, "drop-spoofed",                                        \
	  "an external address as source from inside, or the reverse")         \
	X(DROP_FRAGMENT_BAD, "drop-fragment-bad",                              \
	  "overlapping, impossible or tiny fragment")                          \
	X(DROP_FRAGMENT_EARLY, "drop-fragment-early",                          \
	  "fragment whose first one did not come in time")                     \
	X(DROP_FRAGMENT_FULL, "drop-fragment-full",                            \
	  "no room to hold a fragment")                                        \
	X(DROP_UNKNOWN_PROTOCOL, "drop-unknown-protocol",                      \
	  "protocol that cannot be translated")                                \
	X(DROP_ICMP_TYPE, "drop-icmp-type",                                    \
	  "ICMP that is neither a query nor an error")                         \
	X(DROP_ICMP_INNER, "drop-icmp-inner",                                  \
	  "ICMP error whose quoted packet is malformed")                       \
	X(DROP_ICMP_NO_SESSION, "drop-icmp-no-session",                        \
	  "ICMP error about no session of ours")                               \
	X(DROP_STRAY_OUTBOUND, "drop-stray-outbound",                          \
	  "outbound TCP segment of no session, opening none")                  \
	X(DROP_NO_MAPPING, "drop-no-mapping",                                  \
	  "inbound packet to an endpoint that nobody holds")                   \
	X(DROP_NOT_EXTERNAL, "drop-not-external",                              \
	  "inbound packet to an internal address")                             \
	X(DROP_FILTERED, "drop-filtered",                                      \
	  "inbound packet that the filtering behaviour refuses")               \
	X(DROP_NO_SESSION, "drop-no-session",                                  \
	  "inbound TCP segment of no session, opening none")                   \
	X(DROP_HAIRPIN_OFF, "drop-hairpin-off", "hairpinning is off")          \
	X(DROP_HAIRPIN_MARK, "drop-hairpin-mark",                              \
	  "hairpin mark that names no session")                                \
	X(DROP_MAX_SESSIONS, "drop-max-sessions", "session table full")        \
	X(DROP_SUBSCRIBER_SESSIONS, "drop-subscriber-sessions",                \
	  "over sessions-per-subscriber")                                      \
	X(DROP_SUBSCRIBER_PORTS, "drop-subscriber-ports",                      \
	  "over ports-per-subscriber")                                         \
	X(DROP_SUBSCRIBER_BLOCKS, "drop-subscriber-blocks",                    \
	  "the subscriber's port blocks are full")                             \
	X(DROP_RATE, "drop-rate", "over new-sessions-per-second")              \
	X(DROP_PORTS_EXHAUSTED, "drop-ports-exhausted",                        \
	  "no external port left for it")                                      \
	X(DROP_ADDRESSES_EXHAUSTED, "drop-addresses-exhausted",                \
	  "no external address left for it")                                   \
	X(DROP_FAULT, "drop-fault", "swallowed by a fault that was asked for") \
	X(DROP_NO_POOL, "drop-no-pool", "no external address at all")          \
	/* what was lost on the way to the user */                             \
	X(EVENTS_LOST, "events-lost", "events that nobody fetched in time")    \
	X(HISTORIES_LOST, "histories-lost",                                    \
	  "flows whose gaps were not recorded: too many at once")              \
	X(OUTPUT_LOST, "output-lost",                                          \
	  "packets of our own for which there was no room")

#define NAT_STAT_ENTRY(id, name, help) NAT_##id,
enum nat_stat { NAT_STAT_LIST(NAT_STAT_ENTRY) NAT_STATS };

/* By enum nat_stat. */
extern const char *const nat_stat_names[];
extern const char *const nat_stat_help[];

#endif /* NAT_STATS_H */
