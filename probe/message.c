// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * message - build and parse
 */
#include "probe/message.h"

#include <string.h>
#include "base/wire.h"

/* Where the fields are; lapse-probe(7) has the same table. */
enum {
	AT_MAGIC = 0,
	AT_TYPE = 4,
	AT_FROM = 5,
	AT_FLAGS = 6,
	AT_RUN = 8,
	AT_FLOW = 16,
	AT_DELAY = 20,
	AT_SECOND = 24,
	AT_ADDR = 28,
	AT_PORT = 32,
	AT_ZERO = 34,
	AT_ALTERNATE = 36,
	AT_PROOF = 40,
};

_Static_assert(AT_PROOF + 8 * PROBE_PROOFS == PROBE_SIZE, "no byte unused");

void probe_build(const struct probe_message *message,
		 uint8_t bytes[static PROBE_SIZE])
{
	memset(bytes, 0, PROBE_SIZE);
	wire_put32(bytes + AT_MAGIC, message->type == PROBE_STRAY
					     ? PROBE_STRAY_MAGIC
					     : PROBE_MAGIC);
	bytes[AT_TYPE] = (uint8_t)message->type;
	bytes[AT_FROM] = message->from;
	wire_put16(bytes + AT_FLAGS, message->flags);
	wire_put64(bytes + AT_RUN, message->run);
	wire_put32(bytes + AT_FLOW, message->flow);
	wire_put32(bytes + AT_DELAY, message->delay);
	wire_put32(bytes + AT_SECOND, message->second);
	wire_put32(bytes + AT_ADDR, message->seen.addr);
	wire_put16(bytes + AT_PORT, message->seen.port);
	wire_put32(bytes + AT_ALTERNATE, message->alternate);
	for (size_t i = 0; i < PROBE_PROOFS; i++)
		wire_put64(bytes + AT_PROOF + 8 * i, message->proof[i]);
}

/** is_sound() - whether each field has a value that it may have */
static bool is_sound(const struct probe_message *m)
{
	if (m->from >= PROBE_ENDPOINTS || (m->flags & ~PROBE_FLAG_SET))
		return false;
	if (m->type == PROBE_ASK && m->second && m->second <= m->delay)
		return false;
	return m->delay <= PROBE_DELAY_MAX && m->second <= PROBE_DELAY_MAX;
}

bool probe_parse(const uint8_t *bytes, size_t len,
		 struct probe_message *message)
{
	struct probe_message m = {0};
	uint32_t magic;

	if (len != PROBE_SIZE || !bytes[AT_TYPE] ||
	    bytes[AT_TYPE] >= PROBE_TYPES || wire_get16(bytes + AT_ZERO))
		return false;
	m.type = (enum probe_type)bytes[AT_TYPE];
	magic = m.type == PROBE_STRAY ? PROBE_STRAY_MAGIC : PROBE_MAGIC;
	if (wire_get32(bytes + AT_MAGIC) != magic)
		return false;
	m.from = bytes[AT_FROM];
	m.flags = wire_get16(bytes + AT_FLAGS);
	m.run = wire_get64(bytes + AT_RUN);
	m.flow = wire_get32(bytes + AT_FLOW);
	m.delay = wire_get32(bytes + AT_DELAY);
	m.second = wire_get32(bytes + AT_SECOND);
	m.seen.addr = wire_get32(bytes + AT_ADDR);
	m.seen.port = wire_get16(bytes + AT_PORT);
	m.alternate = wire_get32(bytes + AT_ALTERNATE);
	for (size_t i = 0; i < PROBE_PROOFS; i++)
		m.proof[i] = wire_get64(bytes + AT_PROOF + 8 * i);
	if (!is_sound(&m))
		return false;
	*message = m;
	return true;
}
