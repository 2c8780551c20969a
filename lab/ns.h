/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ns - namespaces of our own: users, processes, mounts, networks
 *
 * Theory of operation: one process is cloned into new namespaces of users (for
 * a caller without privilege), processes and mounts. It is process 1 there, so
 * the kernel kills all that runs inside when it dies; and it dies with the
 * process that cloned it. Network namespaces are only descriptors that process
 * 1 holds. So nothing outlives the caller, whatever kills it, and nothing is
 * left on any disk.
 */
#ifndef LAB_NS_H
#define LAB_NS_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * struct ns_ids - whose namespaces they are
 * @user:	there is a namespace of users, in which the caller is 0
 * @uid, @gid:	the caller's, outside
 */
struct ns_ids {
	bool user;
	uid_t uid;
	gid_t gid;
};

/**
 * ns_clone() - be process 1 of new namespaces
 * @ids:	filled
 * @bound:	it is killed when the caller dies
 *
 * Return: as fork() does: 0 in process 1; its number in the caller; or a
 * negative errno after a message that names the remedy.
 */
pid_t ns_clone(struct ns_ids *ids, bool bound);

/**
 * ns_map_ids() - let one user and one group of outside be others in here
 * @inner_uid, @inner_gid: who they are in the namespace of users that the
 *		caller has just made, and is in
 * @uid, @gid:	who they are outside: without privilege, the caller itself
 *
 * Return: 0 or a negative errno.
 */
int ns_map_ids(uid_t inner_uid, uid_t uid, gid_t inner_gid, gid_t gid);

/**
 * ns_as_caller() - give up the rights of process 1: be who the caller was
 *
 * In another namespace of users inside the first, where the caller's ids are
 * its own again; what is executed from here on has no capability.
 *
 * Return: 0 or a negative errno.
 */
int ns_as_caller(const struct ns_ids *ids);

/** ns_net() - go to a new network namespace; a descriptor or negative errno */
int ns_net(void);

/** ns_mounts() - the same for mounts, a copy of those of the moment */
int ns_mounts(void);

/**
 * ns_enter_mounts() - go to a namespace of mounts, and to a root in it
 * @root:	descriptor of a folder; a caller's chroot() would be lost
 *
 * Return: 0 or a negative errno.
 */
int ns_enter_mounts(int mounts, int root);

/** ns_open() - a descriptor of a namespace, NAME of /proc/self/ns/NAME */
int ns_open(const char *name);

#endif /* LAB_NS_H */
