// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * start_time - how long a wrapper takes until what it wraps runs, and in all
 *
 * usage: start_time WRAPPER [ARGUMENT...]
 *
 * The wrapper's arguments are to end with this program itself, without
 * arguments: then it writes what the clock shows, which is when the wrapped
 * program runs. Both are as small as can be, for their own start is in the
 * figures. The clock is the machine's, one for all namespaces.
 *
 * Prints nanoseconds from the wrapper's start until then, and until its end.
 */
#include <errno.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/** now() - nanoseconds of the machine's clock */
static int64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/** start() - the wrapper, which writes to @out; 0 or an errno */
static int start(char **argv, int out, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (!error)
		error = posix_spawnp(pid, argv[0], &actions, NULL, argv,
				     environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/** finish() - wait for a child; 0 if it has exited with code 0 */
static int finish(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/** measure() - start the wrapper and follow it; an exit code */
static int measure(char **argv)
{
	int64_t begun, running, ended;
	int error, code, ends[2];
	ssize_t n;
	pid_t pid;

	if (pipe(ends) < 0) {
		perror("start_time: pipe");
		return 1;
	}
	begun = now();
	error = start(argv, ends[1], &pid);
	close(ends[1]);
	if (error) {
		fprintf(stderr, "start_time: %s: %s\n", argv[0],
			strerror(error));
		return 1;
	}
	n = read(ends[0], &running, sizeof(running));
	code = finish(pid);
	ended = now();
	if (n != sizeof(running) || code != 0) {
		fprintf(stderr, "start_time: %s has failed (%d)\n", argv[0],
			code);
		return 1;
	}
	printf("%" PRId64 " %" PRId64 "\n", running - begun, ended - begun);
	return 0;
}

int main(int argc, char **argv)
{
	int64_t running = now();

	if (argc > 1)
		return measure(argv + 1);
	/* a pipe takes as little as this at once */
	return write(STDOUT_FILENO, &running, sizeof(running)) !=
	       sizeof(running);
}
