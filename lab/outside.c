// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * outside - the real network behind a lab's NAT: --wan host
 */
#include "lab/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <net/if.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "gateway/program.h"
#include "gateway/rtnl.h"
#include "gateway/rundir.h"
#include "lab/link.h"
#include "lab/say.h"

#define FORWARDING "/proc/sys/net/ipv4/ip_forward"

/* What a folder's name and a record's need. */
enum { PATH_BYTES = PATH_MAX + 32, RULES = 4, WORDS = 16 };

/** folder() - where the records are */
static const char *folder(void)
{
	const char *dir = getenv("LAPSE_RUN_DIR");

	return dir && *dir ? dir : RUNDIR;
}

/** path_of() - of a record, or of what they share */
static void path_of(char path[static PATH_BYTES], const char *name)
{
	snprintf(path, PATH_BYTES, "%s/%s", folder(), name);
}

/** record_path() - of a slot */
static void record_path(char path[static PATH_BYTES], unsigned slot)
{
	char name[16];

	snprintf(name, sizeof(name), "outside-%u", slot);
	path_of(path, name);
}

/** describe() - network and interface of a slot */
static void describe(struct outside *outside, unsigned slot)
{
	outside->slot = slot;
	outside->network = OUTSIDE_NETWORK + (slot << 8);
	snprintf(outside->interface, sizeof(outside->interface), "lapse%u",
		 slot);
}

/** read_switch() - whether the host forwards */
static bool read_switch(void)
{
	int fd = open(FORWARDING, O_RDONLY | O_CLOEXEC);
	char on = '0';
	bool known;

	known = fd >= 0 && read(fd, &on, 1) == 1;
	if (fd >= 0)
		close(fd);
	return known && on == '1';
}

/** write_switch() - let the host forward, or no longer; 0 or negative errno */
static int write_switch(bool on)
{
	int fd = open(FORWARDING, O_WRONLY | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, on ? "1" : "0", 1) != 1)
		error = -errno;
	close(fd);
	return error;
}

/**
 * rule() - one of our rules
 * @i:		below RULES
 * @verb:	-A, -I or -D
 *
 * Return: iptables' exit code, or a negative errno.
 */
static int rule(const struct outside *outside, unsigned i, bool add,
		char *output)
{
	const char *verb = add ? "-I" : "-D";
	char network[32];
	const char *const rules[RULES][WORDS] = {
		{"iptables", "-w", "-t", "nat", verb, "POSTROUTING", "-s",
		 network, "!", "-o", outside->interface, "-j", "MASQUERADE"},
		{"iptables", "-w", verb, "FORWARD", "-i", outside->interface,
		 "-j", "ACCEPT"},
		{"iptables", "-w", verb, "FORWARD", "-o", outside->interface,
		 "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j",
		 "ACCEPT"},
		{"iptables", "-w", "-t", "raw", verb, "PREROUTING", "!", "-i",
		 outside->interface, "-d", network, "-j", "DROP"},
	};

	/* the last: nobody reaches the lab past the host's NAT */
	snprintf(network, sizeof(network), "198.18.%u.0/24", outside->slot);
	return program_run(rules[i], NULL, 0, output);
}

/** here() - the network namespace that the rules are in; false: not known */
static bool here(ino_t *inode)
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st) < 0)
		return false;
	*inode = st.st_ino;
	return true;
}

/** is_here() - whether a record is of this network namespace */
static bool is_here(int record)
{
	char text[32];
	ssize_t n = read(record, text, sizeof(text) - 1);
	ino_t inode;

	text[n > 0 ? n : 0] = '\0';
	return here(&inode) && strtoull(text, NULL, 10) == inode;
}

/** others() - whether another run uses the network that we are in */
static bool others(unsigned slot)
{
	char path[PATH_BYTES];
	bool found = false;

	for (unsigned i = 0; !found && i < OUTSIDE_SLOTS; i++) {
		int fd;

		record_path(path, i);
		fd = i == slot ? -1 : open(path, O_RDONLY | O_CLOEXEC);
		found = fd >= 0 && is_here(fd);
		if (fd >= 0)
			close(fd);
	}
	return found;
}

/** switch_path() - of what remembers that we let this network forward */
static void switch_path(char path[static PATH_BYTES])
{
	char name[48];
	ino_t inode = 0;

	(void)here(&inode);
	snprintf(name, sizeof(name), "outside-forwarding-%llu",
		 (unsigned long long)inode);
	path_of(path, name);
}

/**
 * cut() - take the cable's end away: with its namespaces it would go by itself,
 * but later
 *
 * An interface of this name without this address is somebody else's.
 */
static void cut(const struct outside *outside)
{
	unsigned index = if_nametoindex(outside->interface);
	struct rtnl_addresses all;

	if (!index || rtnl_addresses(&all))
		return;
	for (size_t i = 0; i < all.n; i++)
		if (all.list[i].index == index &&
		    all.list[i].addr == outside->network + 1)
			(void)link_delete(index);
	free(all.list);
}

/** shut() - undo it all; the shared lock is ours */
static void shut(const struct outside *outside)
{
	char path[PATH_BYTES], shared[PATH_BYTES], output[PROGRAM_OUTPUT];

	switch_path(shared);
	if (access(shared, F_OK) == 0 && !others(outside->slot)) {
		(void)write_switch(false);
		unlink(shared);
	}
	for (unsigned i = 0; i < RULES; i++)
		(void)rule(outside, i, false, output);
	cut(outside);
	record_path(path, outside->slot);
	unlink(path);
}

/** lock_all() - one at a time changes the host; a descriptor, or -1 */
static int lock_all(void)
{
	char path[PATH_BYTES];
	int fd;

	(void)mkdir(folder(), 0755);
	path_of(path, "outside-lock");
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	while (fd >= 0 && flock(fd, LOCK_EX) < 0 && errno == EINTR)
		;
	return fd;
}

/** write_record() - and lock it; 0 or a negative errno */
static int write_record(int record)
{
	ino_t inode;

	if (!here(&inode) ||
	    dprintf(record, "%llu\n", (unsigned long long)inode) < 0)
		return -EIO;
	return flock(record, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

/** take_slot() - a record that nobody has; 0 or a negative errno */
static int take_slot(struct outside *outside)
{
	char path[PATH_BYTES];

	for (unsigned slot = 0; slot < OUTSIDE_SLOTS; slot++) {
		record_path(path, slot);
		outside->record =
			open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (outside->record < 0 && errno == EEXIST)
			continue;
		if (outside->record < 0)
			return -errno;
		describe(outside, slot);
		return write_record(outside->record);
	}
	return -EBUSY;
}

/** remember_switch() - that it was us who let the host forward */
static int remember_switch(const struct outside *outside)
{
	char path[PATH_BYTES];
	int fd;

	switch_path(path);
	if (read_switch()) {
		/* a network that is no more had our number */
		if (!others(outside->slot))
			unlink(path);
		return 0;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return write_switch(true);
}

int outside_open(struct outside *outside)
{
	char output[PROGRAM_OUTPUT];
	int all = lock_all();
	int error = all < 0 ? -errno : take_slot(outside);

	if (error) {
		say_error("no record below %s: %s", folder(), strerror(-error));
		goto out;
	}
	for (unsigned i = 0; !error && i < RULES; i++) {
		error = rule(outside, i, true, output);
		if (error)
			say_error("the host cannot forward for the lab: %s",
				  error == -ENOENT ? "iptables is not installed"
				  : error < 0	   ? strerror(-error)
					      : program_first_line(output));
	}
	if (!error) {
		error = remember_switch(outside);
		if (error)
			say_error("%s: %s", FORWARDING, strerror(-error));
	}
	if (error) {
		shut(outside);
		close(outside->record);
		error = -EPERM;
	}
out:
	if (all >= 0)
		close(all);
	return error;
}

void outside_close(struct outside *outside)
{
	int all = lock_all();

	shut(outside);
	close(outside->record);
	if (all >= 0)
		close(all);
}

/** sweep_slot() - if its maker is dead */
static void sweep_slot(unsigned slot)
{
	struct outside outside;
	char path[PATH_BYTES];
	int fd;

	record_path(path, slot);
	fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_here(fd)) {
		describe(&outside, slot);
		say_error("an exec --wan host was killed: its rules for %s and "
			  "198.18.%u.0/24 are removed%s",
			  outside.interface, slot,
			  others(slot) ? "" : ", forwarding is as it was");
		shut(&outside);
	}
	close(fd);
}

void outside_sweep(void)
{
	char path[PATH_BYTES];
	int all;

	path_of(path, "outside-lock");
	if (access(path, F_OK) != 0 || geteuid() != 0)
		return;
	all = lock_all();
	for (unsigned slot = 0; slot < OUTSIDE_SLOTS; slot++)
		sweep_slot(slot);
	if (all >= 0)
		close(all);
}
