// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture - record both sides of the NAT into one pcapng file
 */
#include "lab/capture.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>
#include "lab/pcapng.h"
#include "lab/say.h"
#include "lab/spawn.h"

/* Interfaces at most; a superpacket and its header; bytes that may wait. */
enum { INTERFACES = 3, FRAME_MAX = 0x10000 + 64, BUFFER = 32 << 20 };

/**
 * struct capture - the recording process
 * @fds:	its sockets, and behind them what tells it to stop
 * @next:	the next frame of each interface, in @frame; no bytes: none
 */
struct capture {
	struct pollfd fds[INTERFACES + 1];
	unsigned n;
	FILE *file;
	struct pcapng_packet next[INTERFACES];
	uint8_t frame[INTERFACES][FRAME_MAX];
};

/** open_socket() - all frames of an interface; or a negative errno */
static int open_socket(const char *interface)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(interface),
	};
	const int on = 1, size = BUFFER;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size,
				 sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/** add() - an interface of a host; 0 or a negative errno */
static int add(struct capture *capture, const struct lab_host *host,
	       const char *interface, const char *name)
{
	int error = spawn_visit(host);
	int fd = error ? error : open_socket(interface);

	if (fd < 0)
		return fd;
	capture->fds[capture->n].fd = fd;
	capture->fds[capture->n++].events = POLLIN;
	pcapng_interface(capture->file, name);
	return 0;
}

/** stamp() - when the kernel saw it, in ns since 1970 */
static uint64_t stamp(struct msghdr *message)
{
	struct cmsghdr *control;
	struct timespec ts = {0};

	for (control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR(message, control))
		if (control->cmsg_level == SOL_SOCKET &&
		    control->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&ts, CMSG_DATA(control), sizeof(ts));
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

/** fetch() - the next frame of an interface; false if there is none */
static bool fetch(struct capture *capture, unsigned interface)
{
	union {
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
		struct cmsghdr align;
	} control;
	struct sockaddr_ll from;
	struct iovec iov = {capture->frame[interface], FRAME_MAX};
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(capture->fds[interface].fd, &message, MSG_TRUNC);

	if (n < 0)
		return false;
	capture->next[interface] = (struct pcapng_packet){
		.interface = interface,
		.outgoing = from.sll_pkttype == PACKET_OUTGOING,
		.ns = stamp(&message),
		.bytes = capture->frame[interface],
		.len = (size_t)n < FRAME_MAX ? (size_t)n : FRAME_MAX,
		.wire = (size_t)n,
	};
	return true;
}

/**
 * record() - the oldest of the next frames; false if there are none
 *
 * So they are in the order of their way through the NAT.
 */
static bool record(struct capture *capture)
{
	struct pcapng_packet *oldest = NULL;

	for (unsigned i = 0; i < capture->n; i++) {
		if (!capture->next[i].bytes && !fetch(capture, i))
			continue;
		if (!oldest || capture->next[i].ns < oldest->ns)
			oldest = &capture->next[i];
	}
	if (!oldest)
		return false;
	pcapng_packet(capture->file, oldest);
	oldest->bytes = NULL;
	return true;
}

/** count_lost() - frames that came too fast */
static unsigned count_lost(const struct capture *capture)
{
	struct tpacket_stats stats;
	unsigned lost = 0;

	for (unsigned i = 0; i < capture->n; i++) {
		socklen_t len = sizeof(stats);

		if (getsockopt(capture->fds[i].fd, SOL_PACKET,
			       PACKET_STATISTICS, &stats, &len) == 0)
			lost += stats.tp_drops;
	}
	return lost;
}

/** run() - until the other end of @stop is closed, and nothing waits */
static void run(struct capture *capture, int stop)
{
	bool going = true;
	unsigned lost;

	capture->fds[capture->n].fd = stop;
	capture->fds[capture->n].events = POLLIN;
	while (going) {
		if (poll(capture->fds, capture->n + 1, -1) < 0)
			continue;
		/* asked before the last look: nothing is left then */
		if (capture->fds[capture->n].revents)
			going = false;
		while (record(capture))
			;
	}
	lost = count_lost(capture);
	if (lost)
		say_error("%u packets came too fast to be recorded", lost);
	if (fflush(capture->file) == EOF || ferror(capture->file))
		say_error("the recording cannot be written: %s",
			  strerror(errno));
}

/** open_all() - the interfaces, in the order of a packet's way out */
static int open_all(struct capture *capture, const struct lab *lab, int fd)
{
	int error = -ENOMEM;

	capture->file = fdopen(fd, "w");
	if (!capture->file)
		return error;
	pcapng_begin(capture->file);
	error = add(capture, lab->gateway, "lan", "lan");
	if (!error)
		error = add(capture, lab->gateway, "wan", "wan");
	if (!error && lab->carrier)
		error = add(capture, lab->carrier, "wan", "carrier-wan");
	/* two processes have this stream soon: nothing may wait in it */
	if (!error && fflush(capture->file) == EOF)
		error = -errno;
	return error;
}

pid_t capture_start(const struct lab *lab, int fd, int *stop)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	int error = capture ? open_all(capture, lab, fd) : -ENOMEM;
	int ends[2];
	pid_t pid = -1;

	if (!error && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		error = -errno;
	if (!error) {
		pid = fork();
		if (pid == 0) {
			close(ends[0]);
			setsid();
			run(capture, ends[1]);
			_exit(0);
		}
		error = pid < 0 ? -errno : 0;
		close(ends[1]);
		*stop = ends[0];
	}
	for (unsigned i = 0; capture && i < capture->n; i++)
		close(capture->fds[i].fd);
	if (capture && capture->file)
		fclose(capture->file);
	free(capture);
	if (error)
		say_error("nothing can be recorded: %s", strerror(-error));
	return error ? error : pid;
}
