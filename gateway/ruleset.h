/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruleset - the netfilter rules, decided once and written for two tools
 *
 * Pure: a list of rules as data, and its text for nft or iptables-restore.
 */
#ifndef GATEWAY_RULESET_H
#define GATEWAY_RULESET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "gateway/plan.h"

/** RULESET_PORTS - bytes of a bitmap with a bit for each port */
#define RULESET_PORTS (65536 / 8)

/**
 * struct ruleset_input - what the rules depend on
 * @conf:	settings: interfaces, forwards, queue number
 * @plan:	addresses
 * @tcp:	RULESET_PORTS bytes: ports of own addresses that are the host's
 * @udp:	the same for UDP
 * @notrack:	keep conntrack away from these packets
 * @fragments:	iptables: the u32 match is there, to know a first fragment by
 */
struct ruleset_input {
	const struct conf *conf;
	const struct plan *plan;
	const uint8_t *tcp;
	const uint8_t *udp;
	bool notrack;
	bool fragments;
};

/* A chain: identifier, name for nft, for iptables, iptables' table. */
#define RULESET_CHAIN_LIST(X)                                                \
	X(CHAIN_PREROUTING, "prerouting", "LAPSE_PREROUTING", "mangle")      \
	X(CHAIN_POSTROUTING, "postrouting", "LAPSE_POSTROUTING", "mangle")   \
	X(CHAIN_EXTERNAL, "external", "LAPSE_EXTERNAL", "mangle")            \
	X(CHAIN_OWN, "own", "LAPSE_OWN", "mangle")                           \
	X(CHAIN_RAW_PREROUTING, "raw-prerouting", "LAPSE_PREROUTING", "raw") \
	X(CHAIN_RAW_OUTPUT, "raw-output", "LAPSE_OUTPUT", "raw")             \
	X(CHAIN_RAW_EXTERNAL, "raw-external", "LAPSE_EXTERNAL", "raw")       \
	X(CHAIN_RAW_OWN, "raw-own", "LAPSE_OWN", "raw")

#define RULESET_CHAIN_ENTRY(id, nft, iptables, table) id,
enum ruleset_chain { RULESET_CHAIN_LIST(RULESET_CHAIN_ENTRY) CHAINS };

/** ruleset_nft() - the whole ruleset for `nft -f -`, replacing the old one */
void ruleset_nft(FILE *out, const struct ruleset_input *input);

/**
 * ruleset_iptables() - for `iptables-restore --noflush`, one table of it
 * @table:	"mangle" or "raw"
 * @jump:	also put the jumps into the built-in chains
 */
void ruleset_iptables(FILE *out, const struct ruleset_input *input,
		      const char *table, bool jump);

/** struct ruleset_hook - a jump from a built-in chain of iptables */
struct ruleset_hook {
	const char *table;
	const char *from;
	const char *to;
};

/** ruleset_hooks[] - all of them; the last has a NULL table */
extern const struct ruleset_hook ruleset_hooks[];

/** ruleset_chain_name() - name and table of a chain in iptables */
const char *ruleset_chain_name(enum ruleset_chain chain, const char **table);

#endif /* GATEWAY_RULESET_H */
