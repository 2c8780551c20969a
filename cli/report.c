// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * report - the command report: did the heartbeat keep the connections alive?
 *
 * lapsed says what it has seen of each flow. Added up by client, and turned
 * into sentences, it is here; and what each profile would allow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/args.h"
#include "cli/connection.h"
#include "cli/report.h"
#include "cli/table.h"
#include "conf/conf.h"
#include "nat/heartbeat.h"

/** struct client - what is added up of one */
struct client {
	char address[ADDRESS_TEXT];
	json_int_t alive, died, other;
	json_int_t beats, needless, needless_bytes;
	json_int_t reconnected;
};

/**
 * struct report - the state of a report
 * @clients:	in the order of their first flow
 * @others:	flows that are not worth a sentence
 * @tcp, @udp:	whether there was a flow of it that is
 */
struct report {
	bool json;
	struct client *clients;
	size_t n;
	json_int_t others;
	bool tcp, udp;
};

/** print_json() - one row; @row is released */
static void print_json(json_t *row)
{
	json_dumpf(row, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
	putchar('\n');
	json_decref(row);
}

/** is() - whether a member is this text */
static bool is(const json_t *row, const char *name, const char *text)
{
	const char *value = json_string_value(json_object_get(row, name));

	return value && strcmp(value, text) == 0;
}

/** count_of() - a member that is a number, else 0 */
static json_int_t count_of(const json_t *row, const char *name)
{
	return json_integer_value(json_object_get(row, name));
}

/** has() - whether a member is there and not null */
static bool has(const json_t *row, const char *name)
{
	return json_is_number(json_object_get(row, name));
}

/* --- a flow, in sentences --- */

/** say_death() - how it came to its end */
static void say_death(const json_t *row)
{
	static const struct {
		const char *reason;
		const char *text;
	} ends[] = {
		{"killed", "ended by lapse kill or flush"},
		{"evicted", "thrown out to make room for another"},
		{"address-changed", "ended, for its outside address is gone"},
		{"fault", "ended by a fault that was asked for"},
		{"reload", "ended by a change of the settings"},
		{"max-lifetime", "ended at the greatest age that this NAT "
				 "allows, whatever is sent"},
	};
	char text[VALUE_TEXT];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (is(row, "reason", ends[i].reason)) {
			fputs(ends[i].text, stdout);
			return;
		}
	printf("died after %s of silence",
	       value_duration(row, "timer", "never", text));
	if (has(row, "late"))
		printf("; its heartbeat came %s too late",
		       value_duration(row, "late", "-", text));
	else
		fputs("; nothing has been sent since", stdout);
}

/**
 * say_life() - how close it is, or was, to its end
 * @alive:	a silence that goes on counts as well
 */
static void say_life(const json_t *row, bool alive)
{
	const char *how = alive ? "alive" : "closed by its own ends";
	bool silent =
		alive &&
		json_number_value(json_object_get(row, "silent")) >
			json_number_value(json_object_get(row, "longest-gap"));
	char text[3][VALUE_TEXT];

	if (!has(row, "timer")) {
		printf("%s, and never ends by silence", how);
		return;
	}
	printf("%s; longest silence %s of the %s allowed, %s to spare", how,
	       value_duration(row, silent ? "silent" : "longest-gap", "-",
			      text[0]),
	       value_duration(row, "timer", "-", text[1]),
	       value_duration(row, "margin", "-", text[2]));
}

/** say_interval() - what would have been, or is, enough */
static void say_interval(const json_t *row, bool held)
{
	char every[VALUE_TEXT], profile[VALUE_TEXT];

	if (!held && !is(row, "reason", "idle"))
		return;
	if (!json_is_true(json_object_get(row, "heartbeat-helps"))) {
		fputs(" No heartbeat helps here: this NAT ends connections "
		      "whatever is sent.",
		      stdout);
		return;
	}
	if (!has(row, "recommended"))
		return;
	printf(" Under %s a heartbeat every %s %s.",
	       value_text(row, "profile", profile),
	       value_duration(row, "recommended", "-", every),
	       held ? "is enough" : "would have kept it");
}

/** say_after() - what the ends made of it */
static void say_after(const json_t *row)
{
	json_int_t lost = count_of(row, "lost-in");
	char text[VALUE_TEXT];
	bool again = has(row, "reconnected");
	const char *after = value_duration(row, "reconnected", "-", text);

	if (lost)
		printf(" %" JSON_INTEGER_FORMAT
		       " packet%s from the other side did not get through "
		       "after that.",
		       lost, lost == 1 ? "" : "s");
	if (again)
		printf(" It was opened again %s after its end.", after);
	else
		fputs(" It has not been opened again.", stdout);
}

/** say_needless() - heartbeats that it would have lived without */
static void say_needless(const json_t *row)
{
	char text[VALUE_TEXT];
	const char *bytes = value_bytes(row, "needless-bytes", text);

	if (count_of(row, "needless"))
		printf(" %" JSON_INTEGER_FORMAT " of its %" JSON_INTEGER_FORMAT
		       " heartbeats were needless (%s bytes).",
		       count_of(row, "needless"), count_of(row, "beats"),
		       bytes);
}

void report_flow_text(const json_t *row)
{
	bool alive = is(row, "verdict", "alive");
	bool died = is(row, "verdict", "died");
	char text[3][VALUE_TEXT];

	value_text(row, "internal", text[0]);
	text[0][strcspn(text[0], ":")] = '\0';
	printf("%s -> %s (%s): ", text[0], value_text(row, "remote", text[1]),
	       value_text(row, "protocol", text[2]));
	if (died)
		say_death(row);
	else
		say_life(row, alive);
	putchar('.');
	say_interval(row, !died);
	if (died)
		say_after(row);
	say_needless(row);
	putchar('\n');
}

/* --- clients --- */

/** client_of() - the client of a flow, added if need be */
static struct client *client_of(struct report *report, const json_t *row)
{
	char address[VALUE_TEXT];
	struct client *more;

	value_text(row, "internal", address);
	address[strcspn(address, ":")] = '\0';
	for (size_t i = report->n; i-- > 0;)
		if (strcmp(report->clients[i].address, address) == 0)
			return &report->clients[i];
	more = realloc(report->clients, (report->n + 1) * sizeof(*more));
	if (!more) {
		perror("lapse");
		exit(EXIT_FAILURE);
	}
	report->clients = more;
	more += report->n++;
	*more = (struct client){0};
	snprintf(more->address, sizeof(more->address), "%.*s",
		 (int)ADDRESS_TEXT - 1, address);
	return more;
}

/** flow_row() - one flow from lapsed */
static void flow_row(json_t *row, void *arg)
{
	struct report *report = arg;
	struct client *client = client_of(report, row);
	bool alive = is(row, "verdict", "alive");
	bool died = is(row, "verdict", "died");
	/* one that a heartbeat has kept until its ends had done */
	bool held = is(row, "verdict", "closed") && has(row, "margin") &&
		    count_of(row, "beats");

	client->alive += alive;
	client->died += died;
	client->other += !alive && !died;
	client->beats += count_of(row, "beats");
	client->needless += count_of(row, "needless");
	client->needless_bytes += count_of(row, "needless-bytes");
	client->reconnected += died && has(row, "reconnected");
	report->others += !alive && !died;
	report->tcp |= is(row, "protocol", "tcp");
	report->udp |= is(row, "protocol", "udp");
	if (report->json)
		print_json(json_incref(row));
	else if (alive || died || held)
		report_flow_text(row);
}

/** client_json() - one row */
static void client_json(const struct client *c)
{
	print_json(json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}",
			     "report", "client", "address", c->address, "alive",
			     c->alive, "died", c->died, "other", c->other,
			     "beats", c->beats, "needless", c->needless,
			     "needless-bytes", c->needless_bytes, "reconnected",
			     c->reconnected));
}

/** client_text() - one line */
static void client_text(const struct client *c)
{
	printf("%s: %" JSON_INTEGER_FORMAT " alive, %" JSON_INTEGER_FORMAT
	       " died",
	       c->address, c->alive, c->died);
	if (c->died)
		printf(" (%" JSON_INTEGER_FORMAT " opened again)",
		       c->reconnected);
	if (c->other)
		printf(", %" JSON_INTEGER_FORMAT " ended as they should or "
		       "were never answered",
		       c->other);
	printf("; %" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT
	       " heartbeats needless, %" JSON_INTEGER_FORMAT " bytes\n",
	       c->needless, c->beats, c->needless_bytes);
}

/* --- profiles --- */

/** struct profiles - the table of them, or NULL for JSON */
struct profiles {
	struct table *table;
};

/** seconds() - ms as a JSON number; never is null */
static json_t *seconds(uint64_t ms)
{
	return ms == NAT_NEVER ? json_null() : json_real((double)ms / 1000);
}

/** interval_text() - what to print for it */
static const char *interval_text(uint64_t ms, char text[static DURATION_TEXT])
{
	if (ms == NAT_NEVER)
		snprintf(text, DURATION_TEXT, "any");
	else
		duration_show(ms, text);
	return text;
}

/** print_profile() - the longest safe intervals under one */
static void print_profile(const struct profiles *profiles, const char *name,
			  uint64_t tcp, uint64_t udp)
{
	char text[2][DURATION_TEXT];
	const char *const cells[] = {name, interval_text(tcp, text[0]),
				     interval_text(udp, text[1])};

	if (profiles->table)
		table_row(profiles->table, cells);
	else
		print_json(json_pack("{s:s, s:s, s:o, s:o}", "report",
				     "profile", "profile", name, "tcp",
				     seconds(tcp), "udp", seconds(udp)));
}

/** profile_row() - conf_profile_fn: one more profile */
static void profile_row(const struct conf_profile_info *info, void *arg)
{
	const struct conf_override override = {"profile", info->name};
	struct conf *conf = conf_load(NULL, &override, 1, stderr);
	const struct nat_policy *policy = conf ? &conf->nat.policy : NULL;

	if (!policy)
		return;
	print_profile(arg, info->name,
		      heartbeat_interval(policy->timer[NAT_TIMER_TCP_IDLE],
					 policy->expiry_jitter),
		      heartbeat_interval(policy->timer[NAT_TIMER_UDP],
					 policy->expiry_jitter));
	conf_free(conf);
}

/** print_profiles() - what would be safe elsewhere */
static void print_profiles(bool json)
{
	static const struct table_column columns[] = {
		{"PROFILE", false}, {"TCP", true}, {"UDP", true}};
	struct table table;
	struct profiles profiles = {json ? NULL : &table};

	if (!json) {
		puts("\nA heartbeat is safe if it comes at least every");
		table_begin(&table, stdout, columns, 3);
	}
	conf_profiles(profile_row, &profiles, stderr);
	if (!json)
		table_end(&table);
}

/**
 * finish() - what follows the flows
 * @profiles:	of report_print()
 */
static void finish(const struct report *report, bool profiles)
{
	if (!report->n && !report->json)
		puts("nothing to report: no flow has paused yet");
	else if (report->n && !report->json)
		putchar('\n');
	for (size_t i = 0; i < report->n; i++) {
		if (report->json)
			client_json(&report->clients[i]);
		else
			client_text(&report->clients[i]);
	}
	if (profiles && (report->json || report->tcp || report->udp))
		print_profiles(report->json);
}

int report_print(const struct cli *cli, json_t *filter, bool profiles)
{
	struct report report = {.json = cli->json};
	struct cli rows = *cli;
	int code;

	/* rows are added up here, also when they are printed as JSON */
	rows.json = false;
	code = ask(
		&rows,
		json_pack("{s:s, s:o}", "request", "report", "filter", filter),
		flow_row, &report, NULL);
	if (!code)
		finish(&report, profiles);
	free(report.clients);
	return code;
}

int cli_report(struct cli *cli, int argc, char **argv)
{
	const char *client = NULL;
	const struct args_option options[] = {{"--client", &client, NULL}, {0}};
	int code = args_parse(cli, &argc, argv, options);
	json_t *filter = json_object();

	if (!code && client)
		json_object_set_new(filter, "client", json_string(client));
	if (!code)
		code = args_filters(filter, argc - 1, argv + 1);
	if (code) {
		json_decref(filter);
		return code;
	}
	return report_print(cli, filter, true);
}
