// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rule_text - rules written for nft and for iptables-restore
 */
#include "gateway/rule.h"

#include <string.h>

static const struct {
	const char *nft, *iptables, *table;
} chains[] = {
#define CHAIN_NAMES(id, nft, iptables, table) [id] = {nft, iptables, table},
	RULESET_CHAIN_LIST(CHAIN_NAMES)};

_Static_assert(sizeof(chains) / sizeof(chains[0]) == CHAINS,
	       "a name for each chain");

const struct ruleset_hook ruleset_hooks[] = {
	{"mangle", "PREROUTING", "LAPSE_PREROUTING"},
	{"mangle", "POSTROUTING", "LAPSE_POSTROUTING"},
	{"raw", "PREROUTING", "LAPSE_PREROUTING"},
	{"raw", "OUTPUT", "LAPSE_OUTPUT"},
	{NULL, NULL, NULL},
};

const char *rule_chain_nft(enum ruleset_chain chain)
{
	return chains[chain].nft;
}

const char *ruleset_chain_name(enum ruleset_chain chain, const char **table)
{
	*table = chains[chain].table;
	return chains[chain].iptables;
}

/** put_prefix() - "a.b.c.d/len" */
static void put_prefix(FILE *out, uint32_t addr, unsigned bits)
{
	char text[ADDRESS_TEXT];

	fputs(address_format(addr, text), out);
	if (bits < 32)
		fprintf(out, "/%u", bits);
}

/** nft_transport() - protocol, ports, ICMP type */
static void nft_transport(FILE *out, const struct rule *rule)
{
	const char *name = rule->protocol == 6 ? "tcp" : "udp";

	if (rule->icmp_type != RULE_NO_ICMP)
		fprintf(out, " icmp type %d", rule->icmp_type);
	else if (rule->first_port && rule->first_port == rule->last_port)
		fprintf(out, " %s dport %u", name, rule->first_port);
	else if (rule->first_port)
		fprintf(out, " %s dport %u-%u", name, rule->first_port,
			rule->last_port);
	else if (rule->protocol)
		fprintf(out, " ip protocol %u", rule->protocol);
}

void rule_nft(FILE *out, const struct rule *rule)
{
	fputs("\t\t", out);
	if (rule->in)
		fprintf(out, " iifname \"%s\"", rule->in);
	if (rule->out)
		fprintf(out, " oifname \"%s\"", rule->out);
	if (rule->mark)
		fprintf(out, " meta mark & 0x%08x == 0x%08x", NAT_MARK_MASK,
			rule->mark);
	if (rule->by_source) {
		fputs(" ip saddr ", out);
		put_prefix(out, rule->source, rule->source_bits);
	}
	if (rule->by_destination) {
		fputs(" ip daddr ", out);
		put_prefix(out, rule->destination, rule->destination_bits);
	}
	if (rule->fragment != FRAGMENT_NO_MATTER)
		/* more-fragments bit or offset */
		fputs(rule->fragment == FRAGMENT_ANY
			      ? " ip frag-off & 0x3fff != 0"
			      : " ip frag-off & 0x1fff != 0",
		      out);
	nft_transport(out, rule);

	switch (rule->action) {
	case RULE_RETURN:
		fputs(" return\n", out);
		break;
	case RULE_QUEUE:
		fprintf(out, " queue num %u\n", rule->queue);
		break;
	case RULE_NOTRACK:
		fputs(" notrack\n", out);
		break;
	case RULE_JUMP:
		fprintf(out, " jump %s\n", rule_chain_nft(rule->to));
		break;
	}
}

/** iptables_transport() - protocol, ports, ICMP type */
static void iptables_transport(FILE *out, const struct rule *rule)
{
	const char *name = rule->protocol == 6 ? "tcp" : "udp";

	if (rule->icmp_type != RULE_NO_ICMP)
		fprintf(out, " -p icmp -m icmp --icmp-type %d",
			rule->icmp_type);
	else if (rule->first_port)
		fprintf(out, " -p %s -m %s --dport %u:%u", name, name,
			rule->first_port, rule->last_port);
	else if (rule->protocol)
		fprintf(out, " -p %u", rule->protocol);
}

void rule_iptables(FILE *out, const struct rule *rule)
{
	fprintf(out, "-A %s", chains[rule->chain].iptables);
	if (rule->in)
		fprintf(out, " -i %s", rule->in);
	if (rule->out)
		fprintf(out, " -o %s", rule->out);
	if (rule->mark)
		fprintf(out, " -m mark --mark 0x%08x/0x%08x", rule->mark,
			NAT_MARK_MASK);
	if (rule->by_source) {
		fputs(" -s ", out);
		put_prefix(out, rule->source, rule->source_bits);
	}
	if (rule->by_destination) {
		fputs(" -d ", out);
		put_prefix(out, rule->destination, rule->destination_bits);
	}
	if (rule->fragment == FRAGMENT_LATER)
		fputs(" -f", out);
	else if (rule->fragment == FRAGMENT_ANY)
		fputs(" -m u32 --u32 \"4&0x3FFF=0x1:0x3FFF\"", out);
	iptables_transport(out, rule);

	switch (rule->action) {
	case RULE_RETURN:
		fputs(" -j RETURN\n", out);
		break;
	case RULE_QUEUE:
		fprintf(out, " -j NFQUEUE --queue-num %u\n", rule->queue);
		break;
	case RULE_NOTRACK:
		fputs(" -j CT --notrack\n", out);
		break;
	case RULE_JUMP:
		fprintf(out, " -j %s\n", chains[rule->to].iptables);
		break;
	}
}

/** struct chain_text - where the rules of one chain go */
struct chain_text {
	FILE *out;
	enum ruleset_chain chain;
	const char *table;
};

/** put_nft() - sink: the rules of one chain */
static void put_nft(void *arg, const struct rule *rule)
{
	const struct chain_text *text = arg;

	if (rule->chain == text->chain)
		rule_nft(text->out, rule);
}

/** put_iptables() - sink: the rules of one table */
static void put_iptables(void *arg, const struct rule *rule)
{
	const struct chain_text *text = arg;

	if (strcmp(chains[rule->chain].table, text->table) == 0)
		rule_iptables(text->out, rule);
}

/** nft_base() - how a chain hangs in the kernel; "" for one only jumped to */
static const char *nft_base(enum ruleset_chain chain)
{
	switch (chain) {
	case CHAIN_PREROUTING:
		return "\t\ttype filter hook prerouting priority -150;\n";
	case CHAIN_POSTROUTING:
		return "\t\ttype filter hook postrouting priority -150;\n";
	case CHAIN_RAW_PREROUTING:
		return "\t\ttype filter hook prerouting priority -300;\n";
	case CHAIN_RAW_OUTPUT:
		return "\t\ttype filter hook output priority -300;\n";
	case CHAIN_EXTERNAL:
	case CHAIN_OWN:
	case CHAIN_RAW_EXTERNAL:
	case CHAIN_RAW_OWN:
	case CHAINS:
		break;
	}
	return "";
}

void ruleset_nft(FILE *out, const struct ruleset_input *input)
{
	struct chain_text text = {.out = out};
	int chain;

	/* add, so that delete finds one; all in one transaction */
	fputs("add table ip lapse\ndelete table ip lapse\n"
	      "table ip lapse {\n",
	      out);
	/* from the last to the first: a jump's target must be known before */
	for (chain = CHAINS - 1; chain >= 0; chain--) {
		text.chain = (enum ruleset_chain)chain;
		if (!input->notrack && strcmp(chains[chain].table, "raw") == 0)
			continue;
		fprintf(out, "\tchain %s {\n%s", chains[chain].nft,
			nft_base(text.chain));
		rules_foreach(input, put_nft, &text);
		fputs("\t}\n", out);
	}
	fputs("}\n", out);
}

void ruleset_iptables(FILE *out, const struct ruleset_input *input,
		      const char *table, bool jump)
{
	struct chain_text text = {.out = out, .table = table};
	size_t i;

	fprintf(out, "*%s\n", table);
	for (i = 0; i < CHAINS; i++)
		if (strcmp(chains[i].table, table) == 0)
			fprintf(out, ":%s - [0:0]\n", chains[i].iptables);
	rules_foreach(input, put_iptables, &text);
	for (i = 0; jump && ruleset_hooks[i].table; i++)
		if (strcmp(ruleset_hooks[i].table, table) == 0)
			fprintf(out, "-I %s -j %s\n", ruleset_hooks[i].from,
				ruleset_hooks[i].to);
	fputs("COMMIT\n", out);
}
