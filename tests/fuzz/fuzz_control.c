// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz_control - control requests: whatever the lines, whole answers
 *
 * The input is what a client sends. Each line must be answered by JSON objects
 * with exactly one last line, and the engine must stay sound.
 *
 * The settings come from a file that is in memory only, so that `set`, `unset`
 * and `reload` do all that they do, but for one thing: no events are logged,
 * for `log.events` may name any file of who runs this. There is no DHCP server,
 * as it would open sockets; requests about it are answered with that.
 *
 * FUZZ_SHOW in the environment prints the answers: does a seed reach what it is
 * meant to?
 */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include "gateway/eventlog.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/control_rig.h"

static const char settings[] =
	"lan: [{interface: eth1, address: 10.0.0.1/24}]\n"
	"wan: {interface: eth0, pool: [192.0.2.1], port-range: 10000-10400}\n"
	"clients:\n"
	"  phone: {match: 10.0.0.20}\n"
	"  tablet: {match: '02:00:00:00:00:09'}\n"
	"nat: {max-sessions: 128}\n";

/* In place of gateway/eventlog.c, which the linker leaves out for these. */

int eventlog_open(const char *path, struct eventlog **out)
{
	(void)path;
	(void)out;
	return -EROFS;
}

void eventlog_reopen(struct eventlog *eventlog)
{
	(void)eventlog;
}

void eventlog_add(struct eventlog *eventlog, const struct ring_entry *entry,
		  bool destinations)
{
	(void)eventlog;
	(void)entry;
	(void)destinations;
}

void eventlog_flush(struct eventlog *eventlog)
{
	(void)eventlog;
}

void eventlog_close(struct eventlog *eventlog)
{
	(void)eventlog;
}

/** check_answer() - every line an object; Return: how many last lines */
static unsigned check_answer(struct evbuffer *out)
{
	unsigned last = 0;
	size_t len;
	char *line;

	while ((line = evbuffer_readln(out, &len, EVBUFFER_EOL_LF)) != NULL) {
		json_t *object = json_loadb(line, len, 0, NULL);

		if (getenv("FUZZ_SHOW"))
			puts(line);
		demand(json_is_object(object), "a line is an object");
		if (json_object_get(object, "done") ||
		    json_object_get(object, "error"))
			last++;
		json_decref(object);
		free(line);
	}
	demand(evbuffer_get_length(out) == 0, "lines are whole");
	return last;
}

/** run_line() - answer one line, to the end unless it waits */
static void run_line(struct rig *rig, const char *line, size_t len)
{
	enum request_result result = request_line(&rig->request, line, len);
	unsigned last;

	for (unsigned i = 0; result == REQUEST_MORE; i++) {
		demand(i < 1000, "an answer ends");
		result = request_continue(&rig->request);
	}
	last = check_answer(rig->request.out);
	demand(last == (result == REQUEST_DONE), "one last line");
}

/** settings_path() - the file in memory, made once */
static const char *settings_path(void)
{
	static char path[64];
	int fd;

	if (*path)
		return path;
	/* tools/fuzz runs this in the root of the tree */
	setenv("LAPSE_PROFILE_PATH", "conf/profiles", 0);
	fd = memfd_create("settings", MFD_CLOEXEC);
	demand(fd >= 0 && write(fd, settings, sizeof(settings) - 1) ==
				  (ssize_t)sizeof(settings) - 1,
	       "there is memory for the settings");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/** configure() - go by the file from the start */
static void configure(struct rig *rig)
{
	struct gateway *gateway = &rig->gateway;

	conf_free(gateway->conf);
	gateway->conf = conf_load(settings_path(), NULL, 0, stderr);
	demand(gateway->conf != NULL, "the settings are right");
	demand(nat_configure(gateway->nat, &gateway->conf->nat,
			     gateway_now(gateway), NULL) == 0,
	       "the settings are put in force");
}

/** populate() - sessions, some with heartbeats, some that have lapsed */
static void populate(struct rig *rig)
{
	struct lapse_clock *clock = &rig->gateway.clock;

	for (unsigned i = 0; i < 100; i++)
		rig_send(rig, i % 30, (uint16_t)(5000 + i), 53);
	for (unsigned beat = 0; beat < 3; beat++) {
		clock_advance(clock, gateway_real_ns(), 150000);
		for (unsigned i = 0; i < 10; i++)
			rig_send(rig, i, (uint16_t)(5000 + i), 53);
		gateway_settle(&rig->gateway);
	}
	rig_drain(rig);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *rest = (const char *)data;
	struct rig *rig = rig_new(128);

	configure(rig);
	populate(rig);
	while (size) {
		const char *newline = memchr(rest, '\n', size);
		size_t len = newline ? (size_t)(newline - rest) : size;

		run_line(rig, rest, len);
		rig_drain(rig);
		rest += len + (newline ? 1 : 0);
		size -= len + (newline ? 1 : 0);
	}
	demand(nat_check(rig->gateway.nat), "the engine is sound");
	rig_free(rig);
	return 0;
}
