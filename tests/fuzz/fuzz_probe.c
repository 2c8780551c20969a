// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_probe - messages of lapse probe: what is taken is built the same again
 */
#include <string.h>
#include "probe/message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct probe_message message;
	uint8_t again[PROBE_SIZE];

	if (!probe_parse(data, size, &message))
		return 0;
	demand(size == PROBE_SIZE, "one size");
	demand(message.from < PROBE_ENDPOINTS, "an endpoint");
	demand(message.delay <= PROBE_DELAY_MAX, "a bounded delay");
	demand(message.second <= PROBE_DELAY_MAX, "a bounded second one");
	probe_build(&message, again);
	demand(memcmp(data, again, PROBE_SIZE) == 0, "built as it was");
	return 0;
}
