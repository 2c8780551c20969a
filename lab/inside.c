// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * inside - process 1 of a lab speaks with the process outside
 */
#include "lab/inside.h"

#include <errno.h>
#include <sys/socket.h>

/* What is passed on; SIGTSTP and its like stop us as they stop anybody. */
const int inside_passed[INSIDE_PASSED] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
					  SIGUSR1, SIGUSR2, SIGALRM};

/** send_message() - to the outside, which may be dead */
static void send_message(const struct inside *inside, enum phase phase,
			 int status)
{
	const struct message message = {phase, status};

	(void)!send(inside->channel, &message, sizeof(message), MSG_NOSIGNAL);
}

void inside_started(const struct inside *inside)
{
	send_message(inside, PHASE_RUNNING, 0);
}

void inside_outside(const struct inside *inside)
{
	send_message(inside, PHASE_OUTSIDE, 0);
}

void inside_ended(const struct inside *inside, int status)
{
	send_message(inside, PHASE_AFTER, status);
}

int inside_signal(const struct inside *inside)
{
	int number;
	ssize_t n =
		recv(inside->channel, &number, sizeof(number), MSG_DONTWAIT);

	if (n == (ssize_t)sizeof(number))
		return number;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
}

void inside_pass(pid_t pid)
{
	sigset_t pending;

	sigpending(&pending);
	for (size_t i = 0; i < INSIDE_PASSED; i++)
		if (sigismember(&pending, inside_passed[i]))
			kill(pid, inside_passed[i]);
}
