// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * address - where a standing lab is found
 */
#include "lab/address.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

bool address_of(const char *name, uid_t uid, struct sockaddr_un *address,
		socklen_t *len)
{
	int n;

	/* a "/" is before a carrier, a line is one of /proc/net/unix */
	for (const char *c = name; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '/')
			return false;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	/* the first byte is 0: abstract */
	n = snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1,
		     ADDRESS_PREFIX "%u/%s", uid, name);
	if (n < 0 || (size_t)n >= sizeof(address->sun_path) - 1)
		return false;
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
			   (size_t)n);
	return true;
}

bool address_peer(int fd, uid_t *uid, pid_t *pid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	*uid = peer.uid;
	if (pid)
		*pid = peer.pid;
	return true;
}
