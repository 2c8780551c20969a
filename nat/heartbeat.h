/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heartbeat - the verdict on a flow, and the interval that would be safe
 */
#ifndef NAT_HEARTBEAT_H
#define NAT_HEARTBEAT_H

#include "nat/report.h"

/* What became of a flow. */
#define HEARTBEAT_LIST(X)                                            \
	X(HEARTBEAT_ALIVE, "alive")	      /* it has a session */ \
	X(HEARTBEAT_DIED, "died")	      /* against its will */ \
	X(HEARTBEAT_CLOSED, "closed")	      /* by its own ends */  \
	X(HEARTBEAT_UNANSWERED, "unanswered") /* never a flow */     \
	X(HEARTBEAT_OVER, "over")	      /* and not missed */

enum heartbeat { HEARTBEAT_LIST(NAT_ENUM_ENTRY) };
extern const char *const heartbeat_names[];

/**
 * heartbeat_verdict() - what became of a flow
 *
 * TCP that is closed, reset or not yet answered is not alive, though it has a
 * session: no heartbeat is for that. If it lapses while established it has
 * died, for neither end has been told. UDP has no end of its own: it has died
 * if either end sent more, or had taken pains before to keep it alive, and else
 * is over.
 */
enum heartbeat heartbeat_verdict(const struct nat_history_info *info);

/**
 * heartbeat_interval() - how often to send so that a timer never ends
 * @timer:	of the flow, ms, or NAT_NEVER
 * @jitter:	percent that timers vary by: the next one may be as much shorter
 *		as this one was longer
 *
 * Below the timer by 5 %, or by 1 s, whatever is more: a beat takes its time.
 *
 * Return: ms, or NAT_NEVER where none is needed.
 */
uint64_t heartbeat_interval(uint64_t timer, unsigned jitter);

#endif /* NAT_HEARTBEAT_H */
