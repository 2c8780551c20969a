/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hostports - ports on which the host itself has sockets
 *
 * On an address that NAT and host share, those are the host's: the engine
 * gives them to no mapping, and the rules do not queue what is sent there.
 */
#ifndef GATEWAY_HOSTPORTS_H
#define GATEWAY_HOSTPORTS_H

#include "gateway/gateway.h"
#include "gateway/plan.h"

/**
 * hostports_open() - read the sockets for the first time, reserve their ports
 * @gateway:	its nat and monitor are used
 * @out:	set on success; hostports_close() releases it
 *
 * Return: 0, or a negative errno, logged.
 */
int hostports_open(struct gateway *gateway, struct hostports **out);

/** hostports_follow() - read them again once a second; 0 or negative errno */
int hostports_follow(struct hostports *hostports);

/** hostports_tcp() - RULESET_PORTS bytes: TCP ports that the rules leave out */
const uint8_t *hostports_tcp(const struct hostports *hostports);

/** hostports_udp() - the same for UDP */
const uint8_t *hostports_udp(const struct hostports *hostports);

/** hostports_renew() - the pool has changed from @old: reserve on the new one
 */
void hostports_renew(struct hostports *hostports, const struct plan *old);

/** hostports_update_rules() - bring the rules in line with plan and ports */
void hostports_update_rules(struct hostports *hostports);

/** hostports_close() - NULL is fine */
void hostports_close(struct hostports *hostports);

#endif /* GATEWAY_HOSTPORTS_H */
