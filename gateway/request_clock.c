// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * request_clock - show and change the lapse clock
 *
 * The answer to a change comes when everything that is due by the new time has
 * lapsed: whoever advances the clock by 5 minutes then finds gone what 5 idle
 * minutes end.
 */
#include "gateway/request.h"

#include "gateway/dhcp.h"
#include "gateway/request_row.h"

/** EXPIRY_BUDGET - sessions that may lapse in one turn of the loop */
#define EXPIRY_BUDGET 256

/** clock_row() - what the clock shows, and what has lapsed by the change */
static enum request_result clock_row(struct request *request, uint64_t expired)
{
	const struct gateway *gateway = request->gateway;
	struct row row;

	row_begin(&row, request->out);
	row_seconds(&row, "time", gateway_now(gateway).lapse);
	row_seconds(&row, "offset", gateway->clock.advanced_ms);
	row_real(&row, "scale", gateway->clock.scale);
	row_bool(&row, "frozen", gateway->clock.frozen);
	row_number(&row, "expired", expired);
	row_end(&row);
	request->rows = 1;
	return request_done(request);
}

/** lapsed() - how many sessions have lapsed since the start */
static uint64_t lapsed(const struct gateway *gateway)
{
	return nat_counters(gateway->nat)[NAT_SESSIONS_LAPSED];
}

/** expire_page() - end what is due, in slices; then answer */
static enum request_result expire_page(struct request *request)
{
	struct gateway *gateway = request->gateway;
	bool more =
		nat_expire(gateway->nat, gateway_now(gateway), EXPIRY_BUDGET);

	gateway_settle(gateway);
	if (more || dhcp_is_due(gateway->dhcp))
		return REQUEST_MORE;
	return clock_row(request, lapsed(gateway) - request->before);
}

/**
 * changed() - after the clock was changed
 * @how:	reason of the event
 */
static enum request_result changed(struct request *request, const char *how)
{
	gateway_note(request->gateway, RING_CLOCK_CHANGED, how);
	request->before = lapsed(request->gateway);
	request->more = expire_page;
	return expire_page(request);
}

enum request_result request_clock_show(struct request *request)
{
	return clock_row(request, 0);
}

enum request_result request_clock_advance(struct request *request)
{
	struct lapse_clock *clock = &request->gateway->clock;
	uint64_t ms = 0;

	request_duration(request, "by", &ms);
	if (clock_advance(clock, gateway_real_ns(), ms) != 0)
		return request_fail(request, REQUEST_USAGE, "by",
				    "the lapse clock ends at %llu s: advance it"
				    " by less",
				    (unsigned long long)CLOCK_LIMIT_MS / 1000);
	return changed(request, "advance");
}

enum request_result request_clock_scale(struct request *request)
{
	struct lapse_clock *clock = &request->gateway->clock;
	double scale =
		json_number_value(json_object_get(request->args, "scale"));

	if (clock_scale(clock, gateway_real_ns(), scale) != 0)
		return request_fail(request, REQUEST_USAGE, "scale",
				    "must be above 0 and at most %.0f; to stop "
				    "the clock freeze it",
				    CLOCK_SCALE_MAX);
	return changed(request, "scale");
}

enum request_result request_clock_freeze(struct request *request)
{
	clock_freeze(&request->gateway->clock, gateway_real_ns(), true);
	return changed(request, "freeze");
}

enum request_result request_clock_resume(struct request *request)
{
	clock_freeze(&request->gateway->clock, gateway_real_ns(), false);
	return changed(request, "resume");
}

enum request_result request_clock_reset(struct request *request)
{
	clock_reset(&request->gateway->clock, gateway_real_ns());
	return changed(request, "reset");
}
