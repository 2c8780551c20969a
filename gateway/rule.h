/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rule - one netfilter rule as data; inner to ruleset.c and rule_text.c
 */
#ifndef GATEWAY_RULE_H
#define GATEWAY_RULE_H

#include "gateway/ruleset.h"

/** enum rule_action - RETURN goes back, and so to accept at the end */
enum rule_action { RULE_RETURN, RULE_QUEUE, RULE_NOTRACK, RULE_JUMP };

/** enum rule_fragment - LATER has no ports, ANY is also the first one */
enum rule_fragment { FRAGMENT_NO_MATTER, FRAGMENT_LATER, FRAGMENT_ANY };

/** RULE_NO_ICMP - any or no ICMP type */
#define RULE_NO_ICMP (-1)

/**
 * struct rule - what must match, all of it, and what then
 * @in, @out:	interface names, or NULL
 * @by_source:	@source_bits say something; likewise @by_destination
 * @protocol:	or 0
 * @first_port:	of the destination ports; 0: any
 * @icmp_type:	or RULE_NO_ICMP
 * @mark:	under NAT_MARK_MASK, or 0
 * @to:		of a RULE_JUMP
 * @queue:	of a RULE_QUEUE
 */
struct rule {
	enum ruleset_chain chain;
	enum rule_action action;
	const char *in, *out;
	bool by_source, by_destination;
	uint32_t source, destination;
	unsigned source_bits, destination_bits;
	uint8_t protocol;
	uint16_t first_port, last_port;
	int icmp_type;
	uint32_t mark;
	enum rule_fragment fragment;
	enum ruleset_chain to;
	uint16_t queue;
};

/** rule_sink_fn - takes the rules in order */
typedef void rule_sink_fn(void *arg, const struct rule *rule);

/** rules_foreach() - make every rule of the ruleset */
void rules_foreach(const struct ruleset_input *input, rule_sink_fn *sink,
		   void *arg);

/** rule_nft() - one rule as a line of an nft chain */
void rule_nft(FILE *out, const struct rule *rule);

/** rule_iptables() - one rule as a line for iptables-restore */
void rule_iptables(FILE *out, const struct rule *rule);

/** rule_chain_nft() - name of a chain in nft */
const char *rule_chain_nft(enum ruleset_chain chain);

#endif /* GATEWAY_RULE_H */
