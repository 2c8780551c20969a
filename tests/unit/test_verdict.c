// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_verdict - messages of the netfilter queue, well-formed and not
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "tests/unit/unit.h"

#include <string.h>
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <libmnl/libmnl.h>
#include "base/wire.h"
#include "gateway/verdict.h"

/** union message - a datagram, aligned */
union message {
	char bytes[1024];
	struct nlmsghdr nlh;
};

/** begin() - an empty message of the queue */
static struct nlmsghdr *begin(union message *message, uint16_t type)
{
	struct nlmsghdr *nlh;
	struct nfgenmsg *gen;

	memset(message, 0, sizeof(*message));
	nlh = mnl_nlmsg_put_header(message->bytes);
	nlh->nlmsg_type = (uint16_t)(NFNL_SUBSYS_QUEUE << 8 | type);
	gen = mnl_nlmsg_put_extra_header(nlh, sizeof(*gen));
	gen->version = NFNETLINK_V0;
	return nlh;
}

/** put_hdr() - packet 7 at a hook */
static void put_hdr(struct nlmsghdr *nlh, uint8_t hook)
{
	const struct nfqnl_msg_packet_hdr hdr = {
		.packet_id = htonl(7),
		.hook = hook,
	};

	mnl_attr_put(nlh, NFQA_PACKET_HDR, sizeof(hdr), &hdr);
}

/** put_packet() - a whole packet of 60 bytes, everything set */
static struct nlmsghdr *put_packet(union message *message)
{
	struct nfqnl_msg_packet_hw hw = {.hw_addrlen = htons(6)};
	struct nlmsghdr *nlh = begin(message, NFQNL_MSG_PACKET);
	uint8_t payload[60] = {0x45};

	memcpy(hw.hw_addr, "\2\0\0\0\0\11", 6);
	put_hdr(nlh, NF_INET_PRE_ROUTING);
	mnl_attr_put_u32(nlh, NFQA_IFINDEX_INDEV, htonl(3));
	mnl_attr_put_u32(nlh, NFQA_MARK, htonl(0x4c000009));
	mnl_attr_put_u32(nlh, NFQA_SKB_INFO,
			 htonl(NFQA_SKB_CSUMNOTREADY | NFQA_SKB_GSO));
	mnl_attr_put(nlh, NFQA_HWADDR, sizeof(hw), &hw);
	mnl_attr_put(nlh, NFQA_PAYLOAD, sizeof(payload), payload);
	return nlh;
}

static void test_packet(void **state)
{
	struct verdict_packet packet;
	union message message;
	struct nlmsghdr *nlh = put_packet(&message);

	(void)state;
	assert_int_equal(verdict_parse(&message, nlh->nlmsg_len, &packet),
			 VERDICT_PACKET);
	assert_int_equal(packet.id, 7);
	assert_int_equal(packet.hook, NF_INET_PRE_ROUTING);
	assert_int_equal(packet.indev, 3);
	assert_int_equal(packet.outdev, 0);
	assert_int_equal(packet.mark, 0x4c000009);
	assert_true(packet.partial);
	assert_true(packet.gso);
	assert_int_equal(packet.len, 60);
	assert_int_equal(packet.bytes[0], 0x45);
	assert_memory_equal(packet.mac, "\2\0\0\0\0\11", 6);
}

static void test_bare_packet(void **state)
{
	struct verdict_packet packet;
	union message message;
	struct nlmsghdr *nlh = begin(&message, NFQNL_MSG_PACKET);

	(void)state;
	put_hdr(nlh, NF_INET_POST_ROUTING);
	/* what the kernel sends before the copy mode is set */
	assert_int_equal(verdict_parse(&message, nlh->nlmsg_len, &packet),
			 VERDICT_DAMAGED);
	assert_int_equal(packet.id, 7);

	mnl_attr_put(nlh, NFQA_PAYLOAD, 20, message.bytes);
	assert_int_equal(verdict_parse(&message, nlh->nlmsg_len, &packet),
			 VERDICT_PACKET);
	assert_false(packet.partial);
	assert_false(packet.gso);
	assert_null(packet.mac);
	assert_int_equal(packet.mark, 0);
}

static void test_truncated(void **state)
{
	struct verdict_packet packet;
	union message message;
	struct nlmsghdr *nlh = put_packet(&message);

	(void)state;
	mnl_attr_put_u32(nlh, NFQA_CAP_LEN, htonl(61));
	assert_int_equal(verdict_parse(&message, nlh->nlmsg_len, &packet),
			 VERDICT_TRUNCATED);
	assert_int_equal(packet.id, 7);
}

static void test_not_a_packet(void **state)
{
	struct verdict_packet packet;
	union message message;
	struct nlmsghdr *nlh = begin(&message, NFQNL_MSG_PACKET);

	(void)state;
	mnl_attr_put_u32(nlh, NFQA_MARK, 0);
	assert_int_equal(verdict_parse(&message, nlh->nlmsg_len, &packet),
			 VERDICT_OTHER);
	nlh = begin(&message, NFQNL_MSG_CONFIG);
	assert_int_equal(verdict_parse(&message, nlh->nlmsg_len, &packet),
			 VERDICT_OTHER);
	assert_int_equal(verdict_parse(&message, 0, &packet), VERDICT_OTHER);
}

static void test_error(void **state)
{
	struct verdict_packet packet;
	union message message;
	struct nlmsghdr *nlh;
	struct nlmsgerr *err;

	(void)state;
	memset(&message, 0, sizeof(message));
	nlh = mnl_nlmsg_put_header(message.bytes);
	nlh->nlmsg_type = NLMSG_ERROR;
	err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
	err->error = -1;
	assert_int_equal(verdict_parse(&message, nlh->nlmsg_len, &packet),
			 VERDICT_ERROR);
	assert_int_equal(packet.error, -1);
}

/* Every cut and every changed byte: no read past the end (SAN=1 sees it). */
static void test_damage(void **state)
{
	struct verdict_packet packet;
	union message good, bad;
	uint32_t len = put_packet(&good)->nlmsg_len;
	uint32_t i, sum = 0;
	void *exact;

	(void)state;
	for (i = 0; i <= len; i++) {
		exact = malloc(i ? i : 1);
		assert_non_null(exact);
		memcpy(exact, &good, i);
		if (i < len)
			assert_int_equal(verdict_parse(exact, i, &packet),
					 VERDICT_OTHER);
		free(exact);
	}
	for (i = 0; i < len * 8; i++) {
		bad = good;
		bad.bytes[i / 8] = (char)(bad.bytes[i / 8] ^ 1 << i % 8);
		exact = malloc(len);
		assert_non_null(exact);
		memcpy(exact, &bad, len);
		if (verdict_parse(exact, len, &packet) == VERDICT_PACKET) {
			const uint8_t *end = (uint8_t *)exact + len;

			assert_in_range(packet.len, 0, 60 + 256);
			assert_true(packet.bytes + packet.len <= end);
			sum += packet.len ? packet.bytes[packet.len - 1] : 0;
		}
		free(exact);
	}
	/* the sum only makes the reads happen */
	assert_true(sum < UINT32_MAX);
}

static void test_direction(void **state)
{
	static const unsigned lan[] = {0, 5, 6};
	static const struct {
		uint32_t in, out, mark;
		enum nat_direction direction;
		uint8_t hook;
		bool ok;
	} cases[] = {
		{5, 3, 0, NAT_OUTBOUND, NF_INET_POST_ROUTING, true},
		{3, 0, 0, NAT_INBOUND, NF_INET_PRE_ROUTING, true},
		{6, 0, 0, NAT_HAIRPIN, NF_INET_PRE_ROUTING, true},
		{5, 6, NAT_MARK_HAIRPIN | 9, NAT_HAIRPIN_SOURCE,
		 NF_INET_POST_ROUTING, true},
		/* to a LAN without the mark: the host's errors */
		{0, 6, 0, NAT_HOST_ERROR, NF_INET_POST_ROUTING, true},
		/* another interface, none, another hook */
		{4, 0, 0, 0, NF_INET_PRE_ROUTING, false},
		{0, 0, 0, 0, NF_INET_PRE_ROUTING, false},
		{5, 3, 0, 0, NF_INET_FORWARD, false},
	};
	enum nat_direction direction;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict_packet packet = {
			.hook = cases[i].hook,
			.indev = cases[i].in,
			.outdev = cases[i].out,
			.mark = cases[i].mark,
		};

		assert_int_equal(
			verdict_direction(&packet, 3, lan, 3, &direction),
			cases[i].ok);
		if (cases[i].ok)
			assert_int_equal(direction, cases[i].direction);
	}
}

static void test_build(void **state)
{
	const uint32_t mark = 0x4c000001;
	union message message;
	struct nlattr *attrs[NFQA_MAX + 1] = {0};
	uint8_t header[VERDICT_HEADER];
	const struct nlattr *attr;
	size_t len;

	(void)state;
	len = verdict_build(header, 76, 7, true, &mark, 61);
	assert_int_equal(len, VERDICT_HEADER);
	memset(&message, 0xee, sizeof(message));
	memcpy(&message, header, len);
	assert_true(mnl_nlmsg_ok(&message.nlh, (int)len + 61));
	assert_int_equal(message.nlh.nlmsg_len, len + 61);

	attr = mnl_nlmsg_get_payload_offset(&message.nlh,
					    sizeof(struct nfgenmsg));
	while ((const char *)attr < message.bytes + message.nlh.nlmsg_len) {
		attrs[mnl_attr_get_type(attr)] =
			(struct nlattr *)(uintptr_t)attr;
		attr = mnl_attr_next(attr);
	}
	assert_int_equal(
		wire_get32(mnl_attr_get_payload(attrs[NFQA_VERDICT_HDR])),
		NF_ACCEPT);
	assert_int_equal(wire_get32((uint8_t *)mnl_attr_get_payload(
					    attrs[NFQA_VERDICT_HDR]) +
				    4),
			 7);
	assert_int_equal(wire_get32(mnl_attr_get_payload(attrs[NFQA_MARK])),
			 mark);
	assert_int_equal(mnl_attr_get_payload_len(attrs[NFQA_PAYLOAD]), 61);

	/* neither mark nor payload; the payload is never announced as empty */
	len = verdict_build(header, 76, 7, false, NULL, 0);
	assert_int_equal(len, 32);
	assert_int_equal(wire_get32(header + 24), NF_DROP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_bare_packet),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_not_a_packet),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_direction),
		cmocka_unit_test(test_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
