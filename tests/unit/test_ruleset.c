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
#include "tests/unit/ruleset_input.h"

#define SERVER A(198, 51, 100, 7)
#define CLIENT A(192, 168, 77, 20)

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

/** check_errors_only() - of ICMP, the NAT gets errors when they leave */
static void check_errors_only(struct packet *p)
{
	for (int type = 0; type < 20; type++) {
		bool error = type == 3 || type == 4 || type == 5 ||
			     type == 11 || type == 12;

		p->port = type;
		assert_int_equal(outcome(CHAIN_POSTROUTING, p),
				 error ? RULE_QUEUE : RULE_RETURN);
	}
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
	check_errors_only(&p);

	/* to a LAN: what is hairpinned, and errors that may be about that */
	p.out = "lan0";
	p.source = GATEWAY;
	check_errors_only(&p);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_pool),
		cmocka_unit_test(test_departures),
		cmocka_unit_test(test_own_mark),
		cmocka_unit_test(test_notrack),
	};

	return cmocka_run_group_tests(tests, ruleset_setup, NULL);
}
