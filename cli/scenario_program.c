// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * scenario_program - start programs, watch them, end them
 *
 * Theory of operation. A program leads a process group, by whose number all
 * that it has started is found. The number is nobody else's while its leader
 * has not been waited for, which is why that is left to the very end. Who
 * leaves the group (setsid) is on its own. Should lapse itself be killed, the
 * kernel kills the programs.
 */
#include "cli/scenario_program.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cli/scenario_host.h"

/** GRACE_MS - real time from SIGTERM to SIGKILL */
#define GRACE_MS 2000

/** PACE_MS - real time between two looks at who is still there */
#define PACE_MS 10

/** struct birth - what the child needs, and where it says what went wrong */
struct birth {
	const struct scenario_command *command;
	const char *lab;
	int host;
	int output;
	int trouble;
	pid_t parent;
};

/** redirect() - nothing comes in, and all that goes out is kept */
static bool redirect(int output)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	bool good = dup2(nothing, 0) == 0 && dup2(output, 1) == 1 &&
		    dup2(output, 2) == 2;

	if (nothing > 2)
		close(nothing);
	return good;
}

/**
 * become_inside() - the same on a host of a standing lab
 *
 * By ourselves: lapse lab exec knows how to get there, and back.
 */
static const char *become_inside(const struct birth *birth)
{
	const char *const way[] = {"lapse",  "lab",	 "exec",
				   "--name", birth->lab, birth->command->host,
				   "--"};
	const size_t n_way = sizeof(way) / sizeof(way[0]);
	const char **argv;
	size_t n = 0;

	while (birth->command->argv[n])
		n++;
	argv = calloc(n_way + n + 1, sizeof(*argv));
	if (!argv)
		return "memory";
	memcpy(argv, way, sizeof(way));
	memcpy(argv + n_way, birth->command->argv, n * sizeof(*argv));
	execv("/proc/self/exe", (char *const *)(uintptr_t)argv);
	free(argv);
	return "lapse lab exec";
}

/** become() - in the child: be the program; comes back only on failure */
static const char *become(const struct birth *birth)
{
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != birth->parent)
		return "lapse has ended";
	signal(SIGPIPE, SIG_DFL);
	if (!redirect(birth->output))
		return "its output";
	if (birth->host >= 0 && setns(birth->host, CLONE_NEWNET) < 0)
		return birth->command->host;
	if (birth->lab && birth->command->host)
		return become_inside(birth);
	/* exec takes them as char *const *, and changes none */
	execvp(birth->command->argv[0],
	       (char *const *)(uintptr_t)birth->command->argv);
	return birth->command->argv[0];
}

/** born() - wait until the child has become the program, or could not */
static bool born(int trouble, char *why, size_t size)
{
	char text[256];
	size_t len = 0;
	ssize_t n;

	while (len < sizeof(text) - 1 &&
	       ((n = read(trouble, text + len, sizeof(text) - 1 - len)) > 0 ||
		(n < 0 && errno == EINTR)))
		len += n > 0 ? (size_t)n : 0;
	text[len] = '\0';
	snprintf(why, size, "%s", text);
	return len == 0;
}

/** child() - the child's whole life before the program's */
static _Noreturn void child(const struct birth *birth)
{
	const char *what = become(birth);
	int error = errno;
	char text[256];
	int len = snprintf(text, sizeof(text), "%.120s: %s", what,
			   strerror(error));

	if (write(birth->trouble, text, (size_t)len) < 0)
		_exit(126);
	_exit(127);
}

/** fork_program() - start it; Return: its process, or -1 with @why set */
static pid_t fork_program(struct birth *birth, char *why, size_t size)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0) {
		snprintf(why, size, "%s", strerror(errno));
		return -1;
	}
	birth->trouble = ends[1];
	birth->parent = getpid();
	pid = fork();
	if (pid == 0)
		child(birth);
	close(ends[1]);
	if (pid < 0) {
		snprintf(why, size, "%s", strerror(errno));
	} else {
		/* on both sides, for either may be first */
		setpgid(pid, pid);
		if (!born(ends[0], why, size)) {
			waitpid(pid, NULL, 0);
			pid = -1;
		}
	}
	close(ends[0]);
	return pid;
}

/** add() - room for one more; NULL: out of memory */
static struct program *add(struct programs *programs)
{
	struct program *list =
		realloc(programs->list, (programs->n + 1) * sizeof(*list));

	if (!list)
		return NULL;
	programs->list = list;
	list[programs->n] = (struct program){0};
	return &list[programs->n];
}

struct program *program_start(struct programs *programs,
			      const struct scenario_command *command, char *why,
			      size_t size)
{
	struct program *program = add(programs);
	struct birth birth = {
		.command = command, .lab = programs->lab, .host = -1};

	if (!program) {
		snprintf(why, size, "out of memory");
		return NULL;
	}
	if (command->host && !programs->lab) {
		birth.host = host_open(command->host, why, size);
		if (birth.host < 0)
			return NULL;
	}
	program->command = command;
	program->pid = -1;
	program->output = tmpfile();
	if (program->output) {
		birth.output = fileno(program->output);
		fcntl(birth.output, F_SETFD, FD_CLOEXEC);
		program->pid = fork_program(&birth, why, size);
	} else {
		snprintf(why, size, "no place for its output: %s",
			 strerror(errno));
	}
	if (birth.host >= 0)
		close(birth.host);
	if (program->pid < 0) {
		if (program->output)
			fclose(program->output);
		return NULL;
	}
	programs->n++;
	return program;
}

struct program *programs_find(const struct programs *programs, const char *name)
{
	for (size_t i = programs->n; i-- > 0;)
		if (strcmp(programs->list[i].command->name, name) == 0)
			return &programs->list[i];
	return NULL;
}

bool program_ended(struct program *program)
{
	siginfo_t info = {0};

	if (program->ended)
		return true;
	if (waitid(P_PID, (id_t)program->pid, &info,
		   WEXITED | WNOHANG | WNOWAIT) < 0 ||
	    info.si_pid != program->pid)
		return false;
	program->ended = true;
	program->code = info.si_code == CLD_EXITED ? info.si_status
						   : 128 + info.si_status;
	return true;
}

char *program_output(const struct program *program, size_t from, size_t *len)
{
	int fd = fileno(program->output);
	off_t size = lseek(fd, 0, SEEK_END);
	off_t at = size > 0 && (size_t)size > from ? size - (off_t)from : 0;
	size_t want = size > 0 ? (size_t)(size - at) : 0;
	char *text = malloc(want + 1);
	ssize_t n;

	*len = 0;
	while (text && *len < want &&
	       (n = pread(fd, text + *len, want - *len, at + (off_t)*len)) > 0)
		*len += (size_t)n;
	if (text)
		text[*len] = '\0';
	return text;
}

/** gone() - whether nobody is left of it and its group */
static bool gone(struct program *program)
{
	if (program->gone || !program_ended(program))
		return program->gone;
	if (!program->reaped)
		program->reaped = waitpid(program->pid, NULL, 0) > 0;
	program->gone = kill(-program->pid, 0) < 0 && errno == ESRCH;
	return program->gone;
}

/** await() - until all are gone, for @ms of real time at most */
static bool await(struct program *list, size_t n, unsigned ms)
{
	const struct timespec pace = {.tv_nsec = PACE_MS * 1000000L};

	for (unsigned passed = 0;; passed += PACE_MS) {
		size_t left = 0;

		for (size_t i = 0; i < n; i++)
			left += !gone(&list[i]);
		if (!left || passed >= ms)
			return !left;
		nanosleep(&pace, NULL);
	}
}

/** hit() - a signal to the groups that are still there */
static void hit(struct program *list, size_t n, int number)
{
	for (size_t i = 0; i < n; i++)
		if (!list[i].gone)
			kill(-list[i].pid, number);
}

/** end() - end these, and wait for it */
static void end(struct program *list, size_t n)
{
	hit(list, n, SIGTERM);
	if (await(list, n, GRACE_MS))
		return;
	hit(list, n, SIGKILL);
	await(list, n, GRACE_MS);
}

void program_end(struct program *program)
{
	end(program, 1);
}

void programs_end(struct programs *programs)
{
	end(programs->list, programs->n);
	for (size_t i = 0; i < programs->n; i++)
		fclose(programs->list[i].output);
	free(programs->list);
	*programs = (struct programs){0};
}
