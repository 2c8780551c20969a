/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcpmsg - DHCP messages for tests: written and read by the RFCs' text, with
 * nothing of the server's own code
 */
#ifndef TESTS_LIB_DHCPMSG_H
#define TESTS_LIB_DHCPMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct dhcpmsg - a message in the making */
struct dhcpmsg {
	uint8_t bytes[2048];
	size_t len;
};

/** dhcpmsg_begin() - a client's message of this type, by Ethernet */
void dhcpmsg_begin(struct dhcpmsg *m, uint8_t type, const uint8_t mac[6],
		   uint32_t xid);

/** dhcpmsg_option() - one more option, as it is: also a second time, or split
 */
void dhcpmsg_option(struct dhcpmsg *m, uint8_t code, const uint8_t *value,
		    size_t len);

/** dhcpmsg_u32() - one more option of four bytes */
void dhcpmsg_u32(struct dhcpmsg *m, uint8_t code, uint32_t value);

/** dhcpmsg_field32() - set four bytes of the header */
void dhcpmsg_field32(struct dhcpmsg *m, size_t at, uint32_t value);

/** dhcpmsg_end() - the end option */
void dhcpmsg_end(struct dhcpmsg *m);

/**
 * dhcpmsg_get() - an option's value, joined from wherever its parts are
 * @value:	1500 bytes
 *
 * Return: its length, or -1 if it is not there, or -2 if the options are
 * malformed: an area without its end, a part beyond it.
 */
int dhcpmsg_get(const uint8_t *bytes, size_t len, uint8_t code, uint8_t *value);

/** dhcpmsg_get32() - an option of four bytes; 0 if it is not there */
uint32_t dhcpmsg_get32(const uint8_t *bytes, size_t len, uint8_t code);

/** dhcpmsg_codes() - the codes in the options field, in their order; how many
 */
size_t dhcpmsg_codes(const uint8_t *bytes, size_t len, uint8_t codes[512]);

#endif /* TESTS_LIB_DHCPMSG_H */
