/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * settings - the enums' words, and the defaults
 */
#include "nat/settings.h"

#include <string.h>

#define NAME(id, name)		    name,
#define TIMER_NAME(id, name, ms)    name,
#define TIMER_DEFAULT(id, name, ms) [id] = (ms),

const char *const nat_mapping_names[] = {NAT_MAPPING_LIST(NAME) NULL};
const char *const nat_filtering_names[] = {NAT_FILTERING_LIST(NAME) NULL};
const char *const nat_pooling_names[] = {NAT_POOLING_LIST(NAME) NULL};
const char *const nat_allocation_names[] = {NAT_ALLOCATION_LIST(NAME) NULL};
const char *const nat_hairpin_names[] = {NAT_HAIRPIN_LIST(NAME) NULL};
const char *const nat_refresh_names[] = {NAT_REFRESH_LIST(NAME) NULL};
const char *const nat_notify_names[] = {NAT_NOTIFY_LIST(NAME) NULL};
const char *const nat_stray_out_names[] = {NAT_STRAY_OUT_LIST(NAME) NULL};
const char *const nat_stray_in_names[] = {NAT_STRAY_IN_LIST(NAME) NULL};
const char *const nat_exhaustion_names[] = {NAT_EXHAUSTION_LIST(NAME) NULL};
const char *const nat_apply_names[] = {NAT_APPLY_LIST(NAME) NULL};
const char *const nat_timer_names[] = {NAT_TIMER_LIST(TIMER_NAME) NULL};

static const uint64_t timer_defaults[] = {NAT_TIMER_LIST(TIMER_DEFAULT)};

void nat_settings_default(struct nat_settings *settings)
{
	static const struct nat_behaviour behaviour = {
		.mapping = NAT_MAP_EIM,
		.filtering = NAT_FILTER_APDF,
		.allocation = NAT_ALLOC_RANDOM,
		.hairpin = NAT_HAIRPIN_EXTERNAL,
		.refresh = NAT_REFRESH_OUTBOUND,
	};
	struct nat_policy *policy = &settings->policy;

	*settings = (struct nat_settings){
		.port_first = 1024,
		.port_last = 65535,
		.max_sessions = 65536,
		.hold_down_max = 1024,
		.apply = NAT_APPLY_ALL,
	};
	for (unsigned i = 0; i < NAT_CLASSES; i++)
		policy->by[i] = behaviour;
	memcpy(policy->timer, timer_defaults, sizeof(policy->timer));
	policy->max_lifetime = NAT_NEVER;
	policy->pooling = NAT_POOL_PAIRED;
	policy->expiry_notify = NAT_NOTIFY_NONE;
	policy->stray_outbound = NAT_STRAY_DROP;
	policy->stray_inbound = NAT_STRAY_IN_DROP;
	policy->on_exhaustion = NAT_EXHAUST_ICMP_HOST;
	policy->sessions_per_subscriber = NAT_NO_LIMIT;
	policy->ports_per_subscriber = NAT_NO_LIMIT;
	policy->new_sessions_per_second = NAT_NO_LIMIT;
	policy->port_blocks_per_subscriber = 1;
	policy->port_block_idle_timeout = 120000;
}
