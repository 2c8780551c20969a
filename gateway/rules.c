// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rules - put the ruleset into the kernel, keep it current, take it out
 */
#include "gateway/rules.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/program.h"

/**
 * struct rules - what is installed
 * @nft:	else iptables
 * @notrack:	with the raw chains
 * @fragments:	the u32 match works
 * @text:	what was installed last, to notice that nothing has changed
 */
struct rules {
	struct rundir *rundir;
	bool nft;
	bool notrack;
	bool fragments;
	char *text;
};

/** struct text - rules written out */
struct text {
	char *bytes;
	size_t len;
};

/** write_nft() - false when out of memory */
static bool write_nft(const struct ruleset_input *input, struct text *text)
{
	FILE *out = open_memstream(&text->bytes, &text->len);

	if (!out)
		return false;
	ruleset_nft(out, input);
	return fclose(out) == 0;
}

/** write_iptables() - the same for one of iptables' tables */
static bool write_iptables(const struct ruleset_input *input, const char *table,
			   bool jump, struct text *text)
{
	FILE *out = open_memstream(&text->bytes, &text->len);

	if (!out)
		return false;
	ruleset_iptables(out, input, table, jump);
	return fclose(out) == 0;
}

/** load_nft() - 0, or an exit code or negative errno with @why filled in */
static int load_nft(const struct text *text, char *why)
{
	static const char *const argv[] = {"nft", "-f", "-", NULL};

	return program_run(argv, text->bytes, text->len, why);
}

/** load_iptables() - the same for iptables */
static int load_iptables(const struct text *text, char *why)
{
	static const char *const argv[] = {"iptables-restore", "-w", "5",
					   "--noflush", NULL};

	return program_run(argv, text->bytes, text->len, why);
}

/** hooked() - whether the jumps of one table are there already */
static bool hooked(const char *table)
{
	size_t i;

	for (i = 0; ruleset_hooks[i].table; i++) {
		const struct ruleset_hook *h = &ruleset_hooks[i];
		const char *const argv[] = {"iptables", "-w", "5",     "-t",
					    h->table,	"-C", h->from, "-j",
					    h->to,	NULL};

		if (strcmp(h->table, table) == 0 &&
		    program_run(argv, NULL, 0, NULL) != 0)
			return false;
	}
	return true;
}

/** install_iptables() - one table; 0 or what load_iptables() returns */
static int install_iptables(const struct ruleset_input *input,
			    const char *table, char *why)
{
	struct text text = {0};
	int rc = -ENOMEM;

	if (write_iptables(input, table, !hooked(table), &text))
		rc = load_iptables(&text, why);
	free(text.bytes);
	return rc;
}

/** install_nft() - all of it; 0 or what load_nft() returns */
static int install_nft(const struct ruleset_input *input, char *why)
{
	struct text text = {0};
	int rc = -ENOMEM;

	if (write_nft(input, &text))
		rc = load_nft(&text, why);
	free(text.bytes);
	return rc;
}

/** remove_nft() - our table; it may be absent */
static void remove_nft(void)
{
	static const char text[] = "add table ip lapse\n"
				   "delete table ip lapse\n";
	static const char *const argv[] = {"nft", "-f", "-", NULL};

	program_run(argv, text, sizeof(text) - 1, NULL);
}

/** iptables() - one call with up to three more words; 0 if it worked */
static int iptables(const char *table, const char *command, const char *chain,
		    const char *to)
{
	const char *const argv[] = {
		"iptables",	  "-w", "5", "-t", table, command, chain,
		to ? "-j" : NULL, to,	NULL};

	return program_run(argv, NULL, 0, NULL);
}

/** unhook() - remove the jumps to our chains; may be absent */
static void unhook(void)
{
	size_t i;
	int tries;

	for (i = 0; ruleset_hooks[i].table; i++) {
		const struct ruleset_hook *h = &ruleset_hooks[i];

		/* more than one only if someone else added it */
		for (tries = 0; tries < 8; tries++)
			if (iptables(h->table, "-D", h->from, h->to) != 0)
				break;
	}
}

/** remove_iptables() - our chains and the jumps to them; may be absent */
static void remove_iptables(void)
{
	const char *table, *name;
	int chain;

	if (!program_find("iptables"))
		return;
	unhook();
	for (chain = 0; chain < CHAINS; chain++) {
		name = ruleset_chain_name((enum ruleset_chain)chain, &table);
		iptables(table, "-F", name, NULL);
	}
	for (chain = 0; chain < CHAINS; chain++) {
		name = ruleset_chain_name((enum ruleset_chain)chain, &table);
		iptables(table, "-X", name, NULL);
	}
}

/**
 * try_nft() - with notrack, else without
 *
 * nft quotes the rules that the kernel has refused. If those are the queue's,
 * it refuses them again; and a refusal takes 15 ms, as the kernel waits for all
 * its processors to have let go of what it takes back.
 */
static int try_nft(struct rules *rules, struct ruleset_input *input, char *why)
{
	int rc;

	input->fragments = true;
	input->notrack = true;
	rc = install_nft(input, why);
	if (rc == 0 || rc == -ENOENT || rc == -ENOMEM ||
	    strstr(why, "queue num"))
		goto out;
	input->notrack = false;
	rc = install_nft(input, why);
	if (rc == 0)
		log_info("nft has no notrack here: conntrack, if active, sees "
			 "our packets too");
out:
	rules->nft = true;
	return rc;
}

/** try_iptables() - with the u32 match, else without; then notrack */
static int try_iptables(struct rules *rules, struct ruleset_input *input,
			char *why)
{
	char ignored[PROGRAM_OUTPUT];
	int rc;

	input->notrack = true;
	input->fragments = true;
	rc = install_iptables(input, "mangle", why);
	if (rc > 0) {
		input->fragments = false;
		rc = install_iptables(input, "mangle", why);
		if (rc == 0)
			log_info("iptables has no u32 match here: fragmented "
				 "packets to the gateway itself may be lost");
	}
	rules->nft = false;
	if (rc)
		return rc;
	if (install_iptables(input, "raw", ignored) != 0) {
		input->notrack = false;
		log_info("iptables has no CT target here: conntrack, if "
			 "active, sees our packets too");
	}
	return 0;
}

/** current_text() - what would be installed, to compare; NULL: no memory */
static char *current_text(const struct rules *rules,
			  const struct ruleset_input *input)
{
	struct text text = {0};
	bool ok;

	/* nft's text has it all, whichever tool it is written for */
	(void)rules;
	ok = write_nft(input, &text);
	if (!ok) {
		free(text.bytes);
		return NULL;
	}
	return text.bytes;
}

/** reason() - why a tool could not install the rules, in few words */
static const char *reason(int rc, char *why)
{
	if (rc == -ENOENT)
		return "is not installed";
	if (rc < 0)
		return strerror(-rc);
	program_first_line(why);
	return *why ? why : "failed without a word";
}

/** explain() - one line when no tool could install the rules */
static void explain(enum conf_backend backend, int nft, char *nft_why, int rc,
		    char *why)
{
	static const char fix[] =
		"it takes Debian's nftables with the kernel module nft_queue, "
		"or iptables with xt_NFQUEUE";

	if (backend == CONF_BACKEND_NFT)
		log_error("cannot install the rules: nft: %s; %s",
			  reason(nft, nft_why), fix);
	else if (backend == CONF_BACKEND_IPTABLES)
		log_error("cannot install the rules: iptables-restore: %s; %s",
			  reason(rc, why), fix);
	else
		log_error("cannot install the rules: nft: %s; "
			  "iptables-restore: %s; %s",
			  reason(nft, nft_why), reason(rc, why), fix);
}

int rules_open(struct gateway *gateway, struct ruleset_input *input,
	       struct rules **out)
{
	enum conf_backend backend = gateway->conf->backend;
	char nft_why[PROGRAM_OUTPUT] = "", why[PROGRAM_OUTPUT] = "";
	struct rules *rules = calloc(1, sizeof(*rules));
	int nft = -ENOENT, rc = -ENOENT;

	if (!rules)
		return -ENOMEM;
	rules->rundir = gateway->rundir;
	if (backend != CONF_BACKEND_IPTABLES)
		rc = nft = try_nft(rules, input, nft_why);
	if (nft != 0 && backend != CONF_BACKEND_NFT)
		rc = try_iptables(rules, input, why);
	if (rc) {
		explain(backend, nft, nft_why, rc, why);
		rules_remove(gateway->rundir, true);
		rules_close(rules);
		return rc < 0 ? rc : -EOPNOTSUPP;
	}
	if (nft > 0)
		log_info("rules by iptables; nft says: %s",
			 program_first_line(nft_why));
	else
		log_info("rules by %s", rules->nft ? "nft" : "iptables");

	/* a lapsed that was killed may have used the other tool */
	if (rules->nft && rundir_has(rules->rundir, RUNDIR_RULES, "iptables"))
		remove_iptables();
	else if (!rules->nft && rundir_has(rules->rundir, RUNDIR_RULES, "nft"))
		remove_nft();
	gateway->backend = rules->nft ? "nft" : "iptables";
	rundir_remove(rules->rundir, RUNDIR_RULES);
	rundir_append(rules->rundir, RUNDIR_RULES, gateway->backend);

	rules->notrack = input->notrack;
	rules->fragments = input->fragments;
	rules->text = current_text(rules, input);
	*out = rules;
	return 0;
}

int rules_update(struct rules *rules, struct ruleset_input *input)
{
	char why[PROGRAM_OUTPUT] = "";
	char *text;
	int rc;

	input->notrack = rules->notrack;
	input->fragments = rules->fragments;
	text = current_text(rules, input);
	if (text && rules->text && strcmp(text, rules->text) == 0) {
		free(text);
		return 0;
	}

	if (rules->nft) {
		rc = install_nft(input, why);
	} else {
		rc = install_iptables(input, "mangle", why);
		if (rc == 0 && rules->notrack)
			rc = install_iptables(input, "raw", why);
	}
	if (rc) {
		log_error("cannot change the rules: %s", reason(rc, why));
		free(text);
		return rc < 0 ? rc : -EOPNOTSUPP;
	}
	free(rules->text);
	rules->text = text;
	log_debug("rules replaced");
	return 0;
}

/** lists() - whether a program prints a word */
static bool lists(const char *const argv[], const char *word)
{
	char out[PROGRAM_OUTPUT];

	return program_run(argv, NULL, 0, out) == 0 && strstr(out, word);
}

bool rules_present(const struct rules *rules)
{
	static const char *const nft[] = {"nft",   "list",	  "chain", "ip",
					  "lapse", "postrouting", NULL};
	static const char *const iptables_chain[] = {
		"iptables",	     "-w", "5", "-t", "mangle", "-S",
		"LAPSE_POSTROUTING", NULL};

	if (rules->nft)
		return lists(nft, "queue");
	return lists(iptables_chain, "NFQUEUE") && hooked("mangle") &&
	       (!rules->notrack || hooked("raw"));
}

void rules_forget(struct rules *rules)
{
	/* of some that are left the others would be doubles */
	if (!rules->nft)
		unhook();
	free(rules->text);
	rules->text = NULL;
}

void rules_close(struct rules *rules)
{
	if (!rules)
		return;
	free(rules->text);
	free(rules);
}

void rules_remove(struct rundir *rundir, bool all)
{
	if (all || rundir_has(rundir, RUNDIR_RULES, "nft"))
		remove_nft();
	if (all || rundir_has(rundir, RUNDIR_RULES, "iptables"))
		remove_iptables();
	rundir_remove(rundir, RUNDIR_RULES);
}

/** nft_drops() - a forward chain of nft's (or of iptables-nft) that drops */
static bool nft_drops(void)
{
	static const char *const argv[] = {"nft", "list", "chains", NULL};
	char out[PROGRAM_OUTPUT];
	const char *p = out;

	if (program_run(argv, NULL, 0, out) != 0)
		return false;
	while ((p = strstr(p, "hook forward"))) {
		const char *end = strchr(p, '\n');
		const char *drop = strstr(p, "policy drop");

		if (drop && (!end || drop < end))
			return true;
		p++;
	}
	return false;
}

/** legacy_drops() - the same in the old iptables, whose rules nft cannot see */
static bool legacy_drops(void)
{
	static const char *const argv[] = {"iptables-legacy", "-w", "5", "-S",
					   "FORWARD",	      NULL};
	FILE *tables = fopen("/proc/net/ip_tables_names", "re");
	char out[PROGRAM_OUTPUT];
	bool used = false;
	char name[64];

	/* asking an unused table would create it */
	while (tables && fgets(name, sizeof(name), tables))
		used |= strcmp(name, "filter\n") == 0;
	if (tables)
		fclose(tables);
	return used && program_run(argv, NULL, 0, out) == 0 &&
	       strstr(out, "-P FORWARD DROP");
}

bool rules_forward_drops(void)
{
	return nft_drops() || legacy_drops();
}

void rules_warn_forward(const struct conf *conf)
{
	const char *lan = conf->n_lan ? conf->lan[0].interface : "LAN";

	if (rules_forward_drops())
		log_warning("the machine's firewall drops forwarded packets "
			    "(Docker sets that): allow ours by 'iptables -I "
			    "FORWARD -i %s -o %s -j ACCEPT; iptables -I "
			    "FORWARD -i %s -o %s -j ACCEPT'",
			    lan, conf->wan_interface, conf->wan_interface, lan);
}
