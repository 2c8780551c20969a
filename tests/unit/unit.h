/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unit - what the unit tests share: a printed seed, and catching an abort()
 *
 * To be included after cmocka.h and its four headers.
 */
#ifndef TESTS_UNIT_UNIT_H
#define TESTS_UNIT_UNIT_H

#include <stdbool.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/**
 * unit_seed() - the seed of a randomised test, printed so it can be repeated
 *
 * Return: LAPSE_TEST_SEED from the environment, else one that differs each run.
 */
static inline uint64_t unit_seed(void)
{
	const char *text = getenv("LAPSE_TEST_SEED");
	struct timespec t;
	uint64_t seed;

	if (text) {
		seed = strtoull(text, NULL, 0);
	} else {
		clock_gettime(CLOCK_REALTIME, &t);
		seed = (uint64_t)t.tv_sec << 20 ^ (uint64_t)t.tv_nsec;
	}
	print_message("LAPSE_TEST_SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/**
 * unit_aborts() - whether a function ends in abort(); run in a child
 * @function:	to call
 * @arg:	its argument
 */
static inline bool unit_aborts(void (*function)(void *), void *arg)
{
	const struct rlimit none = {0, 0};
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		/* cmocka would take the signal for a failed test */
		signal(SIGABRT, SIG_DFL);
		setrlimit(RLIMIT_CORE, &none);
		function(arg);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif /* TESTS_UNIT_UNIT_H */
