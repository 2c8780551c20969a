// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * reload - new settings for a running lapsed
 *
 * All or nothing: the file is read and checked, and what cannot change in a
 * running lapsed compared, before anything is put in force.
 */
#include "gateway/reload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "gateway/control_ring.h"
#include "gateway/dhcp.h"
#include "gateway/eventlog.h"
#include "gateway/monitor.h"
#include "gateway/notify.h"
#include "nat/report.h"

/** same() - two texts, either of which may be NULL */
static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/** same_lans() - interfaces and addresses of the internal realm */
static bool same_lans(const struct conf *a, const struct conf *b)
{
	size_t i;

	if (a->n_lan != b->n_lan)
		return false;
	for (i = 0; i < a->n_lan; i++)
		if (strcmp(a->lan[i].interface, b->lan[i].interface) != 0 ||
		    a->lan[i].address != b->lan[i].address ||
		    a->lan[i].bits != b->lan[i].bits)
			return false;
	return true;
}

/** same_served() - which LANs have DHCP, if any */
static bool same_served(const struct conf *a, const struct conf *b)
{
	if (a->dhcp_on != b->dhcp_on || a->dhcp.n_lans != b->dhcp.n_lans)
		return false;
	for (size_t i = 0; i < a->dhcp.n_lans; i++)
		if (a->dhcp_lan[i] != b->dhcp_lan[i])
			return false;
	return true;
}

/** check() - what only a restart can change; false and a line for each */
static bool check(const struct conf *old, const struct conf *new, FILE *errors)
{
	const struct {
		bool same;
		const char *name;
	} fixed[] = {
		{same_lans(old, new), "lan"},
		{strcmp(old->wan_interface, new->wan_interface) == 0,
		 "wan.interface"},
		{old->nat.max_sessions == new->nat.max_sessions,
		 "nat.max-sessions"},
		{old->nat.hold_down_max == new->nat.hold_down_max,
		 "nat.hold-down-max"},
		{old->seed_given == new->seed_given && old->seed == new->seed,
		 "seed"},
		{same_served(old, new), "dhcp, which lans have it"},
		{old->dhcp.max_leases == new->dhcp.max_leases,
		 "dhcp.max-leases"},
		{same(old->lease_file, new->lease_file), "dhcp.lease-file"},
		{old->lease_sync == new->lease_sync, "dhcp.lease-sync"},
		{old->queue_number == new->queue_number, "queue.number"},
		{old->queue_gso == new->queue_gso, "queue.gso"},
		{old->backend == new->backend, "queue.rules"},
		{same(old->control_socket, new->control_socket),
		 "control.socket"},
		{same(old->control_group, new->control_group), "control.group"},
	};
	bool ok = true;
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (fixed[i].same)
			continue;
		fprintf(errors,
			"%s: cannot change while lapsed runs: restart it\n",
			fixed[i].name);
		ok = false;
	}
	return ok;
}

/** in_ranges() - whether an address is one that the pool names */
static bool in_ranges(const struct conf *conf, uint32_t addr)
{
	for (size_t i = 0; i < conf->n_pool; i++)
		if (!conf->pool[i].interface && addr >= conf->pool[i].first &&
		    addr <= conf->pool[i].last)
			return true;
	return false;
}

/** has_own() - whether the WAN interface's own address is in the pool */
static bool has_own(const struct conf *conf)
{
	for (size_t i = 0; i < conf->n_pool; i++)
		if (conf->pool[i].interface)
			return true;
	return false;
}

/** same_pool() - whether two pools are written alike */
static bool same_pool(const struct conf *a, const struct conf *b)
{
	if (a->n_pool != b->n_pool)
		return false;
	for (size_t i = 0; i < a->n_pool; i++)
		if (a->pool[i].interface != b->pool[i].interface ||
		    a->pool[i].first != b->pool[i].first ||
		    a->pool[i].last != b->pool[i].last)
			return false;
	return true;
}

/**
 * fits() - whether the new pool has every external address that is in use
 *
 * Static mappings go by the settings, and do not count.
 */
static bool fits(const struct gateway *gateway, const struct conf *new,
		 FILE *errors)
{
	const struct conf *old = gateway->conf;
	struct nat_now now = gateway_now(gateway);
	struct nat_mapping_info info;
	char text[ADDRESS_TEXT];
	uint32_t cursor = 0;

	if (same_pool(old, new))
		return true;
	while (nat_mapping_next(gateway->nat, now, &cursor, &info)) {
		uint32_t addr = info.external.addr;

		if (info.fixed || in_ranges(new, addr) ||
		    (has_own(new) && !in_ranges(old, addr)))
			continue;
		address_format(addr, text);
		fprintf(errors,
			"wan.pool: %s is in use: keep it, or end its sessions "
			"first, lapse kill external=%s\n",
			text, text);
		return false;
	}
	return true;
}

/** switch_log() - level and event file; -errno if the file cannot be opened */
static int switch_log(struct gateway *gateway, const struct conf *new,
		      FILE *errors)
{
	struct eventlog *eventlog = NULL;

	if (new->log_events) {
		/* opened anew also if it is the same: logrotate */
		int error = eventlog_open(new->log_events, &eventlog);

		if (error) {
			fprintf(errors, "log.events: cannot write %s: %s\n",
				new->log_events, strerror(-error));
			return error;
		}
	}
	eventlog_close(gateway->eventlog);
	gateway->eventlog = eventlog;
	return 0;
}

/** load() - the settings that @live makes of file and command line, or NULL */
static struct conf *load(const struct gateway *gateway, const struct live *live,
			 FILE *errors)
{
	size_t n = gateway->n_overrides;
	struct conf_override *all = calloc(n + live->n + 1, sizeof(*all));
	struct conf *conf;

	if (!all) {
		fputs("out of memory\n", errors);
		return NULL;
	}
	if (n)
		memcpy(all, gateway->overrides, n * sizeof(*all));
	if (live->n)
		memcpy(all + n, live->item, live->n * sizeof(*all));
	conf = conf_load(gateway->conf->path, all, n + live->n, errors);
	free(all);
	return conf;
}

/** configure() - both engines, or none */
static int configure(struct gateway *gateway, struct conf *old,
		     struct conf *new, struct nat_change *change)
{
	int error = dhcp_configure(gateway->dhcp, new);

	if (error)
		return error;
	error = nat_configure(gateway->nat, &new->nat, gateway_now(gateway),
			      change);
	/* there was memory for it a moment ago */
	if (error) {
		int back = dhcp_configure(gateway->dhcp, old);

		base_assert(!back);
	}
	return error;
}

/**
 * apply() - put settings in force, as a whole or not at all
 * @new:	taken over on success
 * @why:	of the event
 */
static int apply(struct gateway *gateway, struct conf *new, const char *why,
		 struct nat_change *change, FILE *errors)
{
	struct conf *old = gateway->conf;
	bool good = check(old, new, errors) && fits(gateway, new, errors);
	int error = good ? 0 : -EINVAL;

	if (error)
		return error;
	error = switch_log(gateway, new, errors);
	if (error)
		return error;
	error = configure(gateway, old, new, change);
	if (error) {
		fprintf(errors, "cannot put the settings in force: %s\n",
			strerror(-error));
		switch_log(gateway, old, errors);
		return error;
	}

	gateway->conf = new;
	log_level_set(new->log_level);
	if (gateway->monitor)
		monitor_refresh(gateway->monitor);
	gateway_note(gateway, RING_SETTINGS_CHANGED, why);
	log_info("settings changed: %" PRIu32 " sessions lapse sooner, %" PRIu32
		 " later, %" PRIu32 " ended",
		 change->sooner, change->later, change->ended);
	gateway_settle(gateway);
	conf_free(old);
	return 0;
}

/** change_to() - the settings with @live on top; see gateway_reload() */
static int change_to(struct gateway *gateway, const struct live *live,
		     const char *why, struct nat_change *change, FILE *errors)
{
	struct conf *new = load(gateway, live, errors);
	struct nat_change ignored;
	int error = -EINVAL;

	if (new)
		error = apply(gateway, new, why, change ? change : &ignored,
			      errors);
	if (error)
		conf_free(new);
	return error;
}

int gateway_reload(struct gateway *gateway, struct nat_change *change,
		   FILE *errors)
{
	return change_to(gateway, &gateway->live, "reload", change, errors);
}

int gateway_set(struct gateway *gateway, struct live *live,
		struct nat_change *change, FILE *errors)
{
	int error = change_to(gateway, live, "set", change, errors);

	if (error)
		return error;
	live_clean(&gateway->live);
	gateway->live = *live;
	*live = (struct live){0};
	return 0;
}

/** reloading() - tell systemd, which wants the time too */
static void reloading(void)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
		 gateway_real_ns() / 1000);
	notify(state);
}

void reload_logged(struct gateway *gateway)
{
	char *text = NULL, *line, *rest;
	size_t size;
	FILE *errors = open_memstream(&text, &size);

	if (!errors) {
		log_error("reload: out of memory");
		return;
	}
	reloading();
	if (gateway_reload(gateway, NULL, errors))
		log_error("the settings stay as they are:");
	fclose(errors);
	rest = text;
	while (rest && (line = strsep(&rest, "\n")))
		if (*line)
			log_error("%s", line);
	free(text);
	notify("READY=1");
}
