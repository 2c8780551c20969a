// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcpplay - scenarios of the DHCP engine: lines, words, and what is not a
 * message
 */
#include "tests/lib/dhcpplay.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/duration.h"
#include "base/endpoint.h"

bool play_fail(struct play *play, const char *format, ...)
{
	va_list args;
	size_t len;

	if (*play->error)
		return false;
	snprintf(play->error, PLAY_ERROR, "%s:%u: %s: ", play->path, play->line,
		 play->title ? play->title : "");
	len = strlen(play->error);
	va_start(args, format);
	vsnprintf(play->error + len, PLAY_ERROR - len, format, args);
	va_end(args);
	return false;
}

const char *play_get(struct play *play, const char *key)
{
	for (size_t i = 1; i < play->n; i++)
		if (strcmp(play->word[i], key) == 0 && play->value[i]) {
			play->used[i] = true;
			return play->value[i];
		}
	return NULL;
}

/** digit() - the value of a hexadecimal digit, or -1 */
static int digit(char c)
{
	const char *digits = "0123456789abcdef", *at = strchr(digits, c);

	return c && at ? (int)(at - digits) : -1;
}

int play_hex(const char *text, uint8_t *bytes, size_t size)
{
	size_t n = 0;

	/* "00*16" is sixteen of them, "." between is nothing */
	while (text && *text) {
		char *end = NULL;
		unsigned long times = 1;
		uint8_t byte;

		if (*text == '.') {
			text++;
			continue;
		}
		if (digit(text[0]) < 0 || digit(text[1]) < 0)
			return -1;
		byte = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
		text += 2;
		if (*text == '*') {
			times = strtoul(text + 1, &end, 10);
			text = end;
		}
		if (size - n < times)
			return -1;
		memset(bytes + n, byte, times);
		n += times;
	}
	return text ? (int)n : -1;
}

int play_addresses(const char *text, uint32_t *list, size_t size)
{
	char copy[4096], *save = NULL, *part;
	size_t n = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (part = strtok_r(copy, ",", &save); part;
	     part = strtok_r(NULL, ",", &save)) {
		/* "192.0.2.1*20": twenty in a row */
		char *star = strchr(part, '*');
		unsigned long times = star ? strtoul(star + 1, NULL, 10) : 1;
		uint32_t address;

		if (star)
			*star = '\0';
		if (!address_parse(part, &address) || size - n < times)
			return -1;
		while (times--)
			list[n++] = address++;
	}
	return (int)n;
}

bool play_number(struct play *play, const char *text, uint64_t *number)
{
	char *end;

	*number = strtoull(text, &end, 10);
	return (*text && !*end) || play_fail(play, "no number: %s", text);
}

bool play_duration(struct play *play, const char *text, uint64_t *ms)
{
	return duration_parse(text, ms) ||
	       play_fail(play, "no duration: %s", text);
}

bool play_address(struct play *play, const char *text, uint32_t *address)
{
	return address_parse(text, address) ||
	       play_fail(play, "no address: %s", text);
}

void play_mac(char letter, uint8_t mac[6])
{
	const uint8_t bytes[6] = {2, 0, 0, 0, 0, (uint8_t)(letter - 'A' + 10)};

	memcpy(mac, bytes, 6);
}

/** play_time() - `time D`, `lapse D`, `real D` */
static bool play_time(struct play *play)
{
	uint64_t ms;

	if (play->n < 2 || !play_duration(play, play->word[1], &ms))
		return play_fail(play, "%s DURATION", play->word[0]);
	play->used[1] = true;
	dhcprig_time(play->rig, strcmp(play->word[0], "real") ? ms : 0,
		     strcmp(play->word[0], "lapse") ? ms : 0);
	return true;
}

/** play_probe() - `probe ADDRESS`, `probe ADDRESS free|taken`, `probe none` */
static bool play_probe(struct play *play)
{
	struct dhcprig *rig = play->rig;
	char text[ADDRESS_TEXT];
	uint32_t address;

	play->used[1] = play->used[2] = true;
	if (strcmp(play->word[1], "none") == 0)
		return !rig->n_probes ||
		       play_fail(play, "a probe of %s",
				 address_format(rig->probes[0].address, text));
	if (!play_address(play, play->word[1], &address))
		return false;
	if (play->n > 2) {
		dhcpd_probe_result(rig->d, rig->now, address,
				   strcmp(play->word[2], "taken") == 0);
		dhcprig_settle(rig);
		return true;
	}
	if (!rig->n_probes || rig->probes[0].address != address)
		return play_fail(play, "no probe of %s", play->word[1]);
	rig->n_probes--;
	memmove(rig->probes, rig->probes + 1,
		rig->n_probes * sizeof(rig->probes[0]));
	return true;
}

/** event_is() - whether an event is what the line says */
static bool event_is(struct play *play, const struct dhcpd_event *event)
{
	const char *reason = play_get(play, "reason");
	const char *address = play_get(play, "address");
	const char *client = play_get(play, "client");
	const char *fault = play_get(play, "fault");
	const char *hostname = play_get(play, "hostname");
	char text[ADDRESS_TEXT];
	uint8_t mac[6];

	if (client)
		play_mac(*client, mac);
	return strcmp(dhcpd_event_names[event->type], play->word[1]) == 0 &&
	       (!reason ||
		strcmp(dhcpd_reason_names[event->reason], reason) == 0) &&
	       (!address ||
		strcmp(address_format(event->address, text), address) == 0) &&
	       (!client || memcmp(event->chaddr, mac, 6) == 0) &&
	       (!fault ||
		strcmp(dhcpd_fault_names[event->fault], fault) == 0) &&
	       (!hostname || strcmp(event->hostname, hostname) == 0);
}

/** play_event() - `event NAME …`: it came, since the last; `no-event NAME` */
static bool play_event(struct play *play)
{
	struct dhcprig *rig = play->rig;
	bool wanted = strcmp(play->word[0], "event") == 0;

	play->used[1] = true;
	for (size_t i = 0; i < rig->n_events; i++) {
		if (!event_is(play, &rig->events[i]))
			continue;
		if (!wanted)
			return play_fail(play, "event %s", play->word[1]);
		rig->n_events -= i + 1;
		memmove(rig->events, rig->events + i + 1,
			rig->n_events * sizeof(rig->events[0]));
		return true;
	}
	return !wanted ||
	       play_fail(play, "no event %s like this", play->word[1]);
}

/** play_lease() - `lease ADDRESS STATE|none …`: what the list shows */
static bool play_lease(struct play *play)
{
	struct dhcprig *rig = play->rig;
	struct dhcpd_lease_info info;
	const char *value, *state;
	uint32_t address;
	uint64_t ms;
	bool there;

	if (play->n < 3 || !play_address(play, play->word[1], &address))
		return play_fail(play, "lease ADDRESS STATE");
	play->used[1] = play->used[2] = true;
	there = dhcpd_lease_get(rig->d, rig->now, address, &info);
	state = there ? dhcpd_state_names[info.state] : "none";
	if (strcmp(state, play->word[2]) != 0)
		return play_fail(play, "expected %s, it is %s", play->word[2],
				 state);
	value = play_get(play, "hostname");
	if (value && strcmp(info.hostname, value) != 0)
		return play_fail(play, "hostname %s", info.hostname);
	value = play_get(play, "expires");
	if (value &&
	    (!play_duration(play, value, &ms) || info.expires_in != ms))
		return play_fail(play, "expires in %llu ms",
				 (unsigned long long)info.expires_in);
	value = play_get(play, "renew");
	if (value && (!play_duration(play, value, &ms) || info.renew_in != ms))
		return play_fail(play, "renews in %llu ms",
				 (unsigned long long)info.renew_in);
	return true;
}

/** play_valid() - `valid ADDRESS`, `invalid ADDRESS` */
static bool play_valid(struct play *play)
{
	struct dhcprig *rig = play->rig;
	bool wanted = strcmp(play->word[0], "valid") == 0;
	uint32_t address;

	if (play->n < 2 || !play_address(play, play->word[1], &address))
		return false;
	play->used[1] = true;
	return dhcpd_lease_valid(rig->d, rig->now, address) == wanted ||
	       play_fail(play, "it is %s", wanted ? "not" : "valid");
}

/** play_counter() - `counter NAME N` */
static bool play_counter(struct play *play)
{
	const uint64_t *counters = dhcpd_counters(play->rig->d);
	uint64_t wanted;

	if (play->n < 3 || !play_number(play, play->word[2], &wanted))
		return play_fail(play, "counter NAME N");
	play->used[1] = play->used[2] = true;
	for (size_t i = 0; i < DHCPD_STATS; i++)
		if (strcmp(dhcpd_stat_names[i], play->word[1]) == 0)
			return counters[i] == wanted ||
			       play_fail(play, "it is %llu",
					 (unsigned long long)counters[i]);
	return play_fail(play, "no counter %s", play->word[1]);
}

/** play_operate() - `expire|release|nak ADDRESS`, `move ADDRESS [TO]` and what
 * it is answered: nothing, or -NAME of the error */
static bool play_operate(struct play *play)
{
	struct dhcprig *rig = play->rig;
	const char *wanted = play_get(play, "error"), *verb = play->word[0];
	uint32_t address, to = 0;
	int rc;

	if (play->n < 2 || !play_address(play, play->word[1], &address))
		return play_fail(play, "%s ADDRESS", verb);
	play->used[1] = true;
	if (play_get(play, "to") &&
	    !play_address(play, play_get(play, "to"), &to))
		return false;
	if (strcmp(verb, "expire") == 0)
		rc = dhcpd_lease_expire(rig->d, rig->now, address);
	else if (strcmp(verb, "release") == 0)
		rc = dhcpd_lease_release(rig->d, rig->now, address);
	else if (strcmp(verb, "nak") == 0)
		rc = dhcpd_lease_nak(rig->d, rig->now, address);
	else
		rc = dhcpd_lease_move(rig->d, rig->now, address, &to);
	dhcprig_settle(rig);
	if (!wanted)
		return !rc || play_fail(play, "error %d", -rc);
	return rc == -(strcmp(wanted, "ENOENT") == 0	   ? ENOENT
		       : strcmp(wanted, "EADDRINUSE") == 0 ? EADDRINUSE
							   : EADDRNOTAVAIL) ||
	       play_fail(play, "result %d", rc);
}

/** play_fault() - `fault NAME [for=D] [value=D] [client=A] [at=PREFIX]`, or
 * `fault clear` */
static bool play_fault(struct play *play)
{
	struct dhcprig *rig = play->rig;
	struct dhcpd_fault fault = {.until = DHCPD_NEVER};
	const char *value;
	uint64_t ms;
	int kind = 0;

	play->used[1] = true;
	if (strcmp(play->word[1], "clear") == 0) {
		dhcpd_fault_clear(rig->d, rig->now, 0);
		dhcprig_settle(rig);
		return true;
	}
	while (dhcpd_fault_names[kind] &&
	       strcmp(dhcpd_fault_names[kind], play->word[1]) != 0)
		kind++;
	if (!dhcpd_fault_names[kind])
		return play_fail(play, "no fault %s", play->word[1]);
	fault.kind = (enum dhcpd_fault_kind)kind;
	value = play_get(play, "for");
	if (value && play_duration(play, value, &ms))
		fault.until = rig->now.lapse + ms;
	value = play_get(play, "value");
	if (value && !play_duration(play, value, &fault.value))
		return false;
	value = play_get(play, "client");
	if (value) {
		fault.whom = DHCPD_BY_MAC;
		play_mac(*value, fault.mac);
	}
	value = play_get(play, "at");
	if (value) {
		fault.whom = DHCPD_BY_ADDRESS;
		if (!prefix_parse(value, &fault.addr, &fault.bits))
			return play_fail(play, "no prefix: %s", value);
	}
	if (dhcpd_fault_start(rig->d, rig->now, &fault) <= 0)
		return play_fail(play, "it was refused");
	dhcprig_settle(rig);
	return true;
}

/** play_restart() - `restart [down=D] [back=D]`: a crash; the wall clock moves
 */
static bool play_restart(struct play *play)
{
	const char *down = play_get(play, "down");
	const char *back = play_get(play, "back");
	uint64_t ms = 0;

	if ((down && !play_duration(play, down, &ms)) ||
	    (back && !play_duration(play, back, &ms)))
		return false;
	return dhcprig_restart(play->rig, play->rig->journal_len,
			       back ? -(int64_t)ms : (int64_t)ms) >= 0 ||
	       play_fail(play, "a record was refused");
}

/** play_violation() - `violation ADDRESS`: traffic without a lease */
static bool play_violation(struct play *play)
{
	uint32_t address;

	if (play->n < 2 || !play_address(play, play->word[1], &address))
		return false;
	play->used[1] = true;
	dhcpd_violation(play->rig->d, play->rig->now, address);
	dhcprig_settle(play->rig);
	return true;
}

/** case_end() - nothing more came than was expected */
static bool case_end(struct play *play)
{
	if (play->rig && play->rig->n_replies)
		return play_fail(play, "a reply that was not expected");
	if (play->rig && play->rig->n_probes)
		return play_fail(play, "a probe that was not expected");
	return true;
}

/** play_case() - `case TITLE`: a new engine with the default settings */
static bool play_case(struct play *play, const char *title)
{
	if (!case_end(play))
		return false;
	dhcprig_free(play->rig);
	play->rig = dhcprig_alloc();
	play->started = false;
	play->xid = 0x1000;
	play->title = title;
	return play->rig || play_fail(play, "out of memory");
}

/** play_nothing() - `nothing`: no reply came */
static bool play_nothing(struct play *play)
{
	return !play->rig->n_replies || play_fail(play, "a reply came");
}

/** play_configure() - `configure`: settings that were set, put in force */
static bool play_configure(struct play *play)
{
	dhcprig_configure(play->rig);
	return true;
}

/** play_main() - settings of the LAN's subnet */
static bool play_main(struct play *play)
{
	return play_set(play, 0);
}

/* By the first word; others are a client's letter. */
static const struct {
	const char *word;
	bool (*run)(struct play *play);
	bool setting; /* before the engine is made */
} commands[] = {
	{"set", play_main, true},
	{"subnet", play_subnet, true},
	{"reserve", play_reserve, true},
	{"configure", play_configure, false},
	{"time", play_time, false},
	{"lapse", play_time, false},
	{"real", play_time, false},
	{"expect", play_expect, false},
	{"nothing", play_nothing, false},
	{"probe", play_probe, false},
	{"event", play_event, false},
	{"no-event", play_event, false},
	{"lease", play_lease, false},
	{"valid", play_valid, false},
	{"invalid", play_valid, false},
	{"counter", play_counter, false},
	{"expire", play_operate, false},
	{"release", play_operate, false},
	{"nak", play_operate, false},
	{"move", play_operate, false},
	{"fault", play_fault, false},
	{"restart", play_restart, false},
	{"violation", play_violation, false},
};

/** words() - cut a line into words */
static void words(struct play *play, char *line)
{
	char *save = NULL, *word;

	play->n = 0;
	memset(play->used, 0, sizeof(play->used));
	memset(play->word, 0, sizeof(play->word));
	for (word = strtok_r(line, " \t\n", &save);
	     word && play->n < PLAY_WORDS && *word != '#';
	     word = strtok_r(NULL, " \t\n", &save)) {
		char *sign = strchr(word, '=');

		play->value[play->n] = sign ? sign + 1 : NULL;
		if (sign)
			*sign = '\0';
		play->word[play->n++] = word;
	}
}

/** run_words() - do what a line says */
static bool run_words(struct play *play)
{
	bool (*run)(struct play *) = play_send;
	bool setting = false;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].word, play->word[0]) != 0)
			continue;
		run = commands[i].run;
		setting = commands[i].setting;
	}
	if (!play->rig)
		return play_fail(play, "no case yet");
	if (run == play_send && (play->word[0][1] || play->n < 2))
		return play_fail(play, "no command %s", play->word[0]);
	if (!setting && !play->started) {
		dhcprig_start(play->rig);
		play->started = true;
	}
	if (!run(play))
		return false;
	for (size_t i = 1; i < play->n; i++)
		if (!play->used[i])
			return play_fail(play, "what is %s?", play->word[i]);
	return !play->rig->broken ||
	       play_fail(play, "the engine's tables are broken");
}

/** run_file() - all lines; one that ends in a backslash goes on in the next */
static bool run_file(struct play *play, FILE *file)
{
	static char line[8192], titles[64][128];
	size_t len = 0, n = 0;

	while (fgets(line + len, (int)(sizeof(line) - len), file)) {
		play->line++;
		len = strlen(line);
		if (len > 1 && line[len - 2] == '\\') {
			len -= 2;
			continue;
		}
		len = 0;
		if (strncmp(line, "case ", 5) == 0 && n < 64) {
			line[strcspn(line, "\n")] = '\0';
			snprintf(titles[n], sizeof(titles[n]), "%.120s",
				 line + 5);
			if (!play_case(play, titles[n++]))
				return false;
			continue;
		}
		words(play, line);
		if (play->n && !run_words(play))
			return false;
	}
	return case_end(play) && (n || play_fail(play, "it has no case"));
}

bool dhcpplay_run(const char *path, char error[static PLAY_ERROR])
{
	struct play play = {.error = error, .path = path};
	FILE *file = fopen(path, "r");
	bool good;

	*error = '\0';
	if (!file)
		return play_fail(&play, "cannot be read");
	good = run_file(&play, file);
	fclose(file);
	dhcprig_free(play.rig);
	return good;
}
