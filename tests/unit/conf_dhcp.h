/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * conf_dhcp - settings of `dhcp` that say all that can be said, and options
 */
#ifndef TESTS_UNIT_CONF_DHCP_H
#define TESTS_UNIT_CONF_DHCP_H

#include "tests/unit/test_conf_util.h"

/* Two lans: 192.168.77.0/24 and 10.1.0.0/16. */
#define LANS                                                \
	"lan:\n"                                            \
	"  - {interface: eth1, address: 192.168.77.1/24}\n" \
	"  - {interface: eth2, address: 10.1.0.1/16}\n"
#define RANGE "range: 192.168.77.50-192.168.77.199"

/* All that it can say, none of it the default. */
static const char everything[] = LANS
	"dhcp:\n"
	"  range: [192.168.77.50-192.168.77.199, 10.1.2.0/24, 10.1.3.9]\n"
	"  exclude: [10.1.2.7, 192.168.77.60-192.168.77.69]\n"
	"  lease-time: 90s\n"
	"  max-lease-time: never\n"
	"  renew-time: 20s\n"
	"  rebind-time: 40s\n"
	"  allocation: automatic\n"
	"  router: [10.1.0.2, 10.1.0.3]\n"
	"  dns: [203.0.113.53, 192.168.77.1]\n"
	"  ntp: 203.0.113.123\n"
	"  domain: home.example\n"
	"  search: [home.example, example]\n"
	"  routes: [10.9.0.0/16 via 10.1.0.9, 0.0.0.0/0 via 192.168.77.2]\n"
	"  mtu: 1400\n"
	"  v6-only: 10m\n"
	"  next-server: 192.168.77.3\n"
	"  authoritative: true\n"
	"  conflict-probe: false\n"
	"  decline-time: 3s\n"
	"  enforce-leases: true\n"
	"  ignore-link-selection: true\n"
	"  rate-limit: none\n"
	"  max-leases: 1000\n"
	"  lease-file: /tmp/leases\n"
	"  options:\n"
	"    43: {type: hex, value: 01:02:ff}\n"
	"    66: {type: string, value: \"boot: #1\"}\n"
	"    150: {type: ip, value: [192.0.2.1, 192.0.2.2]}\n"
	"    23: {type: u8, value: 64}\n"
	"    57: {type: u16, value: 1}\n"
	"    2: {type: u32, value: 4294967295}\n"
	"    25: {type: u16, value: [68, 65535]}\n"
	"  reservations:\n"
	"    printer: {mac: 02:00:00:00:00:0F, address: 192.168.77.9,"
	" hostname: printer}\n"
	"    phone: {client-id: \"010203\", address: 10.2.0.200}\n"
	"  subnets:\n"
	"    10.2.0.0/24:\n"
	"      range: 10.2.0.10-10.2.0.99\n"
	"      exclude: []\n"
	"      router: 10.2.0.1\n"
	"      lease-time: 60s\n"
	"      dns: []\n"
	"      domain: relay.example\n"
	"      options:\n"
	"        66: {type: string, value: other}\n"
	"        67: {type: string, value: file}\n"
	"    10.3.0.0/16: {range: 10.3.1.0/24, v6-only: 300s}\n";

/** without() - a text with one line left out, to be freed */
static inline char *without(const char *text, const char *line)
{
	const char *at = strstr(text, line);
	char *copy = strdup(text);

	assert_non_null(at);
	assert_non_null(copy);
	memmove(copy + (at - text), at + strlen(line),
		strlen(at + strlen(line)) + 1);
	return copy;
}

/** good() - all of the above but what no setting can say */
static inline char *good(void)
{
	return without(everything, "    57: {type: u16, value: 1}\n");
}

/** option() - the option of that code of a subnet, or NULL */
static inline const struct dhcpd_option *option(const struct dhcpd_subnet *s,
						uint8_t code)
{
	for (size_t i = 0; i < s->n_options; i++)
		if (s->options[i].code == code)
			return &s->options[i];
	return NULL;
}

/** option_is() - whether a subnet has an option of exactly these bytes */
static inline void option_is(const struct dhcpd_subnet *s, uint8_t code,
			     const char *bytes, size_t len)
{
	const struct dhcpd_option *o = option(s, code);

	if (!o) {
		fail_msg("no option %u", code);
		return;
	}
	assert_int_equal(o->len, len);
	assert_memory_equal(o->value, bytes, len);
}

#endif /* TESTS_UNIT_CONF_DHCP_H */
