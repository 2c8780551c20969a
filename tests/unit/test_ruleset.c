// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * test_ruleset - what the rules do with packets, by a model of netfilter
 *
 * The rules are data, so a few lines can walk them as the kernel would, and
 * the tables below say which packets the NAT must get and which it must not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "tests/unit/unit.h"

#include <string.h>
#include "gateway/rule.h"

#define A(a, b, c, d) \
	((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (c) << 8 | (d))
#define OWN	A(203, 0, 113, 1)
#define FREE	A(203, 0, 113, 5)
#define SERVER	A(198, 51, 100, 7)
#define CLIENT	A(192, 168, 77, 20)
#define GATEWAY A(192, 168, 77, 1)

enum { ICMP = 1, TCP = 6, UDP = 17, GRE = 47 };

/** struct packet - what a rule can look at */
struct packet {
	const char *in, *out;
	uint32_t source, destination;
	uint8_t protocol;
	int port;  /* or ICMP type; -1 in a later fragment */
	bool more; /* a first fragment */
	uint32_t mark;
};

/** struct walk - a packet on its way through a chain */
struct walk {
	const struct ruleset_input *input;
	const struct packet *packet;
	enum ruleset_chain chain;
	bool decided;
	enum rule_action action;
};

static struct conf_lan lans[] = {
	{.interface = "lan0", .address = GATEWAY, .bits = 24},
	{.interface = "lan1", .address = A(192, 168, 78, 1), .bits = 24},
};
static struct nat_forward forwards[] = {
	{.protocol = TCP, .external = {0, 80}, .count = 1},
	{.protocol = UDP, .external = {0, 60990}, .count = 20},
	{.protocol = TCP, .external = {0, 9090}, .count = 1},
	/* one to one: nothing of the host's own address */
	{.external = {FREE, 0}},
};
static struct nat_pool_range ranges[] = {
	{OWN, OWN, true},
	{FREE, FREE + 4, false},
};
static uint32_t sources[] = {OWN};
static uint32_t hosts[] = {OWN, GATEWAY};
static const struct plan plan = {
	.range = ranges,
	.n_range = 2,
	.source = sources,
	.n_source = 1,
	.host = hosts,
	.n_host = 2,
};
static const struct conf conf = {
	.lan = lans,
	.n_lan = 2,
	.wan_interface = "wan0",
	.queue_number = 76,
	.nat = {.forwards = forwards, .n_forwards = 4},
};
static uint8_t tcp_ports[RULESET_PORTS], udp_ports[RULESET_PORTS];
static struct ruleset_input input = {
	.conf = &conf,
	.plan = &plan,
	.tcp = tcp_ports,
	.udp = udp_ports,
	.notrack = true,
	.fragments = true,
};

/** in_prefix() - whether an address is inside */
static bool in_prefix(uint32_t addr, uint32_t prefix, unsigned bits)
{
	return ((addr ^ prefix) & prefix_mask(bits)) == 0;
}

/** matches_transport() - protocol, port, type, fragment */
static bool matches_transport(const struct rule *r, const struct packet *p)
{
	if (r->protocol && r->protocol != p->protocol)
		return false;
	if (r->first_port &&
	    (p->port < r->first_port || p->port > r->last_port))
		return false;
	if (r->icmp_type != RULE_NO_ICMP && p->port != r->icmp_type)
		return false;
	if (r->fragment == FRAGMENT_LATER)
		return p->port < 0;
	return r->fragment == FRAGMENT_NO_MATTER || p->port < 0 || p->more;
}

/** matches() - whether a rule is about a packet */
static bool matches(const struct rule *r, const struct packet *p)
{
	if (r->in && (!p->in || strcmp(r->in, p->in) != 0))
		return false;
	if (r->out && (!p->out || strcmp(r->out, p->out) != 0))
		return false;
	if (r->mark && (p->mark & NAT_MARK_MASK) != r->mark)
		return false;
	if (r->by_source && !in_prefix(p->source, r->source, r->source_bits))
		return false;
	if (r->by_destination &&
	    !in_prefix(p->destination, r->destination, r->destination_bits))
		return false;
	return matches_transport(r, p);
}

/** step() - sink: one rule */
static void step(void *arg, const struct rule *r)
{
	struct walk *walk = arg;
	struct walk inner = *walk;

	if (walk->decided || r->chain != walk->chain ||
	    !matches(r, walk->packet))
		return;
	if (r->action == RULE_JUMP) {
		inner.chain = r->to;
		rules_foreach(walk->input, step, &inner);
		walk->decided = inner.decided && inner.action != RULE_RETURN;
		walk->action = inner.action;
		return;
	}
	walk->decided = true;
	walk->action = r->action;
}

/** outcome() - what a chain does with a packet; RULE_RETURN: nothing */
static enum rule_action outcome(enum ruleset_chain chain,
				const struct packet *packet)
{
	struct walk walk = {&input, packet, chain, false, RULE_RETURN};

	rules_foreach(&input, step, &walk);
	return walk.decided ? walk.action : RULE_RETURN;
}

/** setup() - the host has sockets on 8080/tcp, 5000 and 5001/udp, 9090/tcp */
static int setup(void **state)
{
	(void)state;
	tcp_ports[8080 / 8] |= 1 << 8080 % 8;
	tcp_ports[9090 / 8] |= 1 << 9090 % 8;
	udp_ports[5000 / 8] |= 1 << 5000 % 8;
	udp_ports[5001 / 8] |= 1 << 5001 % 8;
	return 0;
}

/* To an address that the host owns, by the WAN and by a LAN alike, except that
 * an ICMP query from inside may be for another client. */
static void test_own(void **state)
{
	static const struct {
		int port;
		uint8_t protocol;
		bool more;
		bool queued;
	} cases[] = {
		{22, TCP, false, false},
		{1023, TCP, false, false},
		{1024, TCP, false, true},
		{60999, TCP, false, true},
		{61000, TCP, false, false},
		{65535, TCP, false, false},
		{8080, TCP, false, false},
		{8080, UDP, false, true},
		{8079, TCP, false, true},
		{8081, TCP, false, true},
		{4999, UDP, false, true},
		{5000, UDP, false, false},
		{5001, UDP, false, false},
		{5002, UDP, false, true},
		{80, TCP, false, true},
		{80, UDP, false, false},
		{61009, UDP, false, true},
		{61010, UDP, false, false},
		/* a forward wins over a socket */
		{9090, TCP, false, true},
		/* DHCP client */
		{68, UDP, false, false},
		/* fragments, first and later */
		{22, TCP, true, true},
		{-1, UDP, false, true},
		{8, ICMP, false, false},
		{13, ICMP, false, false},
		{15, ICMP, false, false},
		{17, ICMP, false, false},
		{0, ICMP, false, true},
		{3, ICMP, false, true},
		{11, ICMP, false, true},
		{14, ICMP, false, true},
		{0, GRE, false, true},
	};
	static const char *const by[] = {"wan0", "lan0", "lan1"};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (j = 0; j < 3; j++) {
			struct packet p = {
				.in = by[j],
				.source = SERVER,
				.destination = OWN,
				.protocol = cases[i].protocol,
				.port = cases[i].port,
				.more = cases[i].more,
			};
			bool queued =
				outcome(CHAIN_PREROUTING, &p) == RULE_QUEUE;
			bool query =
				p.protocol == ICMP &&
				(p.port == 8 || p.port == 13 || p.port == 17);

			if (queued != (cases[i].queued || (query && j)))
				fail_msg("protocol %u, port %d by %s",
					 p.protocol, p.port, p.in);
		}
	}
}

/* To an address that the host does not own: all of it. */
static void test_pool(void **state)
{
	static const int ports[] = {-1, 0, 8, 22, 61000};
	static const uint8_t protocols[] = {ICMP, TCP, UDP, GRE};
	struct packet p = {.source = SERVER};
	size_t i, j;

	(void)state;
	for (i = 0; i < 5; i++) {
		for (j = 0; j < 4; j++) {
			p.port = ports[i];
			p.protocol = protocols[j];
			p.destination = FREE + (uint32_t)i;
			p.in = "wan0";
			assert_int_equal(outcome(CHAIN_PREROUTING, &p),
					 RULE_QUEUE);
			p.in = "lan1";
			assert_int_equal(outcome(CHAIN_PREROUTING, &p),
					 RULE_QUEUE);
			/* neither side: another interface of the host */
			p.in = "docker0";
			assert_int_equal(outcome(CHAIN_PREROUTING, &p),
					 RULE_RETURN);
		}
	}
	/* just outside of it, and elsewhere */
	p.in = "wan0";
	p.destination = FREE - 1;
	assert_int_equal(outcome(CHAIN_PREROUTING, &p), RULE_RETURN);
	p.destination = FREE + 5;
	assert_int_equal(outcome(CHAIN_PREROUTING, &p), RULE_RETURN);
	p.in = "lan0";
	p.destination = SERVER;
	assert_int_equal(outcome(CHAIN_PREROUTING, &p), RULE_RETURN);
	/* a neighbour of the WAN's who wants to pass by the NAT */
	p.in = "wan0";
	p.destination = CLIENT;
	assert_int_equal(outcome(CHAIN_PREROUTING, &p), RULE_QUEUE);
	p.in = "lan1";
	assert_int_equal(outcome(CHAIN_PREROUTING, &p), RULE_RETURN);
}

static void test_departures(void **state)
{
	struct packet p = {
		.out = "wan0",
		.source = CLIENT,
		.destination = SERVER,
		.protocol = TCP,
		.port = 443,
	};
	int type;

	(void)state;
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_QUEUE);
	/* the host with a LAN's address as source: translated, never leaked */
	p.source = GATEWAY;
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_QUEUE);
	p.source = OWN;
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_RETURN);
	/* a DHCP client without an address */
	p.source = 0;
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_RETURN);

	/* the host's ICMP: errors may quote what we rewrote */
	p.source = OWN;
	p.protocol = ICMP;
	for (type = 0; type < 20; type++) {
		bool error = type == 3 || type == 4 || type == 5 ||
			     type == 11 || type == 12;

		p.port = type;
		assert_int_equal(outcome(CHAIN_POSTROUTING, &p),
				 error ? RULE_QUEUE : RULE_RETURN);
	}

	/* to a LAN: what is hairpinned, and errors that may be about that */
	p.out = "lan0";
	p.source = GATEWAY;
	for (type = 0; type < 20; type++) {
		bool error = type == 3 || type == 4 || type == 5 ||
			     type == 11 || type == 12;

		p.port = type;
		assert_int_equal(outcome(CHAIN_POSTROUTING, &p),
				 error ? RULE_QUEUE : RULE_RETURN);
	}
	p.protocol = UDP;
	p.port = 3;
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_RETURN);
	p.out = "lan1";
	p.source = CLIENT;
	p.protocol = ICMP;
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_RETURN);
	p.mark = NAT_MARK_HAIRPIN | 77;
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_QUEUE);
}

static void test_own_mark(void **state)
{
	struct packet p = {
		.in = "wan0",
		.out = "wan0",
		.source = CLIENT,
		.destination = FREE,
		.protocol = TCP,
		.port = 443,
		.mark = NAT_MARK_OWN,
	};

	(void)state;
	assert_int_equal(outcome(CHAIN_PREROUTING, &p), RULE_RETURN);
	assert_int_equal(outcome(CHAIN_POSTROUTING, &p), RULE_RETURN);
	assert_int_equal(outcome(CHAIN_RAW_OUTPUT, &p), RULE_NOTRACK);
	p.mark = 0;
	assert_int_equal(outcome(CHAIN_RAW_OUTPUT, &p), RULE_RETURN);
}

/* Whatever PREROUTING queues was kept from conntrack, and the host's not. */
static void test_notrack(void **state)
{
	static const uint32_t to[] = {OWN, FREE, SERVER};
	static const int ports[] = {-1, 0,    3,    8,	  22,
				    80, 5000, 8080, 9000, 61000};
	static const uint8_t protocols[] = {ICMP, TCP, UDP, GRE};
	struct packet p = {.in = "wan0", .source = SERVER};
	size_t i, j, k;

	(void)state;
	for (i = 0; i < 3; i++) {
		for (j = 0; j < sizeof(ports) / sizeof(ports[0]); j++) {
			for (k = 0; k < 4; k++) {
				p.destination = to[i];
				p.port = ports[j];
				p.protocol = protocols[k];
				assert_int_equal(outcome(CHAIN_PREROUTING,
							 &p) == RULE_QUEUE,
						 outcome(CHAIN_RAW_PREROUTING,
							 &p) == RULE_NOTRACK);
			}
		}
	}
	/* from a LAN: what may leave by the WAN, not what is for the host */
	p = (struct packet){.in = "lan0", .source = CLIENT, .protocol = TCP};
	p.port = 443;
	p.destination = SERVER;
	assert_int_equal(outcome(CHAIN_RAW_PREROUTING, &p), RULE_NOTRACK);
	p.destination = GATEWAY;
	assert_int_equal(outcome(CHAIN_RAW_PREROUTING, &p), RULE_RETURN);
}

/** written() - a whole ruleset; to be freed */
static char *written(bool nft, const char *table, bool jump)
{
	char *bytes = NULL;
	size_t len;
	FILE *out = open_memstream(&bytes, &len);

	assert_non_null(out);
	if (nft)
		ruleset_nft(out, &input);
	else
		ruleset_iptables(out, &input, table, jump);
	assert_int_equal(fclose(out), 0);
	return bytes;
}

static void test_nft_text(void **state)
{
	static const char *const wanted[] = {
		"add table ip lapse\ndelete table ip lapse\n",
		"type filter hook prerouting priority -150;",
		"type filter hook postrouting priority -150;",
		" meta mark & 0xff000000 == 0x4f000000 return\n",
		" oifname \"wan0\" queue num 76\n",
		" ip daddr 203.0.113.1 jump own\n",
		/* five addresses in two prefixes and one */
		" ip daddr 203.0.113.5 queue num 76\n",
		" ip daddr 203.0.113.6/31 queue num 76\n",
		" ip daddr 203.0.113.8/31 queue num 76\n",
		" ip frag-off & 0x3fff != 0 queue num 76\n",
		" udp dport 5000-5001 return\n",
		" tcp dport 8080 return\n",
		" icmp type 8 return\n",
		" iifname \"lan0\" notrack\n",
	};
	char *t = written(true, NULL, false);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(t, wanted[i]))
			fail_msg("missing: %s", wanted[i]);
	/* fail closed */
	assert_null(strstr(t, "bypass"));
	free(t);

	input.notrack = false;
	t = written(true, NULL, false);
	input.notrack = true;
	assert_null(strstr(t, "notrack"));
	assert_null(strstr(t, "raw"));
	free(t);
}

static void test_iptables_text(void **state)
{
	static const char *const wanted[] = {
		"*mangle\n",
		":LAPSE_OWN - [0:0]\n",
		("-A LAPSE_OWN -m u32 --u32 \"4&0x3FFF=0x1:0x3FFF\" "
		 "-j NFQUEUE --queue-num 76\n"),
		"-A LAPSE_OWN -p tcp -m tcp --dport 8080:8080 -j RETURN\n",
		"-A LAPSE_EXTERNAL -d 203.0.113.1 -j LAPSE_OWN\n",
		"-A LAPSE_POSTROUTING -o wan0 -j NFQUEUE --queue-num 76\n",
		"-I PREROUTING -j LAPSE_PREROUTING\n",
		"-I POSTROUTING -j LAPSE_POSTROUTING\nCOMMIT\n",
	};
	char *t = written(false, "mangle", true);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (!strstr(t, wanted[i]))
			fail_msg("missing: %s", wanted[i]);
	assert_null(strstr(t, "bypass"));
	assert_null(strstr(t, "notrack"));
	free(t);

	t = written(false, "raw", false);
	assert_non_null(strstr(t, "*raw\n"));
	assert_non_null(strstr(t, "-j CT --notrack\n"));
	assert_null(strstr(t, "-I "));
	assert_null(strstr(t, "NFQUEUE"));
	free(t);

	input.fragments = false;
	t = written(false, "mangle", false);
	input.fragments = true;
	assert_non_null(strstr(t, "-A LAPSE_OWN -f -j NFQUEUE"));
	assert_null(strstr(t, "u32"));
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_departures),
		cmocka_unit_test(test_own_mark),
		cmocka_unit_test(test_notrack),
		cmocka_unit_test(test_nft_text),
		cmocka_unit_test(test_iptables_text),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
