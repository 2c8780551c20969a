// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_pcapng - the recording's format, read again block by block
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "lab/pcapng.h"

/**
 * struct recording - what was written, and where the reader is
 */
struct recording {
	char *bytes;
	size_t len;
	size_t at;
};

/** word() - 32 bits at an offset of the recording, in our byte order */
static uint32_t word(const struct recording *recording, size_t at)
{
	uint32_t value;

	assert_true(at + sizeof(value) <= recording->len);
	memcpy(&value, recording->bytes + at, sizeof(value));
	return value;
}

/** half() - 16 bits of the same */
static uint16_t half(const struct recording *recording, size_t at)
{
	uint16_t value;

	assert_true(at + sizeof(value) <= recording->len);
	memcpy(&value, recording->bytes + at, sizeof(value));
	return value;
}

/** block() - go on to the next; Return: where it begins */
static size_t block(struct recording *recording, uint32_t type)
{
	size_t at = recording->at;
	uint32_t total = word(recording, at + 4);

	assert_int_equal(word(recording, at), type);
	assert_int_equal(total % 4, 0);
	assert_true(total >= 12);
	assert_int_equal(word(recording, at + total - 4), total);
	recording->at = at + total;
	return at;
}

/** option() - check one; Return: where the next begins */
static size_t option(const struct recording *recording, size_t at,
		     unsigned code, const void *value, unsigned len)
{
	assert_int_equal(half(recording, at), code);
	assert_int_equal(half(recording, at + 2), len);
	assert_true(at + 4 + len <= recording->len);
	assert_memory_equal(recording->bytes + at + 4, value, len);
	/* padding is of zeros, for the same run writes the same file */
	for (size_t i = at + 4 + len; i % 4; i++)
		assert_int_equal(recording->bytes[i], 0);
	return at + 4 + ((len + 3) & ~3u);
}

static void test_section(void **state)
{
	struct recording recording = {0};
	FILE *file = open_memstream(&recording.bytes, &recording.len);
	size_t at;

	(void)state;
	pcapng_begin(file);
	assert_int_equal(fclose(file), 0);
	at = block(&recording, 0x0a0d0d0a);
	assert_int_equal(word(&recording, at + 8), 0x1a2b3c4d);
	assert_int_equal(half(&recording, at + 12), 1);
	assert_int_equal(half(&recording, at + 14), 0);
	assert_int_equal(word(&recording, at + 16), UINT32_MAX);
	assert_int_equal(word(&recording, at + 20), UINT32_MAX);
	assert_int_equal(recording.at, recording.len);
	free(recording.bytes);
}

static void test_interface(void **state)
{
	static const char *const names[] = {"a", "wan", "lan0", "carrier-wan"};
	const uint8_t nanoseconds = 9;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct recording recording = {0};
		FILE *file = open_memstream(&recording.bytes, &recording.len);
		size_t at;

		pcapng_interface(file, names[i]);
		assert_int_equal(fclose(file), 0);
		at = block(&recording, 1);
		assert_int_equal(half(&recording, at + 8), 1); /* Ethernet */
		assert_int_equal(word(&recording, at + 12), 0);
		at = option(&recording, at + 16, 2, names[i],
			    (unsigned)strlen(names[i]));
		at = option(&recording, at, 9, &nanoseconds, 1);
		at = option(&recording, at, 0, "", 0);
		assert_int_equal(at + 4, recording.len);
		free(recording.bytes);
	}
}

/** packet() - write one of @len bytes, and read it again */
static void packet(size_t len, bool outgoing)
{
	const uint8_t bytes[8] = {0x45, 1, 2, 3, 4, 5, 6, 0xff};
	const uint32_t flags = outgoing ? 2 : 1;
	const struct pcapng_packet packet = {
		.interface = 2,
		.outgoing = outgoing,
		.ns = 0x0123456789abcdef,
		.bytes = bytes,
		.len = len,
		.wire = len + 1000,
	};
	struct recording recording = {0};
	FILE *file = open_memstream(&recording.bytes, &recording.len);
	size_t at;

	pcapng_packet(file, &packet);
	assert_int_equal(fclose(file), 0);
	at = block(&recording, 6);
	assert_int_equal(word(&recording, at + 8), 2);
	assert_int_equal(word(&recording, at + 12), 0x01234567);
	assert_int_equal(word(&recording, at + 16), 0x89abcdef);
	assert_int_equal(word(&recording, at + 20), len);
	assert_int_equal(word(&recording, at + 24), len + 1000);
	at += 28;
	assert_memory_equal(recording.bytes + at, bytes, len);
	at += len;
	for (; at % 4; at++)
		assert_int_equal(recording.bytes[at], 0);
	at = option(&recording, at, 2, &flags, sizeof(flags));
	at = option(&recording, at, 0, "", 0);
	assert_int_equal(at + 4, recording.len);
	free(recording.bytes);
}

static void test_packet(void **state)
{
	(void)state;
	/* each padding there is, and none */
	for (size_t len = 0; len <= 8; len++) {
		packet(len, true);
		packet(len, false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_packet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
