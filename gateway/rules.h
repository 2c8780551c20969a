/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules - put the ruleset into the kernel, keep it current, take it out
 */
#ifndef GATEWAY_RULES_H
#define GATEWAY_RULES_H

#include "gateway/gateway.h"
#include "gateway/ruleset.h"
#include "gateway/rundir.h"

/**
 * rules_open() - install the rules, by nft, else by iptables
 * @gateway:	its conf and rundir are used; backend is set
 * @input:	what they depend on; notrack and fragments are found out here
 * @out:	set on success; rules_close() releases it and leaves the rules
 *
 * Which tool works is tried, not guessed: a kernel may lack nft's queue
 * expression and have iptables' target, or the other way round.
 *
 * Return: 0, or a negative errno with one line logged.
 */
int rules_open(struct gateway *gateway, struct ruleset_input *input,
	       struct rules **out);

/**
 * rules_update() - after something that they depend on has changed
 *
 * Each table is replaced in one transaction. Nothing is done if the rules would
 * be the same.
 *
 * Return: 0, or a negative errno, logged; the old rules then stay.
 */
int rules_update(struct rules *rules, struct ruleset_input *input);

/** rules_present() - whether they are still in the kernel, the first of each
 * chain at least; runs a program or a few, some milliseconds each */
bool rules_present(const struct rules *rules);

/** rules_forget() - they are gone: the next rules_update() installs them
 * whatever there was before */
void rules_forget(struct rules *rules);

/** rules_close() - forget them, without removing; NULL is fine */
void rules_close(struct rules *rules);

/**
 * rules_remove() - take out what a lapsed has put in, by its record
 * @all:	also without a record; for who knows that no lapsed is running
 */
void rules_remove(struct rundir *rundir, bool all);

/**
 * rules_forward_drops() - whether a FORWARD chain drops by its policy
 *
 * Context: asks nft and iptables-legacy; needs CAP_NET_ADMIN.
 */
bool rules_forward_drops(void);

/** rules_warn_forward() - log it if a FORWARD chain would drop our packets */
void rules_warn_forward(const struct conf *conf);

#endif /* GATEWAY_RULES_H */
