// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcpplay_message - a scenario's messages: what is sent, what is expected
 */
#include "tests/lib/dhcpplay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/endpoint.h"
#include "base/wire.h"

/* By option 53; what a line says in their place. */
static const char *const types[] = {
	"",    "discover", "offer",   "request", "decline",
	"ack", "nak",	   "release", "inform",
};

#define N_TYPES (sizeof(types) / sizeof(types[0]))

/** type_of() - a message type by its name, or 0 */
static uint8_t type_of(const char *name)
{
	for (size_t i = 1; i < N_TYPES; i++)
		if (strcmp(types[i], name) == 0)
			return (uint8_t)i;
	return 0;
}

/** send_address() - a header field or option of one address */
static bool send_address(struct play *play, const char *key, size_t field,
			 uint8_t code)
{
	const char *value = play_get(play, key);
	uint32_t address;

	if (!value)
		return true;
	if (!play_address(play, value, &address))
		return false;
	if (field)
		dhcpmsg_field32(&play->last, field, address);
	else
		dhcpmsg_u32(&play->last, code, address);
	return true;
}

/** send_hex() - an option as hexadecimal digits */
static bool send_hex(struct play *play, const char *value, uint8_t code)
{
	uint8_t bytes[1500];
	int len;

	if (!value)
		return true;
	len = play_hex(value, bytes, sizeof(bytes));
	if (len < 0 || len > 255)
		return play_fail(play, "no hex: %s", value);
	dhcpmsg_option(&play->last, code, bytes, (size_t)len);
	return true;
}

/** codes_read() - numbers with commas between, as bytes; how many */
static size_t codes_read(const char *text, uint8_t codes[512])
{
	size_t n = 0;
	char *end;

	while (*text && n < 512) {
		codes[n++] = (uint8_t)strtoul(text, &end, 10);
		if (end == text)
			break;
		text = *end == ',' ? end + 1 : end;
	}
	return n;
}

/** send_options() - the options of a line, in the order of this function */
static bool send_options(struct play *play)
{
	uint8_t codes[512], size[2];
	const char *value;

	if (!send_address(play, "want", 0, 50) ||
	    !send_address(play, "server", 0, 54) ||
	    !send_hex(play, play_get(play, "id"), 61))
		return false;
	value = play_get(play, "lease");
	if (value)
		dhcpmsg_u32(&play->last, 51, (uint32_t)strtoul(value, NULL, 0));
	value = play_get(play, "prl");
	if (value)
		dhcpmsg_option(&play->last, 55, codes,
			       codes_read(value, codes));
	value = play_get(play, "size");
	if (value) {
		wire_put16(size, (uint16_t)play_int(value));
		dhcpmsg_option(&play->last, 57, size, 2);
	}
	value = play_get(play, "hostname");
	if (value)
		dhcpmsg_option(&play->last, 12, (const uint8_t *)value,
			       strlen(value));
	for (size_t i = 2; i < play->n; i++) {
		if (strncmp(play->word[i], "option.", 7) != 0)
			continue;
		play->used[i] = true;
		if (!send_hex(play, play->value[i],
			      (uint8_t)play_int(play->word[i] + 7)))
			return false;
	}
	return send_hex(play, play_get(play, "relay"), 82);
}

/** send_header() - the header's fields of a line */
static bool send_header(struct play *play)
{
	static const char *const small[] = {"op", "htype", "hlen", "hops"};
	struct dhcpmsg *m = &play->last;
	const char *value;

	for (size_t i = 0; i < 4; i++) {
		value = play_get(play, small[i]);
		if (value)
			m->bytes[i] = (uint8_t)play_int(value);
	}
	value = play_get(play, "xid");
	if (value)
		wire_put32(m->bytes + 4, (uint32_t)strtoul(value, NULL, 16));
	value = play_get(play, "secs");
	if (value)
		wire_put16(m->bytes + 8, (uint16_t)play_int(value));
	value = play_get(play, "flags");
	if (value)
		wire_put16(m->bytes + 10, (uint16_t)strtoul(value, NULL, 16));
	value = play_get(play, "file");
	if (value && play_hex(value, m->bytes + 108, 128) < 0)
		return play_fail(play, "no hex: %s", value);
	value = play_get(play, "sname");
	if (value && play_hex(value, m->bytes + 44, 64) < 0)
		return play_fail(play, "no hex: %s", value);
	value = play_get(play, "cookie");
	if (value)
		wire_put32(m->bytes + 236, (uint32_t)strtoul(value, NULL, 16));
	return send_address(play, "ciaddr", 12, 0) &&
	       send_address(play, "giaddr", 24, 0);
}

bool play_send(struct play *play)
{
	struct dhcpmsg *m = &play->last;
	uint32_t source = 0, destination = UINT32_MAX;
	const char *value;
	uint8_t mac[6], type;
	unsigned lan = 0;

	type = type_of(play->word[1]);
	if (!type && strncmp(play->word[1], "type", 4) == 0)
		type = (uint8_t)play_int(play->word[1] + 4);
	play->used[1] = true;
	play_mac(play->word[0][0], mac);
	dhcpmsg_begin(m, type, mac, ++play->xid);
	if (strcmp(play->word[1], "bootp") == 0)
		m->len = 240;
	if (!send_header(play) || !send_options(play))
		return false;
	if (!play_get(play, "endless"))
		dhcpmsg_end(m);
	value = play_get(play, "source");
	if (value && !play_address(play, value, &source))
		return false;
	value = play_get(play, "to");
	if (value && !play_address(play, value, &destination))
		return false;
	value = play_get(play, "lan");
	if (value)
		lan = (unsigned)play_int(value);
	value = play_get(play, "cut");
	if (value)
		m->len = (size_t)play_int(value);
	value = play_get(play, "pad");
	if (value)
		m->len += (size_t)play_int(value);
	dhcprig_send(play->rig, m->bytes, m->len, lan, source, destination);
	return true;
}

/** same_address() - whether an expected address came */
static bool same_address(struct play *play, const char *key, uint32_t came)
{
	const char *value = play_get(play, key);
	char text[ADDRESS_TEXT];
	uint32_t wanted;

	if (!value)
		return true;
	if (!play_address(play, value, &wanted))
		return false;
	return came == wanted ||
	       play_fail(play, "%s: expected %s, came %s", key, value,
			 address_format(came, text));
}

/** same_number() - whether an expected number came; `none` is -1 */
static bool same_number(struct play *play, const char *key, int64_t came)
{
	const char *value = play_get(play, key);
	int64_t wanted;

	if (!value)
		return true;
	wanted = strcmp(value, "none") == 0 ? -1 : strtoll(value, NULL, 0);
	return came == wanted || play_fail(play, "%s: expected %s, came %lld",
					   key, value, (long long)came);
}

/** seconds() - an option of four bytes, or -1 */
static int64_t seconds(const struct dhcpd_reply *r, uint8_t code)
{
	uint8_t value[1500];

	return dhcpmsg_get(r->bytes, r->len, code, value) == 4
		       ? (int64_t)wire_get32(value)
		       : -1;
}

/** way_expected() - where the reply goes */
static bool way_expected(struct play *play, const struct dhcpd_reply *r)
{
	static const char *const ways[] = {"routed", "broadcast", "mac"};
	const char *value = play_get(play, "way");

	if (value && strcmp(value, ways[r->way]) != 0)
		return play_fail(play, "way: expected %s, came %s", value,
				 ways[r->way]);
	return same_address(play, "to", r->destination) &&
	       same_address(play, "source", r->source) &&
	       same_number(play, "port", r->port) &&
	       same_number(play, "durable", r->journal != 0);
}

/** copied() - what every reply copies from its request, or has 0 */
static bool copied(struct play *play, const struct dhcpd_reply *r)
{
	static const struct {
		size_t at, len;
		const char *name;
	} field[] = {
		{1, 2, "htype and hlen"},
		{4, 4, "xid"},
		{24, 4, "giaddr"},
		{28, 16, "chaddr"},
	};
	const uint8_t *sent = play->last.bytes;

	/* another client's message came in between */
	if (play_get(play, "late"))
		return true;
	for (size_t i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		if (memcmp(r->bytes + field[i].at, sent + field[i].at,
			   field[i].len) != 0)
			return play_fail(play, "%s is not copied",
					 field[i].name);
	if (r->bytes[0] != 2 || r->bytes[3] || wire_get16(r->bytes + 8))
		return play_fail(play, "op not 2, or hops or secs not 0");
	return true;
}

/** codes_expected() - `codes=`: exactly these options, in this order */
static bool codes_expected(struct play *play, const struct dhcpd_reply *r)
{
	const char *value = play_get(play, "codes");
	uint8_t wanted[512], came[512];
	size_t n, n_came = dhcpmsg_codes(r->bytes, r->len, came);
	char text[1024] = "";

	if (!value)
		return true;
	n = codes_read(value, wanted);
	if (n == n_came && memcmp(wanted, came, n) == 0)
		return true;
	for (size_t i = 0; i < n_came && strlen(text) < 1000; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%u", i ? "," : "", came[i]);
	return play_fail(play, "codes: expected %s, came %s", value, text);
}

/** option_expected() - `option.CODE=HEX`, or `=none` */
static bool option_expected(struct play *play, const struct dhcpd_reply *r,
			    const char *key, const char *value)
{
	uint8_t wanted[1500], came[1500];
	int code = play_int(key + 7), n = -1;
	int len = dhcpmsg_get(r->bytes, r->len, (uint8_t)code, came);
	char text[3001] = "none";

	if (strcmp(value, "none") != 0) {
		n = play_hex(value, wanted, sizeof(wanted));
		if (n < 0)
			return play_fail(play, "no hex: %s", value);
	}
	if (n == len && (n < 1 || memcmp(wanted, came, (size_t)n) == 0))
		return true;
	for (int i = 0; i < len; i++)
		snprintf(text + 2 * i, 3, "%02x", came[i]);
	return play_fail(play, "%s: expected %s, came %s", key, value,
			 len == 0 ? "" : text);
}

/** bytes_expected() - `bytes=`: the whole reply, zeros at its end left out */
static bool bytes_expected(struct play *play, const struct dhcpd_reply *r)
{
	const char *value = play_get(play, "bytes");
	uint8_t wanted[1500];
	size_t len = r->len;
	int n;

	if (!value)
		return true;
	n = play_hex(value, wanted, sizeof(wanted));
	while (len && !r->bytes[len - 1])
		len--;
	for (size_t i = 0; i < len && (int)i < n; i++)
		if (wanted[i] != r->bytes[i])
			return play_fail(play,
					 "byte %zu: expected %02x, came %02x",
					 i, wanted[i], r->bytes[i]);
	return (int)len == n ||
	       play_fail(play, "expected %d bytes, came %zu", n, len);
}

/** parts_expected() - all that a line says of a reply */
static bool parts_expected(struct play *play, const struct dhcpd_reply *r)
{
	const char *flags = play_get(play, "flags");

	if (flags && wire_get16(r->bytes + 10) != strtoul(flags, NULL, 16))
		return play_fail(play, "flags: expected %s, came %04x", flags,
				 wire_get16(r->bytes + 10));
	for (size_t i = 2; i < play->n; i++) {
		if (strncmp(play->word[i], "option.", 7) != 0)
			continue;
		play->used[i] = true;
		if (!option_expected(play, r, play->word[i], play->value[i]))
			return false;
	}
	return same_address(play, "yiaddr", wire_get32(r->bytes + 16)) &&
	       same_address(play, "giaddr", wire_get32(r->bytes + 24)) &&
	       same_address(play, "ciaddr", wire_get32(r->bytes + 12)) &&
	       same_address(play, "siaddr", wire_get32(r->bytes + 20)) &&
	       same_address(play, "server",
			    dhcpmsg_get32(r->bytes, r->len, 54)) &&
	       same_number(play, "lease", seconds(r, 51)) &&
	       same_number(play, "t1", seconds(r, 58)) &&
	       same_number(play, "t2", seconds(r, 59)) &&
	       same_number(play, "len", (int64_t)r->len) &&
	       codes_expected(play, r) && bytes_expected(play, r) &&
	       way_expected(play, r);
}

bool play_expect(struct play *play)
{
	struct dhcprig *rig = play->rig;
	uint8_t type = type_of(play->word[1]), came[1500] = {0};
	struct rig_reply first;

	play->used[1] = true;
	if (!rig->n_replies)
		return play_fail(play, "expected %s, nothing came",
				 play->word[1]);
	first = rig->replies[0];
	first.reply.bytes = first.bytes;
	rig->n_replies--;
	memmove(rig->replies, rig->replies + 1,
		rig->n_replies * sizeof(rig->replies[0]));
	if (dhcpmsg_get(first.bytes, first.reply.len, 53, came) != 1)
		return play_fail(play, "malformed reply");
	if (came[0] != type)
		return play_fail(play, "expected %s, came %s", play->word[1],
				 came[0] < N_TYPES ? types[came[0]] : "?");
	return copied(play, &first.reply) && parts_expected(play, &first.reply);
}
