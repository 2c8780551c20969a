/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * timer - which idle timer a session is under, and what renews it
 */
#ifndef NAT_TIMER_H
#define NAT_TIMER_H

#include "nat/engine.h"

/** timer_of() - the idle timer that a session is under in its state */
enum nat_timer timer_of(const struct session *session);

/** timer_length() - its length for this session, jitter included, or NEVER */
uint64_t timer_length(const struct nat *nat, const struct session *session);

/** timer_is_over() - whether it is a TCP connection closed by both or reset */
bool timer_is_over(const struct session *session);

/**
 * timer_open() - timer_length(), of what is over as if it were still open
 *
 * What the NAT grants to a TCP connection that has been closed or reset is not
 * what a heartbeat had to be in time for.
 */
uint64_t timer_open(const struct nat *nat, const struct session *session);

/** timer_deadline() - lapse ms at which the session has lapsed, or NEVER */
uint64_t timer_deadline(const struct nat *nat, const struct session *session);

/**
 * timer_refresh() - a packet of the session was translated
 * @by:		who sent it
 * @len:	its length in bytes
 *
 * Renews the timer if the setting lets this direction do so (RFC 4787 REQ-6).
 */
void timer_refresh(struct nat *nat, uint64_t now, struct session *session,
		   enum side by, size_t len);

/** timer_file() - put the session on the wheel at its deadline as of now */
void timer_file(struct nat *nat, struct session *session);

/** timer_jitter() - the percentage that a new session's timers are off */
int8_t timer_jitter(struct nat *nat, uint16_t policy);

#endif /* NAT_TIMER_H */
