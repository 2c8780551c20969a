/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model - an engine and its naive twin, and random packets for both
 *
 * For programs that use cmocka: a difference between the two fails the test.
 */
#ifndef TESTS_LIB_MODEL_H
#define TESTS_LIB_MODEL_H

#include "base/rng.h"
#include "nat/nat.h"
#include "tests/lib/twin.h"

/**
 * struct model - one run
 * @translated, @dropped: how many packets were, over all runs
 * @what:	what is being done, for messages
 * @before:	the counters before the last packet
 */
struct model {
	struct rng rng;
	struct nat *nat;
	struct twin twin;
	struct nat_settings settings;
	struct nat_now now;
	unsigned step;
	unsigned translated, dropped;
	char what[160];
	uint64_t before[NAT_STATS];
};

/** model_below() - a random number */
uint32_t model_below(struct model *m, uint32_t bound);

/** model_require() - fail with what was being done */
void model_require(const struct model *m, bool ok, const char *wrong);

/** model_outbound() - a random packet from inside */
void model_outbound(struct model *m);

/** model_inbound() - a random packet from outside */
void model_inbound(struct model *m);

/** model_hairpin() - a random packet from inside to an external endpoint */
void model_hairpin(struct model *m);

/** model_error() - an ICMP error about a session: it arrives, and changes
 *  nothing */
void model_error(struct model *m);

#endif /* TESTS_LIB_MODEL_H */
