// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rawsend - send the packets that the engine makes
 *
 * By a raw socket whose packets bring their own IPv4 header, any source
 * address included, and carry the mark that our rules let pass.
 */
#include "gateway/rawsend.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

int rawsend_open(struct gateway *gateway)
{
	const unsigned mark = NAT_MARK_OWN;
	int fd, error;

	/* IPPROTO_RAW receives nothing and implies IP_HDRINCL */
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
		    IPPROTO_RAW);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0) {
		error = -errno;
		log_error("raw socket: %s", strerror(-error));
		if (fd >= 0)
			close(fd);
		return error;
	}
	gateway->raw_socket = fd;
	return 0;
}

void rawsend_all(struct gateway *gateway)
{
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct nat_output output;

	while (nat_output_get(gateway->nat, &output)) {
		if (output.len < 20)
			continue;
		memcpy(&to.sin_addr.s_addr, output.bytes + 16, 4);
		if (sendto(gateway->raw_socket, output.bytes, output.len, 0,
			   (const struct sockaddr *)&to, sizeof(to)) < 0) {
			gateway->counters[GATEWAY_SEND_FAILED]++;
			log_debug("send: %s", strerror(errno));
		} else {
			gateway->counters[GATEWAY_SENT]++;
		}
	}
}

void rawsend_close(struct gateway *gateway)
{
	if (gateway->raw_socket >= 0)
		close(gateway->raw_socket);
	gateway->raw_socket = -1;
}
