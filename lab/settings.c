// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * settings - the settings of a lab's gateways, as text for lapsed
 */
#include "lab/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jansson.h>
#include "base/endpoint.h"
#include "conf/conf.h"
#include "lab/mounts.h"
#include "lab/outside.h"
#include "lab/profiles.h"
#include "lab/router.h"
#include "lab/say.h"

/* What errors call the text that is made here. */
#define MADE "settings"

/**
 * struct router - what differs between the two, and what is learned
 * @lan:	address of the inside, with its length
 * @network:	of the outside, where the pool is; or
 * @own_address: the pool is the interface's address, whatever that is
 * @n_pool:	number of external addresses
 * @leases:	it has a DHCP server
 */
struct router {
	const char *profile;
	const char *lan;
	uint32_t network;
	bool outer;
	bool own_address;
	uint32_t n_pool;
	bool leases;
};

/** the_router() - the outer one, or the one that clients see */
static struct router the_router(const struct lab_spec *spec, bool outer)
{
	bool last = outer || !spec->behind;

	return (struct router){
		.profile = outer ? spec->behind : spec->profile,
		.lan = outer ? "100.64.0.1/24" : "192.168.77.1/24",
		.network = !last	   ? LAB_MIDDLE
			   : spec->outside ? spec->outside->network
					   : LAB_WAN,
		.outer = outer,
		.own_address = last && spec->wan_host && !spec->outside,
		.n_pool = 1,
		.leases = !outer && spec->dhcp,
	};
}

const char *settings_dir(bool outer)
{
	return outer ? MOUNTS_DIR "/carrier" : MOUNTS_DIR;
}

/** pool() - addresses of the outside network */
static json_t *pool(const struct router *router)
{
	uint32_t n = router->n_pool;
	char first[ADDRESS_TEXT], last[ADDRESS_TEXT];

	if (router->own_address)
		return json_pack("[s]", "interface");
	n = n < 1 ? 1 : n > LAB_POOL_MAX ? LAB_POOL_MAX : n;
	address_format(router->network + LAB_POOL, first);
	address_format(router->network + LAB_POOL + n - 1, last);
	return json_pack("[o]", json_sprintf("%s-%s", first, last));
}

/** clients() - those that have a profile of their own */
static json_t *clients(const struct lab_spec *spec)
{
	json_t *all = json_object();
	char name[LAB_NAME], address[ADDRESS_TEXT], ether[18];
	uint8_t mac[6];

	for (unsigned i = 0; i < spec->clients; i++) {
		if (!spec->client_profile[i])
			continue;
		snprintf(name, sizeof(name), "client%u", i + 1);
		address_format(LAB_LAN + 2 + i, address);
		lab_mac(LAB_LAN + 2 + i, mac);
		snprintf(ether, sizeof(ether), "%02x:%02x:%02x:%02x:%02x:%02x",
			 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
		json_object_set_new(
			all, name,
			json_pack("{ssso}", "match",
				  spec->dhcp ? ether : address, "profile",
				  profiles_name(spec->client_profile[i])));
	}
	return all;
}

/** put() - text into an object; false if it is not UTF-8 */
static bool put(json_t *object, const char *key, const char *text)
{
	return !text || !json_object_set_new(object, key, json_string(text));
}

/** dhcp() - the DHCP server: where its leases are, if not what they are */
static json_t *dhcp(const struct lab_spec *spec)
{
	/* the host's own lapsed has the file that is meant without it */
	json_t *dhcp = json_pack("{ss}", "lease-file", MOUNTS_DIR "/leases");

	if (spec->dhcp)
		json_object_update_new(
			dhcp, json_pack("{s[s]s[s]}", "range",
					"192.168.77.100-192.168.77.250", "dns",
					"198.51.100.7"));
	return dhcp;
}

/**
 * settings() - a settings file, in JSON, which is YAML
 *
 * Return: text, the caller's to free(); NULL when memory is out.
 */
static char *settings(const struct lab_spec *spec, const struct router *router)
{
	json_t *root =
		json_pack("{so s[{ssss}] s{ssso} s{so} s{ss}}", "profile",
			  profiles_name(router->profile), "lan", "interface",
			  "lan", "address", router->lan, "wan", "interface",
			  "wan", "pool", pool(router), "control", "socket",
			  json_string(router->outer ? ROUTER_CARRIER_SOCKET
						    : ROUTER_SOCKET),
			  "log", "level", spec->verbose ? "info" : "warning");
	char *text;
	bool good = put(root, "seed", spec->seed);

	if (!router->outer) {
		json_object_set_new(root, "clients", clients(spec));
		good &= put(json_object_get(root, "log"), "events",
			    spec->events);
	}
	if (router->leases)
		json_object_set_new(root, "dhcp", dhcp(spec));
	text = good ? json_dumps(root, JSON_INDENT(1)) : NULL;
	json_decref(root);
	if (!text)
		say_error("no settings: memory is out, or a name is not UTF-8");
	return text;
}

/**
 * pass_on() - messages about settings that were made here
 *
 * Their places in a text that nobody wrote, "settings:2:13: ", are left out.
 */
static void pass_on(char *messages)
{
	char *line;

	while ((line = strsep(&messages, "\n")) && *line) {
		if (strncmp(line, MADE ":", sizeof(MADE)) == 0)
			say_error("%s", line + sizeof(MADE) +
						strspn(line + sizeof(MADE),
						       "0123456789: "));
		else
			fprintf(stderr, "%s\n", line);
	}
}

/** load() - settings as lapsed will see them; NULL after messages */
static struct conf *load(const struct lab_spec *spec, const char *text,
			 bool outer)
{
	size_t n = outer ? 0 : spec->n_set;
	struct conf_override *set = calloc(n + 1, sizeof(*set));
	struct conf *conf = NULL;
	char *messages = NULL;
	size_t len;
	FILE *errors = open_memstream(&messages, &len);

	for (size_t i = 0; set && i < n; i++)
		set[i] = (struct conf_override){spec->set[i].key,
						spec->set[i].value};
	if (set && errors)
		conf = conf_parse(text, strlen(text), MADE, set, n, errors);
	if (errors)
		fclose(errors);
	if (messages)
		pass_on(messages);
	free(messages);
	free(set);
	return conf;
}

/** is_within() - whether all of @entry is in a network of the lab */
static bool is_within(const struct conf_pool_entry *entry, uint32_t network)
{
	const uint32_t mask = ~(uint32_t)0 << (32 - LAB_BITS);

	return ((entry->first ^ network) & mask) == 0 &&
	       ((entry->last ^ network) & mask) == 0;
}

/** taken() - the address of somebody else out there that @entry has; or 0 */
static uint32_t taken(const struct conf_pool_entry *entry)
{
	static const uint32_t others[] = {LAB_SERVER, LAB_SERVER2,
					  LAB_MIDDLE + 1};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (entry->first <= others[i] && others[i] <= entry->last)
			return others[i];
	return 0;
}

/**
 * check_pool() - that answers find their way back, or a message
 *
 * Those outside have no route but to their own network.
 */
static bool check_pool(const struct conf *conf, const struct router *router)
{
	char network[ADDRESS_TEXT], one[ADDRESS_TEXT];

	for (size_t i = 0; i < conf->n_pool && !router->own_address; i++) {
		const struct conf_pool_entry *entry = &conf->pool[i];

		if (entry->interface)
			continue;
		if (!is_within(entry, router->network)) {
			say_error("wan.pool: %s is not in %s/%d, the network "
				  "outside: no answer would come back",
				  address_format(entry->first, one),
				  address_format(router->network, network),
				  LAB_BITS);
			return false;
		}
		if (taken(entry)) {
			say_error("wan.pool: %s is another host's of the lab",
				  address_format(taken(entry), one));
			return false;
		}
	}
	return true;
}

/** check_socket() - that lapsed is where the lab asks it, or a message */
static bool check_socket(const struct conf *conf, bool outer)
{
	const char *path = outer ? ROUTER_CARRIER_SOCKET : ROUTER_SOCKET;

	if (strcmp(conf->control_socket, path) == 0)
		return true;
	say_error("control.socket: of a lab it is %s", path);
	return false;
}

int settings_text(const struct lab_spec *spec, bool outer, char **text)
{
	struct router router = the_router(spec, outer);

	*text = NULL;
	/* what the first round shows of them, the second takes up */
	for (int round = 0; round < 2; round++) {
		struct conf *conf;

		free(*text);
		*text = settings(spec, &router);
		if (!*text)
			return -ENOMEM;
		conf = load(spec, *text, outer);
		if (!conf || !check_pool(conf, &router) ||
		    !check_socket(conf, outer)) {
			conf_free(conf);
			free(*text);
			*text = NULL;
			return -EINVAL;
		}
		router.n_pool = conf->pool_size;
		router.leases = conf->dhcp_on;
		conf_free(conf);
	}
	return 0;
}

int settings_check(const struct lab_spec *spec)
{
	int error = profiles_check(spec);

	for (int outer = 0; !error && outer < (spec->behind ? 2 : 1); outer++) {
		char *text;

		error = settings_text(spec, outer, &text);
		free(text);
	}
	return error;
}
