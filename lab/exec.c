// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * exec - run a command behind a NAT, and leave nothing behind
 */
#include "lab/exec.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "gateway/rtnl.h"
#include "lab/capture.h"
#include "lab/dhcp.h"
#include "lab/outside.h"
#include "lab/patience.h"
#include "lab/profiles.h"
#include "lab/router.h"
#include "lab/say.h"
#include "lab/service.h"
#include "lab/settings.h"
#include "lab/spawn.h"
#include "lab/supervise.h"

/* A server that has opened no socket by then gets no more time. */
#define SERVER_MS 5000

/* What a way out without privilege is made of. */
#define TUN "/dev/net/tun"

/**
 * struct run - process 1's state
 * @command, @server: their numbers, 0 once they have ended
 * @status:	of the command, waitpid()'s
 * @lost:	lapsed has ended before the command
 * @recording:	ends the capture when it is closed, or -1
 */
struct run {
	const struct exec *exec;
	const struct inside *inside;
	struct lab lab;
	pid_t command, server, capture;
	int status;
	bool lost;
	int recording;
};

/** on_end() - a child has ended, be it ours or an orphan that we inherited */
static void on_end(struct run *run, pid_t pid, int status)
{
	if (pid == run->command) {
		run->command = 0;
		run->status = status;
	} else if (pid == run->lab.lapsed) {
		run->lab.lapsed = 0;
		run->lost = true;
		say_error("lapsed has ended (%s %d): the command is behind no "
			  "NAT any more",
			  WIFEXITED(status) ? "exit code" : "signal",
			  WIFEXITED(status) ? WEXITSTATUS(status)
					    : WTERMSIG(status));
		if (run->command)
			kill(run->command, SIGTERM);
	} else if (pid == run->server) {
		run->server = 0;
		if (WIFSIGNALED(status) || WEXITSTATUS(status))
			say_error("the server's command has ended: %s %d",
				  WIFEXITED(status) ? "exit code" : "signal",
				  WIFEXITED(status) ? WEXITSTATUS(status)
						    : WTERMSIG(status));
	}
}

/** reap() - whoever has ended */
static void reap(struct run *run)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		on_end(run, pid, status);
}

/**
 * start_server() - and let it open its socket before the client calls
 *
 * Return: 0 or a negative errno.
 */
static int start_server(struct run *run)
{
	const char *const argv[] = {"/bin/sh", "-c", run->exec->server, NULL};
	const char *const environment[] = {"LAPSE_SOCKET=" ROUTER_SOCKET,
					   run->exec->profile_path, NULL};
	/* what it says must not mix with the command's output */
	const struct spawn what = {
		.argv = argv,
		.host = run->lab.server,
		.environment = environment,
		/* and it must not take the command's input */
		.in = SPAWN_NULL,
		.out = STDERR_FILENO,
		.err = SPAWN_OURS,
		.as_caller = !run->exec->root,
		.apart = true,
	};
	int error = 0;
	int64_t until;

	if (!run->exec->server)
		return 0;
	run->server = spawn(&run->lab, &what);
	if (run->server < 0)
		return (int)run->server;
	error = spawn_visit(run->lab.server);
	until = patience_until(SERVER_MS);
	/* what has put itself into the background is waited for as well */
	while (!error && (run->server || service_lives(run->lab.server))) {
		if (service_listens())
			return 0;
		if (!patience_lasts(until)) {
			say_error("the server's command has opened no socket "
				  "in %d s; going on without",
				  SERVER_MS / 1000);
			return 0;
		}
		reap(run);
	}
	return error;
}

/** start_command() - what all this is for */
static int start_command(struct run *run)
{
	const char *const environment[] = {"LAPSE_SOCKET=" ROUTER_SOCKET,
					   run->exec->profile_path, NULL};
	const struct spawn what = {
		.argv = run->exec->argv,
		.host = &run->lab.host[0],
		.environment = environment,
		.in = SPAWN_OURS,
		.out = SPAWN_OURS,
		.err = SPAWN_OURS,
		.inherit = true,
		.as_caller = !run->exec->root,
	};

	inside_started(run->inside);
	run->command = spawn(&run->lab, &what);
	if (run->command < 0)
		return (int)run->command;
	inside_pass(run->command);
	return 0;
}

/** wait_command() - until it has ended; false if the caller is dead */
static bool wait_command(struct run *run, int children)
{
	struct pollfd fds[] = {{.fd = children, .events = POLLIN},
			       {.fd = run->inside->channel, .events = POLLIN}};
	struct signalfd_siginfo info;

	while (run->command) {
		int number;

		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents & POLLIN &&
		    read(children, &info, sizeof(info)) > 0)
			reap(run);
		if (!fds[1].revents)
			continue;
		number = inside_signal(run->inside);
		if (number < 0)
			return false;
		if (number > 0 && run->command)
			kill(run->command, number);
	}
	return true;
}

/** has_way_out() - whether the helper has done its part, where we are */
static bool has_way_out(void)
{
	struct rtnl_addresses all;
	unsigned index = if_nametoindex("wan");
	bool found = false;

	if (!index || rtnl_addresses(&all))
		return false;
	for (size_t i = 0; i < all.n; i++)
		found |= all.list[i].index == index;
	free(all.list);
	return found;
}

/** await_helper() - let it make the outermost gateway's WAN */
static int await_helper(struct run *run)
{
	int error = spawn_visit(run->lab.carrier ? run->lab.carrier
						 : run->lab.gateway);
	int64_t until = patience_until(SERVER_MS);

	if (error)
		return error;
	inside_outside(run->inside);
	do {
		if (has_way_out())
			return 0;
	} while (patience_lasts(until));
	say_error("%s has made no way out", outside_helper_name());
	return -ETIMEDOUT;
}

/** prepare() - all that is there before the command starts */
static int prepare(struct run *run)
{
	const struct exec *exec = run->exec;
	int error = lab_build(&run->lab);

	if (!error && exec->spec->wan_host && !exec->spec->outside)
		error = await_helper(run);
	if (!error && exec->pcap >= 0) {
		run->capture =
			capture_start(&run->lab, exec->pcap, &run->recording);
		error = run->capture < 0 ? (int)run->capture : 0;
	}
	if (!error)
		error = router_start(&run->lab);
	if (!error)
		error = start_server(run);
	if (!error && exec->spec->dhcp)
		error = dhcp_start(&run->lab);
	if (!error && exec->ready)
		error = exec->ready(&run->lab, exec->arg);
	return error;
}

/** stop_capture() - and let it write what it has */
static void stop_capture(struct run *run)
{
	if (run->capture <= 0)
		return;
	close(run->recording);
	while (waitpid(run->capture, NULL, 0) < 0 && errno == EINTR)
		;
}

/** process_1() - inside_fn: from nothing to the command's end */
static void process_1(const struct inside *inside, void *arg)
{
	const struct exec *exec = arg;
	struct run run = {
		.exec = exec,
		.inside = inside,
		.lab = {.spec = exec->spec,
			.ids = inside->ids,
			.signals = inside->signals,
			.recorded = exec->pcap >= 0},
		.recording = -1,
	};
	sigset_t set;
	int children;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	children = signalfd(-1, &set, SFD_CLOEXEC);
	if (children < 0) {
		say_error("no signals: %s", strerror(errno));
		return;
	}
	if (spawn_folder(&run.lab.cwd))
		return;
	if (prepare(&run) || start_command(&run)) {
		stop_capture(&run);
		return;
	}
	if (!wait_command(&run, children))
		return;
	/* what was measured behind no NAT is no success */
	if (!run.lost)
		inside_ended(inside, run.status);
	if (exec->ended && !run.lost)
		exec->ended(&run.lab, exec->arg);
	stop_capture(&run);
	_exit(0);
}

/** warn_helper() - what it does to the truth; false if there is none */
static bool warn_helper(void)
{
	const char *name = outside_helper_name();

	/* it would fail, and we would wait for what it makes */
	if (name && access(TUN, R_OK | W_OK) < 0) {
		say_error("--wan host: %s needs " TUN ": %s", name,
			  strerror(errno));
		return false;
	}
	if (name)
		say_error("--wan host goes by %s, which ends TCP and begins it "
			  "anew: what a server sees of an expiry is not what "
			  "it would see behind a real NAT",
			  name);
	else
		say_error("--wan host needs pasta or slirp4netns (apt-get "
			  "install passt, or slirp4netns), or root");
	return name != NULL;
}

int exec_check(struct exec *exec)
{
	if (spawn_reserve())
		return -ENOMEM;
	router_locate();
	exec->profile_path = profiles_environment();
	return exec->profile_path ? settings_check(exec->spec) : -ENOMEM;
}

int exec_run(const struct exec *exec)
{
	struct lab_spec spec = *exec->spec;
	struct exec copy = *exec;
	struct outside outside;
	int status;

	copy.spec = &spec;
	if (spec.wan_host && geteuid() == 0) {
		if (outside_open(&outside))
			return SAY_FAILED;
		spec.outside = &outside;
	} else if (spec.wan_host && !warn_helper()) {
		return SAY_FAILED;
	}
	status = supervise(process_1, &copy,
			   spec.wan_host ? outside_helper : NULL);
	if (spec.outside)
		outside_close(&outside);
	return supervise_end(status);
}
