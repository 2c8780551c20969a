/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model_ports - the port set against 65536 booleans
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "base/rng.h"
#include "nat/ports.h"
#include "tests/unit/unit.h"

/** struct naive - the same set twice, and another one to keep away from */
struct naive {
	struct rng rng;
	struct port_set set, also;
	bool taken[65536], other[65536];
	uint32_t count;
};

static struct naive naive;

/** free_from() - the first free port of a parity from @start on, wrapping */
static int free_from(unsigned first, unsigned last, unsigned start,
		     unsigned odd, bool both)
{
	unsigned n = last - first + 1;

	if (start < first || start > last)
		start = first;
	for (unsigned i = 0; i < n; i++) {
		unsigned port = first + (start - first + i) % n;

		if ((port & 1) == odd && !naive.taken[port] &&
		    !(both && naive.other[port]))
			return (int)port;
	}
	return -1;
}

/** expected() - what port_set_find() ought to return */
static int expected(unsigned first, unsigned last, unsigned start,
		    enum port_parity parity, bool both)
{
	unsigned odd = parity == PORT_ANY ? start & 1 : parity == PORT_ODD;
	int port = free_from(first, last, start, odd, both);

	if (port < 0 && parity == PORT_ANY)
		port = free_from(first, last, start, !odd, both);
	return port;
}

/** fill() - most or all of a random stretch, so that whole words are full */
static void fill(void)
{
	uint32_t first = rng_below(&naive.rng, 65536);
	uint32_t n = rng_below(&naive.rng, 3000);
	bool add = rng_below(&naive.rng, 3);
	bool other = !rng_below(&naive.rng, 4);

	for (uint32_t p = first; p < first + n && p < 65536; p++) {
		uint16_t port = (uint16_t)p;

		if (other) {
			naive.other[p] = add;
			if (add)
				port_set_add(&naive.also, port);
			else
				port_set_remove(&naive.also, port);
			continue;
		}
		naive.count += add && !naive.taken[p];
		naive.count -= !add && naive.taken[p];
		naive.taken[p] = add;
		if (add)
			port_set_add(&naive.set, port);
		else
			port_set_remove(&naive.set, port);
	}
}

/** look() - one search and one question, on both */
static void look(void)
{
	unsigned a = rng_below(&naive.rng, 65536);
	unsigned b = rng_below(&naive.rng, 65536);
	unsigned first = a < b ? a : b, last = a < b ? b : a;
	bool both = rng_below(&naive.rng, 2), any = false;
	enum port_parity parity = (enum port_parity)rng_below(&naive.rng, 3);
	unsigned start;

	if (rng_below(&naive.rng, 2))
		last = first + rng_below(&naive.rng, 200);
	if (last > 65535)
		last = 65535;
	start = first + rng_below(&naive.rng, last - first + 1);
	assert_int_equal(port_set_find(&naive.set, both ? &naive.also : NULL,
				       (uint16_t)first, (uint16_t)last,
				       (uint16_t)start, parity),
			 expected(first, last, start, parity, both));
	for (unsigned p = first; p <= last && !any; p++)
		any = naive.taken[p];
	assert_int_equal(
		port_set_any(&naive.set, (uint16_t)first, (uint16_t)last), any);
	assert_int_equal(port_set_has(&naive.set, (uint16_t)a), naive.taken[a]);
	assert_int_equal(naive.set.count, naive.count);
}

/** against_booleans() - random fillings and searches */
static void against_booleans(void **state)
{
	(void)state;
	rng_seed(&naive.rng, unit_seed());
	for (unsigned i = 0; i < 20000; i++) {
		fill();
		for (unsigned k = 0; k < 3; k++)
			look();
	}
}

/** to_the_last() - every port is found once, then none */
static void to_the_last(void **state)
{
	static bool seen[65536];
	struct port_set *set = calloc(1, sizeof(*set));
	int port;

	(void)state;
	assert_non_null(set);
	for (unsigned i = 0; i < 64512; i++) {
		port = port_set_find(set, NULL, 1024, 65535,
				     (uint16_t)(1024 + i * 7919 % 64512),
				     PORT_ANY);
		assert_in_range(port, 1024, 65535);
		assert_false(seen[port]);
		seen[port] = true;
		port_set_add(set, (uint16_t)port);
	}
	assert_int_equal(port_set_find(set, NULL, 1024, 65535, 30000, PORT_ANY),
			 -1);
	assert_int_equal(port_set_find(set, NULL, 0, 65535, 30000, PORT_ANY),
			 0);
	free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(against_booleans),
		cmocka_unit_test(to_the_last),
	};

	return cmocka_run_group_tests_name("model_ports", tests, NULL, NULL);
}
