/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * value - the kinds of values that settings have
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "conf/schema.h"

/* value.c: numbers and words */
extern const struct conf_type type_duration; /* 250ms, 1.5s, never */
extern const struct conf_type type_count;    /* a number, maybe "none" */
extern const struct conf_type type_percent;  /* 10% */
extern const struct conf_type type_seed;     /* a number or "random" */
extern const struct conf_type type_bool;     /* true, false */
extern const struct conf_type type_enum;     /* one of the key's words */
extern const struct conf_type type_text;     /* printable, bounded */
extern const struct conf_type type_path;     /* absolute */
extern const struct conf_type type_profile;  /* name of a profile */
extern const struct conf_type type_date;     /* 2013, 2013-05, 2013-05-01 */

/* net.c: what belongs to networks */
extern const struct conf_type type_interface;	  /* eth0 */
extern const struct conf_type type_port_range;	  /* 1024-65535 */
extern const struct conf_type type_lan_address;	  /* 192.168.77.1/24 */
extern const struct conf_type type_pool;	  /* interface, a, a-b, a/n */
extern const struct conf_type type_match;	  /* address, CIDR or MAC */
extern const struct conf_type type_protocol;	  /* tcp, udp, all */
extern const struct conf_type type_external;	  /* of a forward: address */
extern const struct conf_type type_external_port; /* and port or ports */
extern const struct conf_type type_internal;	  /* and where they lead */
extern const struct conf_type type_prefix;	  /* of an exemption */
extern const struct conf_type type_port;	  /* of an exemption */

/* dhcp_value.c and dhcp_list.c: what only `dhcp` has */
extern const struct conf_type type_domain;    /* home.example */
extern const struct conf_type type_address;   /* a host's */
extern const struct conf_type type_mac;	      /* of a reservation: MAC, */
extern const struct conf_type type_client_id; /* or identifier in hex */
extern const struct conf_type type_ranges;    /* addresses, a-b, CIDRs */
extern const struct conf_type type_addresses; /* of hosts */
extern const struct conf_type type_domains;   /* home.example */
extern const struct conf_type type_routes;    /* CIDR via ROUTER */
extern const struct conf_type type_texts;     /* whatever they mean */

/** refuse() - say in @why what is wrong; false, for parsers to return */
bool refuse(char why[static CONF_WHY_MAX], const char *text);

/** address_usable() - whether a host can have it (RFC 1122 3.2.1.3) */
bool address_usable(uint32_t addr);

/**
 * range_parse() - addresses that hosts can have: "a", "a-b" or "a/n"
 * @value:	its range is set, on success only
 * @none:	what to say where @text is nothing of that
 *
 * Return: false after saying in @why what is wrong.
 */
bool range_parse(const char *text, union conf_value *value, const char *none,
		 char why[static CONF_WHY_MAX]);

/** hex_digit() - the value of a hexadecimal digit, or -1 */
int hex_digit(char c);

/** mac_parse() - six pairs of digits with colons between them */
bool mac_parse(const char *text, uint8_t mac[static 6]);

/** text_check() - whether @text is of the key's length and printable */
bool text_check(const struct conf_key *key, const char *text,
		char why[static CONF_WHY_MAX]);

/** text_store() - conf_type's store: the text is the region's */
void text_store(const struct conf_key *key, void *base,
		const union conf_value *value);

/** text_format() - conf_type's format */
bool text_format(const struct conf_key *key, const void *base,
		 char text[static CONF_VALUE_MAX]);

/**
 * number_parse() - decimal digits only, no leading zeros, no overflow
 * @text:	where they are
 * @len:	how many
 * @number:	set on success only
 */
bool number_parse(const char *text, size_t len, uint64_t *number);

/**
 * ports_parse() - "8080" or "8000-8099": first and last port, neither 0
 *
 * Return: false, and nothing set, unless all of @text is that.
 */
bool ports_parse(const char *text, uint16_t *first, uint16_t *last);

/**
 * port_rule_parse() - the name of a port rule: "53", "53/udp", "443/tcp"
 * @protocol:	0 for every protocol
 */
bool port_rule_parse(const char *text, uint8_t *protocol, uint16_t *port);

/** duration_format() - as type_duration reads it, exactly */
void duration_format(uint64_t ms, char text[static CONF_VALUE_MAX]);

/** name_valid() - letters, digits, "-" and "_", 1 to 31, no sign in front */
bool name_valid(const char *name);

/** profile_name_valid() - small letters, digits and "-", 1 to 63 */
bool profile_name_valid(const char *name);

#endif /* CONF_VALUE_H */
