/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_packet - packets of any kind, one after another, on a running engine
 *
 * Input: a byte for the settings, then for each packet a byte how it is handed
 * in (fuzznat_packet()), its length in two, and its bytes.
 */
#include <string.h>
#include "base/wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fuzznat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[PACKET_MAX];
	struct fuzznat f;

	if (!size)
		return 0;
	fuzznat_open(&f, data[0]);
	data++;
	size--;
	for (unsigned n = 0; n < 12 && size > 3; n++) {
		uint8_t how = data[0];
		size_t len = wire_get16(data + 1) % PACKET_MAX;

		data += 3;
		size -= 3;
		if (len > size)
			len = size;
		memcpy(bytes, data, len);
		data += len;
		size -= len;
		fuzznat_packet(&f, bytes, len, how);
	}
	fuzznat_close(&f);
	return 0;
}
