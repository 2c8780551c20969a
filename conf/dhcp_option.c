// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcp_option - `options`: from what is written to what goes onto the wire
 */
#include "conf/dhcp.h"

#include <string.h>

#include "base/wire.h"
#include "conf/value.h"

#define NAME(id, name) name,

const char *const conf_option_names[] = {CONF_OPTION_LIST(NAME) NULL};

/* The option of v6-only (RFC 8925). */
#define CODE_V6ONLY 108

/* Options that have a word of their own. */
static const struct {
	uint8_t code;
	const char *word;
} words[] = {
	{3, "router"},	 {6, "dns"},	  {15, "domain"},
	{26, "mtu"},	 {42, "ntp"},	  {CODE_V6ONLY, "v6-only"},
	{119, "search"}, {121, "routes"},
};

const char *dhcp_option_word(uint8_t code)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].code == code)
			return words[i].word;
	return NULL;
}

/** struct draft - a value in the making */
struct draft {
	uint8_t bytes[DHCP_OPTION_MAX];
	size_t len;
};

/** number_put() - a number in @size bytes; false if it is none or too large */
static bool number_put(struct draft *draft, const char *text, size_t size)
{
	uint64_t n;

	if (!number_parse(text, strlen(text), &n) || n >> (8 * size) ||
	    draft->len + size > sizeof(draft->bytes))
		return false;
	for (size_t i = size; i > 0; i--)
		draft->bytes[draft->len++] = (uint8_t)(n >> (8 * (i - 1)));
	return true;
}

/** value_put() - one value behind the others; what would be right, or NULL */
static const char *value_put(struct draft *draft, enum conf_option_type type,
			     const char *text)
{
	size_t room = sizeof(draft->bytes) - draft->len;
	size_t len = strlen(text);
	uint32_t addr;

	switch (type) {
	case CONF_OPTION_IP:
		if (!address_parse(text, &addr) || room < 4)
			return "is not an address; write one such as "
			       "192.168.77.9";
		wire_put32(draft->bytes + draft->len, addr);
		draft->len += 4;
		return NULL;
	case CONF_OPTION_U8:
		return number_put(draft, text, 1)
			       ? NULL
			       : "is not a number from 0 to 255; write it in "
				 "plain digits";
	case CONF_OPTION_U16:
		return number_put(draft, text, 2)
			       ? NULL
			       : "is not a number from 0 to 65535; write it in "
				 "plain digits";
	case CONF_OPTION_U32:
		return number_put(draft, text, 4)
			       ? NULL
			       : "is not a number from 0 to 4294967295; write "
				 "it in plain digits";
	case CONF_OPTION_STRING:
		if (len > room)
			return "is too long; write up to 1024 bytes";
		memcpy(draft->bytes + draft->len, text, len);
		draft->len += len;
		return NULL;
	case CONF_OPTION_HEX:
	default:
		len = hex_parse(text, draft->bytes + draft->len, room);
		draft->len += len;
		return len || !text[0]
			       ? NULL
			       : "is not hex; write bytes of two digits, such "
				 "as 0102 or 01:02";
	}
}

const char *dhcp_option_encode(struct region *region,
			       const struct conf_option *option,
			       struct dhcpd_option *made, size_t *wrong)
{
	struct draft draft = {.len = 0};
	uint8_t *bytes;

	for (size_t i = 0; i < option->n_value; i++) {
		const char *why =
			value_put(&draft, option->type, option->value[i]);

		*wrong = i;
		if (why)
			return why;
	}
	bytes = region_alloc(region, draft.len + 1);
	memcpy(bytes, draft.bytes, draft.len);
	*made = (struct dhcpd_option){option->code, bytes, draft.len};
	return NULL;
}

/** option_put() - in the place of the one of the same code, or behind all */
static void option_put(struct dhcpd_option option, struct dhcpd_option *list,
		       size_t *n)
{
	size_t at = 0;

	while (at < *n && list[at].code != option.code)
		at++;
	list[at] = option;
	*n += at == *n;
}

/** options_add() - those of @name, or of `dhcp`, behind the others */
static void options_add(struct region *region, const struct conf_dhcp *dhcp,
			const char *name, struct dhcpd_option *list, size_t *n)
{
	for (size_t i = 0; i < dhcp->n_options; i++) {
		const struct conf_option *option = &dhcp->options[i];
		struct dhcpd_option made;
		size_t wrong;

		if (!name != !option->subnet ||
		    (name && strcmp(name, option->subnet) != 0) ||
		    !option->n_value ||
		    dhcp_option_encode(region, option, &made, &wrong))
			continue;
		option_put(made, list, n);
	}
}

/** overruled() - whether a word of the subnet voids this option of `dhcp` */
static bool overruled(const struct conf *conf, const char *name, uint8_t code)
{
	const struct conf_priv *priv = conf->priv;
	const char *word = dhcp_option_word(code);

	return name && word &&
	       conf_find(priv, region_print(priv->region, "dhcp.subnets.%s.%s",
					    name, word));
}

void dhcp_options_make(struct conf_load *load, const struct conf *conf,
		       const char *name, const struct conf_words *said,
		       struct dhcpd_subnet *subnet)
{
	const struct conf_priv *priv = conf->priv;
	const struct conf_dhcp *dhcp = priv->dhcp;
	struct dhcpd_option *list = region_alloc(
		load->region, (dhcp->n_options + 2) * sizeof(*list));
	size_t n = 0;

	options_add(load->region, dhcp, NULL, list, &n);
	for (size_t i = 0; i < n;) {
		if (overruled(conf, name, list[i].code))
			list[i] = list[--n];
		else
			i++;
	}
	if (said->v6_only) {
		uint8_t *bytes = region_alloc(load->region, 4);

		/* All that 32 bits can hold is for ever. */
		wire_put32(bytes, said->v6_only / 1000 < UINT32_MAX
					  ? (uint32_t)(said->v6_only / 1000)
					  : UINT32_MAX);
		option_put((struct dhcpd_option){CODE_V6ONLY, bytes, 4}, list,
			   &n);
	}
	if (name)
		options_add(load->region, dhcp, name, list, &n);
	subnet->options = list;
	subnet->n_options = n;
}
