/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heartbeat - the verdict on a flow
 */
#include "nat/heartbeat.h"

#define NAME(id, name) name,
const char *const heartbeat_names[] = {HEARTBEAT_LIST(NAME) NULL};

/* Room below a timer: for the beat's way, and for a client's own clock. */
#define ROOM_MS	     1000
#define ROOM_DIVISOR 20

/**
 * of_tcp() - the verdict on TCP, by how far it has come
 * @open:	on what is open: that it lives, or has died
 */
static enum heartbeat of_tcp(enum nat_state state, enum heartbeat open)
{
	switch (state) {
	case NAT_STATE_TCP_INIT_OUT:
	case NAT_STATE_TCP_INIT_IN:
		return HEARTBEAT_UNANSWERED;
	case NAT_STATE_TCP_FIN_BOTH:
	case NAT_STATE_TCP_TRANS:
		return HEARTBEAT_CLOSED;
	case NAT_STATE_TCP_ESTABLISHED:
	case NAT_STATE_TCP_FIN_OUT:
	case NAT_STATE_TCP_FIN_IN:
	case NAT_STATE_INITIAL:
	case NAT_STATE_ACTIVE:
		break;
	}
	return open;
}

enum heartbeat heartbeat_verdict(const struct nat_history_info *info)
{
	/* its ends are done with what is closed or reset, though the NAT knows
	 * it for a while */
	if (info->alive)
		return info->protocol == 6
			       ? of_tcp(info->state, HEARTBEAT_ALIVE)
			       : HEARTBEAT_ALIVE;
	if (info->reason == NAT_REASON_CLOSED ||
	    info->reason == NAT_REASON_RESET)
		return HEARTBEAT_CLOSED;
	if (info->reason != NAT_REASON_IDLE)
		return HEARTBEAT_DIED;
	if (info->protocol == 6)
		return of_tcp(info->state, HEARTBEAT_DIED);
	if (info->late_packets || info->lost_in || info->beats)
		return HEARTBEAT_DIED;
	return info->state == NAT_STATE_INITIAL ? HEARTBEAT_UNANSWERED
						: HEARTBEAT_OVER;
}

uint64_t heartbeat_interval(uint64_t timer, unsigned jitter)
{
	uint64_t room;

	if (timer == NAT_NEVER)
		return NAT_NEVER;
	if (jitter)
		timer = timer / (100 + jitter) *
			(jitter < 100 ? 100 - jitter : 0);
	room = timer / ROOM_DIVISOR;
	if (room < ROOM_MS)
		room = ROOM_MS;
	return timer > 2 * room ? timer - room : timer / 2;
}
