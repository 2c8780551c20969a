/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf - the settings: what a file, a profile and overrides add up to
 *
 * Layers, the later winning: built-in defaults, the profile, the settings
 * file, overrides (`--set`, later the live `set`). Every effective value knows
 * which layer it comes from.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <net/if.h>
#include "base/log.h"
#include "dhcpd/settings.h"
#include "nat/settings.h"

/** CONF_PATH - the settings file unless -c says otherwise */
#define CONF_PATH "/etc/lapse/lapse.yaml"

/** struct conf_lan - an interface of the internal realm, with our address */
struct conf_lan {
	char interface[IF_NAMESIZE];
	uint32_t address; /* host order */
	unsigned bits;
};

/**
 * struct conf_pool_entry - one element of wan.pool
 * @interface:	the WAN interface's own address, whatever it is; else
 * @first:	first address and
 * @last:	last address, host order
 */
struct conf_pool_entry {
	bool interface;
	uint32_t first;
	uint32_t last;
};

/** enum conf_backend - which tool writes the rules */
enum conf_backend {
	CONF_BACKEND_AUTO,
	CONF_BACKEND_NFT,
	CONF_BACKEND_IPTABLES
};

/**
 * struct conf - effective settings, complete and checked
 *
 * Everything that it points to belongs to it and goes with conf_free().
 */
struct conf {
	char *path;    /* of the file, or NULL */
	char *profile; /* its name; "default": the built-in defaults */
	struct conf_lan *lan;
	size_t n_lan;
	char wan_interface[IF_NAMESIZE];
	struct conf_pool_entry *pool;
	size_t n_pool;
	uint32_t pool_size; /* the profile's hint how many addresses; or 0 */
	struct nat_settings nat;
	struct dhcpd_settings dhcp; /* its lans are those served: */
	const size_t *dhcp_lan;	    /* index into @lan of each of them */
	char *lease_file;
	char *control_socket;
	char *control_group; /* or NULL */
	enum log_level log_level;
	char *log_events;      /* NDJSON file, or NULL */
	bool log_destinations; /* remote endpoints in events (RFC 6888-12) */
	bool dhcp_on;	       /* there is a `dhcp`: serve it */
	bool dhcp_dns_open;    /* some dns is up to conf_dhcp_dns() */
	bool lease_sync;       /* grant only what is on the disk */
	bool seed_given;
	uint64_t seed;
	uint16_t queue_number;	   /* netfilter queue */
	bool queue_gso;		   /* take superpackets of up to 64 KiB */
	enum conf_backend backend; /* queue.rules: auto | nft | iptables */
	void *priv;		   /* layers and origins, conf's own */
};

/**
 * struct conf_override - one assignment over file and profile
 * @key:	dotted path, or a bare name, which means "nat."
 * @value:	as it would stand in the file
 */
struct conf_override {
	const char *key;
	const char *value;
};

/**
 * conf_load() - read and check settings
 * @path:	file to read; NULL: none, defaults and overrides only
 * @overrides:	assignments on top, or NULL
 * @n_overrides: their number
 * @errors:	where to write errors, a line each, all of them:
 *		"file:line:column: what, and what would be right"
 *
 * Profiles are looked for in $LAPSE_PROFILE_PATH (colon-separated, for tests
 * and build trees), then beside the program in a build tree
 * (../conf/profiles), then /etc/lapse/profiles, then the installed folder.
 *
 * Return: the settings, to be released by conf_free(); NULL after errors.
 */
struct conf *conf_load(const char *path, const struct conf_override *overrides,
		       size_t n_overrides, FILE *errors);

/**
 * conf_parse() - the same for settings that are in memory
 * @text:	UTF-8, not NUL-terminated
 * @len:	its length in bytes
 * @name:	what errors call it
 *
 * Unlike from a file, lan and wan may be missing: conf_load() without a path
 * and this serve what needs no network (exec, explain).
 */
struct conf *conf_parse(const char *text, size_t len, const char *name,
			const struct conf_override *overrides,
			size_t n_overrides, FILE *errors);

/**
 * conf_dhcp_dns() - what DHCP gives out as dns where the settings say nothing
 * @list:	the host's upstream resolvers, host order; copied. Those that a
 *		client cannot reach, of loopback, are left out.
 * @n:		their number
 *
 * For whoever starts the server: settings do not read /etc/resolv.conf. A
 * subnet for which `dns` was said, be it [], stays as it is; if there is none
 * but those, conf->dhcp_dns_open is false.
 */
void conf_dhcp_dns(struct conf *conf, const uint32_t *list, size_t n);

/** conf_free() - release; NULL is fine */
void conf_free(struct conf *conf);

/** enum conf_layer - the layers, the later winning */
enum conf_layer { CONF_DEFAULT, CONF_PROFILE, CONF_FILE, CONF_SET };

/* How well a profile's value is founded. */
#define CONF_CLASS_LIST(X)               \
	X(CONF_MEASURED, "measured")     \
	X(CONF_VENDOR_DOC, "vendor-doc") \
	X(CONF_ANECDOTE, "anecdote")     \
	X(CONF_ASSUMED, "assumed")
enum conf_class { CONF_CLASS_LIST(NAT_ENUM_ENTRY) };
extern const char *const conf_class_names[];

/**
 * struct conf_origin - where a value comes from
 * @layer:	which layer
 * @name:	file, profile or assignment; NULL for a default
 * @line:	in the file, from 1; 0 where there is none
 * @column:	likewise, in characters
 * @class:	of a profile's value: how it is known
 * @source:	of a profile's value: from where, in words; else NULL
 */
struct conf_origin {
	enum conf_layer layer;
	const char *name;
	unsigned line;
	unsigned column;
	enum conf_class class;
	const char *source;
};

/**
 * struct conf_entry - one effective setting, as conf_foreach() shows it
 * @path:	dotted path: "nat.udp-timeout", "lan.0.address"
 * @pattern:	the same as the schema has it: "lan.#.address"
 * @value:	as it would stand in the file
 * @empty:	@value is [] or {}: a list or map without anything in it
 * @origin:	where it comes from
 * @doc:	what it is, in one line
 */
struct conf_entry {
	const char *path;
	const char *pattern;
	const char *value;
	bool empty;
	struct conf_origin origin;
	const char *doc;
};

/** conf_entry_fn - takes one; what it points to is gone after the call */
typedef void conf_entry_fn(const struct conf_entry *entry, void *arg);

/**
 * conf_foreach() - every effective setting, in the order of the schema
 *
 * Of a client only what was set for it, of `tcp` and `udp` only what differs
 * from `nat`, and nothing that is off for want of a value.
 */
void conf_foreach(const struct conf *conf, conf_entry_fn *fn, void *arg);

/**
 * conf_print() - the effective settings as a settings file
 *
 * Each line that is not a default carries a comment that says where it comes
 * from; then, as comments, the notes of conf_notes().
 */
void conf_print(const struct conf *conf, FILE *out);

/**
 * conf_notes() - what the user should know though it is no error
 *
 * One line for all timers below the floors of the RFCs, one for a pool smaller
 * than the profile's hint, and so on.
 */
void conf_notes(const struct conf *conf, FILE *out);

/**
 * struct conf_profile_info - what a profile is
 * @name:	its name
 * @title:	what it is, in words
 * @date:	of its sources: year, month or day
 * @path:	of its file
 * @values:	how many settings it has
 * @assumed:	how many of them nobody has measured or documented
 */
struct conf_profile_info {
	const char *name;
	const char *title;
	const char *date;
	const char *path;
	unsigned values;
	unsigned assumed;
};

/** conf_profile_fn - takes one; what it points to is gone after the call */
typedef void conf_profile_fn(const struct conf_profile_info *info, void *arg);

/**
 * conf_profiles() - every profile that can be chosen, by name
 * @errors:	where to write what is wrong in others
 *
 * Return: how many others there are.
 */
size_t conf_profiles(conf_profile_fn *fn, void *arg, FILE *errors);

/**
 * conf_profile_about() - the profile that settings have; its texts are @conf's
 *
 * Return: false if they have none.
 */
bool conf_profile_about(const struct conf *conf,
			struct conf_profile_info *info);

/**
 * conf_profile_foreach() - conf_foreach() over what profiles can say
 *
 * That is what is the NAT's own, and the hint how many addresses it has.
 */
void conf_profile_foreach(const struct conf *conf, conf_entry_fn *fn,
			  void *arg);

/**
 * conf_client_of() - the entry of `clients` for an internal address
 *
 * Those that match by MAC are passed over: an address does not tell it.
 *
 * Return: the first that matches, @conf's; NULL if it follows the global
 * settings.
 */
const struct nat_client_rule *conf_client_of(const struct conf *conf,
					     uint32_t addr);

/**
 * conf_flow_foreach() - the settings that one flow follows
 * @client:	entry of conf->nat.clients, or NULL
 * @protocol:	IP protocol number
 * @port:	remote port, or 0
 *
 * Of `nat` what concerns the protocol, as it holds for it, and the rule of
 * `ports` for its remote port. An entry's pattern is the setting, its path
 * where it was said: "nat.refresh" and "clients.phone.nat.tcp.refresh".
 */
void conf_flow_foreach(const struct conf *conf,
		       const struct nat_client_rule *client, uint8_t protocol,
		       uint16_t port, conf_entry_fn *fn, void *arg);

/**
 * struct conf_block - external ports that belong to one internal address
 * @internal:	whose they are
 * @external:	external address
 * @first:	first port
 * @last:	last port
 * @forward:	the 1:1 forward that gives all of the address, or NULL
 */
struct conf_block {
	uint32_t internal;
	uint32_t external;
	uint16_t first;
	uint16_t last;
	const char *forward;
};

/**
 * conf_block_of() - the block of an internal address, by settings alone
 * @own:	address of the wan's interface, for a pool that has it; or 0
 * @internal:	an address in a lan
 * @block:	set on success
 *
 * Deterministic NAT (RFC 7422), and 1:1 forwards.
 *
 * Return: 0; -EOPNOTSUPP if blocks are not computed by these settings,
 * -EDESTADDRREQ if @own is needed, -ENOENT if it is in no lan.
 */
int conf_block_of(const struct conf *conf, uint32_t own, uint32_t internal,
		  struct conf_block *block);

/**
 * conf_block_at() - the way back: whose block an external port is in
 *
 * Return: as conf_block_of(); -ENOENT if it is nobody's.
 */
int conf_block_at(const struct conf *conf, uint32_t own,
		  struct endpoint external, struct conf_block *block);

#endif /* CONF_CONF_H */
