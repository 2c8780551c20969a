/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request_whom - which DHCP clients a request means
 */
#ifndef GATEWAY_REQUEST_WHOM_H
#define GATEWAY_REQUEST_WHOM_H

#include <stdbool.h>
#include <stdint.h>
#include "conf/conf.h"
#include "dhcpd/faults.h"
#include "dhcpd/report.h"

/**
 * struct whom - all clients, one by its MAC, or those of a prefix
 * @kind:	which of these
 * @mac:	for DHCPD_BY_MAC
 * @addr, @bits: for DHCPD_BY_ADDRESS
 */
struct whom {
	enum dhcpd_whom kind;
	uint8_t mac[6];
	uint32_t addr;
	unsigned bits;
};

/**
 * whom_parse() - an address, a prefix, a MAC, or a name from `clients`
 * @text:	NULL: all
 *
 * Return: false if it is none of these.
 */
bool whom_parse(const char *text, const struct conf *conf, struct whom *whom);

/** whom_lease() - whether a lease is the client's */
bool whom_lease(const struct whom *whom, const struct dhcpd_lease_info *info);

#endif /* GATEWAY_REQUEST_WHOM_H */
