// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * helper - pasta or slirp4netns, the way out of a lab without privilege
 */
#include "lab/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "gateway/program.h"
#include "lab/say.h"

const char *outside_helper_name(void)
{
	static const char *const names[] = {"pasta", "slirp4netns"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (program_find(names[i]))
			return names[i];
	return NULL;
}

/** child() - become the helper */
_Noreturn static void child(const char *name, const char *pid)
{
	/* nothing of the host listens for the lab, and only IPv4 passes */
	const char *const pasta[] = {name,	"--foreground",
				     "--quiet", "--config-net",
				     "-4",	"--ns-ifname",
				     "wan",	"-t",
				     "none",	"-u",
				     "none",	"-T",
				     "none",	"-U",
				     "none",	"--no-map-gw",
				     pid,	NULL};
	const char *const slirp[] = {
		name, "--configure", "--mtu=65520", "--disable-host-loopback",
		pid,  "wan",	     NULL};
	union {
		const char *const *in;
		char *const *out;
	} args = {.in = strcmp(name, "pasta") == 0 ? pasta : slirp};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 ||
	    /* slirp4netns tells its whole life there */
	    (args.in == slirp && dup2(null, STDERR_FILENO) < 0))
		_exit(SAY_FAILED);
	execvp(name, args.out);
	_exit(SAY_NOT_FOUND);
}

pid_t outside_helper(pid_t pid)
{
	const char *name = outside_helper_name();
	char number[16];
	pid_t helper;

	if (!name)
		return -ENOENT;
	snprintf(number, sizeof(number), "%d", pid);
	helper = fork();
	if (helper == 0)
		child(name, number);
	return helper < 0 ? -errno : helper;
}
