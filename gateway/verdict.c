// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * verdict - the messages of a netfilter queue: a packet read, a verdict written
 */
#include "gateway/verdict.h"

#include <string.h>
#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include "base/wire.h"

/** attr_u32() - a big-endian 32-bit attribute; @otherwise if there is none */
static uint32_t attr_u32(struct nlattr **attrs, int type, uint32_t otherwise)
{
	if (!attrs[type] || mnl_attr_get_payload_len(attrs[type]) < 4)
		return otherwise;
	return wire_get32(mnl_attr_get_payload(attrs[type]));
}

/** parse_attrs() - the attributes of a packet message */
static enum verdict_message parse_attrs(struct nlattr **attrs,
					struct verdict_packet *packet)
{
	const struct nlattr *hwaddr = attrs[NFQA_HWADDR];
	struct nfqnl_msg_packet_hdr hdr;
	struct nfqnl_msg_packet_hw hw;
	uint32_t info;

	if (!attrs[NFQA_PACKET_HDR] ||
	    mnl_attr_get_payload_len(attrs[NFQA_PACKET_HDR]) < sizeof(hdr))
		return VERDICT_OTHER;
	memcpy(&hdr, mnl_attr_get_payload(attrs[NFQA_PACKET_HDR]), sizeof(hdr));
	packet->id = ntohl(hdr.packet_id);
	packet->hook = hdr.hook;

	packet->indev = attr_u32(attrs, NFQA_IFINDEX_INDEV, 0);
	packet->outdev = attr_u32(attrs, NFQA_IFINDEX_OUTDEV, 0);
	packet->mark = attr_u32(attrs, NFQA_MARK, 0);
	info = attr_u32(attrs, NFQA_SKB_INFO, 0);
	packet->partial = info & NFQA_SKB_CSUMNOTREADY;
	packet->gso = info & NFQA_SKB_GSO;
	if (hwaddr && mnl_attr_get_payload_len(hwaddr) >= sizeof(hw)) {
		const uint8_t *p = mnl_attr_get_payload(hwaddr);

		memcpy(&hw, p, sizeof(hw));
		if (ntohs(hw.hw_addrlen) == 6)
			packet->mac = p + offsetof(struct nfqnl_msg_packet_hw,
						   hw_addr);
	}

	if (!attrs[NFQA_PAYLOAD])
		return VERDICT_DAMAGED;
	packet->bytes = mnl_attr_get_payload(attrs[NFQA_PAYLOAD]);
	packet->len = mnl_attr_get_payload_len(attrs[NFQA_PAYLOAD]);

	/* only set where the copy range cut something off */
	if (attr_u32(attrs, NFQA_CAP_LEN, 0) > packet->len)
		return VERDICT_TRUNCATED;
	return VERDICT_PACKET;
}

enum verdict_message verdict_parse(void *message, size_t len,
				   struct verdict_packet *packet)
{
	struct nlattr *attrs[NFQA_MAX + 1] = {0};
	const struct nlmsghdr *nlh = message;
	int error;

	memset(packet, 0, sizeof(*packet));
	if (len > INT32_MAX || !mnl_nlmsg_ok(nlh, (int)len))
		return VERDICT_OTHER;

	if (nlh->nlmsg_type == NLMSG_ERROR) {
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(error))
			return VERDICT_OTHER;
		memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
		packet->error = error;
		return VERDICT_ERROR;
	}
	if (nlh->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET) ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct nfgenmsg) ||
	    nfq_nlmsg_parse(nlh, attrs) < 0)
		return VERDICT_OTHER;
	return parse_attrs(attrs, packet);
}

bool verdict_direction(const struct verdict_packet *packet, unsigned wan,
		       const unsigned *lan, size_t n_lan,
		       enum nat_direction *direction)
{
	bool post = packet->hook == NF_INET_POST_ROUTING;
	uint32_t index = post ? packet->outdev : packet->indev;
	size_t i;

	if (!index || (!post && packet->hook != NF_INET_PRE_ROUTING))
		return false;

	if (index == wan) {
		*direction = post ? NAT_OUTBOUND : NAT_INBOUND;
		return true;
	}
	for (i = 0; i < n_lan; i++) {
		if (index != lan[i])
			continue;
		if (!post)
			*direction = NAT_HAIRPIN;
		else if ((packet->mark & NAT_MARK_MASK) == NAT_MARK_HAIRPIN)
			*direction = NAT_HAIRPIN_SOURCE;
		else
			*direction = NAT_HOST_ERROR;
		return true;
	}
	return false;
}

/** put_attr() - an attribute's header at @p, for @len bytes of payload */
static uint8_t *put_attr(uint8_t *p, uint16_t type, size_t len)
{
	const struct nlattr attr = {
		.nla_len = (uint16_t)(sizeof(attr) + len),
		.nla_type = type,
	};

	memcpy(p, &attr, sizeof(attr));
	return p + sizeof(attr);
}

size_t verdict_build(uint8_t header[static VERDICT_HEADER], uint16_t queue,
		     uint32_t id, bool accept, const uint32_t *mark,
		     size_t payload)
{
	struct nlmsghdr nlh = {
		.nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_VERDICT,
		.nlmsg_flags = NLM_F_REQUEST,
	};
	const struct nfgenmsg gen = {
		.nfgen_family = 0,
		.version = NFNETLINK_V0,
		.res_id = htons(queue),
	};
	uint8_t *p = header + sizeof(nlh);
	size_t len;

	memcpy(p, &gen, sizeof(gen));
	p = put_attr(p + sizeof(gen), NFQA_VERDICT_HDR, 8);
	wire_put32(p, accept ? NF_ACCEPT : NF_DROP);
	wire_put32(p + 4, id);
	p += 8;
	if (mark) {
		p = put_attr(p, NFQA_MARK, 4);
		wire_put32(p, *mark);
		p += 4;
	}
	if (payload)
		p = put_attr(p, NFQA_PAYLOAD, payload);

	len = (size_t)(p - header);
	nlh.nlmsg_len = (uint32_t)(len + payload);
	memcpy(header, &nlh, sizeof(nlh));
	return len;
}
