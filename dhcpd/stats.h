/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * stats - the DHCP server's counters: identifier, name, meaning, in one list
 *
 * Every way out of dhcpd_handle() that sends nothing has its counter here.
 */
#ifndef DHCPD_STATS_H
#define DHCPD_STATS_H

#include <stdint.h>

#define DHCPD_STAT_LIST(X)                                                    \
	/* what came */                                                       \
	X(DISCOVERS, "dhcp-discovers", "DHCPDISCOVER messages")               \
	X(REQUESTS, "dhcp-requests", "DHCPREQUEST messages")                  \
	X(DECLINES, "dhcp-declines", "DHCPDECLINE messages")                  \
	X(RELEASES, "dhcp-releases", "DHCPRELEASE messages")                  \
	X(INFORMS, "dhcp-informs", "DHCPINFORM messages")                     \
	/* what was done */                                                   \
	X(OFFERS, "dhcp-offers", "DHCPOFFER messages made")                   \
	X(ACKS, "dhcp-acks", "DHCPACK messages made")                         \
	X(NAKS, "dhcp-naks", "DHCPNAK messages made")                         \
	X(PROBES, "dhcp-probes", "ARP probes asked for")                      \
	X(CONFLICTS, "dhcp-conflicts", "addresses found in use by a probe")   \
	X(DECLINED, "dhcp-declined", "leases that a client declined")         \
	X(RELEASED, "dhcp-released", "leases given back")                     \
	X(EXPIRED, "dhcp-expired", "leases that lapsed")                      \
	X(VIOLATIONS, "dhcp-violations",                                      \
	  "packets of a client whose address is not leased")                  \
	/* what was not answered, and why */                                  \
	X(DROP_TRUNCATED, "dhcp-drop-truncated", "shorter than its header")   \
	X(DROP_TOO_LONG, "dhcp-drop-too-long",                                \
	  "longer than any message to a server")                              \
	X(DROP_BAD_HEADER, "dhcp-drop-bad-header",                            \
	  "no request, or an impossible hardware address")                    \
	X(DROP_BOOTP, "dhcp-drop-bootp",                                      \
	  "no DHCP: without its cookie or its message type")                  \
	X(DROP_BAD_OPTION, "dhcp-drop-bad-option",                            \
	  "an option beyond the end or of the wrong length")                  \
	X(DROP_BAD_TYPE, "dhcp-drop-bad-type",                                \
	  "a message type that no client sends")                              \
	X(DROP_BAD_REQUEST, "dhcp-drop-bad-request",                          \
	  "a message without what its type must have")                        \
	X(DROP_NO_SUBNET, "dhcp-drop-no-subnet",                              \
	  "from a network that is not served")                                \
	X(DROP_RATE, "dhcp-drop-rate", "over the rate limit of its LAN")      \
	X(DROP_FAULT, "dhcp-drop-fault", "not answered, as a fault wants it") \
	X(DROP_OTHER_SERVER, "dhcp-drop-other-server", "for another server")  \
	X(DROP_UNKNOWN, "dhcp-drop-unknown",                                  \
	  "about a lease that we know nothing of")                            \
	X(DROP_NOT_HOLDER, "dhcp-drop-not-holder",                            \
	  "about a lease that is not the sender's")                           \
	X(DROP_EXHAUSTED, "dhcp-drop-exhausted", "no address left to offer")  \
	X(DROP_PROBES_FULL, "dhcp-drop-probes-full",                          \
	  "too many ARP probes under way")                                    \
	/* what was lost on the way */                                        \
	X(OPTIONS_CUT, "dhcp-options-cut",                                    \
	  "options for which a reply had no room")                            \
	X(REPLIES_LOST, "dhcp-replies-lost",                                  \
	  "replies for which there was no room")                              \
	X(EVENTS_LOST, "dhcp-events-lost", "events that nobody fetched in time")

#define DHCPD_STAT_ENTRY(id, name, help) DHCPD_##id,
enum dhcpd_stat { DHCPD_STAT_LIST(DHCPD_STAT_ENTRY) DHCPD_STATS };

/* By enum dhcpd_stat. */
extern const char *const dhcpd_stat_names[];
extern const char *const dhcpd_stat_help[];

#endif /* DHCPD_STATS_H */
