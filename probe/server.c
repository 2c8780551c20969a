// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * server - start, proofs, answers, counters
 */
#include "probe/server.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#include "probe/net.h"
#include "probe/serve.h"

#define SERVE_NAME(id, name, help) name,
static const char *const stat_names[] = {SERVE_STATS(SERVE_NAME)};

uint64_t serve_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void serve_timer(struct event *event, uint64_t ms)
{
	const struct timeval t = {(time_t)(ms / 1000),
				  (suseconds_t)(ms % 1000 * 1000)};

	evtimer_add(event, &t);
}

uint64_t serve_proof(const struct server *server, uint32_t addr)
{
	uint64_t proof = siphash13_words(&server->secret, addr, UINT64_MAX);

	return proof ? proof : 1; /* 0 is a place left empty */
}

bool serve_is_proven(const struct server *server,
		     const struct probe_message *message, uint32_t addr)
{
	uint64_t proof = serve_proof(server, addr);

	for (size_t i = 0; i < PROBE_PROOFS; i++)
		if (message->proof[i] == proof)
			return true;
	return false;
}

/** welcome() - how one looks from here, and the proof that one receives */
static void welcome(const struct server *server, struct endpoint remote,
		    struct probe_message *answer)
{
	answer->type = PROBE_WELCOME;
	if (server->bare)
		answer->flags |= PROBE_BARE;
	answer->seen = remote;
	answer->alternate = server->options.alternate;
	answer->proof[0] = serve_proof(server, remote.addr);
}

bool serve_answer(struct server *server, struct endpoint remote,
		  const struct probe_message *message,
		  struct probe_message *answer)
{
	bool stream = message->flags & PROBE_STREAM;
	const struct job *job;

	*answer = (struct probe_message){
		.run = message->run,
		.flow = message->flow,
		.flags = message->flags & PROBE_STREAM,
	};
	/* Without a proof a STATUS gets one: the client asks again. */
	if (message->type == PROBE_HELLO ||
	    !serve_is_proven(server, message, remote.addr)) {
		welcome(server, remote, answer);
		return true;
	}
	answer->type = PROBE_STATE;
	job = job_find(server, message->run, message->flow, stream);
	if (job) {
		answer->flags |= job->flags;
		answer->delay = job->reset_after < PROBE_DELAY_MAX
					? job->reset_after
					: PROBE_DELAY_MAX;
		answer->seen = job->target;
	}
	return true;
}

/** print_stats() - the counters that are not 0; all of them as JSON */
static void print_stats(const struct server *server)
{
	bool json = server->options.json;

	for (size_t i = 0; i < SERVE_COUNT; i++)
		if (json)
			printf("%s\"%s\": %" PRIu64, i ? ", " : "{",
			       stat_names[i], server->stats[i]);
		else if (server->stats[i])
			printf("%-12s %" PRIu64 "\n", stat_names[i],
			       server->stats[i]);
	fputs(json ? "}\n" : "", stdout);
}

/** on_signal() - enough */
static void on_signal(evutil_socket_t number, short what, void *arg)
{
	(void)number;
	(void)what;
	event_base_loopbreak(arg);
}

/** open_ports() - both ports of each address */
static int open_ports(struct server *server)
{
	const struct probe_serve *o = &server->options;
	char text[ENDPOINT_TEXT];

	for (uint8_t i = 0; i < PROBE_ENDPOINTS; i++) {
		struct port *port = &server->port[i];
		int error;

		port->local.addr =
			i & PROBE_OTHER_ADDRESS ? o->alternate : o->listen;
		port->local.port = (uint16_t)(o->port + (i & PROBE_OTHER_PORT));
		if (!port->local.addr)
			continue;
		error = serve_udp_open(port);
		if (!error)
			error = serve_tcp_open(port);
		if (!error)
			continue;
		fprintf(stderr, "lapse: cannot listen on %s: %s\n",
			endpoint_format(port->local, text), strerror(-error));
		return error;
	}
	return 0;
}

/** close_ports() - what open_ports() opened */
static void close_ports(struct server *server)
{
	for (size_t i = 0; i < PROBE_ENDPOINTS; i++) {
		struct port *port = &server->port[i];

		if (port->udp_readable)
			event_free(port->udp_readable);
		if (port->tcp_readable)
			event_free(port->tcp_readable);
		if (port->udp >= 0)
			close(port->udp);
		if (port->tcp >= 0)
			close(port->tcp);
	}
}

/** run() - until a signal ends it */
static int run(struct server *server)
{
	struct event *stop[2] = {
		evsignal_new(server->base, SIGINT, on_signal, server->base),
		evsignal_new(server->base, SIGTERM, on_signal, server->base),
	};
	int error = -ENOMEM;

	if (stop[0] && stop[1] && event_add(stop[0], NULL) == 0 &&
	    event_add(stop[1], NULL) == 0)
		error = open_ports(server);
	if (!error) {
		if (server->bare)
			fputs("lapse: this kernel takes no socket filter from "
			      "an ordinary user: to clients\na NAT that resets "
			      "and one that remaps look alike\n",
			      stderr);
		fputs("ready\n", stderr);
		event_base_dispatch(server->base);
		print_stats(server);
	}
	for (size_t i = 0; i < 2; i++)
		if (stop[i])
			event_free(stop[i]);
	return error;
}

/** max_connections() - with more, one could not even be refused */
static size_t max_connections(void)
{
	size_t files = net_files();

	if (files > SERVE_CONNECTIONS + SERVE_FILES)
		return SERVE_CONNECTIONS;
	return files > SERVE_FILES ? files - SERVE_FILES : 0;
}

int probe_serve(const struct probe_serve *serve)
{
	struct server *server = calloc(1, sizeof(*server));
	int error = server ? job_init(server) : -ENOMEM;

	if (error)
		goto out;
	server->options = *serve;
	server->max_connections = max_connections();
	for (uint8_t i = 0; i < PROBE_ENDPOINTS; i++)
		server->port[i] = (struct port){
			.server = server, .from = i, .udp = -1, .tcp = -1};
	error = -ENOMEM;
	server->base = event_base_new();
	if (!server->base)
		goto out_jobs;
	error = -EIO;
	if (getrandom(&server->secret, sizeof(server->secret), 0) ==
		    sizeof(server->secret) &&
	    getrandom(&server->quota.key, sizeof(server->quota.key), 0) ==
		    sizeof(server->quota.key))
		error = run(server);
	serve_tcp_clean(server);
	close_ports(server);
out_jobs:
	job_clean(server);
	if (server->base)
		event_base_free(server->base);
out:
	free(server);
	return error;
}
