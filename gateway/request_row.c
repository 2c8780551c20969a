// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_row - print JSON
 */
#include "gateway/request_row.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <event2/buffer.h>
#include <jansson.h>
#include "nat/settings.h"

/**
 * put() - append bytes
 *
 * An evbuffer fails only when memory is out: then the row is cut, and what the
 * client gets is no JSON, which it will notice.
 */
static void put(struct row *row, const char *bytes, size_t len)
{
	if (len > sizeof(row->text) - row->len) {
		evbuffer_add(row->out, row->text, row->len);
		row->len = 0;
	}
	if (len > sizeof(row->text)) {
		evbuffer_add(row->out, bytes, len);
		return;
	}
	memcpy(row->text + row->len, bytes, len);
	row->len += len;
}

/** put_char() - append one character */
static void put_char(struct row *row, char c)
{
	put(row, &c, 1);
}

/** put_decimal() - @value with at least @digits digits; printf() is slow here
 */
static void put_decimal(struct row *row, uint64_t value, unsigned digits)
{
	char text[20]; /* UINT64_MAX has 20 digits */
	size_t at = sizeof(text);

	while (value || digits) {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
		digits -= digits > 0;
	}
	put(row, text + at, sizeof(text) - at);
}

/** put_name() - the comma and the name, if there is one, before a value */
static void put_name(struct row *row, const char *name)
{
	if (row->comma)
		put_char(row, ',');
	row->comma = true;
	if (!name)
		return;
	put_char(row, '"');
	put(row, name, strlen(name));
	put(row, "\":", 2);
}

/** is_utf8() - whether @text may stand in JSON as it is */
static bool is_utf8(const char *text, size_t len)
{
	json_t *string = json_stringn(text, len);
	bool valid = string != NULL;

	json_decref(string);
	return valid;
}

/** put_string() - @value in quotes, escaped */
static void put_string(struct row *row, const char *value)
{
	size_t len = strlen(value);
	bool ascii = true, utf8;

	for (size_t i = 0; i < len; i++)
		ascii = ascii && (unsigned char)value[i] < 0x80;
	utf8 = ascii || is_utf8(value, len);

	put_char(row, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];
		char escape[8];

		if (c == '"' || c == '\\') {
			put_char(row, '\\');
			put_char(row, (char)c);
		} else if (c == '\n') {
			put(row, "\\n", 2);
		} else if (c < 0x20 || c == 0x7f) {
			snprintf(escape, sizeof(escape), "\\u%04x", c);
			put(row, escape, 6);
		} else if (c < 0x80 || utf8) {
			put_char(row, value[i]);
		} else {
			put_char(row, '?');
		}
	}
	put_char(row, '"');
}

void row_begin(struct row *row, struct evbuffer *out)
{
	row->out = out;
	row->len = 0;
	row->comma = false;
	put_char(row, '{');
}

void row_end(struct row *row)
{
	put(row, "}\n", 2);
	evbuffer_add(row->out, row->text, row->len);
}

void row_text(struct row *row, const char *name, const char *value)
{
	put_name(row, name);
	if (value)
		put_string(row, value);
	else
		put(row, "null", 4);
}

void row_number(struct row *row, const char *name, uint64_t value)
{
	put_name(row, name);
	put_decimal(row, value, 1);
}

void row_real(struct row *row, const char *name, double value)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "%.15g", value);

	put_name(row, name);
	if (isfinite(value))
		put(row, text, (size_t)len);
	else
		put(row, "null", 4);
}

void row_bool(struct row *row, const char *name, bool value)
{
	put_name(row, name);
	put(row, value ? "true" : "false", value ? 4 : 5);
}

void row_seconds(struct row *row, const char *name, uint64_t ms)
{
	put_name(row, name);
	if (ms == NAT_NEVER) {
		put(row, "null", 4);
		return;
	}
	put_decimal(row, ms / 1000, 1);
	put_char(row, '.');
	put_decimal(row, ms % 1000, 3);
}

void row_endpoint(struct row *row, const char *name, struct endpoint e)
{
	put_name(row, name);
	put_char(row, '"');
	for (unsigned shift = 32; shift; shift -= 8) {
		put_decimal(row, e.addr >> (shift - 8) & 255, 1);
		put_char(row, shift > 8 ? '.' : ':');
	}
	put_decimal(row, e.port, 1);
	put_char(row, '"');
}

void row_protocol(struct row *row, const char *name, uint8_t protocol)
{
	switch (protocol) {
	case 1:
		row_text(row, name, "icmp");
		break;
	case 6:
		row_text(row, name, "tcp");
		break;
	case 17:
		row_text(row, name, "udp");
		break;
	default:
		row_number(row, name, protocol);
		break;
	}
}

void row_open(struct row *row, const char *name, char bracket)
{
	put_name(row, name);
	put_char(row, bracket);
	row->comma = false;
}

void row_close(struct row *row, char bracket)
{
	put_char(row, bracket);
	row->comma = true;
}
