// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * supervise - the process outside, which waits for process 1 of a lab
 */
#include "lab/supervise.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lab/say.h"

/**
 * struct watch - the outside's state
 * @pid:	process 1, or the command itself
 * @channel:	to process 1, or -1
 * @start_helper: or NULL
 * @helper:	a child that is to end with process 1, or 0
 * @killed_by:	the signal that ended it all when there was no command, or 0
 * @passed, @sender: the last signal that was passed on, and who sent it; or 0
 */
struct watch {
	pid_t pid;
	int channel;
	helper_fn *start_helper;
	pid_t helper;
	int killed_by;
	int passed;
	uint32_t sender;
	struct message last;
};

/** die() - by this signal, as the command did; returns if it does not kill */
static void die(int number)
{
	const struct rlimit none = {0, 0};
	sigset_t set;

	/* one core dump is enough */
	setrlimit(RLIMIT_CORE, &none);
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	kill(getpid(), number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/**
 * is_shared() - whether a signal has reached the command without us
 *
 * The terminal's keys reach the whole group. What else comes from the kernel,
 * an alarm or the end of a session that is ours, comes to us alone.
 */
static bool is_shared(const struct signalfd_siginfo *info)
{
	if (info->ssi_code != SI_KERNEL)
		return false;
	switch (info->ssi_signo) {
	case SIGINT:
	case SIGQUIT:
		return true;
	case SIGHUP:
		return getsid(0) != getpid();
	default:
		return false;
	}
}

/** is_ignored() - as nohup makes it; what is held back comes all the same */
static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 &&
	       action.sa_handler == SIG_IGN;
}

/**
 * is_repeated() - whether a signal is no more than one that was passed on
 *
 * timeout(1) sends to its child, and then to the whole group. The command may
 * have died of the first when the second comes, which then is no request to
 * end what comes after the command. A key that is pressed again is one.
 */
static bool is_repeated(struct watch *watch,
			const struct signalfd_siginfo *info)
{
	/* to a group with members in a namespace of processes, where the
	 * sender has no number, the kernel sends it without one */
	bool known = info->ssi_pid == watch->sender || !info->ssi_pid;
	bool same = info->ssi_code != SI_KERNEL && known &&
		    (int)info->ssi_signo == watch->passed;

	watch->passed = 0;
	return same;
}

/** on_signal() - pass it on; or, if there is nobody to have it, obey it */
static void on_signal(struct watch *watch, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;

	if (watch->last.phase == PHASE_RUNNING) {
		watch->passed = number;
		watch->sender = info->ssi_pid;
		if (is_shared(info))
			return;
		if (watch->channel < 0)
			kill(watch->pid, number);
		else
			(void)!send(watch->channel, &number, sizeof(number),
				    MSG_NOSIGNAL);
		return;
	}
	if (number == SIGUSR1 || number == SIGUSR2 || is_ignored(number) ||
	    is_repeated(watch, info))
		return;
	/* its death is that of the whole; see supervise_end() */
	kill(watch->pid, SIGKILL);
	watch->killed_by = number;
}

/**
 * on_messages() - from inside
 * @all:	or until the command runs
 */
static void on_messages(struct watch *watch, bool all)
{
	struct message message;

	while ((all || watch->last.phase == PHASE_BEFORE) &&
	       recv(watch->channel, &message, sizeof(message), MSG_DONTWAIT) ==
		       (ssize_t)sizeof(message)) {
		if (message.phase != PHASE_OUTSIDE)
			watch->last = message;
		else if (watch->start_helper && watch->helper <= 0)
			watch->helper = watch->start_helper(watch->pid);
	}
}

/** on_helper() - look whether it has ended, too early */
static void on_helper(struct watch *watch)
{
	if (watch->helper <= 0 ||
	    waitpid(watch->helper, NULL, WNOHANG) != watch->helper)
		return;
	watch->helper = 0;
	watch->start_helper = NULL;
	if (watch->last.phase == PHASE_RUNNING)
		say_error("the helper of --wan host has ended: there is no way "
			  "out any more");
}

/** on_child() - SIGCHLD; false if it is not the one */
static bool on_child(struct watch *watch)
{
	int status;

	if (waitpid(watch->pid, &status, WNOHANG) != watch->pid) {
		on_helper(watch);
		return false;
	}
	if (watch->channel < 0) {
		watch->last = (struct message){PHASE_AFTER, status};
		return true;
	}
	on_messages(watch, true);
	if (watch->last.phase != PHASE_AFTER && WIFSIGNALED(status))
		say_error("the lab has been ended by signal %d",
			  WTERMSIG(status));
	return true;
}

/** on_signals() - all that have come; false if it has ended */
static bool on_signals(struct watch *watch, int signals)
{
	struct signalfd_siginfo info;

	while (read(signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo != SIGCHLD)
			on_signal(watch, &info);
		else if (on_child(watch))
			return false;
	}
	return true;
}

/** watch() - until it has ended */
static void watch(struct watch *watch, int signals)
{
	struct pollfd fds[] = {{.fd = signals, .events = POLLIN},
			       {.fd = watch->channel, .events = POLLIN}};

	for (;;) {
		if (poll(fds, 2, -1) < 0)
			continue;
		/* who sends a signal may have seen that the command runs; and
		 * the key that has ended it is older than the message of that,
		 * and must not count as one that came after it */
		if (fds[1].revents)
			on_messages(watch, false);
		if (fds[0].revents && !on_signals(watch, signals))
			return;
		if (fds[1].revents)
			on_messages(watch, true);
		/* the end of the channel says no more than SIGCHLD will */
		if (fds[1].revents & (POLLHUP | POLLERR))
			fds[1].fd = -1;
	}
}

/** fill() - all that are passed on, and SIGCHLD */
static void fill(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < INSIDE_PASSED; i++)
		sigaddset(set, inside_passed[i]);
}

void supervise_hold(struct held *held)
{
	sigset_t set;

	fill(&set);
	sigprocmask(SIG_BLOCK, &set, &held->signals);
	/* whoever ignores it is told of no child's end */
	signal(SIGCHLD, SIG_DFL);
	terminal_open(&held->terminal);
}

/** release() - what supervise_hold() has held */
static void release(struct held *held)
{
	terminal_close(&held->terminal);
	sigprocmask(SIG_SETMASK, &held->signals, NULL);
}

/** signal_source() - a descriptor for what is held back; or -1 */
static int signal_source(void)
{
	sigset_t set;

	fill(&set);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/** status_of() - waitpid()'s, of the command or of what it stands for */
static int status_of(const struct watch *watch)
{
	if (watch->killed_by)
		return watch->killed_by;
	return watch->last.phase == PHASE_AFTER ? watch->last.status
						: W_EXITCODE(SAY_FAILED, 0);
}

int supervise_end(int status)
{
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	die(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

int supervise(inside_fn *inside, void *arg, helper_fn *helper)
{
	struct inside in = {.channel = -1};
	struct watch out = {.channel = -1, .start_helper = helper};
	struct held held;
	int ends[2], signals;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) {
		say_error("no socket pair: %s", strerror(errno));
		return W_EXITCODE(SAY_FAILED, 0);
	}
	supervise_hold(&held);
	in.signals = held.signals;
	signals = signal_source();
	out.pid = signals < 0 ? -errno : ns_clone(&in.ids, true);
	if (out.pid == 0) {
		close(ends[0]);
		close(signals);
		in.channel = ends[1];
		/* the caller may have died before it was bound to us */
		if (inside_signal(&in) >= 0)
			inside(&in, arg);
		_exit(SAY_FAILED);
	}
	close(ends[1]);
	out.channel = ends[0];
	if (out.pid > 0)
		watch(&out, signals);
	if (out.helper > 0) {
		kill(out.helper, SIGKILL);
		waitpid(out.helper, NULL, 0);
	}
	close(out.channel);
	if (signals >= 0)
		close(signals);
	release(&held);
	return status_of(&out);
}

int supervise_child(pid_t pid, struct held *held)
{
	struct watch out = {
		.pid = pid, .channel = -1, .last = {PHASE_RUNNING, 0}};
	int signals = signal_source();

	if (signals < 0) {
		say_error("no signals: %s", strerror(errno));
		return W_EXITCODE(SAY_FAILED, 0);
	}
	watch(&out, signals);
	close(signals);
	release(held);
	return status_of(&out);
}
