// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcpplay_set - a scenario's settings
 */
#include "tests/lib/dhcpplay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/endpoint.h"

/** set_ranges() - A-B,A-B */
static bool set_ranges(struct play *play, const char *key,
		       struct dhcpd_range *ranges, size_t *n)
{
	const char *value = play_get(play, key);
	char text[256], *save = NULL, *part, *dash;

	if (!value)
		return true;
	snprintf(text, sizeof(text), "%s", value);
	*n = 0;
	for (part = strtok_r(text, ",", &save); part && *n < RIG_RANGES;
	     part = strtok_r(NULL, ",", &save), ++*n) {
		dash = strchr(part, '-');
		if (dash)
			*dash++ = '\0';
		if (!play_address(play, part, &ranges[*n].first) ||
		    !play_address(play, dash ? dash : part, &ranges[*n].last))
			return false;
	}
	return true;
}

/** set_duration() - a time in ms */
static bool set_duration(struct play *play, const char *key, uint64_t *ms)
{
	const char *value = play_get(play, key);

	return !value || play_duration(play, value, ms);
}

/** set_bool() - true or false */
static void set_bool(struct play *play, const char *key, bool *on)
{
	const char *value = play_get(play, key);

	if (value)
		*on = strcmp(value, "true") == 0;
}

/** set_addresses() - a list; `none` for an empty one */
static bool set_addresses(struct play *play, const char *key, uint32_t *list,
			  struct dhcpd_addresses *addresses)
{
	const char *value = play_get(play, key);
	int n;

	if (!value)
		return true;
	n = strcmp(value, "none") == 0 ? 0
				       : play_addresses(value, list, RIG_LIST);
	if (n < 0)
		return play_fail(play, "no addresses: %s", value);
	addresses->list = list;
	addresses->n = (size_t)n;
	return true;
}

/** set_text() - keep a text in the subnet's room, cut to what is left there */
static char *set_text(struct rig_subnet *own, const char *text)
{
	size_t used = 0;

	while (own->text[used])
		used += strlen(own->text + used) + 1;
	snprintf(own->text + used, sizeof(own->text) - used - 1, "%s", text);
	return own->text + used;
}

/** set_search() - NAME,NAME */
static void set_search(struct play *play, struct dhcpd_subnet *s,
		       struct rig_subnet *own)
{
	const char *value = play_get(play, "search");
	char text[512], *save = NULL, *part;

	if (!value)
		return;
	snprintf(text, sizeof(text), "%s", value);
	s->n_search = 0;
	for (part = strtok_r(text, ",", &save); part;
	     part = strtok_r(NULL, ",", &save))
		own->search[s->n_search++] = set_text(own, part);
	s->search = own->search;
}

/** set_routes() - PREFIX>ROUTER,… */
static bool set_routes(struct play *play, struct dhcpd_subnet *s,
		       struct rig_subnet *own)
{
	const char *value = play_get(play, "routes");
	char text[512], *save = NULL, *part, *via;

	if (!value)
		return true;
	snprintf(text, sizeof(text), "%s", value);
	s->n_routes = 0;
	for (part = strtok_r(text, ",", &save); part;
	     part = strtok_r(NULL, ",", &save)) {
		struct dhcpd_route *r = &own->routes[s->n_routes++];

		via = strchr(part, '>');
		if (!via)
			return play_fail(play, "no route: %s", part);
		*via++ = '\0';
		if (!prefix_parse(part, &r->addr, &r->bits) ||
		    !address_parse(via, &r->router))
			return play_fail(play, "no route: %s", part);
	}
	s->routes = own->routes;
	return true;
}

/** set_options() - every option.CODE=HEX */
static bool set_options(struct play *play, struct dhcpd_subnet *s,
			struct rig_subnet *own)
{
	for (size_t i = 1; i < play->n; i++) {
		struct dhcpd_option *o = &own->options[s->n_options];
		int len;

		if (strncmp(play->word[i], "option.", 7) != 0)
			continue;
		play->used[i] = true;
		o->code = (uint8_t)play_int(play->word[i] + 7);
		len = play_hex(play->value[i], own->values + own->used,
			       sizeof(own->values) - own->used);
		if (len < 0)
			return play_fail(play, "no hex: %s", play->value[i]);
		o->value = own->values + own->used;
		o->len = (size_t)len;
		own->used += (size_t)len;
		s->n_options++;
	}
	s->options = own->options;
	return true;
}

/** set_global() - what is not a subnet's */
static bool set_global(struct play *play, struct rig_settings *settings)
{
	struct dhcpd_settings *s = &settings->s;
	const char *value;
	uint64_t number;

	set_bool(play, "authoritative", &s->authoritative);
	set_bool(play, "conflict-probe", &s->conflict_probe);
	set_bool(play, "ignore-link-selection", &s->ignore_link_selection);
	value = play_get(play, "rate-limit");
	if (value) {
		if (!play_number(play, value, &number))
			return false;
		s->rate_limit = (uint32_t)number;
	}
	value = play_get(play, "max-leases");
	if (value) {
		if (!play_number(play, value, &number))
			return false;
		s->max_leases = (uint32_t)number;
	}
	return set_duration(play, "decline-time", &s->decline_time) &&
	       set_duration(play, "offer-time", &s->offer_time) &&
	       set_duration(play, "probe-time", &s->probe_time) &&
	       set_addresses(play, "own", settings->addresses, &s->own);
}

bool play_set(struct play *play, size_t index)
{
	struct rig_settings *settings = dhcprig_settings(play->rig);
	struct dhcpd_subnet *s = &settings->subnets[index];
	struct rig_subnet *own = &settings->own[index];
	const char *value;
	uint64_t number;

	value = play_get(play, "address");
	if (value && index == 0) {
		if (!prefix_parse(value, &settings->lans[0].address, &s->bits))
			return play_fail(play, "no prefix: %s", value);
		s->addr = settings->lans[0].address;
		own->router[0] = s->addr;
	}
	value = play_get(play, "allocation");
	if (value)
		s->allocation = strcmp(value, "automatic") == 0
					? DHCPD_ALLOCATE_AUTOMATIC
					: DHCPD_ALLOCATE_DYNAMIC;
	value = play_get(play, "domain");
	if (value)
		s->domain = set_text(own, value);
	value = play_get(play, "mtu");
	if (value) {
		if (!play_number(play, value, &number))
			return false;
		s->mtu = (uint16_t)number;
	}
	value = play_get(play, "next-server");
	if (value && !play_address(play, value, &s->next_server))
		return false;
	set_search(play, s, own);
	return set_ranges(play, "range", own->ranges, &s->n_ranges) &&
	       set_ranges(play, "exclude", own->exclude, &s->n_exclude) &&
	       set_duration(play, "lease-time", &s->lease_time) &&
	       set_duration(play, "max-lease-time", &s->max_lease_time) &&
	       set_duration(play, "renew-time", &s->renew_time) &&
	       set_duration(play, "rebind-time", &s->rebind_time) &&
	       set_addresses(play, "router", own->router, &s->router) &&
	       set_addresses(play, "dns", own->dns, &s->dns) &&
	       set_addresses(play, "ntp", own->ntp, &s->ntp) &&
	       set_routes(play, s, own) && set_options(play, s, own) &&
	       set_global(play, settings);
}

bool play_subnet(struct play *play)
{
	struct rig_settings *settings = dhcprig_settings(play->rig);
	size_t index = settings->s.n_subnets;
	struct dhcpd_subnet *s = &settings->subnets[index];

	if (index == RIG_SUBNETS || play->n < 2)
		return play_fail(play, "subnet PREFIX, at most %d",
				 RIG_SUBNETS);
	dhcpd_subnet_default(s);
	if (!prefix_parse(play->word[1], &s->addr, &s->bits))
		return play_fail(play, "no prefix: %s", play->word[1]);
	play->used[1] = true;
	s->ranges = settings->own[index].ranges;
	s->exclude = settings->own[index].exclude;
	settings->s.n_subnets++;
	return play_set(play, index);
}

bool play_reserve(struct play *play)
{
	struct rig_settings *settings = dhcprig_settings(play->rig);
	size_t index = settings->s.n_reservations;
	struct dhcpd_reservation *r = &settings->reservations[index];
	const char *value;
	int len;

	if (index == RIG_RESERVATIONS)
		return play_fail(play, "too many reservations");
	value = play_get(play, "address");
	if (!value || !play_address(play, value, &r->address))
		return play_fail(play, "a reservation has an address");
	value = play_get(play, "hostname");
	if (value) {
		snprintf(settings->hostnames[index],
			 sizeof(settings->hostnames[0]), "%s", value);
		r->hostname = settings->hostnames[index];
	}
	value = play_get(play, "client");
	if (value) {
		r->by_mac = true;
		play_mac(value[0], r->mac);
	}
	value = play_get(play, "id");
	if (value) {
		len = play_hex(value, settings->ids[index], 255);
		if (len < 1)
			return play_fail(play, "no hex: %s", value);
		r->id = settings->ids[index];
		r->id_len = (size_t)len;
	}
	settings->s.n_reservations++;
	return true;
}
