/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * test_tcp - the state machine: every edge; what a RST has to match
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "nat/tcp.h"

#define INIT_OUT    NAT_STATE_TCP_INIT_OUT
#define INIT_IN	    NAT_STATE_TCP_INIT_IN
#define ESTABLISHED NAT_STATE_TCP_ESTABLISHED
#define FIN_OUT	    NAT_STATE_TCP_FIN_OUT
#define FIN_IN	    NAT_STATE_TCP_FIN_IN
#define FIN_BOTH    NAT_STATE_TCP_FIN_BOTH
#define TRANS	    NAT_STATE_TCP_TRANS

/**
 * struct edges - a state's successors (RFC 6146 section 3.5.2.2)
 * @next:	after SYN, FIN, ACK of the internal side, then of the external
 */
struct edges {
	enum nat_state from;
	enum nat_state next[6];
};

static const struct edges table[] = {
	{NAT_STATE_INITIAL,
	 {INIT_OUT, ESTABLISHED, ESTABLISHED, INIT_IN, ESTABLISHED,
	  ESTABLISHED}},
	{INIT_OUT,
	 {INIT_OUT, INIT_OUT, INIT_OUT, ESTABLISHED, INIT_OUT, INIT_OUT}},
	{INIT_IN, {ESTABLISHED, INIT_IN, INIT_IN, INIT_IN, INIT_IN, INIT_IN}},
	{ESTABLISHED,
	 {ESTABLISHED, FIN_OUT, ESTABLISHED, ESTABLISHED, FIN_IN, ESTABLISHED}},
	{FIN_OUT, {FIN_OUT, FIN_OUT, FIN_OUT, FIN_OUT, FIN_BOTH, FIN_OUT}},
	{FIN_IN, {FIN_IN, FIN_BOTH, FIN_IN, FIN_IN, FIN_IN, FIN_IN}},
	{FIN_BOTH, {INIT_OUT, FIN_BOTH, FIN_BOTH, INIT_IN, FIN_BOTH, FIN_BOTH}},
	{TRANS,
	 {INIT_OUT, ESTABLISHED, ESTABLISHED, INIT_IN, ESTABLISHED,
	  ESTABLISHED}},
};

/** every_edge() - each state, flag and side */
static void every_edge(void **state)
{
	static const uint8_t flags[] = {TCP_SYN, TCP_FIN | TCP_ACK, TCP_ACK};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		enum nat_state from = table[i].from;

		for (unsigned k = 0; k < 6; k++) {
			enum side by = k < 3 ? SIDE_INTERNAL : SIDE_EXTERNAL;

			assert_int_equal(tcp_next(from, flags[k % 3], by, true),
					 table[i].next[k]);
			/* rst_valid matters to a RST alone */
			assert_int_equal(
				tcp_next(from, flags[k % 3], by, false),
				table[i].next[k]);
			assert_int_equal(tcp_next(from, TCP_RST, by, true),
					 TRANS);
			assert_int_equal(
				tcp_next(from, TCP_RST | TCP_ACK, by, false),
				from);
		}
		assert_int_equal(
			tcp_next(from, TCP_SYN | TCP_ACK, SIDE_EXTERNAL, true),
			table[i].next[3]);
	}
}

/** segment() - one segment through a session's state machine */
static bool segment(struct session *s, enum side by, uint8_t flags,
		    uint32_t seq, uint32_t ack, uint16_t window, int scale)
{
	const struct headers h = {
		.tcp_flags = flags,
		.seq = seq,
		.ack = ack,
		.window = window,
		.scale = scale,
	};

	return tcp_segment(s, &h, by);
}

/** open() - a connection: the internal side expects 501, the other 101 */
static void open(struct session *s, int scale_in, int scale_out)
{
	*s = (struct session){.state = NAT_STATE_INITIAL};
	segment(s, SIDE_INTERNAL, TCP_SYN, 100, 0, 1000, scale_in);
	segment(s, SIDE_EXTERNAL, TCP_SYN | TCP_ACK, 500, 101, 2000, scale_out);
	segment(s, SIDE_INTERNAL, TCP_ACK, 101, 501, 1000, -1);
	assert_int_equal(s->state, ESTABLISHED);
}

/** believed() - whether a RST with this number ends the connection */
static bool believed(struct session s, enum side by, uint32_t seq)
{
	assert_false(segment(&s, by, TCP_RST, seq, 0, 0, -1));
	return s.state == TRANS;
}

/** rst_window() - from the next byte expected to the window's end, no more */
static void rst_window(void **state)
{
	struct session s;

	(void)state;
	open(&s, -1, -1);
	assert_true(believed(s, SIDE_EXTERNAL, 501));
	assert_true(believed(s, SIDE_EXTERNAL, 1501));
	assert_false(believed(s, SIDE_EXTERNAL, 1502));
	assert_false(believed(s, SIDE_EXTERNAL, 500));
	assert_true(believed(s, SIDE_INTERNAL, 101));
	assert_true(believed(s, SIDE_INTERNAL, 2101));
	assert_false(believed(s, SIDE_INTERNAL, 2102));
	assert_false(believed(s, SIDE_INTERNAL, 100));
	/* an old ACK that comes late does not move it back */
	segment(&s, SIDE_INTERNAL, TCP_ACK, 101, 601, 1000, -1);
	segment(&s, SIDE_INTERNAL, TCP_ACK, 101, 551, 1000, -1);
	assert_false(believed(s, SIDE_EXTERNAL, 600));
	assert_true(believed(s, SIDE_EXTERNAL, 601));
}

/** rst_scaled() - windows are scaled only if both sides offered to */
static void rst_scaled(void **state)
{
	struct session s;

	(void)state;
	open(&s, 7, 2);
	assert_true(believed(s, SIDE_EXTERNAL, 501 + (1000 << 7)));
	assert_false(believed(s, SIDE_EXTERNAL, 502 + (1000 << 7)));
	segment(&s, SIDE_EXTERNAL, TCP_ACK, 501, 101, 2000, -1);
	assert_true(believed(s, SIDE_INTERNAL, 101 + (2000 << 2)));
	assert_false(believed(s, SIDE_INTERNAL, 102 + (2000 << 2)));
	open(&s, 7, -1);
	assert_false(believed(s, SIDE_EXTERNAL, 1502));
	open(&s, -1, 7);
	assert_false(believed(s, SIDE_EXTERNAL, 1502));
	/* a window of 65535 << 14 does not wrap */
	open(&s, 14, 14);
	segment(&s, SIDE_INTERNAL, TCP_ACK, 101, 501, 65535, -1);
	assert_true(believed(s, SIDE_EXTERNAL, 501 + (65535u << 14)));
	assert_false(believed(s, SIDE_EXTERNAL, 502 + (65535u << 14)));
}

/** rst_unknown() - while a side has acknowledged nothing, and after a SYN */
static void rst_unknown(void **state)
{
	struct session s = {.state = NAT_STATE_INITIAL};

	(void)state;
	segment(&s, SIDE_INTERNAL, TCP_SYN, 100, 0, 1000, -1);
	assert_true(believed(s, SIDE_EXTERNAL, 0));
	assert_true(believed(s, SIDE_EXTERNAL, 0x80000000));
	/* the same ports again: what was known of the old connection is not */
	open(&s, -1, -1);
	s.state = FIN_BOTH;
	segment(&s, SIDE_INTERNAL, TCP_SYN, 70000, 0, 1000, -1);
	assert_int_equal(s.state, INIT_OUT);
	assert_true(believed(s, SIDE_EXTERNAL, 0));
}

/** refreshes() - a RST does not, all else does */
static void refreshes(void **state)
{
	struct session s;

	(void)state;
	open(&s, -1, -1);
	assert_true(segment(&s, SIDE_INTERNAL, TCP_ACK, 101, 501, 1, -1));
	assert_true(
		segment(&s, SIDE_EXTERNAL, TCP_FIN | TCP_ACK, 501, 101, 1, -1));
	assert_false(segment(&s, SIDE_EXTERNAL, TCP_RST, 501, 101, 1, -1));
	assert_false(
		segment(&s, SIDE_INTERNAL, TCP_RST | TCP_ACK, 9, 9, 1, -1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_edge), cmocka_unit_test(rst_window),
		cmocka_unit_test(rst_scaled), cmocka_unit_test(rst_unknown),
		cmocka_unit_test(refreshes),
	};

	return cmocka_run_group_tests_name("test_tcp", tests, NULL, NULL);
}
