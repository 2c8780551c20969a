/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_spec - the description of a packet in words, and the packet
 */
#include <stdlib.h>
#include <string.h>
#include "base/wire.h"
#include "tests/lib/replay.h"

/**
 * struct spec - a packet being described
 * @p:		so far
 * @id:		`id` of ICMP, when @id_given
 * @cut:	of a quoted packet: bytes after the IP header, at most
 */
struct spec {
	struct packet p;
	struct nat_packet *nat;
	uint8_t data[PACKET_MAX];
	uint8_t about[PACKET_MAX];
	size_t cut;
	uint64_t query_id;
	bool query_id_given;
	bool reply;
	uint64_t total;
	bool total_given;
};

/** hex() - hexadecimal text as bytes; their number, or -1 */
static int hex(const char *text, uint8_t *bytes, size_t room)
{
	size_t n = 0;

	if (!text)
		return -1;
	while (text[0] && text[1]) {
		char byte[3] = {text[0], text[1], '\0'};
		char *end;

		if (n == room)
			return -1;
		bytes[n++] = (uint8_t)strtoul(byte, &end, 16);
		if (*end)
			return -1;
		text += 2;
	}
	return *text ? -1 : (int)n;
}

/** take_flags() - TCP flags by their letters, "-": none */
static bool take_flags(struct replay *r, uint8_t *flags)
{
	static const char letters[] = "FSRPAUEC";
	const char *word = replay_next(r);

	*flags = 0;
	if (word && !strcmp(word, "-"))
		return true;
	for (; word && *word; word++) {
		const char *letter = strchr(letters, *word);

		if (!letter)
			return replay_fail(r, "TCP flags are of %s", letters);
		*flags |= (uint8_t)(1u << (letter - letters));
	}
	return word || replay_fail(r, "TCP flags are missing");
}

/** number_of() - take a number into what is set by one word and one number */
static bool number_of(struct replay *r, struct spec *s, bool *known)
{
	struct packet *p = &s->p;
	uint64_t n = 0;

	*known = true;
	if (replay_take(r, "ttl")) {
		if (!replay_number(r, 255, &n))
			return false;
		p->ttl = (uint8_t)n;
	} else if (replay_take(r, "tos")) {
		if (!replay_number(r, 255, &n))
			return false;
		p->tos = (uint8_t)n;
	} else if (replay_take(r, "ipid")) {
		if (!replay_number(r, 65535, &n))
			return false;
		p->id = (uint16_t)n;
	} else if (replay_take(r, "offset")) {
		if (!replay_number(r, 65528, &n))
			return false;
		p->offset = (unsigned)n;
	} else if (replay_take(r, "len")) {
		if (!replay_number(r, PACKET_MAX - 400, &n))
			return false;
		p->len = (size_t)n;
	} else if (replay_take(r, "seq")) {
		if (!replay_number(r, UINT32_MAX, &n))
			return false;
		p->seq = (uint32_t)n;
	} else if (replay_take(r, "ack")) {
		if (!replay_number(r, UINT32_MAX, &n))
			return false;
		p->ack = (uint32_t)n;
	} else if (replay_take(r, "win")) {
		if (!replay_number(r, 65535, &n))
			return false;
		p->window = (uint16_t)n;
	} else if (replay_take(r, "scale")) {
		if (!replay_number(r, 255, &n))
			return false;
		p->scale = (uint8_t)n;
		p->with_scale = true;
	} else if (replay_take(r, "mtu")) {
		if (!replay_number(r, 65535, &n))
			return false;
		p->rest = (uint32_t)n;
	} else if (replay_take(r, "id")) {
		s->query_id_given = true;
		return replay_number(r, 65535, &s->query_id);
	} else if (replay_take(r, "id-of")) {
		struct endpoint named;

		if (!replay_endpoint(r, replay_next(r), &named))
			return false;
		s->query_id_given = true;
		s->query_id = named.port;
	} else if (replay_take(r, "total")) {
		s->total_given = true;
		return replay_number(r, 65535, &s->total);
	} else if (replay_take(r, "cut")) {
		if (!replay_number(r, PACKET_MAX, &n))
			return false;
		s->cut = (size_t)n;
	} else {
		*known = false;
	}
	return true;
}

/** switch_of() - take a word that needs no value */
static bool switch_of(struct replay *r, struct spec *s)
{
	const struct {
		const char *name;
		bool *value;
	} words[] = {
		{"df", &s->p.df},
		{"mf", &s->p.mf},
		{"nosum", &s->p.no_sum},
		{"badsum", &s->p.bad_sum},
		{"badipsum", &s->p.bad_ip_sum},
		{"extension", &s->p.extension},
		{"partial", &s->p.partial},
		{"gso", &s->nat->gso},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!replay_take(r, words[i].name))
			continue;
		*words[i].value = true;
		return true;
	}
	return false;
}

/** take_about() - `about { PACKET }`: the packet that an error quotes */
static bool take_about(struct replay *r, struct spec *s)
{
	struct nat_packet quoted = {.bytes = NULL};
	size_t len = 0;

	if (!replay_take(r, "{") || !replay_spec(r, &quoted, s->about, &len) ||
	    !replay_take(r, "}"))
		return replay_fail(r, "about { PACKET }");
	s->p.about = s->about;
	s->p.about_len = len;
	return true;
}

/** take_bytes() - `data HEX` and `options HEX` */
static bool take_bytes(struct replay *r, struct spec *s, bool *known)
{
	int n;

	*known = true;
	if (replay_take(r, "data")) {
		n = hex(replay_next(r), s->data, PACKET_MAX - 400);
		s->p.data = s->data;
		s->p.len = n < 0 ? 0 : (size_t)n;
	} else if (replay_take(r, "options")) {
		n = hex(replay_next(r), s->p.options, sizeof(s->p.options));
		s->p.n_options = n < 0 || n % 4 ? 0 : (size_t)n;
		n = n % 4 ? -1 : n;
	} else {
		*known = false;
		return true;
	}
	return n >= 0 || replay_fail(r, "bytes in hexadecimal");
}

/** take_rest() - everything after the ends */
static bool take_rest(struct replay *r, struct spec *s)
{
	bool known;

	while (r->at < r->n_words) {
		if (!strcmp(r->word[r->at], "expect") ||
		    !strcmp(r->word[r->at], "}"))
			break;
		if (switch_of(r, s))
			continue;
		if (!number_of(r, s, &known) ||
		    (!known && !take_bytes(r, s, &known)))
			return false;
		if (known)
			continue;
		if (replay_take(r, "flags")) {
			if (!take_flags(r, &s->p.flags))
				return false;
		} else if (replay_take(r, "about")) {
			if (!take_about(r, s))
				return false;
		} else {
			return replay_done(r);
		}
	}
	return true;
}

/** take_kind() - after `icmp`: the kind of message */
static bool take_kind(struct replay *r, struct spec *s)
{
	static const struct {
		const char *name;
		uint8_t type;
		bool reply;
	} kinds[] = {
		{"echo", 8, false},	  {"reply", 0, true},
		{"timestamp", 13, false}, {"timestamp-reply", 14, true},
		{"mask", 17, false},	  {"mask-reply", 18, true},
	};
	const char *word;
	char *end;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!replay_take(r, kinds[i].name))
			continue;
		s->p.type = kinds[i].type;
		s->reply = kinds[i].reply;
		return true;
	}
	if (!replay_take(r, "error") && !replay_take(r, "type"))
		return replay_fail(r, "icmp echo|reply|...|error|type");
	word = replay_next(r);
	if (!word)
		return replay_fail(r, "icmp error TYPE/CODE");
	s->p.type = (uint8_t)strtoul(word, &end, 10);
	if (*end != '/')
		return replay_fail(r, "icmp error TYPE/CODE");
	s->p.code = (uint8_t)strtoul(end + 1, &end, 10);
	return !*end || replay_fail(r, "icmp error TYPE/CODE");
}

/** finish() - build the packet and cut or spoil it as wanted */
static bool finish(struct replay *r, struct spec *s, uint8_t *bytes,
		   size_t *len)
{
	s->nat->partial = s->p.partial;
	if (s->query_id_given && s->reply)
		s->p.dst.port = (uint16_t)s->query_id;
	else if (s->query_id_given)
		s->p.src.port = (uint16_t)s->query_id;
	/* A message's id is one end's; of an error's ends only addresses. */
	if (s->p.protocol == 1 && (s->reply || s->p.about_len))
		s->p.src.port = 0;
	if (s->p.protocol == 1 && (!s->reply || s->p.about_len))
		s->p.dst.port = 0;
	*len = build_packet(&s->p, bytes);
	if (!*len)
		return replay_fail(r, "the packet is too long");
	if (s->total_given) {
		wire_put16(bytes + 2, (uint16_t)s->total);
		build_fix(bytes);
	}
	*len = build_quote(bytes, *len, s->cut);
	return true;
}

bool replay_spec(struct replay *r, struct nat_packet *nat, uint8_t *bytes,
		 size_t *len)
{
	struct spec *s;
	bool ok = false;
	int protocol;

	if (replay_take(r, "raw")) {
		int n = hex(replay_next(r), bytes, PACKET_MAX);

		*len = n < 0 ? 0 : (size_t)n;
		return n > 0 || replay_fail(r, "raw HEX");
	}
	protocol = replay_protocol(replay_next(r));
	if (protocol < 0)
		return replay_fail(r, "a protocol: udp, tcp, icmp, a number");
	s = calloc(1, sizeof(*s));
	if (!s)
		return replay_fail(r, "out of memory");
	s->nat = nat;
	s->cut = PACKET_MAX;
	s->p.protocol = (uint8_t)protocol;
	s->p.window = 1000;
	if ((protocol != 1 || take_kind(r, s)) &&
	    replay_endpoint(r, replay_next(r), &s->p.src)) {
		if (!replay_take(r, ">"))
			replay_fail(r, "SOURCE > DESTINATION");
		else
			ok = replay_endpoint(r, replay_next(r), &s->p.dst) &&
			     take_rest(r, s) && finish(r, s, bytes, len);
	}
	free(s);
	return ok;
}
