// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_profile_shipped - the shipped profiles say what their sources say
 */
#include <dirent.h>
#include "tests/unit/conf_profile.h"

/** sourced() - conf_entry_fn: what is a profile's has a source */
static void sourced(const struct conf_entry *entry, void *arg)
{
	unsigned *n = arg;

	if (entry->origin.layer != CONF_PROFILE)
		return;
	(*n)++;
	assert_non_null(entry->origin.source);
	assert_true(strlen(entry->origin.source) >= 7);
	if (entry->origin.class == CONF_ASSUMED)
		assert_true(strstr(entry->origin.source, "assumed") ||
			    strstr(entry->origin.source, "unverified"));
}

/** check_shipped() - one of them: complete, and its print reads as the same */
static void check_shipped(const char *name)
{
	struct conf *conf = using(name);
	char *print = printed(conf, true);
	struct conf *again = parsed(print, NULL, 0);
	char *bare = printed(conf, false);
	char *bare_again = printed(again, false);
	unsigned n = 0;

	assert_string_equal(conf->profile, name);
	conf_foreach(conf, sourced, &n);
	/* Timers, behaviours, and what happens after the end. */
	assert_true(n >= 16);
	assert_string_equal(bare, bare_again);
	assert_int_equal(conf->pool_size, again->pool_size);
	assert_memory_equal(&conf->nat.policy.by, &again->nat.policy.by,
			    sizeof(conf->nat.policy.by));
	free(print);
	free(bare);
	free(bare_again);
	conf_free(conf);
	conf_free(again);
}

/** test_shipped() - all that there are */
static void test_shipped(void **state)
{
	DIR *d = opendir("conf/profiles");
	struct dirent *entry;
	unsigned n = 0;

	(void)state;
	assert_non_null(d);
	/* cppcheck-suppress readdirCalled ; there is one thread */
	while ((entry = readdir(d)) != NULL) {
		char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".yaml") != 0)
			continue;
		*dot = '\0';
		check_shipped(entry->d_name);
		n++;
	}
	closedir(d);
	assert_int_equal(n, 32);
}

/** struct row - a profile in the tables of its sources, seconds */
struct row {
	const char *name;
	unsigned udp_initial, udp, open, idle, close, rst, icmp, other;
	enum nat_mapping_behaviour mapping;
	enum nat_filtering filtering;
	enum nat_allocation allocation;
	enum nat_stray_out stray;
	enum nat_notify notify;
	unsigned pool;
	unsigned block;
	unsigned hold;
	unsigned lease; /* 0: it has no DHCP */
};

#define EIM   NAT_MAP_EIM
#define APDM  NAT_MAP_APDM
#define EIF   NAT_FILTER_EIF
#define APDF  NAT_FILTER_APDF
#define KEEP  NAT_ALLOC_PRESERVATION
#define RAND  NAT_ALLOC_RANDOM
#define SEQ   NAT_ALLOC_SEQUENTIAL
#define REMAP NAT_STRAY_REMAP
#define DROP  NAT_STRAY_DROP
#define RST   NAT_STRAY_RST
#define NONE  NAT_NOTIFY_NONE
#define IN    NAT_NOTIFY_INTERNAL

/* Read from the tables anew, not from the profiles. */
/* clang-format off */
static const struct row rows[] = {
	{"cn-mobile-2g3g-2013", 60, 120, 60, 300, 30, 10, 20, 60,
	 APDM, APDF, RAND, REMAP, NONE, 4, 0, 120, 7200},
	{"cn-unicom-2g-2013", 60, 120, 60, 300, 30, 10, 20, 60,
	 APDM, APDF, RAND, REMAP, NONE, 4, 0, 120, 7200},
	{"cn-telecom-3g-2013", 60, 120, 60, 1800, 30, 10, 20, 60,
	 EIM, APDF, KEEP, DROP, NONE, 1, 0, 120, 3600},
	{"us-3g-2013", 60, 120, 60, 1800, 30, 10, 60, 60,
	 EIM, APDF, KEEP, DROP, NONE, 1, 0, 120, 3600},
	{"tw-3g-2013", 60, 120, 60, 1800, 30, 10, 60, 60,
	 EIM, APDF, KEEP, DROP, NONE, 1, 0, 120, 3600},
	{"cell-2011-rst255", 60, 120, 60, 255, 30, 10, 60, 60,
	 APDM, APDF, SEQ, DROP, IN, 2, 0, 120, 3600},
	{"cell-2011-10min", 60, 120, 60, 590, 30, 10, 60, 60,
	 EIM, APDF, SEQ, DROP, NONE, 2, 0, 120, 3600},
	{"fr-mobile-2020", 30, 65, 60, 300, 30, 10, 60, 60,
	 APDM, APDF, RAND, DROP, NONE, 8, 1024, 120, 0},
	{"cell-cgn-2016-median", 30, 65, 60, 900, 30, 10, 60, 60,
	 APDM, APDF, RAND, DROP, NONE, 8, 1024, 120, 0},
	{"cell-cgn-2016-worst", 10, 10, 30, 240, 5, 1, 10, 30,
	 APDM, APDF, RAND, REMAP, NONE, 16, 512, 120, 0},
	{"cell-cgn-2016-long", 30, 200, 120, 7440, 30, 10, 60, 60,
	 EIM, EIF, SEQ, DROP, NONE, 8, 4096, 120, 0},
	{"iot-twilio-supersim", 30, 12, 60, 21600, 30, 10, 30, 60,
	 APDM, APDF, RAND, DROP, NONE, 4, 1024, 120, 0},
	{"private-5g-azure", 30, 30, 180, 180, 180, 10, 30, 60,
	 EIM, APDF, RAND, DROP, NONE, 1, 0, 120, 0},
	{"cgn-huawei-ne8000", 240, 240, 10, 240, 10, 10, 20, 60,
	 EIM, EIF, SEQ, DROP, NONE, 8, 1024, 120, 0},
	{"cgn-huawei-ar", 120, 120, 10, 600, 30, 10, 20, 60,
	 EIM, EIF, SEQ, DROP, NONE, 8, 1024, 120, 0},
	{"cgn-nokia-7750", 15, 300, 15, 7440, 240, 240, 60, 60,
	 EIM, EIF, RAND, DROP, NONE, 8, 504, 120, 0},
	{"cgn-danos", 30, 300, 240, 7440, 240, 240, 240, 240,
	 EIM, EIF, RAND, DROP, NONE, 0, 512, 120, 0},
	{"cgn-junos-services", 30, 30, 30, 30, 5, 5, 30, 30,
	 APDM, APDF, SEQ, DROP, NONE, 8, 128, 120, 0},
	{"rfc-compliant", 300, 300, 240, 7440, 240, 240, 60, 60,
	 EIM, EIF, RAND, DROP, NONE, 0, 0, 120, 0},
	{"fixed-cgn-2016-median", 20, 35, 60, 900, 30, 10, 60, 60,
	 EIM, APDF, SEQ, DROP, NONE, 8, 1024, 120, 43200},
	{"home-openwrt", 60, 180, 120, 7440, 120, 10, 30, 600,
	 APDM, APDF, KEEP, REMAP, NONE, 1, 0, 0, 43200},
	{"home-linux-default", 30, 120, 120, 432000, 120, 10, 30, 600,
	 APDM, APDF, KEEP, REMAP, NONE, 1, 0, 0, 3600},
	{"home-mikrotik", 30, 180, 5, 86400, 10, 10, 10, 600,
	 APDM, APDF, KEEP, REMAP, NONE, 1, 0, 0, 600},
	{"home-draytek", 180, 180, 60, 86400, 60, 60, 10, 60,
	 EIM, APDF, KEEP, REMAP, NONE, 1, 0, 120, 3600},
	{"home-2010-median", 90, 180, 60, 3600, 30, 10, 60, 60,
	 EIM, APDF, KEEP, REMAP, NONE, 1, 0, 120, 3600},
	{"home-2010-worst", 30, 30, 30, 239, 5, 1, 20, 30,
	 EIM, APDF, KEEP, REMAP, NONE, 1, 0, 120, 3600},
	{"home-realtek-rtl819x", 15, 15, 180, 180, 0, 0, 60, 60,
	 EIM, APDF, KEEP, REMAP, NONE, 1, 0, 120, 3600},
	{"cloud-aws-natgw", 350, 350, 350, 350, 30, 10, 350, 60,
	 APDM, APDF, RAND, RST, NONE, 1, 0, 120, 0},
	{"cloud-gcp-nat", 30, 30, 30, 1200, 120, 10, 30, 60,
	 APDM, APDF, RAND, DROP, NONE, 2, 64, 120, 0},
	{"cloud-azure-natgw", 240, 240, 30, 240, 65, 16, 30, 60,
	 APDM, APDF, RAND, RST, NONE, 2, 0, 65, 0},
	{"cisco-ios-nat", 300, 300, 60, 86400, 60, 60, 60, 86400,
	 APDM, APDF, KEEP, DROP, NONE, 1, 0, 120, 0},
	{"fw-paloalto", 30, 30, 10, 3600, 120, 30, 6, 30,
	 APDM, APDF, RAND, DROP, NONE, 1, 0, 120, 0},
};
/* clang-format on */

/** check_lease() - how long its leases are, if it has any */
static void check_lease(const struct conf *conf, const struct row *r)
{
	struct wanted w = get(conf, "dhcp.lease-time");
	char lease[32];

	snprintf(lease, sizeof(lease), "%us", r->lease);
	if (w.found != (r->lease != 0) ||
	    (w.found &&
	     (strcmp(w.value, lease) != 0 || w.layer != CONF_PROFILE)))
		fail_msg("%s: leases of %s", r->name,
			 w.found ? w.value : "nothing");
}

/** test_rows() - each says what its sources say */
static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct conf *conf = using(r->name);
		const struct nat_policy *p = &conf->nat.policy;
		const struct {
			enum nat_timer timer;
			unsigned seconds;
		} timers[] = {
			{NAT_TIMER_UDP_INITIAL, r->udp_initial},
			{NAT_TIMER_UDP, r->udp},
			{NAT_TIMER_TCP_TRANS_OPEN, r->open},
			{NAT_TIMER_TCP_IDLE, r->idle},
			{NAT_TIMER_TCP_TRANS_CLOSE, r->close},
			{NAT_TIMER_TCP_RST, r->rst},
			{NAT_TIMER_ICMP, r->icmp},
			{NAT_TIMER_OTHER, r->other},
			{NAT_TIMER_HOLD_DOWN, r->hold},
		};

		for (size_t t = 0; t < sizeof(timers) / sizeof(timers[0]); t++)
			if (p->timer[timers[t].timer] !=
			    timers[t].seconds * UINT64_C(1000))
				fail_msg("%s: %s", r->name,
					 nat_timer_names[timers[t].timer]);
		for (unsigned c = 0; c < NAT_CLASSES; c++)
			if (p->by[c].mapping != r->mapping ||
			    p->by[c].filtering != r->filtering ||
			    p->by[c].allocation != r->allocation)
				fail_msg("%s: behaviours", r->name);
		if (p->stray_outbound != r->stray ||
		    p->expiry_notify != r->notify ||
		    p->port_block_size != r->block ||
		    conf->pool_size != r->pool)
			fail_msg("%s: the rest", r->name);
		check_lease(conf, r);
		conf_free(conf);
	}
}

/** test_special() - what only some profiles have */
static void test_special(void **state)
{
	struct conf *conf = using("private-5g-azure");

	(void)state;
	assert_int_equal(conf->nat.port_first, 1024);
	assert_int_equal(conf->nat.port_last, 49999);
	conf_free(conf);
	conf = using("home-draytek");
	assert_int_equal(conf->nat.n_ports, 2);
	assert_int_equal(conf->nat.ports[0].port, 80);
	assert_int_equal(conf->nat.ports[0].timeout, 60000);
	conf_free(conf);
	conf = using("cell-cgn-2016-worst");
	assert_int_equal(conf->nat.policy.pooling, NAT_POOL_ARBITRARY);
	assert_int_equal(conf->nat.policy.sessions_per_subscriber, 512);
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_special),
	};

	return cmocka_run_group_tests(tests, profiles_setup, profiles_teardown);
}
