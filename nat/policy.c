/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * policy - slots of settings, counted by who is under them
 */
#include "nat/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/** rules_make() - a copy of port rules, one reference; NULL: no memory */
static struct port_rules *rules_make(const struct nat_port_rule *ports,
				     size_t n)
{
	size_t bytes = n * sizeof(*ports);
	struct port_rules *rules = malloc(sizeof(*rules) + bytes);

	if (!rules)
		return NULL;
	rules->refs = 1;
	rules->n = n;
	if (bytes)
		memcpy(rules->rule, ports, bytes);
	return rules;
}

/** rules_put() - one reference less */
static void rules_put(struct port_rules *rules)
{
	if (--rules->refs == 0)
		free(rules);
}

/** copy_text() - strdup() that takes NULL; *@ok becomes false: no memory */
static char *copy_text(const char *text, bool *ok)
{
	size_t len;
	char *copy;

	if (!text)
		return NULL;
	len = strlen(text) + 1;
	copy = malloc(len);
	if (!copy) {
		*ok = false;
		return NULL;
	}
	return memcpy(copy, text, len);
}

/** slot_free() - release a slot's memory */
static void slot_free(struct policy_slot *slot)
{
	if (!slot)
		return;
	rules_put(slot->rules);
	free(slot->client);
	free(slot->profile);
	free(slot);
}

/** slot_make() - a slot with one reference, not in the array yet; or NULL */
static struct policy_slot *slot_make(const struct nat_policy *policy,
				     const char *client, const char *profile,
				     struct port_rules *rules)
{
	struct policy_slot *slot = calloc(1, sizeof(*slot));
	bool ok = true;

	if (!slot)
		return NULL;
	slot->policy = *policy;
	slot->client = copy_text(client, &ok);
	slot->profile = copy_text(profile, &ok);
	slot->rules = rules;
	rules->refs++;
	slot->refs = 1;
	if (ok)
		return slot;
	slot_free(slot);
	return NULL;
}

/**
 * slot_of_client() - a slot for a client rule
 * @settings:	what it is of
 * @global:	the global port rules, shared with who has no others
 *
 * Return: as slot_make().
 */
static struct policy_slot *slot_of_client(const struct nat_settings *settings,
					  const struct nat_client_rule *client,
					  struct port_rules *global)
{
	bool shared = client->ports == settings->ports &&
		      client->n_ports == settings->n_ports;
	struct port_rules *rules =
		shared ? global : rules_make(client->ports, client->n_ports);
	struct policy_slot *slot;

	if (!rules)
		return NULL;
	slot = slot_make(&client->policy, client->name, client->profile, rules);
	if (slot)
		slot->by_mac = client->by_mac;
	if (!shared)
		rules_put(rules);
	return slot;
}

/** slots_reserve() - make sure of @n empty places in the array; 0 or -ENOMEM */
static int slots_reserve(struct nat *nat, size_t n)
{
	struct policy_slot **slots;
	size_t empty = 0, size;

	for (uint32_t i = 0; i < nat->n_policies; i++)
		empty += !nat->policies[i];
	if (empty >= n)
		return 0;
	size = nat->n_policies + n - empty;
	if (size > UINT16_MAX)
		return -ENOMEM;
	slots = realloc(nat->policies, size * sizeof(struct policy_slot *));
	if (!slots)
		return -ENOMEM;
	for (size_t i = nat->n_policies; i < size; i++)
		slots[i] = NULL;
	nat->policies = slots;
	nat->n_policies = (uint32_t)size;
	return 0;
}

/** slot_place() - put @slot into an empty place, which there is */
static uint16_t slot_place(struct nat *nat, struct policy_slot *slot)
{
	uint16_t i = 0;

	while (nat->policies[i])
		i++;
	nat->policies[i] = slot;
	return i;
}

void policy_put(struct nat *nat, uint16_t index)
{
	struct policy_slot *slot = nat->policies[index];

	if (--slot->refs)
		return;
	nat->policies[index] = NULL;
	slot_free(slot);
}

/** policies_release() - what is in force now is no longer */
static void policies_release(struct nat *nat)
{
	if (!nat->configured)
		return;
	for (size_t i = 0; i < nat->n_clients; i++)
		policy_put(nat, nat->clients[i].policy);
	policy_put(nat, nat->policy_default);
	free(nat->clients);
	nat->clients = NULL;
	nat->n_clients = 0;
}

/** match_of() - the look-up form of a client rule */
static struct client_match match_of(const struct nat_client_rule *rule)
{
	struct client_match match = {
		.by_mac = rule->by_mac,
		.mask = prefix_mask(rule->bits),
	};

	match.addr = rule->addr & match.mask;
	memcpy(match.mac, rule->mac, sizeof(match.mac));
	return match;
}

/** successors_set() - tell every slot which one is in force in its stead */
static void successors_set(struct nat *nat)
{
	for (uint32_t i = 0; i < nat->n_policies; i++) {
		struct policy_slot *slot = nat->policies[i];

		if (!slot)
			continue;
		slot->successor = nat->policy_default;
		for (size_t j = 0; slot->client && j < nat->n_clients; j++) {
			uint16_t next = nat->clients[j].policy;

			if (!strcmp(nat->policies[next]->client, slot->client))
				slot->successor = next;
		}
	}
}

/** compare_match() - for qsort(): a MAC first, then the longest prefix */
static int compare_match(const void *left, const void *right)
{
	const struct client_match *a = left, *b = right;

	if (a->by_mac != b->by_mac)
		return a->by_mac ? -1 : 1;
	return a->mask < b->mask ? 1 : a->mask > b->mask ? -1 : 0;
}

int policy_configure(struct nat *nat, const struct nat_settings *settings)
{
	size_t n = settings->n_clients + 1;
	struct policy_slot **made = calloc(n, sizeof(struct policy_slot *));
	struct client_match *clients = calloc(n, sizeof(*clients));
	struct port_rules *rules =
		rules_make(settings->ports, settings->n_ports);
	int error = -ENOMEM;

	if (!made || !clients || !rules || slots_reserve(nat, n) < 0)
		goto out;
	for (size_t i = 0; i < n; i++) {
		made[i] = i ? slot_of_client(settings,
					     &settings->clients[i - 1], rules)
			    : slot_make(&settings->policy, NULL, NULL, rules);
		if (!made[i])
			goto out;
	}
	policies_release(nat);
	nat->policy_default = slot_place(nat, made[0]);
	for (size_t i = 1; i < n; i++) {
		clients[i - 1] = match_of(&settings->clients[i - 1]);
		clients[i - 1].policy = slot_place(nat, made[i]);
	}
	/* Whoever singles out one of a subnet means it. */
	qsort(clients, n - 1, sizeof(*clients), compare_match);
	nat->clients = clients;
	nat->n_clients = n - 1;
	nat->configured = true;
	clients = NULL;
	successors_set(nat);
	memset(made, 0, n * sizeof(struct policy_slot *));
	error = 0;
out:
	for (size_t i = 0; made && i < n; i++)
		slot_free(made[i]);
	if (rules)
		rules_put(rules);
	free(clients);
	free(made);
	return error;
}

void policy_clean(struct nat *nat)
{
	for (uint32_t i = 0; i < nat->n_policies; i++)
		slot_free(nat->policies[i]);
	free(nat->policies);
	free(nat->clients);
}

uint16_t policy_of(const struct nat *nat, uint32_t addr, const uint8_t *mac)
{
	for (size_t i = 0; i < nat->n_clients; i++) {
		const struct client_match *match = &nat->clients[i];

		if (match->by_mac ? mac && !memcmp(mac, match->mac, 6)
				  : (addr & match->mask) == match->addr)
			return match->policy;
	}
	return nat->policy_default;
}

uint16_t policy_current(const struct nat *nat, uint16_t index, uint32_t addr)
{
	const struct policy_slot *slot = nat->policies[index];

	return slot->by_mac ? slot->successor : policy_of(nat, addr, NULL);
}

uint16_t policy_port_rule(const struct nat *nat, uint16_t index,
			  uint8_t protocol, uint16_t port)
{
	const struct port_rules *rules = nat->policies[index]->rules;

	for (size_t i = 0; i < rules->n && i < UINT16_MAX; i++)
		if (rules->rule[i].port == port &&
		    (!rules->rule[i].protocol ||
		     rules->rule[i].protocol == protocol))
			return (uint16_t)(i + 1);
	return 0;
}
