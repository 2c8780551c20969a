// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * doctor_trial - try what lapsed needs, where it can harm nobody
 *
 * A child leaves for namespaces of its own, tries there, and writes what it
 * found to memory that it shares with us. The namespaces end with it. Root
 * tries twice: as itself, and as an ordinary user (nobody) would.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "cli/doctor.h"
#include "gateway/program.h"
#include "lab/ns.h"

/* Debian's "nobody": an ordinary user who owns nothing. */
#define NOBODY 65534

/* Rules that name a table of their own: nothing there but the trial. */
#define NFT_TABLE                                        \
	"add table ip lapse-doctor\n"                    \
	"add chain ip lapse-doctor c "                   \
	"{ type filter hook prerouting priority %s; }\n" \
	"add rule ip lapse-doctor c %s\n"                \
	"delete table ip lapse-doctor\n"

#define IPTABLES_RULE "*%s\n-A PREROUTING %s\nCOMMIT\n"

/* As gateway/rule_text.c matches a first fragment. */
#define U32_MATCH "-m u32 --u32 \"4&0x3FFF=0x1:0x3FFF\" -j ACCEPT"

/** note() - what came of a trial; @error is 0 or a negative errno */
static bool note(struct doctor_realm *realm, enum doctor_trial trial, int error)
{
	struct doctor_tried *tried = &realm->trial[trial];

	tried->tried = true;
	tried->works = !error;
	snprintf(tried->why, sizeof(tried->why), "%s",
		 error ? strerror(-error) : "");
	return tried->works;
}

/** complaint() - what a program says, without where in its input */
static const char *complaint(char *output)
{
	char *line = program_first_line(output);
	char *error = strstr(line, "Error: ");

	return error ? error + strlen("Error: ") : line;
}

/** load() - give rules to a program, and note what it says of them */
static void load(struct doctor_realm *realm, enum doctor_trial trial,
		 const char *program, const char *rules)
{
	const char *const nft[] = {program, "-f", "-", NULL};
	const char *const restore[] = {program, "--noflush", NULL};
	struct doctor_tried *tried = &realm->trial[trial];
	char output[PROGRAM_OUTPUT];
	int rc = program_run(strcmp(program, "nft") == 0 ? nft : restore, rules,
			     strlen(rules), output);

	tried->tried = true;
	tried->works = rc == 0;
	if (rc == -ENOENT)
		snprintf(tried->why, sizeof(tried->why), "%s is not installed",
			 program);
	else if (rc)
		snprintf(tried->why, sizeof(tried->why), "%.95s",
			 rc < 0 ? strerror(-rc) : complaint(output));
}

/** try_nft() - one rule */
static void try_nft(struct doctor_realm *realm, enum doctor_trial trial,
		    const char *priority, const char *rule)
{
	char text[512];

	snprintf(text, sizeof(text), NFT_TABLE, priority, rule);
	load(realm, trial, "nft", text);
}

/** try_iptables() - one rule by one of its variants */
static void try_iptables(struct doctor_realm *realm, enum doctor_trial trial,
			 const char *program, const char *table,
			 const char *rule)
{
	char text[256];

	snprintf(text, sizeof(text), IPTABLES_RULE, table, rule);
	load(realm, trial, program, text);
}

/** try_rules() - all that the ruleset is made of, by each tool */
static void try_rules(struct doctor_realm *realm)
{
	static const char queue[] = "-j NFQUEUE --queue-num 0";

	try_nft(realm, TRY_NFT_QUEUE, "-150", "queue num 0");
	try_nft(realm, TRY_NFT_NOTRACK, "-300", "notrack");
	try_iptables(realm, TRY_IPTABLES_QUEUE, "iptables-restore", "mangle",
		     queue);
	try_iptables(realm, TRY_IPTABLES_NFT, "iptables-nft-restore", "mangle",
		     queue);
	try_iptables(realm, TRY_IPTABLES_LEGACY, "iptables-legacy-restore",
		     "mangle", queue);
	try_iptables(realm, TRY_IPTABLES_NOTRACK, "iptables-restore", "raw",
		     "-j CT --notrack");
	try_iptables(realm, TRY_IPTABLES_U32, "iptables-restore", "mangle",
		     U32_MATCH);
}

/** try_tun() - what pasta and slirp4netns need */
static int try_tun(void)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, TUNSETIFF, &request) < 0)
		error = -errno;
	close(fd);
	return error;
}

/**
 * become_nobody() - root gives up all that an ordinary user has not
 *
 * Where there is no such user, in a user namespace, it stays who it is.
 */
static void become_nobody(void)
{
	if (setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
	    setresuid(NOBODY, NOBODY, NOBODY) == 0)
		/* or its own files in /proc would be root's */
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

/** enter_user() - be root in a user namespace; no newuidmap is needed */
static int enter_user(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER) < 0)
		return -errno;
	return ns_map_ids(0, uid, 0, gid);
}

/** enter_namespaces() - those that exec uses; the pid one is for a child */
static int enter_namespaces(void)
{
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) <
	    0)
		return -errno;
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWPID) < 0 ? errno : 0);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return -WEXITSTATUS(status);
}

/** private_run() - a /run of our own: iptables-legacy has its lock there */
static int private_run(void)
{
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, NULL) < 0)
		return -errno;
	return 0;
}

/** try_all() - in the child, from here on in namespaces */
static void try_all(struct doctor_realm *realm, bool user, bool nobody)
{
	struct doctor_queue queue;

	if (nobody)
		become_nobody();
	if (user && !note(realm, TRY_USER_NAMESPACE, enter_user()))
		return;
	/* who becomes another user forgets that */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!note(realm, TRY_NAMESPACES, enter_namespaces()))
		return;
	note(realm, TRY_MOUNT, private_run());
	note(realm, TRY_LINK_UP, doctor_link_up());
	note(realm, TRY_VETH, doctor_link_add("veth"));
	note(realm, TRY_BRIDGE, doctor_link_add("bridge"));
	note(realm, TRY_NETEM, doctor_netem());
	note(realm, TRY_TUN, try_tun());
	doctor_queue(&queue);
	note(realm, TRY_QUEUE_BIND, queue.bind);
	note(realm, TRY_QUEUE_GSO, queue.gso);
	note(realm, TRY_BUFFER, queue.buffer);
	try_rules(realm);
}

/** in_child() - run the trials in a child; 0 or a negative errno */
static int in_child(struct doctor_realm *realm, bool user, bool nobody)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		try_all(realm, user, nobody);
		_exit(0);
	}
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int doctor_try(struct doctor_facts *facts)
{
	struct doctor_realm *realm =
		mmap(NULL, 2 * sizeof(*realm), PROT_READ | PROT_WRITE,
		     // cppcheck-suppress invalidFunctionArg; it may be -1
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int error = 0;

	if (realm == MAP_FAILED)
		return -errno;
	if (facts->root)
		error = in_child(&realm[0], false, false);
	if (!error)
		error = in_child(&realm[1], true, facts->root);
	facts->as_root = realm[0];
	facts->as_user = realm[1];
	munmap(realm, 2 * sizeof(*realm));
	return error;
}
