// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dhcpplay - scenarios of the DHCP engine: lines, words, and what is not a
 * message
 */
#include "tests/lib/dhcpplay.h"

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
		int high, low;
		uint8_t byte;

		if (*text == '.') {
			text++;
			continue;
		}
		high = digit(text[0]);
		low = high < 0 ? -1 : digit(text[1]);
		if (low < 0)
			return -1;
		byte = (uint8_t)(16 * high + low);
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

int play_int(const char *text)
{
	return (int)strtol(text, NULL, 10);
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
