/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp - `dhcp` as it was said, before it is put together for the server
 *
 * Theory of operation. `dhcp` itself and each of its `subnets` take the same
 * words. Those of `dhcp` hold for every lan with something to give out, and are
 * where a subnet of its own begins (dhcp_build.c). What comes of it is a list
 * of complete subnets, struct dhcpd_settings; what was said stays, for the
 * checks and for the print.
 */
#ifndef CONF_DHCP_H
#define CONF_DHCP_H

#include "conf/internal.h"
#include "dhcpd/settings.h"

/** DHCP_LIST_MAX - addresses of one option: more do not fit into 255 bytes */
#define DHCP_LIST_MAX 63

/** DHCP_OPTION_MAX - bytes of an option's value that the server can send */
#define DHCP_OPTION_MAX 1024

/* How an entry of `options` is written. */
#define CONF_OPTION_LIST(X)             \
	X(CONF_OPTION_IP, "ip")         \
	X(CONF_OPTION_U8, "u8")         \
	X(CONF_OPTION_U16, "u16")       \
	X(CONF_OPTION_U32, "u32")       \
	X(CONF_OPTION_STRING, "string") \
	X(CONF_OPTION_HEX, "hex")

enum conf_option_type { CONF_OPTION_LIST(NAT_ENUM_ENTRY) };
extern const char *const conf_option_names[];

/**
 * struct conf_words - what `dhcp` and each of `dhcp.subnets` may say
 * @s:		lists and values; `options` are apart
 * @v6_only:	option 108 in ms, or 0
 */
struct conf_words {
	struct dhcpd_subnet s;
	uint64_t v6_only;
};

/**
 * struct conf_subnet - an element of `dhcp.subnets`
 * @name:	its CIDR as written
 * @words:	of `dhcp`, but for what belongs to the lans, and its own over it
 */
struct conf_subnet {
	const char *name;
	struct conf_words words;
};

/**
 * struct conf_option - an element of `options`
 * @subnet:	name of the subnet that it is of, or NULL
 * @path:	"dhcp.options.43"
 * @code:	1 to 254
 * @type:	how @value is written
 * @value:	texts
 * @n_value:	their number; 0: none was given, or a wrong one
 */
struct conf_option {
	const char *subnet;
	const char *path;
	uint8_t code;
	enum conf_option_type type;
	const char *const *value;
	size_t n_value;
};

/**
 * struct conf_reservation - an element of `dhcp.reservations`
 * @r:		as the server takes it
 * @id:		client identifier as written, or NULL
 */
struct conf_reservation {
	struct dhcpd_reservation r;
	const char *id;
};

/**
 * struct conf_dhcp - all of it
 * @words:	of `dhcp` itself
 * @subnets:	in the order of the file, as the others
 * @options:	of `dhcp` and of its subnets
 * @made:	the server's subnets
 * @dns_open:	by subnet of the server: nothing was said of dns
 */
struct conf_dhcp {
	struct conf_words words;
	struct conf_subnet *subnets;
	size_t n_subnets, subnets_capacity;
	struct conf_option *options;
	size_t n_options, options_capacity;
	struct conf_reservation *reservations;
	size_t n_reservations, reservations_capacity;
	struct dhcpd_subnet *made;
	bool *dns_open;
};

/* dhcp_list.c */

/** store_list() - conf_type's store of a list: its pointer, then its count */
void store_list(const struct conf_key *key, void *base,
		const union conf_value *value);

/** list_load() - the list that store_list() stored; its count */
size_t list_load(const struct conf_key *key, const void *base,
		 const unsigned char **array);

/**
 * list_read() - the elements of a list into @value; errors are added
 * @path:	of the list
 * @key:	whose type has an element
 * @node:	a list or, as the only element, a value
 *
 * Return: false after an error.
 */
bool list_read(struct conf_text *source, const char *path,
	       const struct conf_key *key, yaml_node_t *node,
	       union conf_value *value);

/* dhcp_value.c */

/**
 * dhcp_name_check() - whether the user may choose this name
 * @base:	of what is so named
 * @why:	set if not: "is not …; write …"
 */
bool dhcp_name_check(enum conf_base base, const char *name,
		     char why[static CONF_WHY_MAX]);

/** dhcp_name_len() - how long a chosen name at the start of a path is */
size_t dhcp_name_len(enum conf_base base, const char *path);

/** hex_parse() - bytes of "0102", "01:02"; their number, 0 if it is none */
size_t hex_parse(const char *text, uint8_t *bytes, size_t size);

/* dhcp_build.c */

/** dhcp_base() - whether it is for conf_dhcp_build() rather than struct
 * conf */
bool dhcp_base(enum conf_base base);

/** conf_dhcp_build() - from items to conf->dhcp; errors are added */
void conf_dhcp_build(struct conf_load *load, struct conf *conf);

/** dhcp_lan_of() - the lan whose subnet is exactly this one, or n_lan */
size_t dhcp_lan_of(const struct conf *conf, uint32_t addr, unsigned bits);

/** dhcp_subnet_find() - the server's subnet that holds @addr, or NULL */
const struct dhcpd_subnet *dhcp_subnet_find(const struct conf *conf,
					    uint32_t addr);

/* dhcp_option.c */

/** dhcp_option_word() - the word that says the same as an option, or NULL */
const char *dhcp_option_word(uint8_t code);

/**
 * dhcp_option_encode() - one option as it goes onto the wire
 * @made:	set on success; its bytes are the region's
 * @wrong:	set otherwise: which of its values is to blame
 *
 * Return: NULL, or "is not …; write …".
 */
const char *dhcp_option_encode(struct region *region,
			       const struct conf_option *option,
			       struct dhcpd_option *made, size_t *wrong);

/**
 * dhcp_options_make() - the options of a subnet of the server
 * @name:	of the subnet in the settings; NULL if it is not there
 * @said:	its words
 * @subnet:	where they go
 *
 * Wrong ones are left out: dhcp_check() has an error for them.
 */
void dhcp_options_make(struct conf_load *load, const struct conf *conf,
		       const char *name, const struct conf_words *said,
		       struct dhcpd_subnet *subnet);

/* dhcp_clash.c */

/** dhcp_check_options() - the part of dhcp_check() about `options` */
void dhcp_check_options(const struct conf *conf, struct conf_load *load);

/** dhcp_check_reservations() - the part about `reservations` */
void dhcp_check_reservations(const struct conf *conf, struct conf_load *load);

/* dhcp_check.c */

/** dhcp_first() - where `dhcp` begins, for what was not said */
struct conf_origin dhcp_first(const struct conf_priv *priv);

/** dhcp_check() - whether it makes sense; errors are added */
void dhcp_check(const struct conf *conf, struct conf_load *load);

/** dhcp_notes() - what the user should know of it though it is no error */
void dhcp_notes(const struct conf *conf, FILE *out);

#endif /* CONF_DHCP_H */
