// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * program - run nft or iptables: no shell, a fixed PATH, bounded output
 *
 * Input and output go by files in memory, not by pipes: no two ends to wait
 * for at once, and the program can write what it likes.
 */
#include "gateway/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/log.h"

static const char *const folders[] = {"/usr/sbin", "/sbin", "/usr/bin", "/bin"};

/** locate() - absolute path of a program; false if there is none */
static bool locate(const char *name, char path[static PATH_MAX])
{
	size_t i;

	for (i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, PATH_MAX, "%s/%s", folders[i], name);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

bool program_find(const char *name)
{
	char path[PATH_MAX];

	return locate(name, path);
}

/** child() - what runs between fork() and execve(); async-signal-safe calls */
_Noreturn static void child(const char *path, const char *const argv[], int in,
			    int out)
{
	static const char *const env[] = {"PATH=/usr/sbin:/sbin:/usr/bin:/bin",
					  "LC_ALL=C", NULL};
	struct sigaction dfl = {.sa_handler = SIG_DFL};
	sigset_t none;

	/* execve() wants pointers to what it does not change */
	union {
		const char *const *in;
		char *const *out;
	} args = {.in = argv}, vars = {.in = env};

	sigemptyset(&none);
	sigaction(SIGPIPE, &dfl, NULL);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0)
		_exit(127);
	execve(path, args.out, vars.out);
	_exit(127);
}

/** memory_file() - a file that holds @len bytes, read from its beginning */
static int memory_file(const char *bytes, size_t len)
{
	int fd = memfd_create("lapsed", MFD_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	while (len) {
		n = write(fd, bytes, len);
		if (n < 0) {
			n = -errno;
			close(fd);
			return (int)n;
		}
		bytes += n;
		len -= (size_t)n;
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/** reap() - wait for the child; its exit code, or 128 + signal */
static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFSIGNALED(status))
		return 128 + WTERMSIG(status);
	return WEXITSTATUS(status);
}

int program_run(const char *const argv[], const char *input, size_t input_len,
		char *output)
{
	char path[PATH_MAX];
	int in, out = -1, rc;
	ssize_t n = 0;
	pid_t pid;

	if (output)
		output[0] = '\0';
	if (!locate(argv[0], path))
		return -ENOENT;

	in = memory_file(input, input ? input_len : 0);
	if (in < 0)
		return in;
	out = memory_file(NULL, 0);
	if (out < 0) {
		rc = out;
		goto close_in;
	}

	pid = fork();
	if (pid < 0) {
		rc = -errno;
		goto close_out;
	}
	if (pid == 0)
		child(path, argv, in, out);
	rc = reap(pid);
	if (output) {
		n = pread(out, output, PROGRAM_OUTPUT - 1, 0);
		output[n > 0 ? n : 0] = '\0';
	}
	log_debug("%s: exit code %d", path, rc);

close_out:
	close(out);
close_in:
	close(in);
	return rc;
}

char *program_first_line(char *output)
{
	/* iptables-nft greets with warnings about its own tables */
	while (*output == '#' || *output == '\n') {
		char *end = strchr(output, '\n');

		if (!end)
			break;
		output = end + 1;
	}
	output[strcspn(output, "\n")] = '\0';
	return output;
}
