// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sockets - which ports of an address the host's sockets use
 */
#include "gateway/sockets.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include "base/wire.h"
#include "gateway/netlink.h"

/** struct reading - what a dump collects into */
struct reading {
	const uint32_t *own;
	size_t n_own;
	uint8_t *ports;
};

/** concerns() - whether a socket's local address can be met at ours */
static bool concerns(const struct reading *reading,
		     const struct inet_diag_msg *msg)
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
	static const uint8_t any[16];
	const __be32 *src = msg->id.idiag_src;
	uint8_t bytes[16];
	uint32_t addr;
	size_t i;

	memcpy(bytes, src, sizeof(bytes));
	if (msg->idiag_family == AF_INET6) {
		if (memcmp(bytes, any, sizeof(any)) == 0)
			return true;
		if (memcmp(bytes, mapped, sizeof(mapped)) != 0)
			return false;
		addr = wire_get32(bytes + 12);
	} else {
		addr = wire_get32(bytes);
	}
	if (!addr)
		return true;
	for (i = 0; i < reading->n_own; i++)
		if (reading->own[i] == addr)
			return true;
	return false;
}

/** on_attr() - find out whether an IPv6 socket takes no IPv4 */
static int on_attr(const struct nlattr *attr, void *arg)
{
	bool *v6only = arg;

	if (mnl_attr_get_type(attr) == INET_DIAG_SKV6ONLY &&
	    mnl_attr_get_payload_len(attr) >= 1)
		*v6only = mnl_attr_get_u8(attr);
	return MNL_CB_OK;
}

/** on_socket() - one socket of the dump */
static int on_socket(const struct nlmsghdr *nlh, void *arg)
{
	const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
	struct reading *reading = arg;
	bool v6only = false;
	unsigned port;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*msg) ||
	    !concerns(reading, msg))
		return MNL_CB_OK;
	mnl_attr_parse(nlh, sizeof(*msg), on_attr, &v6only);
	if (v6only)
		return MNL_CB_OK;
	port = ntohs(msg->id.idiag_sport);
	reading->ports[port / 8] |= (uint8_t)(1u << (port % 8));
	return MNL_CB_OK;
}

/** read_family() - the sockets of one address family */
static int read_family(int family, uint8_t protocol, struct reading *reading)
{
	union netlink_message message;
	struct inet_diag_req_v2 *request = netlink_begin(
		&message, SOCK_DIAG_BY_FAMILY, 0, sizeof(*request));

	request->sdiag_family = (uint8_t)family;
	request->sdiag_protocol = protocol;
	request->idiag_states = UINT32_MAX;
	return netlink_dump(NETLINK_SOCK_DIAG, &message, on_socket, reading);
}

int sockets_read(uint8_t protocol, const uint32_t *own, size_t n_own,
		 uint8_t *ports)
{
	struct reading reading = {.own = own, .n_own = n_own};
	int error;

	reading.ports = ports;
	error = read_family(AF_INET, protocol, &reading);
	if (error)
		return error;
	error = read_family(AF_INET6, protocol, &reading);
	/* a kernel without IPv6 has no such sockets */
	return error == -ENOENT ? 0 : error;
}
