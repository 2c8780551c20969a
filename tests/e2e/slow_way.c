// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * slow_way - LD_PRELOAD: a long way back from a server
 *
 * What send() and sendto() send leaves SLOW_WAY_MS later, in the same order.
 * The kernel's own segments are not late.
 */
#include <dlfcn.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BYTES = 256 };

/** struct late - what is on its way; @fd is a copy of the socket's */
struct late {
	struct late *next;
	struct timespec due;
	int fd, flags;
	struct sockaddr_in to;
	socklen_t to_len;
	size_t len;
	char bytes[BYTES];
};

typedef ssize_t send_fn(int, const void *, size_t, int, const struct sockaddr *,
			socklen_t);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
static struct late *first, **last = &first;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/** take() - the next one, which waits for its time */
static struct late *take(void)
{
	struct late *late;

	pthread_mutex_lock(&lock);
	while (!first)
		pthread_cond_wait(&more, &lock);
	late = first;
	first = late->next;
	if (!first)
		last = &first;
	pthread_mutex_unlock(&lock);
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &late->due,
			       NULL))
		;
	return late;
}

/** carry() - the thread's function */
static void *carry(void *arg)
{
	union {
		void *object;
		send_fn *function;
	} real = {.object = dlsym(RTLD_NEXT, "sendto")};

	for (;;) {
		struct late *late = take();

		(void)!real.function(
			late->fd, late->bytes, late->len, late->flags,
			late->to_len ? (struct sockaddr *)&late->to : NULL,
			late->to_len);
		close(late->fd);
		free(late);
	}
	return arg;
}

/** begin() - the thread */
static void begin(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, carry, NULL))
		abort();
}

/* parameters are called as in sys/socket.h, or clang-tidy minds */
ssize_t sendto(int __fd, const void *__buf, size_t __n, int __flags,
	       const struct sockaddr *__addr, socklen_t __addr_len)
{
	const char *text = getenv("SLOW_WAY_MS");
	long ms = text ? strtol(text, NULL, 10) : 0;
	struct late *late = calloc(1, sizeof(*late));

	if (!late || __n > BYTES || __addr_len > sizeof(late->to))
		abort();
	pthread_once(&once, begin);
	late->fd = dup(__fd);
	late->flags = __flags;
	late->len = __n;
	memcpy(late->bytes, __buf, __n);
	if (__addr)
		memcpy(&late->to, __addr, __addr_len);
	late->to_len = __addr_len;
	clock_gettime(CLOCK_MONOTONIC, &late->due);
	late->due.tv_sec += ms / 1000;
	late->due.tv_nsec += ms % 1000 * 1000000;
	if (late->due.tv_nsec >= 1000000000) {
		late->due.tv_nsec -= 1000000000;
		late->due.tv_sec++;
	}
	pthread_mutex_lock(&lock);
	*last = late;
	last = &late->next;
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&lock);
	return (ssize_t)__n;
}

ssize_t send(int __fd, const void *__buf, size_t __n, int __flags)
{
	return sendto(__fd, __buf, __n, __flags, NULL, 0);
}
