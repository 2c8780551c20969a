// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon - lapsed's parts put together: start, loop, stop
 *
 * The order of the start matters. Nothing is changed before everything that
 * can be checked was, and the queue is ours; the rules are in place before
 * the machine forwards. The stop goes the other way round.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/random.h>
#include <time.h>
#include "gateway/control.h"
#include "gateway/control_ring.h"
#include "gateway/dhcp.h"
#include "gateway/eventlog.h"
#include "gateway/gateway.h"
#include "gateway/hostports.h"
#include "gateway/monitor.h"
#include "gateway/notify.h"
#include "gateway/privilege.h"
#include "gateway/queue.h"
#include "gateway/rawsend.h"
#include "gateway/reload.h"
#include "gateway/rules.h"
#include "gateway/rulewatch.h"
#include "gateway/rundir.h"
#include "gateway/sysctl.h"

/* Sessions ended before packets get their turn again. */
#define EXPIRE_SLICE 1024

/* An event loop that wakes once an hour for nothing is no burden. */
#define TIMER_MAX_NS (3600 * UINT64_C(1000000000))

#define STAT_NAME(id, name, help) name,
#define STAT_HELP(id, name, help) help,
const char *const gateway_stat_names[] = {GATEWAY_STAT_LIST(STAT_NAME)};
const char *const gateway_stat_help[] = {GATEWAY_STAT_LIST(STAT_HELP)};

uint64_t gateway_real_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

struct nat_now gateway_now(const struct gateway *gateway)
{
	uint64_t real = gateway_real_ns();

	return (struct nat_now){
		.lapse = clock_lapse_ms(&gateway->clock, real),
		.real = real / 1000000,
	};
}

/** arm() - set the one timer to the next deadline */
static void arm(struct gateway *gateway, bool more)
{
	uint64_t real = gateway_real_ns();
	uint64_t wait = TIMER_MAX_NS, lapse, next, next_real;
	struct timeval tv;

	dhcp_next(gateway->dhcp, &next, &next_real);
	if (nat_next(gateway->nat) < next)
		next = nat_next(gateway->nat);
	if (next != NAT_NEVER) {
		lapse = clock_real_until(&gateway->clock, real, next);
		if (lapse < wait)
			wait = lapse;
	}
	next = nat_next_real(gateway->nat);
	if (next_real < next)
		next = next_real;
	if (next != NAT_NEVER && next < (real + wait) / 1000000)
		wait = next * 1000000 > real ? next * 1000000 - real : 0;
	/* a timer that is due lets sockets have their turn first */
	if (more)
		wait = 0;

	/* rounded up: waking before the deadline would be in vain */
	wait = (wait + 999) / 1000;
	tv.tv_sec = (time_t)(wait / 1000000);
	tv.tv_usec = (suseconds_t)(wait % 1000000);
	event_add(gateway->expiry, &tv);
}

void gateway_event(struct gateway *gateway, const struct ring_entry *entry)
{
	struct ring_entry dated = *entry;

	dated.wall = time(NULL);
	if (gateway->ring)
		ring_add(gateway->ring, &dated);
	control_wake(gateway->control);
	eventlog_add(gateway->eventlog, &dated,
		     gateway->conf->log_destinations);
}

void gateway_note(struct gateway *gateway, const char *event,
		  const char *reason)
{
	const struct ring_entry entry =
		ring_entry_own(gateway_now(gateway).lapse, event, reason);

	gateway_event(gateway, &entry);
}

/** drain() - the engine's events to whoever listens */
static void drain(struct gateway *gateway)
{
	struct nat_event event;

	while (nat_event_get(gateway->nat, &event)) {
		const struct ring_entry entry = ring_entry_nat(&event);

		gateway_event(gateway, &entry);
	}
	eventlog_flush(gateway->eventlog);
}

void gateway_settle(struct gateway *gateway)
{
	/* what lapses here may end sessions */
	bool more = dhcp_settle(gateway->dhcp);

	more |= nat_expire(gateway->nat, gateway_now(gateway), EXPIRE_SLICE);
	rawsend_all(gateway);
	drain(gateway);
	if (gateway->expiry)
		arm(gateway, more);
}

/** on_expiry() - the one timer */
static void on_expiry(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	gateway_settle(arg);
}

/** on_stop() - SIGTERM, SIGINT */
static void on_stop(evutil_socket_t signum, short what, void *arg)
{
	struct gateway *gateway = arg;

	(void)what;
	log_info("signal %d: stopping", (int)signum);
	event_base_loopexit(gateway->loop, NULL);
}

/** on_reload() - SIGHUP */
static void on_reload(evutil_socket_t signum, short what, void *arg)
{
	(void)signum;
	(void)what;
	reload_logged(arg);
}

/** on_reopen() - SIGUSR1: logrotate has moved the event log away */
static void on_reopen(evutil_socket_t signum, short what, void *arg)
{
	const struct gateway *gateway = arg;

	(void)signum;
	(void)what;
	eventlog_reopen(gateway->eventlog);
}

/** start_engine() - the table, with the pool that there is now */
static int start_engine(struct gateway *gateway)
{
	const struct plan *plan = monitor_plan(gateway->monitor);
	const struct nat_pool pool = {plan->range, plan->n_range, plan->source,
				      plan->n_source};
	struct conf *conf = gateway->conf;
	uint64_t seed = conf->seed;

	if (!conf->seed_given &&
	    getrandom(&seed, sizeof(seed), 0) != sizeof(seed)) {
		log_error("no random numbers: %s", strerror(errno));
		return -EIO;
	}
	gateway->started_ns = gateway_real_ns();
	clock_init(&gateway->clock, gateway->started_ns);
	gateway->nat = nat_alloc(&conf->nat, &pool, seed, gateway_now(gateway));
	if (!gateway->nat) {
		log_error("not enough memory for %u sessions: set "
			  "nat.max-sessions lower",
			  conf->nat.max_sessions);
		return -EINVAL;
	}
	log_info("%u sessions at most, %zu MiB", conf->nat.max_sessions,
		 (nat_memory(gateway->nat) + 0xfffff) >> 20);
	return 0;
}

/** start_machine() - what changes the machine; the queue is ours already */
static int start_machine(struct gateway *gateway)
{
	struct ruleset_input input;
	int error;

	error = monitor_addresses(gateway->monitor);
	if (error)
		return error;
	error = hostports_open(gateway, &gateway->hostports);
	if (error)
		return error;
	monitor_rules_input(gateway->monitor, &input);
	input.tcp = hostports_tcp(gateway->hostports);
	input.udp = hostports_udp(gateway->hostports);
	error = rules_open(gateway, &input, &gateway->rules);
	if (error)
		return error;
	/* ports for the host's next connections, then what makes the NAT
	 * reachable */
	if (monitor_plan(gateway->monitor)->n_own)
		sysctl_host_ports(gateway);
	error = sysctl_set(gateway);
	if (error)
		return error;
	monitor_routes(gateway->monitor);
	return 0;
}

/** start_events() - timers, signals, what changes from now on */
static int start_events(struct gateway *gateway)
{
	static const struct {
		int number;
		event_callback_fn callback;
	} signals[] = {
		{SIGTERM, on_stop},
		{SIGINT, on_stop},
		{SIGHUP, on_reload},
		{SIGUSR1, on_reopen},
	};
	int error;
	size_t i;

	gateway->expiry = evtimer_new(gateway->loop, on_expiry, gateway);
	if (!gateway->expiry)
		return -ENOMEM;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		gateway->signals[i] =
			evsignal_new(gateway->loop, signals[i].number,
				     signals[i].callback, gateway);
		if (!gateway->signals[i] ||
		    event_add(gateway->signals[i], NULL) < 0)
			return -ENOMEM;
	}
	error = monitor_follow(gateway->monitor);
	if (!error)
		error = hostports_follow(gateway->hostports);
	if (error)
		log_error("cannot follow the interfaces: %s", strerror(-error));
	return error ? error : rulewatch_open(gateway);
}

/** start_parts() - those that change nothing, up to the queue */
static int start_parts(struct gateway *gateway)
{
	int error = privilege_check();

	if (!error)
		error = rundir_open(&gateway->rundir);
	if (error)
		return error;
	gateway->loop = event_base_new();
	if (!gateway->loop)
		return -ENOMEM;
	error = monitor_open(gateway, &gateway->monitor);
	if (!error)
		error = start_engine(gateway);
	if (!error)
		error = queue_open(gateway, &gateway->queue);
	if (!error)
		error = rawsend_open(gateway);
	if (!error)
		error = dhcp_open(gateway, &gateway->dhcp);
	if (!error && gateway->conf->log_events)
		error = eventlog_open(gateway->conf->log_events,
				      &gateway->eventlog);
	return error;
}

/** hold_signals() - or let them come, those that are waiting first */
static void hold_signals(bool hold)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

int gateway_start(struct gateway *gateway)
{
	int error;

	gateway->raw_socket = -1;
	log_level_set(gateway->conf->log_level);
	signal(SIGPIPE, SIG_IGN);
	/* a start cut in two would leave its first half behind */
	hold_signals(true);
	error = start_parts(gateway);
	if (!error)
		error = start_machine(gateway);
	if (!error)
		error = control_open(gateway, &gateway->control);
	if (!error)
		error = start_events(gateway);
	if (!error)
		error = privilege_drop(!rundir_is_ours(gateway->rundir));
	if (!error)
		error = dhcp_start(gateway->dhcp);
	if (error)
		return error;
	hold_signals(false);

	rules_warn_forward(gateway->conf);
	gateway->ready = true;
	gateway_settle(gateway);
	log_info("ready: profile %s, %s to %s", gateway->conf->profile,
		 gateway->conf->n_lan ? gateway->conf->lan[0].interface : "?",
		 gateway->conf->wan_interface);
	notify("READY=1");
	return 0;
}

int gateway_run(struct gateway *gateway)
{
	if (event_base_dispatch(gateway->loop) < 0) {
		log_error("event loop: %s", strerror(errno));
		return -EIO;
	}
	return 0;
}

/** restore_machine() - forwarding first, then rules, then the rest */
static void restore_machine(struct rundir *rundir, bool all)
{
	sysctl_restore_forwarding(rundir);
	rules_remove(rundir, all);
	if (sysctl_restore(rundir) && all)
		log_info("the machine forwards packets, as it did before: "
			 "they are not translated any more");
	monitor_undo(rundir);
}

/** free_parts() - memory and descriptors, in reverse order */
static void free_parts(struct gateway *gateway)
{
	size_t i;

	for (i = 0; i < sizeof(gateway->signals) / sizeof(struct event *); i++)
		if (gateway->signals[i])
			event_free(gateway->signals[i]);
	if (gateway->expiry)
		event_free(gateway->expiry);
	rulewatch_close(gateway->rulewatch);
	hostports_close(gateway->hostports);
	rules_close(gateway->rules);
	eventlog_close(gateway->eventlog);
	rawsend_close(gateway);
	queue_close(gateway->queue);
	dhcp_close(gateway->dhcp);
	nat_free(gateway->nat);
	monitor_close(gateway->monitor);
	if (gateway->loop)
		event_base_free(gateway->loop);
	rundir_close(gateway->rundir);
	live_clean(&gateway->live);
	conf_free(gateway->conf);
}

void gateway_stop(struct gateway *gateway)
{
	bool was_ready = gateway->ready;

	if (was_ready)
		notify("STOPPING=1");
	gateway->ready = false;
	control_close(gateway->control);
	gateway->control = NULL;
	/* without the queue nothing was changed, and what a record tells of
	 * may be in use by whoever has it */
	if (gateway->queue)
		restore_machine(gateway->rundir, was_ready);
	free_parts(gateway);
	memset(gateway, 0, sizeof(*gateway));
	gateway->raw_socket = -1;
}

int gateway_cleanup(void)
{
	struct rundir *rundir;
	int error = privilege_check();

	if (!error)
		error = rundir_open(&rundir);
	if (error)
		return error;
	restore_machine(rundir, true);
	rundir_close(rundir);
	return 0;
}
