// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_conf_profile - profiles: those that are shipped, and what is wrong with
 * others
 */
#include "test_conf_util.h"

#include <dirent.h>
#include <sys/stat.h>

/* A folder of this test's own, and the search path with it in front. */
static char dir[] = "/tmp/test_conf_profile.XXXXXX";
static char search[PATH_MAX];

/** profile_write() - a profile of that name in the test's folder */
static void profile_write(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.yaml", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/** setup() - the folder, and the shipped profiles behind it */
static int setup(void **state)
{
	(void)state;
	source_tree();
	if (!mkdtemp(dir))
		return -1;
	snprintf(search, sizeof(search), "%s:conf/profiles", dir);
	return setenv("LAPSE_PROFILE_PATH", search, 1);
}

/** empty() - take away what was written so far */
static void empty(void)
{
	DIR *d = opendir(dir);
	struct dirent *entry;

	/* cppcheck-suppress readdirCalled ; there is one thread */
	while (d && (entry = readdir(d)) != NULL)
		unlinkat(dirfd(d), entry->d_name, 0);
	if (d)
		closedir(d);
}

/** teardown() - nothing stays behind */
static int teardown(void **state)
{
	(void)state;
	empty();
	return rmdir(dir);
}

/** using() - settings with that profile and nothing else */
static struct conf *using(const char *name)
{
	const struct conf_override set = {"profile", name};

	return parsed("", &set, 1);
}

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

/** test_client() - a profile for one client, beside a global one */
static void test_client(void **state)
{
	struct conf *conf =
		parsed("profile: us-3g-2013\nnat: {icmp-timeout: 7s}\n"
		       "clients:\n"
		       "  a: {match: 192.168.77.3, profile: home-draytek,"
		       " nat: {udp-timeout: 3s}}\n"
		       "  b: {match: 192.168.77.4}\n",
		       NULL, 0);
	const struct nat_policy *a = &conf->nat.clients[0].policy;
	const struct nat_policy *b = &conf->nat.clients[1].policy;
	char *notes = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&notes, &len);

	(void)state;
	assert_int_equal(a->timer[NAT_TIMER_TCP_IDLE], 86400000);
	assert_int_equal(a->timer[NAT_TIMER_UDP], 3000);
	assert_int_equal(a->timer[NAT_TIMER_ICMP], 10000);
	assert_int_equal(a->stray_outbound, NAT_STRAY_REMAP);
	assert_int_equal(b->timer[NAT_TIMER_TCP_IDLE], 1800000);
	assert_int_equal(b->timer[NAT_TIMER_ICMP], 7000);
	/* What cannot be a client's own is said. */
	conf_notes(conf, out);
	fclose(out);
	assert_non_null(strstr(notes, "clients.a: pool-size of profile "
				      "home-draytek is not applied; it is "
				      "the same for all clients\n"));
	assert_null(strstr(notes, "ports"));
	assert_non_null(strstr(notes, "values of profile us-3g-2013 in force "
				      "are assumed, not measured or "
				      "documented\n"));
	assert_non_null(strstr(notes, "clients.a: 12 of 21 values of profile "
				      "home-draytek are assumed; lapse "
				      "profile show home-draytek names "
				      "them\n"));
	assert_non_null(strstr(notes, "clients.a: below the floors of the "
				      "RFCs: "));
	free(notes);
	conf_free(conf);
}

/** test_client_ports() - a client's profile brings its port rules too */
static void test_client_ports(void **state)
{
	struct conf *conf =
		parsed("profile: cisco-ios-nat\n"
		       "ports: {53/udp: {timeout: 3s}, 9: {timeout: 4s}}\n"
		       "clients:\n"
		       "  a: {match: 192.168.77.3, profile: home-draytek}\n"
		       "  b: {match: 192.168.77.4, nat: {refresh: both}}\n"
		       "  c: {match: 192.168.77.5, profile: default}\n"
		       "  d: {match: 192.168.77.6, profile: cisco-ios-nat}\n",
		       NULL, 0);
	const struct nat_settings *nat = &conf->nat;
	const struct nat_client_rule *clients = nat->clients;

	(void)state;
	assert_int_equal(clients[0].n_ports, 2);
	assert_int_equal(clients[0].ports[0].protocol, 6);
	assert_int_equal(clients[0].ports[0].port, 80);
	assert_int_equal(clients[0].ports[0].timeout, 60000);
	assert_ptr_equal(clients[1].ports, nat->ports);
	assert_int_equal(clients[1].n_ports, nat->n_ports);
	assert_int_equal(clients[2].n_ports, 0);
	/* The profile's own word, not the file's over it. */
	assert_int_equal(nat->n_ports, clients[3].n_ports + 1);
	for (size_t i = 0; i < clients[3].n_ports; i++)
		if (clients[3].ports[i].port == 53 &&
		    clients[3].ports[i].protocol == 17)
			assert_int_equal(clients[3].ports[i].timeout, 60000);
	conf_free(conf);
}

/** test_override_class() - a file's `nat` voids a profile's `tcp` */
static void test_override_class(void **state)
{
	struct conf *conf;

	(void)state;
	profile_write("classes", "title: t\ndate: 2020\n"
				 "nat: {mapping: adm, tcp: {mapping: apdm}}\n"
				 "ports: {53/udp: {timeout: 1s}, "
				 "80: {timeout: 2s}}\n"
				 "sources:\n"
				 "  nat.mapping: {class: measured, text: a}\n"
				 "  nat.tcp.mapping: {class: anecdote, "
				 "text: b}\n"
				 "  ports.53/udp.timeout: {class: assumed, "
				 "text: c}\n"
				 "  ports.80.timeout: {class: assumed, "
				 "text: d}\n");
	conf = using("classes");
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_TCP].mapping,
			 NAT_MAP_APDM);
	assert_int_equal(get(conf, "nat.tcp.mapping").class, CONF_ANECDOTE);
	conf_free(conf);
	conf = parsed("profile: classes\nnat: {mapping: eim}\n"
		      "ports: {53/udp: {timeout: 9s}}\n",
		      NULL, 0);
	assert_int_equal(conf->nat.policy.by[NAT_CLASS_TCP].mapping,
			 NAT_MAP_EIM);
	assert_int_equal(conf->nat.n_ports, 2);
	assert_string_equal(get(conf, "ports.53/udp.timeout").value, "9s");
	assert_string_equal(get(conf, "ports.80.timeout").value, "2s");
	conf_free(conf);
}

/** struct bad_profile - a profile and what is to be said about it */
struct bad_profile {
	const char *text;
	const char *errors; /* %s stands for its file */
};

#define HEAD "title: t\ndate: 2020\n"

static const struct bad_profile bad[] = {
	{HEAD "nat: {udp-timeout: 3s}\n",
	 "%s:3:7: nat.udp-timeout has no source; write under sources: "
	 "nat.udp-timeout: {class: …, text: …}\n"},
	{HEAD "nat: {udp-timeout: 3s}\n"
	      "sources: {nat.udp-timeout: {class: measured}}\n",
	 "%s:3:7: nat.udp-timeout has no source; write under sources: "
	 "nat.udp-timeout: {class: …, text: …}\n"},
	{HEAD "sources: {nat.udp-timeout: {class: measured, text: x}}\n",
	 "%s:3:11: nat.udp-timeout is a source without a value; set the value, "
	 "or take the source away\n"},
	{HEAD "nat: {udp-timeout: 3s}\n"
	      "sources: {nat.udp-timeout: {class: rumour, text: x}}\n",
	 "%s:3:7: nat.udp-timeout has no source; write under sources: "
	 "nat.udp-timeout: {class: …, text: …}\n"
	 "%s:4:36: sources.nat.udp-timeout.class: \"rumour\" is unknown here; "
	 "write measured, vendor-doc, anecdote or assumed\n"},
	{HEAD "lan: []\nwan: {interface: eth0}\nclients: {}\nprofile: x\n"
	      "control: {socket: /x}\nnat: {apply: new}\n",
	 "%s:3:1: lan has no place in a profile; write it into the settings\n"
	 "%s:4:7: wan.interface has no place in a profile; write it into the "
	 "settings\n"
	 "%s:5:1: clients has no place in a profile; write it into the "
	 "settings\n"
	 "%s:6:1: profile has no place in a profile; write it into the "
	 "settings\n"
	 "%s:7:1: control has no place in a profile; write it into the "
	 "settings\n"
	 "%s:8:7: nat.apply has no place in a profile; write it into the "
	 "settings\n"},
	{"nat: {}\n", "%s:1:1: title is missing; write what it is\n"
		      "%s:1:1: date is missing; write that of its sources\n"},
	{"title: t\ndate: May 2020\n",
	 "%s:1:1: date is missing; write that of its sources\n"
	 "%s:2:7: date: \"May 2020\" is not a date; write 2013, 2013-05 or "
	 "2013-05-31\n"},
	{HEAD "nat: [\n",
	 "%s:4:1: bad YAML: did not find expected node content while parsing a "
	 "flow node\n"},
};

/** put() - @format with @path for each %s, into @text */
static void put(char text[static 4096], const char *format, const char *path)
{
	size_t used = 0;

	for (; *format && used < 4000; format++) {
		if (format[0] == '%' && format[1] == 's') {
			used += (size_t)sprintf(text + used, "%s", path);
			format++;
		} else {
			text[used++] = *format;
		}
	}
	text[used] = '\0';
}

/** test_bad() - each is refused, with the place in its own file */
static void test_bad(void **state)
{
	static const struct conf_override set = {"profile", "bad"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct outcome outcome;
		char path[PATH_MAX];
		char wanted[4096];

		profile_write("bad", bad[i].text);
		snprintf(path, sizeof(path), "%s/bad.yaml", dir);
		put(wanted, bad[i].errors, path);
		outcome = parse("", &set, 1);
		assert_null(outcome.conf);
		assert_string_equal(outcome.errors, wanted);
		outcome_free(&outcome);
	}
}

/** test_search() - the first folder wins; what is in none is suggested */
static void test_search(void **state)
{
	struct outcome outcome;
	struct conf *conf;

	(void)state;
	profile_write("tw-3g-2013", HEAD);
	conf = using("tw-3g-2013");
	assert_int_equal(conf->nat.policy.timer[NAT_TIMER_TCP_IDLE], 7440000);
	conf_free(conf);
	outcome = parse("profile: us-3g-2031\n"
			"clients: {a: {match: 192.168.77.3, "
			"profile: zzzzzzzz}}\n",
			NULL, 0);
	assert_string_equal(outcome.errors,
			    "t:1:10: no profile \"us-3g-2031\"; did you mean "
			    "\"us-3g-2013\"?\n"
			    "t:2:45: no profile \"zzzzzzzz\"; lapse profile "
			    "list shows them\n");
	outcome_free(&outcome);
}

/** struct listed - what conf_profiles() gave */
struct listed {
	char last[64];
	unsigned n;
	unsigned assumed;
};

/** list_take() - conf_profile_fn: in order, each once, and complete */
static void list_take(const struct conf_profile_info *info, void *arg)
{
	struct listed *listed = arg;

	assert_true(strcmp(listed->last, info->name) < 0);
	snprintf(listed->last, sizeof(listed->last), "%s", info->name);
	listed->n++;
	if (strcmp(info->name, "us-3g-2013") != 0)
		return;
	assert_string_equal(info->date, "2013");
	assert_string_equal(info->path, "conf/profiles/us-3g-2013.yaml");
	assert_int_equal(info->values, 18);
	listed->assumed = info->assumed;
}

/** test_list() - all of them; those with errors are said and left out */
static void test_list(void **state)
{
	struct listed listed = {"", 0, 0};
	char *errors = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&errors, &len);
	char path[PATH_MAX];

	(void)state;
	empty();
	profile_write("us-4g", HEAD);
	profile_write("Not-a-name", HEAD);
	profile_write("bad", HEAD "nat: {udp-timeout: 3s}\n");
	/* One that hides a shipped one is listed once. */
	profile_write("tw-3g-2013", HEAD);
	assert_non_null(out);
	assert_int_equal(conf_profiles(list_take, &listed, out), 1);
	fclose(out);
	assert_int_equal(listed.n, 33);
	assert_int_equal(listed.assumed, 18);
	snprintf(path, sizeof(path), "%s/bad.yaml:3:7: ", dir);
	assert_int_equal(strncmp(errors, path, strlen(path)), 0);
	free(errors);
}

/** profile_take() - conf_entry_fn: keep the one of that path, and count */
static void profile_take(const struct conf_entry *entry, void *arg)
{
	assert_true(entry->origin.layer == CONF_DEFAULT ||
		    entry->origin.source);
	assert_null(strstr(entry->path, "lan"));
	wanted_take(entry, arg);
}

/** test_show() - all that a profile says or leaves to the defaults */
static void test_show(void **state)
{
	static const struct {
		const char *path;
		const char *value;
		enum conf_layer layer;
		enum conf_class class;
	} entries[] = {
		{"pool-size", "1", CONF_PROFILE, CONF_ASSUMED},
		{"nat.mapping", "eim", CONF_PROFILE, CONF_MEASURED},
		{"nat.tcp-idle-timeout", "86400s", CONF_PROFILE,
		 CONF_VENDOR_DOC},
		{"nat.refresh", "outbound", CONF_DEFAULT, CONF_MEASURED},
		{"ports.80/tcp.timeout", "60s", CONF_PROFILE, CONF_VENDOR_DOC},
	};
	struct conf *conf = using("home-draytek");
	struct conf_profile_info info;

	(void)state;
	assert_true(conf_profile_about(conf, &info));
	assert_string_equal(info.name, "home-draytek");
	assert_string_equal(info.title, "DrayTek Vigor, its defaults");
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		struct wanted w = {.path = entries[i].path};

		conf_profile_foreach(conf, profile_take, &w);
		assert_int_equal(w.found, 1);
		assert_string_equal(w.value, entries[i].value);
		assert_int_equal(w.layer, entries[i].layer);
		if (w.layer == CONF_PROFILE)
			assert_int_equal(w.class, entries[i].class);
	}
	conf_free(conf);
	conf = using("default");
	assert_false(conf_profile_about(conf, &info));
	conf_free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_special),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_client_ports),
		cmocka_unit_test(test_override_class),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_show),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
