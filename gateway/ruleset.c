// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ruleset - which packets the NAT gets, and which are the gateway's own
 *
 * Theory of operation. PREROUTING sends what arrives by the WAN or a LAN for
 * an external address to EXTERNAL. There, an address that the host does not
 * own is all the NAT's; for one that it does own, OWN tells the two apart by
 * port, for also without lapsed the gateway must stay reachable. POSTROUTING
 * sends what leaves by the WAN to the NAT, except what the gateway itself
 * sends. Nothing bypasses a queue without a reader: the kernel drops it.
 *
 * The raw chains mirror these and take the packets out of conntrack's hands.
 * A notrack rule by itself does not make the kernel reassemble fragments, as
 * any other conntrack rule would (measured), so it is always worth having.
 *
 * What lapsed sends itself is complete and marked, and passes everywhere.
 */
#include "gateway/rule.h"

#include <string.h>

enum {
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	INFORMATION_REQUEST = 15, /* ICMP: obsolete, and never translated */
	NAT_PORT_FIRST = 1024,	  /* ports below are services of the host */
};

/**
 * struct maker - rules on their way to the sink
 * @raw:	the chains of the raw table are being made
 */
struct maker {
	const struct ruleset_input *input;
	rule_sink_fn *sink;
	void *arg;
	bool raw;
};

/** rule() - an empty rule of a chain */
static struct rule rule(const struct maker *maker, enum ruleset_chain chain,
			enum rule_action action)
{
	return (struct rule){
		.chain = chain,
		.action = action,
		.icmp_type = RULE_NO_ICMP,
		.queue = maker->input->conf->queue_number,
	};
}

/** emit() - hand a rule over */
static void emit(const struct maker *maker, struct rule r)
{
	maker->sink(maker->arg, &r);
}

/** taken() - what is done with the NAT's packets */
static enum rule_action taken(const struct maker *maker)
{
	return maker->raw ? RULE_NOTRACK : RULE_QUEUE;
}

/** emit_mark() - by mark, on one interface (NULL: any) */
static void emit_mark(const struct maker *maker, enum ruleset_chain chain,
		      const char *out, uint32_t mark, enum rule_action action)
{
	struct rule r = rule(maker, chain, action);

	r.out = out;
	r.mark = mark;
	emit(maker, r);
}

/** emit_range() - one rule for each prefix that a range falls into */
static void emit_range(const struct maker *maker, enum ruleset_chain chain,
		       uint32_t first, uint32_t last)
{
	uint64_t at = first;
	unsigned bits;

	while (at <= last) {
		struct rule r = rule(maker, chain, taken(maker));

		/* the largest prefix that begins here and ends in time */
		for (bits = 0; bits < 32; bits++) {
			uint64_t size = (uint64_t)1 << (32 - bits);

			if (at % size == 0 && at + size - 1 <= last)
				break;
		}
		r.by_destination = true;
		r.destination = (uint32_t)at;
		r.destination_bits = bits;
		emit(maker, r);
		at += (uint64_t)1 << (32 - bits);
	}
}

/** emit_ports() - by protocol and destination ports */
static void emit_ports(const struct maker *maker, enum ruleset_chain chain,
		       uint8_t protocol, unsigned first, unsigned last,
		       enum rule_action action)
{
	struct rule r = rule(maker, chain, action);

	r.protocol = protocol;
	r.first_port = (uint16_t)first;
	r.last_port = (uint16_t)last;
	emit(maker, r);
}

/** has_port() - a bit of a port bitmap */
static bool has_port(const uint8_t *ports, unsigned port)
{
	return ports[port / 8] >> (port % 8) & 1;
}

/** emit_host_ports() - ports that the host uses itself, in runs */
static void emit_host_ports(const struct maker *maker, enum ruleset_chain chain,
			    uint8_t protocol, const uint8_t *ports)
{
	unsigned port = 1, end;

	for (; port < 65536; port = end + 1) {
		end = port;
		/* most are free: a byte of them at a time */
		if (port % 8 == 0 && !ports[port / 8])
			end = port + 7;
		if (!has_port(ports, port))
			continue;
		while (end < 65535 && has_port(ports, end + 1))
			end++;
		emit_ports(maker, chain, protocol, port, end, RULE_RETURN);
	}
}

/** emit_forwards() - forwarded ports, wherever they are */
static void emit_forwards(const struct maker *maker, enum ruleset_chain chain)
{
	const struct nat_settings *nat = &maker->input->conf->nat;
	size_t i;

	for (i = 0; i < nat->n_forwards; i++) {
		const struct nat_forward *f = &nat->forwards[i];
		unsigned first = f->external.port;

		/* one to one: an address that the host does not share */
		if (!f->protocol)
			continue;
		emit_ports(maker, chain, f->protocol, first,
			   first + f->count - 1, taken(maker));
	}
}

/**
 * emit_icmp() - ICMP to an own address
 *
 * Requests from outside are for the host. One from inside may be for another
 * client, whose query mapping it names (RFC 7857 section 12); replies and
 * errors may be a client's, too. The engine lets pass what is the host's.
 */
static void emit_icmp(const struct maker *maker, enum ruleset_chain chain)
{
	static const int requests[] = {8, 13, 17};
	struct rule r = rule(maker, chain, RULE_RETURN);
	size_t i;

	r.protocol = ICMP;
	r.icmp_type = INFORMATION_REQUEST;
	emit(maker, r);
	r.in = maker->input->conf->wan_interface;
	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		r.icmp_type = requests[i];
		emit(maker, r);
	}
	emit_ports(maker, chain, ICMP, 0, 0, taken(maker));
}

/** emit_own() - packets to an address that NAT and host share */
static void emit_own(const struct maker *maker, enum ruleset_chain chain)
{
	struct rule r = rule(maker, chain, taken(maker));

	/*
	 * A later fragment has no port to tell whose it is, so all fragments
	 * go to the engine: by the first one it knows, and passes the host's.
	 */
	r.fragment = maker->input->fragments ? FRAGMENT_ANY : FRAGMENT_LATER;
	emit(maker, r);

	emit_forwards(maker, chain);
	emit_host_ports(maker, chain, TCP, maker->input->tcp);
	emit_host_ports(maker, chain, UDP, maker->input->udp);
	emit_ports(maker, chain, TCP, NAT_PORT_FIRST, NAT_HOST_PORT_FIRST - 1,
		   taken(maker));
	emit_ports(maker, chain, UDP, NAT_PORT_FIRST, NAT_HOST_PORT_FIRST - 1,
		   taken(maker));
	emit_ports(maker, chain, TCP, 0, 0, RULE_RETURN);
	emit_ports(maker, chain, UDP, 0, 0, RULE_RETURN);
	emit_icmp(maker, chain);
	/* another protocol: the engine passes it if no client uses it */
	emit(maker, rule(maker, chain, taken(maker)));
}

/** emit_external() - packets to one of the external addresses */
static void emit_external(const struct maker *maker, enum ruleset_chain chain,
			  enum ruleset_chain own)
{
	const struct plan *plan = maker->input->plan;
	size_t i;

	for (i = 0; i < plan->n_range; i++) {
		const struct nat_pool_range *range = &plan->range[i];
		struct rule r = rule(maker, chain, RULE_JUMP);

		if (!range->host) {
			emit_range(maker, chain, range->first, range->last);
			continue;
		}
		r.by_destination = true;
		r.destination = range->first;
		r.destination_bits = 32;
		r.to = own;
		emit(maker, r);
	}
}

/**
 * emit_intruders() - what arrives by the WAN for an internal address
 *
 * A neighbour on the WAN could send it past the NAT, which drops it.
 */
static void emit_intruders(const struct maker *maker, enum ruleset_chain chain)
{
	const struct conf *conf = maker->input->conf;
	size_t i;

	for (i = 0; i < conf->n_lan; i++) {
		struct rule r = rule(maker, chain, RULE_QUEUE);

		r.in = conf->wan_interface;
		r.by_destination = true;
		r.destination =
			conf->lan[i].address & prefix_mask(conf->lan[i].bits);
		r.destination_bits = conf->lan[i].bits;
		emit(maker, r);
	}
}

/** emit_arrivals() - by the WAN and by each LAN, to the external addresses */
static void emit_arrivals(const struct maker *maker, enum ruleset_chain chain,
			  enum ruleset_chain external)
{
	const struct conf *conf = maker->input->conf;
	struct rule r = rule(maker, chain, RULE_JUMP);
	size_t i;

	emit_mark(maker, chain, NULL, NAT_MARK_OWN,
		  maker->raw ? RULE_NOTRACK : RULE_RETURN);
	r.to = external;
	r.in = conf->wan_interface;
	emit(maker, r);
	if (!maker->raw)
		emit_intruders(maker, chain);
	for (i = 0; i < conf->n_lan; i++) {
		r.in = conf->lan[i].interface;
		emit(maker, r);
	}
}

/** emit_errors() - the ICMP errors that the host sends from an address */
static void emit_errors(const struct maker *maker, const char *out,
			uint32_t source)
{
	static const int errors[] = {3, 4, 5, 11, 12};
	struct rule r = rule(maker, CHAIN_POSTROUTING, RULE_QUEUE);
	size_t i;

	r.out = out;
	r.by_source = true;
	r.source_bits = 32;
	r.source = source;
	r.protocol = ICMP;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		r.icmp_type = errors[i];
		emit(maker, r);
	}
}

/**
 * emit_host_departures() - what the host itself sends out by the WAN
 *
 * Its ICMP errors may quote an inbound packet as we rewrote it, so those the
 * engine has to see. 0.0.0.0 is a DHCP client that has no address yet.
 */
static void emit_host_departures(const struct maker *maker)
{
	const struct plan *plan = maker->input->plan;
	struct rule r = rule(maker, CHAIN_POSTROUTING, RULE_RETURN);
	size_t i;

	r.out = maker->input->conf->wan_interface;
	r.by_source = true;
	r.source_bits = 32;
	emit(maker, r);
	for (i = 0; i < plan->n_source; i++) {
		emit_errors(maker, r.out, plan->source[i]);
		r.source = plan->source[i];
		emit(maker, r);
	}
}

/**
 * emit_departures() - by the WAN; by a LAN what is hairpinned, and the host's
 * errors, which may be about that
 */
static void emit_departures(const struct maker *maker)
{
	const struct conf *conf = maker->input->conf;
	struct rule r = rule(maker, CHAIN_POSTROUTING, RULE_QUEUE);
	size_t i;

	emit_mark(maker, CHAIN_POSTROUTING, NULL, NAT_MARK_OWN, RULE_RETURN);
	for (i = 0; i < conf->n_lan; i++) {
		emit_mark(maker, CHAIN_POSTROUTING, conf->lan[i].interface,
			  NAT_MARK_HAIRPIN, RULE_QUEUE);
		emit_errors(maker, conf->lan[i].interface,
			    conf->lan[i].address);
	}
	emit_host_departures(maker);
	r.out = conf->wan_interface;
	emit(maker, r);
}

/**
 * emit_raw() - the same packets, before conntrack
 *
 * Where an outbound one will leave is not known yet: all that comes from a LAN
 * and is not for the host itself.
 */
static void emit_raw(const struct maker *maker)
{
	const struct conf *conf = maker->input->conf;
	const struct plan *plan = maker->input->plan;
	size_t i, j;

	emit_arrivals(maker, CHAIN_RAW_PREROUTING, CHAIN_RAW_EXTERNAL);
	for (i = 0; i < conf->n_lan; i++) {
		struct rule r = rule(maker, CHAIN_RAW_PREROUTING, RULE_RETURN);

		r.in = conf->lan[i].interface;
		r.by_destination = true;
		r.destination_bits = 32;
		for (j = 0; j < plan->n_host; j++) {
			r.destination = plan->host[j];
			emit(maker, r);
		}
		r = rule(maker, CHAIN_RAW_PREROUTING, RULE_NOTRACK);
		r.in = conf->lan[i].interface;
		emit(maker, r);
	}
	emit_mark(maker, CHAIN_RAW_OUTPUT, NULL, NAT_MARK_OWN, RULE_NOTRACK);
	emit_external(maker, CHAIN_RAW_EXTERNAL, CHAIN_RAW_OWN);
	emit_own(maker, CHAIN_RAW_OWN);
}

void rules_foreach(const struct ruleset_input *input, rule_sink_fn *sink,
		   void *arg)
{
	struct maker maker = {input, sink, arg, false};

	emit_arrivals(&maker, CHAIN_PREROUTING, CHAIN_EXTERNAL);
	emit_departures(&maker);
	emit_external(&maker, CHAIN_EXTERNAL, CHAIN_OWN);
	emit_own(&maker, CHAIN_OWN);
	if (!input->notrack)
		return;
	maker.raw = true;
	emit_raw(&maker);
}
