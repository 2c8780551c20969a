/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_icmp - ICMP errors whose quoted packet is anything
 *
 * Input: bytes for the settings, how the packet is handed in
 * (fuzznat_packet()), type, code, four of the error's second word, how much of
 * the quoted IP header is made right; then the quoted packet.
 */
#include <string.h>
#include "base/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fuzznat.h"

#define HEADER 9

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct endpoint ends[4][2] = {
		{{0xc0a84d02, 0}, {0xcb007107, 0}},
		{{0xcb007107, 0}, {0xc6336401, 0}},
		{{0xc0a84d03, 0}, {0xc6336401, 0}},
		{{0xc0a84d03, 0}, {0xc0a84d02, 0}},
	};
	uint8_t bytes[PACKET_MAX], about[PACKET_MAX];
	struct packet p;
	struct fuzznat f;
	size_t len;

	if (size < HEADER + 1 || size > PACKET_MAX - 400)
		return 0;
	len = size - HEADER;
	memcpy(about, data + HEADER, len);
	if (data[8] & 1 && len >= 20 && (about[0] & 15) * 4u <= len)
		build_fix(about);
	p = (struct packet){
		.protocol = 1,
		.src = ends[data[1] & 3][0],
		.dst = ends[data[1] & 3][1],
		.type = data[2],
		.code = data[3],
		.rest = wire_get32(data + 4),
		.about = about,
		.about_len = len,
		.extension = data[8] & 2,
	};
	fuzznat_open(&f, data[0]);
	len = build_packet(&p, bytes);
	fuzznat_packet(&f, bytes, len, data[1] & (uint8_t)~12u);
	fuzznat_close(&f);
	return 0;
}
