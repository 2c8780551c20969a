// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * job - what the server has promised to send, and what became of it
 */
#include "probe/serve.h"

#include <errno.h>
#include <stdlib.h>

/** bucket() - where the jobs of a flow are */
static struct job **bucket(struct server *server, uint64_t run, uint32_t flow)
{
	uint64_t hash = siphash13_words(&server->secret, run, flow);

	return &server->bucket[hash % SERVE_BUCKETS];
}

/** is_job() - whether it is the one of this flow */
static bool is_job(const struct job *job, uint64_t run, uint32_t flow,
		   bool stream)
{
	return job->run == run && job->flow == flow && job->stream == stream;
}

struct job *job_find(const struct server *server, uint64_t run, uint32_t flow,
		     bool stream)
{
	uint64_t hash = siphash13_words(&server->secret, run, flow);
	struct job *job = server->bucket[hash % SERVE_BUCKETS];

	while (job && !is_job(job, run, flow, stream))
		job = job->next;
	return job;
}

/** job_free() - forget it */
static void job_free(struct job *job)
{
	struct server *server = job->server;
	struct job **link = bucket(server, job->run, job->flow);

	while (*link != job)
		link = &(*link)->next;
	*link = job->next;
	evtimer_del(&job->timer);
	if (job->connection)
		job->connection->job = NULL;
	quota_release(&server->quota, job->target.addr);
	job->next = server->free_jobs;
	server->free_jobs = job;
}

/** send_data() - what was asked for */
static void send_data(struct job *job, uint16_t flags)
{
	struct probe_message data = {
		.type = PROBE_DATA,
		.from = job->from,
		.flags = flags,
		.run = job->run,
		.flow = job->flow,
		.delay = job->delay,
		.second = job->second,
		.seen = job->target,
	};

	job->flags |= PROBE_SENT;
	if (!job->stream)
		serve_send(&job->server->port[job->from], job->target, &data);
	else if (job->connection)
		serve_tcp_push(job->connection, &data);
}

/** due() - ms from ASK until the next DATA: each goes twice, for one packet
 *  may be lost; 0: there is none left */
static uint32_t due(const struct job *job)
{
	const uint32_t first = job->delay, second = job->second;
	const uint32_t times[] = {first, first + SERVE_AGAIN, second,
				  second + SERVE_AGAIN};

	return job->sent < (second ? 4 : 2) ? times[job->sent] : 0;
}

/** on_timer() - one of the DATA is due, or all is over */
static void on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct job *job = arg;
	uint64_t passed = serve_now() - job->asked;
	uint32_t next;

	(void)fd;
	(void)what;
	if (job->sent && !due(job)) {
		job_free(job);
		return;
	}
	send_data(job, job->sent < 2 ? 0 : PROBE_SECOND);
	/* by TCP the kernel sees to that */
	job->sent += job->stream ? 2 : 1;
	next = due(job);
	if (!next)
		serve_timer(&job->timer, SERVE_LINGER);
	else
		serve_timer(&job->timer, next > passed ? next - passed : 1);
}

/** take() - a free one, at the address's expense; or NULL */
static struct job *take(struct server *server, uint64_t run, uint32_t flow,
			uint32_t addr)
{
	struct job *job = server->free_jobs, **link;

	if (!job && server->n_jobs < SERVE_JOBS) {
		job = &server->jobs[server->n_jobs++];
		job->next = NULL;
		server->free_jobs = job;
	}
	if (!job || !quota_hold(&server->quota, addr)) {
		server->stats[SERVE_TOO_MANY]++;
		return NULL;
	}
	server->free_jobs = job->next;
	link = bucket(server, run, flow);
	job->next = *link;
	*link = job;
	evtimer_assign(&job->timer, server->base, on_timer, job);
	return job;
}

struct job *job_ask(struct server *server, const struct probe_message *message,
		    struct endpoint remote, struct connection *connection)
{
	bool stream = connection != NULL;
	struct job *job = job_find(server, message->run, message->flow, stream);

	if (server->port[message->from].udp < 0) {
		server->stats[SERVE_NO_ENDPOINT]++;
		return NULL;
	}
	/* asked again: the ACK was lost, or the flow has a new endpoint */
	if (job)
		job_free(job);
	job = take(server, message->run, message->flow, remote.addr);
	if (!job)
		return NULL;
	job->server = server;
	job->run = message->run;
	job->flow = message->flow;
	job->delay = message->delay;
	job->second = message->second;
	job->reset_after = 0;
	job->sent = 0;
	job->asked = serve_now();
	job->target = remote;
	job->from = message->from;
	job->stream = stream;
	job->flags = PROBE_KNOWN;
	job->connection = connection;
	if (connection)
		connection->job = job;
	serve_timer(&job->timer, job->delay);
	return job;
}

void job_was_reset(struct job *job)
{
	job->flags |= PROBE_WAS_RST;
	job->reset_after = (uint32_t)(serve_now() - job->asked);
}

int job_init(struct server *server)
{
	server->jobs = calloc(SERVE_JOBS, sizeof(*server->jobs));
	if (!server->jobs)
		return -ENOMEM;
	return 0;
}

void job_clean(struct server *server)
{
	for (size_t i = 0; i < SERVE_BUCKETS; i++)
		while (server->bucket[i])
			job_free(server->bucket[i]);
	free(server->jobs);
}
