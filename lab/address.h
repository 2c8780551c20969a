/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * address - where a standing lab is found
 */
#ifndef LAB_ADDRESS_H
#define LAB_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/** ADDRESS_PREFIX - of an abstract name, before the user's number and a "/" */
#define ADDRESS_PREFIX "lapse-lab/"

/** address_of() - of the lab @name of user @uid; false if that is no name */
bool address_of(const char *name, uid_t uid, struct sockaddr_un *address,
		socklen_t *len);

/** address_peer() - who is at the other end; false if that is not known */
bool address_peer(int fd, uid_t *uid, pid_t *pid);

#endif /* LAB_ADDRESS_H */
