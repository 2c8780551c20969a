// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * client - set up, find the server, measure, sum up
 */
#include "probe/client.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "probe/net.h"
#include "probe/progress.h"
#include "probe/run.h"

#define FIRST_GREETING 0x80000000u /* a flow's number that no flow has */
#define LATEST	       5000	   /* ms of an answer that is timed */

uint64_t measure_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void run_timer(struct event *event, uint64_t ms)
{
	const struct timeval t = {(time_t)(ms / 1000),
				  (suseconds_t)(ms % 1000 * 1000)};

	evtimer_add(event, &t);
}

bool measure_until(struct client *client, bool (*true_fn)(const void *arg),
		   const void *arg, uint64_t ms)
{
	uint64_t end = measure_now() + ms;

	while (!true_fn(arg) && !client->stop) {
		uint64_t now = measure_now();

		if (now >= end)
			break;
		run_timer(&client->wait, end - now);
		event_base_loop(client->base, EVLOOP_ONCE);
	}
	evtimer_del(&client->wait);
	return true_fn(arg);
}

struct probe_message run_message(const struct client *client,
				 enum probe_type type, uint32_t flow)
{
	struct probe_message message = {
		.type = type,
		.run = client->run,
		.flow = flow,
	};

	if (type == PROBE_ASK || type == PROBE_STATUS)
		memcpy(message.proof, client->proof, sizeof(message.proof));
	return message;
}

/** is_new_address() - not seen before; it is noted, if there is room */
static bool is_new_address(struct client *client, uint32_t addr)
{
	size_t n = client->result->addresses;

	for (size_t i = 0; i < n; i++)
		if (client->external[i] == addr)
			return false;
	if (n == RUN_ADDRESSES)
		return false;
	client->external[n] = addr;
	client->result->addresses++;
	return true;
}

void run_seen(struct client *client, const struct probe_message *welcome,
	      bool first)
{
	struct probe_result *r = client->result;
	uint16_t port = welcome->seen.port;

	/* the first ones stay: that of the control socket is among them */
	if (is_new_address(client, welcome->seen.addr) &&
	    client->n_proofs < PROBE_PROOFS)
		client->proof[client->n_proofs++] = welcome->proof[0];
	if (!first)
		return;
	if (!r->sockets || port < r->port_low)
		r->port_low = port;
	if (port > r->port_high)
		r->port_high = port;
	r->sockets++;
}

/** on_readable() - datagrams for a socket */
static void on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct udp *udp = arg;
	struct client *client = udp->client;
	struct probe_message message;
	uint8_t bytes[PROBE_SIZE + 1];
	struct endpoint remote;
	int from = -1;
	ssize_t len = net_receive(fd, bytes, sizeof(bytes), &remote);

	(void)what;
	if (len < 0 || !probe_parse(bytes, (size_t)len, &message) ||
	    message.run != client->run)
		return;
	if (message.type == PROBE_WELCOME &&
	    (!message.seen.addr || !message.seen.port))
		return; /* nobody looks like that */
	for (int i = 0; i < PROBE_ENDPOINTS; i++)
		if (client->server[i].addr &&
		    endpoint_equal(client->server[i], remote))
			from = i;
	/* DATA comes by itself: it says nothing of the way there */
	if (from >= 0 && message.type != PROBE_DATA)
		witness_hear(&client->witness, measure_now());
	udp->handle(udp, from, remote, &message);
}

int udp_open(struct udp *udp, struct client *client, struct endpoint local,
	     udp_fn *handle)
{
	udp->client = client;
	udp->handle = handle;
	/* the port must be known to be compared: bound even if any will do */
	udp->fd = net_udp(local);
	if (udp->fd < 0)
		return udp->fd;
	event_assign(&udp->readable, client->base, udp->fd,
		     EV_READ | EV_PERSIST, on_readable, udp);
	event_add(&udp->readable, NULL);
	return net_local(udp->fd, &udp->local);
}

void udp_close(struct udp *udp)
{
	if (udp->fd < 0)
		return;
	event_del(&udp->readable);
	close(udp->fd);
	udp->fd = -1;
}

void udp_say(struct udp *udp, unsigned from,
	     const struct probe_message *message)
{
	uint8_t bytes[PROBE_SIZE];

	if (!udp->client->server[from].addr || udp->fd < 0)
		return;
	probe_build(message, bytes);
	/* what cannot be sent is as good as lost on the way */
	(void)net_send(udp->fd, udp->client->server[from], bytes,
		       sizeof(bytes));
}

void udp_hello(struct udp *udp, unsigned from)
{
	struct probe_message hello =
		run_message(udp->client, PROBE_HELLO, udp->flow);

	udp_say(udp, from, &hello);
}

void run_greet(struct client *client)
{
	struct probe_message hello = run_message(
		client, PROBE_HELLO, FIRST_GREETING + client->n_greeted);

	client->greeted[client->n_greeted++ % RUN_GREETINGS] = measure_now();
	udp_say(&client->control, 0, &hello);
}

/** time_greeting() - how long an answer took; others have no such number */
static void time_greeting(struct client *client, uint32_t number)
{
	uint32_t i = number - FIRST_GREETING, passed;

	if (number < FIRST_GREETING || i >= client->n_greeted ||
	    client->n_greeted - i > RUN_GREETINGS)
		return;
	passed = (uint32_t)(measure_now() - client->greeted[i % RUN_GREETINGS]);
	/* no way is that long: one of us was stopped */
	if (passed > LATEST)
		return;
	/* the mean of some eight: one late answer makes no long way */
	client->rtt = client->reached ? (client->rtt * 7 + passed) / 8 : passed;
}

uint64_t run_wait(const struct client *client, uint64_t ms)
{
	return ms + client->rtt;
}

/** on_control() - an answer on the control socket */
static void on_control(struct udp *udp, int from, struct endpoint remote,
		       const struct probe_message *message)
{
	struct client *client = udp->client;

	(void)remote;
	if (from < 0)
		return;
	if (message->type == PROBE_WELCOME) {
		run_seen(client, message, false);
		time_greeting(client, message->flow);
		if (message->alternate && !client->reached) {
			client->result->alternate = message->alternate;
			client->server[2] = client->server[0];
			client->server[3] = client->server[1];
			client->server[2].addr = message->alternate;
			client->server[3].addr = message->alternate;
		}
		client->bare = message->flags & PROBE_BARE;
		client->reached = true;
	} else if (message->type == PROBE_STATE) {
		flow_state(client, message);
	}
}

/** is_reached() - the server has answered */
static bool is_reached(const void *arg)
{
	return ((const struct client *)arg)->reached;
}

/** on_wait() - the loop returns, that is all */
static void on_wait(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

/** find_server() - until it answers; 0 or negative errno */
static int find_server(struct client *client)
{
	const struct probe_run *o = client->options;
	int error = net_address(o->server, &client->address);

	if (o->local[0])
		client->address = o->local[0];
	if (!error)
		error = udp_open(&client->control, client,
				 (struct endpoint){o->local[0], 0}, on_control);

	for (unsigned i = 0; !error && i < 2 * RUN_TRIES; i++) {
		run_greet(client);
		if (measure_until(client, is_reached, client, RUN_RETRY))
			return 0;
		if (client->stop)
			return 0;
	}
	return error ? error : -ETIMEDOUT;
}

/** on_signal() - say what is known, and end */
static void on_signal(evutil_socket_t number, short what, void *arg)
{
	struct client *client = arg;

	(void)number;
	(void)what;
	client->stop = true;
	client->result->interrupted = true;
	event_base_loopbreak(client->base);
}

/** set_up() - all that must be there before the first packet */
static int set_up(struct client *client)
{
	static const int signals[2] = {SIGINT, SIGTERM};
	struct endpoint server = client->options->server;
	uint64_t seed;

	if (getrandom(&client->run, sizeof(client->run), 0) !=
		    sizeof(client->run) ||
	    getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	rng_seed(&client->rng, seed);
	client->base = event_base_new();
	if (!client->base)
		return -ENOMEM;
	for (size_t i = 0; i < 2; i++) {
		evsignal_assign(&client->signal[i], client->base, signals[i],
				on_signal, client);
		evsignal_add(&client->signal[i], NULL);
	}
	evtimer_assign(&client->wait, client->base, on_wait, NULL);
	client->server[0] = client->server[1] = server;
	client->server[1].port++;
	client->began = measure_now();
	net_files(); /* a flow is one */
	return 0;
}

/** describe() - when, and with whom */
static void describe(struct client *client)
{
	struct probe_result *r = client->result;
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(r->date, sizeof(r->date), "%Y-%m-%d", &utc);
	address_format(client->options->server.addr, r->server);
}

int probe_run(const struct probe_run *run, struct probe_result *result)
{
	struct client client = {
		.options = run,
		.result = result,
		.control.fd = -1,
		.canary = {{.udp.fd = -1}, {.udp.fd = -1}},
	};
	int error;

	*result = (struct probe_result){
		.mapping = MAP_ALL,
		.filtering = FILTER_ALL,
		.hairpin = HAIRPIN_ALL,
		.allocation = ALLOC_ALL,
		.pooling = POOL_ALL,
		.refresh = REFRESH_ALL,
		.notify = NOTIFY_ALL,
		.stray = STRAY_ALL,
	};
	describe(&client);
	error = set_up(&client);
	if (!error)
		error = find_server(&client);
	if (!error)
		error = behaviour_run(&client);
	if (!error)
		error = flow_run(&client);
	progress_end(&client);
	conclude_timers(&client);
	result->duration = measure_now() - client.began;
	flow_clean(&client);
	udp_close(&client.control);
	if (client.base) {
		event_del(&client.signal[0]);
		event_del(&client.signal[1]);
		event_base_free(client.base);
	}
	return error;
}
