// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcpmsg - DHCP messages for tests
 */
#include "tests/lib/dhcpmsg.h"

#include <string.h>
#include "base/wire.h"

void dhcpmsg_begin(struct dhcpmsg *m, uint8_t type, const uint8_t mac[6],
		   uint32_t xid)
{
	memset(m->bytes, 0, sizeof(m->bytes));
	m->bytes[0] = 1;
	m->bytes[1] = 1;
	m->bytes[2] = 6;
	wire_put32(m->bytes + 4, xid);
	memcpy(m->bytes + 28, mac, 6);
	wire_put32(m->bytes + 236, 0x63825363);
	m->len = 240;
	dhcpmsg_option(m, 53, &type, 1);
}

void dhcpmsg_option(struct dhcpmsg *m, uint8_t code, const uint8_t *value,
		    size_t len)
{
	m->bytes[m->len++] = code;
	m->bytes[m->len++] = (uint8_t)len;
	if (len)
		memcpy(m->bytes + m->len, value, len);
	m->len += len;
}

void dhcpmsg_u32(struct dhcpmsg *m, uint8_t code, uint32_t value)
{
	uint8_t bytes[4];

	wire_put32(bytes, value);
	dhcpmsg_option(m, code, bytes, 4);
}

void dhcpmsg_field32(struct dhcpmsg *m, size_t at, uint32_t value)
{
	wire_put32(m->bytes + at, value);
}

void dhcpmsg_end(struct dhcpmsg *m)
{
	m->bytes[m->len++] = 255;
}

/** get_area() - an option's parts in one area; -2 if it is malformed */
static int get_area(const uint8_t *p, size_t len, uint8_t code, uint8_t *value,
		    int sum)
{
	size_t at = 0;

	while (at < len && p[at] != 255) {
		if (p[at] == 0) {
			at++;
			continue;
		}
		if (at + 2 > len || at + 2 + p[at + 1] > len)
			return -2;
		if (p[at] == code) {
			if (sum < 0)
				sum = 0;
			memcpy(value + sum, p + at + 2, p[at + 1]);
			sum += p[at + 1];
		}
		at += 2u + p[at + 1];
	}
	return at < len ? sum : -2;
}

int dhcpmsg_get(const uint8_t *bytes, size_t len, uint8_t code, uint8_t *value)
{
	uint8_t overload[1500] = {0};
	int sum;

	if (get_area(bytes + 240, len - 240, 52, overload, -1) == -2)
		return -2;
	sum = get_area(bytes + 240, len - 240, code, value, -1);
	if (sum != -2 && overload[0] & 1)
		sum = get_area(bytes + 108, 128, code, value, sum);
	if (sum != -2 && overload[0] & 2)
		sum = get_area(bytes + 44, 64, code, value, sum);
	return sum;
}

uint32_t dhcpmsg_get32(const uint8_t *bytes, size_t len, uint8_t code)
{
	uint8_t value[1500];

	return dhcpmsg_get(bytes, len, code, value) == 4 ? wire_get32(value)
							 : 0;
}

size_t dhcpmsg_codes(const uint8_t *bytes, size_t len, uint8_t codes[512])
{
	size_t at = 240, n = 0;

	while (at < len && bytes[at] != 255 && n < 512) {
		if (bytes[at] == 0) {
			at++;
			continue;
		}
		codes[n++] = bytes[at];
		if (at + 1 >= len)
			break;
		at += 2u + bytes[at + 1];
	}
	return n;
}
