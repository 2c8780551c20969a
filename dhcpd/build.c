// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * build - laying out a reply
 */
#include "dhcpd/build.h"

#include <string.h>
#include "base/log.h"
#include "base/wire.h"

#define PIECE_MAX     255 /* of one instance of an option */
#define PIECE_HEAD    2
#define OVERLOAD_SIZE 3

/** struct room - an area for options, and how much of it is used */
struct room {
	uint8_t *bytes;
	size_t size; /* without the end option */
	size_t used;
};

/** struct layout - the areas in the order in which RFC 3396 joins them */
struct layout {
	struct room room[3];
	size_t n;
};

void dhcp_build_add(struct build *build, uint8_t code, const uint8_t *value,
		    size_t len)
{
	base_assert(build->n < BUILD_ITEMS && len <= DHCPD_MESSAGE_MAX);
	build->item[build->n++] = (struct build_item){
		.code = code, .value = value, .len = (uint16_t)len};
}

/** size_of() - bytes that an option of @len takes, in one area */
static size_t size_of(size_t len)
{
	size_t pieces = len ? (len + PIECE_MAX - 1) / PIECE_MAX : 1;

	return len + pieces * PIECE_HEAD;
}

/** put_piece() - one instance of an option; there is room for it */
static void put_piece(struct room *room, uint8_t code, const uint8_t *value,
		      size_t len)
{
	uint8_t *p = room->bytes + room->used;

	p[0] = code;
	p[1] = (uint8_t)len;
	if (len)
		memcpy(p + PIECE_HEAD, value, len);
	room->used += PIECE_HEAD + len;
}

/** put_some() - as much of an option as goes into an area; how much that was */
static size_t put_some(struct room *room, const struct build_item *item,
		       size_t from)
{
	size_t done = from;

	while (done < item->len && room->size - room->used > PIECE_HEAD) {
		size_t piece = room->size - room->used - PIECE_HEAD;

		if (piece > item->len - done)
			piece = item->len - done;
		if (piece > PIECE_MAX)
			piece = PIECE_MAX;
		put_piece(room, item->code, item->value + done, piece);
		done += piece;
	}
	return done - from;
}

/** put_whole() - an option into the first area that holds all of it */
static bool put_whole(struct layout *layout, const struct build_item *item)
{
	for (size_t i = 0; i < layout->n; i++) {
		struct room *room = &layout->room[i];

		if (room->size - room->used < size_of(item->len))
			continue;
		if (!item->len)
			put_piece(room, item->code, NULL, 0);
		put_some(room, item, 0);
		return true;
	}
	return false;
}

/** put_option() - an option, whole or across areas; false: there is no room */
static bool put_option(struct layout *layout, const struct build_item *item)
{
	size_t used[3], done = 0, i;

	if (put_whole(layout, item))
		return true;
	for (i = 0; i < layout->n; i++) {
		used[i] = layout->room[i].used;
		done += put_some(&layout->room[i], item, done);
	}
	if (item->len && done == item->len)
		return true;
	for (i = 0; i < layout->n; i++)
		layout->room[i].used = used[i];
	return false;
}

/** finish() - end each area; what is behind it is zero */
static void finish(struct layout *layout, const struct build_item *relay)
{
	for (size_t i = 0; i < layout->n; i++) {
		struct room *room = &layout->room[i];

		if (i == 0 && relay->value) {
			/* its room was kept: the size grows into it */
			room->size = room->used + size_of(relay->len);
			if (!relay->len)
				put_piece(room, relay->code, NULL, 0);
			put_some(room, relay, 0);
		}
		room->bytes[room->used++] = OPTION_END;
		if (i > 0)
			memset(room->bytes + room->used, 0,
			       room->size + 1 - room->used);
	}
}

/**
 * lay() - put all options into the areas that an overload value names
 * @overload:	0, 1 (file) or 3 (file and sname)
 *
 * Return: how many found no room.
 */
static unsigned lay(const struct build *build, uint8_t *bytes, size_t max,
		    uint8_t overload, struct layout *layout)
{
	struct build_item relay = build->relay;
	size_t keep = relay.value ? size_of(relay.len) : 0;
	unsigned cut = 0;

	/* whatever a relay adds, it leaves the reply its room */
	if (keep > max - BUILD_MIN) {
		relay.value = NULL;
		keep = 0;
		cut++;
	}
	*layout = (struct layout){
		.room = {{bytes + AT_OPTIONS, max - AT_OPTIONS - 1 - keep, 0},
			 {bytes + AT_FILE, FILE_LEN - 1, 0},
			 {bytes + AT_SNAME, SNAME_LEN - 1, 0}},
		.n = overload == 0   ? 1
		     : overload == 1 ? 2
				     : 3,
	};
	memset(bytes + AT_SNAME, 0, SNAME_LEN + FILE_LEN);
	for (size_t i = 0; i < build->n; i++) {
		if (!put_option(layout, &build->item[i]))
			cut++;
		/* behind the message type, which is always the first */
		if (i == 0 && overload)
			put_piece(&layout->room[0], OPTION_OVERLOAD, &overload,
				  1);
	}
	finish(layout, &relay);
	return cut;
}

size_t dhcp_build(const struct build *build, uint8_t *bytes, size_t max,
		  unsigned *cut)
{
	const struct dhcp_message *m = build->request;
	struct layout layout;
	size_t len;

	base_assert(max >= BUILD_MIN);
	memset(bytes, 0, AT_OPTIONS);
	bytes[AT_OP] = BOOTREPLY;
	bytes[AT_HTYPE] = m->htype;
	bytes[AT_HLEN] = m->hlen;
	wire_put32(bytes + AT_XID, m->xid);
	wire_put16(bytes + AT_FLAGS, build->flags);
	wire_put32(bytes + AT_CIADDR, build->ciaddr);
	wire_put32(bytes + AT_YIADDR, build->yiaddr);
	wire_put32(bytes + AT_SIADDR, build->siaddr);
	wire_put32(bytes + AT_GIADDR, m->giaddr);
	memcpy(bytes + AT_CHADDR, m->chaddr, CHADDR_LEN);
	wire_put32(bytes + AT_COOKIE, DHCP_COOKIE);
	*cut = lay(build, bytes, max, 0, &layout);
	if (*cut && build->overload)
		*cut = lay(build, bytes, max, 1, &layout);
	if (*cut && build->overload)
		*cut = lay(build, bytes, max, 3, &layout);
	len = AT_OPTIONS + layout.room[0].used;
	if (len < BUILD_MIN) {
		memset(bytes + len, 0, BUILD_MIN - len);
		len = BUILD_MIN;
	}
	return len;
}
