// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * infer - from observations to sets of behaviours
 */
#include "probe/infer.h"

#define SEQUENTIAL_STEP 16 /* a NAT with other users skips some */
#define FEW		3 /* samples that a verdict on ports needs, or on RSTs */
#define MANY		8 /* sockets that one on addresses needs */

const char *const infer_names_mapping[INFER_NAMES] = {"eim", "adm", "apdm"};
const char *const infer_names_filtering[INFER_NAMES] = {"eif", "adf", "apdf"};
const char *const infer_names_hairpin[INFER_NAMES] = {"external", "off",
						      "internal"};
const char *const infer_names_allocation[INFER_NAMES] = {
	"preservation", "sequential", "parity", "random"};
const char *const infer_names_pooling[INFER_NAMES] = {"paired", "arbitrary"};
const char *const infer_names_refresh[INFER_NAMES] = {"outbound", "inbound",
						      "both", "none"};
const char *const infer_names_notify[INFER_NAMES] = {"none", "internal",
						     "external", "both"};
const char *const infer_names_stray[INFER_NAMES] = {"remap", "drop", "rst",
						    "icmp"};

/** has() - whether a socket knows how endpoint @from saw it */
static bool has(const struct infer_socket *s, unsigned from)
{
	return s->seen >> from & 1;
}

/** same() - whether two endpoints of the server saw the same */
static bool same(const struct infer_socket *s, unsigned from)
{
	return endpoint_equal(s->external[0], s->external[from]);
}

/** is_kept() - whether the first external port is the internal one */
static bool is_kept(const struct infer_socket *s)
{
	return s->external[0].port == s->local.port;
}

/** any_kept() - whether a NAT seems to keep ports where it can */
static bool any_kept(const struct infer_socket *sockets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (has(&sockets[i], 0) && is_kept(&sockets[i]))
			return true;
	return false;
}

/**
 * shows_same() - whether endpoint @from saw what the first one did, on a port
 * that was not kept
 *
 * A NAT that keeps ports and gives a socket another one, because somebody has
 * that, may stay with it for this socket (Linux does), whatever its mapping
 * is. So there one socket is not enough.
 */
static bool shows_same(const struct infer_socket *sockets, size_t n,
		       unsigned from)
{
	const struct infer_socket *first = NULL;
	bool one = !any_kept(sockets, n);

	for (size_t i = 0; i < n; i++) {
		const struct infer_socket *s = &sockets[i];

		if (!has(s, 0) || !has(s, from) || !same(s, from) || is_kept(s))
			continue;
		if (one || (first && !endpoint_equal(first->local, s->local)))
			return true;
		first = s;
	}
	return false;
}

/** shows_other() - whether endpoint @from saw another mapping somewhere */
static bool shows_other(const struct infer_socket *sockets, size_t n,
			unsigned from)
{
	for (size_t i = 0; i < n; i++)
		if (has(&sockets[i], 0) && has(&sockets[i], from) &&
		    !same(&sockets[i], from))
			return true;
	return false;
}

unsigned infer_mapping(const struct infer_socket *sockets, size_t n)
{
	bool same_port = shows_same(sockets, n, PROBE_OTHER_PORT);
	bool same_address = shows_same(sockets, n, PROBE_OTHER_ADDRESS);

	/* One difference outweighs all that is the same: that may be chance, or
	 * a port kept. */
	if (shows_other(sockets, n, PROBE_OTHER_PORT))
		return MAP_APDM;
	if (shows_other(sockets, n, PROBE_OTHER_ADDRESS))
		return same_port ? MAP_ADM : MAP_ADM | MAP_APDM;
	if (same_address)
		return MAP_EIM;
	return same_port ? MAP_EIM | MAP_ADM : MAP_ALL;
}

unsigned infer_filtering(const struct infer_socket *sockets, size_t n)
{
	unsigned heard = 0, asked = 0;
	const unsigned other_address =
		1u << PROBE_OTHER_ADDRESS |
		1u << (PROBE_OTHER_ADDRESS | PROBE_OTHER_PORT);
	const unsigned other_port = 1u << PROBE_OTHER_PORT;

	for (size_t i = 0; i < n; i++) {
		heard |= sockets[i].heard;
		asked |= sockets[i].asked;
	}
	if (heard & other_address)
		return FILTER_EIF;
	if (!(asked & other_port))
		return FILTER_ALL;
	if (!(heard & other_port))
		return FILTER_APDF;
	return (asked & other_address) ? FILTER_ADF : FILTER_EIF | FILTER_ADF;
}

unsigned infer_pooling(const struct infer_socket *sockets, size_t n)
{
	const struct infer_socket *last = NULL;
	size_t known = 0, changes = 0;

	for (size_t i = 0; i < n; i++) {
		if (!has(&sockets[i], 0))
			continue;
		known++;
		changes += last && last->external[0].addr !=
					   sockets[i].external[0].addr;
		last = &sockets[i];
	}
	if (changes > 1)
		return POOL_ARBITRARY;
	return changes || known < MANY ? POOL_ALL : POOL_PAIRED;
}

bool infer_direct(const struct infer_socket *sockets, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!has(&sockets[i], 0))
			continue;
		any = true;
		if (!endpoint_equal(sockets[i].external[0], sockets[i].local))
			return false;
	}
	return any;
}

bool infer_kept(const struct infer_socket *sockets, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (!has(&sockets[i], 0))
			continue;
		any = true;
		if (!is_kept(&sockets[i]))
			return false;
	}
	return any;
}

unsigned infer_allocation(const struct infer_socket *sockets, size_t n)
{
	size_t known = 0, kept = 0, pairs = 0, next = 0, parity = 0;
	const struct infer_socket *last = NULL;

	for (size_t i = 0; i < n; i++) {
		const struct infer_socket *s = &sockets[i];
		uint16_t port = s->external[0].port;

		if (!has(s, 0))
			continue;
		known++;
		kept += is_kept(s);
		parity += !((port ^ s->local.port) & 1);
		/* by address: a NAT may count on each for itself */
		for (size_t k = i; k-- > 0;) {
			last = &sockets[k];
			if (has(last, 0) &&
			    last->external[0].addr == s->external[0].addr)
				break;
			last = NULL;
		}
		if (!last)
			continue;
		pairs++;
		next += (uint16_t)(port - last->external[0].port - 1) <
			SEQUENTIAL_STEP;
	}
	if (known < FEW)
		return ALLOC_ALL;
	if (kept * 4 >= known * 3)
		return ALLOC_PRESERVATION;
	if (pairs >= FEW && next * 4 >= pairs * 3)
		return ALLOC_SEQUENTIAL;
	if (parity == known)
		return known >= 8 ? ALLOC_PARITY : ALLOC_PARITY | ALLOC_RANDOM;
	return pairs >= FEW ? ALLOC_RANDOM : ALLOC_RANDOM | ALLOC_SEQUENTIAL;
}

unsigned infer_hairpin(struct infer_hairpin seen, unsigned mapping,
		       unsigned filtering)
{
	if (seen.external)
		return HAIRPIN_EXTERNAL;
	if (seen.internal)
		return HAIRPIN_INTERNAL;
	if (!seen.tried ||
	    (mapping != MAP_EIM && filtering != FILTER_EIF && !seen.kept))
		return HAIRPIN_ALL;
	return seen.watched ? HAIRPIN_OFF : HAIRPIN_OFF | HAIRPIN_INTERNAL;
}

unsigned infer_refresh(enum infer_answer outbound, enum infer_answer inbound)
{
	unsigned set = REFRESH_ALL;

	if (outbound == ANSWER_YES)
		set &= REFRESH_OUTBOUND | REFRESH_BOTH;
	if (outbound == ANSWER_NO)
		set &= REFRESH_INBOUND | REFRESH_NONE;
	if (inbound == ANSWER_YES)
		set &= REFRESH_INBOUND | REFRESH_BOTH;
	if (inbound == ANSWER_NO)
		set &= REFRESH_OUTBOUND | REFRESH_NONE;
	return set;
}

/** most() - whether @part is more than half of @all */
static bool most(unsigned part, unsigned all)
{
	return part * 2 > all;
}

/** some() - whether @part is more than a quarter of @all: no odd one out */
static bool some(unsigned part, unsigned all)
{
	return part * 4 > all;
}

enum infer_answer infer_weigh(unsigned yes, unsigned no, unsigned least)
{
	if (most(yes, yes + no))
		return ANSWER_YES;
	return no >= least && !some(yes, yes + no) ? ANSWER_NO : ANSWER_OPEN;
}

unsigned infer_notify(const struct infer_expiry *seen)
{
	enum infer_answer inside =
		infer_weigh(seen->told_inside, seen->untold_inside, FEW);
	enum infer_answer outside =
		infer_weigh(seen->told_outside, seen->untold_outside, FEW);
	unsigned set = NOTIFY_ALL;

	if (inside == ANSWER_YES)
		set &= NOTIFY_INTERNAL | NOTIFY_BOTH;
	if (inside == ANSWER_NO)
		set &= NOTIFY_NONE | NOTIFY_EXTERNAL;
	if (outside == ANSWER_YES)
		set &= NOTIFY_EXTERNAL | NOTIFY_BOTH;
	if (outside == ANSWER_NO)
		set &= NOTIFY_NONE | NOTIFY_INTERNAL;
	return set;
}

/**
 * stray_at() - what is possible after what strays met at one port
 * @if_reset:	the set if that was a RST
 * @if_silent:	and if it was nothing
 *
 * A RST that was lost comes again with the segment's next try, but a bad way
 * may lose that, too. So where both were met by many, either is possible.
 */
static unsigned stray_at(unsigned reset, unsigned silent, unsigned if_reset,
			 unsigned if_silent)
{
	switch (infer_weigh(reset, silent, 2)) {
	case ANSWER_YES:
		return if_reset;
	case ANSWER_NO:
		return if_silent;
	case ANSWER_OPEN:
		break;
	}
	return if_reset | if_silent;
}

unsigned infer_stray(const struct infer_expiry *seen)
{
	const unsigned *silent = seen->silent, *reset = seen->reset;
	unsigned all = silent[0] + silent[1] + reset[0] + reset[1] +
		       seen->unreachable + seen->healed;
	unsigned set;

	if (!all)
		return STRAY_ALL;
	if (most(seen->healed, all))
		return STRAY_REMAP;
	if (most(seen->unreachable, all))
		return STRAY_ICMP;
	set = stray_at(reset[0], silent[0], STRAY_RST,
		       STRAY_REMAP | STRAY_DROP) &
	      stray_at(reset[1], silent[1], STRAY_REMAP | STRAY_RST,
		       STRAY_DROP);
	if (!set)
		set = STRAY_REMAP | STRAY_DROP | STRAY_RST;
	/* no other NAT lets a connection go on; packets are not made up */
	if (some(seen->healed, all))
		set = set & STRAY_REMAP ? STRAY_REMAP : set | STRAY_REMAP;
	if (some(seen->unreachable, all))
		set |= STRAY_ICMP;
	return set;
}
