// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * router - lapsed on the gateways of a lab
 */
#include "lab/router.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <jansson.h>
#include "base/endpoint.h"
#include "conf/conf.h"
#include "lab/mounts.h"
#include "lab/outside.h"
#include "lab/say.h"
#include "lab/spawn.h"

#define NOTIFY	    MOUNTS_DIR "/notify"
#define CARRIER_DIR MOUNTS_DIR "/carrier"

/* A gateway that is not ready by then will not be. */
#define READY_MS 60000

/**
 * struct router - what differs between the two
 * @dir:	records, settings and control socket
 * @lan:	address of the inside, with its length
 * @network:	of the outside, where the pool is; or
 * @own_address: the pool is the interface's address, whatever that is
 */
struct router {
	const struct lab_host *host;
	const char *profile;
	const char *dir;
	const char *lan;
	uint32_t network;
	bool outer;
	bool own_address;
};

/** the_router() - the outer one, or the one that clients see */
static struct router the_router(const struct lab_spec *spec,
				const struct lab *lab, bool outer)
{
	bool last = outer || !spec->behind;

	return (struct router){
		.host = !lab	? NULL
			: outer ? lab->carrier
				: lab->gateway,
		.profile = outer ? spec->behind : spec->profile,
		.dir = outer ? CARRIER_DIR : MOUNTS_DIR,
		.lan = outer ? "100.64.0.1/24" : "192.168.77.1/24",
		.network = !last	   ? LAB_MIDDLE
			   : spec->outside ? spec->outside->network
					   : LAB_WAN,
		.outer = outer,
		.own_address = last && spec->wan_host && !spec->outside,
	};
}

char *router_environment(void)
{
	const char *old = getenv("LAPSE_PROFILE_PATH");
	char *text;

	if (asprintf(&text, "LAPSE_PROFILE_PATH%s%s", old ? "=" : "",
		     old ? old : "") < 0)
		return NULL;
	return text;
}

/** begins_with() - whether a search path has @dir as its first folder */
static bool begins_with(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return path && strncmp(path, dir, len) == 0 &&
	       (path[len] == ':' || !path[len]);
}

/**
 * profile_of() - the name of a profile, which may be given as a file
 *
 * The folder of a file is looked in first from here on.
 *
 * Return: JSON text, or NULL when memory is out.
 */
static json_t *profile_of(const char *given)
{
	const char *slash = strrchr(given, '/');
	const char *name = slash ? slash + 1 : given;
	size_t len = strlen(name);
	const char *old = getenv("LAPSE_PROFILE_PATH");
	char path[2 * PATH_MAX], dir[PATH_MAX], real[PATH_MAX];

	if (len > 5 && strcmp(name + len - 5, ".yaml") == 0)
		len -= 5;
	else if (!slash)
		return json_string(given);
	snprintf(dir, sizeof(dir), "%.*s", slash ? (int)(slash - given) + 1 : 1,
		 slash ? given : ".");
	if (realpath(dir, real) && !begins_with(old, real)) {
		snprintf(path, sizeof(path), "%s%s%s", real, old ? ":" : "",
			 old ? old : "");
		setenv("LAPSE_PROFILE_PATH", path, 1);
	}
	return json_stringn(name, len);
}

/** pool() - @n addresses of the outside network */
static json_t *pool(const struct router *router, uint32_t n)
{
	char first[ADDRESS_TEXT], last[ADDRESS_TEXT];

	if (router->own_address)
		return json_pack("[s]", "interface");
	n = n < 1 ? 1 : n > LAB_POOL_MAX ? LAB_POOL_MAX : n;
	address_format(router->network + LAB_POOL, first);
	address_format(router->network + LAB_POOL + n - 1, last);
	return json_pack("[o]", json_sprintf("%s-%s", first, last));
}

/** clients() - those that have a profile of their own */
static json_t *clients(const struct lab_spec *spec)
{
	json_t *all = json_object();
	char name[LAB_NAME], address[ADDRESS_TEXT], ether[18];
	uint8_t mac[6];

	for (unsigned i = 0; i < spec->clients; i++) {
		if (!spec->client_profile[i])
			continue;
		snprintf(name, sizeof(name), "client%u", i + 1);
		address_format(LAB_LAN + 2 + i, address);
		lab_mac(LAB_LAN + 2 + i, mac);
		snprintf(ether, sizeof(ether), "%02x:%02x:%02x:%02x:%02x:%02x",
			 mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
		json_object_set_new(
			all, name,
			json_pack("{ssso}", "match",
				  spec->dhcp ? ether : address, "profile",
				  profile_of(spec->client_profile[i])));
	}
	return all;
}

/** put() - text into an object; false if it is not UTF-8 */
static bool put(json_t *object, const char *key, const char *text)
{
	return !text || !json_object_set_new(object, key, json_string(text));
}

/**
 * settings() - a settings file, in JSON, which is YAML
 * @n_pool:	number of external addresses
 *
 * Return: text, the caller's to free(); NULL when memory is out.
 */
static char *settings(const struct lab_spec *spec, const struct router *router,
		      uint32_t n_pool)
{
	json_t *root = json_pack(
		"{so s[{ssss}] s{ssso} s{so} s{ss}}", "profile",
		profile_of(router->profile), "lan", "interface", "lan",
		"address", router->lan, "wan", "interface", "wan", "pool",
		pool(router, n_pool), "control", "socket",
		json_sprintf("%s/control.sock", router->dir), "log", "level",
		spec->verbose ? "info" : "warning");
	char *text;
	bool good = put(root, "seed", spec->seed);

	if (!router->outer) {
		json_object_set_new(root, "clients", clients(spec));
		good &= put(json_object_get(root, "log"), "events",
			    spec->events);
		if (spec->dhcp)
			json_object_set_new(
				root, "dhcp",
				json_pack("{s[s]s[s]ss}", "range",
					  "192.168.77.100-192.168.77.250",
					  "dns", "198.51.100.7", "lease-file",
					  MOUNTS_DIR "/leases"));
	}
	text = good ? json_dumps(root, JSON_INDENT(1)) : NULL;
	json_decref(root);
	if (!text)
		say_error("no settings: memory is out, or a name is not UTF-8");
	return text;
}

/** load() - settings as lapsed will see them; NULL after messages */
static struct conf *load(const struct lab_spec *spec, const char *text,
			 bool outer)
{
	size_t n = outer ? 0 : spec->n_set;
	struct conf_override *set = calloc(n + 1, sizeof(*set));
	struct conf *conf = NULL;

	for (size_t i = 0; set && i < n; i++)
		set[i] = (struct conf_override){spec->set[i].key,
						spec->set[i].value};
	if (set)
		conf = conf_parse(text, strlen(text), "settings", set, n,
				  stderr);
	free(set);
	return conf;
}

/**
 * settle_settings() - with as many addresses as the profile hints at
 * @text:	set on success; the caller's to free()
 *
 * Return: 0, -EINVAL after messages, -ENOMEM.
 */
static int settle_settings(const struct lab_spec *spec,
			   const struct router *router, char **text)
{
	uint32_t n = 1;

	*text = NULL;
	for (int round = 0; round < 2; round++) {
		struct conf *conf;

		free(*text);
		*text = settings(spec, router, n);
		if (!*text)
			return -ENOMEM;
		conf = load(spec, *text, router->outer);
		if (!conf) {
			free(*text);
			*text = NULL;
			return -EINVAL;
		}
		n = conf->pool_size;
		conf_free(conf);
	}
	return 0;
}

int router_check(const struct lab_spec *spec)
{
	int error = 0;

	for (int outer = 0; !error && outer < (spec->behind ? 2 : 1); outer++) {
		struct router router = the_router(spec, NULL, outer);
		char *text;

		error = settle_settings(spec, &router, &text);
		free(text);
	}
	return error;
}

char *router_program(const char *name)
{
	static const char *const near[] = {"", "../sbin/", "../bin/"};
	char self[PATH_MAX], path[2 * PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[len > 0 ? len : 0] = '\0';
	slash = strrchr(self, '/');
	if (slash)
		slash[1] = '\0';
	for (size_t i = 0; slash && i < sizeof(near) / sizeof(near[0]); i++) {
		snprintf(path, sizeof(path), "%s%s%s", self, near[i], name);
		if (access(path, X_OK) == 0)
			return strdup(path);
	}
	return strdup(name);
}

/** notify_socket() - where lapsed says that it is ready; or negative errno */
static int notify_socket(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX,
				      .sun_path = NOTIFY};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	unlink(NOTIFY);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

/** ended() - what became of a lapsed that never served */
static int ended(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	say_error("lapsed did not start: %s %d",
		  WIFEXITED(status) ? "exit code" : "signal",
		  WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return -EIO;
}

/** await() - until lapsed has said that it is ready; 0 or a negative errno */
static int await(int notify, pid_t pid)
{
	struct pollfd fds[2] = {{.fd = notify, .events = POLLIN}};
	char text[64];
	int error = 0;
	ssize_t n;

	fds[1].fd = (int)syscall(SYS_pidfd_open, pid, 0);
	fds[1].events = POLLIN;
	for (;;) {
		int ready = poll(fds, 2, READY_MS);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0) {
			say_error("lapsed is not ready after %d s",
				  READY_MS / 1000);
			error = -ETIMEDOUT;
			break;
		}
		n = (fds[0].revents & POLLIN)
			    ? recv(notify, text, sizeof(text) - 1, 0)
			    : 0;
		text[n > 0 ? n : 0] = '\0';
		if (strcmp(text, "READY=1") == 0)
			break;
		if (fds[1].revents) {
			error = ended(pid);
			break;
		}
	}
	if (fds[1].fd >= 0)
		close(fds[1].fd);
	return error;
}

/**
 * run() - lapsed on its host
 * @log:	descriptor for what it says, or -1: our standard error
 *
 * Return: its number, or a negative errno.
 */
static pid_t run(const struct lab *lab, const struct router *router,
		 const char *file, int log)
{
	const struct lab_spec *spec = lab->spec;
	size_t n = router->outer ? 0 : spec->n_set, i;
	const char **argv = calloc(4 + 2 * n, sizeof(*argv));
	char **sets = calloc(n + 1, sizeof(*sets));
	char *program = router_program("lapsed");
	char dir[sizeof("LAPSE_RUN_DIR=" CARRIER_DIR)];
	const char *const environment[] = {"NOTIFY_SOCKET=" NOTIFY, dir, NULL};
	struct spawn what = {
		.argv = argv,
		.host = router->host,
		.environment = environment,
		.in = SPAWN_NULL,
		.out = log,
		.err = log,
		.apart = true,
	};
	pid_t pid = -ENOMEM;

	snprintf(dir, sizeof(dir), "LAPSE_RUN_DIR=%s", router->dir);
	if (!argv || !sets || !program)
		goto out;
	argv[0] = program;
	argv[1] = "-c";
	argv[2] = file;
	for (i = 0; i < n; i++) {
		if (asprintf(&sets[i], "%s=%s", spec->set[i].key,
			     spec->set[i].value) < 0) {
			sets[i] = NULL;
			goto out;
		}
		argv[3 + 2 * i] = "--set";
		argv[4 + 2 * i] = sets[i];
	}
	pid = spawn(lab, &what);
out:
	for (i = 0; sets && i < n; i++)
		free(sets[i]);
	free(sets);
	free(argv);
	free(program);
	return pid;
}

/** start() - one of them, from its settings to its first packet */
static int start(const struct lab *lab, bool outer, pid_t *pid)
{
	struct router router = the_router(lab->spec, lab, outer);
	char file[sizeof(CARRIER_DIR "/lapse.yaml")];
	int notify, error, log = -1;
	char *text;

	error = settle_settings(lab->spec, &router, &text);
	if (error)
		return error;
	snprintf(file, sizeof(file), "%s/lapse.yaml", router.dir);
	if (mkdir(router.dir, 0755) < 0 && errno != EEXIST)
		error = -errno;
	if (!error)
		error = mounts_write(file, text, 0644);
	free(text);
	if (error)
		return error;
	notify = notify_socket();
	if (notify < 0)
		return notify;
	if (lab->spec->log)
		log = open(lab->spec->log,
			   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	*pid = run(lab, &router, file, log);
	if (log >= 0)
		close(log);
	error = *pid < 0 ? (int)*pid : await(notify, *pid);
	close(notify);
	return error;
}

int router_start(const struct lab *lab, pid_t *pid)
{
	pid_t outer;
	int error = lab->carrier ? start(lab, true, &outer) : 0;

	return error ? error : start(lab, false, pid);
}
