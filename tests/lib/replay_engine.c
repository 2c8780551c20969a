/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * replay_engine - the engine of a scenario: its settings, pool, and clocks
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tests/lib/replay.h"
#include "tests/lib/view.h"

/** load() - the settings so far, or NULL with a failure */
static struct conf *load(struct replay *r)
{
	/* Small tables, for nat_check() walks them after every step. */
	struct conf_override all[REPLAY_NAMES + 1] = {
		{"nat.max-sessions", "1024"}};
	char *text = NULL;
	struct conf *conf;
	size_t size = 0;
	FILE *errors = open_memstream(&text, &size);

	if (!errors) {
		replay_fail(r, "out of memory");
		return NULL;
	}
	memcpy(all + 1, r->set, r->n_set * sizeof(r->set[0]));
	conf = r->yaml ? conf_parse(r->yaml, strlen(r->yaml), "settings", all,
				    r->n_set + 1, errors)
		       : conf_load(NULL, all, r->n_set + 1, errors);
	fclose(errors);
	if (!conf)
		replay_fail(r, "%s", text);
	free(text);
	return conf;
}

/** pool_of() - the pool as the engine wants it */
static struct nat_pool pool_of(const struct replay *r)
{
	return (struct nat_pool){r->ranges, r->n_ranges, r->own, r->n_own};
}

bool replay_engine(struct replay *r)
{
	struct nat_pool addresses;
	struct conf *conf;

	if (r->nat)
		return true;
	if (!r->n_ranges) {
		r->ranges[0] =
			(struct nat_pool_range){0xc6336401, 0xc6336401, false};
		r->n_ranges = 1;
	}
	if (!r->now.lapse)
		r->now = (struct nat_now){1000000, 5000000};
	conf = load(r);
	if (!conf)
		return false;
	addresses = pool_of(r);
	r->nat = nat_alloc(&conf->nat, &addresses, r->seed, r->now);
	conf_free(conf);
	return r->nat ? replay_after(r) : replay_fail(r, "out of memory");
}

void replay_restart(struct replay *r)
{
	nat_free(r->nat);
	r->nat = NULL;
	r->n_names = 0;
	r->n_sent = 0;
	r->n_events = 0;
}

/** reconfigure() - put changed settings in force, if the engine runs */
static bool reconfigure(struct replay *r)
{
	struct conf *conf = load(r);
	int error = 0;

	if (!conf)
		return false;
	if (r->nat)
		error = nat_configure(r->nat, &conf->nat, r->now, NULL);
	conf_free(conf);
	if (error)
		return replay_fail(r, "nat_configure: %s", strerror(-error));
	return !r->nat || replay_after(r);
}

/** set() - `set KEY VALUE` */
static bool set(struct replay *r)
{
	const char *key = replay_next(r), *value = replay_next(r);
	struct conf_override *o = &r->set[r->n_set];

	if (!value || r->n_set == REPLAY_NAMES)
		return replay_fail(r, "set KEY VALUE");
	o->key = strdup(key);
	o->value = strdup(value);
	if (!o->key || !o->value)
		return replay_fail(r, "out of memory");
	r->n_set++;
	return replay_done(r) && reconfigure(r);
}

/** range() - `A` or `A-B` as a range of the pool */
static bool range(struct replay *r, char *word, bool host)
{
	struct nat_pool_range *range = &r->ranges[r->n_ranges];
	char *dash = strchr(word, '-');

	if (r->n_ranges == REPLAY_POOL)
		return replay_fail(r, "no room in the pool");
	if (dash)
		*dash++ = '\0';
	if (!address_parse(word, &range->first) ||
	    !address_parse(dash ? dash : word, &range->last))
		return replay_fail(r, "'%s' is no address", word);
	range->host = host;
	r->n_ranges++;
	return true;
}

/** pool() - `pool [host] A B-C…` */
static bool pool(struct replay *r)
{
	bool host = replay_take(r, "host");
	struct nat_pool p;

	r->n_ranges = 0;
	while (r->at < r->n_words)
		if (!range(r, r->word[r->at++], host))
			return false;
	p = pool_of(r);
	if (r->nat && nat_pool_set(r->nat, &p, r->now) < 0)
		return replay_fail(r, "nat_pool_set failed");
	return !r->nat || replay_after(r);
}

/** own() - `own A…` */
static bool own(struct replay *r)
{
	struct nat_pool p;

	for (r->n_own = 0; r->at < r->n_words; r->n_own++)
		if (r->n_own == REPLAY_POOL ||
		    !address_parse(replay_next(r), &r->own[r->n_own]))
			return replay_fail(r, "own ADDRESS...");
	p = pool_of(r);
	if (r->nat && nat_pool_set(r->nat, &p, r->now) < 0)
		return replay_fail(r, "nat_pool_set failed");
	return true;
}

bool replay_setting(struct replay *r, const char *command)
{
	if (!strcmp(command, "set"))
		return set(r);
	if (!strcmp(command, "settings"))
		return reconfigure(r);
	if (!strcmp(command, "pool"))
		return pool(r);
	if (!strcmp(command, "own"))
		return own(r);
	return replay_number(r, UINT64_MAX, &r->seed) && replay_done(r);
}

/** keep_event() - into the list */
static bool keep_event(struct replay *r, const struct nat_event *event)
{
	if (r->n_events == r->room_events) {
		size_t room = r->room_events ? r->room_events * 2 : 64;
		void *more = realloc(r->events, room * sizeof(*r->events));

		if (!more)
			return replay_fail(r, "out of memory");
		r->events = more;
		r->room_events = room;
	}
	r->events[r->n_events++] = (struct replay_event){*event, false};
	return true;
}

/** keep_sent() - into the list, after a look at it */
static bool keep_sent(struct replay *r, const struct nat_output *out)
{
	struct view v;
	char why[VIEW_WHY];

	if (!r->sent)
		r->sent = calloc(REPLAY_SENT, sizeof(*r->sent));
	if (!r->sent || r->n_sent == REPLAY_SENT || out->len > PACKET_MAX)
		return replay_fail(r, "too many packets sent");
	if (!view_packet(out->bytes, out->len, &v) || !v.ip[8] ||
	    (size_t)(v.ip[2] << 8 | v.ip[3]) != out->len)
		return replay_fail(r, "a malformed packet was sent");
	if (!view_sums_ok(&v, why) || (!view_private(v.dst.addr) &&
				       !view_public(out->bytes, out->len, why)))
		return replay_fail(r, "in a packet that was sent: %s", why);
	memcpy(r->sent[r->n_sent].bytes, out->bytes, out->len);
	r->sent[r->n_sent].len = out->len;
	r->sent[r->n_sent++].seen = false;
	return true;
}

bool replay_after(struct replay *r)
{
	struct nat_output output;
	struct nat_event event;

	while (nat_event_get(r->nat, &event))
		if (!keep_event(r, &event))
			return false;
	while (nat_output_get(r->nat, &output))
		if (!keep_sent(r, &output))
			return false;
	return nat_check(r->nat) || replay_fail(r, "nat_check() failed");
}
