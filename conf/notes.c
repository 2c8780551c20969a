// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * notes - what the user should know though it is no error
 */
#include "conf/internal.h"

#include <string.h>

#include "conf/dhcp.h"
#include "conf/value.h"
#include "nat/block.h"

/* The least that RFCs allow; ms. */
static const struct {
	enum nat_timer timer;
	uint64_t ms;
	const char *rule;
} floors[] = {
	{NAT_TIMER_UDP_INITIAL, 120000, "RFC 4787 REQ-5"},
	{NAT_TIMER_UDP, 120000, "RFC 4787 REQ-5"},
	{NAT_TIMER_TCP_IDLE, 7440000, "RFC 5382 REQ-5"},
	{NAT_TIMER_TCP_TRANS_OPEN, 240000, "RFC 5382 REQ-5"},
	{NAT_TIMER_TCP_TRANS_CLOSE, 240000, "RFC 5382 REQ-5"},
	{NAT_TIMER_TCP_RST, 240000, "RFC 7857 section 2"},
	{NAT_TIMER_ICMP, 60000, "RFC 5508 REQ-2"},
};

/** note_floors() - one line for all timers of a policy that are below */
static void note_floors(const struct nat_policy *policy, const char *whose,
			FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
		char is[CONF_VALUE_MAX];
		char least[CONF_VALUE_MAX];

		if (policy->timer[floors[i].timer] >= floors[i].ms)
			continue;
		duration_format(policy->timer[floors[i].timer], is);
		duration_format(floors[i].ms, least);
		if (!any)
			fprintf(out,
				"%s%sbelow the floors of the RFCs: ", whose,
				whose[0] ? ": " : "");
		fprintf(out, "%s%s %s (%s in %s)", any ? ", " : "",
			nat_timer_names[floors[i].timer], is, least,
			floors[i].rule);
		any = true;
	}
	if (any)
		fputc('\n', out);
}

/** note_assumed() - how much of the profile is not known */
static void note_assumed(const struct conf *conf, FILE *out)
{
	const struct conf_priv *priv = conf->priv;
	unsigned assumed = 0;
	unsigned all = 0;

	for (size_t i = 0; i < priv->n_sorted; i++) {
		const struct conf_item *item = priv->sorted[i];

		if (item->kind != ITEM_VALUE ||
		    item->origin.layer != CONF_PROFILE ||
		    item->key->base == BASE_PROFILE ||
		    (!conf->dhcp_on && !strncmp(item->path, "dhcp.", 5)))
			continue;
		all++;
		assumed += item->origin.class == CONF_ASSUMED;
	}
	if (assumed)
		fprintf(out,
			"%u of %u values of profile %s in force are assumed, "
			"not measured or documented\n",
			assumed, all, conf->profile);
}

/** note_pool() - whether there are as many addresses as the profile has */
static void note_pool(const struct conf *conf, FILE *out)
{
	uint64_t n = pool_count(conf);

	if (n < conf->pool_size)
		fprintf(out,
			"profile %s has a pool of %u addresses, wan.pool has "
			"%llu\n",
			conf->profile, conf->pool_size, (unsigned long long)n);
}

const struct conf_profile *profile_find(const struct conf_priv *priv,
					const char *name)
{
	for (const struct conf_profile *p = priv->profiles; p; p = p->next)
		if (!strcmp(p->name, name))
			return p;
	return NULL;
}

/** note_client() - what of its profile is assumed, what cannot be its own */
static void note_client(const struct conf *conf,
			const struct nat_client_rule *client, FILE *out)
{
	const struct conf_priv *priv = conf->priv;
	const struct conf_profile *profile =
		client->profile ? profile_find(priv, client->profile) : NULL;
	struct conf_profile_info info;

	if (!profile)
		return;
	info = profile_info(profile);
	if (info.assumed)
		fprintf(out,
			"clients.%s: %u of %u values of profile %s are "
			"assumed; lapse profile show %s names them\n",
			client->name, info.assumed, info.values, profile->name,
			profile->name);
	for (size_t i = 0; i < profile->items.n; i++) {
		const struct conf_item *item = &profile->items.item[i];

		if (item->kind == ITEM_VALUE && item->base != BASE_PORT &&
		    item->key->base != BASE_POLICY &&
		    item->key->base != BASE_PROFILE &&
		    (conf->dhcp_on || strncmp(item->path, "dhcp.", 5) != 0))
			fprintf(out,
				"clients.%s: %s of profile %s is not applied; "
				"it is the same for all clients\n",
				client->name, item->path, profile->name);
	}
}

/** note_addresses() - whether there is an address for everyone */
static void note_addresses(const struct conf *conf, FILE *out)
{
	const struct nat_settings *nat = &conf->nat;
	uint64_t hosts = block_hosts(nat->inside, nat->n_inside);
	uint64_t n = pool_count(conf);
	uint64_t whole = 0;

	/* Their addresses differ from each other, or it would be an error. */
	for (size_t i = 0; i < nat->n_forwards; i++)
		whole += !nat->forwards[i].protocol;
	if (n && whole == n)
		fprintf(out, "every address of wan.pool belongs to a forward "
			     "with protocol: all; nobody else gets out\n");
	else if (nat->policy.address_only && hosts > n)
		fprintf(out,
			"address-only: wan.pool has %llu addresses for up to "
			"%llu clients; who finds none free is answered by "
			"on-exhaustion\n",
			(unsigned long long)n, (unsigned long long)hosts);
}

void conf_notes(const struct conf *conf, FILE *out)
{
	const struct nat_settings *nat = &conf->nat;

	note_floors(&nat->policy, "", out);
	note_assumed(conf, out);
	note_pool(conf, out);
	note_addresses(conf, out);
	if (nat->policy.sessions_per_subscriber != NAT_NO_LIMIT &&
	    nat->policy.sessions_per_subscriber > nat->max_sessions)
		fprintf(out,
			"sessions-per-subscriber is more than max-sessions, "
			"which is reached first\n");
	for (size_t i = 0; i < nat->n_clients; i++) {
		const struct nat_client_rule *client = &nat->clients[i];
		char whose[64];

		snprintf(whose, sizeof(whose), "clients.%s", client->name);
		note_floors(&client->policy, whose, out);
		note_client(conf, client, out);
	}
	dhcp_notes(conf, out);
}
