// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * endpoint - addresses and endpoints as text, both ways
 *
 * By hand rather than by inet_pton() and snprintf(): base/ includes no header
 * of sockets or files, and inet_aton() takes "010.1" for an address.
 */
#include "base/endpoint.h"

/**
 * number_format() - an unsigned number in decimal
 * @text:	where to write; no NUL is added
 * @value:	the number, at most 65535
 *
 * Return: where the text goes on.
 */
static char *number_format(char *text, unsigned value)
{
	char digits[5];
	unsigned n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value && n < sizeof(digits));
	while (n)
		*text++ = digits[--n];
	return text;
}

/**
 * quad_format() - an address as dotted decimal
 * @text:	where to write; no NUL is added
 * @addr:	host order
 *
 * Return: where the text goes on.
 */
static char *quad_format(char *text, uint32_t addr)
{
	text = number_format(text, addr >> 24);
	*text++ = '.';
	text = number_format(text, addr >> 16 & 0xff);
	*text++ = '.';
	text = number_format(text, addr >> 8 & 0xff);
	*text++ = '.';
	return number_format(text, addr & 0xff);
}

const char *address_format(uint32_t addr, char text[static ADDRESS_TEXT])
{
	*quad_format(text, addr) = '\0';
	return text;
}

const char *endpoint_format(struct endpoint e, char text[static ENDPOINT_TEXT])
{
	char *p = quad_format(text, e.addr);

	*p++ = ':';
	*number_format(p, e.port) = '\0';
	return text;
}

/**
 * number_parse() - a decimal number without sign, blanks or leading zeros
 * @text:	where it begins
 * @max:	largest allowed, below 400 million
 * @value:	set on success only
 *
 * Return: what follows the number, or NULL.
 */
static const char *number_parse(const char *text, uint32_t max, uint32_t *value)
{
	const char *p = text;
	uint32_t v = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (uint32_t)(*p - '0');
		if (v > max)
			return NULL;
		/* 010 is 8 to some readers and 10 to others: refuse it */
		if (p != text && *text == '0')
			return NULL;
	}
	if (p == text)
		return NULL;
	*value = v;
	return p;
}

/**
 * quad_parse() - dotted decimal at the start of a text
 * @text:	where it begins
 * @addr:	set on success only, host order
 *
 * Return: what follows the address, or NULL.
 */
static const char *quad_parse(const char *text, uint32_t *addr)
{
	uint32_t v = 0, byte;
	int i;

	for (i = 0; i < 4; i++) {
		if (i && *text++ != '.')
			return NULL;
		text = number_parse(text, 255, &byte);
		if (!text)
			return NULL;
		v = v << 8 | byte;
	}
	*addr = v;
	return text;
}

bool address_parse(const char *text, uint32_t *addr)
{
	uint32_t v;

	text = quad_parse(text, &v);
	if (!text || *text)
		return false;
	*addr = v;
	return true;
}

bool endpoint_parse(const char *text, struct endpoint *e)
{
	uint32_t addr, port;

	text = quad_parse(text, &addr);
	if (!text || *text != ':')
		return false;
	text = number_parse(text + 1, 65535, &port);
	if (!text || *text)
		return false;
	e->addr = addr;
	e->port = (uint16_t)port;
	return true;
}

bool prefix_parse(const char *text, uint32_t *addr, unsigned *bits)
{
	uint32_t v, len = 32;

	text = quad_parse(text, &v);
	if (text && *text == '/')
		text = number_parse(text + 1, 32, &len);
	if (!text || *text)
		return false;
	*addr = v;
	*bits = len;
	return true;
}
